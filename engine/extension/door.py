"""The one door to the code of plugins: addressed to one plugin, checked, timed, told to whoever listens.

What happens inside a process cannot be contained wholly: code that never returns, or reaches for the host's memory, is
not held by a door. What can be held is: whatever it raises, whatever it answers, how long it took.
"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from engine.core.errors import Loud, TrefoilError, Unanswered
from engine.core.rules import Check, Link, Refusal, Rule, refuse
from engine.core.view import CycleView
from engine.extension import answers
from engine.extension.fault import told

if TYPE_CHECKING:
    from engine.extension.loader import Plugin

T = TypeVar("T")
#: How a call went: well, it raised, it answered what it may not (or too much), it took too long.
Kind = Literal["", "raise", "wrong", "slow"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what went in, what came out (or ``error`` with its ``trace``), how many seconds it took.

    ``hook`` is the name of a hook, or "rule KEY". ``message`` and ``trace`` hold no word of the arguments.
    """

    plugin: str
    hook: str
    arguments: Mapping[str, Any]
    answer: Any = None
    error: BaseException | None = None
    trace: str = ""
    seconds: float = 0.0
    kind: Kind = ""
    message: str = ""


class PluginFault(TrefoilError):
    """A plugin raised, or answered something its hook does not allow. ``call`` tells all of it."""

    def __init__(self, call: Call) -> None:
        super().__init__(f"{call.plugin}.{call.hook}: {type(call.error).__name__}: {call.message}")
        self.call = call


class StrictFault(PluginFault, Loud):
    """The same where faults are to be seen: nothing softens it."""


class Excess(Exception):
    """A plugin answered more than fits; what fits was taken."""


@dataclass
class Door:
    """Asks plugins. ``listeners`` hear of every call, whether it went well or not; ``alarms`` of those that did not.

    A call longer than ``budget`` seconds is told to be slow. ``strict`` lets faults through unsoftened. ``resting``
    names the plugins (by key) that are in quarantine now: none of their code is entered.
    """

    listeners: list[Callable[[Call], None]] = field(default_factory=list)
    alarms: list[Callable[[Call], None]] = field(default_factory=list)
    budget: float = 1.0
    strict: bool = False
    resting: Callable[[], Collection[str]] = frozenset

    def ask(self, plugin: Plugin, hook: str, kind: type[T], **arguments: Any) -> list[T]:
        """Everything the plugin answers to ``hook``, one flat list of ``kind``. Raises PluginFault."""
        if hook not in plugin.hooks or plugin.key in self.resting():
            return []
        notes: list[str] = []
        return self.call(
            plugin.name,
            hook,
            lambda: answers.several(_asked(plugin, hook, arguments), kind, hook, notes),
            arguments,
            notes,
        )

    def noun(self, plugin: Plugin, hook: str, kind: type[T], **arguments: Any) -> T | None:
        """The one value a noun of the plugin returns; None where it has no such hook or returns None."""
        return self.call(plugin.name, hook, lambda: answers.one(_asked(plugin, hook, arguments), kind, hook), arguments)

    def guarded(self, plugin: Plugin, rule: Rule) -> Check:
        """The check of a rule of ``plugin`` behind the door. It raises PluginFault, and Unanswered in quarantine."""

        hook = f"rule {rule.key}"

        @functools.wraps(rule.check)
        def check(view: CycleView) -> Refusal | None:
            if plugin.key in self.resting():
                raise Unanswered(_resting(plugin, rule, of_type=plugin.group_type is not None))
            notes: list[str] = []

            def ask() -> Refusal | None:
                said = rule.check(view)
                return None if said is None else answers.verdict(said, notes)

            return self.call(plugin.name, hook, ask, {"view": view}, notes)

        return check

    def call(
        self,
        plugin: str,
        hook: str,
        ask: Callable[[], T],
        arguments: Mapping[str, Any],
        notes: Collection[str] = (),
    ) -> T:
        """Run ``ask``, which enters the code of ``plugin``. Raises PluginFault for whatever it raises.

        What ``ask`` puts into ``notes`` was wrong with an answer that could be used all the same.
        """
        began = time.perf_counter()
        try:
            answer = ask()
        except (KeyboardInterrupt, Loud):
            raise
        except BaseException as error:
            spent = time.perf_counter() - began
            kind: Kind = "wrong" if isinstance(error, answers.Wrong) else "raise"
            message, trace = told(error, arguments)
            made = Call(plugin, hook, arguments, None, error, trace, spent, kind, message)
            self._tell(made)
            if self.strict:
                raise StrictFault(made) from error
            raise PluginFault(made) from None
        spent = time.perf_counter() - began
        if notes:
            excess = "; ".join(notes)
            made = Call(plugin, hook, arguments, answer, Excess(excess), "", spent, "wrong", excess)
            self._tell(made)
            if self.strict:
                raise StrictFault(made)
            return answer
        slow = spent > self.budget
        if slow or self.listeners:
            self._tell(Call(plugin, hook, arguments, answer, seconds=spent, kind="slow" if slow else ""))
        return answer

    def _tell(self, call: Call) -> None:
        for listener in (*self.listeners, *(self.alarms if call.kind else ())):
            listener(call)


def _asked(plugin: Plugin, hook: str, arguments: Mapping[str, Any]) -> list[Any]:
    return list(getattr(plugin.manager.hook, hook)(**arguments)) if plugin.manager else []


def _resting(plugin: Plugin, rule: Rule, *, of_type: bool) -> Refusal:
    """What stands in the place of a rule whose plugin is in quarantine. One that a plugin added to somebody else's type
    may be lifted by the leader: the team is not to stand still for it, and the rule does not vanish either."""
    text = refuse(
        "Правило «{rule}» сейчас некому проверить: плагин «{plugin}» в карантине",
        "Nobody can check the rule “{rule}” now: the plugin “{plugin}” is in quarantine",
        roles=("school_admin",) if of_type else ("group_leader", "school_admin"),
        link=Link("types") if of_type else Link("run"),
        rule=rule.title,
        plugin=plugin.name,
    )
    return dataclasses.replace(text, waivable=not of_type)
