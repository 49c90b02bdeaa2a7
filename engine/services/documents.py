"""Documents of a cycle: read, type, save, confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import wtforms
from sqlalchemy import bindparam, select
from werkzeug.datastructures import MultiDict

from engine.core import fields
from engine.core.definition import GroupType
from engine.core.forms import Form
from engine.core.view import CycleView
from engine.extension import offered
from engine.services import keeping, reading, writing
from engine.services.access import NO_CYCLE, colleague, kept_cycle, relations
from engine.services.editions import Edition, Editions
from engine.services.errors import Conflict, Forbidden, NotFound
from engine.services.host import now
from engine.services.keeping import Kept
from engine.services.keeping import Place as Place
from engine.services.keeping import Written as Written
from engine.services.saving import CLOSED, asked, lies_at, meant
from engine.services.saving import keep_draft as keep_draft
from engine.services.saving import save as save
from engine.services.views import seen_of, view_of
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Draft
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.reading import direct
from engine.store.unit import driver_unit, lock, unit_of_work


@dataclass(slots=True)
class Page:
    """A document ready to be shown: the form over the draft or the stored text, and what may be done with it.

    ``raw`` is the draft in the words of this page, ``aside`` what was typed for questions that are asked no more.
    ``edition`` is the sheet by an older form, where it was written by one and may be rewritten now.
    """

    place: Place
    cycle: Cycle
    definition: GroupType
    view: CycleView
    form: Form
    bound: wtforms.Form
    stored: Written | None
    draft: Kept | None
    values: dict[str, Any]
    editable: bool
    closed_because: str
    shows_private: bool
    choices: fields.Choices
    confirmed: frozenset[int]
    may_confirm: bool
    raw: list[list[str]]
    aside: list[tuple[str, str]]
    edition: Edition | None = None

    @property
    def version(self) -> int:
        """The version the next save must name."""
        return self.draft.base if self.draft else self.stored.version if self.stored else 0


def place(person: Person, cycle_id: int, form_key: str, round_: int, owner: int | None = None) -> Place:
    """The document an address means; a personal form without an owner is the person's own. NotFound when none."""
    return find(person, cycle_id, form_key, round_, owner)[0]


def find(
    person: Person, cycle_id: int, form_key: str, round_: int, owner: int | None = None
) -> tuple[Place, GroupType]:
    """The same, and the definition the cycle goes by."""
    found = writing.desk(direct, cycle_id, person.id, now().date())
    if found is None or found.school_id != person.school_id:
        raise NotFound(*NO_CYCLE)
    editions, _, form = meant(found, form_key)
    if not lies_at(form, found.rounds, round_) or (owner is not None and form.filling != "each"):
        raise NotFound(*NO_CYCLE)
    whose = person.id if owner is None else colleague(person, owner).id
    return Place(cycle_id, form.key, round_, whose if form.filling == "each" else 0), editions.definition


def open_page(
    person: Person,
    place: Place,
    posted: MultiDict[str, str] | None = None,
    *,
    strict: bool = False,
    to_read: bool = False,
) -> Page:
    """A document for ``person``. With ``posted`` the page shows what was just typed.

    A sheet that is only read is shown by the form it was written by (``to_read``: whether it may be rewritten or not).
    Raises NotFound for strangers and for documents that are nobody's business of theirs.
    """
    cycle, definition, form, editions = _find(place)
    retired = definition is not editions.definition
    held = relations(person, cycle)
    view = seen_of(cycle, editions.definition, person)
    form = fields.with_subjects(form, offered.subjects(view))
    mine = place.owner in (0, person.id)
    stored = keeping.stored(editions, place)
    if not reading.may_read(form, held, mine, stored):
        raise NotFound(*NO_CYCLE)
    shut = reading.RETIRED if retired else reading.closed_because(editions.definition, form, cycle, place.round)
    closed = shut if mine and asked(form.roles, view) else reading.NOT_YOURS
    editable = not closed and not to_read
    draft = keeping.draft(editions, person, place) if mine and not posted else None
    kept, aside = editions.typed(draft.fingerprint, draft.form_key, draft.raw) if draft else ([], [])
    values = dict(stored.values) if stored else reading.carried(definition, form, view, place.round)
    edition = _edition(editions, stored, view) if stored else None
    if edition and editable and stored:
        values = editions.carried(stored).values
    elif edition:
        definition, form, edition = edition.definition, edition.form, None
    choices = offered.choices(definition, view)
    raw = posted if posted is not None else MultiDict([(k, v) for k, v in kept]) if draft and editable else None
    bound = fields.bind(
        form,
        values,
        posted=raw,
        round_=place.round or None,
        strict=strict,
        choices=choices,
        blank_rows=editable,
    )
    confirmed = reading.confirmed(stored) if stored else frozenset()
    return Page(
        place,
        cycle,
        definition,
        view,
        form,
        bound,
        stored,
        draft,
        values,
        editable,
        closed,
        reading.shows_private(person, cycle, editions.definition, held),
        choices,
        confirmed,
        _may_confirm(form, view, person, stored, confirmed) and not shut and not to_read,
        kept,
        editions.told([*draft.aside, *aside]) if draft else [],
        edition,
    )


def _edition(editions: Editions, stored: Written, view: CycleView) -> Edition | None:
    """The sheet by the older form it was written by; None when that is today's, or is no other than today's."""
    form = editions.form_by(stored.fingerprint, stored.form_key) if editions.is_old(stored.fingerprint) else None
    if form is None or form in editions.definition.forms:
        return None
    definition, subjects = editions.definition_by(stored.fingerprint), offered.subjects(view)
    left, choices = editions.carried(stored).left, offered.choices(definition, view)
    return Edition(definition, fields.with_subjects(form, subjects), stored.values, left, choices)


def confirm(person: Person, place: Place, content_hash: str) -> None:
    """Agree with the shared document exactly as it was shown.

    Raises Conflict when the text has changed since, Forbidden for anybody who is not asked.
    """
    with unit_of_work():
        cycle = lock(Cycle, place.cycle_id)
        if cycle is None or not relations(person, cycle):
            raise NotFound(*NO_CYCLE)
        editions = Editions(cycle)
        definition, form, retired = editions.find(place.form)
        view = view_of(cycle, editions.definition, person)
        if not asked(form.confirm, view):
            raise Forbidden(*reading.NOT_YOURS_TEXTS)
        if retired or reading.closed_because(definition, form, cycle, place.round):
            raise Forbidden(*CLOSED)
        with driver_unit() as hand:
            stored = writing.stored(hand, editions, place)
            if stored is None or stored.state != "submitted" or stored.content_hash != content_hash:
                raise Conflict(
                    "Текст изменился — прочитайте его ещё раз и подтвердите",
                    "The text has changed: read it again and confirm",
                )
            writing.agree(hand, person.id, stored.id, stored.content_hash, now())


def discard_draft(person: Person, place: Place) -> None:
    """Throw the person's own draft away, on their word."""
    with unit_of_work():
        cycle = db.session.get(Cycle, place.cycle_id)
        if cycle is not None and (draft := keeping.draft(Editions(cycle), person, place)):
            with driver_unit() as hand:
                writing.forget(hand, draft.id)


class Left(NamedTuple):
    """A draft somebody has left."""

    cycle_id: int
    form_key: str
    round: int
    updated_at: datetime


_LEFT = Statement(
    select(Draft.cycle_id, Draft.form_key, Draft.round, Draft.updated_at)
    .where(Draft.person_id == bindparam("person"))
    .order_by(Draft.updated_at.desc())
    .limit(20)
)


def drafts_of(person: Person) -> list[tuple[Left, str]]:
    """The drafts a person has left with the title of their document, newest first."""
    found = []
    for row in direct(_LEFT, person=person.id):
        left = Left(*row)
        if cycle := db.session.get(Cycle, left.cycle_id):
            found.append((left, Editions(cycle).title(left.form_key)))
    return found


def _find(place: Place) -> tuple[Cycle, GroupType, Form, Editions]:
    """The cycle, the form the address means in whatever words, and the definition it is of: today's, or an older one
    where the document is filled in no more."""
    cycle = kept_cycle(place.cycle_id)
    if cycle is None:
        raise NotFound(*NO_CYCLE)
    editions, definition, form = meant(cycle, place.form)
    return cycle, definition, form, editions


def _may_confirm(
    form: Form, view: CycleView, person: Person, stored: Written | None, confirmed: frozenset[int]
) -> bool:
    may = asked(form.confirm, view)
    return may and stored is not None and stored.state == "submitted" and person.id not in confirmed
