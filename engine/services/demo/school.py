"""The invented school: people, groups and triads of the demo. Every patronymic is «Демовна» or «Демович»."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from engine.services import groups, types, years
from engine.services.host import now
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.people import Person, School, SchoolRole
from engine.store.unit import unit_of_work

#: Group: (type, title, leader, triads); triad: (title, three people); person: «Фамилия Имя Отчество|предмет».
GROUPS: tuple[tuple[str, str, str, tuple[tuple[str, tuple[str, str, str]], ...]], ...] = (
    (
        "fourk",
        "ПОС «4К»",
        "Партова",
        (
            (
                "4К-1 «Диалог»",
                (
                    "Алфавитова Анна Демовна|начальные классы",
                    "Партова Елена Демовна|история",
                    "Циркулев Игорь Демович|математика",
                ),
            ),
            (
                "4К-2 «Пазл»",
                (
                    "Линейкина Мария Демовна|начальные классы",
                    "Мольбертов Олег Демович|труд (технология)",
                    "Пробиркина Юлия Демовна|химия",
                ),
            ),
        ),
    ),
    (
        "project",
        "ПОС «Проектная деятельность»",
        "Макетов",
        (
            (
                "ПД-1 «Старт»",
                (
                    "Макетов Денис Демович|информатика",
                    "Чертёжникова Алла Демовна|труд (технология)",
                    "Листикова Дарья Демовна|биология",
                ),
            ),
            (
                "ПД-2 «Продукт»",
                (
                    "Микроскопова Инна Демовна|физика",
                    "Абзацева Лидия Демовна|литература",
                    "Компасов Роман Демович|география",
                ),
            ),
        ),
    ),
    (
        "formative",
        "ПОС «Формирующее оценивание»",
        "Дневникова",
        (
            (
                "ФО-1 «Обратная связь»",
                (
                    "Указкина Вера Демовна|математика",
                    "Тетрадкина Ольга Демовна|русский язык",
                    "Глобусова Нина Демовна|география",
                ),
            ),
            (
                "ФО-2 «Критерий»",
                (
                    "Дневникова Светлана Демовна|английский язык",
                    "Закладкина Татьяна Демовна|литература",
                    "Мячиков Павел Демович|физкультура",
                ),
            ),
        ),
    ),
    (
        "sel",
        "ПОС «СЭР»",
        "Переменкина",
        (
            (
                "СЭР-1 «Круг»",
                (
                    "Переменкина Ирина Демовна|начальные классы",
                    "Ноткина Жанна Демовна|музыка",
                    "Классова Наталья Демовна|обществознание",
                ),
            ),
            (
                "СЭР-2 «Опора»",
                (
                    "Улыбкина Галина Демовна|начальные классы",
                    "Кистина Рита Демовна|ИЗО",
                    "Свистков Антон Демович|ОБЗР",
                ),
            ),
        ),
    ),
    (
        "lab",
        "ПОС «Лаборатория»",
        "Журналова",
        (
            (
                "Лаб-1 «Мониторинг»",
                (
                    "Журналова Валентина Демовна|заместитель директора по УВР",
                    "Графикова Алина Демовна|методист",
                    "Словарёва Полина Демовна|педагог-психолог",
                ),
            ),
            (
                "Лаб-2 «Планирование»",
                (
                    "Кабинетова Людмила Демовна|директор",
                    "Звукова Яна Демовна|учитель-логопед",
                    "Отрядов Кирилл Демович|советник директора по воспитанию",
                ),
            ),
        ),
    ),
)
OUTSIDE = (
    "Мелков Юрий Демович|история",
    "Доскина Раиса Демовна|математика",
    "Скрепкина Вера Демовна|английский язык",
    "Конспектова Зоя Демовна|русский язык",
    "Буквина Лариса Демовна|начальные классы",
    "Страничкин Фёдор Демович|физика",
)
STAFF = 36


@dataclass
class Cast:
    """The people by last name, the triads by the short mark before their name («ФО-1»)."""

    people: dict[str, Person]
    triads: dict[str, Triad]

    def team(self, mark: str) -> list[Person]:
        """The three of a triad, by seat."""
        return [m.person for m in self.triads[mark].memberships]


def _person(school_id: int, line: str, lab: bool) -> Person:
    full, _, work = line.partition("|")
    last, first, patronymic = full.split(" ")
    return Person(
        school_id=school_id,
        last_name=last,
        first_name=first,
        patronymic=patronymic,
        subject="" if lab else work,
        position=work if lab else "учитель",
    )


def found() -> Cast:
    """Make the school; from then on everything goes through its administrator."""
    with unit_of_work():
        school = School(
            name="МБОУ «Примерненская СОШ» (демонстрационная школа)",
            district="Примерненский район",
            staff=STAFF,
            is_demo=True,
        )
        db.session.add(school)
        db.session.flush()
        for key, _, _, triads in GROUPS:
            for _, seats in triads:
                db.session.add_all([_person(school.id, line, key == "lab") for line in seats])
        db.session.add_all([_person(school.id, line, False) for line in OUTSIDE])
        db.session.flush()
        people = {p.last_name: p for p in db.session.scalars(select(Person))}
        for last, role in (("Журналова", "school_admin"), ("Словарёва", "psychologist")):
            db.session.add(SchoolRole(person_id=people[last].id, role=role, since=now().date()))
    admin = people["Журналова"]
    years.add_year(admin, date(2026, 9, 1), date(2027, 5, 31))
    years.add_holiday(admin, "Осенние каникулы", date(2026, 10, 24), date(2026, 11, 1))
    years.add_holiday(admin, "Зимние каникулы", date(2026, 12, 30), date(2027, 1, 11))
    cast = Cast(people, {})
    for key, title, leader, triads in GROUPS:
        types.switch(admin, key, "enabled")
        group = groups.add(admin, key, title, people[leader].id, people["Словарёва"].id, [name for name, _ in triads])
        for triad, (name, seats) in zip(list(group.triads), triads, strict=True):
            for place, line in enumerate(seats, 1):
                groups.seat(admin, triad.id, place, people[line.split(" ")[0]].id)
            cast.triads[name.split(" ")[0]] = triad
    return cast
