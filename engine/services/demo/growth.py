"""How the team of ФО-1 saw itself in October (domain brief §8.2)."""

from __future__ import annotations

from datetime import datetime

from engine.services import maturity
from engine.services.demo.driver import at
from engine.services.demo.school import Cast

#: The answers of the three, ЗР1 to ЗР9; their medians are those of the brief, their mean 1,33.
ANSWERS = ((1, 2, 1, 2, 2, 1, 0, 1, 1), (1, 2, 1, 1, 2, 1, 1, 1, 2), (2, 1, 0, 3, 1, 1, 2, 2, 1))


def load(cast: Cast) -> None:
    """The self-assessment of October, its point of growth stated."""
    at(datetime(2026, 10, 15, 15, 0))
    team = cast.team("ФО-1")
    run = maturity.open_run(team[0], cast.triads["ФО-1"].id)
    for person, scores in zip(team, ANSWERS, strict=True):
        maturity.answer(person, run.id, {f"zr{n}": score for n, score in enumerate(scores, 1)})
    maturity.state_growth(team[0], run.id, "zr7")
