"""Whatever a service or a page says to a person it says in Russian and in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_ERRORS = {"Invalid", "NotFound", "Forbidden", "Conflict", "TooManyTries", "Damaged"}
#: Constants that are data, not messages: headings of a table, wordings of the method that are stored as they are.
_DATA = {
    "people.py": {"COLUMNS"},
    "deficits.py": {"GROUPS"},
    "plans.py": {"FORMS", "PLACES"},
    "intake.py": {"COLUMNS"},
    "personal.py": {"_SURNAME", "_CLASS", "_PLAIN"},
    "search.py": {"_WORD"},
    "typography.py": {"_RULES"},
    "names.py": {"_ENDS", "_LOOSE"},
    "keys.py": {"_RUSSIAN"},
    "teams.py": {"_RUSSIAN", "_ENDINGS", "_NAMES", "_OTHER"},
    "disguise.py": {"_SAID"},
}
#: Values that are stored, and the report of the command line.
_STORED = {
    "accounts.py": {"Администратор"},
    "years.py": {"Каникулы"},
    "intake.py": {"ё", "е"},
    "search.py": {"ё", "е"},
    "erasure.py": {"Участник {n}"},
    "maturity_words.py": {f"ЗР{n}" for n in range(1, 10)},
}
_COMMAND_LINE = {
    *("authors_cli.py", "checkup.py", "cli.py", "command.py", "operations_cli.py", "people_cli.py"),
    *("types_cli.py", "upgrade_cli.py"),
}
#: Papers of the school, which are Russian whoever asks for them.
_PAPERS = {"reports/sections.py", "reports/conference.py", "reports/deck.py"}
_CATALOGUE = {"_", "gettext", "ngettext"}
MODULES = sorted(
    p
    for p in (*ROOT.glob("engine/services/**/*.py"), *ROOT.glob("webui/**/*.py"))
    if p.name not in _COMMAND_LINE and p.parent.name != "demo" and "/".join(p.parts[-2:]) not in _PAPERS
)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _silent(node: ast.AST) -> bool:
    """Docstrings, what is logged for the operator, and what the catalogue translates."""
    if isinstance(node, ast.Call) and _name(node.func) in _CATALOGUE:
        return True
    return (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _name(node.func.value) == "log"
    )


def _foreign(node: ast.expr) -> bool:
    """A text, but not a Russian one: the English half of a pair."""
    texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return bool(texts) and not any(_CYRILLIC.search(text) for text in texts)


def _twins(node: ast.AST) -> list[ast.expr]:
    """The Russian halves in ``node`` that have their English half beside them."""
    if isinstance(node, ast.Call) and _name(node.func) == "Text":
        return [node.args[0]] if any(k.arg == "en" and _foreign(k.value) for k in node.keywords) else []
    if isinstance(node, ast.Call) and _name(node.func) in _ERRORS and len(node.args) > 1:
        return [node.args[0]] if _foreign(node.args[1]) else []
    if (
        isinstance(node, ast.Call) and _name(node.func) == "_step" and len(node.args) > 2
    ):  # a row of a table of steps: key, Russian, English
        return [node.args[1]] if _foreign(node.args[2]) else []
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        return [node.elts[0]] if _foreign(node.elts[1]) else []
    return []


def _alone(node: ast.AST, data: set[str]) -> Iterator[tuple[int, str]]:
    """Russian literals under ``node`` without an English twin."""
    if _silent(node):
        return
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if {_name(target) for target in targets} & data:
            return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CYRILLIC.search(node.value):
        yield node.lineno, node.value
    paired = _twins(node)
    for child in ast.iter_child_nodes(node):
        if child not in paired:
            yield from _alone(child, data)


def russian_alone(source: str, data: set[str] = frozenset()) -> list[str]:
    """Every Russian literal of a module that English readers would get."""
    return [f"{line}: {text}" for line, text in _alone(ast.parse(source), set(data))]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_message_has_its_english_form(path: Path) -> None:
    found = russian_alone(path.read_text(encoding="utf-8"), _DATA.get(path.name, set()))
    stored = _STORED.get(path.name, set())
    assert [line for line in found if line.partition(": ")[2] not in stored] == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('"""Слова."""', 0),
        ('x = "слово"', 1),
        ('x = f"слово {y}"', 1),
        ('x = Text("слово", en="word")', 0),
        ('x = Text(f"слово {y}", en=f"word {y}")', 0),
        ('x = Text("слово")', 1),
        ('raise Invalid("слово", "word")', 0),
        ('raise Invalid("слово", "word", {"x": ["слово"]})', 1),
        ('raise Invalid("слово")', 1),
        ('CLOSED = ("слово", "word")', 0),
        ('log.info("слово")', 0),
        ('flash(_("слово"))', 0),
        ('flash("слово")', 1),
    ],
)
def test_what_counts_as_alone(source: str, count: int) -> None:
    assert len(russian_alone(source)) == count
