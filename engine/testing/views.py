"""A view of a cycle made by hand: for a rule that is tried alone, without a definition around it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.view import CycleView, Person, RoundFacts, Sheet, Tally
from engine.testing.world import LEADER, NAMES, PSYCHOLOGIST, START


def cycle_view(
    stage: str = "",
    *,
    round: int = 1,
    team: int = 3,
    documents: Mapping[str, Mapping[str, Any]] | None = None,
    whole: Mapping[str, Mapping[str, Any]] | None = None,
    sheets: tuple[Sheet, ...] = (),
    answers: Mapping[str, int] | None = None,
    facts: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
    now: datetime = START,
    at: datetime | None = None,
    held: bool = False,
) -> CycleView:
    """What a rule sees: the colleagues 1, 2, … in the team, 1 teaches in the first round, 9 leads the group.

    ``documents`` are shared ones of this round, ``whole`` those of the whole cycle, handed in and confirmed by
    everybody (form → field → answer); ``sheets`` are any others. ``answers`` counts the answers to surveys of this
    round; ``at`` is when its lesson is.

    >>> view = cycle_view("planning", documents={"plan": {"lesson_focus": "Притча"}})
    >>> view.values("plan")["lesson_focus"], [p.id for p in view.holders("observer")]
    ('Притча', [2, 3])
    """
    people = tuple(Person(n, f"{NAMES[n % 7]}. {NAMES[n % 7]}. {n}") for n in range(1, team + 1))
    lead = people[(round - 1) % team]
    everybody = frozenset(p.id for p in people)
    shared = tuple(
        Sheet(key, n, None, values, "submitted", everybody, now)
        for n, written in ((round, documents), (0, whole))
        for key, values in (written or {}).items()
    )
    return CycleView(
        stage,
        round,
        held,
        now,
        people[0],
        {
            "triad_member": people,
            "lead_teacher": (lead,),
            "observer": tuple(p for p in people if p != lead),
            "group_leader": (Person(LEADER, "Ж. Ж. 9"),),
            "psychologist": (Person(PSYCHOLOGIST, "Г. Г. 10"),),
        },
        (*shared, *sheets),
        tuple(Tally(key, round, True, n, present=n) for key, n in (answers or {}).items()),
        (RoundFacts(round, at=at, facts={"lead": lead}),),
        facts or {},
        given=given or {},
        settings=settings or {},
    )
