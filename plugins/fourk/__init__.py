"""Group type «4К»: critical thinking, creativity, communication and cooperation in and out of lessons."""

from __future__ import annotations

from engine.api import GroupType, Text, hookimpl
from plugins.fourk import forms
from plugins.fourk.criteria import CRITERIA
from plugins.fourk.process import PROCESS
from plugins.fourk.techniques import HINTS, TECHNIQUES
from plugins.lesson_study import lesson_study


@hookimpl
def plc_group_type() -> GroupType:
    """The whole type as one frozen value."""
    return lesson_study(
        key="fourk",
        title=Text(
            "4К компетенции в урочной и внеурочной деятельности",
            en="4C competencies in lessons and out of class",
        ),
        short=Text("4К", en="4C"),
        purpose=Text(
            "Найти приёмы и задания, с которыми критическое мышление, креативность, коммуникация и кооперация "
            "видны и развиваются на обычных уроках и внеурочных занятиях",
            en="Find techniques and tasks that make critical thinking, creativity, communication and cooperation "
            "visible and trainable in ordinary lessons and out-of-class sessions",
        ),
        version="1",
        plan=forms.PLAN,
        observation=forms.OBSERVATION,
        indicators=forms.SECTIONS,
        sheet_help=forms.SHEET_HELP,
        extra_forms=(forms.TASK_CARD, forms.GROUP_ASSIGNMENT),
        survey=forms.CLASS_SURVEY,
        process=PROCESS,
        criteria=CRITERIA,
        techniques=TECHNIQUES,
        hints=HINTS,
        colour="#9a3412",
        icon="lightbulb",
    )
