"""Taking a table of participations: read, told line by line what is wrong, then taken whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from engine.core.text import Text
from engine.services.access import oversees
from engine.services.directory import colleagues
from engine.services.errors import Forbidden, Invalid
from engine.services.events import FORMS, LEVELS, RESULTS, ROLES
from engine.services.host import now
from engine.services.people import MAX_ROWS, read_table
from engine.store.database import db
from engine.store.events import Event, Participation
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work

#: Heading of a column (lower case) → what it means.
COLUMNS = {
    "фио": "name",
    "педагог": "name",
    "мероприятие": "title",
    "форма": "form",
    "дата": "begins",
    "уровень": "level",
    "роль": "role",
    "результат": "result",
    "тема": "topic",
    "документ": "document",
    "name": "name",
    "event": "title",
    "form": "form",
    "date": "begins",
    "level": "level",
    "role": "role",
    "result": "result",
    "topic": "topic",
    "document": "document",
}
NEEDED = ("name", "title", "begins", "level")
_LIMITS = {"title": 300, "topic": 300, "document": 60}


@dataclass(slots=True)
class Row:
    """A line of the table: what was typed, what it means, what is wrong; ``known``: it is there already."""

    number: int
    typed: dict[str, str]
    person: Person | None = None
    begins: date | None = None
    codes: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    known: bool = False


def preview(person: Person, name: str, content: bytes) -> list[Row]:
    """What the table holds, line by line; nothing is stored. Raises Forbidden, Invalid for a file that is no table."""
    if not oversees(person):
        raise Forbidden(
            "Список загружает руководитель ПОС или Лаборатория", "A leader or the Laboratory imports a list"
        )
    table = read_table(name, content)
    keys = [COLUMNS.get(cell.strip().lower(), "") for cell in table[0]] if table else []
    if not set(NEEDED) <= set(keys):
        raise Invalid(
            "В первой строке нужны названия столбцов: ФИО, Мероприятие, Дата, Уровень (и Форма, Роль, Результат, Тема, "
            "Документ)",
            "The first line must name the columns: Name, Event, Date, Level (and Form, Role, Result, Topic, Document)",
        )
    if len(table) > MAX_ROWS + 1:
        raise Invalid(f"В таблице больше {MAX_ROWS} строк. Разделите её", f"The table has over {MAX_ROWS} lines")
    people = _names(person)
    taken = {_identity(p.person_id, p.event.title, p.event.begins, p.topic, p.role) for p in _known(person)}
    rows = []
    for number, cells in enumerate(table[1:], 2):
        typed = {key: " ".join(cell.split()) for key, cell in zip(keys, cells, strict=False) if key and cell.strip()}
        if typed:
            rows.append(_read(number, typed, people, taken))
    return rows


def _names(person: Person) -> dict[str, list[Person]]:
    """People of the school by every way their names are written, in lower case with «е» for «ё»."""
    found: dict[str, list[Person]] = {}
    for one in colleagues(person):
        for name in {one.full_name, one.short_name, one.short_name.replace(".\u00a0", ".")}:
            found.setdefault(_plain(name), []).append(one)
    return found


def _plain(text: str) -> str:
    return " ".join(text.split()).lower().replace("ё", "е")


def _known(person: Person) -> Sequence[Participation]:
    return db.session.scalars(
        select(Participation)
        .join(Event, Event.id == Participation.event_id)
        .where(Event.school_id == person.school_id, Participation.kind == "teacher")
    ).all()


_Identity = tuple[int | None, str, date | None, str, str]


def _identity(person_id: int | None, title: str, begins: date | None, topic: str, role: str) -> _Identity:
    return person_id, _plain(title), begins, _plain(topic), role


def _read(number: int, typed: dict[str, str], people: Mapping[str, list[Person]], taken: set[_Identity]) -> Row:
    row = Row(number, typed)
    found = people.get(_plain(typed.get("name", "")), [])
    row.person = found[0] if len(found) == 1 else None
    if len(found) > 1:
        row.errors.append(Text("таких людей несколько: напишите имя полностью", en="several people have this name"))
    elif not found:
        row.errors.append(Text("такого человека нет в школе", en="there is no such person in the school"))
    row.begins = _day(typed.get("begins", ""))
    if row.begins is None:
        row.errors.append(Text("дата не читается: напишите 23.11.2026", en="the date cannot be read"))
    if not typed.get("title"):
        row.errors.append(Text("нет названия мероприятия", en="the event has no name"))
    for key, words, usual in (
        ("form", FORMS, "conference"),
        ("level", LEVELS, ""),
        ("role", ROLES, "member"),
        ("result", RESULTS, "member"),
    ):
        code = _code(typed.get(key, ""), words) if key in typed else usual
        row.codes[key] = code
        if not code:
            text = Text("нет такого слова: «{word}»", en="there is no such word: “{word}”")
            row.errors.append(text.fill({"word": typed.get(key, "—")[:40]}))
    for key, limit in _LIMITS.items():
        if len(typed.get(key, "")) > limit:
            row.errors.append(Text("слишком длинно: {text}…", en="too long: {text}…").fill({"text": typed[key][:20]}))
    if not row.errors and row.person:
        identity = _identity(row.person.id, typed["title"], row.begins, typed.get("topic", ""), row.codes["role"])
        row.known = identity in taken
        taken.add(identity)
    return row


def _code(word: str, words: Mapping[str, Text]) -> str:
    """The code of a word as people write it: whole, its beginning before a bracket, or what stands in the bracket."""
    plain = _plain(word)
    for code, text in words.items():
        title = _plain(text)
        inside = title.partition("(")[2].rstrip(")")
        if plain and plain in (title, title.partition(" (")[0], inside, _plain(text.en), code):
            return code
    return ""


def _day(text: str) -> date | None:
    for form in ("%d.%m.%Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def take(person: Person, name: str, content: bytes) -> int:
    """Take every line that is right and new, all of them or none. Events that are not there yet are made.

    Returns how many participations were added.
    """
    with unit_of_work():
        lock(School, person.school_id)
        rows = [row for row in preview(person, name, content) if not row.errors and not row.known]
        events = {
            (_plain(e.title), e.begins): e
            for e in db.session.scalars(
                select(Event).options(selectinload(Event.participations)).where(Event.school_id == person.school_id)
            )
        }
        for row in rows:
            assert row.begins and row.person
            key = (_plain(row.typed["title"]), row.begins)
            if key not in events:
                events[key] = Event(
                    school_id=person.school_id,
                    title=row.typed["title"],
                    form=row.codes["form"],
                    level=row.codes["level"],
                    begins=row.begins,
                    created_by=person.id,
                    created_at=now(),
                )
                db.session.add(events[key])
            db.session.add(
                Participation(
                    event=events[key],
                    kind="teacher",
                    person_id=row.person.id,
                    role=row.codes["role"],
                    result=row.codes["result"],
                    topic=row.typed.get("topic", ""),
                    document=row.typed.get("document", ""),
                    created_by=person.id,
                    created_at=now(),
                )
            )
        return len(rows)
