"""The stages of a Lesson Study cycle (domain brief §1.6)."""

from __future__ import annotations

from engine.api import Stage, Text

STAGES = (
    Stage(
        "setup",
        Text("Организационная встреча", en="First meeting"),
        Text(
            "Договориться о вопросе, правилах и графике трёх уроков",
            en="Agree on the question, the rules and the schedule of three lessons",
        ),
        forms=("passport",),
        page="setup",
        days=5,
    ),
    Stage(
        "planning",
        Text("Совместное планирование урока", en="Joint planning"),
        Text("Спланировать урок вместе: от учеников A, B и C", en="Plan the lesson together, from pupils A, B and C"),
        forms=("plan",),
        also=("passport",),
        page="planning",
        petal="plan",
        days=5,
    ),
    Stage(
        "conducting",
        Text("Проведение и наблюдение урока", en="Lesson and observation"),
        Text(
            "Провести урок и записать, как учатся A, B и C",
            en="Teach the lesson and write down how A, B and C learn",
        ),
        forms=("observation",),
        petal="lesson",
        days=1,
    ),
    Stage(
        "survey",
        Text("Опрос обучающихся", en="Asking the pupils"),
        Text("Узнать у учеников, что помогло и что мешало", en="Ask the pupils what helped and what hindered"),
        forms=("interview",),
        also=("observation",),
        surveys=("class_survey",),
        petal="survey",
        days=1,
    ),
    Stage(
        "discussion",
        Text("Обсуждение урока и планирование следующего", en="Discussion"),
        Text(
            "Сравнить прогноз с тем, что увидели, и решить, что берём дальше",
            en="Compare the forecast with what was seen and decide what to take further",
        ),
        forms=("discussion",),
        also=("observation", "interview"),
        petal="discussion",
        days=1,
    ),
    Stage(
        "summary",
        Text("Подведение итогов цикла", en="Summing up"),
        Text("Записать, что мы узнали за три урока", en="Write down what three lessons have taught us"),
        forms=("summary",),
        page="results",
        days=5,
    ),
    Stage(
        "leader_review",
        Text("Рассмотрение материалов руководителем ПОС", en="Review by the group leader"),
        Text("Руководитель читает пакет, принимает или возвращает", en="The leader reads the package"),
        forms=("review",),
        page="package",
        days=5,
    ),
    Stage(
        "deficits",
        Text("Определение профессиональных дефицитов", en="Naming deficits"),
        Text("Честно назвать, чему хотим научиться сами", en="Name honestly what we want to learn ourselves"),
        page="deficits",
        days=5,
    ),
    Stage(
        "development_plan",
        Text("Составление ИОМ или плана ликвидации дефицитов", en="Route or plan"),
        Text(
            "Наметить действия: личный маршрут или план тройки", en="Plan the actions: own route or plan of the triad"
        ),
        page="plans",
        days=10,
    ),
    Stage(
        "decision",
        Text("Решение тройки", en="Decision"),
        Text("Решить, что дальше: продолжить, сменить подход, перейти", en="Decide: continue, change approach, move"),
        page="decision",
        days=5,
    ),
    Stage(
        "to_lab",
        Text("Передача в ПОС «Лаборатория»", en="Handover to the Laboratory"),
        Text("Передать сводку цикла в Лабораторию", en="Hand the summary of the cycle to the Laboratory"),
        page="handover",
        days=2,
    ),
    Stage("closed", Text("Цикл завершён", en="Cycle finished"), final=True),
    Stage("closed_early", Text("Цикл завершён досрочно", en="Cycle ended early"), final=True),
)
