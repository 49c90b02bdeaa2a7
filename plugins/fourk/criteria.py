"""What a 4К triad counts as achieved. The criteria speak of the technique, never of a pupil or a teacher."""

from __future__ import annotations

from engine.api import Agreement, ChosenSectionMean, Criterion, Growth, KindsWhere, LowestSubjectMean, Test, Text
from plugins.lesson_study.content import PUPILS

_LEAD = ChosenSectionMean("plan", "lead_competency")

CRITERIA = (
    Criterion(
        "lead_shown",
        "4К-1",
        Text("Ведущая компетенция проявилась", en="The leading competency showed"),
        (Test(_LEAD, 2.0, Text("Среднее раздела ведущей компетенции", en="Mean of the leading section")),),
    ),
    Criterion(
        "each_pupil",
        "4К-2",
        Text("Проявилась у разных", en="It showed in different pupils"),
        (
            Test(
                LowestSubjectMean("plan", "lead_competency", PUPILS),
                1.0,
                Text("Наименьшее среднее раздела среди A, B и C", en="The lowest mean of the section over A, B and C"),
            ),
        ),
    ),
    Criterion(
        "growth",
        "4К-3",
        Text("Рост в цикле", en="Growth over the cycle"),
        (
            Test(
                Growth(_LEAD),
                0.5,
                Text("Прирост раздела от первого урока к последнему", en="Rise of the section since the first lesson"),
            ),
        ),
        overall=True,
    ),
    Criterion(
        "task_works",
        "4К-4",
        Text("Задание работает", en="The task works"),
        (
            Test(
                Agreement("class_survey", "q3"),
                0.70,
                Text("Согласны, что задание интереснее выполнять вместе", en="Agree that the task is better together"),
                "share",
            ),
        ),
    ),
    Criterion(
        "transfer",
        "4К-5",
        Text("Перенос", en="Transfer"),
        (
            Test(
                KindsWhere(_LEAD, 1.0),
                2,
                Text(
                    "Видов занятий, где ведущая компетенция наблюдалась (среднее раздела не ниже 1)",
                    en="Kinds of lessons where the leading competency was seen (mean of at least 1)",
                ),
                "count",
            ),
        ),
        overall=True,
        help="Ведущая компетенция наблюдалась и на уроке, и на внеурочном занятии",
    ),
)
