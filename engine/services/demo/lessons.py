"""The everyday triads of the demo: short, believable documents, each brought to the stage of the brief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.core.forms import Form, Indicator
from engine.services import cycles, decisions, deficits, files, plans, triads
from engine.services.definitions import definition_of
from engine.services.demo.driver import agree, at, paper, press, timetable, write
from engine.services.demo.school import Cast
from engine.services.host import now
from engine.store.cycles import Cycle
from engine.store.people import Person

STAGES = [
    {"kind": "motivation", "title": "Вызов", "minutes": 8},
    {"kind": "independent", "title": "Работа в группах", "minutes": 22},
    {"kind": "reflection", "title": "Рефлексия", "minutes": 10},
]
EXPECTED = {
    "expected_a": "предложит способ и объяснит его",
    "expected_b": "выполнит по образцу, спросит один раз",
    "expected_c": "сделает первый шаг с опорой на карточку",
}
PLAN: dict[str, Any] = {
    "result_subject": "объясняют способ своими словами",
    "profile_a": "быстро решает, не перечитывает",
    "profile_b": "старательно, ждёт подтверждения",
    "profile_c": "начинает позже других, охотно говорит с соседом",
    "result_a": "проверит свою работу",
    "result_b": "выполнит без подтверждения",
    "result_c": "завершит две части из трёх",
    "stages": [{**stage, **EXPECTED} for stage in STAGES],
    "evidence_plan": ["работы учеников", "записи речи в группах"],
}
#: Minutes after the bell, who, where, what, and whether it was as expected.
FACTS = (
    (9, "A", "Вызов", "назвал два способа, выбрал второй", "full"),
    (23, "B", "Работа в группах", "сверил шаг с карточкой", "full"),
    (26, "C", "Работа в группах", "начал после вопроса соседа", "partly"),
)
#: Scores of a sheet by lesson: a technique takes root, and two observers differ by a step at most.
RISING = ((1, 1, 2), (1, 2, 2), (2, 3, 2))
#: How the class answers a question with four options by lesson: 60, 75, 80 % agree.
AGREE = ([2, 6, 8, 4], [1, 4, 8, 7], [1, 3, 9, 7])
DECISIONS = [
    {"kind": "keep", "text": "карточки с опорой"},
    {"kind": "change", "text": "даём две минуты подумать до обсуждения"},
]


def start(
    cast: Cast, mark: str, day: date, question: str, lessons: Sequence[Mapping[str, Any]], techniques: list[str]
) -> tuple[Cycle, list[Person]]:
    """Open a cycle, accept the rules, fill in the passport and the schedule, approve it."""
    team = cast.team(mark)
    at(datetime.combine(day, time(14, 30)))
    cycle = triads.start(team[0], cast.triads[mark].id)
    for person in team:
        cycles.accept_rules(cycle.id, person)
    write(
        team[0],
        cycle,
        "passport",
        {
            "research_question": question,
            "technique_ids": techniques,
            "class_name": lessons[0]["class_name"],
            "class_size": lessons[0]["class_size"],
            "observable": "ученики сверяют работу с образцом и исправляют её",
        },
    )
    timetable(team[0], cycle, lessons)
    press(team[0], cycle, "approve_schedule")
    return cycle, team


def slot(
    day: date, hour: str, subject: str, topic: str, class_name: str = "7 «А»", kind: str = "lesson", size: int = 22
) -> dict[str, Any]:
    """One lesson of a schedule."""
    return {
        "at": datetime.combine(day, time.fromisoformat(hour)),
        "subject": subject,
        "topic": topic,
        "class_name": class_name,
        "kind": kind,
        "class_size": size,
    }


def plan(cycle: Cycle, team: Sequence[Person], extra: Mapping[str, Any] | None = None) -> None:
    """Plan the lesson together, two days before it, and agree on it."""
    round_ = cycle.rounds[cycle.round - 1]
    assert round_.at is not None
    at(datetime.combine(round_.at.date() - timedelta(days=2), time(15, 0)))
    write(team[0], cycle, "plan", {**PLAN, **(extra or {})})
    agree(team, cycle, "plan")


def facts(bell: datetime) -> list[dict[str, str]]:
    """What was seen, at the minutes of this very lesson."""
    return [
        {"time": f"{bell + timedelta(minutes=after):%H:%M}", "who": who, "stage": stage, "text": text, "match": match}
        for after, who, stage, text, match in FACTS
    ]


def _scores(cycle: Cycle, form: Form, seat: int) -> dict[str, int]:
    indicators = [item for _, item in form.items(cycle.round) if isinstance(item, Indicator)]
    row = RISING[cycle.round - 1]
    return {item.key: row[(place + seat) % len(row)] for place, item in enumerate(indicators)}


def observe(cycle: Cycle, team: Sequence[Person]) -> None:
    """Both observers hand in their sheets after the lesson, and it is marked as done."""
    round_ = cycle.rounds[cycle.round - 1]
    assert round_.at is not None
    at(round_.at + timedelta(minutes=50))
    observers = [p for p in team if p.id != round_.lead_id]
    sheet = definition_of(cycle).form("observation")
    for seat, person in enumerate(observers):
        written = {"facts": facts(round_.at), "helped": "время на обсуждение в группе"}
        write(person, cycle, "observation", {**written, **_scores(cycle, sheet, seat)})
    press(observers[0], cycle, "lesson_done")


def ask(
    cycle: Cycle, team: Sequence[Person], counts: Mapping[str, Sequence[int] | Mapping[str, int]], sheets: int
) -> None:
    """Interview pupil B, enter the class survey from paper, close it."""
    write(team[0], cycle, "interview", {"helped_b": "«Когда есть карточка, понятно, что делать дальше»"})
    paper(team[0], cycle, "class_survey", sheets, counts, present=sheets)
    press(team[0], cycle, "close_survey")


def agreed(cycle: Cycle) -> list[int]:
    """How the class answers in the lesson that stands: more of them agree from lesson to lesson."""
    return AGREE[cycle.round - 1]


def discuss(cycle: Cycle, team: Sequence[Person], extra: Mapping[str, Any] | None = None) -> None:
    """Write the protocol on the day of the lesson."""
    round_ = cycle.rounds[cycle.round - 1]
    assert round_.at is not None
    at(datetime.combine(round_.at.date(), time(15, 0)))
    moderator = next(p for p in team if p.id != round_.lead_id)
    write(
        team[0],
        cycle,
        "discussion",
        {
            "held_on": round_.at.date().isoformat(),
            "held_at": "15:00",
            "moderator": moderator.id,
            "recorder": team[0].id,
            "conclusions": ["Опора помогает начать, время — закончить"],
            "decisions": DECISIONS,
            **(extra or {}),
        },
    )


def attach(person: Person, cycle: Cycle, name: str) -> int:
    """Upload a small text file."""
    return files.add(person, cycle.id, name, f"{name}: пример для демонстрационной школы".encode()).id


def following(cycle: Cycle, team: Sequence[Person]) -> None:
    """From the discussion of a lesson to the next one, or to the conclusions after the last."""
    discuss(cycle, team)
    press(team[0], cycle, "next_lesson" if cycle.round < len(cycle.rounds) else "sum_up")


def later(days: int = 1) -> None:
    """The clock goes on to three o'clock of a later day."""
    at(datetime.combine(now().date() + timedelta(days=days), time(15, 0)))


def finish(
    cycle: Cycle,
    team: Sequence[Person],
    summary: Mapping[str, Any],
    deficit: Mapping[str, Any],
    own: Sequence[str],
    question: str,
) -> None:
    """From the conclusions to the Laboratory: package, review, deficits (the triad's, and what each names for
    themselves and opens to the Laboratory), the plan, the decision to go on."""
    leader = cycle.triad.group.leader
    assert leader is not None
    later()
    lessons = ", ".join(r.subject.lower() for r in cycle.rounds)
    done = f"Три урока в {cycle.rounds[0].class_name}: {lessons}. После каждого — опрос класса и обсуждение."
    write(team[0], cycle, "summary", {"done": done, **summary})
    press(team[0], cycle, "submit_package")
    later(2)
    write(leader, cycle, "review")
    press(leader, cycle, "accept_package")
    later()
    named = [deficits.propose(team[0], cycle.id, about=None, visibility="lab", **deficit)]
    for person, text in zip(team, own, strict=True):
        personal = {**deficit, "text": text, "level": 1}
        named.append(deficits.propose(person, cycle.id, about=person.id, visibility="lab", **personal))
    press(team[0], cycle, "fix_deficits")
    later()
    due = now().date() + timedelta(days=30)
    names = ("тройка", *(p.short_name for p in team))
    what = ("Взаимопосещение с одной целью", *["Проба приёма на своём уроке, смотрит коллега"] * len(team))
    steps = [
        {"text": text, "who": who, "deficit_id": d.id, "due": due}
        for d, who, text in zip(named, names, what, strict=True)
    ]
    plans.save(team[0], cycle.id, "remedy", 0, {"goal": "Делать это на каждом уроке"}, steps)
    press(team[0], cycle, "approve_development_plan")
    later()
    for person in team:
        decisions.state_position(person, cycle.id, "continue", "Есть открытые вопросы")
    decisions.decide(
        team[0], cycle.id, choice="continue", grounds="Показатели растут, вопросы остались", next_question=question
    )
    press(team[0], cycle, "make_decision")
    later()
    press(team[0], cycle, "hand_to_lab")
