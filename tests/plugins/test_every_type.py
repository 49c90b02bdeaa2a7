"""What holds for every group type that comes with the program."""

from __future__ import annotations

import pytest

from engine.api import GroupType
from engine.core import snapshot
from engine.core.lint import lint
from engine.core.text import localise
from engine.extension.roles import FEEDS, ROLES
from tests.plugins.formative.scene import PLUGIN as FORMATIVE
from tests.plugins.fourk.scene import PLUGIN as FOURK
from tests.plugins.lab.scene import PLUGIN as LAB
from tests.plugins.project.scene import PLUGIN as PROJECT
from tests.plugins.sel.scene import PLUGIN as SEL

PLUGINS = {p.name: p for p in (FORMATIVE, FOURK, LAB, PROJECT, SEL)}
every_type = pytest.mark.parametrize("of", [p.group_type for p in PLUGINS.values()], ids=list(PLUGINS))


@pytest.mark.parametrize("name", PLUGINS)
def test_loads_without_quarantine(name: str) -> None:
    plugin = PLUGINS[name]
    assert (plugin.reason, plugin.quarantined) == ("", False), plugin.detail


@every_type
def test_lint_finds_nothing(of: GroupType) -> None:
    assert lint(of, ROLES, frozenset(FEEDS)) == []


@every_type
def test_accent_reads_on_white(of: GroupType) -> None:
    parts = [int(of.colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


@every_type
def test_every_name_has_english(of: GroupType) -> None:
    named = [of.title, of.short, of.purpose, *(r.title for r in of.rules.values())]
    named += [x.title for part in (of.forms, of.surveys, of.criteria) for x in part]
    named += [s.title for _, s in of.observed] + list(of.process.round_titles)
    named += [x.title for part in (of.process.stages, of.process.actions) for x in part]
    assert [n for n in named if localise(n, "en") == n] == []


@every_type
def test_snapshot_round_trip(of: GroupType) -> None:
    again = snapshot.loads(snapshot.dumps(of), of.rules)
    assert again == of
    assert again.fingerprint == of.fingerprint and len(of.fingerprint) == 64
