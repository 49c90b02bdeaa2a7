"""Nobody's names, nobody's words: letters for people, numbered words for texts, days for dates.

The same text becomes the same words, so that rules that compare still find what they compared. Kept is what rules can
look at beside that: choices, numbers, scores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.core.forms import Field, Form, Rows
from engine.store.cycles import Cycle
from engine.store.groups import Membership

#: A code of the host or of a type: everything else is somebody's words.
_CODE = re.compile(r"[a-z0-9_:.-]*\Z")
#: What stands for somebody's words.
_SAID = "слова {}"
_WORDS = frozenset({"title", "text", "name"})
#: As many people as the kit knows letters for.
_LETTERS = "ABCDEFGH"
_PEOPLE = frozenset({"team", "observers", "not_lead", "staff", "leaders"})


@dataclass(frozen=True)
class Day:
    """A date as it is written into a test."""

    number: int

    def __repr__(self) -> str:
        return f"day({self.number})"


@dataclass
class Disguise:
    """The people and words of one cycle, and what stands for them."""

    cycle: Cycle
    people: dict[int, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    files: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person_id in (*self.first_team(), *(m.person_id for m in self.newcomers())):
            if person_id not in self.people and len(self.people) < len(_LETTERS):
                self.people[person_id] = _LETTERS[len(self.people)]
        group = self.cycle.triad.group
        for known, who in ((group.leader_id, "leader"), (group.psychologist_id, "psychologist")):
            if known is not None:
                self.people.setdefault(known, who)

    def _sat(self) -> list[Membership]:
        """Whoever sat in the team on a day of the cycle, by day and seat."""
        opened, closed = self.cycle.opened_at.date(), self.cycle.closed_at.date() if self.cycle.closed_at else date.max
        seats = [m for m in self.cycle.triad.memberships if m.since <= closed and (m.until is None or m.until > opened)]
        return sorted(seats, key=lambda m: (m.since, m.seat, m.id))

    def first_team(self) -> list[int]:
        """Who began it, by seat."""
        opened = self.cycle.opened_at.date()
        return [m.person_id for m in sorted(self._sat(), key=lambda m: m.seat) if m.since <= opened]

    def newcomers(self) -> list[Membership]:
        """Who came later, in order."""
        return [m for m in self._sat() if m.since > self.cycle.opened_at.date()]

    def before(self, newcomer: Membership) -> int | None:
        """Who had the seat before."""
        gone = [m for m in self._sat() if m.seat == newcomer.seat and m.until == newcomer.since and m is not newcomer]
        return gone[-1].person_id if gone else None

    def who(self, person_id: int | None) -> str:
        """The letter of somebody; for whoever has none stands the leader."""
        return self.people.get(person_id or 0, "leader")

    def number(self, person_id: int) -> int:
        """The id the kit knows somebody by."""
        who = self.who(person_id)
        return {"leader": 9, "psychologist": 10}.get(who) or _LETTERS.index(who) + 1

    def day(self, moment: date) -> int:
        """How many days after the first one."""
        plain = moment.date() if isinstance(moment, datetime) else moment
        return (plain - self.cycle.opened_at.date()).days

    def words(self, text: str) -> str:
        """Other words for a text; none for none."""
        return self.texts.setdefault(text, _SAID.format(len(self.texts) + 1)) if text.strip() else ""

    def values(self, form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
        """The answers of a document; what was left empty is left out."""
        told: dict[str, Any] = {}
        for _, item in form.items():
            value = values.get(item.key)
            if item.key not in values or (isinstance(item, (Field, Rows)) and value in (None, "", [])):
                continue
            if isinstance(item, Rows):
                columns = {c.key: c for c in item.columns}
                told[item.key] = [
                    {key: self.answer(columns[key], one) for key, one in row.items() if key in columns and one != ""}
                    for row in value or ()
                ]
            else:
                told[item.key] = self.answer(item, value) if isinstance(item, Field) else value
        return told

    def answer(self, item: Field, value: Any) -> Any:
        """One answer; a choice among words of another document is words too."""
        if value in (None, "", []):
            return value
        if item.kind == "date":
            return Day(self.day(date.fromisoformat(str(value))))
        if item.kind == "files":
            return [self.files.setdefault(one, len(self.files) + 1) for one in value]
        if item.kind == "person" or item.source in _PEOPLE:
            return [self._person(one) for one in value] if isinstance(value, list) else self._person(value)
        said = item.kind in ("line", "text", "list", "url") or item.source.count(".") == 2
        if not said:
            return value
        return [self.words(str(one)) for one in value] if isinstance(value, list) else self.words(str(value))

    def _person(self, value: Any) -> Any:
        return str(self.number(int(value))) if str(value).isdigit() else value

    def fact(self, value: Any, key: str = "") -> Any:
        """What the host knew beside the documents."""
        if isinstance(value, dict):
            if key == "positions":
                return {self.number(int(one)): choice for one, choice in value.items()}
            named = "name" in value
            return {k: self.number(v) if named and k == "id" else self.fact(v, k) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.number(v) if key == "rules_accepted" else self.fact(v) for v in value]
        if key == "person_id":
            return self.number(value) if value else value
        if not isinstance(value, str):
            return value
        if key == "key" and value.isdigit():
            return self._person(value)
        return value if key not in _WORDS and _CODE.match(value) else self.words(value)
