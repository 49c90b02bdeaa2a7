"""One call that makes a whole Lesson Study group type; every part can be replaced."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from engine.api import Criterion, Form, GroupType, Hint, Process, Section, SoftWarning, Survey, Technique, Upgrade
from plugins.lesson_study import forms as base
from plugins.lesson_study import protocols
from plugins.lesson_study.content import JUDGING, KINDS, SURNAME
from plugins.lesson_study.process import BASE

#: How a Lesson Study type names its own technique when its catalogue is still empty.
ANY_TECHNIQUE = Technique("own", "Свой приём", "Опишите его в паспорте цикла")


def lesson_study(
    key: str,
    title: str,
    purpose: str,
    version: str,
    *,
    short: str = "",
    indicators: Iterable[Section] = (),
    sheet_help: str = "",
    plan: Form = base.PLAN,
    observation: Form = base.OBSERVATION,
    interview: Form = base.INTERVIEWS,
    discussion: Form = protocols.DISCUSSION,
    extra_forms: Iterable[Form] = (),
    survey: Survey = base.CLASS_SURVEY,
    extra_surveys: Iterable[Survey] = (),
    process: Process = BASE,
    criteria: Iterable[Criterion] = (),
    techniques: Iterable[Technique] = (),
    hints: Iterable[Hint] = (),
    warnings: Iterable[SoftWarning] = (),
    colour: str = "#2f6f4f",
    icon: str = "people",
    settings: Iterable[Section] = (),
    upgrades: Iterable[Upgrade] = (),
) -> GroupType:
    """A group type on the Lesson Study process.

    ``indicators`` become block 2 of the observation sheet; ``survey`` must be keyed ``class_survey``. Everything else
    is the standard of the library unless it is given.
    """
    sheet = observation.with_sections(*indicators, before="conclusions")
    if sheet_help:
        sheet = dataclasses.replace(sheet, help=sheet_help)
    return GroupType(
        key=key,
        title=title,
        purpose=purpose,
        version=version,
        short=short or title,
        process=process,
        forms=(base.PASSPORT, plan, sheet, interview, discussion, *extra_forms, protocols.SUMMARY, protocols.REVIEW),
        surveys=(survey, *extra_surveys),
        criteria=tuple(criteria),
        techniques=tuple(techniques) or (ANY_TECHNIQUE,),
        hints=tuple(hints),
        warnings=(JUDGING, SURNAME, *warnings),
        kinds=KINDS,
        colour=colour,
        icon=icon,
        settings=tuple(settings),
        upgrades=tuple(upgrades),
    )
