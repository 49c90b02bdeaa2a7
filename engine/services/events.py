"""Events and who took part in them («Мероприятия и достижения», domain brief §4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import selectinload

from engine.core.text import Text
from engine.services import certificates, files
from engine.services.access import colleague, oversees
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.store.database import db
from engine.store.events import Event, Participation
from engine.store.people import Person
from engine.store.personal import Consent
from engine.store.unit import lock, unit_of_work

FORMS = {
    "seminar": Text("семинар", en="seminar"),
    "training": Text("тренинг", en="training"),
    "round_table": Text("круглый стол", en="round table"),
    "master_class": Text("мастер-класс", en="master class"),
    "odi": Text("ОДИ (организационно-деятельностная игра)", en="activity game"),
    "carousel": Text("вертушка", en="carousel of stations"),
    "council": Text("педсовет", en="teachers’ council"),
    "open_day": Text("день открытых дверей", en="open day"),
    "festival": Text("фестиваль", en="festival"),
    "forum": Text("форум", en="forum"),
    "conference": Text("конференция (чтения)", en="conference (readings)"),
    "contest": Text("профессиональный конкурс", en="professional contest"),
    "trip": Text("выезд в школу-партнёр", en="trip to a partner school"),
    "webinar": Text("вебинар", en="webinar"),
}
#: In the order of their reach.
LEVELS = {
    "school": Text("школьный", en="school"),
    "municipal": Text("муниципальный (районный)", en="municipal (district)"),
    "inter_district": Text("межрайонный", en="inter-district"),
    "regional": Text("региональный", en="regional"),
    "inter_regional": Text("межрегиональный", en="inter-regional"),
    "national": Text("всероссийский", en="national"),
    "international": Text("международный", en="international"),
}
ROLES = {
    "member": Text("участник", en="participant"),
    "speaker": Text("выступающий", en="speaker"),
    "host": Text("ведущий", en="host"),
    "organiser": Text("организатор", en="organiser"),
    "expert": Text("эксперт (жюри)", en="expert (jury)"),
}
#: Roles in which somebody presents experience.
PRESENTING = frozenset({"speaker", "host", "organiser", "expert"})
RESULTS = {
    "member": Text("участник", en="participant"),
    "laureate": Text("лауреат", en="laureate"),
    "diploma": Text("дипломант", en="diploma holder"),
    "prize_winner": Text("призёр", en="prize-winner"),
    "winner": Text("победитель", en="winner"),
}
#: The purpose of the consent under which a pupil is named.
NAME_CONSENT = "pupil_name"
_NONE = ("Такого мероприятия нет", "There is no such event")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows: events of the days, of a level, with a person; None and "" mean any."""

    begins: date | None = None
    ends: date | None = None
    level: str = ""
    person_id: int | None = None


def of_school(person: Person, filters: Filters | None = None) -> list[Event]:
    """Events of the person's school, newest first, with their participants."""
    return list(db.session.scalars(_wanted(person, filters or Filters()).limit(300)))


def some_of_school(
    person: Person, filters: Filters, after: tuple[date, int] | None = None, limit: int = 50
) -> list[Event]:
    """The same in parts: up to ``limit`` events that come after the one with this first day and id."""
    query = _wanted(person, filters)
    if after is not None:
        query = query.where(tuple_(Event.begins, Event.id) < after)
    return list(db.session.scalars(query.limit(limit)))


def _wanted(person: Person, wanted: Filters) -> Select[Event]:
    query = (
        select(Event)
        .options(selectinload(Event.participations))
        .where(Event.school_id == person.school_id)
        .order_by(Event.begins.desc(), Event.id.desc())
    )
    if wanted.begins:
        query = query.where(Event.begins >= wanted.begins)
    if wanted.ends:
        query = query.where(Event.begins <= wanted.ends)
    if wanted.level:
        query = query.where(Event.level == wanted.level)
    if wanted.person_id:
        query = query.where(Event.participations.any(Participation.person_id == wanted.person_id))
    return query


def event_for(person: Person, event_id: int) -> Event:
    """An event of the person's school; NotFound otherwise."""
    event = db.session.get(Event, event_id)
    if event is None or event.school_id != person.school_id:
        raise NotFound(*_NONE)
    return event


def may_change(person: Person, event: Event) -> bool:
    """Whoever wrote the event down, and those who manage."""
    return event.created_by == person.id or oversees(person)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    begins, ends = values.get("begins"), values.get("ends")
    errors: dict[str, list[str]] = {}
    if not str(values.get("title", "")).strip():
        errors["title"] = [Text("Назовите мероприятие", en="Name the event")]
    if values.get("form") not in FORMS:
        errors["form"] = [Text("Выберите форму", en="Choose the form")]
    if values.get("level") not in LEVELS:
        errors["level"] = [Text("Выберите уровень", en="Choose the level")]
    if not isinstance(begins, date):
        errors["begins"] = [Text("Укажите дату", en="Give the date")]
    elif ends and ends < begins:
        errors["ends"] = [Text("Последний день раньше первого", en="The last day comes before the first")]
    if errors:
        raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
    words = {key: str(values.get(key, "")).strip() for key in ("title", "place", "organiser", "note")}
    return {
        "title": words["title"][:300],
        "form": values["form"],
        "level": values["level"],
        "begins": begins,
        "ends": ends,
        "place": words["place"][:200],
        "organiser": words["organiser"][:200],
        "note": words["note"][:4000],
    }


def add(person: Person, values: Mapping[str, Any]) -> Event:
    """Write an event down; anybody of the school may. Raises Invalid."""
    fields = _checked(values)
    with unit_of_work():
        event = Event(school_id=person.school_id, created_by=person.id, created_at=now(), **fields)
        db.session.add(event)
        db.session.flush()
        return event


def change(person: Person, event_id: int, values: Mapping[str, Any]) -> None:
    """Correct an event. Raises NotFound, Forbidden, Invalid."""
    fields = _checked(values)
    with unit_of_work():
        event = _mine(person, event_id)
        for key, value in fields.items():
            setattr(event, key, value)


def remove(person: Person, event_id: int) -> None:
    """Remove an event that nobody took part in. Raises Invalid when somebody did."""
    with unit_of_work():
        event = _mine(person, event_id)
        if event.participations:
            raise Invalid("Сначала удалите участников мероприятия", "Remove the participants of the event first")
        db.session.delete(event)


def _mine(person: Person, event_id: int) -> Event:
    event = event_for(person, event_id)
    lock(Event, event.id)
    if not may_change(person, event):
        raise Forbidden(
            "Изменить может тот, кто записал мероприятие, руководитель ПОС или Лаборатория",
            "Whoever wrote the event down, a leader or the Laboratory may change it",
        )
    return event


def take_part(person: Person, event_id: int, values: Mapping[str, Any]) -> Participation:
    """Write down one participant: oneself; for those who manage anybody of the school, or a pupil.

    A pupil is a code with a class; a name needs the consent that somebody has verified (``consent_given`` on, with its
    day). Raises NotFound, Forbidden, Invalid.
    """
    with unit_of_work():
        event = event_for(person, event_id)
        lock(Event, event.id)
        pupil = values.get("kind") == "pupil"
        who = None if pupil else colleague(person, values.get("person_id") or person.id)
        if not oversees(person) and (pupil or (who is not None and who.id != person.id)):
            raise Forbidden(
                "Других участников записывает руководитель ПОС или Лаборатория",
                "A leader or the Laboratory writes down other participants",
            )
        errors = _wrong(event, who, values)
        if errors:
            raise Invalid("Проверьте отмеченные поля", "Check the marked fields", errors)
        consent = _consent(person, values) if pupil and values.get("pupil_name") else None
        row = Participation(
            event=event,
            kind="pupil" if pupil else "teacher",
            person_id=who.id if who else None,
            pupil_code=_words(values, "pupil_code", 20) if pupil else "",
            class_name=_words(values, "class_name", 20) if pupil else "",
            pupil_name=_words(values, "pupil_name", 120) if consent else "",
            consent_id=consent.id if consent else None,
            role=values["role"],
            result=values["result"],
            topic=_words(values, "topic", 300),
            document=_words(values, "document", 60),
            created_by=person.id,
            created_at=now(),
        )
        db.session.add(row)
        db.session.flush()
        return row


def _words(values: Mapping[str, Any], key: str, limit: int) -> str:
    return str(values.get(key) or "").strip()[:limit]


def _wrong(event: Event, who: Person | None, values: Mapping[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if values.get("role") not in ROLES:
        errors["role"] = [Text("Выберите роль", en="Choose the role")]
    if values.get("result") not in RESULTS:
        errors["result"] = [Text("Выберите результат", en="Choose the result")]
    topic = _words(values, "topic", 300)
    if who and any(
        p.person_id == who.id and p.role == values.get("role") and p.topic == topic for p in event.participations
    ):
        errors["person_id"] = [Text("Этот участник уже записан", en="This participant is there already")]
    if who is None and not (_words(values, "pupil_code", 20) and _words(values, "class_name", 20)):
        errors["pupil_code"] = [Text("Укажите код и класс ученика", en="Give the pupil’s code and class")]
    if who is None and values.get("pupil_name") and not isinstance(values.get("consent_on"), date):
        errors["consent_on"] = [
            Text(
                "Имя ученика записывают только с согласия родителей: укажите его дату",
                en="A pupil is named only with the consent of the parents: give its date",
            )
        ]
    return errors


def _consent(person: Person, values: Mapping[str, Any]) -> Consent:
    row = Consent(
        school_id=person.school_id,
        purpose=NAME_CONSENT,
        subject="pupil",
        class_name=_words(values, "class_name", 20),
        pupil_code=_words(values, "pupil_code", 20),
        verified_by=person.id,
        given_on=values["consent_on"],
    )
    db.session.add(row)
    db.session.flush()
    return row


def leave(person: Person, participation_id: int) -> int:
    """Remove a participation: one's own, or anybody's for those who manage. Returns the event's id."""
    with unit_of_work():
        row = db.session.get(Participation, participation_id)
        if row is None or row.event.school_id != person.school_id:
            raise NotFound("Такой записи нет", "There is no such record")
        if row.person_id != person.id and not oversees(person):
            raise Forbidden("Чужое участие удаляет руководитель ПОС или Лаборатория", "A leader removes it")
        event_id = row.event_id
        gone = certificates.take_off(row.id)
        db.session.delete(row)
    for stored_as in gone:
        files.discard(stored_as)
    return event_id
