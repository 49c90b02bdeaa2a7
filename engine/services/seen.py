"""A view whose parts are made when a rule looks at them: what nobody looks at costs nothing."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from engine.core.errors import Loud
from engine.core.frozen import FrozenDict, frozen
from engine.core.view import CycleView, Person, Sheet
from engine.services.parts import Sheets

_put = object.__setattr__
Value = TypeVar("Value")


class Unread(Loud):
    """The database has failed while a rule looked at something: no fault of the rule."""


class Seen(CycleView):
    """The view of a press or of a page.

    ``numbers`` are who holds which role, by number: names are read when somebody looks at people. ``missed`` is why
    somebody who has looked at a part did not see it: it is to be read in a session, or the database has failed. A
    plugin may catch what is raised here; it is not the plugin's to answer for.
    """

    __slots__ = ("__weakref__", "_by", "_fact", "_feeds", "_parts", "documents", "missed", "numbers")
    _by: int | None
    _fact: Callable[[str], Any]
    _feeds: tuple[str, ...]
    _parts: Callable[[], Mapping[str, Callable[[], Any]]]
    numbers: Mapping[str, tuple[int, ...]]
    documents: Sheets
    missed: Exception | None

    def __init__(
        self,
        documents: Sheets,
        parts: Callable[[], Mapping[str, Callable[[], Any]]],
        feeds: tuple[str, ...],
        fact: Callable[[str], Any],
        numbers: Mapping[str, tuple[int, ...]],
        by: int | None,
        stage: str,
        round_: int,
        held: bool,
        now: datetime,
        given: Mapping[str, Any],
    ) -> None:
        """``parts`` tells what makes the rest, by the names of a view; ``fact`` makes what a feed tells, ``by`` is who
        acts."""
        _put(self, "documents", documents)
        _put(self, "_parts", parts)
        _put(self, "_feeds", feeds)
        _put(self, "_fact", fact)
        _put(self, "numbers", numbers)
        _put(self, "_by", by)
        _put(self, "missed", None)
        documents.within = documents.names.within = weakref.ref(self)
        _put(self, "stage", stage)
        _put(self, "round", round_)
        _put(self, "held", held)
        _put(self, "now", now)
        _put(self, "given", given)

    def __repr__(self) -> str:
        return f"<Seen at {self.stage}, round {self.round}>"  # what nobody has looked at is not looked at for this

    def __getattr__(self, name: str) -> Any:
        if (make := self._parts().get(name)) is not None:
            value = self.look(make)
        elif (own := _OWN.get(name)) is not None:
            value = self.look(own, self)
        else:
            raise AttributeError(name)
        _put(self, name, value)
        return value

    def look(self, make: Callable[..., Value], *given: Any) -> Value:
        """What ``make`` makes. Raises Unread for whatever stands in its way, which stays with the view."""
        try:
            return make(*given)
        except Loud as more:
            _put(self, "missed", more)
            raise
        except Exception as error:
            _put(self, "missed", error)
            raise Unread from error

    def told(self) -> Mapping[str, Any]:
        """What somebody has looked at; nothing is read for this."""
        known = {name: self._there(name) for name in CycleView.__slots__}
        facts = known["facts"]
        return {
            **known,
            "sheets": tuple(self.documents.made.values()),
            "people": self.documents.names.told(),
            "facts": facts.told() if isinstance(facts, _Facts) else {},
        }

    def _there(self, name: str) -> Any:
        try:
            return object.__getattribute__(self, name)
        except AttributeError:
            return None

    def holds(self, role: str) -> bool:
        return self._by in self.numbers.get(role, ())

    def holders(self, role: str) -> tuple[Person, ...]:
        return self.look(self._named, role)

    def _named(self, role: str) -> tuple[Person, ...]:
        names = self.documents.names
        return tuple([names(id_) for id_ in self.numbers.get(role, ())])

    def _people(self) -> Mapping[str, tuple[Person, ...]]:
        return FrozenDict({role: self._named(role) for role in self.numbers})

    def _actor(self) -> Person | None:
        return None if self._by is None else self.documents.names(self._by)

    def _every(self) -> tuple[Sheet, ...]:
        return self.documents.all()

    def _told(self) -> Mapping[str, Any]:
        return _Facts(self, self._feeds, self._fact)

    def _among(self, form: str, rounds: Collection[int]) -> list[Sheet]:
        return self.look(self.documents.of, form, rounds)


#: What a view makes of itself. Not among its parts: a view that holds itself would wait for the collector.
_OWN: Mapping[str, Callable[[Seen], Any]] = {
    "roles": Seen._people,
    "actor": Seen._actor,
    "sheets": Seen._every,
    "facts": Seen._told,
}


class _Facts(Mapping[str, Any]):
    """What the feeds tell, each when somebody looks at it."""

    __slots__ = ("_fact", "_feeds", "_made", "_seen")

    def __init__(self, seen: Seen, feeds: tuple[str, ...], fact: Callable[[str], Any]) -> None:
        self._seen, self._feeds, self._fact = seen, feeds, fact
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            if name not in self._feeds:
                raise KeyError(name)
            self._made[name] = frozen(self._seen.look(self._fact, name))
        return self._made[name]

    def told(self) -> Mapping[str, Any]:
        """What somebody has looked at."""
        return self._made

    def __iter__(self) -> Iterator[str]:
        return iter(self._feeds)

    def __len__(self) -> int:
        return len(self._feeds)
