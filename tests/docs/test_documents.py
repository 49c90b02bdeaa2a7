"""The page about documents lists every kind with its names and formats."""

from __future__ import annotations

import re
from pathlib import Path

from engine.services.papers.catalogue import KINDS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "documents.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| .+? \| ([\w, ]*) ?\| ([\w, ]+) \|$", TEXT, re.MULTILINE)


def test_every_kind_has_its_row_and_no_other() -> None:
    told = {key: (_listed(names), _listed(formats)) for key, names, formats in ROWS}
    assert told == {k.key: ((*k.names, *k.may), k.formats) for k in KINDS.values()}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
