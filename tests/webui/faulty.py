"""Plugins that do one thing wrong each, in one hook each, and the rows a school needs to work with them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from engine.services import cycles
from engine.store.database import db
from engine.store.groups import Group, Membership, Triad, TypeSwitch
from engine.store.people import Person
from engine.store.unit import unit_of_work

_HEAD = """
import time, warnings
from engine.api import *

N = []
GIVEN = SAID = None


class Bomb(str):
    def __str__(self):
        raise OSError("текст, который не показать")


def again(*given):
    return again(*given)


async def later():
    return []


SHEET = Form("sheet", "Лист", (Section("part", "Часть", (Field("a", "Вопрос"),)),), roles=("triad_member",))


def made(*rules):
    stages = Stage("start", "Начало", forms=("sheet",)), Stage("end", "Конец", final=True)
    finish = Action("finish", "Закончить", ("start",), "end", ("triad_member",), rules)
    return GroupType("{key}", "Тип {key}", "Проверка", "1", Process(stages, (finish,), "start"), (SHEET,))
"""
_NOUN = """

@hookimpl
def plc_group_type():
    return made()
"""
#: The hook → the function it is, where the body stands for ``{body}``, {given} for what it is given.
_PLACES = {
    "group_type": ("\n\n@hookimpl\ndef plc_group_type():\n    {body}\n", "N", "made()"),
    "contribute": (
        "\n\n@hookimpl\ndef plc_contribute(group_type):\n    if group_type.key[:1] != 'f':\n        return None\n"
        "    {body}\n",
        "group_type",
        "Contribution('Ничего')",
    ),
    "before": (_NOUN + "\n\n@hookimpl\ndef plc_before(attempt):\n    {body}\n", "attempt", "[]"),
    "after": (_NOUN + "\n\n@hookimpl\ndef plc_after(change):\n    {body}\n", "change", "[]"),
    "rule": (
        "\n\n@rule('own', 'Своё', waivable=True)\ndef own(view):\n    {body}\n" + _NOUN.replace("made()", "made(own)"),
        "view",
        "None",
    ),
}
_VIEW = {
    "before": "attempt.view",
    "after": "change.before",
    "rule": "view",
    "contribute": "group_type",
    "group_type": "made()",
}
_HUGE = {
    "before": "return [refuse('х' * 20000, roles=('triad_member',))] * 300",
    "after": "return [Notify(('triad_member',), 'х' * 20000)] * 300",
    "rule": "return refuse('х' * 20000, roles=('triad_member',))",
    "contribute": "return [Contribution('Ничего')] * 300",
    "group_type": "return [made()] * 300",
}
_BOMB = {
    "before": "return [Refusal(Bomb('нет'), roles=('triad_member',))]",
    "after": "return [Notify(('triad_member',), Bomb('нет'))]",
    "rule": "return Refusal(Bomb('нет'), roles=('triad_member',))",
    "contribute": "return Contribution('Приём', techniques=(Technique('t', Bomb('нет')),))",
    "group_type": "import dataclasses; return dataclasses.replace(made(), title=Bomb('нет'))",
}
_ROLE = {
    "before": "return [refuse('Нельзя', roles=('king',))]",
    "after": "return [Notify(('king',), 'Важно')]",
    "rule": "return refuse('Нельзя', link=Link('moon'))",
    "contribute": "return Contribution('Роль', rules=(('nowhere', None),))",
    "group_type": "import dataclasses; king = dataclasses.replace(SHEET, roles=('king',))\n"
    "    return dataclasses.replace(made(), forms=(king,))",
}
HOOKS = tuple(_PLACES)
#: What goes wrong → the body of the hook; what is told about it, by (error, kind); empty: it does no harm.
FAULTS: dict[str, tuple[str, str]] = {
    "raises": ("raise ValueError('сломан')", "ValueError"),
    "leaves": ("raise SystemExit(3)", "SystemExit"),
    "recursion": ("return again()", "RecursionError"),
    "attribute": ("return {given}.nothing", "AttributeError"),
    "wrong": ("return True", "Wrong"),
    "inside": ("return [None]", "Wrong"),
    "generator": ("yield 1", "Wrong"),
    "coroutine": ("return later()", "Wrong"),
    "huge": ("{huge}", "Excess"),
    "bomb": ("{bomb}", "OSError"),
    "stranger": ("{role}", "Wrong"),
    "slow": ("time.sleep(0.06); return {fine}", "Slow"),
    "mutates": ("{view}.facts['a'] = 1; return {fine}", "TypeError"),
    "prints": ("print('громко'); warnings.warn('громко'); return {fine}", ""),
    "second": ("N.append(1)\n    if len(N) > 1:\n        raise KeyError('второй раз')\n    return {fine}", "KeyError"),
}
#: Hooks of a running cycle: the faults of these are kept, the others are found at start-up.
RUNNING = ("before", "after", "rule")


def key(fault: str, hook: str) -> str:
    return f"x_{fault}_{hook}"


def code(fault: str, hook: str) -> str:
    """The text of the plugin."""
    text, given, fine = _PLACES[hook]
    body = FAULTS[fault][0].format(
        given=given, fine=fine, view=_VIEW[hook], huge=_HUGE[hook], bomb=_BOMB[hook], role=_ROLE[hook]
    )
    return _HEAD.replace("{key}", key(fault, hook)) + text.replace("{body}", body)


def write(folder: Path) -> None:
    """Every fault in every hook, as one-file plugins of an instance."""
    plugins = folder / "plugins"
    plugins.mkdir(exist_ok=True)
    for fault in FAULTS:
        for hook in HOOKS:
            (plugins / f"{key(fault, hook)}.py").write_text(code(fault, hook), encoding="utf-8")


def settle(app: Flask) -> tuple[int, int, dict[str, int]]:
    """A team whose three members run a cycle of every running type, and its leader. Returns (id of a member, id of the
    leader, cycles by type)."""
    opened: dict[str, int] = {}
    with app.app_context():
        school_id = db.session.scalars(select(Person.school_id).where(Person.last_name == "Журналова")).one()
        with unit_of_work():
            crew = [
                Person(school_id=school_id, last_name=f"Смелов{n}", first_name="Пробный", patronymic="", active=True)
                for n in range(4)
            ]
            db.session.add_all(crew)
            db.session.flush()
            triads = {}
            for fault in FAULTS:
                for hook in HOOKS:
                    made = key(fault, hook)
                    row = TypeSwitch(
                        school_id=school_id, type_key=made, state="enabled", changed_at=datetime(2026, 9, 1)
                    )
                    db.session.add(row)
                    if hook not in RUNNING:
                        continue
                    group = Group(school_id=school_id, type_key=made, title=made, leader_id=crew[3].id)
                    triad = Triad(title=made, group=group)
                    triad.memberships = [
                        Membership(person_id=p.id, seat=n, since=date(2026, 9, 1), until=date(2099, 1, 1))
                        for n, p in enumerate(crew[:3], 1)
                    ]
                    db.session.add(triad)
                    triads[made] = triad
            db.session.flush()
            for made, triad in triads.items():
                opened[made] = cycles.open_cycle(triad, crew[0]).id
        return crew[0].id, crew[3].id, opened
