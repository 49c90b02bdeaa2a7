"""What the workbench holds: the plugins as they were last saved, a sandbox for each type, the calls of hooks."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app

from engine.core.definition import GroupType
from engine.extension import trace
from engine.extension.door import Call
from engine.extension.loader import Plugin
from engine.extension.registry import Registry
from engine.extension.workplace import Place, forget, places, reading_sources, stamp
from engine.testing.sandbox import Failed, Sandbox

#: How many rows of calls of hooks are kept.
_CALLS = 300
#: Hooks that are asked when something has happened, not whenever a page is made.
_MOVES = frozenset({"plc_group_type", "plc_contribute", "plc_after"})
#: Numbers of cycles from here on mean a form on its own, outside the sandbox.
PREVIEW = 100_000


@dataclass
class Traced:
    """Calls of one hook or rule that were answered alike between two moves; the last one stands for them."""

    number: int
    at: datetime
    calls: deque[Call]
    times: int = 1

    @property
    def call(self) -> Call:
        return self.calls[-1]

    @property
    def told(self) -> str:
        return trace.told(self.call)


@dataclass
class Bench:
    """A plugin on the workbench: ``number`` is its address for as long as the workbench runs."""

    number: int
    place: Place
    plugin: Plugin
    whole: GroupType | None = None
    sandbox: Sandbox | None = None
    #: Raw inputs of documents that are being typed: (where, form, round) → pairs.
    drafts: dict[tuple[str, str, int], list[tuple[str, str]]] = field(default_factory=dict)
    #: What is shown of a form on its own: where a helpful team would meet it.
    preview: dict[str, Sandbox] = field(default_factory=dict)
    #: Why the last step failed, until a page has told it.
    note: Failed | None = None

    @property
    def definition(self) -> GroupType | None:
        """The type with what other plugins add to it; None while the plugin brings none or is quarantined."""
        return self.whole if self.plugin.group_type else None

    @property
    def title(self) -> str:
        return self.definition.title if self.definition else self.plugin.name


class Workbench:
    """All of it. Whoever asks for a page first takes the lock and looks whether anything was saved meanwhile."""

    def __init__(self, path: Path | None, instance: Path) -> None:
        self.path, self.instance = path, instance
        self.lock = threading.RLock()
        self.calls: deque[Traced] = deque(maxlen=_CALLS)
        self.uploaded: dict[int, str] = {}
        self.trouble = ""
        self.version = 0
        self._counted = 0
        self._numbers: dict[tuple[str, str], int] = {}
        self.benches: dict[int, Bench] = {}
        self.registry = Registry()
        self._places = places(path, instance)
        self._stamps = self._look()
        self._load()

    def refresh(self) -> None:
        """Load anew what was saved since the last look, and play every sandbox again."""
        now = self._look()
        if now == self._stamps:
            return
        changed = {root for root, stood in now.items() if stood != self._stamps.get(root)}
        self.trouble = ""
        try:
            self._places = places(self.path, self.instance)
        except Exception as error:  # a half-written setup.cfg, or the file is gone: the next save may mend it
            self.trouble = f"{type(error).__name__}: {error}"
        forget(changed)
        self._stamps = self._look()
        self._load()

    def _look(self) -> dict[Path, Any]:
        found = dict.fromkeys(root for place in self._places for root in place.roots)
        roots: Iterable[Path] = (*found, *([self.path.resolve()] if self.path else []), self.instance / "plugins")
        return {root: stamp([root]) for root in roots}

    def _load(self) -> None:
        self.version += 1
        self.registry = Registry((), [*trace.listeners(), self._heard])
        known, self.benches = self.benches, {}
        with reading_sources():
            for place in self._places:
                name = (place.source.name, place.source.origin)
                number = self._numbers.setdefault(name, len(self._numbers) + 1)
                bench = known.get(number) or Bench(number, place, Plugin(*name))
                bench.place, bench.plugin, bench.preview = place, self.registry.add(place.source), {}
                self.benches[number] = bench
        for bench in self.benches.values():
            bench.whole = self.registry.whole(bench.plugin.key)
            if bench.sandbox and bench.definition:
                bench.sandbox.replay(bench.definition, self.registry)
        if host := current_app.extensions.get("trefoil") if current_app else None:
            host.registry = self.registry

    def _heard(self, call: Call) -> None:
        """Keep a call. Every page asks all rules and hooks again: between two moves the same answer is one row."""
        told = trace.told(call)
        for row in reversed(self.calls):
            if call.error or call.hook in _MOVES or row.call.hook in _MOVES:
                break
            if (row.call.plugin, row.call.hook, row.told) == (call.plugin, call.hook, told):
                row.calls.append(call)
                row.times += 1
                return
        self._counted += 1
        self.calls.append(Traced(self._counted, datetime.now(), deque([call], 100)))  # noqa: DTZ005 - the wall clock

    def sandbox(self, bench: Bench) -> Sandbox:
        """The sandbox of a type that loads; made when it is first asked for."""
        assert bench.definition is not None
        if bench.sandbox is None:
            bench.sandbox = Sandbox(bench.definition, self.registry)
        return bench.sandbox

    def preview(self, bench: Bench, form: str) -> Sandbox:
        """A world as it stands where a helpful team first meets the form, for what its questions take from others."""
        assert bench.definition is not None
        if form not in bench.preview:
            made = Sandbox(bench.definition, self.registry)
            stages = bench.definition.process.open_stages(form)
            try:
                if stages and stages[0] != made.world.stage:
                    made.walk(stages[0])
            except Failed:  # the form is shown from where the walk stopped
                pass
            bench.preview[form] = made
        return bench.preview[form]


def workbench() -> Workbench:
    """The workbench of the running app."""
    found: Workbench = current_app.extensions["workbench"]
    return found


def fault_of(error: BaseException) -> str:
    """A traceback as text."""
    return "".join(traceback.format_exception(error))
