"""«Беру попробовать»: somebody takes a material or the technique of a mini-report to a class, and tells what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from engine.core.text import Text
from engine.services.access import led_groups, triad_of
from engine.services.bank.access import material_for
from engine.services.bank.words import OUTCOMES
from engine.services.effects import notify
from engine.services.errors import Invalid, NotFound
from engine.services.host import now
from engine.store.bank import Material, MiniReport, Trial
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Group, Membership
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

_NO_TRIAL = ("Такой пробы нет", "There is no such trial")


def take(
    person: Person,
    *,
    material_id: int | None = None,
    cycle_id: int | None = None,
    class_name: str,
    subject: str = "",
    planned_on: date | None = None,
) -> Trial:
    """Take a material of the bank, or the technique of a mini-report, to a class of one's own.

    NotFound for what is not open, Invalid for one's own experience, without a class, or when the same is taken to this
    class already and its result is not told yet.
    """
    with unit_of_work():
        where = " ".join(class_name.split())[:20]
        if not where:
            text = Text("Укажите класс", en="Name the class")
            raise Invalid(text, text.en, {"class_name": [text]})
        owners = _owners(person, material_id, cycle_id)
        if person.id in owners:
            raise Invalid(
                "Это ваш собственный опыт: попробовать его могут коллеги",
                "This is your own experience: colleagues may try it",
            )
        same = select(Trial.id).where(
            Trial.person_id == person.id,
            Trial.material_id == material_id if material_id else Trial.cycle_id == cycle_id,
            Trial.class_name == where,
            Trial.outcome == "",
        )
        if db.session.scalar(same.limit(1)) is not None:
            raise Invalid(
                "Вы уже взяли это в этот класс. Расскажите о результате в «Моих пробах»",
                "You have taken this to this class already. Tell the result under “My trials”",
            )
        row = Trial(
            school_id=person.school_id,
            material_id=material_id,
            cycle_id=cycle_id,
            person_id=person.id,
            group_id=_group_of(person),
            class_name=where,
            subject=" ".join(subject.split())[:120],
            planned_on=planned_on,
            taken_at=now(),
        )
        db.session.add(row)
        db.session.flush()
        return row


def _owners(person: Person, material_id: int | None, cycle_id: int | None) -> set[int]:
    if material_id is not None:
        material = material_for(person, material_id)
        lock(Material, material.id)
        if material.state != "in_bank":
            raise Invalid("Попробовать можно то, что в банке", "Only what is in the bank can be tried")
        return {a.person_id for a in material.authors}
    report = db.session.get(MiniReport, cycle_id) if cycle_id is not None else None
    if report is None or report.school_id != person.school_id:
        raise NotFound("Такого мини-отчёта нет", "There is no such mini-report")
    return triad_people(report.cycle_id)


def triad_people(cycle_id: int) -> set[int]:
    """Everybody who has sat in the triad of a cycle."""
    return set(
        db.session.scalars(
            select(Membership.person_id).join(Cycle, Cycle.triad_id == Membership.triad_id).where(Cycle.id == cycle_id)
        )
    )


def _group_of(person: Person) -> int | None:
    triad = triad_of(person)
    if triad is not None:
        return triad.group_id
    return next((g.id for g in led_groups(person)), None)


def tell(person: Person, trial_id: int, outcome: str, result: str, done_on: date | None = None) -> Trial:
    """Tell what came of one's trial: worked, partly or failed, in words and with the conditions; again to correct it.

    NotFound for trials of others, Invalid by field. The owners of the experience are told once.
    """
    with unit_of_work():
        row: Trial | None = lock(Trial, trial_id)
        if row is None or row.person_id != person.id:
            raise NotFound(*_NO_TRIAL)
        errors: dict[str, list[str]] = {}
        if outcome not in OUTCOMES:
            errors["outcome"] = [Text("Выберите, что получилось", en="Choose what came of it")]
        if not result.strip():
            errors["result"] = [Text("Опишите, что получилось и при каких условиях", en="Describe what came of it")]
        if done_on is not None and done_on > now().date():
            errors["done_on"] = [Text("Этот день ещё впереди", en="This day is still ahead")]
        if errors:
            raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
        first = row.told_at is None
        row.outcome, row.result = outcome, result.strip()[:4000]
        row.done_on, row.told_at = done_on or now().date(), now()
        if first:
            _tell_owners(person, row)
        return row


def _tell_owners(person: Person, row: Trial) -> None:
    text = Text("Ваш опыт попробовали: «{title}»", en="Your experience was tried: “{title}”")
    if row.material_id:
        material = db.session.get(Material, row.material_id)
        assert material is not None
        people = {a.person_id for a in material.authors}
        title, path = material.title, f"/bank/{material.id}#trials"
    else:
        report = db.session.get(MiniReport, row.cycle_id)
        assert report is not None
        people, title, path = triad_people(report.cycle_id), report.title, f"/exchange/{report.cycle_id}#trials"
    for person_id in people - {person.id}:
        notify(person_id, text.fill({"title": title}), path=path)


def mine(person: Person) -> list[tuple[Trial, str]]:
    """«Мои пробы» with the titles of what is tried: untold ones first, then the latest."""
    rows = db.session.execute(
        select(Trial, Material.title, MiniReport.title)
        .outerjoin(Material, Material.id == Trial.material_id)
        .outerjoin(MiniReport, MiniReport.cycle_id == Trial.cycle_id)
        .where(Trial.person_id == person.id)
        .order_by((Trial.outcome != ""), Trial.taken_at.desc(), Trial.id.desc())
    )
    return [(trial, of_material or of_report) for trial, of_material, of_report in rows]


def one(person: Person, trial_id: int) -> tuple[Trial, str]:
    """One's own trial with the title of what is tried. NotFound otherwise."""
    found = next(((t, title) for t, title in mine(person) if t.id == trial_id), None)
    if found is None:
        raise NotFound(*_NO_TRIAL)
    return found


@dataclass(frozen=True, slots=True)
class Tried:
    """The trials of a material or mini-report: who told what, in how many classes, how many are under way."""

    told: tuple[tuple[Trial, Person, str], ...]
    classes: int
    going: int


def of(person: Person, *, material_id: int | None = None, cycle_id: int | None = None) -> Tried:
    """What colleagues of the school have told. A class counts once, however often it was tried there."""
    what = Trial.material_id == material_id if material_id is not None else Trial.cycle_id == cycle_id
    rows = db.session.execute(
        select(Trial, Person, Group.title)
        .join(Person, Person.id == Trial.person_id)
        .outerjoin(Group, Group.id == Trial.group_id)
        .where(what, Trial.school_id == person.school_id)
        .order_by(Trial.told_at.desc(), Trial.id.desc())
    ).all()
    told = tuple((trial, who, group or "") for trial, who, group in rows if trial.outcome)
    return Tried(told, len({_class(t.class_name) for t, _, _ in told}), len(rows) - len(told))


def _class(name: str) -> str:
    """«6 «Б»», «6б» and «6 Б» are one class."""
    return "".join(c for c in name.lower() if c.isalnum())


def classes_by_material(ids: list[int]) -> Mapping[int, int]:
    """In how many classes each of the materials was tried, for a list."""
    rows = db.session.execute(
        select(Trial.material_id, func.count(func.distinct(Trial.class_name)))
        .where(Trial.material_id.in_(ids), Trial.outcome != "")
        .group_by(Trial.material_id)
    )
    found: dict[Any, int] = dict(rows.all())
    return found
