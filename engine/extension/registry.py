"""The registry: which plugins are installed, which are quarantined, what they add to each other, how they are asked."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from engine.core.contribution import Contribution, assembled
from engine.core.definition import GroupType
from engine.core.lint import Finding
from engine.core.rules import Link, Refusal, refuse
from engine.core.snapshot import differences, from_data, to_data
from engine.core.text import Text
from engine.core.told import told
from engine.extension.checks import checked
from engine.extension.door import Call, Door, PluginFault
from engine.extension.hookspecs import Attempt, Change, Effect, Notify
from engine.extension.loader import Plugin, Source, load, ready, unfit
from engine.extension.plain import plain

log = logging.getLogger(__name__)

_TAKEN = Text(
    "Ключ «{key}» уже занят плагином «{name}» ({origin})",
    en="The key “{key}” is taken by the plugin “{name}” ({origin})",
)
_SAME_VERSION = Text(
    "Содержание изменилось, а версия осталась {version}. Автору нужно поднять версию",
    en="The content has changed and the version is still {version}. Its author has to raise the version",
)


class Registry:
    """Installed plugins by key. Made once at start-up and passed down; enabling lives in the database."""

    def __init__(self, sources: Iterable[Source] = (), listeners: Iterable[Callable[[Call], None]] = ()) -> None:
        self.plugins: list[Plugin] = []
        #: Who has been asked for by key, in the list of plugins of that time: the list is replaced, never changed.
        self._known: tuple[list[Plugin], dict[str, Plugin]] = (self.plugins, {})
        self.door = Door(list(listeners))
        self._lock = threading.RLock()  # types of schools come and go while others are read
        #: Key of a type → key of the plugin that adds to it → what it adds.
        self.contributions: dict[str, dict[str, Contribution]] = {}
        self._assembled: dict[tuple[str, frozenset[str]], GroupType] = {}
        for source in sources:
            self._take(source)
        for plugin in sorted(self.plugins, key=lambda p: p.key):  # who was loaded first means nothing
            self._meet(plugin)

    def add(self, source: Source) -> Plugin:
        """Load one more plugin; a second one with the same key is quarantined."""
        plugin = self._take(source)
        self._join(plugin)
        return plugin

    def renew(self, source: Source) -> Plugin:
        """Load a school's own type in the place of its earlier version; nothing else is touched."""
        plugin = self._load(source)
        with self._lock:
            self._forget(source.name)
            self._place(plugin, [p for p in self.plugins if not (p.school and p.name == source.name)])
            self._meet(plugin)
        return plugin

    def remove(self, name: str) -> None:
        """Take a school's own type out of use."""
        with self._lock:
            self._forget(name)
            self.plugins = [p for p in self.plugins if not (p.school and p.name == name)]

    def _forget(self, name: str) -> None:
        """What was added to a school's own type: it was asked for by its content."""
        if any(p.school and p.key == name for p in self.plugins if not p.quarantined):
            self.contributions.pop(name, None)
            self._assembled = {k: v for k, v in self._assembled.items() if k[0] != name}

    def _load(self, source: Source) -> Plugin:
        """What a plugin prints goes to stderr: the output of a command is the command's."""
        with contextlib.redirect_stdout(sys.stderr):
            return load(source, self.door)

    def _take(self, source: Source) -> Plugin:
        return self._place(self._load(source), self.plugins)

    def _place(self, plugin: Plugin, among: list[Plugin]) -> Plugin:
        """Put the plugin behind the others; one whose key is taken is quarantined."""
        first = next((p for p in among if not p.quarantined and p.key == plugin.key), None)
        if first and not plugin.quarantined:
            taken = {"key": plugin.key, "name": first.name, "origin": first.origin}
            plugin.quarantine(_TAKEN.fill(taken))
        self.plugins = [*among, plugin]  # in one step: others may be reading
        if plugin.quarantined:
            log.warning("plugin %s (%s) is quarantined: %s", plugin.name, plugin.origin, plugin.reason)
        return plugin

    def _join(self, plugin: Plugin) -> None:
        """What the new plugin adds to the known types, and what the known plugins add to its type."""
        if plugin.contributes:
            for group_type in list(self.types.values()):
                self._ask_for(plugin, group_type)
        self._meet(plugin)

    def _meet(self, plugin: Plugin) -> None:
        """What the known plugins add to the type of this one."""
        if plugin.group_type:
            for other in sorted((p for p in self.plugins if p.contributes and p is not plugin), key=lambda p: p.key):
                self._ask_for(other, plugin.group_type)

    def _ask_for(self, plugin: Plugin, group_type: GroupType) -> None:
        """Keep what the plugin adds to a type. What makes the type unsound quarantines the plugin, never the type."""
        if plugin.quarantined or plugin.group_type is group_type:
            return
        try:
            added = self.door.noun(plugin, "plc_contribute", Contribution, group_type=group_type)
            if added is None:
                return
            if wrong := unfit(added.api):
                self._unfit(plugin, group_type, wrong)
                return
            added = plain(added, lambda rule: self.door.guarded(plugin, rule))
            together = {**self.contributions.get(group_type.key, {}), plugin.key: added}
            made = _together(group_type, together)
            findings = checked(made, group_type)
            ready(added)  # its own: the rest of what was made of both is ready already
        except PluginFault as fault:
            reason = Text("plc_contribute для «{key}»: {error}", en="plc_contribute for “{key}”: {error}")
            reason = reason.fill({"key": group_type.key, "error": fault.call.error})
            self._unfit(plugin, group_type, reason, fault.call.trace)
        except Exception as error:
            reason = Text(
                "Дополнение к типу «{key}» не подошло: {error}", en="The addition to “{key}” does not fit: {error}"
            )
            self._unfit(plugin, group_type, reason.fill({"key": group_type.key, "error": error}))
        else:
            if findings:
                detail = "\n".join(map(str, findings))
                self._unfit(plugin, group_type, self._clash(plugin, group_type, added), detail, findings)
            else:
                self.contributions[group_type.key] = together

    def _unfit(
        self, plugin: Plugin, group_type: GroupType, reason: Text, detail: str = "", findings: Sequence[Finding] = ()
    ) -> None:
        """An addition that cannot be used. To the own type of one school it is left out there: what a school writes
        costs no other school anything."""
        owner = self.plugin(group_type.key)
        if owner is not None and owner.school:
            log.warning("plugin %s adds nothing to %s: %s", plugin.name, group_type.key, reason)
        else:
            self._drop(plugin, reason, detail, findings)

    def _clash(self, plugin: Plugin, group_type: GroupType, added: Contribution) -> Text:
        """Whether an addition is wrong by itself or does not go with another one."""
        others = self.contributions.get(group_type.key, {})
        if others and not checked(assembled(group_type, plugin.key, added)):
            named = [Text("«{title}»", en="“{title}”").fill({"title": other.title}) for other in others.values()]
            clash = Text(
                "Дополнение к типу «{key}» не уживается с другими: {others}",
                en="The addition to “{key}” does not go with others: {others}",
            )
            return clash.fill({"key": group_type.key, "others": named})
        faulty = Text("Дополнение к типу «{key}» содержит ошибки", en="The addition to “{key}” has faults")
        return faulty.fill({"key": group_type.key})

    def _drop(self, plugin: Plugin, reason: Text, detail: str = "", findings: Sequence[Finding] = ()) -> None:
        for added in self.contributions.values():
            added.pop(plugin.key, None)
        plugin.quarantine(reason, detail, findings)

    @property
    def types(self) -> Mapping[str, GroupType]:
        """The usable types by key, each as its own plugin brings it."""
        return {p.group_type.key: p.group_type for p in self.plugins if p.group_type}

    def type_with(self, key: str, enabled: Iterable[str]) -> GroupType | None:
        """The type with the contributions of the ``enabled`` plugins; None when the type is not usable."""
        with self._lock:
            group_type = self.type(key)
            known = self.contributions.get(key, {})
            wanted = frozenset(known) & frozenset(enabled)
            if group_type is None or not wanted:
                return group_type
            if (key, wanted) not in self._assembled:
                self._assembled[key, wanted] = _together(group_type, {k: known[k] for k in wanted})
            return self._assembled[key, wanted]

    def plugin(self, key: str) -> Plugin | None:
        """The usable plugin with this key: of a type, or one that only contributes."""
        plugins, known = self._known
        if plugins is not self.plugins:
            plugins, known = self._known = self.plugins, {}
        found = known.get(key)
        if found is None or found.manager is None:
            found = next((p for p in plugins if not p.quarantined and p.key == key), None)
            if found is not None:
                known[key] = found
        return found

    def type(self, key: str) -> GroupType | None:
        """The usable type with this key."""
        found = self.plugin(key)
        return found.group_type if found is not None else None

    def whole(self, key: str) -> GroupType | None:
        """The type with every contribution there is: where the code of pinned rules is found."""
        return self.type_with(key, self.contributions.get(key, {}))

    def check_version(self, key: str, version: str, stored: object) -> bool:
        """Quarantine the type when its ``version`` was seen before with other content. True when it may be used."""
        plugin = self.plugin(key)
        if plugin is None or plugin.group_type is None or plugin.group_type.version != version:
            return plugin is not None
        changed = differences(stored, to_data(plugin.group_type))
        if not changed:
            return True
        with suppress(Exception):  # what is stored may be of a shape this code has forgotten
            plugin.changes = tuple(told(from_data(stored), plugin.group_type))
        plugin.quarantine(_SAME_VERSION.fill({"version": version}), "\n".join(changed))
        return False

    def objections(self, key: str, attempt: Attempt) -> list[Refusal]:
        """What ``plc_before`` of the owning type says; a fault closes the action with a reason and is logged."""
        plugin = self.plugin(key)
        if plugin is None:
            return []
        try:
            return self.door.ask(plugin, "plc_before", Refusal, attempt=attempt)
        except PluginFault as fault:
            self._fault(plugin, fault)
            return [fault_refusal(plugin)]

    def effects(self, key: str, change: Change) -> list[Effect]:
        """What ``plc_after`` of the owning type asks for; a fault costs the effects, never the action."""
        plugin = self.plugin(key)
        if plugin is None:
            return []
        try:
            return self.door.ask(plugin, "plc_after", Notify, change=change)
        except PluginFault as fault:
            self._fault(plugin, fault)
            return []

    def _fault(self, plugin: Plugin, fault: PluginFault) -> None:
        if self.door.strict:
            raise fault
        plugin.detail = f"{fault.call.hook}: {fault.call.message}\n{fault.call.trace}"
        log.error("plugin %s failed in %s: %s", plugin.name, fault.call.hook, fault.call.message)


def _together(group_type: GroupType, added: Mapping[str, Contribution]) -> GroupType:
    """The type with several contributions, in the order of their keys: the order of loading means nothing."""
    for owner in sorted(added):
        group_type = assembled(group_type, owner, added[owner])
    return group_type


def fault_refusal(plugin: Plugin) -> Refusal:
    """The reason shown while a plugin cannot answer."""
    refusal = refuse(
        "Тип группы «{plugin}» не смог ответить. Администратор школы видит причину на странице типов",
        "The group type “{plugin}” could not answer. The administrator sees why on the page of types",
        roles=("school_admin",),
        link=Link("types"),
        plugin=plugin.name,
    )
    return dataclasses.replace(refusal, code="plugin_fault")
