"""«Согласие на видео»: a district's rule for types with lessons. Nothing is filmed before consents are collected."""

from __future__ import annotations

from engine.api import Contribution, GroupType, Text, hookimpl
from plugins.video_consent.form import FILMING
from plugins.video_consent.rules import consents_collected, filming_said


@hookimpl
def plc_contribute(group_type: GroupType) -> Contribution | None:
    """A sheet beside the plan and two rules on the way of the lesson; nothing for a type that gives no lessons."""
    stages = {stage.key for stage in group_type.process.stages}
    actions = {action.key for action in group_type.process.actions}
    if "planning" not in stages or not {"approve_plan", "lesson_done"} <= actions:
        return None
    return Contribution(
        title=Text("Согласие на видео", en="Consent to filming"),
        purpose=Text(
            "Урок снимают, только когда собраны отдельные согласия родителей и педагогов. Тройка отмечает это на листе "
            "«Съёмка урока» до урока; сами согласия хранит школа",
            en="A lesson is filmed only after separate consents of parents and teachers are collected. The triad notes "
            "it on the sheet “Filming the lesson” beforehand; the consents themselves stay with the school",
        ),
        rules=(
            ("approve_plan", filming_said),
            ("approve_plan", consents_collected),
            ("lesson_done", consents_collected),  # the sheet may have changed since
        ),
        forms=(("planning", FILMING), ("conducting", FILMING)),
    )
