"""Group type «СЭР»: social and emotional development, about the class and the environment, never about one child."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from engine.api import Attempt, GroupType, Link, Refusal, Text, hookimpl, refuse
from plugins.lesson_study import lesson_study
from plugins.sel import forms
from plugins.sel.criteria import CRITERIA
from plugins.sel.process import PROCESS
from plugins.sel.techniques import HINTS, TECHNIQUES


@hookimpl
def plc_group_type() -> GroupType:
    """The whole type as one frozen value."""
    return lesson_study(
        key="sel",
        title=Text("СЭР", en="Social and emotional development"),
        short=Text("СЭР", en="SEL"),
        purpose=Text(
            "Встроить в любой урок условия, в которых ученики замечают и называют чувства, управляют собой, понимают "
            "других и сотрудничают; беречь эмоциональную безопасность класса",
            en="Build into any lesson the conditions in which pupils notice and name emotions, govern themselves, "
            "understand others and cooperate; keep the classroom emotionally safe",
        ),
        version="1",
        plan=forms.PLAN,
        observation=forms.OBSERVATION,
        indicators=forms.SECTIONS,
        sheet_help=forms.SHEET_HELP,
        extra_forms=(forms.REVIEW,),
        survey=forms.CLASS_SURVEY,
        extra_surveys=(forms.CHECKIN_BEFORE, forms.CHECKIN_AFTER),
        process=PROCESS,
        criteria=CRITERIA,
        techniques=TECHNIQUES,
        hints=HINTS,
        colour="#a13a6b",
        icon="heart",
    )


@hookimpl
def plc_before(attempt: Attempt) -> Sequence[Refusal]:
    """The package waits until the psychologist has read every message."""
    if attempt.action.key != "submit_package" or not attempt.view.facts.get("alerts_unread"):
        return []
    refusal = refuse(
        "Сообщение педагогу-психологу ещё не прочитано",
        "A message to the psychologist is still unread",
        roles=("psychologist",),
        people=attempt.view.holders("psychologist"),
        link=Link("run"),
    )
    return [dataclasses.replace(refusal, code="sel.alerts_read")]
