"""The process: stages, the actions between them, and the loop of rounds. Immutable; every verb returns a new one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from engine.core.errors import DefinitionError
from engine.core.forms import Field
from engine.core.rules import Rule
from engine.core.text import Text
from engine.core.vocabulary import complete

#: In which rounds of the loop an action exists.
When = Literal["any", "more", "last"]
ActionKind = Literal["main", "back", "side"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the road.

    ``forms`` are worked on here, ``also`` may still be corrected here; ``surveys`` are open while the run stands here.
    ``petal`` groups stages of the loop for the picture. ``days`` is the usual time to leave the stage, in working
    days (0: no term); a term is a reminder, never a verdict.
    """

    key: str
    title: str
    purpose: str = ""
    forms: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    surveys: tuple[str, ...] = ()
    page: str = ""
    petal: str = ""
    days: int = 0
    final: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A button. It leaves one of ``source`` for ``target`` (empty: the run stays where it is).

    ``roles`` may press it; ``rules`` say why it is closed. ``next_round`` opens the next turn of the loop, ``when``
    limits the action to the last round or to the others. ``hold`` True suspends the run, False resumes it. ``asks``
    are questions beside the button; their answers go into the journal. ``mark`` is the status the current round
    takes, ``done`` the sentence of the journal. ``effects`` name what the host does in the same transaction.
    ``confidential_to`` is a role: the answers of ``asks`` go to its holders as a closed note,
    the journal keeps the fact.
    """

    key: str
    title: str
    source: tuple[str, ...] = ()
    target: str = ""
    roles: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    kind: ActionKind = "main"
    when: When = "any"
    next_round: bool = False
    hold: bool | None = None
    asks: tuple[Field, ...] = ()
    mark: str = ""
    done: str = ""
    help: str = ""
    effects: tuple[str, ...] = ()
    confidential_to: str = ""


@dataclass(frozen=True)
class Process:
    """Stages in the order of the road and the actions between them.

    ``loop`` is the pair of first and last stage that repeat ``rounds`` times; empty for a process without a loop.
    ``feeds`` names what the host must put into the facts of the view. Words about individuals (private fields) stay
    inside the team until the run has reached the stage ``private_until``.
    """

    stages: tuple[Stage, ...]
    actions: tuple[Action, ...]
    initial: str
    rounds: int = 1
    loop: tuple[str, ...] = ()
    round_titles: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    private_until: str = ""

    def stage(self, key: str) -> Stage:
        """The stage keyed ``key``; KeyError when there is none."""
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise KeyError(f"unknown stage: {key!r}")

    def action(self, key: str) -> Action:
        """The action keyed ``key``; KeyError when there is none."""
        for action in self.actions:
            if action.key == key:
                return action
        raise KeyError(f"unknown action: {key!r}")

    def leaving(self, stage: str) -> Iterator[Action]:
        """The actions that can be pressed in ``stage``, in the order of the definition."""
        return (a for a in self.actions if stage in a.source)

    def round_title(self, n: int) -> str:
        """What round ``n`` is called, also where the definition gives it no name."""
        return self.round_titles[n - 1] if len(self.round_titles) >= n else Text(f"Круг {n}", en=f"Round {n}")

    def side_exit(self, stage: str) -> bool:
        """Whether only side actions lead to a stage (for example "ended early")."""
        leading = [a for a in self.actions if a.target == stage]
        return bool(leading) and all(a.kind == "side" for a in leading)

    def has_page(self, page: str) -> bool:
        """Whether some stage is worked on at the page ``page`` of the host."""
        return any(stage.page == page for stage in self.stages)

    @cached_property
    def looped(self) -> tuple[str, ...]:
        """Keys of the stages inside the loop."""
        if not self.loop:
            return ()
        keys = [s.key for s in self.stages]
        return tuple(keys[keys.index(self.loop[0]) : keys.index(self.loop[-1]) + 1])

    # -- verbs: each returns a new process ------------------------------------------------------------------------

    def with_action(self, *actions: Action) -> Process:
        """More actions."""
        return dataclasses.replace(self, actions=self.actions + actions)

    def with_stage(self, stage: Stage, *, on: str, leave: Action) -> Process:
        """Put ``stage`` on the way of the action ``on``: it now leads there, and ``leave`` goes on to its old target.

        ``leave`` takes its source, target and round step from the place it is put into. Side actions that leave the
        stage before (suspend, end early) leave the new stage too.
        """
        entering = self.action(on)
        leaving = dataclasses.replace(
            leave, source=(stage.key,), target=entering.target, next_round=entering.next_round
        )
        entering = dataclasses.replace(entering, target=stage.key, next_round=False)

        def beside(action: Action) -> Action:
            if action.kind == "side" and set(action.source) >= set(entering.source):
                return dataclasses.replace(action, source=(*action.source, stage.key))
            return action

        keys = [s.key for s in self.stages]
        place = max(keys.index(s) for s in entering.source) + 1
        loop = self.loop
        if loop and entering.source[-1] == loop[-1] and leaving.target in self.looped:
            loop = (loop[0], stage.key)
        return dataclasses.replace(
            self,
            stages=(*self.stages[:place], stage, *self.stages[place:]),
            actions=(*(entering if a.key == on else beside(a) for a in self.actions), leaving),
            loop=loop,
        )

    def guarded(self, action: str, *rules: Rule) -> Process:
        """More rules on an action."""
        return self.changing(action, rules=self.action(action).rules + rules)

    def requiring(
        self,
        action: str,
        form: str,
        title: str,
        text: str,
        *,
        en: str = "",
        text_en: str = "",
        roles: tuple[str, ...] = (),
    ) -> Process:
        """The action needs the shared document ``form`` to be whole."""
        return self.guarded(
            action, complete(form, roles or self.action(action).roles, title, text, en=en, text_en=text_en)
        )

    def changing(self, action: str, **changes: object) -> Process:
        """Replace fields of an action."""
        self.action(action)
        return dataclasses.replace(
            self,
            actions=tuple(
                dataclasses.replace(a, **changes) if a.key == action else a  # type: ignore[arg-type]
                for a in self.actions
            ),
        )

    def staging(self, stage: str, **changes: object) -> Process:
        """Replace fields of a stage."""
        self.stage(stage)
        return dataclasses.replace(
            self,
            stages=tuple(
                dataclasses.replace(s, **changes) if s.key == stage else s  # type: ignore[arg-type]
                for s in self.stages
            ),
        )

    def showing(self, stage: str, *forms: str) -> Process:
        """More documents are worked on in ``stage``."""
        return self.staging(stage, forms=self.stage(stage).forms + forms)

    def feeding(self, *feeds: str) -> Process:
        """More facts from the host."""
        return dataclasses.replace(self, feeds=tuple(dict.fromkeys((*self.feeds, *feeds))))

    def open_stages(self, form: str) -> tuple[str, ...]:
        """The stages in which a document may be written."""
        return tuple(s.key for s in self.stages if form in s.forms or form in s.also)


def rules_of(actions: Iterable[Action]) -> dict[str, Rule]:
    """Every rule of the actions by key; the same key twice must be the same check."""
    found: dict[str, Rule] = {}
    for action in actions:
        for item in action.rules:
            if found.setdefault(item.key, item).title != item.title:
                raise DefinitionError(f"two different rules are keyed {item.key!r}")
    return found
