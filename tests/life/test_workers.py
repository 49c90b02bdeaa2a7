"""Four processes over one database: a type switched in one is obeyed by each at once, no page is half of it."""

from __future__ import annotations

import multiprocessing
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from engine.services import cycles
from engine.store.database import db
from tests.installation import Database, cast, running
from tests.life import serving

WORKERS, READERS, REQUESTS = 4, 4, 1000
SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["tests.life.serving"])
pytestmark = pytest.mark.slow
#: What each part of the cycle's page says while its type is disabled; while it is enabled none of it is there.
SIGNS = ("Цикл остановлен: тип группы отключён", "Тип группы отключён администратором: цикл можно читать, но не вести")


@dataclass
class Browser:
    """Somebody's browser; it may ask any of the workers, whose cookies are one installation's."""

    ports: list[int]
    cookies: CookieJar = field(default_factory=CookieJar)

    def get(self, worker: int, path: str) -> str:
        return self._open(worker, path)

    def post(self, worker: int, path: str, **fields: str) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(worker, "/profile")).group(1)
        return self._open(worker, path, urlencode({"csrf_token": token, **fields}).encode())

    def enter(self, person_id: int) -> Browser:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(0, "/sign-in")).group(1)
        self._open(0, f"/sign-in/as/{person_id}", urlencode({"csrf_token": token}).encode())
        return self

    def _open(self, worker: int, path: str, data: bytes | None = None) -> str:
        opener = build_opener(HTTPCookieProcessor(self.cookies))
        with opener.open(f"http://127.0.0.1:{self.ports[worker % len(self.ports)]}{path}", data, timeout=60) as answer:
            assert answer.status == 200
            return answer.read().decode()


@dataclass
class Installation:
    ports: list[int]
    admin: int
    teacher: int
    cycle: int
    type_key: str


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def installation(
    request: pytest.FixtureRequest, founded_on: Callable[[str], Database], tmp_path: Path
) -> Iterator[Installation]:
    database = founded_on(request.param).apart(tmp_path / "instance")
    url = database.url(database.template)
    with running(database.folder, url):
        school = cast()
        teacher = school.team("ПД-1")[0]
        cycle = cycles.open_cycle(school.triads["ПД-1"], teacher)
        ids = (school.people["Журналова"].id, teacher.id, cycle.id, cycle.type_key)
        db.session.remove()
    told = SPAWN.Queue()
    workers = [SPAWN.Process(target=serving.serve, args=(database.folder, url, told)) for _ in range(WORKERS)]
    for worker in workers[:1]:
        worker.start()
    ports = [told.get(timeout=120)]  # the first makes the key that signs cookies
    for worker in workers[1:]:
        worker.start()
    ports += [told.get(timeout=120) for _ in workers[1:]]
    yield Installation(ports, *ids)
    for worker in workers:
        worker.terminate()
        worker.join(timeout=30)
    database.drop()


def signs(page: str) -> int:
    """How many parts of the page say that the type is disabled."""
    return sum(sign in page for sign in SIGNS)


def test_a_switch_is_obeyed_by_each_worker_at_once_and_no_page_is_half_of_it(installation: Installation) -> None:
    boss = Browser(installation.ports).enter(installation.admin)
    path = f"/cycles/{installation.cycle}"
    seen: Counter[int] = Counter()
    faults: list[str] = []
    stop = threading.Event()

    def read(browser: Browser, n: int) -> None:
        try:
            while not stop.is_set():
                seen[signs(browser.get(n, path))] += 1
                n += 1
        except Exception as error:
            faults.append(repr(error))

    browsers = [Browser(installation.ports).enter(installation.teacher) for _ in range(READERS)]
    readers = [threading.Thread(target=read, args=(b, n)) for n, b in enumerate(browsers)]
    mine = Browser(installation.ports).enter(installation.teacher)
    for reader in readers:
        reader.start()
    turn = 0
    try:
        while seen.total() < REQUESTS and not faults:
            state, wanted = (("disabled", len(SIGNS)), ("enabled", 0))[turn % 2]
            boss.post(turn, f"/types/{installation.type_key}/switch", state=state, confirmed="1")
            for worker in range(WORKERS):
                assert signs(mine.get(worker, path)) == wanted, (turn, worker)
            turn += 1
    finally:
        stop.set()
        for reader in readers:
            reader.join(timeout=60)
    assert faults == []
    assert set(seen) == {0, len(SIGNS)}, f"of {seen.total()} pages some were mixed: {seen}"
    assert turn > 10
