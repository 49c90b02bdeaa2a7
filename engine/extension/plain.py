"""What a plugin brings, rebuilt of our own classes: data that nothing outside can change or make fail later.

Only the checks of rules stay code, and each of them stands behind the door.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from engine.core import criteria, definition, forms, measures, process
from engine.core.contribution import Contribution
from engine.core.fields import Same
from engine.core.forms import Form
from engine.core.rules import Check, Rule
from engine.core.text import Text
from engine.extension.answers import Wrong

T = TypeVar("T")
#: Our classes and the names of what each holds.
_KINDS = {
    cls: tuple(field.name for field in dataclasses.fields(cls))
    for cls in (
        *(c for module in (forms, process, measures, criteria, definition) for c in vars(module).values()),
        Contribution,
        Rule,
    )
    if isinstance(cls, type) and dataclasses.is_dataclass(cls)
}
#: What is data already, looked at first: most of a definition.
_LEAVES = frozenset({str, bool, int, float, type(None)})


def plain(value: T, guarded: Callable[[Rule], Check]) -> T:
    """The same value of exactly our classes; ``guarded`` gives the check of each rule. Raises Wrong for
    anything else."""
    return _plain(value, guarded)  # type: ignore[no-any-return]


def _plain(value: Any, guarded: Callable[[Rule], Check]) -> Any:
    kind = type(value)
    if kind in _LEAVES:
        return value
    if kind is tuple:
        return tuple([_plain(item, guarded) for item in value])
    if isinstance(value, str):
        en = getattr(value, "en", "")
        text = str.__str__(str(value))
        return Text(text, en=str.__str__(str(en))) if isinstance(value, Text) else text
    if kind is Form:
        return _form(Same(value))
    return _rebuilt(value, guarded)


@functools.lru_cache(maxsize=1024)
def _form(same: Same[Form]) -> Form:
    """A form that several types bring is one form, rebuilt once and compiled once. There is no rule in it."""
    return _rebuilt(same.whole, _no_rule)  # type: ignore[no-any-return]


def _no_rule(rule: Rule) -> Check:
    raise Wrong("a form holds no Rule")


def _rebuilt(value: Any, guarded: Callable[[Rule], Check]) -> Any:
    kind = type(value)
    names = _KINDS.get(kind)
    if names is None:
        raise Wrong(f"a definition holds no {kind.__name__}: use the classes of engine.api, texts, numbers and tuples")
    made = {name: _plain(getattr(value, name), guarded) for name in names if name != "check"}
    return kind(**made, check=guarded(value)) if kind is Rule else kind(**made)
