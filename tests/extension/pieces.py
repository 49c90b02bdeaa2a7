"""Plugins as text, to be written into a folder and loaded like those of an installation."""

from __future__ import annotations

from pathlib import Path

from engine.extension.loader import files
from engine.extension.registry import Registry

TYPE = """
from engine.api import *

FORM = Form("sheet", "Лист", (Section("part", "Часть", (Field("a", "Вопрос"),)),), roles=("triad_member",))
START, END = Stage("start", "Начало", forms=("sheet",)), Stage("end", "Конец", final=True)
FINISH = Action("finish", "Закончить", ("start",), "end", ("triad_member",))


def made(key="{key}", stages=(START, END), actions=(FINISH,), forms=(FORM,), **more):
    process = Process(stages, actions, "start")
    return GroupType(**{{"key": key, "title": "Тип", "purpose": "Проверка", "version": "1", "process": process,
                        "forms": forms, **more}})
"""
NOUN = """
@hookimpl
def plc_group_type():
    return made()
"""
#: Verbs that remember what they were asked.
VERBS = """
CALLS = []


@hookimpl
def plc_before(attempt):
    CALLS.append(attempt)
    return [refuse("Рано", "Too early", roles=("psychologist",))] if attempt.action.key == "finish" else []


@hookimpl
def plc_after(change):
    CALLS.append(change)
    return [Notify(("group_leader",), f"Теперь {change.stage}")]
"""


def plugin(key: str, code: str = NOUN) -> str:
    """The text of a plugin: the makings of a sound type keyed ``key``, and ``code`` after them."""
    return TYPE.format(key=key) + code


def registry(folder: Path, **texts: str | bytes) -> Registry:
    """The registry of a folder that holds these plugins, by name of the file."""
    for name, text in texts.items():
        content = text.encode() if isinstance(text, str) else text
        (folder / f"{name}.py").write_bytes(content)
    return Registry(files(folder))
