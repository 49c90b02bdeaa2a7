"""What the district asks: to say before the lesson whether it is filmed, and to film with consents alone."""

from __future__ import annotations

from engine.api import CycleView, Refusal, Text, missing, refuse, rule
from plugins.video_consent.form import NO

_LACKING = {
    "parents": Text("согласия родителей", en="parents' consents"),
    "teacher": Text("согласие ведущего урока", en="the teacher's consent"),
    "checked_by": Text("кто их проверил", en="who has checked them"),
    "purposes": Text("для чего снимаем", en="what for"),
}


@rule("video_consent.said", "Решено, снимаем ли урок", en="It is decided whether the lesson is filmed")
def filming_said(view: CycleView) -> Refusal | None:
    """The sheet «Съёмка урока» of this lesson is handed in: it says whether the lesson is filmed."""
    sheet = view.sheet("filming")
    if sheet is not None and sheet.submitted and not missing(sheet.values, "filmed"):
        return None
    return refuse(
        "Отметьте на листе «Съёмка урока», снимаете ли урок",
        "Say on the sheet “Filming the lesson” whether the lesson is filmed",
        roles=("triad_member",),
        form="filming",
        round_=view.round,
    )


@rule("video_consent.collected", "Без согласий не снимаем", en="No filming without consents")
def consents_collected(view: CycleView) -> Refusal | None:
    """Where the lesson is filmed, its sheet says that every consent is collected, what for and by whom checked."""
    values = view.values("filming")
    if missing(values, "filmed") or values["filmed"] == NO:
        return None
    lacking = [title for key, title in _LACKING.items() if missing(values, key)]
    if not lacking:
        return None
    return refuse(
        "Урок снимают, но на листе «Съёмка урока» нет отметки: {lacking}. Соберите согласия или не снимайте",
        "The lesson is filmed, but “Filming the lesson” lacks: {lacking}. Collect the consents or do not film",
        roles=("triad_member",),
        form="filming",
        round_=view.round,
        step=Text("Соберите согласия на съёмку: {lacking}", en="Collect the consents to filming: {lacking}"),
        lacking=lacking,
    )
