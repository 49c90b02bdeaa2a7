"""Loading of plugins, one by one, each in its own ``try``; a bad one is quarantined and named, nothing else is touched.

A plugin is a module (or object) named by an entry point of ``trefoil.group_types``, or a single ``.py`` file dropped
into ``instance/plugins``. Every plugin gets a plugin manager of its own, so that a call is always addressed to one.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pluggy
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from engine.core.definition import GroupType
from engine.core.fields import compile_form
from engine.core.lint import Finding, lint
from engine.core.rules import Refusal
from engine.extension.hookspecs import PROJECT, Attempt, Change, Effect, GroupTypeSpec, Notify
from engine.extension.roles import EFFECTS, FEEDS, ROLES

ENTRY_POINTS = "trefoil.group_types"
#: Version of the door (engine.api) that plugins declare a range for.
API_VERSION = "1.0"
T = TypeVar("T")
_HOOKS = tuple(name for name in vars(GroupTypeSpec) if name.startswith("plc_"))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a plugin comes from: its name, how to show the place, and how to load it."""

    name: str
    origin: str
    load: Callable[[], Any]


@dataclass(slots=True)
class Plugin:
    """A loaded plugin and its definition, or the reason why it is quarantined."""

    name: str
    origin: str
    group_type: GroupType | None = None
    reason: str = ""
    detail: str = ""
    findings: tuple[Finding, ...] = ()
    manager: pluggy.PluginManager | None = field(default=None, repr=False)

    @property
    def quarantined(self) -> bool:
        return self.group_type is None

    def quarantine(self, reason: str, detail: str = "", findings: Sequence[Finding] = ()) -> Plugin:
        """Take the plugin out of use; ``reason`` is for the administrator, ``detail`` for its author."""
        self.group_type, self.manager = None, None
        self.reason, self.detail, self.findings = reason, detail, tuple(findings)
        return self

    def before(self, attempt: Attempt) -> list[Refusal]:
        """The objections of ``plc_before``. Raises what the plugin raises, TypeError for a wrong answer."""
        return _several(self._call("plc_before", attempt=attempt), Refusal, "plc_before")

    def after(self, change: Change) -> list[Effect]:
        """The effects of ``plc_after``. Raises what the plugin raises, TypeError for a wrong answer."""
        return _several(self._call("plc_after", change=change), Notify, "plc_after")

    def _call(self, hook: str, **arguments: Any) -> Any:
        if self.manager is None:
            return []
        return [item for answer in getattr(self.manager.hook, hook)(**arguments) for item in _listed(answer, hook)]


def _listed(answer: Any, hook: str) -> Iterable[Any]:
    if not isinstance(answer, (list, tuple)):
        raise TypeError(f"{hook} must return a list, not {type(answer).__name__}")
    return answer


def _several(answer: Iterable[Any], kind: type[T], hook: str) -> list[T]:
    found = list(answer)
    for item in found:
        if not isinstance(item, kind):
            raise TypeError(f"{hook} must return a list of {kind.__name__}, not of {type(item).__name__}")
    return found


def entry_points() -> Iterator[Source]:
    """Sources of every installed distribution."""
    for point in sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        dist = f"{point.dist.name} {point.dist.version}" if point.dist else "?"
        yield Source(point.name, dist, point.load)


def files(folder: Path) -> Iterator[Source]:
    """Sources of the one-file plugins in a folder."""
    for path in sorted(folder.glob("*.py")):
        yield Source(path.stem, path.name, lambda path=path: _module(path))  # type: ignore[misc]


def _module(path: Path) -> Any:
    name = f"trefoil_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load(source: Source) -> Plugin:
    """Load one plugin. Never raises: whatever goes wrong ends in a quarantined plugin with its reason."""
    plugin = Plugin(source.name, source.origin)
    try:
        return _load(plugin, source)
    except (Exception, SystemExit) as error:
        return plugin.quarantine(f"Плагин не загрузился: {_describe(error)}", traceback.format_exc())


def _load(plugin: Plugin, source: Source) -> Plugin:
    module = source.load()
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(GroupTypeSpec)
    manager.register(module, name=plugin.name)
    manager.check_pending()
    if forgotten := _unmarked(module, manager):
        return plugin.quarantine(
            f"Функции {', '.join(forgotten)} не помечены @hookimpl или названы с ошибкой; они никогда не вызывались бы"
        )
    answers = manager.hook.plc_group_type()
    if not manager.hook.plc_group_type.get_hookimpls():
        return plugin.quarantine("Плагин не описывает тип группы: нет функции plc_group_type")
    if len(answers) != 1:
        return plugin.quarantine("plc_group_type ничего не вернула: нужен один GroupType")
    group_type = answers[0]
    if not isinstance(group_type, GroupType):
        return plugin.quarantine(f"plc_group_type должна вернуть GroupType, а вернула {type(group_type).__name__}")
    try:
        fits = API_VERSION in SpecifierSet(group_type.api)
    except InvalidSpecifier:
        return plugin.quarantine(f"Непонятный диапазон версий api: «{group_type.api}»")
    if not fits:
        return plugin.quarantine(f"Плагин написан для api {group_type.api}, здесь {API_VERSION}")
    if findings := lint(group_type, ROLES, frozenset(FEEDS), frozenset(EFFECTS)):
        return plugin.quarantine("Описание типа содержит ошибки", "\n".join(map(str, findings)), findings)
    group_type.fingerprint  # noqa: B018 - computed here, so that a value that is no data is found at load
    hash(group_type)  # a list in a frozen value would only fail when somebody opens a page
    for form in group_type.forms:
        compile_form(form)
    plugin.group_type, plugin.manager = group_type, manager
    return plugin


def _unmarked(module: Any, manager: pluggy.PluginManager) -> list[str]:
    """Functions called like a hook (or nearly) that pluggy did not take as one."""
    taken = {name for name in _HOOKS if getattr(manager.hook, name).get_hookimpls()}
    return [
        name
        for name, value in vars(module).items()
        if name.startswith("plc_") and inspect.isfunction(value) and name not in taken
    ]


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
