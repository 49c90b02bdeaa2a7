"""The door for authors: what it offers, that its examples run, and that it stays light."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import engine.core.rules
import engine.core.text
import engine.extension.hookspecs
from engine import api
from engine.extension.hookspecs import GroupTypeSpec

ROOT = Path(__file__).parents[2]
HOOKS = sorted(name for name in vars(GroupTypeSpec) if name.startswith("plc_"))
#: What authors may rely on. A name goes from here only with a new major version of the door.
OFFERED = [
    "Action", "Agreement", "Answered", "Attempt", "Carry", "Change", "ChosenIndicatorMean", "ChosenSectionMean",
    "Contribution", "Criterion", "CycleView", "Difference", "Entries", "Fact", "Field", "FilledRows", "Form",
    "GroupType", "Growth", "Hint", "Indicator", "IndicatorMean", "KindsWhere", "Link", "Lowest",
    "LowestSubjectMean", "Notify", "Option", "OptionShare", "Participation", "Person", "Process", "Question",
    "Refusal", "RoundFacts", "RoundsWhere", "Rows", "Rule", "Section", "SectionMean", "Sheet", "SoftWarning",
    "Stage", "Survey", "Tally", "Technique", "Test", "Text", "Total", "Upgrade", "all_of", "answers", "any_of",
    "at_least", "complete", "confirmed_by_each", "declared", "filled", "hookimpl", "missing", "names", "refuse", "rule",
    "submitted_by_each",
]  # fmt: skip


def test_the_door_offers_what_authors_rely_on() -> None:
    assert api.__all__ == OFFERED


def test_the_names_are_sorted_and_told_once() -> None:
    assert api.__all__ == sorted(set(api.__all__))


@pytest.mark.parametrize("name", OFFERED)
def test_a_name_of_the_door_is_there(name: str) -> None:
    assert callable(getattr(api, name))


def test_the_door_holds_nothing_it_does_not_offer() -> None:
    public = {n for n, v in vars(api).items() if not n.startswith("_") and not isinstance(v, ModuleType)}
    assert public == set(OFFERED)


def test_the_door_brings_neither_the_web_nor_a_database() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "import engine.api, sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"flask", "sqlalchemy", "flask_sqlalchemy", "webui", "engine.store", "engine.services"} & set(seen)


@pytest.mark.parametrize(
    ("module", "examples"),
    [(engine.extension.hookspecs, 10), (engine.core.rules, 3), (engine.core.text, 2)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_examples_of_the_door_run(module: ModuleType, examples: int) -> None:
    found = doctest.testmod(module)
    assert found.failed == 0 and found.attempted == examples


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_carries_an_example(hook: str) -> None:
    assert ">>> @hookimpl" in (getattr(GroupTypeSpec, hook).__doc__ or "")


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_a_heading_in_the_guide_for_authors(hook: str) -> None:
    guide = (ROOT / "docs" / "authors.md").read_text(encoding="utf-8")
    assert re.search(rf"^#+ .*\b{hook}\b", guide, re.MULTILINE), f"docs/authors.md says nothing of {hook}"
