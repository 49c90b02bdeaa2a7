"""Surveys open and close with their stage."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select

from engine.core.definition import GroupType
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.surveys import PaperSummary, SurveyAnswer, SurveyCount, SurveyRun, SurveyText, SurveyToken


def enter(cycle: Cycle, definition: GroupType) -> None:
    """Open (or open again) the surveys of the stage the cycle has come to. Inside a unit of work."""
    round_ = next((r for r in cycle.rounds if r.n == cycle.round), None)
    for key in definition.process.stage(cycle.stage).surveys:
        run = _run(cycle, key)
        if run is None:
            run = SurveyRun(cycle_id=cycle.id, survey_key=key, round=cycle.round, link=secrets.token_urlsafe(16))
            run.band = band_of(round_.class_name) if round_ else "5-9"
            db.session.add(run)
        run.is_open = True


def clear(cycle: Cycle, round_: int) -> None:
    """Forget what was asked about a lesson that did not take place; the link (it may be printed) stays."""
    for run in db.session.scalars(select(SurveyRun).where(SurveyRun.cycle_id == cycle.id, SurveyRun.round == round_)):
        for rows in (SurveyToken, SurveyAnswer, SurveyText, SurveyCount, PaperSummary):
            db.session.execute(delete(rows).where(rows.run_id == run.id))
        run.answered, run.present, run.skipped_because = 0, None, ""


def _run(cycle: Cycle, key: str) -> SurveyRun | None:
    return db.session.scalar(
        select(SurveyRun).where(
            SurveyRun.cycle_id == cycle.id, SurveyRun.survey_key == key, SurveyRun.round == cycle.round
        )
    )


def band_of(class_name: str) -> str:
    """The age band of a class named like «6 «Б»»: "1-4", "5-9" or "10-11"."""
    digits = "".join(c for c in class_name.strip()[:2] if c.isdigit())
    grade = int(digits) if digits else 6
    return "1-4" if grade <= 4 else "5-9" if grade <= 9 else "10-11"
