"""The example definition with something in it made otherwise, which the lint is to judge."""

from __future__ import annotations

import dataclasses
from typing import Any

from engine.api import Action, GroupType, Section, Stage, Technique
from tests.core.intake import APPLICATION, INTAKE, OPINION, PROCESS

FED = frozenset({"fee"})
STAGES = PROCESS.stages


def changed(**parts: Any) -> GroupType:
    return dataclasses.replace(INTAKE, **parts)


def process(**parts: Any) -> GroupType:
    return changed(process=dataclasses.replace(PROCESS, **parts))


def staged(*stages: Stage, actions: tuple[Action, ...] = ()) -> GroupType:
    return process(stages=(*STAGES, *stages), actions=(*PROCESS.actions, *actions))


def asking(*items: Any, **parts: Any) -> GroupType:
    """The example with more questions on its first form."""
    form = APPLICATION.with_sections(Section("more", "Ещё", items))
    return changed(forms=(dataclasses.replace(form, **parts), OPINION))


def act(key: str, source: str, target: str = "", **parts: Any) -> Action:
    return Action(key, source=(source,), target=target, **{"title": key, "roles": ("clerk",), **parts})


def named(key: str) -> GroupType:
    return changed(techniques=(Technique(key, "Приём"),))
