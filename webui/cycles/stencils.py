"""Inputs of a document drawn once: what stands around an answer is the same on every page of a definition.

The macros of ``cycles/fields.html`` draw an input; a stencil is what they drew with room left for its name and for what
is written in it. Where one answer of a few is chosen, each of them has its own. Stencils are kept with the definition,
by the language and the size of team they speak to, and hold nothing of anybody: what is offered only at run time, and
what leads to an address, is kept for the page alone; an input with an error or a hint, with several answers or with
files is drawn anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup, escape

from engine.core.definition import GroupType
from engine.core.forms import Field, Indicator
from webui.teams import size
from webui.texts import language

#: What holds the place of a name and of an answer: no word of a definition is like it.
_NAME, _ANSWER = (f"{word}-{secrets.token_hex(8)}" for word in ("name", "answer"))
_NOTHING = escape("")
_WRITTEN = frozenset({"line", "text", "list", "number", "date", "time", "url"})
_CHOSEN = frozenset({"choice", "person", "flag", "score"})

Macro = Callable[..., Markup]
Said = Mapping[str, Sequence[str]]
#: (item, answer) → the item and its stencil: an id is only as good as the life of its object, so it is held.
Kept = dict[tuple[int, Any], tuple[Field | Indicator, Markup]]


class Stencils:
    """Draws the inputs of one page in its words, by the stencils of its definition."""

    def __init__(self, definition: GroupType) -> None:
        kept = definition.__dict__.setdefault("stencils", {})
        self._known: Kept = kept.setdefault((language(), size()), {})
        self._own: Kept = {}

    def __call__(self, draw: Macro, item: Field | Indicator, bound: Any, errors: Said, warnings: Said) -> Markup:
        """``bound`` as the macro ``draw`` draws it."""
        name, kind = bound.name, getattr(item, "kind", "score")
        chosen, empty = kind in _CHOSEN, kind == "files" and not bound.data
        steady = chosen or empty or kind in _WRITTEN
        if not steady or name in errors or name in warnings or bound.errors:
            return draw(bound, errors.get(name), warnings, item)
        known = self._own if empty or getattr(item, "source", "") else self._known
        answer = _chosen(kind, bound) if chosen else None
        kept = known.get((id(item), answer))
        if kept is None:
            kept = known[id(item), answer] = (item, draw(_blank(bound, answer), None, {}, item))
        drawn = kept[1].replace(_NAME, name)
        return drawn if chosen else drawn.replace(_ANSWER, bound._value())

    def row(self, draw: Macro, columns: Iterable[Field], cells: Iterable[Any], errors: Said, warnings: Said) -> Markup:
        """The inputs of a row of a table, one after the other."""
        inputs = zip(columns, cells, strict=True)
        return _NOTHING.join([self(draw, item, bound, errors, warnings) for item, bound in inputs])


def _chosen(kind: str, bound: Any) -> Any:
    """Which of the answers that can be chosen is; None for any other."""
    offered = (True,) if kind == "flag" else [choice.value for choice in bound.choices]
    return bound.data if bound.data in offered else None


def _blank(bound: Any, answer: Any) -> SimpleNamespace:
    """The input as the macros ask for it, before anything is written in it."""
    return SimpleNamespace(
        type=bound.type,
        id=_NAME,
        name=_NAME,
        label=bound.label,
        description=bound.description,
        flags=bound.flags,
        widget=bound.widget,
        choices=getattr(bound, "choices", ()),
        data=answer,
        errors=(),
        _value=lambda: _ANSWER,
    )
