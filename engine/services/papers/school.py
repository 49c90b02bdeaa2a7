"""Documents of the school's life: figures, events, visits, materials of the bank, maps of the Laboratory."""

from __future__ import annotations

from datetime import date

from engine.core.inputs import YEARS
from engine.core.text import Text, localise
from engine.services import events, indicators, maturity, visits
from engine.services.bank import materials
from engine.services.errors import NotFound
from engine.services.laboratory import board as boards
from engine.services.laboratory import deficit_map as maps
from engine.services.laboratory import summaries
from engine.services.maturity_words import HALVES, ITEMS
from engine.services.papers.blocks import Block, Cell, Grid, Heading, Pairs, Paper, Share, Signatures, Words
from engine.services.papers.heads import of_school
from engine.services.papers.year import material_blocks
from engine.services.reports.numbers import day
from engine.store.people import Person

_LITTLE = Text("мало данных", en="too few")


def figures(person: Person, begins: str, ends: str, *, language: str = "ru") -> Paper:
    """«Показатели результативности» of a period (ISO days) with the formula of each (domain brief §4.5).

    Raises NotFound for a period that is none.
    """
    try:
        first, last = date.fromisoformat(begins), date.fromisoformat(ends)
    except ValueError:
        first = last = date.max
    if first.year not in YEARS or last.year not in YEARS:
        raise NotFound("Проверьте даты", "Check the dates")
    rows = tuple(
        (
            i.title,
            None if i.value is None else Share(i.value) if i.unit == "share" else i.numerator,
            i.numerator,
            i.denominator,
            i.formula,
            "; ".join(f"{localise(label, language)}: {n}" for label, n in i.breakdown.items()),
        )
        for i in indicators.of_school(person.school_id, first, last)
    )
    heads = (
        Text("Показатель", en="Figure"),
        Text("Значение", en="Value"),
        Text("Сколько", en="Count"),
        Text("Из скольких", en="Of"),
        Text("Формула", en="Formula"),
        Text("В том числе", en="Among them"),
    )
    title = Text("Показатели результативности ПОС", en="Figures of the communities")
    grid = Grid(heads, rows, (1, 2, 3))
    return of_school(person.school_id, title, (grid,), language, subtitle=f"{day(first)} – {day(last)}", wide=True)


def event_list(person: Person, *, language: str = "ru") -> Paper:
    """Events of the school with everybody who took part."""
    rows: list[tuple[Cell, ...]] = []
    for event in events.of_school(person):
        for part in event.participations:
            who = part.person.short_name if part.person else part.pupil_name or f"{part.pupil_code}, {part.class_name}"
            rows.append(
                (
                    day(event.begins),
                    event.title,
                    events.FORMS[event.form],
                    events.LEVELS[event.level],
                    who,
                    events.ROLES[part.role],
                    events.RESULTS[part.result],
                    part.topic,
                    part.document,
                )
            )
    heads = (
        Text("Дата", en="Day"),
        Text("Мероприятие", en="Event"),
        Text("Форма", en="Form"),
        Text("Уровень", en="Level"),
        Text("Участник", en="Who"),
        Text("Роль", en="Role"),
        Text("Результат", en="Result"),
        Text("Тема", en="Topic"),
        Text("Документ", en="Document"),
    )
    title = Text("Мероприятия и достижения", en="Events and achievements")
    return of_school(person.school_id, title, (Grid(heads, tuple(rows)),), language, wide=True)


def visit(person: Person, visit: int, *, language: str = "ru") -> Paper:
    """«Лист взаимопосещения» (domain brief §4.3); what was seen is for the two and their leaders."""
    shown = visits.one(person, visit)
    row = shown.visit
    rows = [
        (Text("Кто посетил", en="Guest"), row.guest.short_name),
        (Text("У кого", en="Host"), row.host.short_name),
        (Text("Когда", en="When"), f"{row.at:%d.%m.%Y, %H:%M}"),
        (Text("Класс, предмет", en="Class, subject"), ", ".join(filter(None, (row.class_name, row.subject))) or "—"),
        (Text("Вид", en="Kind"), visits.KINDS[row.kind]),
        (Text("Состояние", en="State"), visits.STATES[row.status]),
    ]
    if shown.whole:
        rows += [
            (Text("Цель посещения", en="Aim"), row.goal),
            (Text("Что увидел(а): факты", en="Facts"), row.facts or "—"),
            (Text("Что возьму себе", en="What I take"), row.takeaway or "—"),
            (Text("Один вопрос автору", en="One question"), row.question or "—"),
            (Text("Договорённость", en="Agreement"), row.agreement or "—"),
        ]
    signed = Signatures(
        ((Text("Посетил(а)", en="Guest"), row.guest.short_name), (Text("Провёл(а)", en="Host"), row.host.short_name))
    )
    title = Text("Лист взаимопосещения", en="Sheet of a peer visit")
    subtitle = f"{row.guest.short_name} — {row.host.short_name}, {day(row.at.date())}"
    return of_school(row.school_id, title, (Pairs(tuple(rows)), signed), language, subtitle=subtitle)


def material(person: Person, material: int, *, language: str = "ru") -> Paper:
    """A material of the bank with its whole text."""
    found = materials.page(person, material).material
    heading, *rest = material_blocks(found)
    assert isinstance(heading, Heading)
    return of_school(found.school_id, Text(heading.text), rest, language)


def deficits(person: Person, *, language: str = "ru") -> Paper:
    """«Карта дефицитов школы» for the Laboratory: counts from three teachers up."""
    found = maps.deficit_map(person)

    def cell(n: int | None) -> Cell:
        return localise(_LITTLE, language) if n is None else n

    heads = (
        Text("Группа дефицитов", en="Kind of deficit"),
        *found.groups,
        Text("Всего", en="Total"),
        *maps.STATES.values(),
    )
    rows = tuple((r.title, *map(cell, r.cells), cell(r.whole), *map(cell, r.states)) for r in found.rows)
    note = Words(
        Text(
            "В клетке — сколько педагогов назвали дефицит. Числа показаны от трёх педагогов.",
            en="A cell counts the teachers who have named the deficit. Numbers are shown from three teachers up.",
        ),
        note=True,
    )
    title = Text("Карта дефицитов школы", en="Map of deficits of the school")
    numeric = tuple(range(1, len(heads)))
    return of_school(person.school_id, title, (note, Grid(heads, rows, numeric)), language, wide=True)


def techniques(person: Person, *, language: str = "ru") -> Paper:
    """«Карта приёмов» for the Laboratory: where a technique was used and what came of it."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.title,
            use.title,
            "; ".join(use.places),
            use.first,
            use.last,
            f"{use.met} / {use.criteria}",
            use.works,
            use.changed or use.untested,
        )
        for row in summaries.technique_map(person)
        for use in row.uses
    ]
    heads = (
        Text("Приём", en="Technique"),
        Text("Цикл", en="Cycle"),
        Text("Классы и предметы", en="Classes and subjects"),
        Text("Урок 1", en="Lesson 1"),
        Text("Последний урок", en="Last lesson"),
        Text("Критерии", en="Criteria"),
        Text("При каких условиях работает", en="Works when"),
        Text("Где не сработало или не проверено", en="Did not work or is untested"),
    )
    title = Text("Карта приёмов", en="Map of techniques")
    return of_school(person.school_id, title, (Grid(heads, tuple(rows), (3, 4)),), language, wide=True)


def board(person: Person, group: int = 0, *, language: str = "ru") -> Paper:
    """Where every triad stands and whose move it is; for the Laboratory and leaders."""
    rows: list[tuple[Cell, ...]] = [
        (
            part.group.title,
            row.triad.title,
            row.cycle.title if row.cycle else "—",
            row.stage or "—",
            ", ".join(localise(w, language) for w in row.waits),
            row.late,
        )
        for part in boards.board(person, group).parts
        for row in part.rows
    ]
    heads = (
        Text("ПОС", en="Group"),
        Text("Тройка", en="Triad"),
        Text("Цикл", en="Cycle"),
        Text("Этап", en="Stage"),
        Text("Чей ход", en="Whose move"),
        Text("Рабочих дней сверх срока", en="Working days past the term"),
    )
    title = Text("Ход работы троек", en="How the triads are getting on")
    return of_school(person.school_id, title, (Grid(heads, tuple(rows), (5,)),), language, wide=True)


def team(person: Person, triad: int, *, language: str = "ru") -> Paper:
    """«Зрелость команды» for the triad itself and its leader: medians, spread, growth point."""
    page = maturity.page(person, triad)
    blocks: list[Block] = []
    for half in page.halves:
        found = half.result
        if found is None:
            continue
        heads = (
            Text("Пункт", en="Item"),
            Text("Медиана", en="Median"),
            Text("Разброс", en="Spread"),
            Text("Стоит обсудить", en="Talk it over"),
        )
        yes = Text("да", en="yes")
        rows = tuple(
            (
                f"{ITEMS[i.key].code}. {localise(ITEMS[i.key].title, language)}",
                i.median,
                i.spread,
                yes if i.apart else "",
            )
            for i in found.items
        )
        blocks += [
            Heading(HALVES[half.half]),
            Pairs(
                (
                    (Text("Команда", en="The team"), found.band),
                    (Text("Точка роста", en="Growth point"), found.growth_point or "—"),
                )
            ),
            Grid(heads, rows, (1, 2)),
        ]
    title = Text("Зрелость команды: самооценка", en="Maturity of the team: self-assessment")
    if not blocks:
        blocks = [Words(Text("Самооценки в этом году ещё не было", en="There was no self-assessment this year yet"))]
    return of_school(page.year.school_id, title, blocks, language, subtitle=f"{page.triad.title}, {page.year.title}")
