"""Who is who, by number: named when somebody looks at the name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import select

from engine.core.view import Person as Named
from engine.store import people as store
from engine.store.prepared import Read
from engine.store.together import Keyed

_NAME = Keyed(
    select(store.Person.last_name, store.Person.first_name, store.Person.patronymic), store.Person.id, "person"
)
_put = object.__setattr__


class Looked(Protocol):
    """A view that is told what stands in the way of whoever looks."""

    def look(self, make: Callable[..., Any], *given: Any) -> Any: ...


Within = Callable[[], Looked | None]


class Names:
    """Who is who, by number: those of ``known``, and those who have left, each read when met.

    Where nobody is known yet, ``around`` tells the names of the team and of whoever stands beside it, all at once, when
    somebody looks at the name of one.
    """

    def __init__(
        self, read: Read, known: Mapping[int, Named], around: Callable[[], Mapping[int, Named]] | None = None
    ) -> None:
        self._read, self._known, self._around = read, dict(known), around
        #: Whether somebody has looked at the name of one of those around.
        self.asked = False
        #: The view whose people they are, to be told what stands in the way of whoever looks at a name.
        self.within: Within = lambda: None

    def __call__(self, person_id: int) -> Named:
        found = self._known.get(person_id)
        if found is None:
            if self._around is not None:
                return Person(person_id, self)  # not kept: what holds itself would wait for the collector
            rows = self._read(_NAME, person=person_id)
            found = self._known[person_id] = Named(person_id, store.short_name(*rows[0]) if rows else "?")
        return found

    def told(self) -> tuple[Named, ...]:
        """Whose names are known; nothing is read for this."""
        return tuple(self._known.values())

    def name(self, person_id: int) -> str:
        """The name of one whose name nobody has looked at yet."""
        self.asked = True
        view = self.within()
        return self._named(person_id) if view is None else str(view.look(self._named, person_id))

    def _named(self, person_id: int) -> str:
        if self._around is not None:
            self._known, self._around = dict(self._around()), None
        return self(person_id).name


class Person(Named):
    """Somebody by number, for that is all that most rules look at; the name is read when somebody looks at it. Called
    what it is: what a failing plugin was given is masked by the name of its class."""

    __slots__ = ("_names",)
    _names: Names | None

    def __init__(self, id_: int, names: Names) -> None:
        _put(self, "id", id_)
        _put(self, "_names", names)

    def __getattr__(self, name: str) -> Any:
        if name != "name" or self._names is None:
            raise AttributeError(name)
        _put(self, "name", self._names.name(self.id))
        _put(self, "_names", None)  # whoever is kept with a refusal keeps no press
        return self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and (self.id, self.name) == (other.id, other.name)

    def __hash__(self) -> int:
        return hash((self.id, self.name))
