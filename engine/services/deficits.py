"""Professional deficits («Карта дефицитов»): worded by the teacher, proposed by colleagues, confirmed by oneself."""

from __future__ import annotations

from sqlalchemy import or_, select

from engine.core.text import Text
from engine.services.access import NO_CYCLE, members, relations
from engine.services.errors import Forbidden, Invalid, NotFound
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
) -> Deficit:
    """Name a deficit: one's own (``about`` is oneself; confirmed at once), of the triad (None), or of a colleague,
    who alone confirms it. Raises Invalid when the wording or the evidence is missing."""
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
            created_at=now(),
            changed_at=now(),
        )
        db.session.add(row)
        db.session.flush()
        return row


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
    person: Person, deficit_id: int, *, text: str, evidence: str, level: int, visibility: str, status: str
) -> None:
    """The teacher rewords a deficit or says how it stands."""
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
        row.visibility, row.status, row.changed_at = visibility, status, now()


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
