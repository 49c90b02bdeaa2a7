"""``trefoil new-type``: an installable distribution with a group type that is sound from the start."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template

from engine.core.text import Text

_KEY = re.compile(r"[a-z][a-z0-9_]{2,29}\Z")
_TEMPLATES = Path(__file__).with_name("scaffold")
#: Template → where it goes; ``module`` stands for the name of the package.
_FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "setup.cfg.txt": "setup.cfg",
    "README.md.txt": "README.md",
    "type.py.txt": "{module}/__init__.py",
    "content.py.txt": "{module}/content.py",
    "forms.py.txt": "{module}/forms.py",
    "rules.py.txt": "{module}/rules.py",
    "test_type.py.txt": "tests/test_{key}.py",
}


class BadName(ValueError):
    """A name no type can have, or a folder that is taken. The text is for whoever typed it."""


def new_type(key: str, folder: Path, title: str = "", english: str = "") -> list[Path]:
    """Write the distribution of a type into ``folder/key``; returns the files, in order.

    ``key`` is the id of the type for ever: small Latin letters, digits and underscores. Raises BadName; then nothing
    is written.
    """
    if not _KEY.match(key) or keyword.iskeyword(key):
        raise BadName(
            Text(
                "Ключ типа — от 3 до 30 знаков: строчные латинские буквы, цифры и «_», первая — буква",
                en="The key of a type has 3 to 30 characters: small Latin letters, digits and “_”, a letter first",
            )
        )
    place = folder / key
    if place.exists():
        raise BadName(
            Text("Папка уже есть: {place}", en="The folder is there already: {place}").fill({"place": str(place)})
        )
    shown = _plain(title) or key.replace("_", " ").capitalize()
    words = {"key": key, "module": f"trefoil_{key}", "title": shown, "english": _plain(english) or shown}
    written = []
    for template, target in _FILES.items():
        path = place / target.format(**words)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _plain(text: str) -> str:
    """A title that can stand inside quotation marks of Python and in one line."""
    return " ".join(text.replace("\\", "").replace('"', "").replace("$", "").split())
