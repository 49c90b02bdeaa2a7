"""Write docs/hooks.md: the hooks as the code has them, and every name of the door. `python docs/reference.py`.

The page is checked against the code by the tests: a changed signature or docstring asks for a new page.
"""

from __future__ import annotations

import configparser
import dataclasses
import importlib
import inspect
import re
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "hooks.md"
sys.path.insert(0, str(ROOT))

from engine import api  # noqa: E402
from engine.extension import roles  # noqa: E402
from engine.extension.hookspecs import GroupTypeSpec  # noqa: E402
from engine.extension.loader import API_VERSION  # noqa: E402

HOOKS = {name: value for name, value in vars(GroupTypeSpec).items() if name.startswith("plc_")}
_HEAD = """# Reference of hooks

Written by `python docs/reference.py` from the code; do not edit. How to use it all: [for authors](authors.md), from an
empty folder: [the tutorial](tutorial.md). What may change and when: [stability](stability.md).

The door is `engine.api`, version {version}. A plugin is a module (or any object) with functions of these names, marked
`@hookimpl`. A function that is called like a hook without the mark, or nearly like one, is a reason for quarantine.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD.format(version=API_VERSION), *(part for hook in HOOKS for part in _hook(hook))]
    parts += ["## Values the hooks are given and give back\n"]
    parts += [part for name in ("Attempt", "Change", "Notify", "Contribution", "GroupType") for part in _value(name)]
    parts += ["## Every name of the door\n", _names()]
    parts += ["## What the host fills in\n", *_host()]
    return "\n".join(parts)


def _hook(name: str) -> Iterator[str]:
    function = HOOKS[name]
    told, example = _split(inspect.getdoc(function) or "")
    yield f"## {name}\n"
    yield f"```text\n{signature(name)}\n```\n"
    yield f"{told}\n"
    if example:
        yield f"```pycon\n{example}\n```\n"
    yield f"Used by: {', '.join(f'`{u}`' for u in users(name))}.\n"


def signature(name: str) -> str:
    """A hook as it is called: its arguments by name, and what it answers."""
    found = inspect.signature(HOOKS[name])
    arguments = [f"{key}: {p.annotation}" for key, p in found.parameters.items() if key != "self"]
    return f"{name}({', '.join(arguments)}) -> {found.return_annotation}"


def _split(doc: str) -> tuple[str, str]:
    """What a docstring tells, and its example."""
    told, _, example = doc.partition(">>> ")
    return told.strip(), f">>> {example}".strip() if example else ""


def users(hook: str) -> list[str]:
    """The bundled plugins that use a hook, by the entry points of setup.cfg."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = settings["options.entry_points"]["trefoil.group_types"].split("\n")
    modules = [line.partition("=")[2].strip() for line in lines if "=" in line]
    return [name for name in modules if hasattr(_imported(name), hook)]


def _imported(name: str) -> ModuleType:
    return importlib.import_module(name)


def _value(name: str) -> Iterator[str]:
    value = getattr(api, name)
    hints = typing.get_type_hints(value, include_extras=True)
    yield f"### {name}\n"
    yield f"{inspect.getdoc(value)}\n"
    yield "| field | type | default |\n|---|---|---|"
    for field in dataclasses.fields(value):
        default = "" if field.default is dataclasses.MISSING else f"`{field.default!r}`"
        yield f"| `{field.name}` | `{_type(hints[field.name])}` | {default} |"
    yield ""


def _type(hint: object) -> str:
    told = str(getattr(hint, "__name__", hint) if not typing.get_args(hint) else hint)
    return re.sub(r"\b[a-z_.]+\.(?=[A-Z])", "", told)


def _names() -> str:
    rows = ["| name | from | what it is |", "|---|---|---|"]
    for name in api.__all__:
        value = getattr(api, name)
        first = (inspect.getdoc(value) or "").split("\n")[0].replace("|", "\\|")
        rows.append(f"| `{name}` | `{getattr(value, '__module__', '')}` | {first} |")
    return "\n".join([*rows, ""])


def _host() -> Iterator[str]:
    yield "Roles that may press buttons and fill in documents: " + ", ".join(f"`{r}`" for r in roles.ROLES) + ".\n"
    for title, table in (("feed", roles.FEEDS), ("effect", roles.EFFECTS)):
        yield f"| {title} | what it means |\n|---|---|"
        yield from (f"| `{key}` | {text} |" for key, text in table.items())
        yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
