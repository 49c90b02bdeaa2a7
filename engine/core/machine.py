"""The machine: one ``transitions`` machine per definition, never run over stored objects.

``transitions`` decides which moves there are; the rules of an action are their only condition. Nothing is registered as
a model, nothing is queued, no callback can act: a verdict is a value.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import transitions

from engine.core.definition import GroupType
from engine.core.errors import Loud, Refused, UnknownAction
from engine.core.process import Action
from engine.core.rules import Link, Refusal, Rule, refuse
from engine.core.text import Text, localise
from engine.core.view import CycleView, Person

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said of one action now: every refusal, and the waivable rules that were lifted."""

    action: Action
    refusals: tuple[Refusal, ...] = ()
    waived: tuple[Refusal, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.refusals


class Move(NamedTuple):
    """A carried out action: where the run stands after it."""

    action: Action
    stage: str
    round: int
    held: bool
    waived: tuple[Refusal, ...] = ()


class Machine:
    """A compiled definition. Immutable and shared by every run of the same fingerprint.

    ``transitions`` owns the graph: it takes the definition or refuses it. What it holds is read into a table once, for
    asking it anew at every press costs ten times the answer.
    """

    def __init__(self, definition: GroupType) -> None:
        self.definition = definition
        self.process = definition.process
        self._machine = transitions.Machine(
            model=None,
            states=[stage.key for stage in self.process.stages],
            initial=self.process.initial,
            transitions=[
                {"trigger": action.key, "source": source, "dest": action.target or source}
                for action in self.process.actions
                for source in action.source
            ],
            auto_transitions=False,
        )
        actions = {action.key: action for action in self.process.actions}
        #: (action, stage it is pressed in) → the action, and the stage it leads to.
        self._ways = {
            (key, way.source): (actions[key], str(way.dest))
            for key, event in self._machine.events.items()
            for ways in event.transitions.values()
            for way in ways
        }

    def explain(self, view: CycleView, asked: Callable[[Action], bool] | None = None) -> tuple[Verdict, ...]:
        """Every action that leaves the current stage (of those ``asked`` for), each with all its refusals."""
        return tuple(judge(self.definition, action, view) for action in filter(asked, self.process.leaving(view.stage)))

    def fire(self, action_key: str, view: CycleView) -> Move:
        """Carry the action out.

        Raises UnknownAction when it does not leave the stage of the view, Refused with every reason when it may not
        be done now.
        """
        way = self._ways.get((action_key, view.stage))
        if way is None:
            raise UnknownAction(f"{action_key!r} does not leave {view.stage!r}")
        action, target = way
        refusals, waived = _reasons(self.definition, action, view)
        if refusals:
            raise Refused(tuple(refusals))
        return Move(
            action,
            target,
            view.round + 1 if action.next_round else view.round,
            view.held if action.hold is None else action.hold,
            tuple(waived),
        )


def judge(definition: GroupType, action: Action, view: CycleView) -> Verdict:
    """Every reason why ``action`` may not be done in ``view``. All rules are asked, always."""
    refusals, waived = _reasons(definition, action, view)
    return Verdict(action, tuple(refusals), tuple(waived))


def _reasons(definition: GroupType, action: Action, view: CycleView) -> tuple[list[Refusal], list[Refusal]]:
    refusals: list[Refusal] = []
    if (view.held or action.hold is False) and (refusal := _held(action, view)):
        refusals.append(refusal)
    if refusal := _role(action, view):
        refusals.append(refusal)
    if action.when != "any" and (refusal := _round(definition, action, view)):
        refusals.append(refusal)
    waived: list[Refusal] = []
    for item in action.rules:
        refusal = _asked(item, action, view)
        if refusal is None:
            continue
        refusal = _placed(definition, refusal)
        if refusal.waivable and refusal.code in view.waived:
            waived.append(refusal)
        else:
            refusals.append(refusal)
    return refusals, waived


def _asked(item: Rule, action: Action, view: CycleView) -> Refusal | None:
    """What a rule says; one that fails closes its own action with a reason, and nothing else."""
    try:
        return item(view)
    except Loud:
        raise
    except (Exception, SystemExit):
        log.exception("the rule %s failed", item.key)
        refusal = refuse(
            "Правило «{rule}» не смогло ответить. Сообщите администратору",
            "The rule “{rule}” could not answer. Tell the administrator",
            roles=action.roles,
            link=Link("types"),
            rule=item.title,
        )
        return _stamp("rule_fault", refusal)


def _placed(definition: GroupType, refusal: Refusal) -> Refusal:
    """The refusal with its link on the one document of the run: a ready rule cannot know that a form has no round."""
    link = refusal.link
    if not (link and link.kind == "form" and link.round):
        return refusal
    if not definition.process.loop or any(f.key == link.key and not f.per_round for f in definition.forms):
        return refusal.at(Link(link.kind, link.key))
    return refusal


def _held(action: Action, view: CycleView) -> Refusal | None:
    if action.hold is False:
        return None if view.held else _not_on_hold(action.roles)
    return _on_hold(action.roles) if view.held else None


def _role(action: Action, view: CycleView) -> Refusal | None:
    for role in action.roles:
        if view.holds(role):
            return None
    allowed = {p.id: p for role in action.roles for p in view.holders(role)}
    return _done_by(action.roles, tuple(allowed.values())) if allowed else _nobody(action.roles)


def _round(definition: GroupType, action: Action, view: CycleView) -> Refusal | None:
    rounds = definition.process.rounds
    match action.when:
        case "last" if view.round < rounds:
            title = definition.process.round_title(rounds)
            return _later(action.roles, str(title), localise(title, "en"))
        case "more" if view.round >= rounds:
            return _last_round(action.roles)
        case _:
            return None


# What is said of an action besides its rules depends on its roles and on who holds them: a page says it of a dozen
# actions, a board of a hundred, in two languages each.


@lru_cache(1024)
def _not_on_hold(roles: tuple[str, ...]) -> Refusal:
    refusal = refuse("Цикл не приостановлен", "The cycle is not suspended", roles=roles, link=Link("run"))
    return _stamp("not_held", refusal)


@lru_cache(1024)
def _on_hold(roles: tuple[str, ...]) -> Refusal:
    refusal = refuse(
        "Цикл приостановлен. Сначала возобновите его",
        "The cycle is suspended. Resume it first",
        roles=roles,
        link=Link("run"),
    )
    return _stamp("held", refusal)


@lru_cache(1024)
def _nobody(roles: tuple[str, ...]) -> Refusal:
    refusal = refuse(
        "Пока некому это сделать: роль не назначена", "Nobody holds the role yet", roles=roles, link=Link("people")
    )
    return _stamp("nobody", refusal)


@lru_cache(1024)
def _done_by(roles: tuple[str, ...], people: tuple[Person, ...]) -> Refusal:
    refusal = refuse(
        "Это делает: {who}",
        "This is done by: {who}",
        people=people,
        roles=roles,
        link=Link("run"),
        who=[p.name for p in people],
    )
    return _stamp("role", refusal)


@lru_cache(1024)
def _later(roles: tuple[str, ...], title: str, en: str) -> Refusal:
    title = Text(title, en=en)
    refusal = refuse("Откроется позже: {title}", "Opens later: {title}", roles=roles, link=Link("run"), title=title)
    return _stamp("round", refusal)


@lru_cache(1024)
def _last_round(roles: tuple[str, ...]) -> Refusal:
    return _stamp("round", refuse("Это последний круг", "This is the last round", roles=roles, link=Link("run")))


def _stamp(code: str, refusal: Refusal) -> Refusal:
    return Refusal(refusal.text, code, refusal.roles, refusal.people, refusal.link)


def machine_for(definition: GroupType) -> Machine:
    """The compiled machine of a definition; compiled once and kept with the definition itself."""
    machine = definition.__dict__.get("machine")
    if machine is None:
        machine = definition.__dict__["machine"] = Machine(definition)
    return machine
