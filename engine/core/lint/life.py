"""Lint of what a type says about its own life: steps from older versions, settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.core.definition import GroupType, Upgrade
from engine.core.forms import Field
from engine.core.lint.finding import Finding
from engine.core.settings import KINDS, fields_of, fits
from engine.core.text import Text
from engine.core.wording import Steps, items_of, place_after, stage_after


def _t(ru: str, en: str) -> Text:
    return Text(ru, en=en)


def upgrades(definition: GroupType) -> Iterator[Finding]:
    """What is wrong with the steps from older versions."""
    steps = definition.upgrades
    sources = [step.source for step in steps]
    for source in dict.fromkeys(sources):
        if sources.count(source) > 1:
            yield Finding(
                "upgrade_twice",
                f"upgrade {source}",
                _t("два перехода с одной версии", "two steps leave one version"),
                _t("Объедините их", "Join them into one"),
            )
    gone: set[str] = set()
    for place, step in enumerate(steps):
        where = f"upgrade {step.source}"
        if step.source == definition.version:
            yield Finding(
                "upgrade_itself",
                where,
                _t("он ведёт с той же версии, к которой ведёт", "it leaves the version it leads to"),
                _t("Назовите прежнюю версию", "Name the older version"),
            )
        yield from _pairs(step, where)
        yield from _stages(definition, steps[place + 1 :], step, where)
        yield from _places(definition, steps[place + 1 :], step, where)
        gone |= set(step.retired) - {old for old, _ in step.forms}
        yield from _reused(definition, steps[place + 1 :], step, gone, where)


def _pairs(step: Upgrade, where: str) -> Iterator[Finding]:
    for what, pairs in (("stages", step.stages), ("forms", step.forms), ("fields", step.fields)):
        olds, news = [old for old, _ in pairs], [new for _, new in pairs]
        for old in dict.fromkeys(olds):
            if olds.count(old) > 1:
                yield Finding(
                    "upgrade_ambiguous",
                    f"{where} {what} {old}",
                    _t("назван дважды", "it is mapped twice"),
                    _t("Оставьте одну пару", "Keep one pair"),
                )
            elif what != "stages" and old in step.retired:
                yield Finding(
                    "upgrade_ambiguous",
                    f"{where} {what} {old}",
                    _t("и переименован, и снят", "both mapped and retired"),
                    _t("Выберите одно", "Choose one"),
                )
        for new in dict.fromkeys(news):
            if what != "stages" and news.count(new) > 1:
                yield Finding(
                    "upgrade_merge",
                    f"{where} {what} {new}",
                    _t("сюда ведут два прежних", "two old ones lead here"),
                    _t("Снимите один из них", "Retire one of them"),
                )
            if what == "forms" and new in olds:
                yield Finding(
                    "upgrade_reuse",
                    f"{where} {what} {new}",
                    _t("это ключ другой формы", "the key of another form"),
                    _t("Возьмите новый ключ", "Take a new key"),
                )
    for old, new in step.fields:
        if old.rpartition(".")[0] != new.rpartition(".")[0] or old.count(".") not in (1, 2):
            yield Finding(
                "upgrade_field",
                f"{where} fields {old}",
                _t(f"«{old}» не может стать «{new}»", f"{old!r} cannot become {new!r}"),
                _t(
                    "Пишите «форма.поле» или «форма.таблица.столбец»; всё до последней точки — новыми ключами",
                    'Write "form.field" or "form.rows.column" with everything before the last dot in its new words',
                ),
            )


def _stages(definition: GroupType, later: Steps, step: Upgrade, where: str) -> Iterator[Finding]:
    known = {stage.key for stage in definition.process.stages}
    for old, new in step.stages:
        if stage_after(later, new) not in known:
            yield Finding(
                "unknown_stage",
                f"{where} stages {old}",
                _t(f"этапа «{new}» нет", f"there is no stage {new!r}"),
                _t("Назовите объявленный этап", "Name a declared stage"),
            )


def _places(definition: GroupType, later: Steps, step: Upgrade, where: str) -> Iterator[Finding]:
    known = _known(definition)
    for what, pairs in (("form", step.forms), ("field", step.fields)):
        for old, new in pairs:
            found = place_after(later, new)
            if found is not None and found not in known:
                yield Finding(
                    f"unknown_{what}",
                    f"{where} {what}s {old}",
                    _t(f"«{new}» нет", f"there is no {what} {new!r}"),
                    _t("Исправьте ключ", "Correct the name"),
                )


def _known(definition: GroupType) -> set[str]:
    forms = {form.key for form in definition.forms}
    fields = {f"{form.key}.{place}" for form in definition.forms for place, _, _ in items_of(form)}
    return forms | fields | {field.rpartition(".")[0] for field in fields}


def _reused(definition: GroupType, later: Steps, step: Upgrade, gone: set[str], where: str) -> Iterator[Finding]:
    """A key once retired keeps its meaning for ever: what was written under it is still read."""
    named = {new for _, new in (*step.forms, *step.fields)}
    alive = _known(definition) if not later else set()
    for key in sorted(gone & (named | alive)):
        yield Finding(
            "retired_lives",
            f"{where} {key}",
            _t("снятый ключ снова в деле", "a retired key is in use again"),
            _t("Возьмите новый ключ", "Take a new key"),
        )


def initial(definition: GroupType) -> Iterator[Finding]:
    """Settings that cannot be set once for all, or whose initial value does not fit."""
    items = [item for section in definition.settings for item in section.items]
    for item in items:
        if isinstance(item, Field) and item.kind not in KINDS:
            yield Finding(
                "setting_kind",
                f"settings {item.key}",
                _t("такое поле нельзя задать раз навсегда", "it cannot be set once for all"),
                _t(f"Можно: {_list(sorted(KINDS))}", f"Use: {_list(sorted(KINDS))}"),
            )
    for item in fields_of(definition.settings):
        if not (item.kind in ("choice", "choices") and not item.options) and not fits(
            item, list(item.initial) if isinstance(item.initial, tuple) else item.initial
        ):
            yield Finding(
                "setting_initial",
                f"settings {item.key}",
                _t(f"начальное значение {item.initial!r} не подходит", f"{item.initial!r} does not fit it"),
                _t("Дайте подходящее initial", "Give a fitting initial"),
            )


def _list(words: Sequence[str]) -> str:
    return ", ".join(words)
