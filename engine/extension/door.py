"""The one door to the code of plugins: addressed to one plugin, checked, timed, told to whoever listens.

What happens inside a process cannot be contained wholly: code that never returns, or reaches for the host's memory, is
not held by a door. What can be held is: whatever it raises, whatever it answers, how long it took.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from engine.extension.loader import Plugin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a hook: what went in, what came out (or ``error`` with its ``trace``), how many seconds it took."""

    plugin: str
    hook: str
    arguments: Mapping[str, Any]
    answer: Any = None
    error: BaseException | None = None
    trace: str = ""
    seconds: float = 0.0


class PluginFault(Exception):
    """A plugin raised, or answered something its hook does not allow. ``call`` tells all of it."""

    def __init__(self, call: Call) -> None:
        super().__init__(f"{call.plugin}.{call.hook}: {type(call.error).__name__}: {call.error}")
        self.call = call


@dataclass
class Door:
    """Asks plugins. ``listeners`` hear of every call, whether it went well or not."""

    listeners: list[Callable[[Call], None]] = field(default_factory=list)

    def ask(self, plugin: Plugin, hook: str, kind: type[T], **arguments: Any) -> list[T]:
        """Everything the plugin answers to ``hook``, one flat list of ``kind``. Raises PluginFault."""
        if plugin.manager is None or not getattr(plugin.manager.hook, hook).get_hookimpls():
            return []
        return self.call(plugin.name, hook, lambda: _several(_answers(plugin, hook, arguments), kind, hook), arguments)

    def noun(self, plugin: Plugin, hook: str, kind: type[T], **arguments: Any) -> T | None:
        """The one value a noun of the plugin returns; None where it has no such hook or returns None."""
        return self.call(plugin.name, hook, lambda: _one(_answers(plugin, hook, arguments), kind, hook), arguments)

    def call(self, plugin: str, hook: str, ask: Callable[[], T], arguments: Mapping[str, Any]) -> T:
        """Run ``ask``, which enters the code of ``plugin``. Raises PluginFault for whatever it raises."""
        began = time.perf_counter()
        try:
            answer = ask()
        except (Exception, SystemExit) as error:
            spent = time.perf_counter() - began
            made = Call(plugin, hook, arguments, error=error, trace=traceback.format_exc(), seconds=spent)
            self._tell(made)
            raise PluginFault(made) from error
        self._tell(Call(plugin, hook, arguments, answer, seconds=time.perf_counter() - began))
        return answer

    def _tell(self, call: Call) -> None:
        for listener in self.listeners:
            listener(call)


def _answers(plugin: Plugin, hook: str, arguments: Mapping[str, Any]) -> list[Any]:
    return list(getattr(plugin.manager.hook, hook)(**arguments)) if plugin.manager else []


def _several(answers: list[Any], kind: type[T], hook: str) -> list[T]:
    found: list[T] = []
    for answer in answers:
        if not isinstance(answer, (list, tuple)):
            raise TypeError(f"{hook} must return a list, not {type(answer).__name__}")
        for item in answer:
            if not isinstance(item, kind):
                raise TypeError(f"{hook} must return a list of {kind.__name__}, not of {type(item).__name__}")
            found.append(item)
    return found


def _one(answers: list[Any], kind: type[T], hook: str) -> T | None:
    for answer in answers:  # pluggy leaves out None
        if not isinstance(answer, kind):
            raise TypeError(f"{hook} must return {kind.__name__}, not {type(answer).__name__}")
    return answers[0] if answers else None
