"""Group type «Лаборатория»: gathers what the triads produced, sees the whole and plans methodical work.

It brings a process of its own: the Laboratory runs no lessons, its cycle is a period of monitoring.
"""

from __future__ import annotations

from engine.api import GroupType, Text, hookimpl
from plugins.lab.criteria import CRITERIA
from plugins.lab.forms import FORMS
from plugins.lab.monitoring import TEAM_SURVEY
from plugins.lab.process import PROCESS
from plugins.lab.techniques import TECHNIQUES


@hookimpl
def plc_group_type() -> GroupType:
    """The whole type as one frozen value."""
    return GroupType(
        key="lab",
        title=Text("Лаборатория", en="Laboratory"),
        short=Text("Лаб", en="Lab"),
        purpose=Text(
            "Собрать то, что сделали тройки, увидеть целое (какие приёмы работают, какие дефициты повторяются, кому "
            "нужна помощь), спланировать методическую работу и подготовить итоговую конференцию",
            en="Gather what the triads have done, see the whole (which techniques work, which difficulties recur, who "
            "needs help), plan methodical work and prepare the conference of the year",
        ),
        version="2",
        process=PROCESS,
        forms=FORMS,
        surveys=(TEAM_SURVEY,),
        criteria=CRITERIA,
        techniques=TECHNIQUES,
        colour="#475569",
        icon="clipboard-data",
    )
