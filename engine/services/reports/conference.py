"""The methodical conference of a year: its programme, resolution and the draft plan of the next one, drafted from data.

What the Laboratory has not put otherwise goes on following the reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from engine.core.text import Text
from engine.services.access import is_admin, is_lab_member
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.services.indicators import of_school
from engine.services.reports.facts import Facts
from engine.services.reports.reports import groups_of, year_for
from engine.services.reports.words import kind_of_deficit
from engine.store.database import db
from engine.store.groups import Group
from engine.store.people import Person, School, SchoolYear
from engine.store.reports import Conference, Measure, YearReport
from engine.store.unit import lock, unit_of_work

TALK = timedelta(minutes=15)
#: The columns of the programme and of the draft plan.
PROGRAMME = ("time", "title", "who")
PLAN = ("measure", "basis", "due", "owner")
MAX_ROWS, MAX_CELL = 60, 2000
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A conference as somebody sees it; ``version`` 0 means that everything is still the draft."""

    year: SchoolYear
    held_on: date | None
    place: str
    programme: tuple[Row, ...]
    resolution: tuple[str, ...]
    plan: tuple[Row, ...]
    version: int
    may_edit: bool


def facts_of_year(school_id: int, year: SchoolYear) -> list[tuple[Group, Facts]]:
    """Every group with the facts of its report once that is handed in; before it, only who leads which triads."""
    handed = {
        row.group_id: row.facts
        for row in db.session.scalars(
            select(YearReport).where(YearReport.year_id == year.id, YearReport.state.in_(("submitted", "accepted")))
        )
    }
    return [(group, handed.get(group.id) or _awaited(group)) for group in groups_of(school_id)]


def _awaited(group: Group) -> Facts:
    return {
        "leader": group.leader.short_name if group.leader else "",
        "triads": [{"title": triad.title} for triad in group.triads],
        "cycles": [],
        "deficits": {"kinds": []},
    }


def page(person: Person, year_id: int) -> Page:
    """The conference of a year, for everybody of the school; drafts of words are for those who prepare it."""
    year = year_for(person, year_id)
    row, edits = _stored(year), _edits(person)
    told = facts_of_year(person.school_id, year) if row is None else []
    return Page(
        year=year,
        held_on=row.held_on if row else None,
        place=row.place if row else "",
        programme=tuple(row.programme if row else programme(told)),
        resolution=tuple(row.resolution if row else resolution(told, year) if edits else ()),
        plan=tuple(row.plan if row else next_plan(told, _left(person.school_id)) if edits else ()),
        version=row.version if row else 0,
        may_edit=edits,
    )


def _stored(year: SchoolYear) -> Conference | None:
    return db.session.scalar(
        select(Conference).where(Conference.school_id == year.school_id, Conference.year_id == year.id)
    )


def _edits(person: Person) -> bool:
    return is_lab_member(person) or is_admin(person)


def _left(school_id: int) -> list[Measure]:
    """Measures of the plan that were not carried out."""
    return list(
        db.session.scalars(
            select(Measure)
            .where(Measure.school_id == school_id, Measure.status.in_(("planned", "moved")))
            .order_by(Measure.due, Measure.id)
        )
    )


def programme(told: Sequence[tuple[Group, Facts]]) -> list[Row]:
    """The programme of one day (domain brief §4.7): a talk for every group, stations, tables by deficits."""
    rows: list[Row] = []
    clock = datetime.combine(date.min, time(9, 0))

    def at(moment: datetime, title: str, who: str = "") -> None:
        rows.append({"time": f"{moment:%H:%M}", "title": title, "who": who})

    at(clock, "Регистрация, выставка материалов банка")
    at(clock + timedelta(minutes=30), "Открытие. «Год ПОС в цифрах»", "Лаборатория")
    moment = clock + timedelta(minutes=45)
    for group, facts in told:
        at(moment, f"{group.title}: результаты, дефициты, перспективы", facts["leader"])
        moment += TALK
    at(moment, "Перерыв")
    moment += TALK
    stations = [t["title"] for _, facts in told for t in facts["triads"]]
    at(moment, "«Вертушка» мастер-классов троек (4 станции по 20 минут)", ", ".join(stations))
    at(moment + timedelta(minutes=90), "Обед")
    moment += timedelta(minutes=135)
    kinds = dict.fromkeys(str(kind_of_deficit(k["kind"])) for k in _open(told))
    at(moment, f"Круглые столы по дефицитам (мировое кафе){': ' if kinds else ''}{', '.join(kinds)}")
    at(moment + timedelta(minutes=60), "Защита предложений в план", "руководители ПОС")
    at(moment + timedelta(minutes=105), "Решение конференции, выбор ПОС на следующий год")
    at(moment + timedelta(minutes=135), "Благодарности, рефлексия")
    return rows


def _open(told: Sequence[tuple[Group, Facts]]) -> list[Mapping[str, Any]]:
    """Kinds of deficits that remain and that enough teachers have."""
    return [k for _, f in told for k in f["deficits"]["kinds"] if k["kind"] and k["found"] > k["closed"]]


def resolution(told: Sequence[tuple[Group, Facts]], year: SchoolYear) -> list[str]:
    """What the conference resolves, drafted: the year in one sentence, what to spread, what to work on."""
    counts = {i.key: i.numerator for i in of_school(year.school_id, year.begins, year.ends)}
    said = [
        f"Принять к сведению итоги {year.title} учебного года: уроков и занятий — {counts['lessons_held']}, "
        f"завершённых циклов — {counts['cycles_finished']}, материалов в школьном банке — {counts['bank_works']}."
    ]
    for group, facts in told:
        said += [
            f"Распространить опыт ПОС {group.title.removeprefix('ПОС ')} ({c['triad']}): {c['words']['technique']}"
            for c in facts["cycles"]
            if c["words"].get("technique")
        ]
    kinds = dict.fromkeys(str(kind_of_deficit(k["kind"])) for k in _open(told))
    said += [f"Включить в план методической работы помощь с дефицитами: {', '.join(kinds)}."] if kinds else []
    return [*said, "Руководителям ПОС до начала учебного года согласовать составы троек и темы."]


def next_plan(told: Sequence[tuple[Group, Facts]], left: Sequence[Measure]) -> list[Row]:
    """The draft plan of the next year: every row answers a deficit, a conclusion or a measure left undone."""
    rows = []
    for group, facts in told:
        for kind in (k for k in facts["deficits"]["kinds"] if k["kind"] and k["found"] > k["closed"]):
            title = kind_of_deficit(kind["kind"])
            rows.append(_row("Мастер-класс и взаимопосещения", f"дефициты группы «{title}», {group.title}", facts))
        for cycle in facts["cycles"]:
            question = (cycle.get("decision") or {}).get("next_question")
            if question:
                rows.append(_row("Цикл исследования урока", f"{cycle['triad']}: {question}", facts))
            if cycle["words"].get("untested"):
                rows.append(
                    _row("Проверить приём в новых условиях", f"{cycle['triad']}: {cycle['words']['untested']}", facts)
                )
    rows += [{"measure": m.text, "basis": m.basis_text or m.basis, "due": "", "owner": m.owner} for m in left]
    return rows[:MAX_ROWS]


def _row(measure: str, basis: str, facts: Facts) -> Row:
    return {"measure": measure, "basis": basis, "due": "", "owner": facts["leader"]}


def save(
    person: Person,
    year_id: int,
    base: int,
    *,
    held_on: date | None,
    place: str,
    programme: Sequence[Mapping[str, str]],
    resolution: Sequence[str],
    plan: Sequence[Mapping[str, str]],
) -> int:
    """Keep the conference as the Laboratory or the administrator has put it; empty rows are left out.

    Returns the new version. Raises Forbidden for others, Conflict when it was saved meanwhile, Invalid for a row of
    the plan without a basis or for too much.
    """
    with unit_of_work():
        year = year_for(person, year_id)
        if not _edits(person):
            raise Forbidden("Конференцию готовит Лаборатория", "The Laboratory prepares the conference")
        lock(School, person.school_id)
        row = _stored(year)
        if (row.version if row else 0) != base:
            raise Conflict(
                "Программу сохранили в другом окне. Сравните и сохраните ещё раз",
                "The programme was saved in another window. Compare and save again",
                version=row.version if row else 0,
            )
        kept = _rows(plan, PLAN)
        errors = {
            f"plan-{n}-basis": [Text("Укажите дефицит или вывод", en="Name the deficit or the conclusion")]
            for n, cells in enumerate(kept)
            if not cells["basis"]
        }
        if errors:
            raise Invalid("Каждое мероприятие отвечает на дефицит или вывод", "Every measure has its grounds", errors)
        if row is None:
            row = Conference(school_id=person.school_id, year_id=year.id, version=0)
            row.changed_at, row.changed_by = now(), person.id
            db.session.add(row)
        row.held_on, row.place = held_on, place.strip()[:200]
        row.programme, row.plan = _rows(programme, PROGRAMME), kept
        row.resolution = [text.strip()[:MAX_CELL] for text in resolution if text.strip()][:MAX_ROWS]
        row.version, row.changed_at, row.changed_by = base + 1, now(), person.id
        return row.version


def _rows(given: Sequence[Mapping[str, str]], columns: Sequence[str]) -> list[Row]:
    rows = [{c: str(row.get(c, "")).strip()[:MAX_CELL] for c in columns} for row in given]
    return [row for row in rows if any(row.values())][:MAX_ROWS]


def draft_again(person: Person, year_id: int) -> None:
    """Throw the edited conference away: the drafts follow the reports again. Raises Forbidden, NotFound."""
    with unit_of_work():
        year = year_for(person, year_id)
        if not _edits(person):
            raise Forbidden("Конференцию готовит Лаборатория", "The Laboratory prepares the conference")
        row = _stored(year)
        if row is None:
            raise NotFound("Черновик и так следует отчётам", "The draft follows the reports already")
        db.session.delete(row)
