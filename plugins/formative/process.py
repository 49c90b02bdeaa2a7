"""The Lesson Study process with the rules of formative assessment (texts: domain brief §2.7)."""

from __future__ import annotations

from engine.api import CycleView, Refusal, Text, missing, names, refuse, rule
from plugins.formative.settings import THREE, WORKS
from plugins.formative.techniques import TECHNIQUES
from plugins.lesson_study.content import TEAM
from plugins.lesson_study.process import BASE

_STRATEGIES = {t.key: set(t.tags) for t in TECHNIQUES}
_HINGE = ("hinge_stage", "hinge_question", "hinge_answers", "hinge_a", "hinge_b")


@rule("formative.criteria_agreed", "Критерии успеха подтверждены всеми", en="Success criteria confirmed by all three")
def criteria_agreed(view: CycleView) -> Refusal | None:
    """Two to five criteria in the pupil's words, each version confirmed by all three."""
    sheet = view.sheet("success_criteria")
    done = sheet.confirmed if sheet and sheet.submitted else frozenset()
    waiting = tuple(p for p in view.holders("triad_member") if p.id not in done)
    if not waiting and sheet and 2 <= len(sheet.values.get("criteria") or ()) <= 5:
        return None
    return refuse(
        "Критерии успеха должны подтвердить все трое. Ждём: {who}",
        "All three confirm the success criteria. Waiting for: {who}",
        people=waiting,
        roles=TEAM,
        form="success_criteria",
        round_=view.round,
        step=Text("Подтвердите критерии успеха", en="Confirm the success criteria")
        if sheet and sheet.submitted and waiting
        else Text("Сформулируйте от двух до пяти критериев успеха", en="Word two to five success criteria"),
        who=names(waiting or view.holders("triad_member")),
    )


@rule("formative.two_strategies", "Две стратегии и точка решения", en="Two strategies and a decision point")
def two_strategies(view: CycleView) -> Refusal | None:
    """Techniques of at least two of the five strategies, and one stage marked as the decision point."""
    values = view.values("plan")
    found: set[str] = set().union(*(_STRATEGIES.get(key, set()) for key in values.get("technique_ids") or ()))
    if len(found) >= 2 and not any(missing(values, key) for key in _HINGE):
        return None
    return refuse(
        "Выберите приёмы не менее чем из двух стратегий и отметьте точку решения: вопрос, ожидаемые ответы, ход А и "
        "ход Б",
        "Choose techniques of at least two strategies and mark the decision point: question, expected answers, way A "
        "and way B",
        roles=TEAM,
        form="plan",
        round_=view.round,
    )


@rule("formative.next_lesson_from_data", "План опирается на данные", en="The plan rests on evidence")
def from_data(view: CycleView) -> Refusal | None:
    """From the second lesson on the plan names a piece of evidence of the lesson before."""
    if view.round < 2 or not missing(view.values("plan"), "evidence_link"):
        return None
    return refuse(
        "Укажите, на какое свидетельство предыдущего урока опирается новый план",
        "Say on which evidence of the previous lesson the new plan rests",
        roles=TEAM,
        form="plan",
        round_=view.round,
    )


@rule("formative.evidence_pack", "Свидетельства приложены", en="Evidence is attached", waivable=True)
def evidence_pack(view: CycleView) -> Refusal | None:
    """Works without names (three, unless the school asks for another number), or a summary of exit tickets, handed in:
    a draft is not evidence yet."""
    sheet = view.sheet("evidence")
    values = sheet.values if sheet and sheet.submitted else {}
    if sum(values.get(key) or 0 for key in ("ticket_right", "ticket_partly", "ticket_not")) > 0:
        return None
    least = view.settings.get(WORKS, THREE) or THREE
    if len(values.get("works") or ()) >= least:
        return None
    return refuse(
        "Приложите три обезличенные работы с откликом и доработкой или сводку выходных билетов"
        if least == THREE
        else "Приложите обезличенные работы с откликом и доработкой (сколько: {n}) или сводку выходных билетов",
        "Attach three works without names, with feedback and revision, or a summary of exit tickets"
        if least == THREE
        else "Attach works without names, with feedback and revision (how many: {n}), or a summary of exit tickets",
        roles=TEAM,
        form="evidence",
        round_=view.round,
        n=least,
    )


PROCESS = (
    BASE.showing("planning", "success_criteria")
    .showing("survey", "evidence")
    .staging("discussion", also=(*BASE.stage("discussion").also, "evidence"))
    .guarded("approve_plan", criteria_agreed, two_strategies, from_data)
    .guarded("close_survey", evidence_pack)
)
