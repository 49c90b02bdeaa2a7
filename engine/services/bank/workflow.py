"""The road of a material as a small pure table: which step leads where, and who may take it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from engine.core.text import Text
from engine.services.bank.words import STATES


@dataclass(frozen=True, slots=True)
class Step:
    """A press: from ``sources`` to ``target``, by somebody who holds one of ``roles`` to the material."""

    key: str
    title: Text
    sources: frozenset[str]
    target: str
    roles: frozenset[str]


def _step(key: str, title: str, en: str, sources: str, target: str, roles: str) -> Step:
    return Step(key, Text(title, en=en), frozenset(sources.split()), target, frozenset(roles.split()))


STEPS = {
    step.key: step
    for step in (
        _step("edit", "Править", "Edit", "draft rework", "", "author"),
        _step("send", "Отправить на экспертизу", "Send for review", "draft rework", "review", "author"),
        _step("ask", "Попросить другого эксперта", "Ask another reviewer", "review", "review", "author leader"),
        _step("recall", "Вернуть в черновик", "Take back to draft", "review recommended", "draft", "author"),
        _step("review", "Записать отзыв", "Write the review", "review", "", "reviewer"),
        _step("bank", "Включить в банк", "Put into the bank", "recommended", "in_bank", "leader lab"),
        _step("archive", "Убрать в архив", "Withdraw to the archive", "in_bank", "archived", "author leader lab"),
        _step("revise", "Доработать новую версию", "Rework as a new version", "archived", "draft", "author"),
    )
}
_WHO = {
    "author": Text("автор", en="an author"),
    "leader": Text("руководитель своего ПОС (если он не автор)", en="the leader of the own group (not an author)"),
    "lab": Text("участник Лаборатории (если он не автор)", en="a member of the Laboratory (not an author)"),
    "reviewer": Text("эксперт, которого попросили", en="the reviewer who was asked"),
}


def refusal(key: str, state: str, held: Set[str]) -> Text | None:
    """Why the step cannot be taken from ``state`` by somebody who holds the roles ``held``; None when it can."""
    step = STEPS[key]
    if not step.roles & held:
        people = [_WHO[role] for role in sorted(step.roles)]
        return Text("«{step}» может только: {who}", en="“{step}” is for: {who}").fill(
            {"step": step.title, "who": people}
        )
    if state not in step.sources:
        return Text(
            "Сейчас материал в состоянии «{state}»: «{step}» уже или ещё нельзя. Обновите страницу",
            en="The material is “{state}” now: “{step}” is not possible. Reload the page",
        ).fill({"state": STATES[state], "step": step.title})
    return None


def open_steps(state: str, held: Set[str]) -> frozenset[str]:
    """The steps that can be taken now."""
    return frozenset(key for key in STEPS if refusal(key, state, held) is None)
