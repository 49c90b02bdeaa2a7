"""The hooks of a plugin: two nouns and two verbs.

A noun is asked once, when the plugin is loaded, and returns frozen data. The verbs are asked at run time, of the type
that owns the cycle and of nobody else (a plugin with verbs and no type is refused when it is loaded), and return
values; they never write, send, commit or see the web.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pluggy

from engine.core.contribution import Contribution
from engine.core.definition import GroupType
from engine.core.process import Action
from engine.core.rules import Refusal
from engine.core.view import CycleView

PROJECT = "trefoil"
hookspec = pluggy.HookspecMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody is about to press a button: the action and the facts of the cycle before it."""

    action: Action
    view: CycleView


@dataclass(frozen=True, slots=True)
class Change:
    """A carried out action: the facts before it, and where the cycle stands now."""

    action: Action
    before: CycleView
    stage: str
    round: int


@dataclass(frozen=True, slots=True)
class Notify:
    """An effect: a notice to everybody who holds one of ``roles``, with a link to the cycle."""

    roles: tuple[str, ...]
    text: str


Effect = Notify


class GroupTypeSpec:
    """What a plugin may implement. One noun is needed: ``plc_group_type`` or ``plc_contribute``."""

    @hookspec
    def plc_group_type(self) -> GroupType:  # type: ignore[empty-body]
        """Who you are: the whole definition as one frozen value. Asked once at load.

        >>> from engine.api import hookimpl
        >>> from plugins.lesson_study import lesson_study
        >>> @hookimpl
        ... def plc_group_type():
        ...     return lesson_study(key="reading", title="Смысловое чтение", purpose="Читаем и понимаем", version="1")
        >>> plc_group_type().key
        'reading'
        """

    @hookspec
    def plc_contribute(self, group_type: GroupType) -> Contribution | None:
        """What you add to a type you do not own; None where you have nothing to add. Asked once for each type at load.

        An administrator switches a contribution on for a school; it is in the cycles opened from then on.

        >>> from engine.api import Contribution, complete, hookimpl
        >>> @hookimpl
        ... def plc_contribute(group_type):
        ...     if "sum_up" not in {a.key for a in group_type.process.actions}:
        ...         return None
        ...     passport = complete("passport", ("triad_member",), "Паспорт цикла заполнен", "Заполните паспорт цикла")
        ...     return Contribution(title="Паспорт до итогов", rules=(("sum_up", passport),))
        """

    @hookspec
    def plc_before(self, attempt: Attempt) -> Sequence[Refusal]:  # type: ignore[empty-body]
        """Objections to an action that no single rule can hold; an empty list means none. Prefer a Rule.

        >>> from engine.api import hookimpl, refuse
        >>> @hookimpl
        ... def plc_before(attempt):
        ...     if attempt.action.key == "submit_package" and attempt.view.facts.get("alerts_unread"):
        ...         return [refuse("Сообщение психологу ещё не прочитано", roles=("psychologist",))]
        ...     return []
        """

    @hookspec
    def plc_after(self, change: Change) -> Sequence[Effect]:  # type: ignore[empty-body]
        """Effects of an action, as data. They are stored with the action, in the same transaction.

        >>> from engine.api import Notify, hookimpl
        >>> @hookimpl
        ... def plc_after(change):
        ...     if change.action.key == "schedule_defence":
        ...         return [Notify(("group_leader",), "Назначена защита продукта")]
        ...     return []
        """
