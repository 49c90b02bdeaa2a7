"""The people of a school: list, add, import from a table, roles, leaving."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from engine.core.text import Text
from engine.services import accounts, files
from engine.services.access import colleague, current, require_admin
from engine.services.errors import Invalid
from engine.services.host import now
from engine.services.programs import tokens
from engine.services.sessions import revoke_all
from engine.store.database import db
from engine.store.people import OneTimeLink, Person, SchoolRole
from engine.store.unit import unit_of_work

#: Heading of a column (lower case) → attribute.
COLUMNS = {
    "фамилия": "last_name",
    "имя": "first_name",
    "отчество": "patronymic",
    "предмет": "subject",
    "должность": "position",
    "почта": "email",
    "e-mail": "email",
    "email": "email",
    "last name": "last_name",
    "first name": "first_name",
    "patronymic": "patronymic",
    "subject": "subject",
    "position": "position",
    "фио": "full_name",
    "фио педагога": "full_name",
}
MAX_ROWS = 1000
_LIMITS = {"last_name": 80, "first_name": 80, "patronymic": 80, "subject": 120, "position": 160, "email": 160}

_REQUIRED = {
    "last_name": Text("нет фамилии", en="no last name"),
    "first_name": Text("нет имени", en="no first name"),
}


@dataclass(slots=True)
class Row:
    """One line of an imported table: what was read, and what is wrong with it."""

    number: int
    values: dict[str, str]
    errors: list[str] = field(default_factory=list)
    known: bool = False


def of_school(admin: Person, search: str = "") -> list[tuple[Person, set[str]]]:
    """Everybody of the administrator's school with their school roles, by name."""
    require_admin(admin)
    query = select(Person).where(Person.school_id == admin.school_id).order_by(Person.last_name, Person.first_name)
    wanted = search.strip().casefold()  # SQLite knows no case of Cyrillic letters
    people = [p for p in db.session.scalars(query) if p.last_name.casefold().startswith(wanted)]
    roles: dict[int, set[str]] = {}
    for role in db.session.scalars(select(SchoolRole).where(current(SchoolRole, now().date()))):
        roles.setdefault(role.person_id, set()).add(role.role)
    return [(p, roles.get(p.id, set())) for p in people]


def add(admin: Person, values: dict[str, str]) -> Person:
    """Add one person. Raises Invalid without a surname and a first name."""
    require_admin(admin)
    row = _checked(Row(1, values), set())
    if row.errors:
        raise Invalid("Проверьте поля", "Check the fields", {"last_name": row.errors})
    with unit_of_work():
        person = _make(admin.school_id, row.values)
        db.session.add(person)
        db.session.flush()
        return person


def _make(school_id: int, values: dict[str, str]) -> Person:
    return Person(school_id=school_id, **{key: values.get(key, "") for key in _LIMITS})


def change(admin: Person, person_id: int, values: dict[str, str]) -> None:
    """Correct a person's name, subject or position."""
    require_admin(admin)
    with unit_of_work():
        person = colleague(admin, person_id)
        row = _checked(Row(1, values), set())
        if row.errors:
            raise Invalid("Проверьте поля", "Check the fields", {"last_name": row.errors})
        for key in _LIMITS:
            setattr(person, key, row.values.get(key, ""))


def read_table(name: str, content: bytes) -> list[list[str]]:
    """The cells of an .xlsx or .csv file. Raises Invalid for anything else."""
    _stem, dot, ending = name.strip().lower().rpartition(".")
    if dot and ending not in ("xlsx", "csv"):
        raise Invalid(
            "Это не .xlsx и не .csv. Сохраните таблицу в одном из этих видов",
            "This is neither .xlsx nor .csv. Save the table as one of them",
        )
    if content[:2] == b"PK":
        from openpyxl import load_workbook  # with the first table somebody brings

        files.check(content)  # a small archive may unpack to gigabytes
        try:
            sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
            rows: Iterable[Sequence[Any]] = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=30, values_only=True)
            return [["" if cell is None else str(cell).strip() for cell in row] for row in rows]
        except Exception as error:  # any defect of a foreign file is the same news to the user
            raise Invalid(
                "Файл .xlsx не читается. Сохраните его заново и повторите",
                "The .xlsx cannot be read. Save it anew and try again",
            ) from error
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Invalid("Не удалось прочитать файл. Подойдут .xlsx и .csv", "Only .xlsx and .csv can be read")
    if "\x00" in text or not text.strip():
        raise Invalid("Не удалось прочитать файл. Подойдут .xlsx и .csv", "Only .xlsx and .csv can be read")
    head = text.splitlines()[0]
    separator = max((";", ",", "\t"), key=head.count)
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator)]


def preview(admin: Person, name: str, content: bytes) -> list[Row]:
    """Read a table of people and say, line by line, what would be taken and what is wrong. Nothing is stored."""
    require_admin(admin)
    table = read_table(name, content)
    if not table:
        raise Invalid("Таблица пустая", "The table is empty")
    keys = [COLUMNS.get(cell.lower(), "") for cell in table[0]]
    if not ({"last_name", "first_name"} <= set(keys) or "full_name" in keys):
        raise Invalid(
            "В первой строке нужны названия столбцов: Фамилия, Имя, Отчество, Предмет, Должность (или ФИО)",
            "The first line must name the columns: Last name, First name, …",
        )
    if len(table) > MAX_ROWS + 1:
        raise Invalid(
            f"В таблице больше {MAX_ROWS} строк. Разделите её", f"The table has over {MAX_ROWS} lines. Split it"
        )
    known = {_identity(p.last_name, p.first_name, p.patronymic) for p, _ in of_school(admin)}
    seen: set[tuple[str, str, str]] = set()
    rows: list[Row] = []
    for number, cells in enumerate(table[1:], 2):
        values = {key: cell for key, cell in zip(keys, cells, strict=False) if key and cell}
        if not values:
            continue
        row = _checked(Row(number, values), seen)
        row.known = _identity(*(row.values.get(k, "") for k in ("last_name", "first_name", "patronymic"))) in known
        rows.append(row)
    return rows


def _identity(last: str, first: str, patronymic: str) -> tuple[str, str, str]:
    return last.lower(), first.lower(), patronymic.lower()


def _checked(row: Row, seen: set[tuple[str, str, str]]) -> Row:
    values = {key: " ".join(value.split()) for key, value in row.values.items()}
    if full := values.pop("full_name", ""):
        parts = full.split(" ", 2)
        values |= dict(zip(("last_name", "first_name", "patronymic"), parts, strict=False))
    row.values = values
    for key, missing in _REQUIRED.items():
        if not values.get(key):
            row.errors.append(missing)
    for key, limit in _LIMITS.items():
        if len(values.get(key, "")) > limit:
            row.errors.append(Text("слишком длинно: {text}…", en="too long: {text}…").fill({"text": values[key][:20]}))
    if values.get("email") and "@" not in values["email"]:
        row.errors.append(Text("почта записана с ошибкой", en="the e-mail address is wrong"))
    identity = _identity(*(values.get(k, "") for k in ("last_name", "first_name", "patronymic")))
    if not row.errors and identity in seen:
        row.errors.append(Text("такой человек уже есть выше в таблице", en="this person is in the table already"))
    seen.add(identity)
    return row


def take(admin: Person, name: str, content: bytes) -> int:
    """Import the table: every line without errors and not known yet. All of them or none. Returns how many."""
    fresh = [row for row in preview(admin, name, content) if not row.errors and not row.known]
    with unit_of_work():
        db.session.add_all([_make(admin.school_id, row.values) for row in fresh])
    return len(fresh)


def link_for(admin: Person, person_id: int) -> str:
    """A one-time link to hand over: an invitation for somebody without a login, else a password reset."""
    require_admin(admin)
    person = colleague(admin, person_id)
    return accounts.make_link("reset" if person.login else "invitation", person)


def set_active(admin: Person, person_id: int, active: bool) -> None:
    """Close or reopen an account; closing ends every session, link and key of a program at once."""
    require_admin(admin)
    with unit_of_work():
        person = colleague(admin, person_id)
        if person.id == admin.id and not active:
            raise Invalid("Себя отключить нельзя", "You cannot close your own account")
        person.active = active
        if not active:
            revoke_all(person)
            db.session.execute(delete(OneTimeLink).where(OneTimeLink.person_id == person.id))
            tokens.revoke_of(person)


def set_role(admin: Person, person_id: int, role: str, on: bool) -> None:
    """Give or take the role of administrator or psychologist from today on; the person's sessions end."""
    require_admin(admin)
    today = now().date()
    with unit_of_work():
        person = colleague(admin, person_id)
        if role not in ("school_admin", "psychologist"):
            raise Invalid("Такой роли нет", "There is no such role")
        held = db.session.scalars(
            select(SchoolRole).where(
                SchoolRole.person_id == person.id, SchoolRole.role == role, current(SchoolRole, today)
            )
        ).all()
        if role == "school_admin" and not on and person.id == admin.id:
            raise Invalid(
                "Передайте права другому администратору, потом снимите их с себя", "Hand the rights over first"
            )
        if on and not held:
            db.session.add(SchoolRole(person_id=person.id, role=role, since=today))
        for row in held if not on else ():
            row.until = today
        if person.id != admin.id:
            revoke_all(person)
