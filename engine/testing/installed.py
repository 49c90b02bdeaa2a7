"""The contract of types that are installed: what ``pytest --trefoil-type KEY`` collects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine.core.definition import GroupType
from engine.extension.loader import Plugin, entry_points, load
from engine.testing.contract import GroupTypeContract


def chosen(keys: Sequence[str]) -> list[Plugin]:
    """The installed plugins with these keys, or the names of entry points; ``all`` are those that bring a type.

    Raises UsageError for a key nobody has.
    """
    plugins = [load(source) for source in entry_points()]
    if "all" in keys:
        return [p for p in plugins if p.group_type or p.quarantined]
    missing = set(keys) - {p.key for p in plugins}
    if missing:
        raise pytest.UsageError(f"no such group type is installed: {', '.join(sorted(missing))}")
    return [p for p in plugins if p.key in keys]


def type_of(key: str) -> GroupType:
    """The installed type keyed ``key``. Raises UsageError when there is none, or it is quarantined."""
    (plugin,) = chosen([key])
    if plugin.group_type is None:
        raise pytest.UsageError(f"{key}: {plugin.reason}")
    return plugin.group_type


class TestInstalled(GroupTypeContract):
    """The contract over what an entry point brings."""

    _found: Plugin

    @pytest.fixture(autouse=True)
    def _installed(self, installed_plugin: Plugin) -> None:
        self._found = installed_plugin

    def _loaded(self) -> Plugin:
        return self._found

    def _type(self) -> GroupType:
        made: Any = self._found.group_type
        assert made is not None, f"{self._found.reason}\n{self._found.detail}"
        return made  # type: ignore[no-any-return]
