"""A cycle is opened by prepared statements: with the press that ends the one before it, in its transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Date, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from engine.core.definition import GroupType
from engine.core.snapshot import to_data
from engine.core.text import Text, localise
from engine.services import contributions, definitions, effects, pressed, runs
from engine.services.access import current
from engine.services.errors import Invalid
from engine.services.teams import worded
from engine.services.words import not_whole
from engine.store.cycles import Cycle, DefinitionSnapshot, Round
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad
from engine.store.prepared import Hand, Statement, insertion

_LOCK = Statement(select(Triad.id).where(Triad.id == bindparam("triad")).with_for_update(key_share=True))
_others = aliased(Cycle)
#: Read after the lock: two members may open the next cycle at once.
_TRIAD = Statement(
    select(
        Triad.title,
        Group.school_id,
        Group.type_key,
        select(func.count())
        .where(Membership.triad_id == Triad.id, current(Membership, bindparam("day", type_=Date)))
        .correlate(Triad)
        .scalar_subquery(),
        select(func.count()).where(_others.triad_id == Triad.id).correlate(Triad).scalar_subquery(),
        case((exists().where(Cycle.triad_id == Triad.id, Cycle.closed_at.is_(None)), 1), else_=0),
    )
    .join(Group, Group.id == Triad.group_id)
    .where(Triad.id == bindparam("triad"))
)
_PINNED = Statement(
    select(DefinitionSnapshot.fingerprint).where(
        or_(DefinitionSnapshot.fingerprint == bindparam("whole"), DefinitionSnapshot.fingerprint == bindparam("own"))
    )
)
_NEW = Statement(insertion(Cycle).returning(Cycle.id))
_ROUND = Statement(insertion(Round))


class Class(NamedTuple):
    """Whom a lesson is given to, as the cycle before knows it."""

    name: str = ""
    size: int | None = None


class Opened(NamedTuple):
    """A cycle that has just been opened, and the definition it runs by."""

    id: int
    definition: GroupType


def _ready(hand: Hand, triad_id: int, moment: datetime) -> tuple[GroupType, str, int]:
    """The definition the triad's next cycle runs by, the title it has by itself, its school."""
    of = {"triad": triad_id}
    read = (_TRIAD, {**of, "day": moment.date()})
    rows = hand.together(read)[0] if hand.alone else hand.together((_LOCK, of), read)[1]
    title, school, key, seated, known, under_way = rows[0]
    if key in definitions.quarantined():
        raise Invalid(effects.QUARANTINED.text, localise(effects.QUARANTINED.text, "en"))
    states: dict[str, str] = dict(hand.rows(definitions.SWITCHES, school=school))
    definition = definitions.offered_by(school, key, states)
    if definition is None or states.get(key) != "enabled":
        raise Invalid(
            "Этот тип группы сейчас не включён. Его включает администратор школы",
            "This group type is not enabled now. The school administrator enables it",
        )
    if seated != definition.team:
        whole = not_whole(definition.team)
        raise Invalid(whole, whole.en)
    if under_way:
        raise Invalid("У тройки уже идёт цикл", "The triad already has a cycle under way")
    return definition, f"{title} · {known + 1}", school


def open_cycle(
    hand: Hand,
    triad_id: int,
    by: int,
    moment: datetime,
    *,
    store: Callable[[GroupType], None],
    title: str = "",
    previous: int | None = None,
    period: str = "",
) -> Opened:
    """Open a cycle of the triad's group type on the newest definition; ``lessons`` gives it its lessons.

    ``store`` pins a definition that has never been. Raises Invalid when the type is not enabled in the school, the
    triad is not whole, or a cycle is still open.
    """
    definition, usual, school = _ready(hand, triad_id, moment)
    own = definitions.installed(definition.key) or definition
    wanted = {"whole": definition.fingerprint, "own": own.fingerprint}
    if {row[0] for row in hand.rows(_PINNED, **wanted)} != set(wanted.values()):
        store(definition)
    process = definition.process
    stands = {"stage": process.initial, "round": 1, "held": False, "fingerprint": definition.fingerprint}
    made = hand.rows(
        _NEW,
        **stands,
        triad_id=triad_id,
        school_id=school,
        type_key=definition.key,
        version=definition.version,
        title=title or usual,
        seq=1,
        opened_at=moment,
        stage_since=moment,
        closed_at=None,
        previous_id=previous,
        period=period,
        notes_cleared_at=None,
        sheets_cleared_at=None,
        upgrades=0,
    )
    id_ = int(made[0][0])
    pressed.record(
        hand,
        {
            "cycle_id": id_,
            "seq": 1,
            "at": moment,
            "actor_id": by,
            "action": "open",
            "source": "",
            "label": {"text": to_data(worded(_opened(definition), definition.team))},
            "target": process.initial,
            "round": 1,
            "held": False,
            "given": {},
            "waived": [],
            "once": None,
            "fingerprint": definition.fingerprint,
        },
    )
    for survey in process.stage(process.initial).surveys:
        pressed.open_survey(hand, id_, survey, 1, runs.band_of(""), secrets.token_urlsafe(16))
    return Opened(id_, definition)


def store(definition: GroupType) -> None:
    """Pin a definition by the session, whose connection the hand writes on."""
    definitions.pin(definition)
    db.session.flush()


def lessons(hand: Hand, opened: Opened, classes: Mapping[int, Class]) -> None:
    """The lessons of a cycle that has been opened, each with the class that is known by its number."""
    definition = opened.definition
    if not definition.process.loop:
        return
    kind = definition.kinds[0].key if definition.kinds else ""
    usual: dict[str, Any] = {
        "at": None,
        "room": "",
        "subject": "",
        "topic": "",
        "lead_id": None,
        "watch": {},
        "observers": [],
    }
    for n in range(1, definition.process.rounds + 1):
        name, size = classes.get(n, Class())
        of = {"cycle_id": opened.id, "n": n, "kind": kind, "class_name": name, "class_size": size}
        hand.write((_ROUND, {**usual, **of, "observers": [], "status": "scheduled", "done_at": None}))


def _opened(definition: GroupType) -> Text:
    """What the journal says first: also what is in force beside the type."""
    text, more = Text("Цикл открыт", en="The cycle is opened"), contributions.in_force(definition.additions)
    return Text(f"{text}. {more}", en=f"{text.en}. {more.en}") if more else text
