"""Rules of the house that no linter knows."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "plugins", "webui")
TEXT = {".py", ".html", ".txt", ".md", ".js", ".css", ".po", ".mako", ".cfg", ".toml"}


def files(*tops: str, suffixes: set[str] = TEXT) -> Iterator[Path]:
    for top in tops:
        start = ROOT / top
        for path in [start] if start.is_file() else start.rglob("*"):
            ours = "vendor" not in path.parts and "__pycache__" not in path.parts
            if ours and path.is_file() and path.suffix in suffixes:
                yield path


def hits(pattern: str, paths: Iterator[Path]) -> list[str]:
    found = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if found.search(line)
    ]


def test_only_the_store_commits() -> None:
    found = hits(r"\.commit\(", files(*PACKAGES, suffixes={".py"}))
    assert [hit for hit in found if not hit.startswith("engine/store/")] == []


def test_nothing_is_left_for_later() -> None:
    assert hits(r"\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b", files(*PACKAGES, "docs", "README.md")) == []


def test_every_module_is_named_for_what_it_does() -> None:
    assert [path for path in files(*PACKAGES, suffixes={".py"}) if path.name in {"utils.py", "helpers.py"}] == []


def test_files_stay_readable() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in files(*PACKAGES, suffixes={".py"})
        if "versions" not in path.parts
    }
    assert {name: length for name, length in lengths.items() if length > 350} == {}


def test_no_way_around_escaping() -> None:
    assert hits(r"\|\s*safe\b|\bMarkup\(|render_template_string", files(*PACKAGES)) == []


def test_no_path_of_somebody_s_machine() -> None:
    assert hits(r"/(tmp|work|root)/", files(*PACKAGES, "docs", "README.md")) == []


def test_no_merge_is_half_done() -> None:
    assert hits(r"^(<{7} |={7}$|>{7} )", files(*PACKAGES, "docs", "tests", "README.md", "setup.cfg")) == []
