"""What a plugin brings, rebuilt of our own classes: data that nothing outside can change or make fail later.

Only the checks of rules stay code, and each of them stands behind the door.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from engine.core import criteria, definition, forms, measures, process
from engine.core.contribution import Contribution
from engine.core.rules import Check, Rule
from engine.core.text import Text
from engine.extension.answers import Wrong

T = TypeVar("T")
_KINDS = frozenset(
    {
        cls
        for module in (forms, process, measures, criteria, definition)
        for cls in vars(module).values()
        if isinstance(cls, type) and dataclasses.is_dataclass(cls)
    }
    | {Contribution, Rule}
)


def plain(value: T, guarded: Callable[[Rule], Check]) -> T:
    """The same value of exactly our classes; ``guarded`` gives the check of each rule. Raises Wrong for
    anything else."""
    return _plain(value, guarded)  # type: ignore[no-any-return]


def _plain(value: Any, guarded: Callable[[Rule], Check]) -> Any:
    if value is None or type(value) in (bool, int, float):
        return value
    if isinstance(value, str):
        en = getattr(value, "en", "")
        text = str.__str__(str(value))
        return Text(text, en=str.__str__(str(en))) if isinstance(value, Text) else text
    if type(value) is tuple:
        return tuple(_plain(item, guarded) for item in value)
    kind = type(value)
    if kind not in _KINDS:
        raise Wrong(f"a definition holds no {kind.__name__}: use the classes of engine.api, texts, numbers and tuples")
    parts = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    checked = guarded(value) if kind is Rule else None
    made = {name: checked if name == "check" else _plain(part, guarded) for name, part in parts.items()}
    return kind(**made)
