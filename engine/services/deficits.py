"""Professional deficits («Карта дефицитов»): worded by the teacher, proposed by colleagues, confirmed by oneself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from engine.core.text import Text
from engine.services.access import NO_CYCLE, members, relations, require_page
from engine.services.definitions import definition_of
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.growth import Deficit
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

#: Blocks of deficits with the wordings offered (domain brief §3.1).
GROUPS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "subject": (
        Text("Предметные", en="Subject"),
        ("не различаю типичные ошибки учеников по теме", "затрудняюсь подобрать задания разной сложности"),
    ),
    "methodical": (
        Text("Методические", en="Methodical"),
        ("не умею планировать от результата", "не владею приёмом …", "не успеваю дать время на доработку"),
    ),
    "assessment": (
        Text("Оценочные", en="Assessment"),
        ("критерии формулирую за учеников", "обратная связь без следующего шага", "не фиксирую свидетельства"),
    ),
    "psych_ped": (
        Text("Психолого-педагогические", en="Psychological and pedagogical"),
        ("не вовлекаю тихих учеников", "не знаю, как поддержать ученика с ОВЗ", "теряюсь при конфликте"),
    ),
    "communicative": (
        Text("Коммуникативные", en="Communicative"),
        ("задаю закрытые вопросы", "много говорю сам", "трудно принимать отклик коллег"),
    ),
    "organizational": (
        Text("Организационные (управление временем урока и группой)", en="Organisational"),
        ("не выдерживаю хронометраж", "не распределяю роли в группе"),
    ),
    "digital": (Text("Цифровые (ИКТ)", en="Digital"), ("не собираю ответы класса быстро",)),
    "research": (
        Text("Исследовательские и рефлексивные", en="Research and reflection"),
        ("вместо фактов пишу оценки", "не формулирую исследовательский вопрос"),
    ),
}
LEVELS = {
    1: Text("затруднение", en="difficulty"),
    2: Text("выраженный дефицит", en="marked deficit"),
    3: Text("критический — мешает работе", en="critical"),
}
STATES = {
    "found": Text("Выявлен", en="Found"),
    "planned": Text("В плане", en="Planned"),
    "in_work": Text("В работе", en="In work"),
    "closed": Text("Устранён", en="Closed"),
    "remains": Text("Сохраняется", en="Remains"),
    "withdrawn": Text("Снят", en="Withdrawn"),
}
VISIBILITY = {
    "me": Text("Только я", en="Only me"),
    "triad": Text("Тройка", en="The triad"),
    "leader": Text("Руководитель ПОС", en="The group leader"),
    "lab": Text("Лаборатория", en="The Laboratory"),
}
#: What a person may see of others' deficits, by relation to the cycle.
_SEES = {"triad_member": ("triad", "leader", "lab"), "group_leader": ("leader", "lab"), "lab_member": ("lab",)}


def propose(
    person: Person,
    cycle_id: int,
    *,
    about: int | None,
    group: str,
    text: str,
    evidence: str,
    level: int,
    visibility: str = "leader",
    source: Mapping[str, Any] | None = None,
) -> Deficit:
    """Name a deficit: one's own (``about`` is oneself; confirmed at once), of the triad (None), or of a colleague,
    who alone confirms it. ``source`` is the figure it was seen in ({indicator, round}). Raises Invalid when the wording
    or the evidence is missing, or the cycle has no such figure."""
    with unit_of_work():
        cycle = _cycle(person, cycle_id)
        if about is not None and about not in {m.person_id for m in members(cycle.triad)}:
            raise Invalid("Дефицит называют у себя, у коллеги по тройке или у тройки", "Choose a member of the triad")
        _check(group, text, evidence, level, visibility)
        row = Deficit(
            cycle_id=cycle.id,
            person_id=about,
            group_key=group,
            text=text.strip(),
            evidence=evidence.strip(),
            level=level,
            visibility=visibility if about in (None, person.id) else "triad",
            proposed_by=person.id,
            confirmed=about in (None, person.id),
            status="found",
            source=_source(cycle, source or {}),
            created_at=now(),
            changed_at=now(),
        )
        db.session.add(row)
        db.session.flush()
        return row


def _source(cycle: Cycle, given: Mapping[str, Any]) -> dict[str, Any]:
    """The figure as it is stored; empty when none is named."""
    if not given.get("indicator"):
        return {}
    definition = definition_of(cycle)
    if given["indicator"] not in definition.indicators or given.get("round") not in range(
        1, definition.process.rounds + 1
    ):
        raise Invalid("Такого показателя в цикле нет", "The cycle has no such indicator")
    return {"indicator": given["indicator"], "round": given["round"]}


def _check(group: str, text: str, evidence: str, level: int, visibility: str) -> None:
    errors: dict[str, list[str]] = {}
    if group not in GROUPS:
        errors["group"] = [Text("Выберите группу дефицита", en="Choose the kind of the deficit")]
    if not text.strip():
        errors["text"] = [
            Text(
                "Сформулируйте: «Не умею / не успеваю / не знаю, как…»",
                en="Put it as “I cannot / have no time to / do not know how to…”",
            )
        ]
    if not evidence.strip():
        errors["evidence"] = [
            Text(
                "Укажите свидетельство: лист, показатель или ответ опроса",
                en="Name the evidence: a sheet, a figure or an answer of a survey",
            )
        ]
    if level not in LEVELS:
        errors["level"] = [Text("Выберите уровень", en="Choose the level")]
    if visibility not in VISIBILITY:
        errors["visibility"] = [Text("Выберите, кто видит", en="Choose who sees it")]
    if errors:
        raise Invalid("Проверьте поля", "Check the fields", errors)


def _cycle(person: Person, cycle_id: int) -> Cycle:
    cycle: Cycle | None = lock(Cycle, cycle_id)
    if cycle is None or "triad_member" not in relations(person, cycle):
        raise NotFound(*NO_CYCLE)
    require_page(cycle, "deficits")
    return cycle


def _mine(person: Person, deficit_id: int) -> Deficit:
    row: Deficit | None = lock(Deficit, deficit_id)
    cycle = db.session.get(Cycle, row.cycle_id) if row else None
    held = relations(person, cycle) if cycle else set()
    if row is None or cycle is None or not (row.person_id == person.id or "triad_member" in held):
        raise NotFound("Такого дефицита нет", "There is no such deficit")
    if row.person_id is not None and row.person_id != person.id:
        raise Forbidden("Решает сам педагог", "Only the teacher decides")
    return row


def confirm(person: Person, deficit_id: int) -> None:
    """The teacher agrees that the deficit is theirs."""
    with unit_of_work():
        row = _mine(person, deficit_id)
        row.confirmed, row.changed_at = True, now()


def decline(person: Person, deficit_id: int) -> None:
    """The teacher declines what a colleague proposed, or withdraws an own one."""
    with unit_of_work():
        row = _mine(person, deficit_id)
        row.status, row.changed_at = "withdrawn", now()


def change(
    person: Person,
    deficit_id: int,
    *,
    text: str,
    evidence: str,
    level: int,
    visibility: str,
    status: str,
    closing: str = "",
) -> None:
    """The teacher rewords a deficit or says how it stands.

    «Устранён» is said with evidence (``closing``): Invalid without it. Leaving that state forgets evidence and day.
    """
    with unit_of_work():
        row = _mine(person, deficit_id)
        _check(row.group_key, text, evidence, level, visibility)
        if status not in STATES:
            raise Invalid(
                "Выберите состояние",
                "Choose the state",
                {"status": [Text("Выберите состояние", en="Choose the state")]},
            )
        row.text, row.evidence, row.level = text.strip(), evidence.strip(), level
        row.visibility, row.changed_at = visibility, now()
        _stand(row, status, closing)


def set_status(person: Person, deficit_id: int, status: str, closing: str = "") -> None:
    """Say how a confirmed deficit stands, without rewording it.

    Raises Invalid for «Устранён» without evidence, Conflict while the teacher has not confirmed it."""
    with unit_of_work():
        row = _mine(person, deficit_id)
        if status not in STATES:
            raise Invalid("Выберите состояние", "Choose the state")
        if not row.confirmed:
            raise Conflict("Сначала подтвердите дефицит", "Confirm the deficit first")
        row.changed_at = now()
        _stand(row, status, closing)


def _stand(row: Deficit, status: str, closing: str) -> None:
    if status != "closed":
        row.status, row.closing, row.closed_at = status, "", None
        return
    said = closing.strip() or row.closing
    if not said:
        text = Text(
            "Чем подтверждается, что дефицит устранён: лист, показатель, ответ опроса?",
            en="What shows that it is closed: a sheet, a figure, an answer of a survey?",
        )
        raise Invalid(text, text.en, {"closing": [text]})
    if row.status != "closed" or row.closed_at is None:
        row.closed_at = now()
    row.status, row.closing = "closed", said[:2000]


def of_cycle(person: Person, cycle: Cycle) -> list[Deficit]:
    """The deficits of a cycle as far as the person may see them, open ones of the cycle before included."""
    held = relations(person, cycle)
    levels = {v for relation in held for v in _SEES.get(relation, ())}
    wanted = [cycle.id, *([cycle.previous_id] if cycle.previous_id else [])]
    rows = db.session.scalars(
        select(Deficit)
        .where(
            Deficit.cycle_id.in_(wanted),
            or_(Deficit.person_id == person.id, Deficit.visibility.in_(levels))
            if levels
            else Deficit.person_id == person.id,
        )
        .order_by(Deficit.id)
    )
    return [
        d
        for d in rows
        if d.status != "withdrawn"
        and (d.cycle_id == cycle.id or d.status in ("found", "planned", "in_work", "remains"))
    ]


def of_person(person: Person) -> list[Deficit]:
    """A teacher's own deficits over time, newest first."""
    return list(
        db.session.scalars(
            select(Deficit)
            .where(Deficit.person_id == person.id, Deficit.status != "withdrawn")
            .order_by(Deficit.id.desc())
        )
    )
