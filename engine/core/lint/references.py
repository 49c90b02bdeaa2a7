"""References: what a stage, a hint or a criterion names is there."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import fields, is_dataclass
from typing import Any

from engine.core.definition import GroupType
from engine.core.forms import Field
from engine.core.lint.finding import Finding
from engine.core.text import Text

_NAME = Text("Исправьте имя", en="Correct the name")


def references(definition: GroupType, feeds: Set[str]) -> Iterator[Finding]:
    """What stages, the process and hints name."""
    forms = {f.key for f in definition.forms}
    surveys = {s.key for s in definition.surveys}
    for stage in definition.process.stages:
        place = f"stage {stage.key}"
        for key in sorted({*stage.forms, *stage.also} - forms):
            yield Finding("unknown_form", place, _no("формы", "form", key), _declare("forms"))
        for key in sorted(set(stage.surveys) - surveys):
            yield Finding("unknown_survey", place, _no("опроса", "survey", key), _declare("surveys"))
    for key in sorted(set(definition.process.feeds) - feeds) if feeds else ():
        yield Finding(
            "unknown_feed",
            "process",
            Text(f"таких сведений у системы нет: «{key}»", en=f"the host has no feed {key!r}"),
            Text(f"Можно: {', '.join(sorted(feeds))}", en=f"Use: {', '.join(sorted(feeds))}"),
        )
    for hint in definition.hints:
        if hint.indicator not in definition.indicators:
            place = f"hint {hint.indicator}"
            yield Finding("unknown_indicator", place, _no("показателя", "indicator", hint.indicator), _NAME)


def criteria(definition: GroupType) -> Iterator[Finding]:
    """What criteria look at."""
    rounds = definition.process.rounds
    for criterion in definition.criteria:
        place = f"criterion {criterion.key}"
        if any(not 1 <= n <= rounds for n in criterion.rounds):
            yield Finding(
                "round_outside",
                place,
                Text(f"кругов всего {rounds}", en=f"there are {rounds} rounds"),
                Text("Назовите круги, которые есть", en="Name rounds there are"),
            )
        for part in _parts(criterion.tests):
            yield from _documents(definition, place, part)
            yield from _marks(definition, place, part)
            yield from _answers(definition, place, part)


def _documents(definition: GroupType, place: str, part: Any) -> Iterator[Finding]:
    key = getattr(part, "form", None)
    if key is None:
        return
    form = next((f for f in definition.forms if f.key == key), None)
    if form is None:
        yield Finding("unknown_form", place, _no("формы", "form", key), _NAME)
        return
    for name in filter(None, [getattr(part, "field", None), *getattr(part, "fields", ())]):
        found = form.find(name)
        if found is None:
            yield Finding("unknown_field", place, _no("поля", "field", f"{key}.{name}"), _NAME)
        elif option := getattr(part, "option", ""):
            offered = {o.key for o in found.options} if isinstance(found, Field) else set()
            if offered and option not in offered:
                yield Finding("unknown_option", place, _no("ответа", "answer", option), _NAME)


def _marks(definition: GroupType, place: str, part: Any) -> Iterator[Finding]:
    sections = {s.key for _, s in definition.observed}
    indicator, section = getattr(part, "indicator", None), getattr(part, "section", None)
    if indicator not in {None, *definition.indicators}:
        yield Finding("unknown_indicator", place, _no("показателя", "indicator", str(indicator)), _NAME)
    if section not in {None, *sections}:
        yield Finding("unknown_section", place, _no("раздела", "section", str(section)), _NAME)


def _answers(definition: GroupType, place: str, part: Any) -> Iterator[Finding]:
    surveys = {s.key: {q.key: q for q in s.questions} for s in definition.surveys}
    for key in filter(None, (getattr(part, "survey", None), *getattr(part, "surveys", ()))):
        question = getattr(part, "question", None)
        if key not in surveys:
            yield Finding("unknown_survey", place, _no("опроса", "survey", key), _NAME)
        elif question not in {None, *surveys[key]}:
            yield Finding("unknown_question", place, _no("вопроса", "question", f"{key}.{question}"), _NAME)
        elif question is not None and (offered := {o.key for o in surveys[key][question].options}):
            for option in sorted(set(getattr(part, "options", ())) - offered):
                yield Finding("unknown_option", place, _no("ответа", "answer", option), _NAME)


def _parts(value: Any) -> Iterator[Any]:
    """Every test and measure inside criteria, nested ones too."""
    if isinstance(value, tuple):
        for item in value:
            yield from _parts(item)
    elif value is not None and not isinstance(value, (str, bool, int, float)):
        yield value
        if is_dataclass(value):
            for field in fields(value):
                yield from _parts(getattr(value, field.name))


def _no(what: str, en: str, name: str) -> Text:
    return Text(f"нет {what} «{name}»", en=f"there is no {en} {name!r}")


def _declare(place: str) -> Text:
    return Text(f"Объявите в {place}", en=f"Declare it in {place}")
