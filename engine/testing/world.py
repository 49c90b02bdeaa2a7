"""A school in memory: whoever holds a role, whatever was written, and the run that goes through a definition.

Everything is data for ``engine.core``: there is no database and no web, so that thousands of walks take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.core.definition import GroupType
from engine.core.forms import Field, Form, Indicator, Option, Rows
from engine.core.machine import Move, Verdict, machine_for
from engine.core.rules import Link, Refusal
from engine.core.settings import defaults
from engine.core.view import CycleView, Person, RoundFacts, Sheet, Tally
from engine.extension.offered import choices, subjects

START = datetime.fromisoformat("2026-09-07T09:00")
NAMES = "АБВГДЕЖ"
#: What a plausible answer alone does not reach: form → field → the answer, or a function of the keys offered.
Wanted = Mapping[str, Mapping[str, Any]]


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

    Three colleagues (1, 2, 3) sit in the team, 9 leads the group, 10 is its psychologist. ``wanted`` says what is
    written where a plausible answer is not enough for a rule of the type.
    """

    definition: GroupType
    stage: str = ""
    round: int = 1
    held: bool = False
    people: dict[int, Person] = field(default_factory=dict)
    team: list[int] = field(default_factory=lambda: [1, 2, 3])
    sheets: dict[tuple[str, int, int], Sheet] = field(default_factory=dict)
    tallies: dict[tuple[str, int], Tally] = field(default_factory=dict)
    rounds: dict[int, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    waived: set[tuple[str, int]] = field(default_factory=set)
    journal: list[Entry] = field(default_factory=list)
    minutes: int = 0
    wanted: Wanted = field(default_factory=dict)

    def __post_init__(self) -> None:
        process = self.definition.process
        self.stage = self.stage or process.initial
        self.people = {i: Person(i, f"{NAMES[i % 7]}. {NAMES[i % 7]}. {i}") for i in (*range(1, 9), 9, 10)}
        if process.loop:
            kinds = [k.key for k in self.definition.kinds] or [""]
            self.rounds = {n: {"kind": kinds[n % len(kinds)]} for n in range(1, process.rounds + 1)}
        self.facts = {
            "rules_accepted": [],
            "deficits": [],
            "plans": [],
            "decision": {"positions": {}, "chosen": ""},
            "alerts": 0,
            "alerts_unread": 0,
            "handovers": [{"key": f"c{n}", "title": f"Цикл {n}", "received": n != 2} for n in (1, 2, 3)],
            "leaders": [{"id": 9, "name": "Ж. Ж.", "group": "ПОС"}],
            "coverage": 0.8,
            "full_packages": 1.0,
            "closed_deficits": 0.5,
            "bank_per_cycle": 1.0,
            "bases": [{"key": "deficit:methodical", "title": "Дефициты: методические"}],
            "staff": [{"key": str(i), "title": p.name} for i, p in self.people.items()],
        }

    # -- what rules see -------------------------------------------------------------------------------------------

    @property
    def lead(self) -> int:
        """Who teaches the lesson of this round."""
        return self.team[(self.round - 1) % 3]

    def roles(self) -> dict[str, tuple[Person, ...]]:
        """Who holds each role in this round."""
        team = tuple(self.people[i] for i in self.team)
        return {
            "triad_member": team,
            "lead_teacher": (self.people[self.lead],),
            "observer": tuple(self.people[i] for i in self.team if i != self.lead),
            "group_leader": (self.people[9],),
            "psychologist": (self.people[10],),
            "lab_member": team,
            "school_admin": (self.people[10],),
        }

    def view(self, actor: int = 1, given: Mapping[str, Any] | None = None) -> CycleView:
        """What a rule sees when ``actor`` is about to press a button, with the answers ``given`` beside it."""
        return CycleView(
            stage=self.stage,
            round=self.round,
            held=self.held,
            now=START + timedelta(minutes=self.minutes),
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
            settings=defaults(self.definition.settings),
        )

    def verdicts(self, actor: int) -> tuple[Verdict, ...]:
        """Every button of this stage, each with all its refusals."""
        return machine_for(self.definition).explain(self.view(actor))

    # -- what people do -------------------------------------------------------------------------------------------

    def press(self, action: str, actor: int) -> Move:
        """Press a button as the service does; what ``fire`` raises goes through and nothing has changed then."""
        before = self.stage
        move = machine_for(self.definition).fire(action, self.view(actor))
        mark = move.action.mark
        if mark and self.round in self.rounds:
            here = self.rounds[self.round]
            here["status"] = mark
            if mark in ("conducted", "surveyed", "discussed"):
                here.setdefault("done_at", START)
                observers = tuple(self.people[i] for i in self.team if i != self.lead)
                here["facts"] = {**here.get("facts", {}), "observers": observers}
            else:
                here.pop("done_at", None)
        self.stage, self.round, self.held = move.stage, move.round, move.held
        self.journal.append(Entry(action, before, move.stage, move.round, move.held))
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
        n = (self.round if round is None else round) if form.per_round and self.rounds else 0
        who = owner or next((p.id for role in form.roles for p in self.roles()[role]), self.team[0])
        person = self.people[who] if form.filling == "each" else None
        told = {**Filling(self, form, sparse).values(n or None), **(values or {})}
        self.minutes += 1
        confirmed = frozenset(p.id for role in form.confirm for p in self.roles()[role]) if complete else frozenset()
        at = START + timedelta(minutes=self.minutes)
        sheet = Sheet(key, n, person, told, "submitted" if complete else "draft", confirmed, at)
        self.sheets[key, n, who if person else 0] = sheet

    def later(self, days: int = 0, minutes: int = 0) -> None:
        """The clock goes on."""
        self.minutes += days * 24 * 60 + minutes

    def ask(self, survey: str, answers: int) -> None:
        """So many people answer a survey of this round."""
        self.tallies[survey, self.round] = Tally(survey, self.round, True, answers, present=answers)

    def replace(self, seat: int, newcomer: int) -> None:
        """Somebody else takes a seat from now on; sheets stay with their authors."""
        if newcomer not in self.team:
            self.team[seat] = newcomer

    # -- how a reason is resolved ---------------------------------------------------------------------------------

    def resolve(self, refusal: Refusal) -> None:
        """Do at the link of a refusal what it asks for."""
        link = refusal.link or Link("run")
        handler = getattr(self, f"_at_{link.kind}", None)
        if handler is None:
            raise AssertionError(f"nobody knows what to do at {link}: {refusal.text}")
        handler(link, refusal)

    def _at_form(self, link: Link, refusal: Refusal) -> None:
        form = self.definition.form(link.key)
        owners = [p.id for role in form.roles for p in self.roles()[role]] if form.filling == "each" else [self.team[0]]
        for owner in owners:
            self.write(link.key, round=link.round, owner=owner)

    def _at_survey(self, link: Link, refusal: Refusal) -> None:
        self.ask(link.key, 20)

    def _at_rules(self, link: Link, refusal: Refusal) -> None:
        self.facts["rules_accepted"] = list(self.team)

    def _at_schedule(self, link: Link, refusal: Refusal) -> None:
        kinds = [k.key for k in self.definition.kinds] or [""]
        for n, facts in self.rounds.items():
            facts["at"] = START + timedelta(days=n)
            facts["kind"] = kinds[n % len(kinds)]
            known = facts.get("facts", {})
            lead = self.people[self.team[(n - 1) % 3]]
            facts["facts"] = {"observers": (), **known, "subject": "Биология", "class_name": "7 «А»", "lead": lead}

    def _at_observers(self, link: Link, refusal: Refusal) -> None:
        first, second = (i for i in self.team if i != self.lead)
        facts = self.rounds[self.round]
        watch = {"A": first, "B": first, "C": second, "class": second}
        facts["facts"] = {"observers": (), **facts.get("facts", {}), "watch": watch}

    def _at_deficits(self, link: Link, refusal: Refusal) -> None:
        mine = {"id": 1, "person_id": self.team[0], "title": "оценка", "level": 2, "confirmed": True, "open": True}
        self.facts["deficits"] = [{**mine, "actions": 0, "group": "methodical", "status": "found"}]

    def _at_plans(self, link: Link, refusal: Refusal) -> None:
        self.facts["deficits"] = [{**d, "actions": 1} for d in self.facts["deficits"]]
        ids = [d["id"] for d in self.facts["deficits"]]
        self.facts["plans"] = [{"kind": "route", "person_id": i, "status": "draft", "deficits": ids} for i in self.team]

    def _at_decision(self, link: Link, refusal: Refusal) -> None:
        self.facts["decision"] = {"positions": dict.fromkeys(self.team, "continue"), "chosen": "continue"}

    def _at_run(self, link: Link, refusal: Refusal) -> None:
        """The cycle itself: what is lacking lies in the rounds behind. The leader may let it pass."""
        assert refusal.waivable or refusal.code in ("role", "held", "not_held", "round"), refusal
        if refusal.waivable:
            self.waived.add((refusal.code, self.round))

    def _at_package(self, link: Link, refusal: Refusal) -> None:
        """What is lacking lies in the lessons behind: the leader may let it pass."""
        assert refusal.waivable
        self.waived.add((refusal.code, self.round))

    def holders(self, verdict: Verdict) -> list[int]:
        """Who may press the button."""
        return sorted({p.id for role in verdict.action.roles for p in self.roles()[role]})


class Filling:
    """Plausible answers to a form."""

    def __init__(self, world: World, form: Form, sparse: int = 0) -> None:
        self.world, self.form, self.sparse = world, form, sparse
        self.choices = choices(world.definition, world.view())
        self.wanted = world.wanted.get(form.key, {})
        self.count = 0

    def values(self, round_: int | None) -> dict[str, Any]:
        """An answer to every field of the form in a round."""
        found: dict[str, Any] = {}
        for section, item in self.form.items(round_):
            self.count += 1
            if self.sparse and self.count % self.sparse == 0:
                continue
            if isinstance(item, Rows):
                found[item.key] = self.wanted.get(item.key) or self._rows(item)
            elif isinstance(item, Indicator):
                found[item.key] = self._score(section.subjects)
            else:
                found[item.key] = self._answer(item)
        return found

    def _score(self, names: tuple[str, ...]) -> Any:
        if names[:1] and names[0].startswith("@"):
            return {o.key: 2 for o in subjects(self.world.view())[names[0][1:]]}
        return dict.fromkeys(names, 2) if names else 2

    def _rows(self, rows: Rows) -> list[dict[str, Any]]:
        longest = max([1, rows.least, *(len(self._options(c)) for c in rows.columns if c.source)])
        return [{c.key: self._answer(c, n) for c in rows.columns} for n in range(max(longest, 3))]

    def _options(self, item: Field) -> tuple[Option, ...]:
        return (*item.options, *self.choices.get(item.source, ()))

    def _answer(self, item: Field, n: int = 0) -> Any:
        wanted = self.wanted.get(item.key)
        keys = [o.key for o in self._options(item)]
        if wanted is not None:
            return wanted(keys) if callable(wanted) else wanted
        if item.kind == "choices":
            return keys[: item.most or None]
        if item.kind in ("choice", "person"):
            return keys[n % len(keys)] if keys else ""
        plain: dict[str, Any] = {
            "number": item.maximum if item.maximum is not None else 3,
            "flag": True,
            "date": "2026-09-10",
            "time": "10:15",
            "files": [1, 2, 3],
            "url": "https://example.org/",
            "list": ["первое", "второе", "третье"],
        }
        return plain.get(item.kind, f"обсудили {n}")
