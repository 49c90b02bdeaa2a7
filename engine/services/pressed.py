"""What a press writes, as prepared statements: the row of the cycle, the journal, marks, surveys, lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, exists, insert, literal, literal_column, select, true, update

from engine.services import parts
from engine.services.scenes import Scene
from engine.store.cycles import DONE, Cycle, JournalEntry, Notice, Round
from engine.store.prepared import Hand, Statement, insertion
from engine.store.surveys import SurveyRun

_moved: Any = (
    update(Cycle.__table__)  # type: ignore[arg-type]
    .where(Cycle.id == bindparam("cycle"), Cycle.seq == bindparam("seen"))
    .values(
        stage=bindparam("to"),
        round=bindparam("round_to"),
        held=bindparam("held_to"),
        seq=Cycle.seq + literal_column("1"),
        stage_since=case(
            (Cycle.stage == bindparam("to"), Cycle.stage_since), else_=bindparam("at", type_=Cycle.stage_since.type)
        ),
    )
)
_MOVE = Statement(_moved)
#: A column of its own: an index of open cycles is written anew whenever it is named.
_CLOSE = Statement(_moved.values(closed_at=bindparam("at", type_=Cycle.stage_since.type)))
_ENTRY = Statement(insertion(JournalEntry))
_NOTICE = Statement(insertion(Notice))
_round: Any = update(Round.__table__).where(  # type: ignore[arg-type]
    Round.cycle_id == bindparam("cycle"), Round.n == bindparam("n")
)
_STATUS = Statement(_round.values(status=bindparam("mark")))
_MARK = Statement(
    _round.values(
        status=bindparam("mark"),
        done_at=bindparam("at", type_=Round.done_at.type),
        lead_id=bindparam("lead"),
        observers=bindparam("observers", type_=Round.observers.type),
    )
)
_runs: Any = SurveyRun.__table__
_RUN = (
    SurveyRun.cycle_id == bindparam("cycle"),
    SurveyRun.survey_key == bindparam("survey"),
    SurveyRun.round == bindparam("n"),
)
_OPEN = Statement(update(_runs).where(*_RUN).values(is_open=bindparam("open", type_=SurveyRun.is_open.type)))
_NEW = Statement(
    insert(_runs).from_select(
        ["cycle_id", "survey_key", "round", "link", "is_open", "band", "answered", "skipped_because"],
        select(
            bindparam("cycle", type_=SurveyRun.cycle_id.type),
            bindparam("survey", type_=SurveyRun.survey_key.type),
            bindparam("n", type_=SurveyRun.round.type),
            bindparam("link", type_=SurveyRun.link.type),
            true(),
            bindparam("band", type_=SurveyRun.band.type),
            literal(0),
            literal(""),
        ).where(~exists().where(*_RUN)),
    )
)


def write(hand: Hand, entry: Mapping[str, Any], *, final: bool) -> None:
    """A journal entry, and where it says that the cycle stands now."""
    move = {
        "cycle": entry["cycle_id"],
        "seen": entry["seq"] - 1,
        "to": entry["target"],
        "round_to": entry["round"],
        "held_to": entry["held"],
        "at": entry["at"],
    }
    hand.write((_CLOSE if final else _MOVE, move), (_ENTRY, entry))


def record(hand: Hand, entry: Mapping[str, Any]) -> None:
    """A journal entry of its own."""
    hand.write((_ENTRY, entry))


def mark(hand: Hand, scene: Scene, status: str, moment: datetime) -> None:
    """How the lesson of the round stands. Who has taught and who has observed is frozen when it is done first."""
    of = {"cycle": scene.cycle.id, "n": scene.cycle.round, "mark": status}
    if status not in DONE:
        hand.write((_MARK, {**of, "at": None, "lead": scene.lead_id, "observers": []}))
    elif scene.done:
        hand.write((_STATUS, of))
    else:
        lead = parts.lead_of(scene.cycle.round, scene.lead_id, scene.team)
        observers = [id_ for id_ in scene.team if id_ != lead]
        hand.write((_MARK, {**of, "at": moment, "lead": lead, "observers": observers}))


def notify(hand: Hand, notices: Iterable[Mapping[str, Any]]) -> None:
    """Lines for people, written with what they speak of."""
    rows = [(_NOTICE, {**notice, "read_at": None}) for notice in notices]
    if rows:
        hand.write(*rows)


def close_survey(hand: Hand, scene: Scene, key: str) -> None:
    """The stage that asks is left: no more answers are taken."""
    hand.write((_OPEN, {"cycle": scene.cycle.id, "survey": key, "n": scene.cycle.round, "open": False}))


def open_survey(hand: Hand, cycle_id: int, key: str, round_: int, band: str, link: str) -> None:
    """The stage that asks is reached: open the survey, or open it again under the link it had."""
    of = {"cycle": cycle_id, "survey": key, "n": round_}
    hand.write((_OPEN, {**of, "open": True}), (_NEW, {**of, "link": link, "band": band}))
