"""Calls of hooks in words: for the author's workbench, and on stderr when ``TREFOIL_TRACE_PLUGINS=1``."""

from __future__ import annotations

import dataclasses
import importlib
import os
import reprlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pluggy

from engine.core.view import CycleView
from engine.extension.door import Call

_BEGIN = "Traceback (most recent call last):\n"
#: Where frames come from that stand above the code of a plugin in every traceback.
_MACHINERY = (
    f"{Path(__file__).parents[1]}{os.sep}",
    str(Path(pluggy.__file__).parent),
    "<frozen ",
    importlib.__path__[0],
)
_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 3, 120, 160


def listeners() -> list[Callable[[Call], None]]:
    """Who listens from the start: nobody, unless the environment asks for a trace."""
    return [to_stderr] if os.environ.get("TREFOIL_TRACE_PLUGINS") == "1" else []


def to_stderr(call: Call) -> None:
    """A line for each call, whatever command runs."""
    mark = "!" if call.error else "→"
    line = f"trefoil: {call.plugin} {call.hook}({asked(call)}) {mark} {told(call)} [{call.seconds * 1000:.2f} ms]"
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - what the variable asks for


def asked(call: Call) -> str:
    """The arguments in one line: the button and where the run stands, never the whole view."""
    return ", ".join(map(_told, call.arguments.values()))


def told(call: Call) -> str:
    """The answer in one line, or what was raised."""
    return f"{type(call.error).__name__}: {call.message}" if call.error else _told(call.answer)


def own_frames(trace: str) -> str:
    """A traceback from the first frame of the plugin on: how the call came there is nobody's question."""
    head, begin, frames = trace.partition(_BEGIN)
    lines = frames.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.startswith('  File "') and not any(place in line for place in _MACHINERY):
            return head + begin + "".join(lines[number:])
    return trace


def _told(value: Any) -> str:
    """A value in one line: what has a key by its key, a view by where the run stands, the rest cut short."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_told, value[:8]))}{', …' if len(value) > 8 else ''}]"
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return _SHORT.repr(value)
    if isinstance(value, CycleView):
        return f"{value.stage}:{value.round} by {value.actor.id if value.actor else None}"
    if key := getattr(value, "key", ""):
        return f"{type(value).__name__} {key}"
    given = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
    parts = [f"{name}={_told(part)}" for name, part in given if part not in ("", (), None, False)]
    return f"{type(value).__name__}({', '.join(parts)})"
