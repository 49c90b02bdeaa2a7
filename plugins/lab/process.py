"""The process of a monitoring period: from gathering summaries to the plan and the conference of the year."""

from __future__ import annotations

from engine.api import Action, Field, Process, Rule, Stage, Text
from plugins.lab import rules
from plugins.lab.rules import COUNCIL, TEAM

REASON = Field("reason", Text("Причина", en="Reason"), "text", required=True, max_length=1000)

STAGES = (
    Stage(
        "collect",
        Text("Сбор данных", en="Gathering data"),
        Text(
            "Дождаться сводок завершённых циклов и провести опрос участников троек",
            en="Wait for the summaries of the finished cycles and ask the members of the triads",
        ),
        forms=("collection",),
        surveys=("team_survey",),
        days=10,
    ),
    Stage(
        "check",
        Text("Проверка полноты и качества", en="Completeness and quality"),
        Text(
            "Прочитать каждую сводку, уточнить неясное, заполнить карты мониторинга",
            en="Read every summary, clear up what is unclear, fill in the monitoring cards",
        ),
        forms=("checks", "monitoring"),
        days=5,
    ),
    Stage(
        "analyse",
        Text("Анализ: карта дефицитов и карта приёмов", en="Analysis: maps of deficits and techniques"),
        Text(
            "Увидеть целое: какие приёмы работают, какие дефициты повторяются, кому нужна помощь",
            en="See the whole: which techniques work, which deficits recur, who needs help",
        ),
        forms=("findings",),
        also=("monitoring",),
        days=10,
    ),
    Stage(
        "session",
        Text("Аналитическая сессия с руководителями ПОС", en="Session with the group leaders"),
        Text("Обсудить и согласовать выводы", en="Discuss the findings and agree on them"),
        forms=("session",),
        also=("findings",),
        days=5,
    ),
    Stage(
        "plan",
        Text("План методической работы", en="Plan of methodical work"),
        Text("Ответить мероприятием на каждый важный вывод", en="Answer every important finding with a measure"),
        forms=("plan",),
        days=10,
    ),
    Stage(
        "approve",
        Text("Утверждение на методическом совете", en="Approval by the methodical council"),
        Text("Представить план методическому совету", en="Present the plan to the methodical council"),
        forms=("council",),
        also=("plan",),
        days=10,
    ),
    Stage(
        "conference",
        Text("Методическая конференция", en="Methodical conference"),
        Text(
            "В конце года: руководители ПОС представляют результаты, дефициты и перспективы",
            en="At the end of the year: the leaders present results, deficits and prospects",
        ),
        forms=("conference",),
    ),
    Stage("archive", Text("Итоги периода", en="Results of the period"), final=True),
    Stage("closed_early", Text("Период завершён досрочно", en="Period ended early"), final=True),
)

_ROAD = tuple(s.key for s in STAGES if not s.final)


def _exit(
    key: str,
    source: str,
    target: str,
    title: Text,
    done: Text,
    *guards: Rule,
    roles: tuple[str, ...] = TEAM,
    effects: tuple[str, ...] = (),
) -> Action:
    return Action(key, title, (source,), target, roles, guards, done=done, effects=effects)


ACTIONS = (
    _exit(
        "close_collection",
        "collect",
        "check",
        Text("Закрыть сбор", en="Close the gathering"),
        Text("Сбор данных закрыт", en="The gathering of data is closed"),
        rules.coverage,
    ),
    _exit(
        "accept_data",
        "check",
        "analyse",
        Text("Данные приняты", en="The data are accepted"),
        Text("Данные приняты", en="The data are accepted"),
        rules.checked,
    ),
    _exit(
        "findings_ready",
        "analyse",
        "session",
        Text("Выводы готовы", en="The findings are ready"),
        Text("Выводы готовы", en="The findings are ready"),
        rules.findings_grounded,
    ),
    # Findings and the plan may still be corrected one stage later, so their rules are asked there again.
    _exit(
        "agree_findings",
        "session",
        "plan",
        Text("Выводы согласованы", en="The findings are agreed"),
        Text("Выводы согласованы с руководителями ПОС", en="The findings are agreed with the leaders"),
        rules.session_held,
        rules.findings_grounded,
    ),
    _exit(
        "plan_ready",
        "plan",
        "approve",
        Text("План составлен", en="The plan is made"),
        Text("План методической работы составлен", en="The plan of methodical work is made"),
        rules.plan_traceability,
    ),
    _exit(
        "approve_plan",
        "approve",
        "conference",
        Text("План утверждён", en="The plan is approved"),
        Text("План утверждён методическим советом", en="The methodical council has approved the plan"),
        rules.council_held,
        rules.plan_traceability,
        roles=COUNCIL,
        effects=("measures",),
    ),
    _exit(
        "conference_held",
        "conference",
        "archive",
        Text("Конференция проведена", en="The conference is held"),
        Text("Методическая конференция проведена", en="The methodical conference is held"),
        rules.conference_gate,
        roles=COUNCIL,
    ),
)


def _back(source: str, target: str, title: str, en: str) -> Action:
    return Action(
        f"back_to_{target}",
        Text(title, en=en),
        (source,),
        target,
        COUNCIL if source == "conference" else TEAM,
        kind="back",
        asks=(REASON,),
        done=Text(title, en=en),
    )


BACK = (
    _back("check", "collect", "Вернуть к сбору данных", "Back to gathering"),
    _back("analyse", "check", "Вернуть к проверке полноты и качества", "Back to completeness and quality"),
    _back("session", "analyse", "Вернуть к анализу", "Back to the analysis"),
    _back("plan", "session", "Вернуть к аналитической сессии", "Back to the session"),
    _back("approve", "plan", "Вернуть к плану", "Back to the plan"),
    _back("conference", "approve", "Вернуть к утверждению", "Back to the approval"),
)

SIDE = (
    Action(
        "skip_conference",
        Text("Итоги без конференции", en="Results without a conference"),
        ("approve",),
        "archive",
        COUNCIL,
        (rules.council_held, rules.plan_traceability),
        kind="side",
        asks=(REASON,),
        effects=("measures",),
        done=Text("План утверждён, период завершён без конференции", en="The plan is approved, no conference held"),
        help=Text(
            "Конференция бывает в конце года: остальные периоды завершаются утверждением плана",
            en="The conference is held once a year: other periods end with the approval of the plan",
        ),
    ),
    Action(
        "hold",
        Text("Приостановить", en="Suspend"),
        _ROAD,
        "",
        COUNCIL,
        kind="side",
        hold=True,
        asks=(REASON,),
        done=Text("Работа приостановлена", en="The work is suspended"),
    ),
    Action(
        "resume",
        Text("Возобновить", en="Resume"),
        _ROAD,
        "",
        COUNCIL,
        kind="side",
        hold=False,
        done=Text("Работа возобновлена", en="The work is resumed"),
    ),
    Action(
        "end_early",
        Text("Завершить досрочно", en="End early"),
        _ROAD,
        "closed_early",
        COUNCIL,
        kind="side",
        asks=(REASON,),
        done=Text("Период завершён досрочно", en="The period is ended early"),
        help=Text(
            "Документы останутся доступны для чтения, итогов у периода не будет",
            en="The documents stay readable; the period will have no results",
        ),
    ),
)

PROCESS = Process(
    stages=STAGES,
    actions=(*ACTIONS, *BACK, *SIDE),
    initial="collect",
    feeds=("handovers", "leaders", "bases", "staff", "coverage", "full_packages", "closed_deficits", "bank_per_cycle"),
)
