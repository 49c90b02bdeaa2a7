"""Visits and events of the demo school (domain brief §8.3), and those of its whole year."""

from __future__ import annotations

from datetime import date, datetime

from engine.services import events, visits
from engine.services.demo.driver import at
from engine.services.demo.school import Cast
from engine.store.people import Person

#: Event: title, form, level, day, participants (surname, role, result, topic).
Line = tuple[str, str, str, date, tuple[tuple[str, str, str, str], ...]]
AUTUMN: tuple[Line, ...] = (
    (
        "День открытых дверей РПОС «Вместе к мастерству»",
        "open_day",
        "municipal",
        date(2026, 10, 29),
        (
            ("Партова", "speaker", "member", "Роли в группе"),
            ("Макетов", "speaker", "member", "Взаимная экспертиза"),
            ("Указкина", "speaker", "member", "Критерии вместе"),
            ("Тетрадкина", "speaker", "member", "Две звезды и желание"),
            ("Переменкина", "speaker", "member", "Круг приветствия"),
            ("Журналова", "organiser", "member", ""),
        ),
    ),
    (
        "Фестиваль открытых уроков «Мастерская»",
        "festival",
        "inter_district",
        date(2026, 11, 5),
        (("Алфавитова", "speaker", "winner", "Думаем в паре"), ("Линейкина", "speaker", "member", "Групповой пазл")),
    ),
    (
        "Учитель года Примерненского района",
        "contest",
        "municipal",
        date(2026, 11, 12),
        (("Глобусова", "member", "prize_winner", ""),),
    ),
    (
        "Чтения «Школа, которая учится»",
        "conference",
        "regional",
        date(2026, 11, 18),
        (("Дневникова", "speaker", "member", "Точка решения"),),
    ),
)
PUPILS = (("У1", "10 «А»"), ("У2", "10 «А»"))
SPRING: tuple[Line, ...] = (
    (
        "Педагогический форум «Среда, в которой растут»",
        "forum",
        "municipal",
        date(2027, 2, 11),
        (
            ("Партова", "speaker", "winner", "Спор по правилам"),
            ("Микроскопова", "speaker", "member", "Интервью с адресатом"),
            ("Ноткина", "speaker", "member", "Словарь эмоций"),
        ),
    ),
    (
        "Фестиваль мастер-классов «К вершинам»",
        "festival",
        "inter_district",
        date(2027, 3, 18),
        (("Указкина", "host", "winner", "8 минут доработки"), ("Закладкина", "host", "member", "Ключевой вопрос")),
    ),
    (
        "Фестиваль «Методическая мозаика»",
        "festival",
        "regional",
        date(2027, 3, 25),
        (("Чертёжникова", "speaker", "member", "Лист отклика"), ("Улыбкина", "speaker", "member", "Круг сообщества")),
    ),
    (
        "Чтения памяти школьных учителей",
        "conference",
        "national",
        date(2027, 4, 15),
        (("Тетрадкина", "speaker", "member", "Совет одноклассника"), ("Словарёва", "speaker", "member", "Право хода")),
    ),
    (
        "Международная конференция «Педагогика сотрудничества»",
        "conference",
        "international",
        date(2027, 4, 22),
        (("Кабинетова", "speaker", "member", "Тройки в сельской школе"), ("Циркулев", "speaker", "member", "Дебаты")),
    ),
)


def load(cast: Cast) -> None:
    """Visits and events of the autumn."""
    people = cast.people
    _visit(
        people["Закладкина"],
        people["Указкина"],
        datetime(2026, 10, 8, 10, 15),
        "6 «Б»",
        "математика",
        "как вырабатывают критерии",
        "Критерии вывели из двух образцов, ученики спорили о словах",
        "Два образца до формулировки критериев",
    )
    for line in AUTUMN[:2]:
        _event(cast, line)
    _visit(
        people["Компасов"],
        people["Глобусова"],
        datetime(2026, 11, 11, 11, 10),
        "6 «Б»",
        "география",
        "самооценка",
        "Ученики отметили себя до и после, семеро изменили отметку",
        "Лист самооценки до и после",
    )
    for line in AUTUMN[2:]:
        _event(cast, line)
    at(datetime(2026, 11, 20, 16, 0))
    visits.plan(
        people["Тетрадкина"],
        {
            "host_id": people["Мячиков"].id,
            "at": datetime(2026, 12, 4, 11, 10),
            "subject": "физкультура",
            "class_name": "5 «А»",
            "goal": "как ученики объясняют друг другу",
        },
    )


def spring(cast: Cast) -> None:
    """The planned visit takes place, and events from February to April."""
    at(datetime(2026, 12, 4, 15, 0))
    (planned,) = [s.visit for s in visits.of_school(cast.people["Тетрадкина"], status="planned", mine=True)]
    sheet = {"facts": "Пары объясняли бросок по карточке", "takeaway": "Карточка «покажи и объясни»"}
    visits.hold(cast.people["Тетрадкина"], planned.id, sheet)
    for line in SPRING:
        _event(cast, line)


def _visit(
    guest: Person, host: Person, moment: datetime, class_name: str, subject: str, goal: str, facts: str, takeaway: str
) -> None:
    at(moment.replace(day=moment.day - 2))
    values = {"host_id": host.id, "at": moment, "class_name": class_name, "subject": subject, "goal": goal}
    planned = visits.plan(guest, values)
    at(moment.replace(hour=moment.hour + 4))
    visits.hold(guest, planned.id, {"facts": facts, "takeaway": takeaway})


def _event(cast: Cast, line: Line) -> None:
    title, form, level, day, participants = line
    admin = cast.people["Журналова"]
    at(datetime(day.year, day.month, day.day, 17, 0))
    event = events.add(admin, {"title": title, "form": form, "level": level, "begins": day})
    for last_name, role, result, topic in participants:
        who = cast.people[last_name].id
        events.take_part(admin, event.id, {"person_id": who, "role": role, "result": result, "topic": topic})
    for code, class_name in PUPILS if form == "open_day" else ():
        pupil = {"kind": "pupil", "pupil_code": code, "class_name": class_name, "role": "member", "result": "member"}
        events.take_part(admin, event.id, pupil)
