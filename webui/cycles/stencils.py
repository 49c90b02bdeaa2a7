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
_WRITTEN = frozenset({"line", "text", "list", "number", "date", "time", "url"})
_CHOSEN = frozenset({"choice", "person", "flag", "score"})

Macro = Callable[..., Markup]
Said = Mapping[str, Sequence[str]]
#: (item, answer) → the item and its stencil: an id is only as good as the life of its object, so it is held.
Kept = dict[tuple[int, Any], tuple[Field | Indicator, str]]


class Stencils:
    """Draws the inputs of one page in its words, by the stencils of its definition."""

    def __init__(self, definition: GroupType) -> None:
        kept = definition.__dict__.setdefault("stencils", {})
        self._known: Kept = kept.setdefault((language(), size()), {})
        self._own: Kept = {}

    def __call__(self, draw: Macro, item: Field | Indicator, bound: Any, errors: Said, warnings: Said) -> Markup:
        """``bound`` as the macro ``draw`` draws it."""
        return _markup(self._drawn(draw, item, bound, errors, warnings))

    def row(self, draw: Macro, columns: Iterable[Field], cells: Iterable[Any], errors: Said, warnings: Said) -> Markup:
        """The inputs of a row of a table, one after the other."""
        inputs = zip(columns, cells, strict=True)
        return _markup("".join([self._drawn(draw, item, bound, errors, warnings) for item, bound in inputs]))

    def _drawn(self, draw: Macro, item: Field | Indicator, bound: Any, errors: Said, warnings: Said) -> str:
        name, kind = bound.name, getattr(item, "kind", "score")
        known, answer, said = self._known, None, ""
        if name in errors or name in warnings or bound.errors:
            return draw(bound, errors.get(name), warnings, item)
        if kind in _WRITTEN:
            said = bound._value()
        elif kind in _CHOSEN:
            answer = _chosen(kind, bound)
            if getattr(item, "source", ""):
                known = self._own
        elif kind == "files" and not bound.data:
            known = self._own
        else:
            return draw(bound, None, warnings, item)
        kept = known.get((id(item), answer))
        if kept is None:
            kept = known[id(item), answer] = (item, _stencil(draw(_blank(bound, answer), None, {}, item)))
        return kept[1] % {"name": escape(name), "answer": said and escape(said)}


def _markup(drawn: str) -> Markup:
    return Markup(drawn)  # noqa: S704 # a macro has drawn it, and what was put into it is escaped


def _stencil(drawn: Markup) -> str:
    return str(drawn).replace("%", "%%").replace(_NAME, "%(name)s").replace(_ANSWER, "%(answer)s")


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
