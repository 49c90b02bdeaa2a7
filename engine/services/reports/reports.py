"""The verbs of a year report: drafted from facts, edited by the leader, handed in, accepted by the Laboratory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engine.core.text import Text
from engine.services.access import LAB, is_admin, is_lab_member, lab_members, led_groups, triad_of
from engine.services.effects import notify
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.services.reports.facts import Facts, facts_of
from engine.services.reports.sections import KEYS, Section, sections
from engine.services.years import years
from engine.store.database import db
from engine.store.groups import Group
from engine.store.people import Person, SchoolYear
from engine.store.reports import YearReport
from engine.store.unit import lock, unit_of_work

STATES = {
    "draft": Text("Черновик", en="Draft"),
    "submitted": Text("Сдан", en="Handed in"),
    "rework": Text("На доработке", en="Being reworked"),
    "accepted": Text("Принят Лабораторией", en="Accepted by the Laboratory"),
}
#: Longer texts than this are no report.
MAX_TEXT = 20_000
_NONE = ("Такого отчёта нет или он вам не открыт", "There is no such report, or it is not open to you")


@dataclass(frozen=True, slots=True)
class Page:
    """A report as somebody sees it. ``version`` 0: nobody has touched the draft yet."""

    group: Group
    year: SchoolYear
    state: str
    version: int
    remarks: str
    facts: Facts
    sections: tuple[Section, ...]
    may_edit: bool
    may_judge: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A group on the list of reports of a year."""

    group: Group
    state: str
    mine: bool
    open_to_me: bool


def years_of(person: Person) -> list[SchoolYear]:
    """The school years of the person's school that have begun, newest first."""
    return [year for year in years(person) if year.begins <= now().date()]


def year_for(person: Person, year_id: int) -> SchoolYear:
    """A school year of the person's school; NotFound otherwise."""
    year = db.session.get(SchoolYear, year_id)
    if year is None or year.school_id != person.school_id:
        raise NotFound("Такого учебного года нет", "There is no such school year")
    return year


def groups_of(school_id: int) -> list[Group]:
    """The groups that report: all but the Laboratory, which judges."""
    return list(
        db.session.scalars(
            select(Group)
            .options(joinedload(Group.leader))
            .where(Group.school_id == school_id, Group.type_key != LAB, Group.closed_on.is_(None))
            .order_by(Group.id)
        )
    )


def _stored(group_id: int, year_id: int) -> YearReport | None:
    return db.session.scalar(select(YearReport).where(YearReport.group_id == group_id, YearReport.year_id == year_id))


def _reader(person: Person) -> Callable[[Group, str], bool]:
    """Who reads a report in a state: its leader always; once it is handed in also the members of the group, the other
    leaders, the Laboratory and the administrator."""
    seat, lab = triad_of(person), is_lab_member(person)
    reader = lab or is_admin(person) or bool(led_groups(person))

    def reads(group: Group, state: str) -> bool:
        if group.leader_id == person.id:
            return True
        if state in ("submitted", "accepted"):
            return reader or (seat is not None and seat.group_id == group.id)
        return state == "rework" and lab

    return reads


def _reads(person: Person, group: Group, state: str) -> bool:
    return _reader(person)(group, state)


def listing(person: Person, year: SchoolYear) -> list[Row]:
    """Every group of the school with the state of its report, in the order of the groups."""
    states = dict(
        db.session.execute(select(YearReport.group_id, YearReport.state).where(YearReport.year_id == year.id)).all()
    )
    reads = _reader(person)
    found = [(group, states.get(group.id, "draft")) for group in groups_of(person.school_id)]
    return [Row(group, state, group.leader_id == person.id, reads(group, state)) for group, state in found]


def page(person: Person, group_id: int, year_id: int) -> Page:
    """A report to read, and to write for its leader. NotFound for whoever it is not open to."""
    group, year = _group(person, group_id), year_for(person, year_id)
    row = _stored(group.id, year.id)
    state = row.state if row else "draft"
    if not _reads(person, group, state):
        raise NotFound(*_NONE)
    frozen = row is not None and state in ("submitted", "accepted")
    facts = row.facts if row and frozen else facts_of(group, year)
    return Page(
        group=group,
        year=year,
        state=state,
        version=row.version if row else 0,
        remarks=row.remarks if row else "",
        facts=facts,
        sections=sections(facts, row.texts if row else {}),
        may_edit=group.leader_id == person.id and not frozen,
        may_judge=state == "submitted" and is_lab_member(person) and group.leader_id != person.id,
    )


def _group(person: Person, group_id: int) -> Group:
    group = db.session.get(Group, group_id)
    if group is None or group.school_id != person.school_id or group.type_key == LAB:
        raise NotFound(*_NONE)
    return group


def _for_leader(person: Person, group_id: int, year_id: int) -> tuple[Group, SchoolYear, YearReport | None]:
    """The report, locked, for its leader. Raises NotFound, Forbidden for anybody else or once it is handed in."""
    group, year = _group(person, group_id), year_for(person, year_id)
    lock(Group, group.id)
    row = _stored(group.id, year.id)
    if not _reads(person, group, row.state if row else "draft"):
        raise NotFound(*_NONE)
    if group.leader_id != person.id:
        raise Forbidden("Отчёт пишет руководитель ПОС", "The group leader writes the report")
    if row is not None and row.state in ("submitted", "accepted"):
        raise Forbidden("Отчёт уже сдан", "The report is handed in already")
    return group, year, row


def save(person: Person, group_id: int, year_id: int, base: int, texts: Mapping[str, str]) -> int:
    """Keep the leader's own words; a text equal to the draft is not kept, so it goes on following the data.

    Returns the new version. Raises Conflict when it was saved meanwhile, Invalid for a text that is too long.
    """
    with unit_of_work():
        group, year, row = _for_leader(person, group_id, year_id)
        if (row.version if row else 0) != base:
            raise Conflict(
                "Отчёт сохранили в другом окне. Сравните и сохраните ещё раз",
                "The report was saved in another window. Compare and save again",
                version=row.version if row else 0,
            )
        own = _own(group, year, texts)
        if row is None:
            row = YearReport(school_id=group.school_id, group_id=group.id, year_id=year.id, version=0, changed_at=now())
            db.session.add(row)
        row.texts, row.version, row.changed_at = own, base + 1, now()
        db.session.flush()
        return row.version


def _own(group: Group, year: SchoolYear, texts: Mapping[str, str]) -> dict[str, str]:
    long = [key for key, text in texts.items() if len(text) > MAX_TEXT]
    if long:
        text = Text("Слишком длинно: до 20 000 знаков", en="Too long: up to 20,000 characters")
        raise Invalid(text, text.en, {key: [text] for key in long})
    drafted = {s.key: _plain(s.text) for s in sections(facts_of(group, year))}
    kept = {key: _plain(texts[key]) for key in KEYS if key in texts}
    return {key: text for key, text in kept.items() if text != drafted[key]}


def _plain(text: str) -> str:
    """A text as it comes back from a browser: one kind of line ends, no blank edges."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def submit(person: Person, group_id: int, year_id: int) -> None:
    """Hand the report in to the Laboratory; its figures stay as they are at this moment."""
    with unit_of_work():
        group, year, row = _for_leader(person, group_id, year_id)
        if row is None:
            row = YearReport(school_id=group.school_id, group_id=group.id, year_id=year.id, version=1, changed_at=now())
            db.session.add(row)
        row.state, row.facts = "submitted", facts_of(group, year)
        row.submitted_at, row.submitted_by, row.changed_at = now(), person.id, now()
        text = Text("Годовой отчёт сдан: {group}", en="Year report handed in: {group}").fill({"group": group.title})
        for member in {p.id for p in lab_members(group.school_id)} - {person.id}:
            notify(member, text, path=f"/reports/{group.id}/{year.id}")


def _judged(person: Person, group_id: int, year_id: int) -> YearReport:
    group, year = _group(person, group_id), year_for(person, year_id)
    lock(Group, group.id)
    row = _stored(group.id, year.id)
    if row is None or not _reads(person, group, row.state):
        raise NotFound(*_NONE)
    if not is_lab_member(person):
        raise Forbidden("Отчёт рассматривает Лаборатория", "The Laboratory considers the report")
    if group.leader_id == person.id:
        raise Forbidden("Свой отчёт рассматривает коллега", "A colleague considers your own report")
    if row.state != "submitted":
        raise Invalid("Отчёт уже рассмотрен", "The report has been considered already")
    return row


def accept(person: Person, group_id: int, year_id: int) -> None:
    """The Laboratory accepts the report. Raises Forbidden for the leader of the group and outsiders."""
    with unit_of_work():
        row = _judged(person, group_id, year_id)
        row.state, row.remarks = "accepted", ""
        row.accepted_at, row.accepted_by, row.changed_at = now(), person.id, now()
        _tell(row, Text("Годовой отчёт принят Лабораторией", en="The Laboratory has accepted the year report"))


def send_back(person: Person, group_id: int, year_id: int, remarks: str) -> None:
    """The Laboratory asks to rework the report. Raises Invalid without a word on what."""
    with unit_of_work():
        row = _judged(person, group_id, year_id)
        if not remarks.strip():
            text = Text("Напишите, что доработать", en="Say what to rework")
            raise Invalid(text, text.en, {"remarks": [text]})
        row.state, row.remarks, row.changed_at = "rework", remarks.strip()[:4000], now()
        _tell(row, Text("Годовой отчёт вернули на доработку", en="The year report came back to be reworked"))


def _tell(row: YearReport, text: Text) -> None:
    if row.group.leader_id:
        notify(row.group.leader_id, text, path=f"/reports/{row.group_id}/{row.year_id}")
