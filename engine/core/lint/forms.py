"""Forms, surveys and settings: what can be asked, of whom, and where it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import get_args

from engine.core.definition import GroupType
from engine.core.forms import Field, FieldKind, Form, Indicator, Item, Rows
from engine.core.lint.finding import Finding
from engine.core.process import Process
from engine.core.text import Text

_NAMES = Text("Исправьте имя", en="Correct the name")


def forms(definition: GroupType, known: Mapping[str, int], absent: Set[str], sources: Set[str]) -> Iterator[Finding]:
    """Every flaw of a form. Nobody holds the roles in ``absent``; ``sources`` are the run-time sources of answers the
    host has (empty: not checked)."""
    by_key = {f.key: f for f in definition.forms}
    for form in definition.forms:
        place = f"form {form.key}"
        yield from roles((*form.roles, *form.confirm, *form.readers), known, place)
        if not form.roles:
            yield Finding(
                "no_role",
                place,
                Text("её некому заполнять", en="nobody may fill it in"),
                Text("Назовите хотя бы одну роль", en="Name at least one role"),
            )
        elif set(form.roles) <= absent:
            yield Finding(
                "nobody",
                place,
                Text(
                    f"никто в команде не имеет роли {', '.join(form.roles)}",
                    en=f"nobody in the team holds {', '.join(form.roles)}",
                ),
                Text("Назовите роль, которая есть в этом процессе", en="Name a role there is in this process"),
            )
        if not definition.process.open_stages(form.key) and form.key not in _asked(definition.process):
            yield Finding(
                "form_nowhere",
                place,
                Text("её не показывает ни один этап", en="no stage shows it"),
                Text("Добавьте её ключ в Stage.forms", en="Add its key to Stage.forms"),
            )
        for _, each in form.items():
            yield from item(each, place)
            yield from _sources(each, place, by_key, sources)
        yield from _rounds(form, definition.process)
        yield from _carries(form, by_key)
        soft = {key for _, each in form.items() for f in columns(each) for key in f.soft}
        for key in sorted(soft - {w.key for w in definition.warnings}):
            yield Finding(
                "unknown_warning",
                place,
                Text(f"нет предупреждения «{key}»", en=f"there is no warning {key!r}"),
                Text("Объявите его в warnings", en="Declare it in warnings"),
            )


def surveys(definition: GroupType) -> Iterator[Finding]:
    """Surveys that no stage opens; soft warnings that cannot look at a text."""
    opened = {key for stage in definition.process.stages for key in stage.surveys}
    for survey in definition.surveys:
        if survey.key not in opened:
            yield Finding(
                "survey_nowhere",
                f"survey {survey.key}",
                Text("его не открывает ни один этап", en="no stage opens it"),
                Text("Добавьте его ключ в Stage.surveys", en="Add its key to Stage.surveys"),
            )
    for warning in definition.warnings:
        if not _matches(warning.pattern) or not (warning.pattern or (all(warning.words) and warning.words)):
            yield Finding(
                "bad_pattern",
                f"warning {warning.key}",
                Text("образец не читается или подходит ко всему", en="the pattern cannot be read, or fits everything"),
                Text("Дайте слова или исправьте образец", en="Give words or correct the pattern"),
            )


def settings(definition: GroupType) -> Iterator[Finding]:
    """Settings are plain questions."""
    for section in definition.settings:
        for each in section.items:
            place = f"settings {each.key}"
            if not isinstance(each, Field):
                yield Finding(
                    "no_setting",
                    place,
                    Text("параметром типа может быть только поле", en="only a field can be a setting"),
                    Text("Возьмите Field", en="Use Field"),
                )
            else:
                yield from item(each, "settings")


def roles(used: tuple[str, ...], known: Mapping[str, int], place: str) -> Iterator[Finding]:
    """Roles the host cannot fill."""
    for role in used:
        if role not in known:
            yield Finding(
                "unknown_role",
                place,
                Text(f"роль «{role}» никто не может иметь", en=f"nobody can hold the role {role!r}"),
                Text(f"Можно: {', '.join(sorted(known))}", en=f"Use one of: {', '.join(sorted(known))}"),
            )


def columns(each: Item) -> tuple[Field, ...]:
    """The questions of an item."""
    if isinstance(each, Rows):
        return each.columns
    return (each,) if isinstance(each, Field) else ()


def item(each: Item, place: str) -> Iterator[Finding]:
    """Every flaw of one question, indicator or table."""
    where = f"{place} {each.key}"
    if isinstance(each, Indicator) and not (len(each.levels) == 4 and all(each.levels)):
        yield Finding(
            "levels",
            where,
            Text("показателю нужны четыре описания", en="an indicator needs four descriptions"),
            Text("Опишите уровни от 0 до 3", en="Describe levels 0 to 3"),
        )
    if isinstance(each, Rows) and not each.columns:
        yield Finding(
            "no_columns",
            where,
            Text("в таблице нет столбцов", en="the table has no columns"),
            Text("Добавьте столбцы", en="Add columns"),
        )
    if isinstance(each, Rows) and each.least > each.most:
        yield _bounds(where)
    for field in columns(each):
        here = f"{place} {field.key}"
        if field.kind not in get_args(FieldKind):
            kinds = ", ".join(get_args(FieldKind))
            yield Finding(
                "unknown_kind",
                here,
                Text(f"поля вида «{field.kind}» нет", en=f"no field is of kind {field.kind!r}"),
                Text(f"Можно: {kinds}", en=f"Use: {kinds}"),
            )
        if field.kind in ("choice", "choices") and not (field.options or field.source):
            yield Finding(
                "no_options",
                here,
                Text("выбирать не из чего", en="a choice without answers"),
                Text("Добавьте options или source", en="Add options or a source"),
            )
        numbers = field.minimum is not None and field.maximum is not None and field.minimum > field.maximum
        if numbers or (field.most and field.least > field.most) or field.max_length < 1:
            yield _bounds(here)


def _bounds(where: str) -> Finding:
    return Finding(
        "bounds",
        where,
        Text("нижняя граница выше верхней", en="the lower bound is above the upper one"),
        Text("Исправьте границы", en="Correct the bounds"),
    )


def _sources(each: Item, place: str, by_key: Mapping[str, Form], sources: Set[str]) -> Iterator[Finding]:
    for field in columns(each):
        if not field.source:
            continue
        form, _, rest = field.source.partition(".")
        found = by_key[form].find(rest) if rest and form in by_key else None
        if (rest and found is None) or (not rest and sources and field.source not in sources):
            yield Finding(
                "unknown_source",
                f"{place} {field.key}",
                Text(f"источника ответов «{field.source}» нет", en=f"there is no source of answers {field.source!r}"),
                Text(
                    f"Можно: ФОРМА.ТАБЛИЦА.СТОЛБЕЦ, {', '.join(sorted(sources))}",
                    en=f"Use: FORM.ROWS.COLUMN, {', '.join(sorted(sources))}",
                ),
            )


def _rounds(form: Form, process: Process) -> Iterator[Finding]:
    """Sections of rounds that never come, so that what they require is never asked."""
    for section in form.sections:
        outside = [n for n in section.rounds if not 1 <= n <= process.rounds]
        if outside:
            yield Finding(
                "round_outside",
                f"form {form.key} {section.key}",
                Text(
                    f"кругов {process.rounds}, а раздел ждёт {outside}",
                    en=f"there are {process.rounds} rounds, the section waits for {outside}",
                ),
                Text("Назовите круги, которые есть", en="Name rounds there are"),
            )


def _carries(form: Form, by_key: Mapping[str, Form]) -> Iterator[Finding]:
    for carry in form.carries:
        source = by_key.get(carry.form)
        if form.find(carry.to) is None or source is None or source.find(carry.field) is None:
            yield Finding(
                "unknown_field",
                f"form {form.key} carry {carry.to}",
                Text("одного из его полей нет", en="one of its fields does not exist"),
                _NAMES,
            )


def _matches(pattern: str) -> bool:
    """Whether a pattern can be read and asks for something."""
    try:
        return not pattern or re.search(pattern, "") is None
    except (re.error, RecursionError, OverflowError):
        return False


def _asked(process: Process) -> set[str]:
    return {f.key for a in process.actions for f in a.asks}
