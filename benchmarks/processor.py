"""What processors have spent, from ``/proc``: of a process with its workers, of the servers of PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_TICK = os.sysconf("SC_CLK_TCK")


class _Process(NamedTuple):
    pid: int
    parent: int
    name: str
    #: Seconds, those of children that are gone included.
    spent: float


def _all() -> list[_Process]:
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = file.read_text()
        except OSError:  # gone meanwhile
            continue
        name, _, rest = text.partition(" (")[2].rpartition(") ")
        _, parent, *more = rest.split()
        found.append(_Process(int(file.parent.name), int(parent), name, sum(map(int, more[9:13])) / _TICK))
    return found


def _spent(there: Callable[[_Process, set[int]], bool]) -> float:
    chosen: set[int] = set()
    processes = _all()
    while more := {one.pid for one in processes if one.pid not in chosen and there(one, chosen)}:
        chosen |= more
    return sum(one.spent for one in processes if one.pid in chosen)


def of_tree(pid: int) -> float:
    """Seconds of a process and everything below it."""
    return _spent(lambda one, chosen: one.pid == pid or one.parent in chosen)


def of_postgres() -> float:
    """Seconds of every server of PostgreSQL there is. Sessions that have ended count with the server that kept them."""
    return _spent(lambda one, _: one.name.startswith("postgres"))
