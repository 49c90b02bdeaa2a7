"""Acts of destruction with the extract of the journal (Roskomnadzor order 179 of 28.10.2022), as documents."""

from __future__ import annotations

from sqlalchemy import select

from engine.core.text import Text, localise
from engine.services.access import require_admin
from engine.services.errors import NotFound
from engine.services.papers.blocks import Grid, Heading, Pairs, Paper, Signatures, Words
from engine.services.papers.heads import of_school, school_name
from engine.services.personal.titles import TABLES
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.people import Person
from engine.store.personal import DestructionAct

KINDS = {
    "erasure": Text("по просьбе человека", en="at a person’s request"),
    "retention": Text("истёк срок хранения", en="the term of keeping is over"),
}
_HOW = Text(
    "Имена, логин и почта заменены в базе данных на обезличенное обозначение, личные записи и файлы удалены; "
    "освобождённое место перезаписано.",
    en="Names, login and e-mail were replaced in the database by an alias, own records and files deleted; "
    "the freed space was overwritten.",
)
_TERM = Text(
    "Записи, срок хранения которых истёк, удалены из базы данных; освобождённое место перезаписано.",
    en="Records whose term is over were deleted from the database; the freed space was overwritten.",
)


def listing(admin: Person) -> list[DestructionAct]:
    """The acts of the school, newest first."""
    require_admin(admin)
    query = select(DestructionAct).where(DestructionAct.school_id == admin.school_id)
    return list(db.session.scalars(query.order_by(DestructionAct.number.desc())))


def one(admin: Person, act_id: int) -> DestructionAct:
    """An act of the school; NotFound for others'."""
    require_admin(admin)
    act = db.session.get(DestructionAct, act_id)
    if act is None or act.school_id != admin.school_id or act.finished_at is None:
        raise NotFound("Такого акта нет", "There is no such act")
    return act


def paper(admin: Person, act: int, *, language: str = "ru") -> Paper:
    """«Акт об уничтожении персональных данных» with the extract of the system's journal."""
    row = one(admin, act)
    by = db.session.get(Person, row.by_id) if row.by_id else None
    rows = tuple((TABLES.get(name, Text(name)), n) for name, n in row.counts.items())
    who = row.alias or localise(Text("группа людей", en="a group of people"), language)
    head = (
        (Text("Оператор", en="Operator"), school_name(row.school_id)),
        (Text("Чьи данные", en="Whose data"), f"{who} (№ {row.person_id})" if row.person_id else who),
        (Text("Основание", en="Grounds"), row.basis),
        (Text("Причина", en="Why"), KINDS[row.kind]),
        (Text("Способ уничтожения", en="How"), _HOW if row.kind == "erasure" else _TERM),
        (Text("Начато", en="Begun"), f"{row.started_at:%d.%m.%Y, %H:%M}"),
        (Text("Закончено", en="Ended"), f"{row.finished_at:%d.%m.%Y, %H:%M}" if row.finished_at else "—"),
        (Text("Кто выполнил", en="By whom"), by.full_name if by else Text("система по расписанию", en="the system")),
    )
    grid = Grid((Text("Что уничтожено или обезличено", en="What"), Text("Записей", en="Records")), rows, (1,))
    signed = Signatures(
        (
            (Text("Ответственный за обработку персональных данных", en="Responsible for personal data"), ""),
            (Text("Исполнитель", en="Carried out by"), by.short_name if by else ""),
        )
    )
    title = Text("Акт об уничтожении персональных данных № {n}", en="Act of destruction No. {n}").fill(
        {"n": str(row.number)}
    )
    return of_school(row.school_id, title, [Pairs(head), grid, signed, *_extract(row, language)], language)


def _extract(row: DestructionAct, language: str) -> list[Heading | Words | Grid]:
    """«Выгрузка из журнала»: the entries of the cycles' journals by the person, under the alias."""
    heading = Heading(Text("Выгрузка из журнала событий системы", en="Extract of the journal"))
    if row.person_id is None:
        return [heading, Words(Text("Записи журналов циклов не менялись.", en="The journals were not changed."))]
    entries = db.session.execute(
        select(JournalEntry.at, Cycle.id, JournalEntry.seq)
        .join(Cycle, Cycle.id == JournalEntry.cycle_id)
        .where(JournalEntry.actor_id == row.person_id)
        .order_by(JournalEntry.id)  # a clock may have been set back
        .limit(2000)
    )
    lines = tuple((f"{at:%d.%m.%Y, %H:%M}", f"{cycle}", seq, row.alias) for at, cycle, seq in entries)
    heads = (
        Text("Когда", en="When"),
        Text("Цикл", en="Cycle"),
        Text("№ записи", en="Entry"),
        Text("Обозначение субъекта", en="Alias"),
    )
    return [heading, Grid(heads, lines, (2,))]
