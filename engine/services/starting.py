"""The garbage collector while a process starts: what is made then stays, and to look through it again and again is a
fifth of the start."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector; it is back afterwards where it was on."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def started() -> None:
    """From here on the collector leaves alone what the start has made: for a process that serves until it ends."""
    gc.collect()
    gc.freeze()
