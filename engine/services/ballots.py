"""What an answer to a survey reads and writes, as prepared statements: a class of 35 sends theirs within a minute."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, insert, select, true, update

from engine.store.cycles import Cycle
from engine.store.groups import TypeSwitch
from engine.store.prepared import Hand, Read, Statement
from engine.store.surveys import PaperSummary, SurveyAnswer, SurveyCount, SurveyRun, SurveyText, SurveyToken


class Run(NamedTuple):
    """A survey that runs, with what its questions are looked up by; ``switch`` is the state of its type, if any."""

    id: int
    cycle_id: int
    survey_key: str
    round: int
    link: str
    is_open: bool
    band: str
    answered: int
    fingerprint: str
    type_key: str
    upgrades: int
    switch: str | None


_run = (
    select(
        SurveyRun.id,
        SurveyRun.cycle_id,
        SurveyRun.survey_key,
        SurveyRun.round,
        SurveyRun.link,
        SurveyRun.is_open,
        SurveyRun.band,
        SurveyRun.answered,
        Cycle.fingerprint,
        Cycle.type_key,
        Cycle.upgrades,
        TypeSwitch.state,
    )
    .join(Cycle, Cycle.id == SurveyRun.cycle_id)
    .outerjoin(TypeSwitch, and_(TypeSwitch.school_id == Cycle.school_id, TypeSwitch.type_key == Cycle.type_key))
    .where(SurveyRun.link == bindparam("link"))
)
_RUN = Statement(_run)
_LOCK = Statement(select(SurveyRun.id).where(SurveyRun.link == bindparam("link")).with_for_update(key_share=True))
_answers: Any = SurveyAnswer.__table__
_texts: Any = SurveyText.__table__
_counts: Any = SurveyCount.__table__
_tokens: Any = SurveyToken.__table__
_runs: Any = SurveyRun.__table__
_TOKEN = Statement(select(SurveyToken.run_id, SurveyToken.used).where(SurveyToken.token_hash == bindparam("token")))
_HAND_OUT = Statement(insert(_tokens).values({c.name: bindparam(c.name) for c in _tokens.c}).inline())
_SPEND = Statement(update(_tokens).where(SurveyToken.token_hash == bindparam("token")).values(used=true()))
_PAPER = Statement(select(PaperSummary.sheets).where(PaperSummary.run_id == bindparam("run")))
_ONE_MORE = Statement(update(_runs).where(SurveyRun.id == bindparam("run")).values(answered=SurveyRun.answered + 1))
_OPTION = (
    SurveyCount.run_id == bindparam("run"),
    SurveyCount.question == bindparam("asked"),
    SurveyCount.option == bindparam("chosen"),
)
_COUNTED = Statement(select(SurveyCount.n).where(*_OPTION))
_COUNT = Statement(update(_counts).where(*_OPTION).values(n=SurveyCount.n + 1))
_FIRST = Statement(insert(_counts).values({c.name: bindparam(c.name) for c in _counts.c}).inline())
#: Sheets and open answers alike: what is kept of a run, how it is written, how it is taken away.
_KEPT = {
    table.name: (
        Statement(select(*(c for c in table.c if c.name != "key")).where(table.c.run_id == bindparam("run"))),
        Statement(insert(table).values({c.name: bindparam(c.name) for c in table.c}).inline()),
        Statement(delete(table).where(table.c.run_id == bindparam("run"))),
        tuple(c.name for c in table.c if c.name != "key"),
    )
    for table in (_answers, _texts)
}


def run_at(read: Read, link: str) -> Run | None:
    """The survey behind a link."""
    found = read(_RUN, link=link)
    return Run(*found[0]) if found else None


def locked(hand: Hand, link: str) -> Run | None:
    """The survey behind a link, locked until the unit ends and read under the lock."""
    _, found = hand.together((_LOCK, {"link": link}), (_RUN, {"link": link}))
    return Run(*hand.values(_RUN, found[0])) if found else None


def hand_out(hand: Hand, token_hash: str, run_id: int) -> None:
    """A fresh token."""
    hand.write((_HAND_OUT, {"token_hash": token_hash, "run_id": run_id, "used": False}))


def token_of(hand: Hand, token_hash: str) -> tuple[int, bool] | None:
    """(run, whether it is spent) of a token that was handed out."""
    found = hand.rows(_TOKEN, token=token_hash)
    return (found[0][0], found[0][1]) if found else None


def on_paper(hand: Hand, run_id: int) -> int:
    """How many sheets were entered from paper."""
    found = hand.rows(_PAPER, run=run_id)
    return int(found[0][0]) if found else 0


def spend(hand: Hand, token_hash: str, run_id: int) -> None:
    """The token is used, and the survey has one answer more."""
    hand.write((_SPEND, {"token": token_hash}), (_ONE_MORE, {"run": run_id}))


def count(hand: Hand, run_id: int, choices: Mapping[str, str]) -> None:
    """Add to the counts of a survey that keeps nothing else."""
    for question, option in choices.items():
        of = {"run": run_id, "asked": question, "chosen": option}
        if hand.rows(_COUNTED, **of):
            hand.write((_COUNT, of))
        else:
            hand.write((_FIRST, {"run_id": run_id, "question": question, "option": option, "n": 1}))


def keep(hand: Hand, run_id: int, choices: Mapping[str, str] | None, words: Mapping[str, str]) -> None:
    """Write every sheet and every open answer anew, the new ones among them, in random order and under new keys.

    Neither the number of a row, nor its place in the file, nor the transaction that wrote it says when it came or what
    came together with it.
    """
    _mix(hand, "survey_answer", run_id, [(run_id, choices)] if choices is not None else [])
    _mix(hand, "survey_text", run_id, [(run_id, question, text) for question, text in words.items()])


def _mix(hand: Hand, table: str, run_id: int, new: list[tuple[Any, ...]]) -> None:
    kept, write, clear, columns = _KEPT[table]
    rows = [*hand.rows(kept, run=run_id), *new]
    if not rows:
        return
    random.SystemRandom().shuffle(rows)
    written = [(write, {"key": secrets.token_bytes(16), **dict(zip(columns, row, strict=True))}) for row in rows]
    hand.write((clear, {"run": run_id}), *written)
