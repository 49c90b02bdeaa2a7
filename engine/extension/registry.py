"""The registry: which types are installed, which are quarantined, and the guarded way to ask them."""

from __future__ import annotations

import dataclasses
import logging
import traceback
from collections.abc import Iterable, Mapping

from engine.core.definition import GroupType
from engine.core.rules import Link, Refusal, Rule, refuse
from engine.core.snapshot import differences, to_data
from engine.extension.hookspecs import Attempt, Change, Effect
from engine.extension.loader import Plugin, Source, load

log = logging.getLogger(__name__)


class Registry:
    """Installed group types by key. Made once at start-up and passed down; enabling lives in the database."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        self.plugins: list[Plugin] = []
        for source in sources:
            self.add(source)

    def add(self, source: Source) -> Plugin:
        """Load one more plugin; a second one with the same key is quarantined."""
        plugin = load(source)
        if plugin.group_type and plugin.group_type.key in self.types:
            first = next(p for p in self.plugins if p.group_type and p.group_type.key == plugin.group_type.key)
            plugin.quarantine(f"Ключ «{plugin.group_type.key}» уже занят плагином «{first.name}» ({first.origin})")
        if plugin.quarantined:
            log.warning("plugin %s (%s) is quarantined: %s", plugin.name, plugin.origin, plugin.reason)
        self.plugins.append(plugin)
        return plugin

    @property
    def types(self) -> Mapping[str, GroupType]:
        """The usable types by key."""
        return {p.group_type.key: p.group_type for p in self.plugins if p.group_type}

    def plugin(self, key: str) -> Plugin | None:
        """The usable plugin of a type."""
        return next((p for p in self.plugins if p.group_type and p.group_type.key == key), None)

    def rules(self, key: str) -> Mapping[str, Rule]:
        """The code of a type's rules; empty when the type is not usable."""
        group_type = self.types.get(key)
        return group_type.rules if group_type else {}

    def check_version(self, key: str, version: str, stored: object) -> bool:
        """Quarantine the type when its ``version`` was seen before with other content. True when it may be used."""
        plugin = self.plugin(key)
        if plugin is None or plugin.group_type is None or plugin.group_type.version != version:
            return plugin is not None
        changed = differences(stored, to_data(plugin.group_type))
        if not changed:
            return True
        plugin.quarantine(
            f"Содержание изменилось, а версия осталась {version}. Автору нужно поднять версию", "\n".join(changed)
        )
        return False

    def objections(self, key: str, attempt: Attempt) -> list[Refusal]:
        """What ``plc_before`` of the owning type says; a fault closes the action with a reason and is logged."""
        plugin = self.plugin(key)
        if plugin is None:
            return []
        try:
            return plugin.before(attempt)
        except (Exception, SystemExit) as error:
            self._fault(plugin, "plc_before", error)
            return [fault_refusal(plugin)]

    def effects(self, key: str, change: Change) -> list[Effect]:
        """What ``plc_after`` of the owning type asks for; a fault costs the effects, never the action."""
        plugin = self.plugin(key)
        if plugin is None:
            return []
        try:
            return plugin.after(change)
        except (Exception, SystemExit) as error:
            self._fault(plugin, "plc_after", error)
            return []

    def _fault(self, plugin: Plugin, hook: str, error: BaseException) -> None:
        plugin.detail = f"{hook}: {error}\n{traceback.format_exc()}"
        log.error("plugin %s failed in %s: %s", plugin.name, hook, error)


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
