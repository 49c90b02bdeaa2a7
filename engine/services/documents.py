"""Documents of a cycle: read, type, save, confirm. What people type is never lost.

Everything posted is first kept as the person's draft, in a transaction of its own; only then is it judged. Whatever
the answer (an error, a conflict, a stage closed meanwhile), the words stay in the draft and on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import wtforms
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.core import fields
from engine.core.definition import GroupType
from engine.core.forms import Form
from engine.core.view import CycleView
from engine.extension import offered
from engine.services import files, reading
from engine.services.access import NO_CYCLE, colleague, relations
from engine.services.contents import content_hash, errors_of, file_ids
from engine.services.definitions import definition_of, readable_only
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.services.programs import messages
from engine.services.views import view_of
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Confirmation, Draft, Revision, Submission
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

CLOSED = (
    "Этот документ сейчас закрыт: цикл уже на другом этапе. Ваш текст сохранён в черновике",
    "This document is closed now: the cycle has moved on. Your text is kept as a draft",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Which document: a form of a cycle, its round (0: once per cycle) and whose (0: shared)."""

    cycle_id: int
    form: str
    round: int
    owner: int = 0


@dataclass(slots=True)
class Page:
    """A document ready to be shown: the form over the draft or the stored text, and what may be done with it."""

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

    @property
    def version(self) -> int:
        """The version the next save must name."""
        return self.draft.base if self.draft else self.stored.version if self.stored else 0


def place(person: Person, cycle_id: int, form_key: str, round_: int, owner: int | None = None) -> Place:
    """The document an address means; a personal form without an owner is the person's own. NotFound when none."""
    cycle, _, form = _find(Place(cycle_id, form_key, round_))
    each, per_round = form.filling == "each", form.per_round and bool(cycle.rounds)
    strange = cycle.school_id != person.school_id or (owner is not None and not each)
    if strange or per_round != bool(round_) or round_ > len(cycle.rounds):
        raise NotFound(*NO_CYCLE)
    whose = person.id if owner is None else colleague(person, owner).id
    return Place(cycle_id, form_key, round_, whose if each else 0)


def open_page(person: Person, place: Place, posted: MultiDict[str, str] | None = None, *, strict: bool = False) -> Page:
    """A document for ``person``. With ``posted`` the page shows what was just typed.

    Raises NotFound for strangers and for documents that are nobody's business of theirs.
    """
    cycle, definition, form = _find(place)
    view = view_of(cycle, definition, person)
    form = fields.with_subjects(form, offered.subjects(view))
    held = relations(person, cycle)
    mine = place.owner in (0, person.id)
    stored = _stored(place)
    if not reading.may_read(form, held, mine, stored):
        raise NotFound(*NO_CYCLE)
    shut = reading.closed_because(definition, form, cycle, place.round)
    closed = shut if mine and _fills(form, view, person) else reading.NOT_YOURS
    editable = not closed
    private = reading.shows_private(person, cycle, definition, held)
    draft = _draft(person, place) if mine and not posted else None
    choices = offered.choices(definition, view)
    values = dict(stored.values) if stored else reading.carried(definition, form, view, place.round)
    raw = posted if posted is not None else MultiDict(map(tuple, draft.raw)) if draft and editable else None
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
        private,
        choices,
        confirmed,
        _may_confirm(form, view, person, stored, confirmed) and not shut,
    )


def keep_draft(person: Person, place: Place, raw: Sequence[tuple[str, str]], base: int) -> Draft:
    """Keep what is being typed, as typed. Only fields of the form are kept; nothing is judged."""
    with unit_of_work():
        cycle, _, form = _find(place)
        if not relations(person, cycle) or place.owner not in (0, person.id):
            raise NotFound(*NO_CYCLE)
        if not {"triad_member", *form.roles} & relations(person, cycle):
            raise Forbidden(*reading.NOT_YOURS_TEXTS)
        kept = [[key, value] for key, value in raw if key.startswith("q_")]
        lock(Person, person.id)  # two windows of one person may save their first draft at once
        draft = _draft(person, place)
        if draft is None:
            draft = Draft(person_id=person.id, cycle_id=cycle.id, form_key=place.form, round=place.round, base=base)
            db.session.add(draft)
        draft.raw, draft.updated_at = kept, now()
        return draft


def save(person: Person, place: Place, posted: MultiDict[str, str], base: int, *, complete: bool) -> Submission:
    """Save a document; ``complete`` hands it in (every required answer must be there).

    Raises Invalid (``errors`` by input name), Conflict when somebody saved meanwhile (``details["theirs"]`` holds
    their values), Forbidden when the document is closed. In each case the words are kept as a draft.
    """
    keep_draft(person, place, list(posted.items(multi=True)), base)
    with unit_of_work():
        cycle = lock(Cycle, place.cycle_id)
        definition = definition_of(cycle)
        view = view_of(cycle, definition, person)
        form = fields.with_subjects(definition.form(place.form), offered.subjects(view))
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
        stored = _stored(place, locked=True)
        if stored is not None and stored.version != base:
            raise Conflict(
                "Пока вы писали, коллега сохранил этот документ. Ниже оба текста",
                "A colleague has saved this document meanwhile. Both texts are below",
                theirs=stored.values,
                version=stored.version,
            )
        stored = _write(person, place, definition, stored, values, complete)
        if draft := _draft(person, place):
            db.session.delete(draft)
        if complete:
            messages.of_submission(cycle, stored, person)
        if complete and any(p.id == person.id for role in form.confirm for p in view.holders(role)):
            _confirm(person, stored)
        return stored


def confirm(person: Person, place: Place, content_hash: str) -> None:
    """Agree with the shared document exactly as it was shown.

    Raises Conflict when the text has changed since, Forbidden for anybody who is not asked.
    """
    with unit_of_work():
        cycle = lock(Cycle, place.cycle_id)
        if cycle is None or not relations(person, cycle):
            raise NotFound(*NO_CYCLE)
        definition = definition_of(cycle)
        form = definition.form(place.form)
        view = view_of(cycle, definition, person)
        stored = _stored(place, locked=True)
        if not any(p.id == person.id for role in form.confirm for p in view.holders(role)):
            raise Forbidden(*reading.NOT_YOURS_TEXTS)
        if reading.closed_because(definition, form, cycle, place.round):
            raise Forbidden(*CLOSED)
        if stored is None or stored.state != "submitted" or stored.content_hash != content_hash:
            raise Conflict(
                "Текст изменился — прочитайте его ещё раз и подтвердите",
                "The text has changed: read it again and confirm",
            )
        _confirm(person, stored)


def discard_draft(person: Person, place: Place) -> None:
    """Throw the person's own draft away, on their word."""
    with unit_of_work():
        if draft := _draft(person, place):
            db.session.delete(draft)


def drafts_of(person: Person) -> list[tuple[Draft, str]]:
    """The drafts a person has left with the title of their document, newest first."""
    rows = db.session.execute(
        select(Draft, Cycle)
        .join(Cycle, Cycle.id == Draft.cycle_id)
        .where(Draft.person_id == person.id)
        .order_by(Draft.updated_at.desc())
        .limit(20)
    )
    return [(draft, definition_of(cycle).form(draft.form_key).title) for draft, cycle in rows]


def _find(place: Place) -> tuple[Cycle, GroupType, Form]:
    cycle = db.session.get(Cycle, place.cycle_id)
    if cycle is None:
        raise NotFound(*NO_CYCLE)
    definition = definition_of(cycle)
    try:
        return cycle, definition, definition.form(place.form)
    except KeyError:
        raise NotFound(*NO_CYCLE) from None


def _stored(place: Place, *, locked: bool = False) -> Submission | None:
    query = select(Submission).where(
        Submission.cycle_id == place.cycle_id,
        Submission.form_key == place.form,
        Submission.round == place.round,
        Submission.owner == place.owner,
    )
    return db.session.scalar(query.with_for_update() if locked else query)


def _draft(person: Person, place: Place) -> Draft | None:
    return db.session.scalar(
        select(Draft).where(
            Draft.person_id == person.id,
            Draft.cycle_id == place.cycle_id,
            Draft.form_key == place.form,
            Draft.round == place.round,
        )
    )


def _fills(form: Form, view: CycleView, person: Person) -> bool:
    return any(p.id == person.id for role in form.roles for p in view.holders(role))


def _may_confirm(
    form: Form, view: CycleView, person: Person, stored: Submission | None, confirmed: frozenset[int]
) -> bool:
    asked = any(p.id == person.id for role in form.confirm for p in view.holders(role))
    return asked and stored is not None and stored.state == "submitted" and person.id not in confirmed


def _write(
    person: Person,
    place: Place,
    definition: GroupType,
    stored: Submission | None,
    values: dict[str, Any],
    complete: bool,
) -> Submission:
    moment = now()
    if stored is None:
        stored = Submission(
            cycle_id=place.cycle_id,
            form_key=place.form,
            round=place.round,
            owner=place.owner,
            person_id=place.owner or None,
            version=0,
            values={},
            updated_at=moment,
            updated_by=person.id,
        )
        db.session.add(stored)
    else:
        db.session.add(
            Revision(
                submission_id=stored.id,
                version=stored.version,
                state=stored.state,
                values=stored.values,
                by_id=stored.updated_by,
                at=stored.updated_at,
            )
        )
    stored.values, stored.content_hash = values, content_hash(values)
    stored.version += 1
    stored.state = "submitted" if complete else "draft"
    stored.submitted_at = moment if complete else None
    stored.fingerprint = definition.fingerprint
    stored.updated_at, stored.updated_by = moment, person.id
    db.session.flush()
    return stored


def _confirm(person: Person, stored: Submission) -> None:
    known = select(Confirmation.id).where(
        Confirmation.submission_id == stored.id,
        Confirmation.person_id == person.id,
        Confirmation.content_hash == stored.content_hash,
    )
    if db.session.scalar(known) is None:
        db.session.add(
            Confirmation(submission_id=stored.id, person_id=person.id, content_hash=stored.content_hash, at=now())
        )
