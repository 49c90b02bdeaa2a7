"""Group type «Формирующее оценивание»: assessment that serves learning while the lesson goes on."""

from __future__ import annotations

from engine.api import GroupType, Text, Upgrade, hookimpl
from plugins.formative import forms
from plugins.formative.criteria import CRITERIA
from plugins.formative.process import PROCESS
from plugins.formative.settings import SETTINGS
from plugins.formative.survey import CLASS_SURVEY
from plugins.formative.techniques import HINTS, TECHNIQUES
from plugins.lesson_study import lesson_study


@hookimpl
def plc_group_type() -> GroupType:
    """The whole type as one frozen value."""
    return lesson_study(
        key="formative",
        title=Text("Формирующее оценивание", en="Formative assessment"),
        short=Text("ФО", en="FA"),
        purpose=Text(
            "Сделать оценивание помощником учения: ученики знают цель и критерии, учитель вовремя видит свидетельства "
            "и меняет урок, отклик двигает работу вперёд, ученики оценивают себя и друг друга",
            en="Make assessment serve learning: pupils know the aim and the criteria, the teacher sees evidence in "
            "time and changes the lesson, feedback moves the work on, pupils assess themselves and each other",
        ),
        version="2",
        settings=SETTINGS,
        upgrades=(
            Upgrade(
                "1", note=Text("Число работ стало настройкой школы", en="The number of works is set by the school")
            ),
        ),
        plan=forms.PLAN,
        observation=forms.OBSERVATION,
        discussion=forms.DISCUSSION,
        indicators=forms.SECTIONS,
        extra_forms=(forms.CRITERIA_FORM, forms.EVIDENCE),
        survey=CLASS_SURVEY,
        process=PROCESS,
        criteria=CRITERIA,
        techniques=TECHNIQUES,
        hints=HINTS,
        warnings=(forms.MARKS,),
        colour="#2f6f4f",
        icon="chat-square-text",
    )
