"""Points where somebody may take hold of running code: to put clients into an order, or to make one fail.

Off in an installation: nothing listens and nothing happens. Tests listen, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str], None]
_listeners: list[Listener] = []


def reached(point: str) -> None:
    """The code has come to ``point``; a listener may wait here, or raise."""
    for listener in _listeners:
        listener(point)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have every thread of this process tell ``listener`` its points meanwhile.

    Raises RuntimeError when somebody listens already: two would wait for each other.
    """
    if _listeners:
        raise RuntimeError("somebody listens already")
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
