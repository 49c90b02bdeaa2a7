"""A cycle that took place, played again on a definition: what ``trefoil types record`` writes tests with.

People are «A», «B», «C» by their seats (newcomers go on from there), «leader» and «psychologist»; days count from the
day the cycle was opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.core.definition import GroupType
from engine.core.errors import Refused, UnknownAction
from engine.testing.world import LEADER, PSYCHOLOGIST, START, World

_OTHERS = {"leader": LEADER, "psychologist": PSYCHOLOGIST}


def number_of(who: str) -> int:
    """«A» is 1, «B» is 2 …; the leader and the psychologist as in a :class:`World`."""
    return _OTHERS.get(who) or ord(who) - ord("A") + 1


class Recorded:
    """A run in which everything is done again as it was. Each verb raises AssertionError where it is not possible."""

    def __init__(
        self,
        definition: GroupType,
        *,
        rounds: Mapping[int, Mapping[str, Any]] | None = None,
        facts: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        leader: str = "leader",
        psychologist: str = "psychologist",
    ) -> None:
        self.world = World(definition, settings=dict(settings or {}))
        self.world.leader, self.world.psychologist = number_of(leader), number_of(psychologist)
        self.world.facts.update(facts or {})
        for n, known in (rounds or {}).items():
            self._lesson(n, known)

    def _lesson(self, n: int, known: Mapping[str, Any]) -> None:
        """The facts of a lesson: ``at`` as (day, time), ``lead`` and ``watch`` as people, the rest as it is."""
        world = self.world
        here = world.rounds.setdefault(n, {})
        here["kind"] = known.get("kind", "")
        here["at"] = self._moment(*known["at"]) if known.get("at") else None
        here["lead"] = number_of(known["lead"]) if known.get("lead") else 0
        rest = {key: value for key, value in known.items() if key not in ("kind", "at", "lead", "watch")}
        watch = {key: number_of(who) for key, who in known.get("watch", {}).items()}
        observers = tuple(world.people[i] for i in world.team if i != world.lead_of(n))
        lead = world.people[world.lead_of(n)] if known.get("lead") else None
        here["facts"] = {"observers": observers, "lead": lead, "watch": watch, **rest}

    @staticmethod
    def _moment(day: int, time: str) -> datetime:
        hours, minutes = time.split(":")
        return datetime.combine((START + timedelta(days=day)).date(), datetime.min.time()).replace(
            hour=int(hours), minute=int(minutes)
        )

    def on(self, day: int) -> None:
        """It is so many days after the beginning."""
        self.world.until(day)

    def write(
        self,
        form: str,
        values: Mapping[str, Any],
        *,
        by: str,
        round: int = 0,
        draft: bool = False,
        confirmed: str = "",
    ) -> None:
        """A document as it was saved; ``confirmed`` are the letters of those who agreed with it."""
        agreed = frozenset(number_of(who) for who in confirmed)
        self.world.put(form, values, round, number_of(by), complete=not draft, confirmed=agreed)

    def ask(self, survey: str, answers: int, counts: Mapping[str, Mapping[str, int]] | None = None) -> None:
        """What a survey of this round came to."""
        self.world.ask(survey, answers, counts)

    def waive(self, rule: str) -> None:
        """A rule was lifted for this round."""
        self.world.waive(rule)

    def replace(self, old: str, new: str) -> None:
        """A member was replaced."""
        gone = number_of(old)
        assert gone in self.world.team, f"{old} is not in the team"
        self.world.replace(self.world.team.index(gone), number_of(new))

    def press(
        self,
        action: str,
        *,
        by: str,
        to: str,
        round: int = 0,
        held: bool = False,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        """A button was pressed, and the run came to stand in the stage ``to`` (of a ``round``)."""
        world = self.world
        try:
            world.press(action, number_of(by), given)
        except Refused as refused:
            told = "; ".join(f"{r.code}: {r.text}" for r in refused.refusals)
            raise AssertionError(f"«{action}» in «{world.stage}», round {world.round}, is closed now: {told}") from None
        except UnknownAction:
            raise AssertionError(f"«{action}» does not leave «{world.stage}» any more") from None
        here = (world.stage, world.round, world.held)
        wanted = (to, round or world.round, held)
        assert here == wanted, f"«{action}» leads to {here}, it led to {wanted}"
