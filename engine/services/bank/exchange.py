"""«Обмен опытом»: a triad's mini-report after its cycle, and what is new for a colleague since they last looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from engine.core.text import Text
from engine.services.access import NO_CYCLE, cycle_for, relations
from engine.services.bank import passport
from engine.services.bank.trials import triad_people
from engine.services.errors import Conflict, Invalid, NotFound
from engine.services.host import now
from engine.services.journal import text_of
from engine.services.reports.numbers import number
from engine.store.bank import FeedSeen, Material, MaterialAuthor, MiniReport, Trial
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Membership
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

LIMITS = {"title": 200, "summary": 8000, "difficulties": 4000, "advice": 4000}
_SHOWN = 40
_NEVER = datetime.fromisoformat("1970-01-01")


def reported(cycle: Cycle) -> bool:
    """Whether the cycle is far enough to tell others: its decision is made, or it is finished."""
    return cycle.type_key != "lab" and (cycle.closed_at is not None or cycle.stage in ("to_lab", "closed"))


def draft(person: Person, cycle_id: int) -> tuple[Cycle, MiniReport | None, dict[str, Any]]:
    """The mini-report to edit: as it stands, or filled in from the conclusions, the handover and the results.

    NotFound outside the triad, Invalid before the cycle's end.
    """
    cycle = cycle_for(person, cycle_id, ("triad_member",))
    stored = db.session.get(MiniReport, cycle_id)
    if stored is not None:
        return cycle, stored, {key: getattr(stored, key) for key in (*LIMITS, "techniques", "shown_on")}
    if not reported(cycle):
        raise Invalid("Мини-отчёт готовят после решения тройки", "A mini-report follows the decision of the triad")
    drawn = passport.draw(cycle)
    techniques = [str(text_of(t)) for t in drawn["techniques"]]
    title = Text("{techniques}: что получилось", en="{techniques}: what came of it").fill(
        {"techniques": techniques[:2]}
    )
    return (
        cycle,
        None,
        {
            "title": (str(title) if techniques else cycle.title)[: LIMITS["title"]],
            "techniques": techniques,
            "summary": "\n".join(part for part in (drawn["question"], drawn["conditions"], _growth(drawn)) if part),
            "difficulties": drawn["difficulties"],
            "advice": "",
            "shown_on": None,
        },
    )


def _growth(drawn: Mapping[str, Any]) -> str:
    """The sections of indicators from the first lesson to the last, as a line of text."""
    lines = []
    for section in drawn["sections"]:
        means = [m for m in section["means"] if m is not None]
        if len(means) > 1:
            lines.append(f"{text_of(section['title'])}: {number(means[0])} → {number(means[-1])}")
    return "; ".join(lines)


def publish(person: Person, cycle_id: int, values: Mapping[str, Any], seen: datetime | None = None) -> MiniReport:
    """Offer the mini-report to the other groups, or change it. ``seen``: when the text one began from was written.

    NotFound outside the triad, Invalid by field or before the cycle's end, Conflict when a colleague was faster.
    """
    with unit_of_work():
        cycle: Cycle | None = lock(Cycle, cycle_id)
        if cycle is None or "triad_member" not in relations(person, cycle):
            raise NotFound(*NO_CYCLE)
        if not reported(cycle):
            raise Invalid("Мини-отчёт готовят после решения тройки", "A mini-report follows the decision of the triad")
        texts = {key: str(values.get(key) or "").replace("\r\n", "\n").strip() for key in LIMITS}
        errors: dict[str, list[str]] = {}
        if len(texts["title"]) < 3:
            errors["title"] = [Text("Назовите мини-отчёт", en="Give the mini-report a title")]
        if not texts["summary"]:
            errors["summary"] = [Text("Расскажите, что получилось", en="Tell what came of it")]
        for key, limit in LIMITS.items():
            if len(texts[key]) > limit:
                errors[key] = [Text("Слишком длинно: до {n} знаков", en="Too long: up to {n}").fill({"n": str(limit)})]
        if errors:
            raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
        row = db.session.get(MiniReport, cycle_id)
        if row is not None and row.at != seen:
            raise Conflict(
                "Коллега уже сохранил другой текст. Ваш текст не потерян: сравните оба",
                "A colleague has saved another text. Yours is kept: compare both",
                at=row.at,
                values={key: getattr(row, key) for key in LIMITS},
            )
        if row is None:
            row = MiniReport(cycle_id=cycle_id, school_id=cycle.school_id, group_id=cycle.triad.group_id)
            db.session.add(row)
        for key, text in texts.items():
            setattr(row, key, text)
        row.techniques = [t for t in (str(x).strip()[:120] for x in values.get("techniques") or ()) if t][:12]
        shown = values.get("shown_on")
        row.shown_on = shown if isinstance(shown, date) else None
        row.at, row.by_id = now(), person.id
        db.session.flush()
        return row


@dataclass(frozen=True, slots=True)
class Report:
    """A mini-report as colleagues read it, with the passport of its cycle."""

    report: MiniReport
    cycle: Cycle
    group: Group
    passport: Mapping[str, Any]
    own: bool


def one(person: Person, cycle_id: int) -> Report:
    """A mini-report of the school. NotFound for other schools."""
    row = db.session.get(MiniReport, cycle_id)
    cycle = db.session.get(Cycle, cycle_id)
    if row is None or cycle is None or row.school_id != person.school_id:
        raise NotFound("Такого мини-отчёта нет", "There is no such mini-report")
    own = person.id in triad_people(cycle_id)
    return Report(row, cycle, cycle.triad.group, passport.draw(cycle), own)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the feed. ``kind``: report, material or trial; ``key`` leads to it."""

    kind: str
    key: int
    title: str
    note: str
    at: datetime
    fresh: bool
    outcome: str = ""
    words: str = ""
    of_report: bool = False


def feed(person: Person) -> list[Item]:
    """«Новое для меня», newest first: mini-reports of other triads, materials that came into the bank, results of
    trials of my own experience. ``fresh`` is what came since I last looked."""
    seen = db.session.get(FeedSeen, person.id)
    since = seen.at if seen is not None else _NEVER
    own_triads = select(Membership.triad_id).where(Membership.person_id == person.id)
    mine = select(MaterialAuthor.material_id).where(MaterialAuthor.person_id == person.id)
    own_cycles = select(Cycle.id).where(Cycle.triad_id.in_(own_triads))
    items = [
        Item("report", row.cycle_id, row.title, group, row.at, row.at > since)
        for row, group in db.session.execute(
            select(MiniReport, Group.title)
            .join(Group, Group.id == MiniReport.group_id)
            .where(MiniReport.school_id == person.school_id, MiniReport.cycle_id.not_in(own_cycles))
            .order_by(MiniReport.at.desc())
            .limit(_SHOWN)
        )
    ]
    items += [
        Item("material", row.id, row.title, group or "", row.banked_at, row.banked_at > since)
        for row, group in db.session.execute(
            select(Material, Group.title)
            .outerjoin(Group, Group.id == Material.group_id)
            .where(
                Material.school_id == person.school_id,
                Material.state == "in_bank",
                Material.banked_at.is_not(None),
                Material.id.not_in(mine),
            )
            .order_by(Material.banked_at.desc())
            .limit(_SHOWN)
        )
        if row.banked_at is not None
    ]
    items += [_result(*row, since=since) for row in _results(person, mine, own_cycles)]
    return sorted(items, key=lambda item: item.at, reverse=True)[:_SHOWN]


def _results(person: Person, mine: Any, own_cycles: Any) -> Any:
    return db.session.execute(
        select(Trial, Person, Material.title, MiniReport.title)
        .join(Person, Person.id == Trial.person_id)
        .outerjoin(Material, Material.id == Trial.material_id)
        .outerjoin(MiniReport, MiniReport.cycle_id == Trial.cycle_id)
        .where(
            Trial.school_id == person.school_id,
            Trial.told_at.is_not(None),
            Trial.person_id != person.id,
            or_(Trial.material_id.in_(mine), Trial.cycle_id.in_(own_cycles)),
        )
        .order_by(Trial.told_at.desc())
        .limit(_SHOWN)
    ).all()


def _result(trial: Trial, who: Person, of_material: str | None, of_report: str | None, *, since: datetime) -> Item:
    assert trial.told_at is not None
    return Item(
        "trial",
        trial.material_id or trial.cycle_id or 0,
        of_material or of_report or "",
        f"{who.short_name}, {trial.class_name}",
        trial.told_at,
        trial.told_at > since,
        trial.outcome,
        trial.result,
        trial.material_id is None,
    )


def looked(person: Person) -> None:
    """The person has read the feed up to now."""
    with unit_of_work():
        row = db.session.get(FeedSeen, person.id, with_for_update=True)
        if row is None:
            db.session.add(FeedSeen(person_id=person.id, at=now()))
        else:
            row.at = now()


def own_reports(person: Person) -> list[tuple[Cycle, bool]]:
    """Finished cycles of the own triad that can have a mini-report, and whether it is published."""
    triads = select(Membership.triad_id).where(Membership.person_id == person.id, Membership.until.is_(None))
    rows = db.session.execute(
        select(Cycle, MiniReport.cycle_id)
        .outerjoin(MiniReport, MiniReport.cycle_id == Cycle.id)
        .where(Cycle.triad_id.in_(triads))
        .order_by(Cycle.id.desc())
        .limit(10)
    ).all()
    return [(cycle, made is not None) for cycle, made in rows if reported(cycle)]
