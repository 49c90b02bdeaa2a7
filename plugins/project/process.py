"""The Lesson Study process in three named phases, with the defence of the product before the cycle is summed up."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from engine.api import Action, CycleView, Field, Refusal, Stage, Text, missing, refuse, rule
from plugins.lesson_study.content import REASON, TEAM
from plugins.lesson_study.process import BASE
from plugins.project.forms import MARKS

_PASSPORT = {
    "problem_question": Text("проблемного вопроса", en="the problem question"),
    "product": Text("продукта", en="the product"),
    "addressee": Text("адресата", en="the addressee"),
}


def _handed_in(view: CycleView, form: str) -> Mapping[str, Any]:
    sheet = view.sheet(form, 0)
    return sheet.values if sheet and sheet.submitted else {}


@rule("project.passport", "Паспорт проекта заполнен (урок 1)", en="The project passport is filled in (lesson 1)")
def passport(view: CycleView) -> Refusal | None:
    """Before the first lesson the passport names the problem question, the product and its addressee."""
    if view.round != 1:
        return None
    values = view.values("project_passport", 0)
    lacking = [title for key, title in _PASSPORT.items() if missing(values, key)]
    if lacking:
        return refuse(
            "Не заполнен паспорт проекта: нет {lacking}",
            "The project passport is not filled in: {lacking} missing",
            roles=TEAM,
            form="project_passport",
            step=Text("Заполните паспорт проекта: нет {lacking}", en="Fill in the project passport: {lacking} missing"),
            lacking=lacking,
        )
    if not _handed_in(view, "project_passport"):
        return refuse(
            "Паспорт проекта пока в черновике: завершите его",
            "The project passport is still a draft: complete it",
            roles=TEAM,
            form="project_passport",
            step=Text("Завершите паспорт проекта", en="Complete the project passport"),
        )
    return None


@rule("project.critique_round", "Экспертиза продукта проведена (урок 2)", en="The product went through a critique")
def critique_round(view: CycleView) -> Refusal | None:
    """After lesson 2 the first version of the product and at least two feedback sheets are attached."""
    if view.round != 2:
        return None
    values = _handed_in(view, "critique")
    sheets = len(values.get("feedback_files") or ()) + len(values.get("feedback") or ())
    if not missing(values, "product_v1") and sheets >= 2:
        return None
    return refuse(
        "Приложите первую версию продукта и не менее двух листов отклика",
        "Attach the first version of the product and at least two feedback sheets",
        roles=TEAM,
        form="critique",
    )


@rule("project.defence_sheet", "Лист комиссии заполнен", en="The commission sheet is filled in")
def defence_sheet(view: CycleView) -> Refusal | None:
    """The sheet holds the date, the product (a file, a link or words) and a mark by each of the four criteria."""
    values = _handed_in(view, "defence")
    shown = any(not missing(values, f"product_{kind}") for kind in ("files", "url", "text"))
    if shown and not any(missing(values, key) for key in ("held_on", *MARKS)):
        return None
    return refuse(
        "Заполните лист комиссии: дата защиты, продукт и оценка по каждому из четырёх критериев",
        "Fill in the commission sheet: the date, the product and a mark by each of the four criteria",
        roles=TEAM,
        form="defence",
    )


def _commission(view: CycleView) -> dict[str, bool]:
    """Name → whether the person is of the triad; a forgotten tick does not make a member an outsider."""
    team = {p.name.casefold() for p in view.holders("triad_member")}
    found: dict[str, bool] = {}
    for row in _handed_in(view, "defence").get("commission") or ():
        name = str(row.get("name") or "").strip().casefold()
        if name:
            found[name] = found.get(name, False) or bool(row.get("from_triad")) or name in team
    return found


@rule("project.defence_commission", "В комиссии не менее трёх человек", en="A commission of at least three")
def defence_commission(view: CycleView) -> Refusal | None:
    """At least three people sit in the commission."""
    if len(_commission(view)) >= 3:
        return None
    return refuse(
        "В комиссии нужно не менее трёх человек",
        "The commission needs at least three people",
        roles=TEAM,
        form="defence",
        step=Text("Соберите комиссию не меньше чем из трёх человек", en="Gather a commission of at least three"),
    )


@rule("project.defence", "В комиссии есть человек не из тройки", en="Somebody from outside the triad")
def defence(view: CycleView) -> Refusal | None:
    """At least one person of the commission is not of the triad."""
    if not all(_commission(view).values()):
        return None
    return refuse(
        "В комиссии нужен хотя бы один человек не из вашей тройки",
        "The commission needs at least one person who is not of your triad",
        roles=TEAM,
        form="defence",
        step=Text("Пригласите в комиссию человека не из тройки", en="Invite somebody from outside the triad"),
    )


_STAGE = Stage(
    "defence",
    Text("Защита продукта", en="Product defence"),
    Text("Показать продукт комиссии и ответить на вопросы", en="Show the product to a commission and answer questions"),
    forms=("defence",),
    also=("critique",),
    days=10,
)

_DONE = Action(
    "defence_done",
    Text("Защита состоялась", en="The defence took place"),
    roles=TEAM,
    rules=(defence_sheet, defence_commission, defence),
    done=Text("Защита продукта состоялась", en="The product was defended"),
)

_SCHEDULE = Action(
    "schedule_defence",
    Text("Назначить защиту", en="Schedule the defence"),
    ("defence",),
    "",
    TEAM,
    kind="side",
    asks=(
        Field("defence_date", Text("Дата защиты", en="Date of the defence"), "date", required=True),
        Field("defence_time", Text("Время", en="Time"), "time", required=True),
    ),
    done=Text("Назначена защита продукта", en="The defence is scheduled"),
)

# Each step back goes one stage: from summing up to the defence, from the defence to the discussion.
_BACK = Action(
    "back_to_defence",
    Text("Вернуть к защите", en="Back to the defence"),
    ("summary",),
    "defence",
    TEAM,
    kind="back",
    asks=(REASON,),
    done=Text("Вернуть к защите", en="Back to the defence"),
)

PROCESS = dataclasses.replace(
    BASE.showing("planning", "project_passport")
    .showing("discussion", "critique")
    .staging("conducting", also=(*BASE.stage("conducting").also, "critique"))
    .staging("survey", also=(*BASE.stage("survey").also, "critique"))
    .guarded("approve_plan", passport)
    .guarded("next_lesson", critique_round)
    .with_stage(_STAGE, on="sum_up", leave=_DONE)
    .changing("sum_up", title=Text("Перейти к защите продукта", en="Go on to the defence"))
    .changing("back_to_discussion", source=("defence",))
    .with_action(_SCHEDULE, _BACK),
    round_titles=(
        Text("Урок 1. Запуск и замысел", en="Lesson 1. Launch and idea"),
        Text(
            "Урок 2. Работа над продуктом и взаимная экспертиза", en="Lesson 2. Work on the product and mutual critique"
        ),
        Text("Урок 3. Доработка и подготовка к защите", en="Lesson 3. Revision and preparing the defence"),
    ),
)
