"""From a closed lesson to the bank through two reviewers, and tried by another group, through the pages alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Server
from tests.browser.school import Member
from tests.webui.conftest import close, person_id
from webui import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def running(loaded: Path, tmp_path: Path) -> Iterator[tuple[Server, dict[str, int]]]:
    """The demo school served to browsers, and the ids of those who step in."""
    made = create_app(shutil.copytree(loaded, tmp_path / "instance" / "demo"), demo=True)
    people = {name: person_id(made, name) for name in ("Чертёжникова", "Макетов", "Указкина")}
    close(made)
    server = Server(tmp_path / "instance", "demo")
    yield server, people
    server.stop()
    shutil.rmtree(tmp_path / "instance", ignore_errors=True)


def _enter(browser: Any, server: Server, person: int) -> Member:
    member = Member(browser, server.url, str(person), viewport={"width": 360, "height": 740})
    member.go("/sign-in")
    member.press(f"form[action$='/sign-in/as/{person}'] button")
    return member


def _accept(reviewer: Member, title: str) -> None:
    reviewer.go("/")
    reviewer.press(f"a:has-text('Написать отзыв: «{title}»')")
    for key in ("tried", "clear", "fits", "data", "clean"):
        reviewer.tick(f"[name={key}][value='2']")
    reviewer.press("button:has-text('Записать отзыв')")
    assert "Отзывов от вас не ждут" in reviewer.text() or title not in reviewer.text()


def test_a_lesson_becomes_a_material_that_another_group_tries(
    browser: Any, running: tuple[Server, dict[str, int]]
) -> None:
    server, people = running
    author, leader, guest = (_enter(browser, server, people[n]) for n in ("Чертёжникова", "Макетов", "Указкина"))
    author.go("/bank")
    author.press("p:has-text('Готов к включению') a")
    author.put("[name=title]", "Лист отклика на макет")
    author.choose("[name=kind]", "assessment_tool")
    author.put("[name=body]", "Что понятно без автора? Что поправить в первую очередь?")
    author.press("button:has-text('Сохранить черновик')")
    assert "Паспорт апробации" in author.text()
    author.choose("[name=other]", str(people["Указкина"]))
    author.press("button:has-text('Отправить на экспертизу')")
    assert "На экспертизе" in author.text()
    where = author.page.url.replace(server.url, "")
    _accept(leader, "Лист отклика на макет")
    _accept(guest, "Лист отклика на макет")
    leader.go(where)
    leader.press("button:has-text('Включить в банк')")
    guest.go("/bank?q=отклики")
    guest.press("a:has-text('Лист отклика на макет')")
    guest.press("a:has-text('Беру попробовать')")
    guest.put("[name=class_name]", "6 «Б»")
    guest.press("button:has-text('Беру попробовать')")
    guest.press("a:has-text('Рассказать, что получилось')")
    guest.tick("[name=outcome][value=worked]")
    guest.put("[name=result]", "Дети сами нашли, что исправить")
    guest.press("button:has-text('Рассказать авторам')")
    author.go("/exchange")
    assert "Дети сами нашли, что исправить" in author.text()
    author.go(where)
    assert "Опробован в 1 классе" in author.text()
    for member in (author, leader, guest):
        assert member.foreign == []
        assert member.violations == []
        wide = member.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, member.page.url
        member.context.close()
