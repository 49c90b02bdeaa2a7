"""What plugins add to types they do not own, as an administrator sees and switches it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.core.contribution import Contribution
from engine.core.definition import Addition, GroupType
from engine.core.text import Text, localise
from engine.extension.loader import Plugin
from engine.services.access import require_admin
from engine.services.definitions import open_to, switches
from engine.services.host import host
from engine.store.people import Person


@dataclass(frozen=True, slots=True)
class Added:
    """A contribution to one type."""

    type: GroupType
    adds: Contribution

    @property
    def stages(self) -> dict[str, str]:
        """Titles of the stages by key."""
        return {s.key: s.title for s in self.type.process.stages}

    @property
    def actions(self) -> dict[str, str]:
        """Titles of the actions by key."""
        return {a.key: a.title for a in self.type.process.actions}


@dataclass(frozen=True, slots=True)
class Card:
    """A plugin that adds to types of others. ``state`` is empty until the school switches it on."""

    key: str
    origin: str
    title: str
    purpose: str
    version: str
    state: str
    to: Sequence[Added]


def only_adds(plugin: Plugin) -> bool:
    """Whether a usable plugin brings no type of its own."""
    return plugin.contributes and plugin.group_type is None


def known(key: str) -> bool:
    """Whether a usable plugin of this key adds to types of others."""
    plugin = host().registry.plugin(key)
    return plugin is not None and plugin.contributes


def alone(key: str) -> bool:
    """Whether the key is that of a plugin that brings no type of its own."""
    plugin = host().registry.plugin(key)
    return plugin is not None and only_adds(plugin)


def cards(admin: Person) -> list[Card]:
    """Every plugin that adds something, with the types the school may use and it adds to."""
    require_admin(admin)
    states = switches(admin.school_id)
    registry = host().registry
    found = []
    for plugin in sorted((p for p in registry.plugins if p.contributes), key=lambda p: p.key):
        to = [
            Added(group_type, added[plugin.key])
            for key, added in sorted(registry.contributions.items())
            if plugin.key in added and (group_type := open_to(admin.school_id, key))
        ]
        first = to[0].adds if to else Contribution(plugin.name)
        state = states.get(plugin.key, "")
        found.append(Card(plugin.key, plugin.origin, first.title, first.purpose, first.version, state, to))
    return found


def to_type(admin: Person, key: str) -> list[tuple[Card, Added]]:
    """What is added to one type, by whom, whether or not it is switched on."""
    return [(card, added) for card in cards(admin) for added in card.to if added.type.key == key]


def in_force(additions: Iterable[Addition]) -> Text:
    """The sentence of the journal about the contributions a cycle is opened with; empty where there are none."""
    titles = [a.title for a in additions]
    if not titles:
        return Text("")
    ru, en = (", ".join(localise(t, language) for t in titles) for language in ("ru", "en"))
    return Text(f"Действуют дополнения: {ru}", en=f"Additions in force: {en}")


def whose(definition: GroupType, owner: str) -> Text:
    """« (добавлено: Согласие на видео)» behind a rule that is not the type's own; else nothing."""
    if not owner:
        return Text("")
    return Text(" (добавлено: {whose})", en=" (added: {whose})").fill({"whose": definition.owner_title(owner)})
