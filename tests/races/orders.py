"""Puts clients into an order: each runs to its next point and waits there until it is its turn again.

A client that waits for a lock another one holds is not waited for: it is known who holds it, so nothing is guessed by
time. Its turns are void until the holder has let go; then it runs to its next point before anybody else moves.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue

from engine.core import pauses

#: Where a client may be held, in the order it comes there. It waits for the lock after the first; whoever is at one of
#: the others but the last holds it.
POINTS = ("fire.asked", "fire.locked", "fire.judged", "fire.recorded", "unit.written", "unit.committed")
#: No order takes longer; one that does is told by name.
_PATIENCE = 60.0

Work = Callable[[], str]


class Client(threading.Thread):
    """One who does ``work`` again and again, each time in the order it is put into. ``told`` is what the last one
    came to."""

    def __init__(self, stage: Stage, around: Callable[[Callable[[], None]], None]) -> None:
        super().__init__(daemon=True)
        self.stage, self.around = stage, around
        self.jobs: SimpleQueue[Work | None] = SimpleQueue()
        self.state, self.at, self.told, self.blocked = "done", "", "", False

    def run(self) -> None:
        self.around(self._work)

    def _work(self) -> None:
        while (job := self.jobs.get()) is not None:
            try:
                self.told = job()
            except Exception as error:
                self.told = f"{type(error).__name__}: {error}"
            self.stage.tell(self, "done", "")


class Stage:
    """Where the clients meet."""

    def __init__(self, count: int, around: Callable[[Callable[[], None]], None]) -> None:
        self._changed = threading.Condition()
        self.clients = [Client(self, around) for _ in range(count)]
        for client in self.clients:
            client.start()

    def close(self) -> None:
        """Send everybody home."""
        for client in self.clients:
            client.jobs.put(None)
            client.join(timeout=_PATIENCE)

    def reached(self, point: str) -> None:
        """What :mod:`engine.core.pauses` tells: the client whose thread this is waits for its turn."""
        client = next((c for c in self.clients if c is threading.current_thread()), None)
        if client is None or point not in POINTS:
            return
        with self._changed:
            self.tell(client, "paused", point)
            if not self._changed.wait_for(lambda: client.state == "running", _PATIENCE):
                raise TimeoutError(f"nobody called at {point}")

    def tell(self, client: Client, state: str, point: str) -> None:
        with self._changed:
            client.state, client.at = state, point
            self._changed.notify_all()

    def play(self, order: Sequence[int], work: Sequence[Work]) -> list[str]:
        """Have each client do its work, moving on in ``order``; what is left is done one after another.

        ``moves`` says afterwards whose turns were not void.
        """
        self.moves: list[int] = []
        holder: Client | None = None
        with pauses.listening(self.reached):
            for client, job in zip(self.clients, work, strict=True):
                client.blocked, client.told = False, ""
                self.tell(client, "running", "")
                client.jobs.put(job)
                self._settled(client)
            for n in (*order, *_rest(len(self.clients))):
                client = self.clients[n]
                if client.blocked or client.state == "done":
                    continue
                self.moves.append(n)
                holder = self._move(client, holder)
        assert [c.state for c in self.clients] == ["done"] * len(self.clients)
        return [c.told for c in self.clients]

    def _move(self, client: Client, holder: Client | None) -> Client | None:
        """Let a client run to its next point; tells who holds the lock afterwards."""
        waits = client.at == POINTS[0] and holder is not None
        self.tell(client, "running", client.at)
        if waits:
            client.blocked = True
            return holder
        self._settled(client)
        if client.at == POINTS[1]:
            return client
        if client is holder and (client.state == "done" or client.at == POINTS[-1]):
            return self._next_holder()
        return holder

    def _next_holder(self) -> Client | None:
        """Somebody who waited for the lock gets it; which one is for the database to say."""
        waiting = [c for c in self.clients if c.blocked]
        if not waiting:
            return None
        with self._changed:
            if not self._changed.wait_for(lambda: any(c.state != "running" for c in waiting), _PATIENCE):
                raise TimeoutError("the lock was let go and nobody got it")
            inside = [c for c in waiting if c.state != "running"]
        for client in inside:
            client.blocked = False
        assert len(inside) == 1, "two hold the lock at once"
        return inside[0] if inside[0].at == POINTS[1] else self._next_holder()

    def _settled(self, client: Client) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: client.state != "running", _PATIENCE):
                raise TimeoutError(f"a client did not come to its next point after {client.at!r}")


def of_two() -> Iterator[tuple[int, ...]]:
    """Every order of two clients over the points: 924."""
    turns = 2 * len(POINTS)
    for first in itertools.combinations(range(turns), len(POINTS)):
        yield tuple(0 if turn in first else 1 for turn in range(turns))


def moves_of(order: Sequence[int]) -> tuple[int, ...]:
    """The turns of an order of two that are not void, when whoever comes to the lock second is refused at once.

    Clients see nothing but these: orders with the same moves are one run, as long as each run keeps to its own.
    """
    committed, done = len(POINTS) - 1, len(POINTS)
    at, blocked, moves = [0, 0], [False, False], []
    holder = winner = None
    for n in (*order, *_rest(2)):
        if blocked[n] or at[n] == done:
            continue
        moves.append(n)
        if at[n] == 0:
            if holder is not None:
                blocked[n] = True
                continue
            holder = n
            winner = n if winner is None else winner
        at[n] = done if at[n] and winner != n else at[n] + 1
        if n == holder and at[n] >= committed:
            holder = None
            if blocked[1 - n]:
                blocked[1 - n], at[1 - n], holder = False, 1, 1 - n
    return tuple(moves)


def _rest(clients: int) -> list[int]:
    """Turns enough for everybody to end one after another, and for those who waited for them."""
    return [n for _ in range(clients) for n in range(clients) for _ in POINTS]


def of_three(count: int, seed: int) -> Iterator[tuple[int, ...]]:
    """Some of the 17 million orders of three."""
    dice = random.Random(seed)
    turns = [0, 1, 2] * len(POINTS)
    for _ in range(count):
        dice.shuffle(turns)
        yield tuple(turns)
