"""Every sheet of a form as one table over all versions of its type, with the dictionary that explains the columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.core.definition import GroupType
from engine.core.forms import Field, Form, Rows
from engine.core.snapshot import loads
from engine.core.text import Text, localise
from engine.core.union import Last, Question, last_words, union
from engine.extension import offered
from engine.services import answers, reading
from engine.services.access import is_lab_member, led_groups, relations, triad_of
from engine.services.definitions import installed
from engine.services.editions import Editions
from engine.services.errors import NotFound
from engine.services.papers.blocks import Block, Cell, Grid, Heading, Paper
from engine.services.papers.dictionary import dictionary, subjects, titles
from engine.services.papers.heads import of_school
from engine.services.reports.numbers import day
from engine.services.views import view_of
from engine.store.cycles import Cycle, DefinitionSnapshot
from engine.store.database import db
from engine.store.documents import Revision, Submission
from engine.store.people import Person

_NONE = ("Таких листов нет или они вам не открыты", "There are no such sheets, or they are not open to you")
_HIDDEN = Text("видит только тройка", en="for the triad alone")
_HEADS = (
    Text("Лист", en="Sheet"),
    Text("Группа", en="Group"),
    Text("Тройка", en="Triad"),
    Text("Цикл", en="Cycle"),
    Text("Урок", en="Lesson"),
    Text("Автор", en="Author"),
    Text("Сдан", en="Handed in"),
    Text("Версия типа", en="Version of the type"),
    Text("Текст", en="Text"),
)
_NOW, _EARLIER = Text("последний", en="the last one"), Text("прежний", en="an earlier one")
#: Whether a sheet may be read, and whether words about individuals in it.
Reader = Callable[[Cycle, GroupType, Form, Submission], tuple[bool, bool]]


@dataclass(frozen=True, slots=True)
class _Said:
    """One text: whose sheet, by which definition and form, what was answered."""

    row: Submission
    cycle: Cycle
    definition: GroupType
    form: Form
    values: Mapping[str, Any]
    choices: Mapping[str, Sequence[Any]]
    current: bool
    private: bool
    author: str


def definitions_of(school_id: int, type_key: str) -> list[GroupType]:
    """Every definition the school's cycles of a type were ever written by, oldest first, the installed one last."""
    used = select(Cycle.fingerprint).where(Cycle.school_id == school_id, Cycle.type_key == type_key)
    written = (
        select(Submission.fingerprint)
        .join(Cycle, Cycle.id == Submission.cycle_id)
        .where(Cycle.school_id == school_id, Cycle.type_key == type_key)
    )
    kept = (
        select(Revision.fingerprint)
        .join(Submission, Submission.id == Revision.submission_id)
        .join(Cycle, Cycle.id == Submission.cycle_id)
        .where(Cycle.school_id == school_id, Cycle.type_key == type_key)
    )
    known = set(db.session.scalars(used)) | set(db.session.scalars(written)) | set(db.session.scalars(kept))
    snapshots = db.session.scalars(
        select(DefinitionSnapshot)
        .where(DefinitionSnapshot.fingerprint.in_(known))
        .order_by(DefinitionSnapshot.seen_at, DefinitionSnapshot.version)
    )
    found = [loads(snapshot.data) for snapshot in snapshots]
    today = installed(type_key)
    return [*(d for d in found if not today or d.fingerprint != today.fingerprint), *([today] if today else [])]


def open_to(person: Person) -> Reader:
    """What somebody may read: as on the pages."""

    known: dict[int, set[str]] = {}

    def read(cycle: Cycle, definition: GroupType, form: Form, row: Submission) -> tuple[bool, bool]:
        if cycle.id not in known:
            known[cycle.id] = relations(person, cycle)
        held = known[cycle.id]
        mine = row.owner in (0, person.id)
        private = reading.shows_private(person, cycle, definition, held)
        return reading.may_read(form, held, mine, row), private

    return read


def everything(cycle: Cycle, definition: GroupType, form: Form, row: Submission) -> tuple[bool, bool]:
    """For the export that goes before a purge."""
    return True, True


def offers(person: Person) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The types whose sheets somebody may read as tables: key, title, and the forms (key in its last words, title)."""
    held: dict[str, set[str]] = {}
    for group in led_groups(person):
        held.setdefault(group.type_key, set()).add("group_leader")
    if (own := triad_of(person)) is not None:
        held.setdefault(own.group.type_key, set()).add("triad_member")
    if is_lab_member(person):
        for key in db.session.scalars(select(Cycle.type_key).where(Cycle.school_id == person.school_id).distinct()):
            held.setdefault(key, set()).add("lab_member")
    found = []
    for key, roles in sorted(held.items()):
        definitions = definitions_of(person.school_id, key)
        if definitions:
            forms = [(k, f.title) for k, f in forms_of(definitions) if reading.may_read_any(f, roles)]
            if forms:
                found.append((key, definitions[-1].title, forms))
    return found


def forms_of(definitions: Sequence[GroupType]) -> list[tuple[str, Form]]:
    """Every form of a type by its last words: those of today first."""
    newest = definitions[-1]
    found: dict[str, Form] = {}
    for definition in reversed(definitions):
        for form in definition.forms:
            found.setdefault(last_words(newest, definition.version, form.key)[0], form)
    return list(found.items())


def paper(person: Person, type: str, form: str, *, language: str = "ru") -> Paper:
    """The sheets of a form that somebody may read, as tables. Raises NotFound when none of them is open."""
    definitions = definitions_of(person.school_id, type)
    offered_ = {key for of, _, forms in offers(person) if of == type for key, _ in forms}
    if form not in offered_:
        raise NotFound(*_NONE)
    return made(person.school_id, definitions, form, open_to(person), language)


def made(school_id: int, definitions: Sequence[GroupType], key: str, reader: Reader, language: str) -> Paper:
    """The tables of a form over its versions: the answers, one more for each table inside it, and the dictionary."""
    whole = union(definitions, key)
    said = list(_said(school_id, definitions, key, reader))
    blocks: list[Block] = [
        Heading(Text("Ответы", en="Answers")),
        Grid(_heads(whole.of(), language), tuple(_line(s, whole.of(), definitions[-1], language) for s in said)),
    ]
    for table, title in whole.tables.items():
        questions = whole.of(table)
        rows = tuple(line for s in said for line in _lines(s, table, questions, definitions[-1], language))
        blocks += [Heading(title), Grid(_heads(questions, language), rows)]
    blocks += [Heading(Text("Словарь", en="Dictionary")), dictionary(whole, language)]
    title = Text("Все ответы: {form}", en="All answers: {form}").fill({"form": whole.form.title})
    return of_school(school_id, title, blocks, language, wide=True)


def _heads(questions: Iterable[Question], language: str) -> tuple[str, ...]:
    return (*_HEADS, *(title for q in questions for title in titles(q, language)))


def _said(school_id: int, definitions: Sequence[GroupType], key: str, reader: Reader) -> Iterator[_Said]:
    """Every text of the form that was handed in: as it stands, and the last one by each older definition."""
    newest, type_key = definitions[-1], definitions[-1].key
    rows = db.session.execute(
        select(Submission, Cycle, Person)
        .join(Cycle, Cycle.id == Submission.cycle_id)
        .outerjoin(Person, Person.id == Submission.person_id)
        .where(Cycle.school_id == school_id, Cycle.type_key == type_key)
        .order_by(Submission.cycle_id, Submission.round, Submission.owner, Submission.id)
    ).unique()
    older = _older(school_id, type_key)
    editions: dict[int, Editions] = {}
    choices: dict[str, Mapping[str, Sequence[Any]]] = {}
    for row, cycle, author in rows:
        if cycle.id not in editions:
            editions, choices = {cycle.id: Editions(cycle)}, {}
        known = editions[cycle.id]
        for text, current in _texts(row, older.get(row.id, ())):
            definition = known.definition_by(text.fingerprint or row.fingerprint)
            form = known.form_by(text.fingerprint or row.fingerprint, text.form_key or row.form_key)
            if form is None or last_words(newest, definition.version, form.key)[0] != key:
                continue
            may, private = reader(cycle, definition, form, row)
            if not may:
                break
            if _asks_at_run_time(form) and definition.fingerprint not in choices:
                choices[definition.fingerprint] = offered.choices(definition, view_of(cycle, definition, None))
            offers_ = choices.get(definition.fingerprint, {})
            who = author.short_name if author else ""
            yield _Said(row, cycle, definition, form, text.values, offers_, current, private, who)


def _older(school_id: int, type_key: str) -> Mapping[int, Sequence[Revision]]:
    """The texts that were handed in before the present ones, by their sheet, the newest first."""
    found: dict[int, list[Revision]] = {}
    query = (
        select(Revision)
        .join(Submission, Submission.id == Revision.submission_id)
        .join(Cycle, Cycle.id == Submission.cycle_id)
        .where(Cycle.school_id == school_id, Cycle.type_key == type_key, Revision.state == "submitted")
        .order_by(Revision.version.desc())
    )
    for revision in db.session.scalars(query):
        found.setdefault(revision.submission_id, []).append(revision)
    return found


def _texts(row: Submission, older: Iterable[Revision]) -> Iterator[tuple[Submission | Revision, bool]]:
    if row.state == "submitted":
        yield row, True
    met = {row.fingerprint}
    for revision in older:
        if revision.fingerprint not in met:
            met.add(revision.fingerprint)
            yield revision, False


def _asks_at_run_time(form: Form) -> bool:
    for _, item in form.items():
        fields = item.columns if isinstance(item, Rows) else (item,) if isinstance(item, Field) else ()
        if any(field.source for field in fields):
            return True
    return False


def _whence(said: _Said, language: str) -> tuple[Cell, ...]:
    return (
        said.row.id,
        said.cycle.triad.group.title,
        said.cycle.triad.title,
        said.cycle.title,
        said.row.round or None,
        said.author,
        day(said.row.submitted_at) if said.current else "",
        said.definition.version,
        localise(_NOW if said.current else _EARLIER, language),
    )


def _line(said: _Said, questions: Sequence[Question], newest: GroupType, language: str) -> tuple[Cell, ...]:
    cells = _cells(said, said.form, newest, language)
    return (*_whence(said, language), *_row(questions, cells))


def _row(questions: Sequence[Question], cells: Mapping[Last, Any]) -> tuple[Cell, ...]:
    """The cells of a line in the order of its columns."""
    found: list[Cell] = []
    for question in questions:
        value = cells.get(question.last)
        if about := subjects(question):
            found += [(value or {}).get(key) if isinstance(value, Mapping) else None for key, _ in about]
        else:
            found.append(None if isinstance(value, Mapping) else value)
    return tuple(found)


def _cells(said: _Said, form: Form, newest: GroupType, language: str) -> dict[Last, Any]:
    found: dict[Last, Any] = {}
    for section, item in form.items():
        if isinstance(item, Rows) or item.key not in said.values:
            continue
        last = last_words(newest, said.definition.version, f"{form.key}.{item.key}")
        value = said.values[item.key]
        if isinstance(item, Field):
            found[last] = _cell(said, item, value, language)
        elif isinstance(value, Mapping) and section.subjects[:1] and section.subjects[0].startswith("@"):
            found[last] = answers.score_text(value, item, section, language)
        elif isinstance(value, Mapping):
            found[last] = {k: _score(v, language) for k, v in value.items()}
        else:
            found[last] = _score(value, language)
    return found


def _score(value: Any, language: str) -> Cell:
    return localise(answers.NOT_APPLICABLE, language) if value is None else value


def _cell(said: _Said, field: Field, value: Any, language: str) -> Cell:
    if answers.is_empty(value) and not isinstance(value, bool):
        return None
    if field.private and not said.private:
        return localise(_HIDDEN, language)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return answers.answer(value, field, said.choices, language)


def _lines(
    said: _Said, table: Last, questions: Sequence[Question], newest: GroupType, language: str
) -> Iterator[tuple[Cell, ...]]:
    version = said.definition.version
    for _, item in said.form.items():
        if not isinstance(item, Rows):
            continue
        if last_words(newest, version, f"{said.form.key}.{item.key}") != table:
            continue
        for row in said.values.get(item.key) or ():
            cells = {
                last_words(newest, version, f"{said.form.key}.{item.key}.{c.key}"): _cell(
                    said, c, row.get(c.key), language
                )
                for c in item.columns
            }
            yield (*_whence(said, language), *_row(questions, cells))
