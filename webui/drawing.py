"""Jinja without what it does anew for every word of a page: escaping into a string of its own, looking how a function
wants to be called, comparing the names that templates share."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, KeysView, MutableMapping
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any

from flask.templating import Environment
from jinja2 import Template
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escaped  # type: ignore[attr-defined]  # what ``escape`` itself asks

_PLAIN = frozenset({FunctionType, MethodType, BuiltinFunctionType})


def written(value: Any) -> str:
    """``value`` as it stands on a page: what ``escape`` makes of it, which is joined to its neighbours at once, so that
    it need not be markup itself."""
    kind = type(value)
    if kind is str:
        text: str = escaped(value)
        return text
    return value if kind is Markup else escape(value)


class _Shared(ChainMap[str, Any]):
    """Names of templates. Each import of one by another compares them, by a view that is Python's own where a dict's
    is not."""

    def keys(self) -> KeysView[str]:
        return {name: None for names in self.maps for name in names}.keys()


class _Context(Context):
    @internalcode
    def call(self, obj: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """As Jinja does; a macro, and a function that asks for nothing of the template, are called as they are."""
        kind = type(obj)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in _PLAIN or hasattr(obj, "jinja_pass_arg"):
            return super().call(obj, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        try:
            return obj(*args, **kwargs)
        except StopIteration:
            told = "value was undefined because a callable raised a StopIteration exception"
            return self.environment.undefined(told)


class _Template(Template):
    @classmethod
    def from_code(
        cls,
        environment: Any,
        code: CodeType,
        globals: MutableMapping[str, Any],
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        """What a template compiles to, with our way to write a value."""
        made = super().from_code(environment, code, globals, uptodate)
        render: Any = made.root_render_func
        render.__globals__["escape"] = written
        return made


class Templates(Environment):
    """Flask's templates."""

    context_class = _Context
    template_class = _Template

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Names that templates share."""
        return _Shared(d or {}, self.globals)
