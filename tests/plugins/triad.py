"""A triad of any group type: who it is, what it writes, its cycle driven by hand, what its type says of it."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest

from engine.api import CycleView, GroupType, Person, RoundFacts, Sheet, Survey, Tally
from engine.core.errors import Refused
from engine.core.machine import machine_for
from engine.core.text import localise

ANNA, BELLA, VERA = Person(1, "Первая А. А."), Person(2, "Вторая Б. Б."), Person(3, "Третья В. В.")
LEADER = Person(9, "Девятая Л. Л.")
ALL = (ANNA, BELLA, VERA)
SEATS = {"triad_member": ALL, "lead_teacher": (ANNA,), "observer": (BELLA, VERA), "group_leader": (LEADER,)}


def view(*sheets: Sheet, **changes: object) -> CycleView:
    """What Anna sees while the first lesson is planned; ``changes`` are fields of the view."""
    start = CycleView("planning", 1, actor=ANNA, roles=SEATS, sheets=sheets)
    return dataclasses.replace(start, **changes)  # type: ignore[arg-type]


def shared(form: str, round_: int = 0, **values: object) -> Sheet:
    """A document of the triad that all three have confirmed."""
    return Sheet(form, round_, None, values, confirmed=frozenset(p.id for p in ALL))


def lessons(subject: str) -> tuple[RoundFacts, ...]:
    """Three lessons that Anna leads."""
    facts = {"subject": subject, "lead": ANNA, "observers": (BELLA, VERA), "watch": {"A": 2, "B": 2, "C": 3}}
    at = datetime.fromisoformat("2026-11-23T10:15")
    return tuple(RoundFacts(n, "lesson", at, facts=facts) for n in (1, 2, 3))


def refusal(of: GroupType, key: str, seen: CycleView) -> str:
    """What a rule says, empty where it is content.

    Whatever it says has a code, roles and English, and leads to what is of this lesson or of the cycle.
    """
    found = of.rules[key](seen)
    if found is None:
        return ""
    assert found.code == key
    assert found.roles and found.link
    of_cycle = found.link.kind == "schedule" or (found.link.kind == "form" and not of.form(found.link.key).per_round)
    assert found.link.round == (0 if of_cycle else seen.round)
    assert localise(found.text, "en") != found.text
    return str(found.text)


def told(survey: Survey) -> list[str]:
    """A survey as the brief writes it, a line a question; its questions are numbered."""
    assert [q.key for q in survey.questions] == [f"q{n}" for n in range(1, len(survey.questions) + 1)]
    lines = []
    for question in survey.questions:
        options = " / ".join(o.title for o in question.options)
        lines.append(f"({question.kind}) {question.title}" + (f" {options}" if options else ""))
    return lines


def numbered(survey: Survey) -> bool:
    """Whether the answers of its every question are numbered too."""
    return all([o.key for o in q.options] == [str(n) for n in range(1, len(q.options) + 1)] for q in survey.questions)


class Walk:
    """A cycle driven by hand: what people write is put into the view, what the machine says moves it."""

    def __init__(self, of: GroupType, seen: CycleView) -> None:
        self.machine, self.view = machine_for(of), dataclasses.replace(seen, stage="setup")

    def write(self, *sheets: Sheet, tallies: tuple[Tally, ...] = (), **facts: object) -> None:
        """Documents take the place of what was written in them before."""
        places = {(s.form, s.round, s.person) for s in sheets}
        old = [s for s in self.view.sheets if (s.form, s.round, s.person) not in places]
        self.view = dataclasses.replace(
            self.view,
            sheets=(*old, *sheets),
            tallies=(*self.view.tallies, *tallies),
            facts={**self.view.facts, **facts},
        )

    def refused(self, action: str) -> set[str]:
        """The codes for which the action is not to be had."""
        with pytest.raises(Refused) as caught:
            self.machine.fire(action, self.view)
        return {r.code for r in caught.value.refusals}

    def fire(self, action: str, actor: Person | None = None) -> None:
        """Press: without ``actor`` the first of the triad does."""
        self.view = dataclasses.replace(self.view, actor=actor or self.view.roles["triad_member"][0])
        move, n = self.machine.fire(action, self.view), self.view.round
        mark = move.action.mark
        rounds = (dataclasses.replace(r, status=mark) if mark and r.n == n else r for r in self.view.rounds)
        self.view = dataclasses.replace(
            self.view, stage=move.stage, round=move.round, held=move.held, rounds=tuple(rounds)
        )

    def decide(self) -> None:
        """The three decide to go on, and the cycle ends with its summary in the Laboratory."""
        self.write(decision={"positions": {1: "again", 2: "again", 3: "again"}, "chosen": "again"})
        self.fire("make_decision")
        self.fire("hand_to_lab")
        assert (self.view.stage, self.view.round) == ("closed", 3)
