"""Surveys as numbers: counts of sheets and of paper together. Never who, never when.

Whoever entered the paper sheets knows their counts, and would learn those of a few phones by taking them away. So
sheets of phones join counts of paper only when there are enough of them.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from engine.core.view import Tally
from engine.store.database import db
from engine.store.surveys import PaperSummary, SurveyAnswer, SurveyCount, SurveyRun

#: So many phones hide each other.
ENOUGH = 5


def held_back(run: SurveyRun, sheets: int) -> bool:
    """Whether answers of phones stay out of the counts, because paper ``sheets`` would tell them by what is left."""
    return bool(sheets) and 0 < run.answered < ENOUGH


def of_cycle(cycle_id: int) -> tuple[Tally, ...]:
    """Every survey of a cycle in numbers."""
    runs = db.session.scalars(select(SurveyRun).where(SurveyRun.cycle_id == cycle_id)).all()
    if not runs:
        return ()
    ids = [run.id for run in runs]
    paper = dict(
        db.session.execute(select(PaperSummary.run_id, PaperSummary.sheets).where(PaperSummary.run_id.in_(ids))).all()
    )
    told = [run.id for run in runs if not held_back(run, paper.get(run.id, 0))]
    counts: dict[int, dict[str, Counter[str]]] = {i: {} for i in ids}
    for run_id, choices in db.session.execute(
        select(SurveyAnswer.run_id, SurveyAnswer.choices).where(SurveyAnswer.run_id.in_(told))
    ):
        for question, option in choices.items():
            counts[run_id].setdefault(question, Counter())[option] += 1
    for row in db.session.scalars(select(SurveyCount).where(SurveyCount.run_id.in_(ids))):
        counts[row.run_id].setdefault(row.question, Counter())[row.option] += row.n
    return tuple(
        Tally(
            survey=run.survey_key,
            round=run.round,
            is_open=run.is_open,
            answers=run.answered + paper.get(run.id, 0),
            present=run.present,
            counts={question: dict(options) for question, options in counts[run.id].items()},
            skipped_because=run.skipped_because,
        )
        for run in runs
    )
