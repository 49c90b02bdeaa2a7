"""English is complete, Russian plurals have three forms, the compiled catalogues are those of the sources."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = ROOT / "webui" / "translations"


def _used() -> set[str]:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    found = extract_from_dir(ROOT / "webui", methods, {}, directory_filter=lambda d: "static" not in d)
    return {m[2][0] if isinstance(m[2], tuple) else m[2] for m in found}


def _read(language: str, suffix: str):
    path = CATALOGUES / language / "LC_MESSAGES" / f"messages.{suffix}"
    return (read_po if suffix == "po" else read_mo)(io.BytesIO(path.read_bytes()))


def test_english_is_complete() -> None:
    catalogue = _read("en", "po")
    missing = sorted(text for text in _used() if text not in catalogue or not catalogue.get(text).string)
    assert missing == []


def test_russian_plurals_have_three_forms() -> None:
    plurals = [m for m in _read("ru", "po") if m.pluralizable]
    assert plurals and all(len(m.string) == 3 and all(m.string) for m in plurals)


def test_compiled_catalogues_are_fresh() -> None:
    for language in ("en", "ru"):
        source, compiled = (
            {str(tuple(m.id)): tuple(m.string) for m in _read(language, kind) if m.id} for kind in ("po", "mo")
        )
        assert compiled == source
