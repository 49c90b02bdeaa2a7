"""Flask without what it does anew for every page: an address from its endpoint and values, a look whether a function is
a coroutine, a form a word at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request

from webui.drawing import Templates
from webui.posted import Sent

#: So many addresses are remembered in a process; the menu, the tabs and the files of every page are among them.
_KEPT = 8192


class Site(Flask):
    """Flask that remembers the addresses it has built.

    What depends on more than endpoint and values (the host, the page at hand) is built anew.
    """

    jinja_environment = Templates
    request_class = Sent

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
