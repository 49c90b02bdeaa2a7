"""The process of domain brief §1.6: a meeting, three lessons of four stages each, and six stages after them."""

from __future__ import annotations

from engine.api import Action, Field, Process, Text
from plugins.lesson_study import after, rules
from plugins.lesson_study.content import REASON, TEAM
from plugins.lesson_study.stages import STAGES

_RUNNING = (
    "setup",
    "planning",
    "conducting",
    "survey",
    "discussion",
    "summary",
    "leader_review",
    "deficits",
    "development_plan",
    "decision",
    "to_lab",
)

ACTIONS = (
    Action(
        "approve_schedule",
        Text("Утвердить график", en="Approve the schedule"),
        ("setup",),
        "planning",
        TEAM,
        (rules.rules_accepted, rules.passport_complete, rules.schedule_made),
        done=Text("Утверждён график уроков", en="The schedule is approved"),
    ),
    Action(
        "approve_plan",
        Text("Согласовать план", en="Agree on the plan"),
        ("planning",),
        "conducting",
        TEAM,
        (
            rules.plan_complete,
            rules.result_named,
            rules.forecast_written,
            rules.observers_assigned,
            rules.plan_agreed,
        ),
        mark="ready",
        done=Text("Согласован план урока", en="The plan is agreed"),
    ),
    Action(
        "lesson_done",
        Text("Урок проведён", en="The lesson is done"),
        ("conducting",),
        "survey",
        ("lead_teacher", "observer"),
        (rules.sheets_submitted,),
        mark="conducted",
        done=Text("Урок проведён", en="The lesson is done"),
    ),
    Action(
        "close_survey",
        Text("Закрыть опрос", en="Close the survey"),
        ("survey",),
        "discussion",
        TEAM,
        (rules.pupils_asked,),
        mark="surveyed",
        done=Text("Опрос закрыт", en="The survey is closed"),
    ),
    Action(
        "next_lesson",
        Text("Перейти к следующему уроку", en="Go on to the next lesson"),
        ("discussion",),
        "planning",
        TEAM,
        (rules.protocol_complete, rules.concluded),
        when="more",
        next_round=True,
        mark="discussed",
        done=Text("Урок обсуждён, переходим к следующему", en="The lesson is discussed, on to the next"),
    ),
    Action(
        "sum_up",
        Text("Подвести итоги цикла", en="Sum up the cycle"),
        ("discussion",),
        "summary",
        TEAM,
        (rules.protocol_complete, rules.concluded_last),
        when="last",
        mark="discussed",
        done=Text("Третий урок обсуждён", en="The third lesson is discussed"),
    ),
    Action(
        "submit_package",
        Text("Передать руководителю ПОС", en="Hand over to the group leader"),
        ("summary",),
        "leader_review",
        TEAM,
        (rules.summary_complete, rules.package_complete),
        done=Text("Материалы переданы руководителю ПОС", en="The package went to the leader"),
    ),
    Action(
        "accept_package",
        Text("Принять материалы", en="Accept the package"),
        ("leader_review",),
        "deficits",
        ("group_leader",),
        (rules.review_written,),
        done=Text("Материалы приняты", en="The package is accepted"),
    ),
    Action(
        "return_package",
        Text("Вернуть на доработку", en="Return for revision"),
        ("leader_review",),
        "summary",
        ("group_leader",),
        kind="back",
        asks=(Field("reason", Text("Что доработать", en="What to improve"), "text", required=True, max_length=2000),),
        done=Text("Материалы возвращены на доработку", en="The package is returned"),
    ),
    Action(
        "fix_deficits",
        Text("Зафиксировать дефициты", en="Record the deficits"),
        ("deficits",),
        "development_plan",
        TEAM,
        (after.deficits_named,),
        done=Text("Дефициты зафиксированы", en="The deficits are recorded"),
    ),
    Action(
        "approve_development_plan",
        Text("Утвердить план", en="Approve the plan"),
        ("development_plan",),
        "decision",
        (*TEAM, "group_leader"),
        (after.actions_planned, after.routes_written),
        done=Text("План утверждён", en="The plan is approved"),
        effects=("agree_plan",),
    ),
    Action(
        "make_decision",
        Text("Принять решение", en="Take the decision"),
        ("decision",),
        "to_lab",
        TEAM,
        (after.positions_stated, after.decision_recorded),
        done=Text("Принято решение тройки", en="The triad has decided"),
    ),
    Action(
        "hand_to_lab",
        Text("Передать в Лабораторию", en="Hand over to the Laboratory"),
        ("to_lab",),
        "closed",
        (*TEAM, "group_leader"),
        done=Text("Сводка передана в Лабораторию", en="The summary went to the Laboratory"),
        effects=("handover", "decision"),
    ),
)


def _back(key: str, source: str, target: str, title: str, en: str, mark: str = "") -> Action:
    return Action(
        key,
        Text(title, en=en),
        (source,),
        target,
        TEAM,
        kind="back",
        asks=(REASON,),
        mark=mark,
        done=Text(title, en=en),
    )


BACK = (
    _back("back_to_planning", "conducting", "planning", "Вернуть к планированию", "Back to planning"),
    _back("back_to_lesson", "survey", "conducting", "Вернуть к наблюдению", "Back to the lesson", mark="ready"),
    _back("back_to_survey", "discussion", "survey", "Вернуть к опросу", "Back to the survey", mark="conducted"),
    _back(
        "back_to_discussion", "summary", "discussion", "Вернуть к обсуждению", "Back to the discussion", mark="surveyed"
    ),
    _back("back_to_deficits", "development_plan", "deficits", "Вернуть к дефицитам", "Back to the deficits"),
    _back("back_to_plans", "decision", "development_plan", "Вернуть к планам", "Back to the plans"),
)

SIDE = (
    Action(
        "reschedule",
        Text("Перенести урок", en="Reschedule the lesson"),
        ("planning", "conducting"),
        "",
        TEAM,
        kind="side",
        asks=(
            REASON,
            Field("date", Text("Новая дата", en="New date"), "date", required=True),
            Field("time", Text("Время", en="Time"), "time", required=True),
        ),
        mark="rescheduled",
        done=Text("Урок перенесён", en="The lesson is rescheduled"),
    ),
    Action(
        "cancel_lesson",
        Text("Отменить урок", en="Cancel the lesson"),
        ("conducting",),
        "planning",
        TEAM,
        kind="side",
        asks=(REASON,),
        mark="cancelled",
        done=Text("Урок отменён, планируем заново", en="The lesson is cancelled, planning starts again"),
        help=Text(
            "Урок возвращается к планированию: назначьте новую дату",
            en="The lesson goes back to planning: set a new date",
        ),
    ),
    Action(
        "hold",
        Text("Приостановить цикл", en="Suspend the cycle"),
        _RUNNING,
        "",
        (*TEAM, "group_leader"),
        kind="side",
        hold=True,
        asks=(REASON,),
        done=Text("Цикл приостановлен", en="The cycle is suspended"),
    ),
    Action(
        "resume",
        Text("Возобновить", en="Resume"),
        _RUNNING,
        "",
        (*TEAM, "group_leader"),
        kind="side",
        hold=False,
        done=Text("Цикл возобновлён", en="The cycle is resumed"),
    ),
    Action(
        "end_early",
        Text("Завершить досрочно", en="End early"),
        _RUNNING,
        "closed_early",
        (*TEAM, "group_leader"),
        kind="side",
        asks=(REASON,),
        done=Text("Цикл завершён досрочно", en="The cycle is ended early"),
        help=Text(
            "Проведённые уроки останутся в счёте, полным циклом это не считается",
            en="Lessons done still count; the cycle does not count as full",
        ),
    ),
)

BASE = Process(
    stages=STAGES,
    actions=(*ACTIONS, *BACK, *SIDE),
    initial="setup",
    rounds=3,
    loop=("planning", "discussion"),
    round_titles=(Text("Урок 1", en="Lesson 1"), Text("Урок 2", en="Lesson 2"), Text("Урок 3", en="Lesson 3")),
    feeds=("rules_accepted", "deficits", "plans", "decision"),
    private_until="leader_review",
)
