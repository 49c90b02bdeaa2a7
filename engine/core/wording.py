"""The words of an older definition in those of a newer one: stages, documents, answers, inputs of a page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.core.definition import GroupType, Upgrade
from engine.core.fields import name
from engine.core.forms import Field, Form, Indicator, Item, Rows, Section

Steps = Sequence[Upgrade]
#: Kinds of fields whose answers may stand in each other's place.
_ALIKE = (frozenset({"line", "text"}),)


def steps_from(definition: GroupType, version: str) -> tuple[Upgrade, ...] | None:
    """The steps that lead from ``version`` to the definition; none for its own version, None when there is no way."""
    if version == definition.version:
        return ()
    for place, step in enumerate(definition.upgrades):
        if step.source == version:
            return definition.upgrades[place:]
    return None


def stage_after(steps: Steps, stage: str) -> str:
    """What a stage is called after the steps."""
    for step in steps:
        stage = dict(step.stages).get(stage, stage)
    return stage


def place_after(steps: Steps, place: str) -> str | None:
    """What "form", "form.field" or "form.rows.column" is called after the steps; None once it is retired."""
    for step in steps:
        moved = _moved(step, place)
        if moved is None:
            return None
        place = moved
    return place


def _moved(step: Upgrade, place: str) -> str | None:
    forms, fields, retired = dict(step.forms), dict(step.fields), frozenset(step.retired)
    head, *rest = place.split(".")
    if head in retired and head not in forms:
        return None
    found = forms.get(head, head)
    for key in rest:
        found = f"{found}.{key}"
        if found in retired and found not in fields:
            return None
        found = fields.get(found, found)
    return found


@dataclass(frozen=True, slots=True)
class Carried:
    """Answers in new words, and what has no place there (keys of the old form; of a table, its columns)."""

    values: dict[str, Any]
    left: tuple[str, ...] = field(default=())


def carried(old: Form, new: Form, values: Mapping[str, Any], steps: Steps) -> Carried:
    """The answers of a sheet of ``old`` as far as they answer the questions of ``new``; nothing is changed or guessed.

    An answer has no place in the new form when its question is retired or gone, or when it asks for something of
    another kind, or no longer offers what was chosen.
    """
    made: dict[str, Any] = {}
    left: list[str] = []
    for section, item in old.items():
        if item.key not in values:
            continue
        value = values[item.key]
        place = place_after(steps, f"{old.key}.{item.key}")
        target = _find(new, place)
        if isinstance(item, Rows) and target and isinstance(target[1], Rows):
            made[target[1].key], lost = _rows(old, item, target[1], value, steps)
            left += lost
        elif target and _fits(item, section, target[1], target[0], value):
            made[target[1].key] = value
        elif not (_blank(value) and not (isinstance(item, Indicator) and value is None)):
            left.append(item.key)
    return Carried(made, tuple(left))


def _find(form: Form, place: str | None) -> tuple[Section, Item] | None:
    if place is None or place.split(".")[0] != form.key:
        return None
    key = place.split(".")[1]
    return next(((section, item) for section, item in form.items() if item.key == key), None)


def _rows(old: Form, item: Rows, target: Rows, value: Any, steps: Steps) -> tuple[list[dict[str, Any]], list[str]]:
    names: dict[str, Field] = {}
    lost: list[str] = []
    kept = {c.key: c for c in target.columns}
    for column in item.columns:
        place = place_after(steps, f"{old.key}.{item.key}.{column.key}")
        now = kept.get(place.split(".")[2]) if place else None
        answers = [row.get(column.key) for row in value or ()]
        if now is not None and all(_answers(column, now, a) for a in answers if not _blank(a)):
            names[column.key] = now
        elif any(not _blank(a) for a in answers):
            lost.append(f"{item.key}.{column.key}")
    return [{now.key: row.get(key) for key, now in names.items()} for row in value or ()], lost


def _fits(item: Item, section: Section, target: Item, into: Section, value: Any) -> bool:
    if isinstance(item, Indicator) and isinstance(target, Indicator):
        return bool(section.subjects) == bool(into.subjects)
    return isinstance(item, Field) and isinstance(target, Field) and _answers(item, target, value)


def _answers(old: Field, new: Field, value: Any) -> bool:
    """Whether an answer to the old question is one to the new question."""
    if old.kind != new.kind and not any({old.kind, new.kind} <= kinds for kinds in _ALIKE):
        return False
    if new.kind in ("choice", "choices") and new.options and not new.source and value is not None:
        given = value if isinstance(value, (list, tuple)) else [value]
        return {str(v) for v in given if v != ""} <= {o.key for o in new.options}
    return True


def items_of(form: Form) -> Iterator[tuple[str, Section, Item | Field]]:
    """Every place of a form that holds answers, as "field" or "rows.column"."""
    for section, item in form.items():
        if isinstance(item, Rows):
            for column in item.columns:
                yield f"{item.key}.{column.key}", section, column
        else:
            yield item.key, section, item


def answered(form: Form, values: Mapping[str, Any]) -> Iterator[str]:
    """The places of a form that something was answered in."""
    for _, item in form.items():
        value = values.get(item.key)
        if isinstance(item, Rows):
            for column in item.columns:
                if any(not _blank(row.get(column.key)) for row in value or ()):
                    yield f"{item.key}.{column.key}"
        elif item.key in values and not (_blank(value) and not isinstance(item, Indicator)):
            yield item.key


def _blank(value: Any) -> bool:
    """Whether nothing was answered: a score of 0 is an answer, an unticked box is none."""
    return value is None or value is False or value in ("", [], {})


class Inputs:
    """The names of the inputs of an old page in the words of a new one."""

    def __init__(self, old: Form, new: Form, steps: Steps) -> None:
        self._plain: dict[str, tuple[Field | Indicator, Item]] = {}
        self._rows: dict[str, tuple[str, dict[str, tuple[Field, Field]]]] = {}
        for _, item in old.items():
            target = _find(new, place_after(steps, f"{old.key}.{item.key}"))
            if target is None:
                continue
            if isinstance(item, Rows):
                if isinstance(target[1], Rows):
                    self._rows[name(item.key)] = (name(target[1].key), _columns(old, item, target[1], steps))
            elif type(item) is type(target[1]):
                self._plain[name(item.key)] = (item, target[1])

    def __call__(self, given: str, value: str) -> str | None:
        """The new name of an input with what was typed in it; None when that has no place in the new page."""
        if pair := self._plain.get(given):
            return _renamed(*pair, value)
        for old, (item, target) in self._plain.items():
            if isinstance(item, Indicator) and given.startswith(f"{old}__"):
                return name(target.key) + given[len(old) :]
        table, dash, rest = given.partition("-")
        if dash and table in self._rows:
            number, _, column = rest.partition("-")
            now, columns = self._rows[table]
            if column in columns:
                renamed = _renamed(*columns[column], value)
                return f"{now}-{number}-{renamed}" if renamed else None
            return f"{now}-{number}-{column}" if column == name("new") else None
        return None


def _columns(old: Form, item: Rows, target: Rows, steps: Steps) -> dict[str, tuple[Field, Field]]:
    found: dict[str, tuple[Field, Field]] = {}
    kept = {c.key: c for c in target.columns}
    for column in item.columns:
        place = place_after(steps, f"{old.key}.{item.key}.{column.key}")
        if place and (now := kept.get(place.split(".")[2])):
            found[name(column.key)] = (column, now)
    return found


def _renamed(item: Item, target: Item, value: str) -> str | None:
    if isinstance(item, Field) and isinstance(target, Field):
        given: Any = [value] if target.kind == "choices" else value
        if value and not _answers(item, target, given):
            return None
    return name(target.key)
