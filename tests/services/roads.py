"""Ways to a stage of a cycle: the shortest that people could go."""

from __future__ import annotations

from datetime import date, timedelta

from engine.services import cycles, decisions, deficits, plans, surveys
from engine.services.demo.driver import press, write
from engine.services.demo.lessons import ask, attach, discuss, observe, plan, slot, start
from engine.services.demo.school import Cast
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person, School, SchoolRole
from engine.store.surveys import SurveyRun
from engine.store.unit import unit_of_work

LESSONS = [slot(date(2026, 9, 14) + timedelta(days=7 * n), "10:15", "Физика", f"Тема {n}") for n in (1, 2, 3)]
PASSPORT = {"problem_question": "Как сохранить тепло?", "product": "макет", "addressee": "младшие классы"}
YES = {"q1": [1, 3, 9, 7], "q2": [1, 3, 9, 7], "q3": [1, 3, 9, 7]}
STAGES = ("setup", "planning", "conducting", "survey", "discussion", "defence", "summary", "leader_review", "deficits")
LATER = (*STAGES, "development_plan", "decision", "to_lab", "closed")


def road(school: Cast, until: str, round_: int = 1, mark: str = "ПД-1") -> tuple[Cycle, list[Person]]:
    """A cycle of «Проектная деятельность» that stands at the stage ``until`` of the lesson ``round_``."""
    team = school.team(mark)
    if until == "setup":
        return cycles.open_cycle(school.triads[mark], team[0]), team
    cycle, team = start(school, mark, date(2026, 9, 8), "Как экспертиза меняет продукт?", LESSONS, ["gallery"])
    write(team[0], cycle, "project_passport", PASSPORT)
    for n in (1, 2, 3):
        for stage, step in _LESSON.items():
            if cycle.stage == until and n == round_:
                return cycle, team
            if cycle.stage == stage:
                step(cycle, team, n)
    for stage, step in _AFTER.items():
        if cycle.stage == until:
            return cycle, team
        if cycle.stage == stage:
            step(cycle, team)
    assert cycle.stage == until
    return cycle, team


def _planned(cycle: Cycle, team: list[Person], n: int) -> None:
    plan(cycle, team)
    press(team[0], cycle, "approve_plan")


def _asked(cycle: Cycle, team: list[Person], n: int) -> None:
    ask(cycle, team, YES, 20)


def _discussed(cycle: Cycle, team: list[Person], n: int) -> None:
    if n == 2:
        sheets = [attach(team[0], cycle, f"отклик {i}.txt") for i in (1, 2)]
        write(team[0], cycle, "critique", {"product_v1": [sheets[0]], "feedback_files": sheets})
    discuss(cycle, team)
    press(team[0], cycle, "next_lesson" if n < 3 else "sum_up")


_LESSON = {
    "planning": _planned,
    "conducting": lambda cycle, team, n: observe(cycle, team),
    "survey": _asked,
    "discussion": _discussed,
}


def _defended(cycle: Cycle, team: list[Person]) -> None:
    guests = [{"name": f"Гость {n}", "from_triad": False} for n in (1, 2, 3)]
    write(team[0], cycle, "defence", {"commission": guests, "product_text": "макет дома"})
    press(team[0], cycle, "defence_done")


def _summed_up(cycle: Cycle, team: list[Person]) -> None:
    write(team[0], cycle, "summary")
    press(team[0], cycle, "submit_package")


def _reviewed(cycle: Cycle, team: list[Person]) -> None:
    leader = cycle.triad.group.leader
    assert leader is not None
    write(leader, cycle, "review")
    press(leader, cycle, "accept_package")


def own_deficit(person: Person, cycle: Cycle, **given: object) -> int:
    """A deficit of one's own; returns its id."""
    values = {"about": person.id, "group": "methodical", "text": "не успеваю", "evidence": "лист", "level": 2, **given}
    return deficits.propose(person, cycle.id, **values).id  # type: ignore[arg-type]


def _named(cycle: Cycle, team: list[Person]) -> None:
    own_deficit(team[0], cycle)
    press(team[0], cycle, "fix_deficits")


def _answered(cycle: Cycle, team: list[Person]) -> None:
    step = {"text": "взаимопосещение", "deficit_id": deficits.of_cycle(team[0], cycle)[0].id}
    plans.save(team[0], cycle.id, "remedy", 0, {"goal": "успевать"}, [step])
    press(team[0], cycle, "approve_development_plan")


def _decided(cycle: Cycle, team: list[Person]) -> None:
    for person in team:
        decisions.state_position(person, cycle.id, "continue", "")
    decisions.decide(team[0], cycle.id, choice="continue", grounds="Показатели растут", next_question="Что дальше?")
    press(team[0], cycle, "make_decision")


def _handed(cycle: Cycle, team: list[Person]) -> None:
    press(team[0], cycle, "hand_to_lab")


_AFTER = {
    "defence": _defended,
    "summary": _summed_up,
    "leader_review": _reviewed,
    "deficits": _named,
    "development_plan": _answered,
    "decision": _decided,
    "to_lab": _handed,
}


def stranger() -> Person:
    """An administrator of another school in the same installation."""
    with unit_of_work():
        other = School(name="Другая школа", staff=5)
        db.session.add(other)
        db.session.flush()
        person = Person(school_id=other.id, last_name="Чужакова", first_name="Ч")
        db.session.add(person)
        db.session.flush()
        db.session.add(SchoolRole(person_id=person.id, role="school_admin", since=date(2026, 1, 1)))
    return person


def survey_run(cycle: Cycle, key: str = "class_survey") -> SurveyRun:
    """The survey of the present lesson."""
    return next(
        r for r in db.session.query(SurveyRun).filter_by(cycle_id=cycle.id, survey_key=key) if r.round == cycle.round
    )


def answer(link: str, **given: str) -> bool:
    """Open the survey as one more phone and answer."""
    page = surveys.open_page(link)
    return surveys.answer(link, page.token, given)
