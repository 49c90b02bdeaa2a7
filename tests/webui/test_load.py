"""Ordinary load: pages are asked for and written to at a steady rate, and nothing grows."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.browser.conftest import Server
from tests.gates.plugin import Figure
from tests.gates.sizes import size
from tests.webui.live import Reader, held, serve

RATE, SECONDS, READERS = 30, size(10, 600), 8
PAGES = ("/", "/cycles/2", "/cycles/1/results", "/calendar", "/bank", "/deficits", "/profile", "/groups/3")
pytestmark = pytest.mark.slow


@pytest.fixture
def server(loaded: Path, tmp_path: Path) -> Iterator[Server]:
    running = serve(loaded, tmp_path)
    yield running
    running.stop()


@pytest.mark.gate("R-20")
def test_ordinary_load_leaks_nothing(server: Server, figure: Figure) -> None:
    readers = [Reader(server.url, n) for n in range(READERS)]
    told: Counter[int] = Counter()
    turns = itertools.count()

    def work(reader: Reader, until: float) -> None:
        while time.monotonic() < until:
            began = time.monotonic()
            n = next(turns)
            try:
                if n % 10 == 9:
                    reader.open("/language/ru", csrf_token=reader.token, back="/")
                else:
                    reader.open(PAGES[n % len(PAGES)])
                told[200] += 1
            except HTTPError as refused:
                told[refused.code] += 1
            time.sleep(max(0.0, READERS / RATE - (time.monotonic() - began)))

    def fill(reader: Reader) -> None:
        for page in PAGES:
            with contextlib.suppress(HTTPError):
                reader.open(page)

    def together(do: Callable[..., None], *more: float) -> None:
        threads = [threading.Thread(target=do, args=(reader, *more)) for reader in readers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    together(fill)  # the caches
    together(fill)
    memory, files = held(server)
    together(work, time.monotonic() + SECONDS)
    later, more = held(server)
    assert not [code for code in told if code >= 500], told
    assert told[200] > SECONDS
    assert more <= files + READERS
    assert later < memory * 1.1, (memory, later)
    figure.reached(
        f"{sum(told.values()):,} requests in {SECONDS} s by {READERS} readers ({json.dumps(told)}), memory "
        f"{memory // 1024} → {later // 1024} MB, open files {files} → {more}"
    )
