"""The bank of the demo school (domain brief §8.2, §8.3): three in review, two in the bank, one being reworked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.services.bank import exchange, materials, reviews, trials
from engine.services.bank.words import SCORES
from engine.services.demo.driver import at
from engine.services.demo.school import Cast
from engine.store.bank import Material
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person

GOOD = dict.fromkeys(SCORES, 2)
FORMATIVE: tuple[tuple[str, str, str, str], ...] = (
    (
        "Глобусова",
        "lesson_plan",
        "План урока 3",
        "География, 6-й класс: описание реки по плану. Критерии из двух образцов (4–8-я минуты), работа в группах "
        "по данным «светофора» (18–30-я), самооценка и доработка (32–40-я). На доработку — не меньше 8 минут.",
    ),
    (
        "Глобусова",
        "assessment_tool",
        "Лист самооценки: описание реки",
        "Я могу: описать реку по всем пунктам плана; подтвердить картой; объяснить одну причину. Отметь уровень до "
        "работы и после неё и запиши следующий шаг.",
    ),
    (
        "Тетрадкина",
        "task",
        "Набор образцов «Сжатие текста»",
        "Два образца сжатия одного текста. Сравните: где сохранена главная мысль, где текст стал короче на треть, где "
        "потеряна связность? Выведите из сравнения критерии успеха.",
    ),
)


def load(cast: Cast) -> None:
    """Everybody does their part: authors, reviewers of two groups, leaders; one colleague tries what is in the bank."""
    _in_bank(cast)
    _being_reworked(cast)
    _in_review(cast)
    _mini_report(cast)


def _cycle(cast: Cast, mark: str) -> Cycle:
    """The first cycle of the triad."""
    found = select(Cycle).where(Cycle.triad_id == cast.triads[mark].id).order_by(Cycle.id)
    return db.session.scalars(found).first()  # type: ignore[return-value]


def _make(author: Person, cycle: Cycle, authors: list[Person], **values: Any) -> Material:
    given = {**materials.prefill(author, cycle.id), "authors": [p.id for p in authors], **values}
    return materials.create(author, given, cycle.id)


def _in_bank(cast: Cast) -> None:
    people = cast.people
    at(datetime(2026, 11, 20, 17, 0))
    card = _make(
        people["Партова"],
        _cycle(cast, "4К-1"),
        [people["Партова"]],
        kind="task",
        title="Карточка задания «Спор о реформе»",
        licence="district",
        subject="История",
        annotation="Защитить позицию одного из сословий и ответить на довод соседа.",
        body="Вы — представители сословия. Выберите два довода, приготовьте вопрос соседям, ответьте на их довод. "
        "Опора: карточка с доводами. Сложнее: довод с цитатой из источника.",
        would_change="Дать две минуты подумать до обсуждения.",
        trial_result="Опробована на одном уроке, 8 «А».",
    )
    _accepted(card, people["Партова"], people["Линейкина"], people["Макетов"], people["Журналова"], 21)
    at(datetime(2026, 11, 14, 15, 0))
    passport = _make(
        people["Листикова"],
        _cycle(cast, "ПД-1"),
        [people["Листикова"], people["Чертёжникова"]],
        kind="project_passport",
        title="Паспорт проекта «Школьный двор»",
        subject="Биология",
        annotation="Проблемный вопрос, адресат, продукт и план проекта на три занятия.",
        body="Проблемный вопрос, адресат, продукт, этапы, взаимная экспертиза макета, критерии защиты.",
    )
    _accepted(passport, people["Листикова"], people["Макетов"], people["Партова"], people["Макетов"], 17)
    at(datetime(2026, 11, 21, 16, 0))
    trial = trials.take(people["Классова"], material_id=card.id, class_name="9 «Б»", subject="Обществознание")
    at(datetime(2026, 11, 23, 9, 30))
    trials.tell(
        people["Классова"],
        trial.id,
        "partly",
        "Спор получился у трёх групп из четырёх; девятиклассникам понадобилось больше времени на подготовку доводов.",
    )


def _accepted(material: Material, author: Person, own: Person, other: Person, who: Person, day: int) -> None:
    reviews.send(author, material.id, other.id, own.id)
    at(datetime(material.created_at.year, material.created_at.month, day, 14, 0))
    reviews.review(own, material.id, 1, GOOD, "Понятно без автора.")
    reviews.review(other, material.id, 1, {**GOOD, "data": 1}, "Добавьте позже данные из второго класса.")
    reviews.put_into_bank(who, material.id)


def _being_reworked(cast: Cast) -> None:
    people = cast.people
    at(datetime(2026, 11, 20, 16, 0))
    circle = _make(
        people["Ноткина"],
        _cycle(cast, "СЭР-1"),
        [people["Ноткина"], people["Классова"]],
        kind="technique",
        title="Приём «Словарь эмоций» в начальной школе",
        annotation="Карточки слов о состоянии для начала занятия.",
        body="Разложите карточки, каждый выбирает слово и, если хочет, объясняет выбор. Можно пропустить ход.",
    )
    reviews.send(people["Ноткина"], circle.id, people["Дневникова"].id)
    at(datetime(2026, 11, 21, 15, 0))
    reviews.review(people["Переменкина"], circle.id, 1, {**GOOD, "data": 1}, "Приём узнаваем.")
    reviews.review(
        people["Дневникова"],
        circle.id,
        1,
        {**GOOD, "clear": 1, "data": 0, "fits": 1},
        "Добавьте, как приём меняет разговор детей: что было до карточек и что стало после.",
    )


def _in_review(cast: Cast) -> None:
    people = cast.people
    cycle = _cycle(cast, "ФО-1")
    team = cast.team("ФО-1")
    at(datetime(2026, 11, 20, 16, 0))
    for author, kind, title, body in FORMATIVE:
        lead = people[author]
        lesson = next(r for r in cycle.rounds if r.lead_id == lead.id or r.n == (3 if author == "Глобусова" else 2))
        others = [p for p in team if p.id != lead.id]
        made = _make(lead, cycle, [lead, *others], kind=kind, title=title, body=body, subject=lesson.subject)
        reviews.send(lead, made.id, people["Макетов"].id)
    at(datetime(2026, 11, 21, 12, 0))
    waiting = reviews.waiting_for(people["Дневникова"])
    reviews.review(people["Дневникова"], waiting[0][1].id, 1, GOOD, "План виден до минуты.")


def _mini_report(cast: Cast) -> None:
    at(datetime(2026, 11, 23, 9, 40))
    author = cast.team("ФО-1")[0]
    cycle, _, values = exchange.draft(author, _cycle(cast, "ФО-1").id)
    exchange.publish(author, cycle.id, {**values, "advice": "Начните с двух образцов: один удачный, другой почти."})


#: Triad, author, leader of the own group, reviewer of another, title, body: works of the spring.
SPRING: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "4К-2",
        "Линейкина",
        "Партова",
        "Макетов",
        "План урока «Групповой пазл»",
        "Четыре части текста, экспертные группы по 8 минут, рассказ без листа, общий вопрос на всех.",
    ),
    (
        "ПД-2",
        "Микроскопова",
        "Макетов",
        "Партова",
        "Вопросы адресату: план урока",
        "Банк открытых вопросов, проба в парах, интервью, правка замысла по ответам.",
    ),
    (
        "ФО-2",
        "Закладкина",
        "Дневникова",
        "Переменкина",
        "План урока с точкой решения",
        "Ключевой вопрос на 18-й минуте, три варианта ответа на карточках, ход А и ход Б.",
    ),
    (
        "СЭР-1",
        "Классова",
        "Переменкина",
        "Дневникова",
        "План занятия «Словарь эмоций»",
        "Карточки слов, круг с правом пропустить ход, выбор двух слов в начале и в конце.",
    ),
    (
        "СЭР-2",
        "Улыбкина",
        "Переменкина",
        "Партова",
        "План занятия «Круг сообщества»",
        "Правила круга, вопрос дня, просьба о помощи по образцу, завершение, которое возвращает спокойствие.",
    ),
)


def spring(cast: Cast) -> None:
    """What was in review comes into the bank, and five works more from the cycles that are finished."""
    people = cast.people
    at(datetime(2026, 12, 8, 15, 0))
    for reviewer in ("Дневникова", "Макетов"):
        for row, material in reviews.waiting_for(people[reviewer]):
            if material.type_key == "formative":
                reviews.review(people[reviewer], material.id, row.version, GOOD, "")
    waiting = select(Material).where(Material.state == "recommended").order_by(Material.id)
    for material in db.session.scalars(waiting).all():
        reviews.put_into_bank(people["Журналова"], material.id)
    for mark, author, own, other, title, body in SPRING:
        at(datetime(2027, 3, 9, 15, 0))
        lead = people[author]
        cycle = _cycle(cast, mark)
        subject = next(r.subject for r in cycle.rounds if r.lead_id == lead.id)
        made = _make(lead, cycle, [lead], kind="lesson_plan", title=title, body=body, subject=subject)
        _accepted(made, lead, people[own], people[other], people["Журналова"], 12)
