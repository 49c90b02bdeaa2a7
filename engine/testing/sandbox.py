"""A cycle to click through without a school: every step is kept, so that it can be taken back, or played again on a
definition that has been changed meanwhile."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.core.definition import GroupType
from engine.core.diagram import road
from engine.core.errors import Refused, UnknownAction
from engine.core.machine import Move, Verdict
from engine.core.process import Action
from engine.core.rules import Refusal, Rule
from engine.core.text import Text, localise
from engine.core.view import CycleView
from engine.extension.door import PluginFault
from engine.extension.hookspecs import Attempt, Change, Effect
from engine.extension.registry import Registry
from engine.testing.resolving import satisfied
from engine.testing.walks import go_on
from engine.testing.world import World

#: Who acts beside the team: the leader of its group and the psychologist.
OTHERS = (9, 10)
READY = "engine.core.vocabulary"
StepKind = Literal["press", "resolve", "write", "agree", "answer", "waive", "walk"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody did. ``key`` is the action, document, survey, rule or stage; ``code`` the refusal resolved.

    ``values`` are the answers of a document or beside a button, ``number`` how many answered a survey. A document is
    ``complete`` when it was handed in, a walk when it arrived.
    """

    kind: StepKind
    key: str
    actor: int = 1
    code: str = ""
    round: int = 0
    owner: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0
    complete: bool = False


class Failed(Exception):
    """A step could not be taken; ``text`` says why, ``detail`` is the traceback of what nobody foresaw."""

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.text, self.detail = text, detail


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule, the actions it guards, whether one of them leaves the present stage, and what it says: a refusal,
    nothing, or the traceback of what it raised."""

    rule: Rule
    guards: tuple[Action, ...]
    now: bool
    refusal: Refusal | None
    fault: str

    @property
    def ready(self) -> bool:
        """Whether it comes from the ready vocabulary, whose rules have no docstring of their own."""
        return self.rule.check.__module__ == READY


@dataclass
class Asking(World):
    """The school in memory that asks the hooks of the type too, as the services do."""

    registry: Registry = field(default_factory=Registry)
    told: list[tuple[int, Effect]] = field(default_factory=list)

    def verdicts(self, actor: int) -> tuple[Verdict, ...]:
        view = self.view(actor)
        return tuple(
            dataclasses.replace(v, refusals=(*v.refusals, *self._objections(Attempt(v.action, view))))
            for v in super().verdicts(actor)
        )

    def press(self, action: str, actor: int, given: Mapping[str, Any] | None = None) -> Move:
        before = self.view(actor, given)
        pressed = next((a for a in self.definition.process.leaving(self.stage) if a.key == action), None)
        if pressed is not None and (objections := self._objections(Attempt(pressed, before))):
            found = next(v for v in World.verdicts(self, actor) if v.action.key == action)
            raise Refused((*found.refusals, *objections))
        move = super().press(action, actor, given)
        change = Change(move.action, before, move.stage, move.round)
        self.told += [(len(self.journal), e) for e in self.registry.effects(self.definition.key, change)]
        return move

    def resolve(self, refusal: Refusal) -> None:
        """Do what a refusal asks for, with other answers where plausible ones are not enough."""
        satisfied(self, refusal)

    def _objections(self, attempt: Attempt) -> list[Refusal]:
        return self.registry.objections(self.definition.key, attempt)


class Sandbox:
    """The steps of one author on one type, and the world they lead to.

    ``broken`` is the number of the first step that does not hold on the present definition, with the reason; the steps
    from there on are kept until something else is done, so that a repaired definition takes them up again.
    """

    def __init__(self, definition: GroupType, registry: Registry) -> None:
        self.steps: list[Step] = []
        self.learned: dict[str, Mapping[str, Any]] = {}
        self.actor = 1
        self.stuck = ""
        self.broken: tuple[int, Failed] | None = None
        self.replay(definition, registry)

    # -- the steps ------------------------------------------------------------------------------------------------

    def replay(self, definition: GroupType, registry: Registry) -> None:
        """Play every step again, on this definition; stop at the first that does not hold."""
        self.definition, self.registry = definition, registry
        self.world, self.broken = self._fresh(), None
        for number, step in enumerate(self.steps):
            try:
                self._take(step)
            except Failed as failed:
                self.broken = number, failed
                break

    def do(self, step: Step) -> Step:
        """Take a step and keep it. Raises Failed; then everything stands as before.

        A walk that gets stuck is kept and stays where it stopped, for there its reasons can be read.
        """
        kept = self.kept
        try:
            taken = self._take(step)
        except Failed:
            self.steps = kept
            self.replay(self.definition, self.registry)
            raise
        self.steps, self.broken = [*kept, taken], None
        return taken

    @property
    def kept(self) -> list[Step]:
        """The steps that hold."""
        return self.steps[: self.broken[0]] if self.broken else list(self.steps)

    def back(self, number: int = 1) -> None:
        """Take back the last steps that hold."""
        kept = self.kept
        self.steps = kept[: max(0, len(kept) - number)]
        self.replay(self.definition, self.registry)

    def restart(self) -> None:
        """Begin again. What the author wrote by hand is remembered as what this type wants to hear."""
        self.learned = dict(self.world.wanted)
        self.steps = []
        self.replay(self.definition, self.registry)

    def walk(self, stage: str, round_: int = 0) -> None:
        """Go to a stage (empty: to the end) as a helpful team would; what lies behind is reached anew.

        Raises Failed when the walk gets stuck, with the reasons; the world then stands where it stopped.
        """
        if not self._ahead(stage, round_):
            self.restart()
        if not self.do(Step("walk", stage, self.actor, round=round_)).complete:
            raise Failed(Text("Дальше дойти не удалось", en="There was no way on from here"), self.stuck)

    def _ahead(self, stage: str, round_: int) -> bool:
        process = self.definition.process
        here = (self.world.stage, self.world.round)
        if process.stage(self.world.stage).final or here == (stage, round_ or self.world.round):
            return False
        if not stage:
            return True
        ahead = [s for s in road(process, *here) if s.standing == "next"]
        return any(s.stage == stage and s.round in (0, round_ or s.round) for s in ahead)

    # -- what stands now ------------------------------------------------------------------------------------------

    def verdicts(self) -> tuple[Verdict, ...]:
        """Every button of this stage for the acting person."""
        return self.world.verdicts(self.actor)

    def held(self) -> set[str]:
        """The roles of the acting person in this round; of the Laboratory only where the type knows it."""
        process = self.definition.process
        known = {role for action in process.actions for role in action.roles}
        roles = {role for role, people in self.world.roles().items() if any(p.id == self.actor for p in people)}
        return roles if "lab_member" in known else roles - {"lab_member"}

    def asked(self) -> list[Asked]:
        """Every rule of the type, and what it says of the sandbox as it stands."""
        view = self.world.view(self.actor)
        guards: dict[str, list[Action]] = {}
        for action in self.definition.process.actions:
            for rule in action.rules:
                guards.setdefault(rule.key, []).append(action)
        return [
            Asked(rule, tuple(guards[key]), any(view.stage in a.source for a in guards[key]), *_says(rule, view))
            for key, rule in self.definition.rules.items()
        ]

    def faults(self) -> list[Asked]:
        """The rules of this stage that raise, each with its traceback: nothing is softened for an author."""
        return [asked for asked in self.asked() if asked.now and asked.fault]

    # -- how a step is taken --------------------------------------------------------------------------------------

    def _fresh(self) -> Asking:
        return Asking(self.definition, wanted=dict(self.learned), registry=self.registry)

    def _take(self, step: Step) -> Step:
        try:
            return getattr(self, f"_{step.kind}")(step) or step
        except Failed:
            raise
        except Refused as refused:
            texts = [r.text for r in refused.refusals]
            told = (" ".join(localise(text, language) for text in texts) for language in ("ru", "en"))
            raise Failed(Text(next(told), en=next(told))) from refused
        except UnknownAction as gone:
            raise Failed(Text("На этом этапе такой кнопки нет", en="This stage has no such button")) from gone
        except Exception as error:  # the definition is being written: whatever it does is told, not raised
            raise Failed(f"{type(error).__name__}: {error}", traceback.format_exc()) from error

    def _press(self, step: Step) -> None:
        self.world.press(step.key, step.actor, step.values)

    def _resolve(self, step: Step) -> None:
        """Nothing to do where nobody is refused for this reason any more."""
        everybody = (step.actor, *self.world.team, *OTHERS)
        refusals = (r for actor in everybody for v in self.world.verdicts(actor) for r in v.refusals)
        if refusal := next((r for r in refusals if r.code == step.code), None):
            self.world.resolve(refusal)

    def _write(self, step: Step) -> None:
        form = self.definition.form(step.key)
        confirms = step.complete and any(p.id == step.actor for r in form.confirm for p in self.world.roles()[r])
        confirmed = frozenset({step.actor}) if confirms else frozenset()
        complete = step.complete
        self.world.put(step.key, step.values, step.round, step.owner, complete=complete, confirmed=confirmed)
        if complete:
            self.world.wanted = {**self.world.wanted, step.key: step.values}

    def _agree(self, step: Step) -> None:
        sheet = self.world.sheets[step.key, step.round, step.owner]
        sheet = dataclasses.replace(sheet, confirmed=sheet.confirmed | {step.actor})
        self.world.sheets[step.key, step.round, step.owner] = sheet

    def _answer(self, step: Step) -> None:
        self.definition.survey(step.key)
        self.world.ask(step.key, step.number)

    def _waive(self, step: Step) -> None:
        if not self.definition.rules[step.key].waivable:
            raise Failed(Text("Это ограничение снять нельзя", en="This rule cannot be lifted"))
        self.world.waived.add((step.key, self.world.round))

    def _walk(self, step: Step) -> Step:
        try:
            go_on(self.world, to=step.key, round=step.round)
        except AssertionError as stuck:
            self.stuck = str(stuck)
            if step.complete:
                raise Failed(Text("Дойти больше не удаётся", en="The way is closed now"), self.stuck) from stuck
            return step
        return dataclasses.replace(step, complete=True)


def _says(rule: Rule, view: CycleView) -> tuple[Refusal | None, str]:
    try:
        return rule(view), ""
    except PluginFault as fault:
        return None, fault.call.trace
    except Exception:
        return None, traceback.format_exc()
