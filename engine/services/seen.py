"""A view whose parts are made when a rule looks at them: what nobody looks at costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from engine.core.errors import Loud
from engine.core.frozen import frozen
from engine.core.view import CycleView, Sheet
from engine.services import parts

_put = object.__setattr__
Value = TypeVar("Value")


class Unread(Loud):
    """The database has failed while a rule looked at something: no fault of the rule."""


class Seen(CycleView):
    """The view of a press or of a page.

    ``missed`` is why somebody who has looked at a part did not see it: it is to be read in a session, or the database
    has failed. A plugin may catch what is raised here; it is not the plugin's to answer for.
    """

    __slots__ = ("_documents", "_parts", "missed")
    _documents: parts.Sheets
    _parts: Mapping[str, Callable[[], Any]]
    missed: Exception | None

    def __init__(self, documents: parts.Sheets, parts: Mapping[str, Callable[[], Any]], **known: Any) -> None:
        """``parts`` make what is not ``known``; both by the names of a view."""
        _put(self, "_documents", documents)
        _put(self, "_parts", parts)
        _put(self, "missed", None)
        for name, value in known.items():
            _put(self, name, value)

    def __repr__(self) -> str:
        return f"<Seen at {self.stage}, round {self.round}>"  # what nobody has looked at is not looked at for this

    def __getattr__(self, name: str) -> Any:
        make = self._parts.get(name)
        if make is None:
            raise AttributeError(name)
        value = self.look(make)
        _put(self, name, value)
        return value

    def look(self, make: Callable[[], Value]) -> Value:
        """What ``make`` makes. Raises Unread for whatever stands in its way, which stays with the view."""
        try:
            return make()
        except Loud as more:
            _put(self, "missed", more)
            raise
        except Exception as error:
            _put(self, "missed", error)
            raise Unread from error

    def _among(self, form: str) -> tuple[Sheet, ...]:
        return self._documents.of(form)


class Facts(Mapping[str, Any]):
    """The facts of a view, each made by its name when it is looked at."""

    __slots__ = ("_made", "_make", "_names", "_seen")

    def __init__(self, seen: Seen, names: tuple[str, ...], make: Callable[[str], Any]) -> None:
        self._seen, self._names, self._make = seen, names, make
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = frozen(self._seen.look(lambda: self._make(name)))
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
