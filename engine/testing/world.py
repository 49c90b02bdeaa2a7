"""A school in memory: whoever holds a role, whatever was written, and the run that goes through a definition.

Everything is data for ``engine.core``: there is no database and no web, so that thousands of walks take seconds.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from engine.core.definition import GroupType
from engine.core.forms import Form
from engine.core.machine import Move, Verdict, machine_for
from engine.core.rules import Refusal
from engine.core.settings import defaults
from engine.core.view import CycleView, Person, RoundFacts, Sheet, Tally
from engine.testing import coverage, helping
from engine.testing.filling import Filling, Wanted

START = datetime.fromisoformat("2026-09-07T09:00")
NAMES = "АБВГДЕЖ"
#: Who leads the group, who is its psychologist.
LEADER, PSYCHOLOGIST = 9, 10


def day(number: int) -> str:
    """The date so many days after a run began, as documents hold it: ``day(0)`` is the day it was opened."""
    return (START + timedelta(days=number)).date().isoformat()


@dataclass(frozen=True)
class Entry:
    """A line of the journal of a walk."""

    action: str
    source: str
    target: str
    round: int
    held: bool


@dataclass
class World:
    """A run of a definition and everything around it that rules may look at.

    The colleagues 1, 2, … sit in the team, as many as the type asks for; 9 leads the group, 10 is its psychologist,
    unless ``leader`` and ``psychologist`` say otherwise. ``wanted`` says what is written where a plausible answer is
    not enough for a rule of the type.
    """

    definition: GroupType
    stage: str = ""
    round: int = 1
    held: bool = False
    people: dict[int, Person] = field(default_factory=dict)
    team: list[int] = field(default_factory=list)
    leader: int = LEADER
    psychologist: int = PSYCHOLOGIST
    sheets: dict[tuple[str, int, int], Sheet] = field(default_factory=dict)
    tallies: dict[tuple[str, int], Tally] = field(default_factory=dict)
    rounds: dict[int, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    waived: set[tuple[str, int]] = field(default_factory=set)
    journal: list[Entry] = field(default_factory=list)
    minutes: int = 0
    since: int = 0
    wanted: Wanted = field(default_factory=dict)

    def __post_init__(self) -> None:
        process = self.definition.process
        self.stage = self.stage or process.initial
        self.team = self.team or list(range(1, self.definition.team + 1))
        if not self.people:
            self.people = {i: Person(i, f"{NAMES[i % 7]}. {NAMES[i % 7]}. {i}") for i in range(1, 11)}
        if process.loop and not self.rounds:
            kinds = [k.key for k in self.definition.kinds] or [""]
            self.rounds = {n: {"kind": kinds[n % len(kinds)]} for n in range(1, process.rounds + 1)}
        self.facts = self.facts or {
            "rules_accepted": [],
            "deficits": [],
            "plans": [],
            "decision": {"positions": {}, "chosen": ""},
            "alerts": 0,
            "alerts_unread": 0,
            "handovers": [{"key": f"c{n}", "title": f"Цикл {n}", "received": n != 2} for n in (1, 2, 3)],
            "leaders": [{"id": LEADER, "name": "Ж. Ж.", "group": "ПОС"}],
            "coverage": 0.8,
            "full_packages": 1.0,
            "closed_deficits": 0.5,
            "bank_per_cycle": 1.0,
            "bases": [{"key": "deficit:methodical", "title": "Дефициты: методические"}],
            "staff": [{"key": str(i), "title": p.name} for i, p in self.people.items()],
        }
        coverage.entered(self.definition, self.stage)

    def copy(self) -> World:
        """The same run once more: what is done in one is not seen in the other."""
        parts = ("team", "sheets", "tallies", "waived", "journal", "settings")
        shallow = {name: copy.copy(getattr(self, name)) for name in parts}
        return replace(self, **shallow, rounds=copy.deepcopy(self.rounds), facts=copy.deepcopy(self.facts))

    # -- what rules see -------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The moment of the clock."""
        return START + timedelta(minutes=self.minutes)

    @property
    def late(self) -> int:
        """How many working days (Monday to Friday) the run has stood past the term of its stage; 0 while suspended."""
        term = self.definition.process.stage(self.stage).days
        first, today = (START + timedelta(minutes=self.since)).date(), self.now.date()
        passed = sum((first + timedelta(days=n)).weekday() < 5 for n in range(1, (today - first).days + 1))
        return max(0, passed - term) if term and not self.held else 0

    @property
    def lead(self) -> int:
        """Who teaches the lesson of this round."""
        return self.lead_of(self.round)

    def lead_of(self, round: int) -> int:
        """Who teaches the lesson of a round: the one named for it, else by rotation."""
        named = self.rounds.get(round, {}).get("lead", 0)
        return int(named) if named in self.team else self.team[(round - 1) % len(self.team)]

    def roles(self) -> dict[str, tuple[Person, ...]]:
        """Who holds each role in this round."""
        team = tuple(self.people[i] for i in self.team)
        return {
            "triad_member": team,
            "lead_teacher": (self.people[self.lead],),
            "observer": tuple(self.people[i] for i in self.team if i != self.lead),
            "group_leader": (self.people[self.leader],),
            "psychologist": (self.people[self.psychologist],),
            "lab_member": team,
            "school_admin": (self.people[self.psychologist],),
        }

    def view(self, actor: int = 1, given: Mapping[str, Any] | None = None) -> CycleView:
        """What a rule sees when ``actor`` is about to press a button, with the answers ``given`` beside it."""
        return CycleView(
            stage=self.stage,
            round=self.round,
            held=self.held,
            now=self.now,
            actor=self.people[actor],
            roles=self.roles(),
            sheets=tuple(self.sheets.values()),
            tallies=tuple(self.tallies.values()),
            rounds=tuple(
                RoundFacts(n, r.get("kind", ""), r.get("at"), r.get("status", ""), r.get("done_at"), r.get("facts", {}))
                for n, r in self.rounds.items()
            ),
            facts={name: self.facts[name] for name in self.definition.process.feeds},
            waived=frozenset(rule for rule, n in self.waived if n == self.round),
            given=given or {},
            settings={**defaults(self.definition.settings), **self.settings},
        )

    def verdicts(self, actor: int) -> tuple[Verdict, ...]:
        """Every button of this stage, each with all its refusals."""
        return machine_for(self.definition).explain(self.view(actor))

    def holders(self, verdict: Verdict) -> list[int]:
        """Who may press the button."""
        return sorted({p.id for role in verdict.action.roles for p in self.roles()[role]})

    # -- what people do -------------------------------------------------------------------------------------------

    def press(self, action: str, actor: int, given: Mapping[str, Any] | None = None) -> Move:
        """Press a button as the service does; what ``fire`` raises goes through and nothing has changed then."""
        before = self.stage
        move = machine_for(self.definition).fire(action, self.view(actor, given))
        mark = move.action.mark
        if mark and self.round in self.rounds:
            here = self.rounds[self.round]
            here["status"] = mark
            if mark in ("conducted", "surveyed", "discussed"):
                here.setdefault("done_at", self.now)
                observers = tuple(self.people[i] for i in self.team if i != self.lead)
                here["facts"] = {**here.get("facts", {}), "observers": observers}
            else:
                here.pop("done_at", None)
        if move.stage != before:
            self.since = self.minutes
        self.stage, self.round, self.held = move.stage, move.round, move.held
        self.journal.append(Entry(action, before, move.stage, move.round, move.held))
        coverage.pressed(self.definition, action, move.stage)
        return move

    def write(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        round: int | None = None,
        owner: int = 0,
        complete: bool = True,
        sparse: int = 0,
    ) -> None:
        """Write a document with plausible answers, ``values`` over them; handed in and agreed with when ``complete``.

        ``round`` is the present one unless it is told, ``owner`` the first who may fill in a personal sheet; ``sparse``
        leaves out every n-th answer.
        """
        form = self.definition.form(key)
        n = self._place(form, round)
        who = owner or next((p.id for role in form.roles for p in self.roles()[role]), self.team[0])
        plausible = Filling(self.definition, self.view(), form, self.wanted, sparse).values(n or None)
        confirmed = frozenset(p.id for role in form.confirm for p in self.roles()[role]) if complete else frozenset()
        self.put(key, {**plausible, **(values or {})}, n, who, complete=complete, confirmed=confirmed)

    def put(
        self,
        key: str,
        values: Mapping[str, Any],
        round: int,
        owner: int,
        *,
        complete: bool = True,
        confirmed: frozenset[int] = frozenset(),
    ) -> None:
        """A document with exactly these answers; ``owner`` counts for a personal sheet alone."""
        person = self.people[owner] if self.definition.form(key).filling == "each" else None
        self.minutes += 1
        sheet = Sheet(key, round, person, values, "submitted" if complete else "draft", confirmed, self.now)
        self.sheets[key, round, owner if person else 0] = sheet

    def _place(self, form: Form, round: int | None) -> int:
        return (self.round if round is None else round) if form.per_round and self.rounds else 0

    def later(self, days: int = 0, minutes: int = 0) -> None:
        """The clock goes on."""
        self.minutes += days * 24 * 60 + minutes

    def until(self, moment: date | int) -> None:
        """The clock goes on to nine in the morning of a day: a date, or a number of days after the beginning."""
        days = moment if isinstance(moment, int) else (moment - START.date()).days
        assert days * 24 * 60 >= self.minutes - self.minutes % (24 * 60), "the clock does not go back"
        self.minutes = max(self.minutes, days * 24 * 60)

    def ask(self, survey: str, answers: int, counts: Mapping[str, Mapping[str, int]] | None = None) -> None:
        """So many people answer a survey of this round; ``counts`` says what, by question and option."""
        self.tallies[survey, self.round] = Tally(
            survey, self.round, True, answers, present=answers, counts=counts or {}
        )

    def waive(self, rule: str) -> None:
        """The leader lifts a rule for this round. Raises AssertionError where that is not possible."""
        found = self.definition.rules.get(rule)
        assert found is not None and found.waivable, f"«{rule}» cannot be lifted"
        self.waived.add((rule, self.round))

    def replace(self, seat: int, newcomer: int) -> None:
        """Somebody else takes a seat (from 0) from now on; sheets stay with their authors."""
        if newcomer not in self.team:
            gone, self.team[seat] = self.team[seat], newcomer
            for facts in self.rounds.values():
                if facts.get("lead") == gone and "done_at" not in facts:
                    facts["lead"] = newcomer

    def resolve(self, refusal: Refusal) -> None:
        """Do at the link of a refusal what it asks for. Raises AssertionError when nobody knows what that is."""
        helping.resolve(self, refusal)
