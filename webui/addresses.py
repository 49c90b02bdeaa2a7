"""Addresses of pages, built once: a page names some thirty of them, each from its endpoint and values alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request

#: So many addresses are remembered in a process; the menu, the tabs and the files of every page are among them.
_KEPT = 8192


class Site(Flask):
    """Flask that remembers the addresses it has built.

    What depends on more than endpoint and values (the host, the page at hand) is built anew.
    """

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

    def _build(self, root: str, /, endpoint: str, **values: Any) -> str:
        """``root`` (where the site lies) is what the request tells besides."""
        return super().url_for(endpoint, **values)
