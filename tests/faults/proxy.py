"""A proxy between an application and its database that can be told to misbehave."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time


class Proxy:
    """Passes bytes between whoever connects and ``target``.

    ``stalled``: what comes is taken and not passed on, as when the other machine hangs. ``delay``: seconds each piece
    waits. :meth:`cut` ends every connection; while ``refusing``, new ones are closed at once, as by a server that is
    starting up.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.target, self.stalled, self.refusing, self.delay = target, False, False, 0.0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._closed = True
        self._listening.close()
        self.cut()

    def cut(self) -> None:
        """End every connection."""
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def well(self) -> None:
        """Behave again; what was stalled is lost with its connections."""
        self.stalled, self.refusing, self.delay = False, False, 0.0
        self.cut()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self.refusing:
                near.close()
                continue
            threading.Thread(target=self._pass, args=(near, socket.create_connection(self.target)), daemon=True).start()

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        self._open |= {near, far}
        with near, far, selectors.DefaultSelector() as ready, contextlib.suppress(OSError):
            for end in other:
                ready.register(end, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select(0.1):
                    end = key.fileobj
                    assert isinstance(end, socket.socket)
                    piece = end.recv(65536)
                    if not piece:
                        return
                    if self.delay:
                        time.sleep(self.delay)
                    if not self.stalled:
                        other[end].sendall(piece)
        self._open -= {near, far}
