"""A finished cycle as a regression test for the author of its type: what was pressed and written, nobody's words."""

from __future__ import annotations

import importlib

from engine.core.definition import GroupType
from engine.services.definitions import definition_of
from engine.services.errors import Invalid, NotFound
from engine.services.host import host
from engine.services.recording.disguise import Disguise
from engine.services.recording.steps import beginning, steps
from engine.store.cycles import Cycle
from engine.store.database import db


def record(cycle_id: int, module: str = "") -> str:
    """The text of a test that plays the cycle again on the definition of ``module`` (default: where the installed type
    comes from).

    NotFound when there is no such cycle, Invalid while it is not finished or once its words were destroyed: then
    nobody can tell any more what the rules looked at.
    """
    cycle = db.session.get(Cycle, cycle_id)
    if cycle is None:
        raise NotFound("Такого цикла нет", "There is no such cycle")
    if cycle.closed_at is None:
        raise Invalid("Записать можно только завершённый цикл", "Only a finished cycle can be recorded")
    if cycle.sheets_cleared_at or cycle.notes_cleared_at:
        raise Invalid("Слова документов этого цикла уже уничтожены", "The words of its documents are destroyed already")
    definition = definition_of(cycle)
    hidden = Disguise(cycle)
    found = module or _module(definition.key)
    made = f"{found}.plc_group_type()" if found else f'type_of("{definition.key}")'
    body = [*beginning(cycle, definition, hidden, made), *steps(cycle, definition, hidden)]
    return "\n".join([*_head(cycle, definition, found, body), *(f"    {line}" if line else "" for line in body), ""])


def _head(cycle: Cycle, definition: GroupType, module: str, body: list[str]) -> list[str]:
    names = "Recorded, day" if any("day(" in line for line in body) else "Recorded"
    imports = [f"import {module}", f"from engine.testing import {names}"] if module else []
    imports = imports or [f"from engine.testing import {names}", "from engine.testing.installed import type_of"]
    return [
        f'"""A cycle of «{definition.title}», version {definition.version}: pressed and written again, without',
        "anybody's words. From `trefoil types record`; it may be edited like any other test.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        *imports,
        "",
        "",
        f"def test_the_recorded_cycle_{cycle.id}() -> None:",
    ]


def _module(key: str) -> str:
    """The module an author imports the type from; empty where there is none: a file of the instance, plain data."""
    plugin = host().registry.plugin(key)
    for found in plugin.manager.get_plugins() if plugin and plugin.manager else ():
        name = str(getattr(found, "__name__", ""))
        try:
            if hasattr(found, "plc_group_type") and importlib.import_module(name) is found:
                return "" if name.startswith("trefoil_plugin_") else name
        except (ImportError, ValueError):
            continue
    return ""
