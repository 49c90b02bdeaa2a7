"""Against a deployed installation (deploy/try.sh starts it and names it): a walk over TLS, and how fast it answers."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import threading
import time
import warnings
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.browser.school import TEAM, Member, School

URL = os.environ["TREFOIL_DEPLOYED"]
HOST = URL.removeprefix("https://")
LOGS = Path(os.environ["TREFOIL_DEPLOYED_LOGS"])
CERTIFICATE = os.environ["TREFOIL_DEPLOYED_CERTIFICATE"]
SECONDS, CLIENTS = 15, 8


class Secure(Member):
    """A browser that takes a certificate nobody has signed (Python's client below checks it)."""

    def __init__(self, browser: Any, url: str, name: str, **context: Any) -> None:
        super().__init__(browser, url, name, ignore_https_errors=True, **context)


def _kill(port: int) -> None:
    """The web process of a port, at once and without a word."""
    (process,) = [p for p in psutil.process_iter(["cmdline"]) if {"serve", str(port)} <= set(p.info["cmdline"] or ())]
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)


def _get(path: str, cookie: str = "") -> tuple[int, dict[str, str]]:
    connection = HTTPSConnection(HOST, context=ssl.create_default_context(cafile=CERTIFICATE), timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie, "X-Forwarded-For": "6.6.6.6"})
    with connection.getresponse() as answer:
        answer.read()
        found = answer.status, {key.lower(): value for key, value in answer.getheaders()}
    connection.close()
    return found


def _pages_a_second(path: str, cookie: str) -> float:
    """Over connections that stay open, as browsers keep them."""
    done, end = [0] * CLIENTS, time.monotonic() + SECONDS

    def ask(n: int) -> None:
        connection = HTTPSConnection(HOST, context=ssl.create_default_context(cafile=CERTIFICATE), timeout=30)
        while time.monotonic() < end:
            connection.request("GET", path, headers={"Cookie": cookie})
            with connection.getresponse() as answer:
                answer.read()
                assert answer.status == 200
            done[n] += 1
        connection.close()

    clients = [threading.Thread(target=ask, args=(n,)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(done) / SECONDS


def test_a_walk_over_tls_with_each_process_killed_in_the_middle(browser: Any) -> None:
    school = School(browser, URL, Secure)
    school.admin.context.close()
    school.admin = Secure(browser, URL, "Админова")
    school.found(os.environ["TREFOIL_DEPLOYED_LINK"])
    school.import_people()
    title = "Формирующее оценивание"
    school.enable(title)
    school.group(title, "Наш ПОС")
    school.invite()
    school.start()
    school.walk("Обсуждение урока")
    _kill(8001)
    school.walk("Подведение итогов")
    _kill(8002)
    school.walk("Цикл завершён")
    assert school.journal().count("Урок проведён") == 3
    for member in school.people.values():
        assert member.foreign == [] and member.violations == []
    cookies = school.people[TEAM[0]].context.cookies()
    for one in cookies:
        assert one["name"].startswith("__Host-") and one["secure"] and one["httpOnly"], one["name"]
    (cookie,) = [one for one in cookies if not one["name"].endswith("_known")]  # beside it: the device is known
    signed_in = f"{cookie['name']}={cookie['value']}"
    for path in ("/", "/cycles/1", "/cycles/1/results"):
        print(f"\n{_pages_a_second(path, signed_in):.1f} pages a second: {path}", end="")
    school.close()


def test_what_strangers_get() -> None:
    status, headers = _get("/sign-in")
    assert status == 200 and headers["strict-transport-security"].startswith("max-age=31536000")
    assert headers["x-content-type-options"] == "nosniff" and "content-security-policy" in headers
    assert headers["cache-control"] == "no-store" and not re.search(r"\d", headers.get("server", ""))
    assert _get("/s/no-such-survey")[0] == 404
    survey = (LOGS / "trefoil-survey.log").read_text()
    assert "GET 404" in survey and not re.search(r"127\.0\.0\.1|::1|6\.6\.6\.6|no-such", survey)
    assert "6.6.6.6" not in (LOGS / "trefoil.log").read_text()


def test_old_tls_and_other_names_get_nothing() -> None:
    old = ssl.create_default_context(cafile=CERTIFICATE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python itself warns of what is to be refused
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    other = ssl.create_default_context(cafile=CERTIFICATE)
    other.check_hostname = False
    for context, name in ((old, HOST), (other, "evil.test")):
        with socket.create_connection((HOST, 443), timeout=20) as raw, pytest.raises(ssl.SSLError):
            context.wrap_socket(raw, server_hostname=name)
