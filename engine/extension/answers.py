"""What a plugin answers, made plain: values of our own classes and nothing that could still fail when it is shown.

Everything here runs inside the door. ``Wrong`` is an answer its hook does not allow; what is too long is cut, and the
note about it is a fault too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import islice
from typing import Any, TypeVar

from engine.core.rules import Link, Refusal
from engine.core.text import Text
from engine.core.view import Person
from engine.extension.hookspecs import Notify
from engine.extension.roles import LINKS, ROLES

T = TypeVar("T")
#: How many values a hook may return, how long one text may be.
MOST, LONGEST = 100, 10_000


class Wrong(TypeError):
    """An answer that its hook does not allow; the text says what came and what must come."""


def several(answers: list[Any], kind: type[T], hook: str, notes: list[str]) -> list[T]:
    """One flat list of plain values of ``kind``."""
    found: list[T] = []
    for answer in answers:
        if not isinstance(answer, (list, tuple)):
            raise _wrong(answer, f"{hook} must return a list")
        for item in islice(iter(answer), MOST + 1 - len(found)):
            if not isinstance(item, kind):
                raise Wrong(f"{hook} must return a list of {kind.__name__}, not of {type(item).__name__}")
            found.append(_PLAIN[kind](item, notes) if kind in _PLAIN else item)
    if len(found) > MOST:
        notes.append(f"{hook} returned more than {MOST} values: the rest is cut")
    return found[:MOST]


def one(answers: list[Any], kind: type[T], hook: str) -> T | None:
    """The one value of a noun; None where there is none."""
    for answer in answers:  # pluggy leaves out None
        if not isinstance(answer, kind):
            raise _wrong(answer, f"{hook} must return {kind.__name__}")
    return answers[0] if answers else None


def verdict(answer: Any, notes: list[str]) -> Refusal | None:
    """What the check of a rule says."""
    if answer is None:
        return None
    if not isinstance(answer, Refusal):
        raise _wrong(answer, "a rule must return Refusal or None")
    return refusal(answer, notes)


def refusal(said: Refusal, notes: list[str]) -> Refusal:
    """A refusal of plain values; only the rule itself says whether it may be lifted."""
    return Refusal(
        text=_text(said.text, "text", notes),
        code=_text(said.code, "code", notes),
        roles=_roles(said.roles),
        people=_people(said.people),
        link=_link(said.link),
        title=_text(said.title, "title", notes),
        step=_text(said.step, "step", notes),
    )


def effect(asked: Notify, notes: list[str]) -> Notify:
    """A notice of plain values."""
    return Notify(_roles(asked.roles), _text(asked.text, "text", notes))


def _wrong(answer: Any, must: str) -> Wrong:
    if inspect.iscoroutine(answer):
        answer.close()  # else the interpreter complains that nobody awaited it
    return Wrong(f"{must}, not {type(answer).__name__}")


def _text(value: Any, name: str, notes: list[str]) -> str:
    """Exactly a ``str`` (or ``Text`` where there is English), whatever subclass came: shown once, here."""
    if type(value) is str and len(value) <= LONGEST:
        return value
    if type(value) is Text and type(en := getattr(value, "en", "")) is str and max(len(value), len(en)) <= LONGEST:
        return Text(str.__str__(value), en=en)  # not itself: it can be changed, and holds on to what was filled in
    if not isinstance(value, str):
        raise Wrong(f"{name} must be a text, not {type(value).__name__}")
    forms = [str.__str__(str(value)), str.__str__(str(getattr(value, "en", "") or ""))]
    if max(map(len, forms)) > LONGEST:
        notes.append(f"{name} is longer than {LONGEST} characters: it is cut")
    ru, en = (form[:LONGEST] for form in forms)
    return Text(ru, en=en) if en or isinstance(value, Text) else ru


def _tuple(value: Any, name: str) -> tuple[Any, ...]:
    if type(value) is tuple and len(value) <= MOST:
        return value
    if not isinstance(value, (list, tuple)):
        raise Wrong(f"{name} must be a tuple, not {type(value).__name__}")
    return tuple(islice(iter(value), MOST))


def _roles(value: Any) -> tuple[str, ...]:
    roles = _tuple(value, "roles")
    plain = True
    for role in roles:
        if not isinstance(role, str) or role not in ROLES:
            raise Wrong(f"roles must be among {', '.join(sorted(ROLES))}")
        plain = plain and type(role) is str
    return roles if plain else tuple([str.__str__(role) for role in roles])


def _people(value: Any) -> tuple[Person, ...]:
    people = _tuple(value, "people")
    for person in people:
        if type(person) is not Person or type(person.id) is not int or type(person.name) is not str:
            return tuple([_person(person) for person in people])
    return people


def _person(value: Any) -> Person:
    if not isinstance(value, Person) or type(value.id) is not int or not isinstance(value.name, str):
        raise Wrong("people must be those the view holds")
    return Person(value.id, str.__str__(str(value.name)))


def _link(value: Any) -> Link | None:
    if value is None:
        return None
    if not isinstance(value, Link):
        raise Wrong(f"link must be Link or None, not {type(value).__name__}")
    kind, key, round_ = value.kind, value.key, value.round
    if not isinstance(kind, str) or kind not in LINKS:
        raise Wrong(f"a link must be of a kind among {', '.join(sorted(LINKS))}")
    if not isinstance(key, str) or type(round_) is not int:
        raise Wrong("a link has a key that is a text and a round that is a number")
    if type(value) is Link and type(kind) is str and type(key) is str:
        return value
    return Link(str.__str__(kind), str.__str__(key), round_)


_PLAIN: dict[type, Callable[[Any, list[str]], Any]] = {Refusal: refusal, Notify: effect}
