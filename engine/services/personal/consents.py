"""The register of consents: somebody of the school has seen the paper; one purpose, one subject, a term, a revocation.

The paper with the names of parents lies at the school. Since 1 September 2025 a consent is a document of its own (law
156-FZ of 24.06.2025), so each purpose has a sheet of its own to print.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.core.text import Text
from engine.services.access import colleague, oversees
from engine.services.bank.reviews import consent_in_force
from engine.services.effects import notify
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.services.papers.blocks import Pairs, Paper, Signatures, Words
from engine.services.papers.heads import of_school, school_name
from engine.store.bank import Material
from engine.store.database import db
from engine.store.people import Person
from engine.store.personal import Consent
from engine.store.unit import lock, unit_of_work

PURPOSES = {
    "video_triad": Text("Видео для тройки", en="Video for the triad"),
    "video_bank": Text("Видео в банк", en="Video in the bank"),
    "site": Text("Публикация на сайте", en="Publication on the site"),
    "pupil_name": Text("Имя ученика среди участников мероприятия", en="A pupil’s name among participants"),
    "district": Text("Публикация материала в РПОС", en="Publication in the district"),
    "staff": Text("Обработка данных работника сверх закона", en="Data of a teacher beyond the law"),
}
SUBJECTS = {
    "pupil": Text("ученик (код)", en="a pupil (code)"),
    "class": Text("класс", en="a class"),
    "teacher": Text("педагог", en="a teacher"),
}
#: Whom each purpose may be about.
_ABOUT = {
    "video_triad": ("class", "pupil"),
    "video_bank": ("class", "pupil"),
    "site": ("class", "pupil", "teacher"),
    "pupil_name": ("pupil",),
    "district": ("teacher",),
    "staff": ("teacher",),
}
REVOKED = Text("Отозвано согласие «видео в банк»", en="The consent “video in the bank” was revoked")
_NONE = ("Такого согласия нет", "There is no such consent")


def _require(person: Person) -> None:
    if not oversees(person):
        raise Forbidden("Реестр ведут администратор, Лаборатория и руководители ПОС", "Leaders keep the register")


def listing(person: Person, purpose: str = "", *, in_force: bool = False) -> list[Consent]:
    """The register: those that end soonest first, without a term next, revoked last."""
    _require(person)
    query = select(Consent).where(Consent.school_id == person.school_id)
    if purpose in PURPOSES:
        query = query.where(Consent.purpose == purpose)
    rows = [c for c in db.session.scalars(query) if not in_force or stands(c)]
    return sorted(rows, key=lambda c: (c.revoked_on is not None, c.until or date.max, c.id))


def stands(consent: Consent) -> bool:
    """Whether a consent is in force today."""
    today = now().date()
    return (
        consent.revoked_on is None and consent.given_on <= today and (consent.until is None or consent.until >= today)
    )


def add(person: Person, values: Mapping[str, Any]) -> Consent:
    """Note a consent whose paper the person has seen. Raises Invalid with what is missing, by field."""
    _require(person)
    purpose, subject = str(values.get("purpose", "")), str(values.get("subject", ""))
    given, until = values.get("given_on"), values.get("until")
    class_name = str(values.get("class_name") or "").strip()[:20]
    code = str(values.get("pupil_code") or "").strip()[:20]
    errors: dict[str, list[str]] = {}
    if purpose not in PURPOSES:
        errors["purpose"] = [Text("Выберите цель", en="Choose the purpose")]
    elif subject not in _ABOUT[purpose]:
        errors["subject"] = [Text("Для этой цели выберите другого субъекта", en="Choose another subject")]
    if not isinstance(given, date) or given > now().date():
        errors["given_on"] = [Text("Укажите дату согласия, не позже сегодняшней", en="Give the day, not after today")]
    elif isinstance(until, date) and until < given:
        errors["until"] = [Text("Срок раньше даты согласия", en="The term ends before the consent")]
    if subject in ("class", "pupil") and not class_name:
        errors["class_name"] = [Text("Укажите класс", en="Give the class")]
    if subject == "pupil" and not code:
        errors["pupil_code"] = [Text("Укажите код ученика, без имени", en="Give the pupil’s code, no name")]
    if subject == "teacher" and not values.get("person_id"):
        errors["person_id"] = [Text("Выберите педагога", en="Choose the teacher")]
    if errors:
        raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
    who = colleague(person, values["person_id"]) if subject == "teacher" else None
    with unit_of_work():
        row = Consent(
            school_id=person.school_id,
            purpose=purpose,
            subject=subject,
            person_id=who.id if who else None,
            class_name=class_name if subject != "teacher" else "",
            pupil_code=code if subject == "pupil" else "",
            material_id=_material(person, values.get("material_id")),
            verified_by=person.id,
            given_on=given,
            until=until if isinstance(until, date) else None,
            note=str(values.get("note") or "").strip()[:1000],
        )
        db.session.add(row)
        db.session.flush()
        return row


def _material(person: Person, given: Any) -> int | None:
    if not given:
        return None
    material = db.session.get(Material, given)
    if material is None or material.school_id != person.school_id:
        raise NotFound("Такого материала нет", "There is no such material")
    return material.id


def revoke(person: Person, consent_id: int, on: date | None = None) -> tuple[str, ...]:
    """The consent was taken back. Videos that lived by it leave the bank at once; returns their titles.

    Raises NotFound, Forbidden, Conflict when it was revoked before.
    """
    with unit_of_work():
        row = lock(Consent, consent_id)
        if row is None or row.school_id != person.school_id:
            raise NotFound(*_NONE)
        _require(person)
        if row.revoked_on is not None:
            raise Conflict("Согласие уже отозвано", "The consent was revoked before")
        row.revoked_on = on or now().date()
        db.session.flush()
        return _clear_bank(person.school_id) if row.purpose == "video_bank" else ()


def _clear_bank(school_id: int) -> tuple[str, ...]:
    gone = []
    rows = select(Material).where(
        Material.school_id == school_id, Material.kind == "video", Material.state.in_(("in_bank", "recommended"))
    )
    for material in db.session.scalars(rows).unique():
        if not consent_in_force(material):
            material.state, material.archived_at, material.changed_at = "archived", now(), now()
            material.archived_because = str(REVOKED)
            gone.append(material.title)
            text = Text("«{title}» убран из банка: {why}", en="“{title}” has left the bank: {why}")
            for author in material.authors:
                told = text.fill({"title": material.title, "why": REVOKED})
                notify(author.person_id, told, path=f"/bank/{material.id}")
    return tuple(gone)


def expire() -> int:
    """Videos whose consent has run out leave the bank. Returns how many; for the daily round."""
    found = db.session.scalars(
        select(Material).where(Material.kind == "video", Material.state.in_(("in_bank", "recommended")))
    ).unique()
    schools = {m.school_id for m in found.all() if not consent_in_force(m)}
    count = 0
    for school_id in sorted(schools):
        with unit_of_work():
            count += len(_clear_bank(school_id))
    return count


def paper(person: Person, purpose: str, *, language: str = "ru") -> Paper:
    """A blank consent for one purpose, to print and sign. NotFound for an unknown one."""
    if purpose not in PURPOSES:
        raise NotFound(*_NONE)
    line = "________________________________________"
    about = _ABOUT[purpose]
    who = Text("Родитель (законный представитель)", en="Parent (guardian)") if "teacher" not in about else None
    rows = [
        (Text("Я", en="I"), line),
        *([(Text("законный представитель ученика, класс", en="guardian of the pupil, class"), line)] if who else []),
        (Text("Оператор", en="Operator"), school_name(person.school_id)),
        (Text("Цель", en="Purpose"), PURPOSES[purpose]),
        (Text("Какие данные", en="Which data"), _WHICH[purpose]),
        (Text("Что с ними делают", en="What is done"), _DONE),
        (
            Text("Срок", en="Term"),
            Text("до «___» ____________ 20___ г. или до отзыва", en="until __________ or revoked"),
        ),
    ]
    words = Words(
        Text(
            "Согласие даю добровольно. Его можно отозвать письменно в любой день; данные уничтожат в срок до 30 дней. "
            "Отказ ни на что не влияет.",
            en="I agree of my own will. I may take it back in writing on any day; the data are destroyed within "
            "30 days. Refusing changes nothing.",
        )
    )
    signed = Signatures(
        ((Text("Дата", en="Day"), ""), (who or Text("Педагог", en="Teacher"), "")),
    )
    title = Text("Согласие на обработку персональных данных", en="Consent to the processing of personal data")
    return of_school(person.school_id, title, (Pairs(tuple(rows)), words, signed), language, subtitle=PURPOSES[purpose])


_DONE = Text(
    "сбор, хранение, использование, удаление; другим организациям не передают",
    en="collecting, keeping, using, deleting; not given to other organisations",
)
_WHICH = {
    "video_triad": Text("видеозапись урока; смотрят трое учителей", en="video of a lesson; three teachers see it"),
    "video_bank": Text("видеозапись урока; смотрят педагоги школы", en="video; the school’s teachers see it"),
    "site": Text("изображение, работы; видят посетители сайта", en="image, works; visitors of the site see them"),
    "pupil_name": Text("фамилия, имя, класс, результат", en="name, class, result"),
    "district": Text("имя автора и текст материала; видят школы РПОС", en="author and text; the district sees them"),
    "staff": Text("данные, указанные отдельно", en="the data named separately"),
}
