"""Documents of a cycle: read, type, save, confirm. What people type is never lost.

Everything posted is first kept as the person's draft, in a transaction of its own; only then is it judged. Whatever
the answer (an error, a conflict, a stage closed meanwhile), the words stay in the draft and on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from engine.services import files, keeping, reading
from engine.services.access import NO_CYCLE, colleague, kept_cycle, relations
from engine.services.contents import errors_of, file_ids
from engine.services.definitions import readable_only
from engine.services.editions import Edition, Editions
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.keeping import Place as Place
from engine.services.programs import messages
from engine.services.views import view_of
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Draft, Submission
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.reading import direct
from engine.store.unit import lock, unit_of_work

CLOSED = (
    "Этот документ сейчас закрыт: цикл уже на другом этапе. Ваш текст сохранён в черновике",
    "This document is closed now: the cycle has moved on. Your text is kept as a draft",
)


MOVED = (
    "Пока вы писали, тип группы перешёл на новую версию. Ответы перенесены: проверьте их и сохраните ещё раз",
    "The group type has moved to a new version meanwhile. Your answers are carried over: check them and save again",
)


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
    stored: Submission | None
    draft: Draft | None
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
    cycle, _, form, _ = _find(Place(cycle_id, form_key, round_))
    each, per_round = form.filling == "each", form.per_round and bool(cycle.rounds)
    strange = cycle.school_id != person.school_id or (owner is not None and not each)
    if strange or per_round != bool(round_) or round_ > len(cycle.rounds):
        raise NotFound(*NO_CYCLE)
    whose = person.id if owner is None else colleague(person, owner).id
    return Place(cycle_id, form.key, round_, whose if each else 0)


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
    held = relations(person, cycle)  # before the view, which takes the team from what is read here
    view = view_of(cycle, editions.definition, person)
    form = fields.with_subjects(form, offered.subjects(view))
    mine = place.owner in (0, person.id)
    stored = keeping.stored(editions, place)
    if not reading.may_read(form, held, mine, stored):
        raise NotFound(*NO_CYCLE)
    shut = reading.RETIRED if retired else reading.closed_because(editions.definition, form, cycle, place.round)
    closed = shut if mine and _fills(form, view, person) else reading.NOT_YOURS
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
    confirmed = frozenset(reading.confirmed(stored)) if stored else frozenset()
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


def _edition(editions: Editions, stored: Submission, view: CycleView) -> Edition | None:
    """The sheet by the older form it was written by; None when that is today's, or is no other than today's."""
    form = editions.form_by(stored.fingerprint, stored.form_key) if editions.is_old(stored.fingerprint) else None
    if form is None or form in editions.definition.forms:
        return None
    definition, subjects = editions.definition_by(stored.fingerprint), offered.subjects(view)
    left, choices = editions.carried(stored).left, offered.choices(definition, view)
    return Edition(definition, fields.with_subjects(form, subjects), stored.values, left, choices)


def keep_draft(person: Person, place: Place, raw: Sequence[tuple[str, str]], base: int, made: str = "") -> Draft:
    """Keep what is being typed, as typed. Only fields of the form are kept; nothing is judged.

    ``made`` is the fingerprint of the definition the page was made by (empty: today's).
    """
    with unit_of_work():
        cycle, _, form, editions = _find(place)
        if not relations(person, cycle) or place.owner not in (0, person.id):
            raise NotFound(*NO_CYCLE)
        if not {"triad_member", *form.roles} & relations(person, cycle):
            raise Forbidden(*reading.NOT_YOURS_TEXTS)
        kept = [(key, value) for key, value in raw if key.startswith("q_")]
        lock(Person, person.id)  # two windows of one person may save their first draft at once
        return keeping.keep(editions, person, place, kept, base, made)


def save(
    person: Person, place: Place, posted: MultiDict[str, str], base: int, *, complete: bool, made: str = ""
) -> Submission:
    """Save a document; ``complete`` hands it in (every required answer must be there).

    Raises Invalid (``errors`` by input name), Conflict when somebody saved meanwhile (``details["theirs"]`` holds
    their values) or the page was ``made`` by another definition than today's, Forbidden when the document is closed.
    In each case the words are kept as a draft.
    """
    keep_draft(person, place, list(posted.items(multi=True)), base, made)
    with unit_of_work():
        cycle = lock(Cycle, place.cycle_id)
        editions = Editions(cycle)
        definition = editions.definition
        view = view_of(cycle, definition, person)
        _, form, retired = editions.find(place.form)
        form = fields.with_subjects(form, offered.subjects(view))
        if retired:
            raise Forbidden(*CLOSED)
        if made not in ("", cycle.fingerprint):
            raise Conflict(*MOVED)
        if not _fills(form, view, person) or place.owner not in (0, person.id):
            raise Forbidden(*reading.NOT_YOURS_TEXTS)
        if reading.closed_because(definition, form, cycle, place.round) or readable_only(
            cycle.school_id, cycle.type_key
        ):
            raise Forbidden(*CLOSED)
        bound = fields.bind(
            form,
            {},
            posted=posted,
            round_=place.round or None,
            strict=complete,
            choices=offered.choices(definition, view),
        )
        if not bound.validate():
            raise Invalid(
                "Не всё заполнено. Текст сохранён", "Something is missing. Your text is kept", errors_of(bound)
            )
        values = fields.values_of(form, bound, place.round or None)
        files.require(cycle.id, file_ids(form, values))
        stored = keeping.stored(editions, place, locked=True)
        if stored is not None and stored.version != base:
            raise Conflict(
                "Пока вы писали, коллега сохранил этот документ. Ниже оба текста",
                "A colleague has saved this document meanwhile. Both texts are below",
                theirs=editions.carried(stored).values,
                version=stored.version,
            )
        stored = keeping.write(person, place, editions, stored, values, complete)
        if draft := keeping.draft(editions, person, place):
            keeping.keep_aside(person, editions, stored, draft)
            db.session.delete(draft)
        if complete:
            messages.of_submission(cycle, stored, person)
        if complete and any(p.id == person.id for role in form.confirm for p in view.holders(role)):
            keeping.confirm(person, stored)
        return stored


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
        stored = keeping.stored(editions, place, locked=True)
        if not any(p.id == person.id for role in form.confirm for p in view.holders(role)):
            raise Forbidden(*reading.NOT_YOURS_TEXTS)
        if retired or reading.closed_because(definition, form, cycle, place.round):
            raise Forbidden(*CLOSED)
        if stored is None or stored.state != "submitted" or stored.content_hash != content_hash:
            raise Conflict(
                "Текст изменился — прочитайте его ещё раз и подтвердите",
                "The text has changed: read it again and confirm",
            )
        keeping.confirm(person, stored)


def discard_draft(person: Person, place: Place) -> None:
    """Throw the person's own draft away, on their word."""
    with unit_of_work():
        cycle = db.session.get(Cycle, place.cycle_id)
        if cycle is not None and (draft := keeping.draft(Editions(cycle), person, place)):
            db.session.delete(draft)


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
    editions = Editions(cycle)
    try:
        definition, form, _retired = editions.find(place.form)
    except KeyError:
        raise NotFound(*NO_CYCLE) from None
    return cycle, definition, form, editions


def _fills(form: Form, view: CycleView, person: Person) -> bool:
    return any(p.id == person.id for role in form.roles for p in view.holders(role))


def _may_confirm(
    form: Form, view: CycleView, person: Person, stored: Submission | None, confirmed: frozenset[int]
) -> bool:
    asked = any(p.id == person.id for role in form.confirm for p in view.holders(role))
    return asked and stored is not None and stored.state == "submitted" and person.id not in confirmed
