"""Every code block of the README and of the docs does what it says."""

from __future__ import annotations

import re
import types
from pathlib import Path

import pytest

from engine.extension.loader import Source, load

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = [
    (path.name, number, block)
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.S))
]


def test_there_are_blocks() -> None:
    assert {name for name, _, _ in BLOCKS} >= {"README.md", "authors.md"}


@pytest.mark.parametrize(("name", "number", "block"), BLOCKS)
def test_a_block_runs_and_a_group_type_loads(name: str, number: int, block: str) -> None:
    module = types.ModuleType(f"{name}_{number}")
    exec(compile(block, name, "exec"), module.__dict__)
    if "hookimpl" not in block:
        return
    plugin = load(Source(name, "docs", lambda: module))
    assert not plugin.quarantined, plugin.reason + plugin.detail
    assert plugin.contributes or (plugin.group_type is not None and plugin.group_type.key == "reading")


def test_the_readme_type_is_short() -> None:
    block = next(block for name, _, block in BLOCKS if name == "README.md")
    assert len(block.splitlines()) <= 25
