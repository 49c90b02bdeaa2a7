"""Making a material from a closed lesson or freely, its text, authors and files; reading it and its earlier texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from engine.core.text import Text
from engine.services import directory, files
from engine.services.access import colleague, cycle_for, led_groups, triad_of
from engine.services.bank import passport, search
from engine.services.bank.access import held, material_for, step_by
from engine.services.bank.words import KINDS, LICENCES, NO_MATERIAL
from engine.services.bank.workflow import open_steps
from engine.services.definitions import definition_of
from engine.services.errors import Conflict, Invalid, NotFound
from engine.services.host import now
from engine.services.views import view_of
from engine.store.bank import Material, MaterialAuthor, MaterialReview, MaterialVersion
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import StoredFile, Submission
from engine.store.groups import Group
from engine.store.people import Person
from engine.store.unit import unit_of_work

#: What describes a material besides title, kind, licence and body, with the longest answer taken.
FIELDS = {
    "annotation": 1000,
    "subject": 120,
    "class_name": 20,
    "indicators": 1000,
    "conditions": 4000,
    "would_change": 4000,
    "trial_result": 4000,
    "link": 500,
}
_BODY, _TITLE, _TECHNIQUES, _AUTHORS = 40_000, 200, 12, 8
READY_FIRST = Text(
    "В банк идёт опыт закрытого урока: сначала обсудите урок в протоколе",
    en="The bank takes what comes from a closed lesson: discuss the lesson first",
)


@dataclass(frozen=True, slots=True)
class Ready:
    """A cycle of the own triad with lessons that are closed, and what its conclusions name for the bank."""

    cycle: Cycle
    lessons: tuple[int, ...]
    named: tuple[str, ...]


def ready(person: Person) -> list[Ready]:
    """«Готов к включению»: the latest cycles of the own triad that have a closed lesson."""
    triad = triad_of(person)
    if triad is None:
        return []
    cycles = db.session.scalars(
        select(Cycle)
        .where(Cycle.triad_id == triad.id)
        .options(selectinload(Cycle.rounds))
        .order_by(Cycle.id.desc())
        .limit(5)
    ).all()
    ids = [c.id for c in cycles]
    said: dict[int, dict[str, Any]] = dict(
        db.session.execute(
            select(Submission.cycle_id, Submission.values).where(
                Submission.cycle_id.in_(ids), Submission.form_key == "summary", Submission.owner == 0
            )
        ).all()
    )
    made = set(db.session.execute(select(Material.cycle_id, Material.title).where(Material.cycle_id.in_(ids))).all())
    found = []
    for cycle in cycles:
        lessons = tuple(passport.closed_lessons(cycle))
        named = [str(x) for x in said.get(cycle.id, {}).get("bank") or () if (cycle.id, str(x)) not in made]
        if lessons:
            found.append(Ready(cycle, lessons, tuple(named)))
    return found


def prefill(person: Person, cycle_id: int, title: str = "") -> dict[str, Any]:
    """What a new material of the cycle starts with: nothing the cycle knows is typed again.

    NotFound for those outside the triad's cycle, Invalid while no lesson of it is closed.
    """
    cycle = _source(person, cycle_id)
    definition = definition_of(cycle)
    view = view_of(cycle, definition, person)
    last = view.round_facts(passport.closed_lessons(cycle)[-1])
    used = {t for r in view.rounds for t in view.values("plan", r.n).get("technique_ids") or ()}
    used |= set(view.values("passport", 0).get("technique_ids") or ())
    return {
        "title": title,
        "subject": last.facts.get("subject") or "",
        "class_name": last.facts.get("class_name") or "",
        "techniques": [str(t.title) for t in definition.techniques if t.key in used],
        "conditions": str(view.values("summary", 0).get("technique") or ""),
    }


def _source(person: Person, cycle_id: int) -> Cycle:
    cycle = cycle_for(person, cycle_id, ("triad_member",))
    if not passport.closed_lessons(cycle):
        raise Invalid(READY_FIRST, READY_FIRST.en)
    return cycle


def create(person: Person, values: Mapping[str, Any], cycle_id: int | None = None) -> Material:
    """A draft: of a cycle of the own triad, or free. The maker is always an author.

    Invalid for what cannot be taken (by field), NotFound for foreign cycles and colleagues.
    """
    with unit_of_work():
        cycle = _source(person, cycle_id) if cycle_id is not None else None
        taken = _checked(values)
        group = cycle.triad.group if cycle is not None else _group_of(person)
        material = Material(
            school_id=person.school_id,
            cycle_id=cycle.id if cycle is not None else None,
            group_id=group.id if group is not None else None,
            type_key=group.type_key if group is not None else "",
            passport=passport.draw(cycle) if cycle is not None else {},
            created_by=person.id,
            created_at=now(),
            **taken,
            changed_at=now(),
        )
        _set_authors(person, material, values.get("authors") or ())
        db.session.add(material)
        db.session.flush()
        search.index(material)
        return material


def _group_of(person: Person) -> Group | None:
    triad = triad_of(person)
    return triad.group if triad is not None else next(iter(led_groups(person)), None)


def save(person: Person, material_id: int, seen: str, values: Mapping[str, Any]) -> Material:
    """Change a draft. ``seen`` is the ``stamp`` of the text the author began from.

    Conflict (with the text that stands now in ``details``) when a co-author was faster, Invalid by field.
    """
    with unit_of_work():
        material = step_by(person, material_id, "edit")
        if seen != stamp(material):
            raise Conflict(
                "Соавтор уже сохранил другой текст. Ваш текст не потерян: сравните оба и сохраните ещё раз",
                "A co-author has saved another text. Yours is kept: compare both and save again",
                stamp=stamp(material),
                values=values_of(material),
            )
        for key, value in _checked(values).items():
            setattr(material, key, value)
        _set_authors(person, material, values.get("authors") or ())
        material.changed_at = now()
        db.session.flush()
        search.index(material)
        return material


def colleagues(person: Person) -> list[Person]:
    """Who may be named as a co-author: everybody active in the school but oneself, by name."""
    return [one for one in directory.colleagues(person) if one.id != person.id]


def stamp(material: Material) -> str:
    """The mark of exactly this text: what an author has seen before saving."""
    return hashlib.sha256(json.dumps(values_of(material), sort_keys=True).encode()).hexdigest()[:16]


def values_of(material: Material) -> dict[str, Any]:
    """The answers of the editor as they stand."""
    return {
        "title": material.title,
        "kind": material.kind,
        "licence": material.licence,
        "body": material.body,
        "techniques": list(material.data.get("techniques") or ()),
        "authors": [a.person_id for a in material.authors],
        **{key: str(material.data.get(key) or "") for key in FIELDS},
    }


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    title = " ".join(str(values.get("title") or "").split())
    if not 3 <= len(title) <= _TITLE:
        errors["title"] = [Text("Назовите материал: от 3 до 200 знаков", en="Give a title of 3 to 200 characters")]
    kind, licence = str(values.get("kind") or ""), str(values.get("licence") or "school")
    if kind not in KINDS:
        errors["kind"] = [Text("Выберите вид материала", en="Choose the kind of material")]
    if licence not in LICENCES:
        errors["licence"] = [Text("Выберите, для кого материал", en="Choose whom the material is for")]
    texts = {key: str(values.get(key) or "").replace("\r\n", "\n").strip() for key in FIELDS}
    body = str(values.get("body") or "").replace("\r\n", "\n").strip()
    for key, text in {**texts, "body": body}.items():
        limit = FIELDS.get(key, _BODY)
        if len(text) > limit:
            errors[key] = [
                Text("Слишком длинно: до {n} знаков", en="Too long: up to {n} characters").fill({"n": str(limit)})
            ]
    if texts["link"] and not texts["link"].startswith(("https://", "http://")):
        errors["link"] = [Text("Ссылка начинается с https://", en="A link begins with https://")]
    techniques = [" ".join(str(t).split())[:120] for t in values.get("techniques") or ()]
    techniques = list(dict.fromkeys(t for t in techniques if t))[:_TECHNIQUES]
    if errors:
        raise Invalid(
            "Проверьте отмеченные поля: ничего не потеряно", "Check the marked fields; nothing is lost", errors
        )
    return {
        "title": title,
        "kind": kind,
        "licence": licence,
        "body": body,
        "data": {**texts, "techniques": techniques},
    }


def _set_authors(person: Person, material: Material, wanted: Sequence[int]) -> None:
    """The maker first, then the colleagues in the order given; an author who stays keeps their consent."""
    ids = list(dict.fromkeys(wanted))
    if person.id not in ids:
        ids.insert(0, person.id)
    if len(ids) > _AUTHORS:
        text = Text("Авторов не больше восьми", en="Eight authors at most")
        raise Invalid(text, text.en, {"authors": [text]})
    kept = {a.person_id: a for a in material.authors}
    for place, person_id in enumerate(ids, 1):
        if person_id in kept:
            kept[person_id].place = place
        else:
            material.authors.append(MaterialAuthor(person_id=colleague(person, person_id).id, place=place))
    for person_id, row in kept.items():
        if person_id not in ids:
            material.authors.remove(row)


@dataclass(frozen=True, slots=True)
class Page:
    """A material as somebody sees it: the open steps, its files, reviews and earlier texts."""

    material: Material
    held: frozenset[str]
    steps: frozenset[str]
    files: tuple[StoredFile, ...]
    reviews: tuple[tuple[MaterialReview, Person], ...]
    versions: tuple[tuple[MaterialVersion, Person], ...]
    group: Group | None


def page(person: Person, material_id: int) -> Page:
    """Everything the page of a material shows. Reviews are for its authors, leader, Laboratory and reviewers alone."""
    material = material_for(person, material_id)
    roles = held(person, material)
    inside = bool(roles & {"author", "leader", "lab", "reviewer"})
    reviews = db.session.execute(
        select(MaterialReview, Person)
        .join(Person, Person.id == MaterialReview.reviewer_id)
        .where(MaterialReview.material_id == material.id)
        .order_by(MaterialReview.version.desc(), MaterialReview.seat.desc())
    )
    versions = db.session.execute(
        select(MaterialVersion, Person)
        .join(Person, Person.id == MaterialVersion.by_id)
        .where(MaterialVersion.material_id == material.id)
        .order_by(MaterialVersion.n.desc())
    )
    return Page(
        material,
        frozenset(roles),
        open_steps(material.state, roles),
        tuple(files_of(material)),
        tuple((row, who) for row, who in reviews) if inside else (),
        tuple((row, who) for row, who in versions) if inside else (),
        db.session.get(Group, material.group_id) if material.group_id else None,
    )


def version(person: Person, material_id: int, n: int) -> tuple[Material, MaterialVersion]:
    """An earlier text, for those who follow the material. NotFound for others."""
    material = material_for(person, material_id)
    found = db.session.scalar(
        select(MaterialVersion).where(MaterialVersion.material_id == material.id, MaterialVersion.n == n)
    )
    if found is None or not held(person, material) & {"author", "leader", "lab", "reviewer"}:
        raise NotFound(*NO_MATERIAL)
    return material, found


def files_of(material: Material) -> list[StoredFile]:
    """The files of a material, in the order they came."""
    return list(
        db.session.scalars(select(StoredFile).where(StoredFile.material_id == material.id).order_by(StoredFile.id))
    )


def attach(person: Person, material_id: int, name: str, content: bytes) -> StoredFile:
    """Put a file to a draft. Invalid for a kind of file that is not taken."""
    media, kept = files.check(content)
    with files.stored(kept) as stored_as, unit_of_work():
        material = step_by(person, material_id, "edit")
        if len(files_of(material)) >= 20:
            raise Invalid("У материала уже 20 файлов", "The material already has 20 files")
        row = files.describe(person, name, media, kept, stored_as)
        row.material_id, row.private = material.id, False
        db.session.add(row)
        material.changed_at = now()
        db.session.flush()
        return row


def detach(person: Person, material_id: int, file_id: int) -> None:
    """Take a file away from a draft, from the disk too: earlier texts then tell that it was removed."""
    with unit_of_work():
        material = step_by(person, material_id, "edit")
        row = db.session.get(StoredFile, file_id)
        if row is None or row.material_id != material.id:
            raise NotFound("Такого файла нет", "There is no such file")
        stored_as = row.stored_as
        db.session.delete(row)
        material.changed_at = now()
    files.discard(stored_as)
