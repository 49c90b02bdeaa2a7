"""The demo school of the brief: every number of §8.2, the check-ins of §8.3, the counts of §8.1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.core.results import Results
from engine.services import demo, feeds, journal, outcomes
from engine.services.definitions import definition_of
from engine.services.host import install
from engine.services.setup import prepare_database
from engine.services.views import view_of
from engine.store.cycles import DONE, Cycle, JournalEntry, Round
from engine.store.database import db
from engine.store.growth import Deficit, DevelopmentPlan, Handover
from engine.store.people import Person, School


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo school, loaded once for the whole module."""
    folder = tmp_path_factory.mktemp("demo")
    app = Flask("demo")
    install(app, folder, demo=True)
    with app.app_context():
        prepare_database()
        demo.load()
        yield folder
        db.session.remove()
        db.engine.dispose()


def _cycle(mark: str) -> Cycle:
    found = db.session.scalars(select(Cycle).order_by(Cycle.id)).all()
    return next(c for c in found if c.title.startswith(mark))


@pytest.fixture
def outcome(loaded: Path) -> outcomes.Outcome:
    return outcomes.outcome(_cycle("ФО-1"))


SECTIONS = {
    "goals": ((1.17, 39), (2.00, 67), (2.67, 89)),
    "evidence_taking": ((1.17, 39), (1.83, 61), (2.17, 72)),
    "feedback": ((0.50, 17), (2.00, 67), (2.25, 75)),
    "peer": ((1.00, 33), (1.50, 50), (2.00, 67)),
    "self_assessment": ((0.75, 25), (1.50, 50), (2.25, 75)),
}
OVERALL = ((0.95, 32, 11), (1.79, 60, 12), (2.29, 76, 12))
INDICATORS = {
    "fo2": (1.0, 2.0, 3.0),
    "fo5": (1.0, 2.0, 2.5),
    "fo6": (0.5, 1.5, 2.0),
    "fo7": (1.0, 2.0, 2.0),
    "fo8": (0.0, 2.0, 2.5),
    "fo10": (1.0, 1.5, 2.0),
    "fo12": (0.5, 1.0, 2.0),
}
AGREEMENT = {
    "q1": (72.7, 82.6, 95.2),
    "q2": (50.0, 73.9, 90.5),
    "q3": (31.8, 73.9, 85.7),
    "q4": (None, 65.2, 76.2),
}
CRITERIA = {
    "fo_k1": (False, False, True),
    "fo_k2": (False, False, True),
    "fo_k3": (False, True, True),
    "fo_k4": (False, False, True),
    "fo_k5": (False, True, True),
}


@pytest.mark.parametrize("key", SECTIONS)
def test_sections(outcome: outcomes.Outcome, key: str) -> None:
    for lesson, (mean, index) in zip(outcome.sections, SECTIONS[key], strict=True):
        section = next(s for s in lesson if s.key == key)
        assert section.mean is not None and section.index is not None
        assert section.mean == pytest.approx(mean, abs=0.0051)
        assert round(section.index * 100) == index


def test_all_indicators_together(outcome: outcomes.Outcome) -> None:
    for whole, (mean, index, count) in zip(outcome.overall, OVERALL, strict=True):
        assert whole.mean is not None and whole.index is not None
        assert whole.mean == pytest.approx(mean, abs=0.0051)
        assert round(whole.index * 100) == index
        assert sum(i.mean is not None for i in whole.indicators) == count


@pytest.mark.parametrize("key", INDICATORS)
def test_indicators(outcome: outcomes.Outcome, key: str) -> None:
    found = [next(i for i in whole.indicators if i.key == key).mean for whole in outcome.overall]
    assert tuple(found) == INDICATORS[key]


@pytest.mark.parametrize("key", AGREEMENT)
def test_agreement(loaded: Path, key: str) -> None:
    cycle = _cycle("ФО-1")
    results = Results(definition_of(cycle), view_of(cycle, definition_of(cycle), None))
    shares = [results.agreement("class_survey", key, n) for n in (1, 2, 3)]
    assert tuple(None if s is None else round(s * 100, 1) for s in shares) == AGREEMENT[key]


@pytest.mark.parametrize("key", CRITERIA)
def test_criteria(outcome: outcomes.Outcome, key: str) -> None:
    found = [outcome.finding(key, n) for n in (1, 2, 3)]
    assert tuple(f.met for f in found if f) == CRITERIA[key]


def test_the_near_miss_fails_by_the_survey_alone(outcome: outcomes.Outcome) -> None:
    finding = outcome.finding("fo_k1", 2)
    assert finding is not None
    assert [m.met for m in finding.measured] == [True, False]
    value = finding.measured[1].value
    assert value is not None and round(value * 100, 1) == 73.9


def test_observers_differ_once(outcome: outcomes.Outcome) -> None:
    assert outcome.disagreements == ((2, "fo8"),)


def test_check_ins(loaded: Path) -> None:
    cycle = _cycle("СЭР-1")
    view = view_of(cycle, definition_of(cycle), None)
    heavy = []
    for survey in ("checkin_before", "checkin_after"):
        tally = view.tally(survey, 1)
        assert tally is not None and tally.answers == tally.present == 20
        counts = tally.counts["mood"]
        heavy.append(round((counts["anxious"] + counts["tired"]) / tally.answers * 100))
    assert heavy == [35, 15]
    found = {f.criterion.key: f.met for f in outcomes.outcome(cycle).findings if f.round == 1}
    assert found["sel_k2"] is True and found["sel_k3"] is True


def test_counts_of_the_school(loaded: Path) -> None:
    school = db.session.get(School, demo.home_school())
    assert school.staff == 36 == db.session.scalar(select(func.count()).where(Person.school_id == school.id))
    assert round((feeds.coverage(school.id) or 0) * 100, 1) == 83.3
    rounds = db.session.scalars(select(Round)).all()
    assert sum(r.status in DONE for r in rounds) == 14 == sum(r.done_at is not None for r in rounds)
    assert db.session.scalar(select(func.count()).where(Cycle.stage == "closed")) == 1
    assert db.session.scalar(select(func.count()).select_from(Handover)) == 1


STANDING = {
    "4К-1": ("discussion", 3, 3),
    "4К-2": ("planning", 2, 1),
    "ПД-1": ("defence", 3, 3),
    "ПД-2": ("discussion", 2, 2),
    "ФО-1": ("closed", 3, 3),
    "ФО-2": ("planning", 1, 0),
    "СЭР-1": ("survey", 2, 2),
    "СЭР-2": ("planning", 1, 0),
    "Лаб-1": ("collect", 1, 0),
    "Лаб-2": ("plan", 1, 0),
}


@pytest.mark.parametrize("mark", STANDING)
def test_every_triad_stands_where_the_brief_says(loaded: Path, mark: str) -> None:
    cycle = _cycle(mark)
    assert (cycle.stage, cycle.round, sum(r.done_at is not None for r in cycle.rounds)) == STANDING[mark]


def test_the_next_cycle_carries_the_new_question(loaded: Path) -> None:
    following = db.session.scalars(select(Cycle).where(Cycle.previous_id == _cycle("ФО-1").id)).one()
    view = view_of(following, definition_of(following), None)
    assert view.values("passport", 0)["research_question"].startswith("Как «точка решения»")
    assert following.stage == "setup"


def test_deficits_and_plans(loaded: Path) -> None:
    rows = {(d.person_id, d.group_key): d.status for d in db.session.scalars(select(Deficit))}
    assert sorted(rows.values()) == ["closed", "in_work", "planned", "planned"]
    assert {p.kind: p.status for p in db.session.scalars(select(DevelopmentPlan))} == {
        "remedy": "agreed",
        "route": "agreed",
    }


def test_every_journal_tells_the_state(loaded: Path) -> None:
    for cycle in db.session.scalars(select(Cycle)):
        assert journal.replay(cycle) == (cycle.stage, cycle.round, cycle.held)


def test_loading_twice_changes_nothing(loaded: Path) -> None:
    before = db.session.scalar(select(func.count()).select_from(JournalEntry))
    demo.load()
    assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == before


def test_everybody_in_a_triad_can_be_stepped_into(loaded: Path) -> None:
    listed = demo.people()
    assert sum(len(members) for title, members in listed if title.startswith(("ПОС", "Лаборатория"))) == 30
    others = [person.last_name for _, members in listed for person, _ in members][30:]
    assert others == ["Словарёва", "Заречнов", "Окружнова"][-len(others) :]
