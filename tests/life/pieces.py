"""A type in three versions, and cycles of it in every stage, written straight into the tables."""

from __future__ import annotations

import dataclasses
import itertools
import types
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from engine.api import (
    Action,
    Field,
    Form,
    GroupType,
    Indicator,
    Option,
    Process,
    Rows,
    Section,
    Stage,
    Text,
    Upgrade,
    hookimpl,
)
from engine.core.snapshot import dumps
from engine.extension.loader import Source
from engine.extension.registry import Registry
from engine.services.contents import content_hash
from engine.services.host import host
from engine.store.cycles import Cycle, DefinitionSnapshot, JournalEntry
from engine.store.database import Model, db
from engine.store.documents import Submission
from engine.store.groups import Group, Membership, Triad, TypeSwitch
from engine.store.people import Person
from engine.store.unit import unit_of_work

KEY = "probe"
TEAM = ("triad_member",)
NOW = datetime.fromisoformat("2026-09-07T09:00")
LEVELS = ("нет", "слабо", "заметно", "ясно")
SIZES = (Option("s", "Мало"), Option("m", "Средне"), Option("l", "Много"))
#: The stages of the first version in which a cycle may stand.
OPEN = ("gather", "talk", "extra", "check")


def _stages(*stages: tuple[str, str, tuple[str, ...]]) -> tuple[Stage, ...]:
    return tuple(Stage(key, title, forms=forms, final=key == "end") for key, title, forms in stages)


def _road(stages: Sequence[Stage]) -> tuple[Action, ...]:
    """A button from each stage to the next one."""
    return tuple(
        Action(f"to_{b.key}", f"К этапу «{b.title}»", (a.key,), b.key, TEAM) for a, b in itertools.pairwise(stages)
    )


def _type(version: str, stages: Sequence[Stage], forms: Sequence[Form], **more: Any) -> GroupType:
    process = Process(tuple(stages), _road(stages), stages[0].key)
    return GroupType(KEY, Text("Проба", en="Probe"), "Проверка версий", version, process, tuple(forms), **more)


def _form(key: str, title: str, *items: Any, **more: Any) -> Form:
    return Form(key, title, (Section("part", "Часть", items),), roles=TEAM, per_round=False, **more)


STEPS_V1 = Rows("steps", "Ходы", (Field("what", "Что делаем"), Field("why", "Зачем")))
V1 = _type(
    "1",
    _stages(
        ("gather", "Сбор", ("notes", "card")),
        ("talk", "Разговор", ("notes", "memo")),
        ("extra", "Лишний этап", ("notes",)),
        ("check", "Проверка", ("card",)),
        ("end", "Конец", ()),
    ),
    (
        _form(
            "notes",
            "Записки",
            Field("aim", "Цель", required=True),
            Field("mood", "Настроение"),
            Field("size", "Размер", "choice", options=SIZES),
            Field("count", "Сколько", "number"),
            Field("secret", "О ребёнке", "text", private=True),
            Indicator("i1", "П1", "Показатель", LEVELS),
            STEPS_V1,
        ),
        _form("card", "Карточка", Field("word", "Слово")),
        _form("memo", "Памятка", Field("text", "Текст памятки", "text"), filling="each"),
    ),
)
#: Renamed (gather), split (talk), removed (extra), in another order (check before talk); a form and fields renamed,
#: a field and a form retired, a field added.
TO_V2 = Upgrade(
    "1",
    stages=(("gather", "collect"), ("talk", "talk_a"), ("extra", "check")),
    forms=(("notes", "record"),),
    fields=(("record.aim", "record.goal"), ("record.steps.what", "record.steps.deed")),
    retired=("record.mood", "memo"),
    note="Записки стали протоколом",
)
STEPS_V2 = Rows("steps", "Шаги", (Field("deed", "Какой шаг"), Field("why", "Зачем"), Field("who", "Кто")))
_V2_FORMS = (
    _form(
        "record",
        "Протокол",
        Field("goal", "Ради чего", required=True),
        Field("size", "Размер", "choice", options=SIZES[:2]),
        Field("count", "Сколько", "number"),
        Field("secret", "О ребёнке", "text", private=True),
        Field("added", "Новый вопрос"),
        Indicator("i1", "П1", "Показатель", LEVELS),
        STEPS_V2,
    ),
    _form("card", "Карточка", Field("word", "Главное слово")),
)
V2 = _type(
    "2",
    _stages(
        ("collect", "Сбор сведений", ("record", "card")),
        ("check", "Проверка", ("record", "card")),
        ("talk_a", "Разговор, часть первая", ("record",)),
        ("talk_b", "Разговор, часть вторая", ("record",)),
        ("end", "Конец", ()),
    ),
    _V2_FORMS,
    upgrades=(TO_V2,),
)
#: The same as the second version, but its author forgot where the removed stage has gone.
FORGETFUL = _type(
    "2",
    V2.process.stages,
    _V2_FORMS,
    upgrades=(dataclasses.replace(TO_V2, stages=TO_V2.stages[:2]),),
)
TO_V3 = Upgrade(
    "2",
    stages=(("collect", "harvest"),),
    forms=(("record", "log"),),
    fields=(("log.goal", "log.purpose"),),
    retired=("log.steps.why",),
)
V3 = _type(
    "3",
    _stages(
        ("harvest", "Урожай", ("log", "card")),
        ("check", "Проверка", ("log", "card")),
        ("talk_a", "Разговор, часть первая", ("log",)),
        ("talk_b", "Разговор, часть вторая", ("log",)),
        ("end", "Конец", ()),
    ),
    (
        _form(
            "log",
            "Дневник",
            Field("purpose", "Зачем всё это", required=True),
            Field("size", "Размер", "choice", options=SIZES[:2]),
            Field("count", "Сколько словами"),  # a number before: answers of another kind are not carried over
            Field("secret", "О ребёнке", "text", private=True),
            Field("added", "Новый вопрос"),
            Indicator("i1", "П1", "Показатель", LEVELS),
            Rows("steps", "Шаги", (Field("deed", "Какой шаг"), Field("who", "Кто"))),
        ),
        _form("card", "Карточка", Field("word", "Главное слово")),
    ),
    upgrades=(TO_V2, TO_V3),
)
#: What was written in a sheet of the first version.
NOTES = {
    "aim": "понять тепло",
    "mood": "бодрое",
    "size": "l",
    "count": 7,
    "secret": "А. молчит",
    "i1": 2,
    "steps": [{"what": "опыт", "why": "увидеть"}, {"what": "спор", "why": ""}],
}


def offer(*definitions: GroupType) -> None:
    """Make these the installed types."""
    host().registry = Registry([_source(d) for d in definitions])


def _source(definition: GroupType) -> Source:
    module = types.ModuleType(f"plugin_{definition.key}")

    @hookimpl
    def plc_group_type() -> GroupType:
        return definition

    module.plc_group_type = plc_group_type  # type: ignore[attr-defined]
    return Source(definition.key, "проверка", lambda: module)


def enable(admin: Person, state: str = "enabled") -> None:
    """Switch the type."""
    with unit_of_work():
        known = select(TypeSwitch).where(TypeSwitch.school_id == admin.school_id, TypeSwitch.type_key == KEY)
        row = db.session.scalar(known)
        if row is None:
            row = TypeSwitch(school_id=admin.school_id, type_key=KEY, changed_at=NOW)
            db.session.add(row)
        row.state = state


def populate(admin: Person, each: int, stages: Sequence[str] = OPEN, definition: GroupType = V1) -> list[int]:
    """``each`` cycles in each of the stages, every one with its triad, journal, sheets; returns their ids."""
    made: list[int] = []
    with unit_of_work():
        if db.session.get(DefinitionSnapshot, definition.fingerprint) is None:
            db.session.add(
                DefinitionSnapshot(
                    fingerprint=definition.fingerprint,
                    type_key=KEY,
                    version=definition.version,
                    data=dumps(definition),
                    seen_at=NOW,
                )
            )
        group = Group(school_id=admin.school_id, type_key=KEY, title="Группа пробы", leader_id=None)
        db.session.add(group)
        db.session.flush()
        for stage in stages:
            for n in range(each):
                made.append(_cycle(admin, group, definition, stage, n))
    return made


def _cycle(admin: Person, group: Group, definition: GroupType, stage: str, n: int) -> int:
    triad = Triad(group_id=group.id, title=f"Тройка {stage} {n}")
    people = [Person(school_id=admin.school_id, last_name=f"Пробный{stage}{n}", first_name=x) for x in "АБВ"]
    db.session.add_all([triad, *people])
    db.session.flush()
    since = date(2026, 9, 1)
    rows = [{"triad_id": triad.id, "person_id": p.id, "seat": i, "since": since} for i, p in enumerate(people, 1)]
    db.session.execute(insert(Membership), rows)
    cycle = Cycle(
        triad_id=triad.id,
        school_id=admin.school_id,
        type_key=KEY,
        version=definition.version,
        fingerprint=definition.fingerprint,
        title=f"Цикл {stage} {n}",
        stage=stage,
        seq=2,
        opened_at=NOW,
        stage_since=NOW,
    )
    db.session.add(cycle)
    db.session.flush()
    first = definition.process.initial
    entry = {"cycle_id": cycle.id, "at": NOW, "round": 1, "held": False, "given": {}, "waived": [], "label": {}}
    entry |= {"fingerprint": definition.fingerprint, "actor_id": people[0].id, "label": {"text": "шаг"}}
    steps = [("open", "", first), ("to", first, stage)]
    db.session.execute(
        insert(JournalEntry),
        [entry | {"seq": i, "action": a, "source": s, "target": t} for i, (a, s, t) in enumerate(steps, 1)],
    )
    for form, values, owner in (("notes", NOTES, 0), ("card", {"word": "жар"}, 0), ("memo", {"text": "моё"}, 1)):
        if form in {f.key for f in definition.forms}:
            db.session.add(sheet(cycle, form, values, people[owner], owner=people[owner].id if owner else 0))
    db.session.flush()
    return cycle.id


def sheet(cycle: Cycle, form: str, values: dict[str, Any], person: Person, *, owner: int = 0) -> Submission:
    """A sheet that was handed in."""
    return Submission(
        cycle_id=cycle.id,
        form_key=form,
        round=0,
        owner=owner,
        person_id=owner or None,
        state="submitted",
        version=1,
        values=values,
        content_hash=content_hash(values),
        fingerprint=cycle.fingerprint,
        updated_at=NOW,
        updated_by=person.id,
        submitted_at=NOW,
    )


#: What an upgrade that was taken back leaves behind: its row, two entries of the journal, and how many there are.
TRACES = frozenset({"cycle_upgrade", "journal_entry", "definition_snapshot"})


def dump(without: frozenset[str] = TRACES) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; of a cycle all but the number of its last entry."""
    db.session.rollback()
    found = {}
    for table in Model.metadata.sorted_tables:
        if table.name not in without:
            columns = [c for c in table.columns if not (table.name == "cycle" and c.name == "seq" and without)]
            rows = db.session.execute(select(*columns).order_by(*table.primary_key.columns)).all()
            found[table.name] = [tuple(repr(value) for value in row) for row in rows]
    return found


def member(cycle_id: int, seat: int = 1) -> Person:
    """Somebody of the team."""
    cycle = db.session.get(Cycle, cycle_id)
    assert cycle is not None
    return next(m.person for m in cycle.triad.memberships if m.seat == seat)
