"""Somebody who asks: a few connections kept alive, each a thread with a plain socket, in a process of its own.

``python -m benchmarks.load`` takes a :class:`Plan` as JSON on its standard input and prints a :class:`Answers`.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Plan:
    """``rows`` are the requests of each connection, as text; they begin anew at their end where ``again``.

    Nothing but the first of a connection is asked after ``seconds``. What ``keep`` (a pattern with one group)
    finds in an answer is told.
    """

    port: int
    rows: list[list[str]]
    seconds: float
    again: bool = True
    keep: str = ""


@dataclass
class Answers:
    """``each`` is how long every answer took, in µs, ``took`` all of them together, in seconds."""

    took: float = 0.0
    each: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    last: str = ""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.each) / self.took


def ask(plan: Plan) -> Answers:
    """Carry the plan out in a process of its own."""
    command, given = [sys.executable, "-m", "benchmarks.load"], json.dumps(asdict(plan))
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True, cwd=ROOT)
    return Answers(**json.loads(done.stdout))


def request(method: str, path: str, cookie: str = "", body: str = "") -> str:
    """A request as text."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: identity", "Connection: keep-alive"]
    lines += [f"Cookie: {cookie}"] * bool(cookie)
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([*lines, "", body])


class _Connection:
    def __init__(self, port: int) -> None:
        self.port, self.held = port, b""
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, asked: bytes) -> tuple[str, bytes, bytes]:
        """(status, headers, body)."""
        self.socket.sendall(asked)
        while b"\r\n\r\n" not in self.held:
            self._more()
        head, _, self.held = self.held.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        wanted = int(length.group(1)) if length else 0
        while len(self.held) < wanted:
            self._more()
        body, self.held = self.held[:wanted], self.held[wanted:]
        if re.search(rb"(?i)connection: *close", head):
            self.socket.close()
            self._open()
        return head[9:12].decode(), head, body

    def _more(self) -> None:
        got = self.socket.recv(262144)
        if not got:
            raise ConnectionError("the server has hung up")
        self.held += got


def _run(plan: Plan, row: list[bytes], ends: float, found: Answers, lock: Any) -> None:
    connection, keep = _Connection(plan.port), re.compile(plan.keep.encode()) if plan.keep else None
    each: list[float] = []
    statuses: dict[str, int] = {}
    kept: list[str] = []
    last = b""
    while True:
        for asked in row:
            began = time.perf_counter()
            if began > ends and each:
                break
            status, _, last = connection.ask(asked)
            each.append((time.perf_counter() - began) * 1e6)
            statuses[status] = statuses.get(status, 0) + 1
            if keep and (match := keep.search(last)):
                kept.append(match.group(1).decode())
        if not plan.again or time.perf_counter() > ends:
            break
    with lock:
        found.each += each
        found.kept += kept
        found.last = last.decode(errors="replace")[:400]
        for status, n in statuses.items():
            found.statuses[status] = found.statuses.get(status, 0) + n


def carry_out(plan: Plan) -> Answers:
    """Ask, here."""
    found, lock, began = Answers(), threading.Lock(), time.perf_counter()
    rows = [[asked.encode() for asked in row] for row in plan.rows]
    threads = [
        threading.Thread(target=_run, args=(plan, row, began + plan.seconds, found, lock)) for row in rows if row
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.took = time.perf_counter() - began
    return found


if __name__ == "__main__":
    print(json.dumps(asdict(carry_out(Plan(**json.load(sys.stdin))))))
