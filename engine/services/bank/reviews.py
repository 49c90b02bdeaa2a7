"""Two reviewers of a material: the own group's leader and an expert of another group; into the bank and out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select

from engine.core.text import Text
from engine.services.bank import passport, search
from engine.services.bank.access import material_for, step_by
from engine.services.bank.personal import Suspicion, suspicions
from engine.services.bank.reviewers import chosen_for
from engine.services.bank.words import ENOUGH, NO_MATERIAL, SCORES
from engine.services.effects import notify
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.services.programs import messages
from engine.store.bank import Material, MaterialAuthor, MaterialReview, MaterialVersion
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import StoredFile
from engine.store.groups import Group
from engine.store.people import Person
from engine.store.personal import Consent
from engine.store.prepared import Statement
from engine.store.reading import direct
from engine.store.unit import unit_of_work


def send(person: Person, material_id: int, other_id: int | None, own_id: int | None = None) -> MaterialVersion:
    """Send the draft to both reviewers; its text is frozen as the next version.

    Invalid when a reviewer cannot be asked, the text is empty, or a video has no consent in force.
    """
    with unit_of_work():
        material = step_by(person, material_id, "send")
        own, other = chosen_for(material, "own", own_id), chosen_for(material, "other", other_id)
        if own.person.id == other.person.id:
            text = Text("Нужны два разных эксперта", en="Two different reviewers are needed")
            raise Invalid(text, text.en, {"other": [text]})
        files = _file_ids(material)
        if not (material.body or files or material.data.get("link")):
            text = Text("Добавьте текст, файл или ссылку", en="Add a text, a file or a link")
            raise Invalid(text, text.en, {"body": [text]})
        _require_consent(material)
        cycle = db.session.get(Cycle, material.cycle_id) if material.cycle_id else None
        if cycle is not None:
            material.passport = passport.draw(cycle)
        sent = select(MaterialVersion.n).where(MaterialVersion.material_id == material.id)
        material.version = max(db.session.scalars(sent), default=0) + 1
        frozen = MaterialVersion(
            material_id=material.id,
            n=material.version,
            title=material.title,
            body=material.body,
            data=dict(material.data),
            files=files,
            by_id=person.id,
            at=now(),
        )
        db.session.add(frozen)
        for seat, one in (("own", own), ("other", other)):
            _ask(material, seat, one.person)
        material.state, material.changed_at = "review", now()
        db.session.flush()
        search.index(material)
        return frozen


def _ask(material: Material, seat: str, reviewer: Person) -> None:
    """«Мои дела» derive what waits for a reviewer, so no notice is stored that could be stale."""
    db.session.add(
        MaterialReview(
            material_id=material.id, version=material.version, seat=seat, reviewer_id=reviewer.id, asked_at=now()
        )
    )


def _file_ids(material: Material) -> list[int]:
    return list(db.session.scalars(select(StoredFile.id).where(StoredFile.material_id == material.id)))


def consent_in_force(material: Material) -> bool:
    """Whether somebody of the school has verified a consent «видео в банк» for this material or its class."""
    today = now().date()
    about = [Consent.material_id == material.id]
    if class_name := str(material.data.get("class_name") or "").strip():
        about.append((Consent.class_name == class_name) & (Consent.subject == "class"))
    return (
        db.session.scalar(
            select(Consent.id)
            .where(
                Consent.school_id == material.school_id,
                Consent.purpose == "video_bank",
                Consent.revoked_on.is_(None),
                Consent.given_on <= today,
                or_(Consent.until.is_(None), Consent.until >= today),
                or_(*about),
            )
            .limit(1)
        )
        is not None
    )


def _require_consent(material: Material) -> None:
    if material.kind == "video" and not consent_in_force(material):
        text = Text(
            "Для видео нужно действующее согласие «видео в банк» на этот материал или класс: "
            "его отмечают в реестре согласий",
            en="A video needs a consent “video in the bank” in force for this material or class, "
            "noted in the register of consents",
        )
        raise Invalid(text, text.en, {"kind": [text]})


def ask(person: Person, material_id: int, seat: str, reviewer_id: int | None) -> None:
    """Ask somebody else in the place of a reviewer who has not answered yet."""
    with unit_of_work():
        material = step_by(person, material_id, "ask")
        rows = {r.seat: r for r in _rows(material)}
        row = rows.get(seat)
        if row is None or row.done_at is not None:
            raise Invalid("Этот отзыв уже записан", "This review is written already")
        chosen = chosen_for(material, seat, reviewer_id)
        if any(r.reviewer_id == chosen.person.id for r in rows.values()):
            raise Invalid("Этого коллегу уже попросили", "This colleague is asked already")
        db.session.delete(row)
        db.session.flush()
        _ask(material, seat, chosen.person)


def _rows(material: Material) -> Sequence[MaterialReview]:
    return db.session.scalars(
        select(MaterialReview).where(
            MaterialReview.material_id == material.id, MaterialReview.version == material.version
        )
    ).all()


def waiting_for(person: Person) -> list[tuple[MaterialReview, Material]]:
    """«На экспертизе у меня»: reviews that wait for the person, the longest waiting first."""
    rows = db.session.execute(
        select(MaterialReview, Material)
        .join(Material, Material.id == MaterialReview.material_id)
        .where(
            MaterialReview.reviewer_id == person.id,
            MaterialReview.done_at.is_(None),
            Material.state == "review",
            Material.version == MaterialReview.version,
        )
        .order_by(MaterialReview.asked_at, MaterialReview.id)
    )
    return [(review, material) for review, material in rows]


class Asked(NamedTuple):
    """A review that waits, by its material."""

    material_id: int
    title: str
    asked_at: datetime


_ASKED = Statement(
    select(Material.id, Material.title, MaterialReview.asked_at)
    .join(Material, Material.id == MaterialReview.material_id)
    .where(
        MaterialReview.reviewer_id == bindparam("person"),
        MaterialReview.done_at.is_(None),
        Material.state == "review",
        Material.version == MaterialReview.version,
    )
    .order_by(MaterialReview.asked_at, MaterialReview.id)
)


def asked_of(person: Person) -> list[Asked]:
    """The same as a list of titles."""
    return [Asked(*row) for row in direct(_ASKED, person=person.id)]


@dataclass(frozen=True, slots=True)
class Task:
    """What a reviewer has before them: the material, their own review, places that may hold personal data."""

    material: Material
    review: MaterialReview
    suspicions: tuple[Suspicion, ...]


def task(person: Person, material_id: int) -> Task:
    """The review of the present version that the person was asked for. NotFound for everybody else."""
    material = material_for(person, material_id)
    row = next((r for r in _rows(material) if r.reviewer_id == person.id), None)
    if row is None:
        raise NotFound(*NO_MATERIAL)
    return Task(material, row, look_for_personal_data(material))


def look_for_personal_data(material: Material) -> tuple[Suspicion, ...]:
    """Places in title, text, description and names of files that resemble personal data."""
    data = {key: str(text) for key, text in material.data.items() if key not in ("techniques", "link")}
    names = db.session.scalars(select(StoredFile.name).where(StoredFile.material_id == material.id)).all()
    texts = {"title": material.title, "body": material.body, "files": "\n".join(names), **data}
    return suspicions(texts, (a.person.last_name for a in material.authors))


def review(
    person: Person,
    material_id: int,
    version: int,
    scores: Mapping[str, int | None],
    remarks: str = "",
    *,
    looked: bool = False,
) -> MaterialReview:
    """Write one's review of a version; with both written the material is recommended or goes back to its authors.

    Accepted from 7 of 10, and only with 2 for «нет персональных данных». Where a place resembles personal data, that 2
    is taken only from a reviewer who has ``looked`` at it. Otherwise remarks say what to rework. Invalid by field,
    Conflict when the version is no longer in review.
    """
    with unit_of_work():
        material = step_by(person, material_id, "review")
        row = next((r for r in _rows(material) if r.reviewer_id == person.id), None)
        if row is None or row.version != version:
            raise Forbidden("Этот отзыв пишет другой коллега", "Another colleague writes this review")
        if row.done_at is not None:
            raise Invalid("Ваш отзыв уже записан", "Your review is written already")
        given = _scores(scores)
        if given["clean"] == 2 and not looked and look_for_personal_data(material):
            text = Text(
                "Посмотрите отмеченные места и подтвердите, что это не данные ребёнка",
                en="Look at the marked places and confirm that they are no data of a child",
            )
            raise Invalid(text, text.en, {"clean": [text]})
        accepted = sum(given.values()) >= ENOUGH and given["clean"] == 2
        if not accepted and not remarks.strip():
            text = Text("Напишите, что доработать", en="Say what to rework")
            raise Invalid(text, text.en, {"remarks": [text]})
        row.scores, row.remarks = given, remarks.strip()[:4000]
        row.verdict, row.done_at = "accept" if accepted else "rework", now()
        _settle(material)
        return row


def _scores(scores: Mapping[str, int | None]) -> dict[str, int]:
    errors = {}
    given: dict[str, int] = {}
    for key in SCORES:
        value = scores.get(key)
        if value not in (0, 1, 2):
            errors[key] = [Text("Выберите 0, 1 или 2", en="Choose 0, 1 or 2")]
        else:
            given[key] = value
    if errors:
        raise Invalid("Оцените каждую строку", "Score every line", errors)
    return given


def _settle(material: Material) -> None:
    """When both reviews are written: recommended, or back to the authors with both sets of remarks."""
    rows = _rows(material)
    if len(rows) < 2 or any(r.done_at is None for r in rows):
        return
    accepted = all(r.verdict == "accept" for r in rows)
    material.state, material.changed_at = ("recommended" if accepted else "rework"), now()
    text = (
        Text("Материал «{title}» рекомендован в банк", en="“{title}” is recommended for the bank")
        if accepted
        else Text("Эксперты просят доработать «{title}»", en="The reviewers ask to rework “{title}”")
    )
    _tell_authors(material, text)
    group = db.session.get(Group, material.group_id) if material.group_id else None
    authors = {a.person_id for a in material.authors}
    if accepted and group is not None and group.leader_id and group.leader_id not in authors:
        waits = Text(
            "Рекомендован и ждёт включения в банк: «{title}»", en="Recommended, to be put in the bank: “{title}”"
        )
        notify(group.leader_id, waits.fill({"title": material.title}), path=f"/bank/{material.id}")


def _tell_authors(material: Material, text: Text) -> None:
    for author in material.authors:
        notify(author.person_id, text.fill({"title": material.title}), path=f"/bank/{material.id}")


def put_into_bank(person: Person, material_id: int) -> Material:
    """The leader of the own group or the Laboratory (not an author) puts a recommended material into the bank."""
    with unit_of_work():
        material = step_by(person, material_id, "bank")
        _require_consent(material)
        material.state, material.banked_at, material.changed_at = "in_bank", now(), now()
        _tell_authors(material, Text("«{title}» в школьном банке", en="“{title}” is in the school bank"))
        messages.of_material(material, person)
        return material


def recall(person: Person, material_id: int) -> Material:
    """An author takes a sent or recommended material back to draft; its open reviews fall away."""
    with unit_of_work():
        material = step_by(person, material_id, "recall")
        for row in _rows(material):
            if row.done_at is None:
                db.session.delete(row)
        material.state, material.changed_at = "draft", now()
        return material


def archive(person: Person, material_id: int, reason: str) -> Material:
    """Withdraw a material from the bank, with a reason that stays with it."""
    with unit_of_work():
        material = step_by(person, material_id, "archive")
        if not reason.strip():
            text = Text("Укажите причину", en="Give a reason")
            raise Invalid(text, text.en, {"reason": [text]})
        material.state, material.archived_at, material.changed_at = "archived", now(), now()
        material.archived_because = reason.strip()[:2000]
        _tell_authors(material, Text("«{title}» убран в архив", en="“{title}” was withdrawn to the archive"))
        return material


def revise(person: Person, material_id: int) -> Material:
    """An author takes a withdrawn material up again; it goes the whole road once more."""
    with unit_of_work():
        material = step_by(person, material_id, "revise")
        material.state, material.changed_at = "draft", now()
        material.banked_at = material.archived_at = None
        material.archived_because = ""
        return material


def authored_by(person: Person) -> list[Material]:
    """The materials of an author that are on their way, the latest change first."""
    return list(
        db.session.scalars(
            select(Material)
            .join(MaterialAuthor, MaterialAuthor.material_id == Material.id)
            .where(MaterialAuthor.person_id == person.id, Material.state.not_in(("in_bank", "archived")))
            .order_by(Material.changed_at.desc(), Material.id.desc())
        )
    )
