"""Group type «Проектная деятельность»: pupils' projects from a problem to a defended product."""

from __future__ import annotations

from engine.api import Change, GroupType, Notify, Text, hookimpl
from plugins.lesson_study import lesson_study
from plugins.project import forms
from plugins.project.criteria import CRITERIA
from plugins.project.process import PROCESS
from plugins.project.techniques import HINTS, TECHNIQUES


@hookimpl
def plc_group_type() -> GroupType:
    """The whole type as one frozen value."""
    return lesson_study(
        key="project",
        title=Text("Проектная деятельность", en="Project work"),
        short=Text("Проект", en="Project"),
        purpose=Text(
            "Научиться вести проекты обучающихся так, чтобы ученики решали настоящую проблему, создавали продукт "
            "и защищали его, а не готовили реферат со слайдами",
            en="Learn to lead pupils' projects so that pupils really solve a problem, make a product and defend it, "
            "instead of a report with slides",
        ),
        version="1",
        observation=forms.OBSERVATION,
        indicators=forms.SECTIONS,
        sheet_help=forms.SHEET_HELP,
        extra_forms=(forms.PASSPORT, forms.CRITIQUE, forms.DEFENCE),
        survey=forms.CLASS_SURVEY,
        process=PROCESS,
        criteria=CRITERIA,
        techniques=TECHNIQUES,
        hints=HINTS,
        colour="#1d4ed8",
        icon="kanban",
    )


@hookimpl
def plc_after(change: Change) -> list[Notify]:
    """The leader of the group hears of a defence as soon as its date is set."""
    if change.action.key == "schedule_defence":
        return [Notify(("group_leader",), Text("Назначена защита продукта", en="A product defence is scheduled"))]
    return []
