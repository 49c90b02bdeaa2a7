"""A mail server for tests: it speaks enough SMTP to take letters, to refuse them, or to hang up."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Post(socketserver.ThreadingTCPServer):
    """``letters`` holds what was taken; ``answer`` is said to a letter's data, ``recipient`` to its address."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters: list[tuple[str, str]] = []
        self.answer, self.recipient, self.greeting = "250 taken", "250 ok", "220 post"

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    server: Post

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        if not self.server.greeting:
            return
        self._say(self.server.greeting)
        to = ""
        for raw in self.rfile:
            verb = raw.decode().strip()
            upper = verb.upper()
            if upper.startswith(("EHLO", "HELO")):
                self._say("250 post")
            elif upper.startswith("RCPT"):
                to = verb.partition("<")[2].rstrip(">")
                self._say(self.server.recipient)
            elif upper == "DATA":
                self._say("354 go on")
                self._take(to)
            elif upper == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self, to: str) -> None:
        lines = []
        for raw in self.rfile:
            if raw in (b".\r\n", b".\n"):
                break
            lines.append(raw.decode())
        if self.server.answer.startswith("250"):
            self.server.letters.append((to, "".join(lines)))
        self._say(self.server.answer)


@contextmanager
def post() -> Iterator[Post]:
    """A running server."""
    with Post() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
