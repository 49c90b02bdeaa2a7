"""The reference is what the code says; the hooks change on purpose alone; links of the docs lead somewhere."""

from __future__ import annotations

import doctest
import importlib.util
import re
import sys
from pathlib import Path

import pytest

from engine.extension.hookspecs import GroupTypeSpec

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
#: The hooks as plugins are called. A change here is a new version of the door: see docs/stability.md.
SIGNATURES = {
    "plc_group_type": "plc_group_type() -> GroupType",
    "plc_contribute": "plc_contribute(group_type: GroupType) -> Contribution | None",
    "plc_before": "plc_before(attempt: Attempt) -> Sequence[Refusal]",
    "plc_after": "plc_after(change: Change) -> Sequence[Effect]",
}
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md")])


def _reference():
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


@pytest.fixture(scope="module")
def reference():
    return _reference()


def test_the_page_is_what_the_code_says(reference) -> None:
    assert (DOCS / "hooks.md").read_text(encoding="utf-8") == reference.page(), "run: python docs/reference.py"


def test_the_hooks_are_called_as_plugins_expect(reference) -> None:
    assert {name: reference.signature(name) for name in reference.HOOKS} == SIGNATURES
    assert {name for name in vars(GroupTypeSpec) if name.startswith("plc_")} == set(SIGNATURES)


@pytest.mark.parametrize("hook", SIGNATURES)
def test_a_hook_has_a_heading_an_example_and_a_bundled_user(reference, hook: str) -> None:
    page = (DOCS / "hooks.md").read_text(encoding="utf-8")
    assert f"\n## {hook}\n" in page and f"... def {hook}(" in page
    assert reference.users(hook), f"no plugin of setup.cfg uses {hook}"


def test_the_examples_of_the_reference_run() -> None:
    blocks = re.findall(r"```pycon\n(.*?)```", (DOCS / "hooks.md").read_text(encoding="utf-8"), re.S)
    runner = doctest.DocTestRunner()
    for number, block in enumerate(blocks):
        runner.run(doctest.DocTestParser().get_doctest(block, {}, f"hooks.md {number}", None, 0))
    assert len(blocks) == len(SIGNATURES) and runner.summarize().failed == 0


def _anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("doc", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(doc: Path) -> None:
    text = re.sub(r"```.*?```", "", doc.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in target or path.startswith("mailto:"):
            continue
        found = doc.parent / path if path else doc
        assert found.exists(), f"{doc.name}: {target}"
        if anchor and found.suffix == ".md":
            assert anchor in _anchors(found), f"{doc.name}: {target}"
