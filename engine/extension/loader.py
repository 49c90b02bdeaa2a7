"""Loading of plugins, one by one, each in its own ``try``; a bad one is quarantined and named, nothing else is touched.

A plugin is a module (or object) named by an entry point of ``trefoil.group_types``, or a single ``.py`` file dropped
into ``instance/plugins``. Every plugin gets a plugin manager of its own, so that a call is always addressed to one.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from engine.core.contribution import Contribution
from engine.core.definition import GroupType
from engine.core.errors import DefinitionError
from engine.core.fields import compile_form
from engine.core.lint import Finding
from engine.core.snapshot import fingerprint
from engine.core.text import Text
from engine.extension.checks import checked
from engine.extension.declared import FileType
from engine.extension.door import Door, PluginFault
from engine.extension.hookspecs import PROJECT, GroupTypeSpec
from engine.extension.plain import plain

ENTRY_POINTS = "trefoil.group_types"
#: Version of the door (engine.api) that plugins declare a range for.
API_VERSION = "1.0"
_HOOKS = tuple(name for name in vars(GroupTypeSpec) if name.startswith("plc_"))
#: Hooks that are asked of the type a cycle belongs to, and of no other plugin.
VERBS = ("plc_before", "plc_after")
_FAILED = Text("Плагин не загрузился: {error}", en="The plugin has not loaded: {error}")
_UNMARKED = Text(
    "Функции {names} не помечены @hookimpl или названы с ошибкой; они никогда не вызывались бы",
    en="Functions {names} are not marked with @hookimpl, or are misspelt; they would never be called",
)
_NOT_ASKED = Text(
    "Функции {names} спрашивают только у типа, которому принадлежит цикл. Дополнению к чужому типу нужно правило",
    en="Functions {names} are asked only of the type a cycle belongs to. An addition to another type needs a rule",
)
_EMPTY = Text(
    "Плагин ничего не приносит: нет функции plc_group_type или plc_contribute",
    en="The plugin brings nothing: it has neither plc_group_type nor plc_contribute",
)
_NOTHING = Text(
    "plc_group_type ничего не вернула: нужен один GroupType",
    en="plc_group_type has returned nothing: one GroupType is needed",
)
_UNSOUND = Text("Описание типа содержит ошибки", en="The definition of the type has faults")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a plugin comes from: its name, how to show the place, and how to load it.

    ``school`` is the number of the school whose own type it is; 0: the whole installation may use it.
    """

    name: str
    origin: str
    load: Callable[[], Any]
    school: int = 0


@dataclass(slots=True)
class Plugin:
    """A loaded plugin: the type it brings, what it adds to other types, or the reason why it is quarantined.

    ``hooks`` are those it answers. ``changes`` tells in words what differs from the content its version was known with.
    """

    name: str
    origin: str
    group_type: GroupType | None = None
    hooks: frozenset[str] = frozenset()
    reason: str = ""
    detail: str = ""
    findings: tuple[Finding, ...] = ()
    changes: tuple[Text, ...] = ()
    manager: pluggy.PluginManager | None = field(default=None, repr=False)
    school: int = 0

    @property
    def quarantined(self) -> bool:
        return self.manager is None

    @property
    def contributes(self) -> bool:
        return "plc_contribute" in self.hooks

    @property
    def key(self) -> str:
        """Under which a school switches it: the key of its type, or the name of a plugin that only contributes."""
        return self.group_type.key if self.group_type else self.name

    def quarantine(self, reason: Text, detail: str = "", findings: Sequence[Finding] = ()) -> Plugin:
        """Take the plugin out of use; ``reason`` is for the administrator, ``detail`` for its author."""
        self.group_type, self.manager, self.hooks = None, None, frozenset()
        self.reason, self.detail, self.findings = reason, detail, tuple(findings)
        return self


def entry_points() -> Iterator[Source]:
    """Sources of every installed distribution."""
    told = functools.cache(_told)  # a distribution reads its metadata anew at each question
    for point in sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        yield Source(point.name, told(point.dist) if point.dist else "?", point.load)


def _told(dist: importlib.metadata.Distribution) -> str:
    metadata = dist.metadata
    return f"{metadata['Name']} {metadata['Version']}"


def files(folder: Path) -> Iterator[Source]:
    """Sources of the one-file plugins in a folder: modules, and types declared in TOML."""
    for path in sorted((*folder.glob("*.py"), *folder.glob("*.toml"))):
        yield dataclasses.replace(at(path), origin=path.name)


def at(path: Path) -> Source:
    """The source of one plugin: a file, or the folder of a package."""
    code = _declared if path.suffix == ".toml" else _module
    return Source(path.stem, str(path), functools.partial(code, path))


def _declared(path: Path) -> Any:
    return FileType(path.read_text(encoding="utf-8"))


def _module(path: Path) -> Any:
    name = f"trefoil_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path / "__init__.py" if path.is_dir() else path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load(source: Source, door: Door | None = None) -> Plugin:
    """Load one plugin. Never raises: whatever goes wrong ends in a quarantined plugin with its reason."""
    plugin = Plugin(source.name, source.origin, school=source.school)
    try:
        return _load(plugin, source, door or Door())
    except PluginFault as fault:
        return plugin.quarantine(_fallen(fault.call.error), fault.call.trace)
    except DefinitionError as error:
        return plugin.quarantine(Text(str(error)), "\n".join(map(str, error.findings)), error.findings)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return plugin.quarantine(_fallen(error), traceback.format_exc())


def _load(plugin: Plugin, source: Source, door: Door) -> Plugin:
    module = source.load()
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(GroupTypeSpec)
    manager.register(module, name=plugin.name)
    manager.check_pending()
    hooks = frozenset(name for name in _HOOKS if getattr(manager.hook, name).get_hookimpls())
    if forgotten := _unmarked(module, hooks):
        return plugin.quarantine(_UNMARKED.fill({"names": forgotten}))
    plugin.manager, plugin.hooks = manager, hooks
    if "plc_group_type" not in hooks:
        if verbs := [name for name in VERBS if name in hooks]:
            return plugin.quarantine(_NOT_ASKED.fill({"names": verbs}))
        return plugin if plugin.contributes else plugin.quarantine(_EMPTY)
    group_type = door.noun(plugin, "plc_group_type", GroupType)
    if group_type is None:
        return plugin.quarantine(_NOTHING)
    if wrong := unfit(group_type.api):
        return plugin.quarantine(wrong)
    if findings := checked(group_type):
        return plugin.quarantine(_UNSOUND, "\n".join(map(str, findings)), findings)
    group_type = plain(group_type, lambda rule: door.guarded(plugin, rule))
    ready(group_type)
    plugin.group_type = group_type
    return plugin


def unfit(api: str) -> Text:
    """Why a plugin written for the range ``api`` cannot be used here; empty when it can."""
    try:
        fits = API_VERSION in SpecifierSet(api)
    except InvalidSpecifier:
        return Text("Непонятный диапазон версий api: «{api}»", en="No range of api versions: “{api}”").fill(
            {"api": api}
        )
    if fits:
        return Text("")
    wrong = Text("Плагин написан для api {api}, здесь {here}", en="The plugin is written for api {api}, here is {here}")
    return wrong.fill({"api": api, "here": API_VERSION})


def ready(brought: GroupType | Contribution) -> None:
    """Do once what would otherwise fail when somebody opens a page. Raises whatever is wrong with the value."""
    if isinstance(brought, GroupType):
        brought.fingerprint  # noqa: B018 - a value that is no data is found here
        forms = brought.forms
    else:
        fingerprint(brought)
        forms = tuple(form for _, form in brought.forms)
    hash(brought)
    for form in forms:
        compile_form(form)


def _unmarked(module: Any, taken: frozenset[str]) -> list[str]:
    """Functions called like a hook (or nearly) that pluggy did not take as one."""
    return [
        name
        for name, value in vars(module).items()
        if name.startswith("plc_") and inspect.isfunction(value) and name not in taken
    ]


def _fallen(error: BaseException | None) -> Text:
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return _FAILED.fill({"error": told})
