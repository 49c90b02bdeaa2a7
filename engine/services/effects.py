"""What follows an action inside its own transaction: notices, closed notes, and the effects a process names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from engine.core.definition import GroupType
from engine.core.process import Action
from engine.core.rules import Link, Refusal
from engine.core.snapshot import to_data
from engine.core.text import Text
from engine.core.view import CycleView
from engine.extension.hookspecs import Effect
from engine.services.definitions import definition_of
from engine.services.host import now
from engine.services.papers.typography import nested
from engine.services.teams import worded
from engine.store.cycles import Cycle, Notice
from engine.store.database import db
from engine.store.growth import ClosedNote
from engine.store.people import Person
from engine.store.prepared import Hand

if TYPE_CHECKING:
    from engine.services.scenes import Scene

DISABLED = Refusal(
    Text(
        "Тип группы отключён администратором: цикл можно читать, но не вести",
        en="The administrator has disabled this group type: the cycle can be read, not moved",
    ),
    code="type_disabled",
    roles=("school_admin",),
    link=Link("types"),
)

QUARANTINED = Refusal(
    Text(
        "Тип в карантине: в его плагине повторяются сбои. Документы можно читать и заполнять, действия откроются, "
        "когда администратор школы снимет карантин",
        en="The type is in quarantine: its plugin keeps failing. Documents can be read and filled in; actions open "
        "when the school administrator lifts the quarantine",
    ),
    code="type_quarantined",
    roles=("school_admin",),
    link=Link("types"),
)


class Deed(Protocol):
    """A press whose effects are carried out, inside its transaction: ``scene`` and ``view`` are of where the cycle has
    come to.

    ``cycle`` and ``person`` are those of a session, to be asked for where ``in_session``.
    """

    @property
    def hand(self) -> Hand: ...
    @property
    def scene(self) -> Scene: ...
    @property
    def definition(self) -> GroupType: ...
    @property
    def moment(self) -> datetime: ...
    @property
    def view(self) -> CycleView: ...
    @property
    def cycle(self) -> Cycle: ...
    @property
    def person(self) -> Person: ...
    def in_session(self) -> None:
        """What follows needs a session, which sees all that was written; without one the press is begun anew."""


#: Effects a process may name, filled by the services that carry them out; and which of them need a session.
HOST_EFFECTS: dict[str, Callable[[Deed], None]] = {}
IN_SESSION: set[str] = set()


def host_effect(name: str) -> Callable[[Callable[[Cycle, GroupType, Person], None]], Any]:
    """Register the function that carries out the effect ``name`` in a session."""

    def register(function: Callable[[Cycle, GroupType, Person], None]) -> Any:
        HOST_EFFECTS[name] = lambda deed: function(deed.cycle, deed.definition, deed.person)
        IN_SESSION.add(name)
        return function

    return register


def hand_effect(name: str) -> Callable[[Callable[[Deed], None]], Callable[[Deed], None]]:
    """Register the function that carries out the effect ``name`` by the hand of the press."""

    def register(function: Callable[[Deed], None]) -> Callable[[Deed], None]:
        HOST_EFFECTS[name] = function
        return function

    return register


def carry_out(deed: Deed, action: Action) -> None:
    """The effects named by the action, in their order."""
    for name in action.effects:
        HOST_EFFECTS[name](deed)


def notices(
    asked: Iterable[Effect], holders: Callable[[str], Iterable[int]], cycle_id: int, team: int, at: datetime
) -> Iterator[dict[str, Any]]:
    """The rows of the notices a plugin asks for: one for each holder of each role."""
    for effect in asked:
        for role in effect.roles:
            for holder in holders(role):
                yield _notice(holder, worded(effect.text, team), at, cycle_id)


def line(person_id: int, told: str, cycle_id: int, at: datetime) -> dict[str, Any]:
    """The row of a line for one person about a cycle."""
    return _notice(person_id, told, at, cycle_id)


def notify(person_id: int, text: str, cycle: Cycle | None = None, path: str = "", *, key: str | None = None) -> None:
    """A line for one person, stored with the change it speaks of; it leads to the cycle or to ``path``. A ``key`` names
    a reminder, which is written once."""
    told = worded(text, definition_of(cycle).team) if cycle else text
    db.session.add(Notice(**_notice(person_id, told, now(), cycle.id if cycle else None, path, key)))


def _notice(
    person_id: int, told: str, at: datetime, cycle_id: int | None, path: str = "", key: str | None = None
) -> dict[str, Any]:
    text = {"text": to_data(Text(nested(told), en=getattr(told, "en", "")))}
    return {"person_id": person_id, "cycle_id": cycle_id, "path": path, "key": key, "at": at, "text": text}


def confide(cycle: Cycle, person: Person, action: Action, given: Mapping[str, Any]) -> None:
    """Answers of a confidential action become a closed note; none of them stands in the journal."""
    text = "\n".join(str(value) for value in given.values() if value)
    db.session.add(ClosedNote(cycle_id=cycle.id, role=action.confidential_to, text=text, by_id=person.id, at=now()))


def moment(given: Mapping[str, Any]) -> datetime:
    """The date and time somebody typed beside a button."""
    return datetime.fromisoformat(f"{given['date']}T{given['time']}")
