"""Answers that are known only while a run goes on: the team, techniques of the type, what another document lists."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from engine.core.definition import GroupType
from engine.core.forms import Option
from engine.core.view import CycleView, Person

_Source = Callable[[CycleView], Sequence[Option]]


class _Offered(Mapping[str, Sequence[Option]]):
    """Answers by source, made when somebody asks for them: a form asks for few, and some are far to seek."""

    def __init__(self, made: Mapping[str, _Source], view: CycleView) -> None:
        self._made, self._view = made, view
        self._known: dict[str, Sequence[Option]] = {}

    def __getitem__(self, source: str) -> Sequence[Option]:
        if source not in self._known:
            self._known[source] = self._made[source](self._view)
        return self._known[source]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def choices(definition: GroupType, view: CycleView) -> Mapping[str, Sequence[Option]]:
    """The answers known only now, by source."""
    listed = {source: functools.partial(_listed, source) for source in definition.sources}
    return _Offered({**_SOURCES, "techniques": functools.partial(_techniques, definition), **listed}, view)


def _techniques(definition: GroupType, view: CycleView) -> list[Option]:
    return [Option(t.key, t.title) for t in definition.techniques]


def _listed(source: str, view: CycleView) -> list[Option]:
    """What another document lists in a column of its table."""
    form, rows, column = source.split(".")
    titles = [str(row.get(column) or "") for row in view.values(form).get(rows, ())]
    return [Option(title, title) for title in dict.fromkeys(titles) if title]


def _people(people: Iterable[Person]) -> list[Option]:
    return [Option(str(p.id), p.name) for p in people]


def _not_lead(view: CycleView) -> list[Option]:
    lead = {p.id for p in view.holders("lead_teacher")}
    return _people(p for p in view.holders("triad_member") if p.id not in lead)


def _told(view: CycleView, feed: str) -> list[Option]:
    return [Option(one["key"], one["title"]) for one in view.facts.get(feed, ())]


def _leaders(view: CycleView) -> list[Option]:
    """One answer a person, however many groups they lead."""
    groups: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for leader in view.facts.get("leaders", ()):
        key = str(leader["id"])
        names[key] = leader["name"]
        groups.setdefault(key, []).append(leader["group"])
    return [Option(key, f"{names[key]} ({', '.join(titles)})") for key, titles in groups.items()]


#: Those of every type, by name; its techniques and what its documents list are added.
_SOURCES: dict[str, _Source] = {
    "team": lambda view: _people(view.holders("triad_member")),
    "not_lead": _not_lead,
    "observers": lambda view: _people(view.holders("observer")),
    "handovers": lambda view: _told(view, "handovers"),
    "leaders": _leaders,
    "bases": lambda view: _told(view, "bases"),
    "staff": lambda view: _told(view, "staff"),
}


def subjects(view: CycleView) -> Mapping[str, Sequence[Option]]:
    """Subjects of indicators that come from a feed."""
    return _Offered({"handovers": _SOURCES["handovers"]}, view)
