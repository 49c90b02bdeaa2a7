"""Saving a document, and keeping the draft of one. What people type is never lost.

A document is judged and written in one transaction. Where that ends otherwise (an error, a conflict, a stage closed
meanwhile, a statement that failed), what was posted is kept as the person's draft in another, before anybody is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from engine.core import fields
from engine.core.definition import GroupType
from engine.core.forms import Form
from engine.core.view import CycleView
from engine.extension import offered
from engine.services import files, pressing, reading, scenes, writing
from engine.services.access import LAB, NO_CYCLE, relations
from engine.services.by_hand import Elsewhere, by_hand, id_of
from engine.services.contents import errors_of, file_ids
from engine.services.definitions import STILL
from engine.services.editions import Editions, Run
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from engine.services.host import now
from engine.services.keeping import Place, Written
from engine.services.programs import messages
from engine.services.scenes import Scene
from engine.services.seen import Unread
from engine.services.views import view_of
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from engine.store.prepared import Hand, Read
from engine.store.reading import direct

CLOSED = (
    "Этот документ сейчас закрыт: цикл уже на другом этапе. Ваш текст сохранён в черновике",
    "This document is closed now: the cycle has moved on. Your text is kept as a draft",
)


MOVED = (
    "Пока вы писали, тип группы перешёл на новую версию. Ответы перенесены: проверьте их и сохраните ещё раз",
    "The group type has moved to a new version meanwhile. Your answers are carried over: check them and save again",
)


def keep_draft(
    person: Person,
    place: Place,
    raw: Sequence[tuple[str, str]],
    base: int,
    made: str = "",
    *,
    by_address: bool = False,
) -> datetime:
    """Keep what is being typed, as typed; returns the moment. Only fields of the form are kept; nothing is judged.

    ``by_address``: the place is what an address says, in whatever words; NotFound when there is no such document.
    ``made`` is the fingerprint of the definition the page was made by (empty: today's).
    """
    whose, moment = id_of(person), now()

    def kept(hand: Hand, by: Person | None, whole: bool) -> datetime:
        desk, rows = writing.begin(hand, place, whose, moment.date())
        if desk is None:
            raise NotFound(*NO_CYCLE)
        editions, _, form = meant(desk, place.form, hand.rows)
        if not desk.welcome or place.owner not in (0, whose):
            raise NotFound(*NO_CYCLE)
        lies = _resolved(place, form, desk.rounds) if by_address else place
        may = {"triad_member", *form.roles}
        if not may & desk.held:  # who administers the school, or sits in the Laboratory, is known by more than the desk
            if by is None:
                raise Elsewhere(reading=False)
            held = relations(by, db.session.get_one(Cycle, place.cycle_id))
            if not held:
                raise NotFound(*NO_CYCLE)
            if not may & held:
                raise Forbidden(*reading.NOT_YOURS_TEXTS)
        words = [(key, value) for key, value in raw if key.startswith("q_")]
        found = writing.typed(hand, editions, lies, rows)
        writing.keep(hand, editions, whose, lies, found, words, base, made, moment)
        return moment

    return by_hand(person, kept)


def save(
    person: Person, place: Place, posted: MultiDict[str, str], base: int, *, complete: bool, made: str = ""
) -> Written:
    """Save a document; ``complete`` hands it in (every required answer must be there).

    Raises Invalid (``errors`` by input name), Conflict when somebody saved meanwhile (``details["theirs"]`` holds
    their values) or the page was ``made`` by another definition than today's, Forbidden when the document is closed.
    In each case the words are kept as a draft.
    """
    sent = _Sent(place, posted, base, complete, made, id_of(person), now())
    try:
        return by_hand(person, lambda hand, by, whole: _save(hand, sent, by, whole=whole))
    except Exception as ended:
        if isinstance(ended, ServiceError) or not db.session().info.get("unit"):  # a unit in which a statement fails
            keep_draft(person, place, list(posted.items(multi=True)), base, made)  # takes everything back
        raise


def _resolved(place: Place, form: Form, rounds: int) -> Place:
    if not lies_at(form, rounds, place.round):
        raise NotFound(*NO_CYCLE)
    return place if form.key == place.form else replace(place, form=form.key)


class _Sent(NamedTuple):
    """What somebody has sent to be saved."""

    place: Place
    posted: MultiDict[str, str]
    base: int
    complete: bool
    made: str
    person_id: int
    moment: datetime


def _save(hand: Hand, sent: _Sent, by: Person | None, *, whole: bool) -> Written:
    place, complete = sent.place, sent.complete
    scene, (texts, drafts) = scenes.around(
        hand,
        place.cycle_id,
        sent.person_id,
        sent.moment,
        writing.text_at(place),
        writing.draft_at(place, sent.person_id),
    )
    if scene is None or not scene.welcome:
        raise NotFound(*NO_CYCLE)
    cycle = scene.cycle
    if not whole and (not scene.known or cycle.type_key == LAB or cycle.upgrades):
        raise Elsewhere(reading=True)  # of the Laboratory, of other editions
    if by is None and complete and scene.programs:
        raise Elsewhere(reading=False)
    editions = Editions(cycle, hand.rows)
    view = _view(hand, scene, editions.definition, sent, by if whole else None)
    try:
        form, values = _judged(editions, scene, view, sent)
    except Unread as failed:
        raise failed.__cause__ or failed from None
    files.require(cycle.id, file_ids(form, values), hand.rows)
    before = writing.written(hand, editions, place, texts)
    if before is not None and before.version != sent.base:
        raise Conflict(
            "Пока вы писали, коллега сохранил этот документ. Ниже оба текста",
            "A colleague has saved this document meanwhile. Both texts are below",
            theirs=editions.carried(before).values,
            version=before.version,
        )
    draft = writing.typed(hand, editions, place, drafts)
    saved = writing.write(
        hand, editions, sent.person_id, place, before, draft, values, complete=complete, moment=sent.moment
    )
    if complete and asked(form.confirm, view):
        writing.agree(hand, sent.person_id, saved.id, saved.content_hash, sent.moment)
    if by is not None and complete:
        hand.flush()
        messages.of_submission(db.session.get_one(Cycle, cycle.id), saved, by)
        db.session.flush()
    return saved


def _view(hand: Hand, scene: Scene, definition: GroupType, sent: _Sent, reader: Person | None) -> CycleView:
    if reader is None:
        return pressing.view(hand, scene, definition, sent.moment, {})
    return view_of(db.session.get_one(Cycle, scene.cycle.id, populate_existing=True), definition, reader)


def _judged(editions: Editions, scene: Scene, view: CycleView, sent: _Sent) -> tuple[Form, dict[str, Any]]:
    """The form and the answers it was given. Raises what keeps them from being saved."""
    place, definition, cycle = sent.place, editions.definition, scene.cycle
    _, form, retired = editions.find(place.form)
    form = fields.with_subjects(form, offered.subjects(view))
    if retired:
        raise Forbidden(*CLOSED)
    if sent.made not in ("", cycle.fingerprint):
        raise Conflict(*MOVED)
    if not asked(form.roles, view) or place.owner not in (0, sent.person_id):
        raise Forbidden(*reading.NOT_YOURS_TEXTS)
    if scene.switch in STILL or reading.closed_at(definition, form, cycle, place.round):
        raise Forbidden(*CLOSED)
    bound = fields.bind(
        form,
        {},
        posted=sent.posted,
        round_=place.round or None,
        strict=sent.complete,
        choices=offered.choices(definition, view),
    )
    if not bound.validate():
        raise Invalid("Не всё заполнено. Текст сохранён", "Something is missing. Your text is kept", errors_of(bound))
    return form, fields.values_of(form, bound, place.round or None)


def meant(cycle: Run, key: str, read: Read = direct) -> tuple[Editions, GroupType, Form]:
    """The form an address means in whatever words, and its definition. NotFound when there was never one."""
    editions = Editions(cycle, read)
    try:
        definition, form, _retired = editions.find(key)
    except KeyError:
        raise NotFound(*NO_CYCLE) from None
    return editions, definition, form


def lies_at(form: Form, rounds: int, round_: int) -> bool:
    """Whether a cycle of so many rounds has the form in this one (0: once for the whole of it)."""
    return bool(round_) == (form.per_round and bool(rounds)) and round_ <= rounds


def asked(roles: Iterable[str], view: CycleView) -> bool:
    """Whether who acts holds one of the roles."""
    return any(map(view.holds, roles))
