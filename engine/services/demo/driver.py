"""Doing what people would do, by the services they would use, on the days they would do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from engine.core.fields import name
from engine.core.forms import NOT_APPLICABLE, Field, Form, Indicator, Option, Rows, Section
from engine.services import cycles, documents, filling, schedule, surveys
from engine.services.definitions import definition_of
from engine.services.documents import Page, Written
from engine.services.host import host
from engine.store.cycles import Cycle
from engine.store.people import Person

#: What an everyday document says where the brief gives no words of its own.
PLAIN = {
    "lesson_focus": "Как ученики пользуются приёмом без подсказки учителя",
    "learning_goal": "Каждый объяснит свой способ и проверит его",
    "teacher": "Ставит задачу, наблюдает, задаёт вопросы",
    "pupils": "Работают по плану, сверяются с образцом",
    "helped": "Понятная задача и время на исправление",
    "conclusion": "Материалы приняты",
    "text": "Перечитал задание, исправил второй пункт",
}


def at(moment: datetime) -> None:
    """Set the clock of the installation."""
    host().clock.set(moment)


def write(
    person: Person,
    cycle: Cycle,
    form: str,
    values: Mapping[str, Any] | None = None,
    *,
    round_: int | None = None,
    complete: bool = True,
) -> Written:
    """Fill in a document and hand it in (or only save it); required answers that are not given are made up."""
    n = (cycle.round if round_ is None else round_) if _per_round(cycle, form) else 0
    place = documents.place(person, cycle.id, form, n)
    page = documents.open_page(person, place)
    merged = {**page.values, **(values or {})}
    return documents.save(person, place, _posted(page, merged, complete), page.version, complete=complete)


def _per_round(cycle: Cycle, form: str) -> bool:

    return definition_of(cycle).form(form).per_round and bool(cycle.rounds)


def agree(people: Sequence[Person], cycle: Cycle, form: str) -> None:
    """Everybody confirms the document as it stands."""
    n = cycle.round if _per_round(cycle, form) else 0
    for person in people:
        page = documents.open_page(person, documents.place(person, cycle.id, form, n))
        if page.may_confirm and page.stored:
            documents.confirm(person, page.place, page.stored.content_hash)


def press(person: Person, cycle: Cycle, action: str, **given: Any) -> None:
    """Press a button of the cycle."""
    cycles.fire(cycle.id, action, person, cycle.seq, given)


def paper(
    person: Person,
    cycle: Cycle,
    survey: str,
    sheets: int,
    counts: Mapping[str, Sequence[int] | Mapping[str, int]],
    present: int | None = None,
) -> None:
    """Enter a survey as a summary: counts by option, in the order of the options or by key."""
    by_key = {
        question: dict(given) if isinstance(given, Mapping) else {str(i): n for i, n in enumerate(given, 1)}
        for question, given in counts.items()
    }
    surveys.set_run(person, cycle.id, survey, cycle.round, present=present)
    surveys.set_paper(person, cycle.id, survey, cycle.round, sheets, by_key)


def timetable(person: Person, cycle: Cycle, lessons: Sequence[Mapping[str, Any]]) -> None:
    """Put the lessons into the schedule."""
    for n, lesson in enumerate(lessons, 1):
        schedule.set_lesson(person, cycle.id, n, **lesson)


def _posted(page: Page, values: Mapping[str, Any], complete: bool) -> MultiDict[str, str]:
    posted: MultiDict[str, str] = MultiDict()
    form: Form = page.form
    for section, item in form.items(page.place.round or None):
        if isinstance(item, Rows):
            rows = list(values.get(item.key) or ())
            while complete and len(rows) < item.least:
                rows.append({})
            for number, row in enumerate(rows):
                for column in item.columns:
                    _add(
                        posted,
                        f"{name(item.key)}-{number}-{name(column.key)}",
                        column,
                        row.get(column.key),
                        page,
                        number,
                    )
        elif isinstance(item, Indicator):
            _score(posted, section, item, values)
        else:
            _add(posted, name(item.key), item, values.get(item.key), page if complete else None)
    return posted


def _score(posted: MultiDict[str, str], section: Section, item: Indicator, values: Mapping[str, Any]) -> None:
    given = values.get(item.key, 2)
    for subject in section.subjects or ("",):
        value = given.get(subject) if isinstance(given, Mapping) else given
        posted.add(name(item.key, subject), NOT_APPLICABLE if value is None else str(value))


def _add(posted: MultiDict[str, str], key: str, field: Field, value: Any, page: Page | None, number: int = 0) -> None:
    if value in (None, "", []) and field.required and page is not None:
        value = _made_up(field, page, number)
    for pair in filling.answer(key, field, value, key):
        posted.add(*pair)


def _made_up(field: Field, page: Page, number: int) -> Any:
    if field.kind in ("choice", "choices", "person"):
        options: Sequence[Option] = (*field.options, *page.choices.get(field.source, ()))
        chosen = options[number % len(options)].key
        return [chosen] if field.kind == "choices" else chosen
    made: dict[str, Any] = {
        "number": field.minimum or 1,
        "date": page.view.today.isoformat(),
        "time": "15:00",
        "list": [f"Я могу объяснить шаг {n}" for n in range(1, max(field.least, 1) + 1)],
    }
    return made.get(field.kind) or PLAIN.get(field.key) or f"{field.title}: обсудили и записали вместе"
