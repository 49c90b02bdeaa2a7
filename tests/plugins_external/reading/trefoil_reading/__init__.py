"""Group type «Смысловое чтение»: reading for meaning in the lessons of any subject, on Lesson Study."""

from __future__ import annotations

from engine.api import GroupType, Text, hookimpl
from plugins.lesson_study import lesson_study
from trefoil_reading.criteria import CRITERIA
from trefoil_reading.forms import CLASS_SURVEY, PLAN, SECTIONS, SHEET_HELP
from trefoil_reading.rules import PROCESS
from trefoil_reading.techniques import HINTS, TECHNIQUES


@hookimpl
def plc_group_type() -> GroupType:
    """The whole type as one frozen value."""
    return lesson_study(
        key="reading",
        title=Text("Смысловое чтение", en="Reading for meaning"),
        short=Text("Чтение", en="Reading"),
        purpose=Text(
            "Найти приёмы, с которыми ученики на любом предмете находят в тексте нужное, делают вывод и оценивают, "
            "чему можно верить",
            en="Find the techniques with which pupils find, conclude and judge in a text of any subject",
        ),
        version="1",
        plan=PLAN,
        indicators=SECTIONS,
        sheet_help=SHEET_HELP,
        survey=CLASS_SURVEY,
        process=PROCESS,
        criteria=CRITERIA,
        techniques=TECHNIQUES,
        hints=HINTS,
        colour="#7c3aed",
        icon="book",
    )
