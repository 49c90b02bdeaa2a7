"""The Lesson Study process with two emotional check-ins around the lesson and the psychologist beside it."""

from __future__ import annotations

import dataclasses

from engine.api import Action, CycleView, Field, Link, Refusal, Rule, Stage, Text, refuse, rule
from plugins.lesson_study.content import TEAM
from plugins.lesson_study.process import BASE


def _checked_in(survey: str, when: str, en: str) -> Rule:
    """The check-in was held, or somebody said why it was not."""

    @rule(f"sel.{survey}", f"Отметка {when} занятия проведена", en=f"Check-in {en} held")
    def check(view: CycleView) -> Refusal | None:
        """The emotional check-in was held, or the reason why not is written down."""
        tally = view.tally(survey)
        if tally and (tally.answers or tally.skipped_because):
            return None
        return refuse(
            f"Отметка {when} занятия не проведена. Проведите её или укажите причину",
            f"The check-in {en} was not held. Hold it or give the reason",
            roles=TEAM,
            survey=survey,
            round_=view.round,
            step=Text(
                f"Проведите отметку {when} занятия или укажите причину", en=f"Hold the check-in {en} or give the reason"
            ),
        )

    return check


before_held = _checked_in("checkin_before", "до", "before the session")
after_held = _checked_in("checkin_after", "после", "after the session")


@rule("sel.psychologist_ok", "План просмотрен педагогом-психологом", en="The psychologist has seen the plan")
def psychologist_ok(view: CycleView) -> Refusal | None:
    """A plan on a sensitive theme is agreed with the psychologist as it stands; any other plan need not be."""
    if not view.values("plan").get("sensitive"):
        return None
    sheet = view.sheet("psychologist_review")
    review = sheet.values if sheet and sheet.submitted else {}
    people = view.holders("psychologist")
    plan = view.sheet("plan")
    older = bool(plan and sheet and plan.at and sheet.at and plan.at > sheet.at)
    if review.get("status") == "agreed" and not older:
        return None
    if review.get("status") == "remarks" and not older:
        return refuse(
            "Есть замечания педагога-психолога: {remarks}",
            "The psychologist has remarks: {remarks}",
            people=view.holders("triad_member"),
            roles=TEAM,
            form="plan",
            round_=view.round,
            step=Text(
                "Исправьте план по замечаниям педагога-психолога: {remarks}",
                en="Mend the plan as the psychologist remarks: {remarks}",
            ),
            remarks=review.get("remarks") or "—",
        )
    return refuse(
        "Тема отмечена как чувствительная: нужен просмотр плана педагогом-психологом",
        "The theme is marked as sensitive: the psychologist must see the plan",
        people=people,
        roles=("psychologist",),
        form="psychologist_review",
        round_=view.round,
        step=Text("Посмотрите исправленный план", en="Look at the mended plan")
        if review and older
        else Text("Посмотрите план урока: тема чувствительная", en="Look at the lesson plan: the theme is sensitive"),
    )


@rule("sel.psychologist_named", "Педагог-психолог назначен", en="The group has a psychologist")
def psychologist_named(view: CycleView) -> Refusal | None:
    """A message needs somebody to read it."""
    if view.holders("psychologist"):
        return None
    return refuse(
        "В ПОС не назначен педагог-психолог: сообщение некому прочитать",
        "The group has no psychologist to read the message",
        roles=("school_admin",),
        link=Link("people"),
    )


_BEFORE = Stage(
    "checkin_before",
    Text("Эмоциональная отметка до занятия", en="Emotional check-in before"),
    Text(
        "Узнать, с каким настроением класс пришёл: без имён, 15 секунд", en="How the class came: no names, 15 seconds"
    ),
    surveys=("checkin_before",),
    also=("plan",),
    petal="lesson",
    days=1,
)
_AFTER = Stage(
    "checkin_after",
    Text("Эмоциональная отметка после занятия", en="Emotional check-in after"),
    Text("Узнать, с каким настроением класс уходит", en="How the class leaves"),
    surveys=("checkin_after",),
    also=("observation",),
    petal="lesson",
    days=1,
)

_ALERT = Action(
    "alert_psychologist",
    Text("Передать психологу", en="Tell the psychologist"),
    ("planning", "checkin_before", "conducting", "checkin_after", "survey", "discussion"),
    "",
    TEAM,
    kind="side",
    asks=(
        Field(
            "message",
            Text("Что тревожит", en="What worries you"),
            "text",
            required=True,
            max_length=3000,
            help="Запись увидит только педагог-психолог. В цикле останется лишь то, что сообщение было.",
        ),
    ),
    confidential_to="psychologist",
    rules=(psychologist_named,),
    done=Text(
        "Сообщение передано. Запись видит только педагог-психолог", en="The message was sent to the psychologist"
    ),
)

# A session that is put off after the check-in begins with a check-in of its own day.
_PUT_OFF = dataclasses.replace(
    BASE.action("reschedule"), key="put_off", source=("conducting",), target="checkin_before"
)

PROCESS = (
    BASE.with_stage(
        _BEFORE,
        on="approve_plan",
        leave=Action(
            "begin_lesson",
            Text("Начать занятие", en="Begin the session"),
            roles=TEAM,
            rules=(before_held,),
            done=Text("Занятие началось", en="The session has begun"),
        ),
    )
    .with_stage(
        _AFTER,
        on="lesson_done",
        leave=Action(
            "close_checkin",
            Text("Закрыть отметку", en="Close the check-in"),
            roles=TEAM,
            rules=(after_held,),
            done=Text("Отметка после занятия закрыта", en="The check-in after is closed"),
        ),
    )
    .showing("planning", "psychologist_review")
    .guarded("approve_plan", psychologist_ok)
    .guarded("lesson_done", before_held)
    .changing("back_to_planning", source=("checkin_before", "conducting"))
    .changing("back_to_lesson", source=("checkin_after", "survey"))
    .changing("reschedule", source=("planning", "checkin_before"))
    .changing("cancel_lesson", source=("checkin_before", "conducting"))
    .with_action(_ALERT, _PUT_OFF)
    .feeding("alerts", "alerts_unread")
)
