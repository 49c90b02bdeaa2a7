"""Every code block of the README and of the docs does what it says."""

from __future__ import annotations

import re
import types
from pathlib import Path

import pytest

from engine.extension.declared import define, read, write
from engine.extension.declared.content import INDICATOR, ROWS
from engine.extension.declared.document import DOCUMENT
from engine.extension.declared.judging import MEASURES, RULES
from engine.extension.declared.kinds import Part
from engine.extension.loader import Source, load
from engine.testing import walk

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


DECLARED = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "declared.md").read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("block", DECLARED, ids=lambda block: block.split('"')[1])
def test_a_declared_type_is_one_and_runs_to_its_end(block: str) -> None:
    made = define(block)
    assert walk(made).definition.process.stage(walk(made).stage).final
    assert define(write(read(block)[0])).fingerprint == made.fingerprint


def test_the_reference_of_declared_types_names_every_key_and_nothing_else() -> None:
    told = (ROOT / "docs" / "declared.md").read_text(encoding="utf-8").split("## Reference")[1]
    words = set(re.findall(r"[a-z_0-9]+", told))
    known = {s.name for part in every_part() for s in part.slots}
    assert len(DECLARED) >= 2 and known - words == set()
    assert {*RULES, *MEASURES} - words == set()
    rows = re.findall(r"^\| `?[\[….a-z_\]]+`? \| (.*) \|$", told, re.MULTILINE)
    listed = {w for row in rows for w in re.findall(r"\*\*([a-z_]+)\*\*", row)}
    assert len(listed) > 20 and listed - {"kind"} <= known


def every_part() -> list[Part]:
    """The parts of a file, from the whole one down."""
    found, waiting = [], [DOCUMENT]
    while waiting:
        part = waiting.pop()
        found.append(part)
        for kind in (s.kind for s in part.slots):
            inner = getattr(kind, "part", kind)
            waiting += [inner] if isinstance(inner, Part) and inner not in found else []
    return [*found, ROWS, INDICATOR]


def test_the_readme_type_is_short() -> None:
    block = next(block for name, _, block in BLOCKS if name == "README.md")
    assert len(block.splitlines()) <= 25
