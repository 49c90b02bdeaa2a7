"""Documents of a school year: the report of a leader, the conference with its resolution and plan, the collection."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from engine.core.text import Text, localise
from engine.services.bank.words import KINDS
from engine.services.errors import NotFound
from engine.services.laboratory import measures
from engine.services.papers.blocks import Block, Break, Grid, Heading, Pairs, Paper, Points, Signatures, Words
from engine.services.papers.heads import APPROVED, of_school
from engine.services.reports import conference, reports
from engine.services.reports.numbers import day
from engine.store.bank import Material
from engine.store.database import db
from engine.store.people import Person

_YEAR = Text("{title} учебный год", en="School year {title}")
_EMPTY = ("Пока писать нечего: конференцию ещё готовят", "There is nothing yet: the conference is being prepared")


def report(person: Person, group: int, year: int, *, language: str = "ru") -> Paper:
    """«Годовой отчёт руководителя ПОС» as it stands, for those who may read it."""
    page = reports.page(person, group, year)
    blocks: list[Block] = []
    for n, section in enumerate(page.sections, 1):
        blocks.append(Heading(f"{n}. {localise(section.title, language)}"))
        blocks += [b for b in section.blocks if not isinstance(b, Pairs | Grid) or b.rows]
        blocks += [Words(section.text)] if section.text else []
    leader = page.group.leader
    blocks.append(
        Signatures(((Text("Руководитель ПОС", en="Group leader"), leader.short_name if leader else ""),)),
    )
    title = Text("Годовой отчёт руководителя ПОС", en="Year report of a group leader")
    subtitle = f"{page.group.title}, {localise(_YEAR.fill({'title': page.year.title}), language)}"
    return of_school(page.group.school_id, title, blocks, language, subtitle=subtitle)


def programme(person: Person, year: int, *, language: str = "ru") -> Paper:
    """«Программа методической конференции»."""
    page = conference.page(person, year)
    heads = (Text("Время", en="Time"), Text("Что", en="What"), Text("Кто", en="Who"))
    rows = tuple((r["time"], r["title"], r["who"]) for r in page.programme)
    where = Pairs(
        (
            (Text("Дата", en="Day"), _or_line(day(page.held_on) if page.held_on else "")),
            (Text("Место", en="Place"), _or_line(page.place)),
        )
    )
    title = Text("Программа методической конференции", en="Programme of the conference")
    return of_school(person.school_id, title, (where, Grid(heads, rows)), language, subtitle=_year(page, language))


def resolution(person: Person, year: int, *, language: str = "ru") -> Paper:
    """«Резолюция конференции». NotFound while there is none for the reader."""
    page = conference.page(person, year)
    if not page.resolution:
        raise NotFound(*_EMPTY)
    said = Text("Участники методической конференции решили:", en="The participants of the conference have resolved:")
    signed = Signatures(
        (
            (Text("Председатель", en="Chair"), ""),
            (Text("Секретарь", en="Secretary"), ""),
        )
    )
    blocks = (
        Pairs(
            (
                (Text("Дата", en="Day"), _or_line(day(page.held_on) if page.held_on else "")),
                (Text("Место", en="Place"), _or_line(page.place)),
            )
        ),
        Words(said),
        Points(tuple(page.resolution), numbered=True),
        signed,
    )
    title = Text("Резолюция методической конференции", en="Resolution of the conference")
    return of_school(person.school_id, title, blocks, language, subtitle=_year(page, language))


def next_plan(person: Person, year: int, *, language: str = "ru") -> Paper:
    """«Проект плана методической работы» for the next year. NotFound while there is none for the reader."""
    page = conference.page(person, year)
    if not page.plan:
        raise NotFound(*_EMPTY)
    heads = (
        Text("№", en="No."),
        Text("Мероприятие", en="Measure"),
        Text("На что отвечает (дефицит, вывод)", en="What it answers"),
        Text("Срок", en="Term"),
        Text("Ответственный", en="Owner"),
    )
    rows = tuple((n, r["measure"], r["basis"], r["due"] or "—", r["owner"] or "—") for n, r in enumerate(page.plan, 1))
    title = Text("Проект плана методической работы", en="Draft plan of methodical work")
    after = Text("на год, следующий за {title} учебным", en="for the year after {title}").fill(
        {"title": page.year.title}
    )
    blocks = (Grid(heads, rows, (0,)),)
    return of_school(person.school_id, title, blocks, language, subtitle=after, wide=True, stamp=APPROVED)


def work_plan(person: Person, *, language: str = "ru") -> Paper:
    """«План методической работы»: the approved measures with their results."""
    heads = (
        Text("№", en="No."),
        Text("Мероприятие", en="Measure"),
        Text("Основание (дефицит, вывод)", en="Grounds"),
        Text("Срок", en="Term"),
        Text("Ответственный", en="Owner"),
        Text("Ожидаемый результат", en="Expected result"),
        Text("Состояние", en="State"),
        Text("Результат", en="Result"),
    )
    rows = tuple(
        (
            n,
            m.text,
            m.basis_text or m.basis,
            day(m.due),
            m.owner,
            m.expected,
            measures.STATES[m.status],
            m.result,
        )
        for n, m in enumerate(measures.plan(person), 1)
    )
    title = Text("План методической работы", en="Plan of methodical work")
    blocks: tuple[Block, ...] = (
        (Grid(heads, rows, (0,)),)
        if rows
        else (Words(Text("План ещё не утверждён", en="The plan is not approved yet")),)
    )
    return of_school(person.school_id, title, blocks, language, wide=True, stamp=APPROVED)


def collection(person: Person, year: int, *, language: str = "ru") -> Paper:
    """«Сборник материалов» of the conference: the materials that came into the bank in the year, whole texts."""
    chosen = reports.year_for(person, year)
    rows = list(
        db.session.scalars(
            select(Material)
            .where(
                Material.school_id == person.school_id,
                Material.state == "in_bank",
                Material.banked_at >= chosen.begins,
                Material.banked_at < chosen.ends + timedelta(days=1),
            )
            .order_by(Material.kind, Material.title)
        ).unique()
    )
    listed = tuple((n, m.title, KINDS[m.kind], _authors(m)) for n, m in enumerate(rows, 1))
    heads = (
        Text("№", en="No."),
        Text("Материал", en="Material"),
        Text("Вид", en="Kind"),
        Text("Авторы", en="Authors"),
    )
    blocks: list[Block] = [Heading(Text("Содержание", en="Contents")), Grid(heads, listed, (0,))]
    for material in rows:
        blocks += [Break(), *material_blocks(material)]
    title = Text("Сборник материалов методической конференции", en="Collected materials of the conference")
    subtitle = localise(_YEAR.fill({"title": chosen.title}), language)
    return of_school(person.school_id, title, blocks, language, subtitle=subtitle)


def material_blocks(material: Material) -> list[Block]:
    """A material of the bank as it is printed: what describes it, then its text."""
    data = material.data
    described = (
        (Text("Вид", en="Kind"), KINDS[material.kind]),
        (Text("Авторы", en="Authors"), _authors(material)),
        (
            Text("Предмет, класс", en="Subject, class"),
            ", ".join(filter(None, (data.get("subject"), data.get("class_name")))),
        ),
        (Text("Приёмы", en="Techniques"), ", ".join(data.get("techniques") or ())),
        (Text("Показатели", en="Indicators"), data.get("indicators") or ""),
        (Text("Условия, при которых работает", en="Conditions"), data.get("conditions") or ""),
        (Text("Что изменили бы авторы", en="What the authors would change"), data.get("would_change") or ""),
        (Text("Результат апробации", en="Result of the trial"), data.get("trial_result") or ""),
    )
    blocks: list[Block] = [Heading(material.title)]
    blocks += [Words(data["annotation"])] if data.get("annotation") else []
    blocks += [Pairs(tuple((label, value) for label, value in described if value))]
    blocks += [Words(material.body)] if material.body else []
    return blocks


def _authors(material: Material) -> str:
    return ", ".join(a.person.short_name for a in material.authors)


def _or_line(text: str) -> str:
    """What is not known yet is written in by hand."""
    return text or "____________________"


def _year(page: conference.Page, language: str) -> str:
    return localise(_YEAR.fill({"title": page.year.title}), language)
