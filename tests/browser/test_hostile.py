"""A real browser on the school whose every word is hostile: no word of it runs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.services import demo
from engine.store.database import db
from engine.store.people import Person
from tests.browser.conftest import Server
from tests.browser.school import Member
from tests.gates.plugin import Figure
from tests.webui.conftest import close
from tests.webui.payloads import PAYLOADS, fill_school
from webui import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]
_FILES = re.compile(r"^/(static|files|sign-out)/?|\.(pptx|docx|xlsx|zip|ics|json)(\?|$)")


@pytest.fixture(scope="module")
def hostile(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """The server, and a teacher of the school."""
    folder = tmp_path_factory.mktemp("hostile")
    made = create_app(shutil.copytree(loaded, folder / "demo"), demo=True)
    with made.app_context():
        demo.load()  # it is; the clock is set
        teacher = db.session.scalars(db.select(Person.id).where(Person.last_name == "Указкина")).one()
        fill_school()
    close(made)
    running = Server(folder, "demo")
    yield running, teacher
    running.stop()


@pytest.mark.gate("R-11")
def test_no_word_runs_in_a_browser(hostile: tuple[Server, int], browser: Any, figure: Figure) -> None:
    server, teacher = hostile
    member = Member(browser, server.url, "x")
    dialogs: list[str] = []
    member.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    member.go("/sign-in")
    member.press(f"form[action='/sign-in/as/{teacher}'] button")
    waiting, seen = ["/"], set()
    while waiting and len(seen) < figure.size(12, 150):
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        member.go(path)
        assert member.page.evaluate("window.__xss") is None, path
        member.page.keyboard.press("Tab")  # whatever wants the focus
        assert member.page.evaluate("window.__xss") is None, path
        found = member.page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        waiting += [p for p in (h.partition("#")[0] for h in found) if p.startswith("/") and not _FILES.search(p)]
    assert (member.violations, member.foreign, dialogs) == ([], [], [])
    assert member.page.evaluate("document.documentElement.outerHTML.includes('window.__xss')"), "they are on the pages"
    figure.reached(f"{len(PAYLOADS)} payloads, {len(seen)} pages in a browser, none executed, 0 reports of the policy")
    member.context.close()
