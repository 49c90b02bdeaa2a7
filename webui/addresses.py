"""Flask without what it does anew for every page: an address from its endpoint and values, a look whether a function is
a coroutine, the names that templates share."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, KeysView, MutableMapping
from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from flask.templating import Environment

#: So many addresses are remembered in a process; the menu, the tabs and the files of every page are among them.
_KEPT = 8192


class _Shared(ChainMap[str, Any]):
    """Names of templates. Each import of one by another compares them, by a view that is Python's own where a dict's
    is not."""

    def keys(self) -> KeysView[str]:
        return {name: None for names in self.maps for name in names}.keys()


class _Templates(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return _Shared(d or {}, self.globals)


class Site(Flask):
    """Flask that remembers the addresses it has built.

    What depends on more than endpoint and values (the host, the page at hand) is built anew.
    """

    jinja_environment = _Templates

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._remembered = lru_cache(_KEPT, typed=True)(self._build)

    def url_for(self, /, endpoint: str, **values: Any) -> str:  # type: ignore[override]
        """As Flask does."""
        if endpoint[:1] == "." or "_external" in values or "_scheme" in values or not has_request_context():
            return super().url_for(endpoint, **values)
        try:
            return self._remembered(request.root_path, endpoint, **values)
        except TypeError:  # a list among the values
            return super().url_for(endpoint, **values)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: nothing of ours is a coroutine, and a request would ask it of twenty functions."""
        return func

    def _build(self, root: str, /, endpoint: str, **values: Any) -> str:
        """``root`` (where the site lies) is what the request tells besides."""
        return super().url_for(endpoint, **values)
