"""A fault as its author needs it and nobody's words may stand in it: where, of what kind, and a message masked.

What a plugin raises may quote what it was given: a name, a line of a document. Every word of the arguments is masked
in the message; the lines of the trace are lines of code and hold none.
"""

from __future__ import annotations

import dataclasses
import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.view import CycleView

#: How many frames and how much of a message are kept.
FRAMES, LONGEST = 20, 500
_CHAINED = 4
_WORD = re.compile(r"\w+")
_HOST = ("/pluggy/", "/engine/extension/door.py")


def told(error: BaseException, arguments: Mapping[str, Any]) -> tuple[str, str]:
    """(message, trace) of ``error``. Never raises: a message that cannot be shown is told to be one."""
    hidden = {word.casefold() for text in _texts(arguments) for word in _WORD.findall(text)}
    parts, seen = [], error
    for _ in range(_CHAINED):
        stack = [f for f in traceback.extract_tb(seen.__traceback__) if not _of_host(f.filename)]
        lines = "".join(traceback.format_list(stack[-FRAMES:]))
        parts.append(f"Traceback (most recent call last):\n{lines}{type(seen).__name__}: {message(seen, hidden)}\n")
        following = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        if following is None:
            break
        seen = following
    return message(error, hidden), "\n".join(reversed(parts))


def message(error: BaseException, hidden: set[str]) -> str:
    """What the error says of itself, with the words in ``hidden`` masked."""
    try:
        text = str.__str__(str(error))
    except BaseException as worse:
        return f"(the message itself raised {type(worse).__name__})"
    masked = _WORD.sub(lambda found: "…" if found.group().casefold() in hidden else found.group(), text)
    return masked[:LONGEST]


def _of_host(path: str) -> bool:
    return any(part in path.replace("\\", "/") for part in _HOST)


def _texts(value: Any, depth: int = 8) -> Iterator[str]:
    """Every text a plugin was given: of people and documents, not of the definition, which is its own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item, depth - 1) if depth else ()
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _texts(item, depth - 1) if depth else ()
    elif isinstance(value, CycleView):
        for name, item in value.told().items():
            if name not in _KEYS:
                yield from _texts(item, depth - 1) if depth else ()
    elif dataclasses.is_dataclass(value) and not isinstance(value, type) and type(value).__name__ in _GIVEN:
        for field in dataclasses.fields(value):
            if field.name not in _KEYS:
                yield from _texts(_there(value, field.name), depth - 1) if depth else ()


def _there(value: Any, name: str) -> Any:
    """What a field holds. A name that nobody has looked at is not read for this: nobody can quote it."""
    if name != "name":
        return getattr(value, name)
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return None


#: What of the arguments holds words of people, and which of its fields hold keys of the definition alone.
_GIVEN = frozenset({"Attempt", "Change", "Sheet", "Person", "RoundFacts", "Tally"})
_KEYS = frozenset({"stage", "form", "state", "status", "kind", "survey", "counts", "waived", "thresholds"})
