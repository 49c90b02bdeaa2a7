"""The workbench in a browser: a save is on the page at once, the sandbox goes on, forms stand in their frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.axe import DESK, PHONE, serious, too_wide
from tests.browser.conftest import Server
from tests.webui.workbench.clicking import PLUGIN

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two.py"
    path.write_text(PLUGIN, encoding="utf-8")
    return path


@pytest.fixture
def workbench(file: Path, tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "instance", "dev", str(file), ready="/")
    yield running
    running.stop()


def save(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_save_is_on_the_page_and_the_sandbox_goes_on(workbench: Server, file: Path, browser: Any) -> None:
    faults: list[str] = []
    context = browser.new_context(base_url=workbench.url, viewport=DESK, locale="ru-RU")
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto("/cycles/1")
    page.click("button:has-text('Сделать то, чего ждёт правило')")
    save(file, '"Закончить"', '"Завершить работу"')
    button = page.get_by_role("button", name="Завершить работу")
    expect(button).to_be_visible(timeout=20_000)
    assert page.locator(".dev-steps li").count() == 1
    button.click()
    expect(page.get_by_text("Цикл пройден до конца")).to_be_visible()

    save(file, "def plc_group_type():", "def plc_group_type(:")
    expect(page.get_by_text("SyntaxError").first).to_be_visible(timeout=20_000)
    assert serious(page) == []
    save(file, "def plc_group_type(:", "def plc_group_type():")
    # The page comes back by itself; a visit under way at that moment would be cut short.
    expect(page.get_by_role("heading", name="Два")).to_be_visible(timeout=20_000)
    page.goto("/cycles/1")
    expect(page.get_by_text("Цикл пройден до конца")).to_be_visible(timeout=20_000)

    page.goto("/types/1/forms/sheet")
    phone, desk = (
        page.frame_locator(f"iframe[title='{title}']") for title in ("Форма на телефоне", "Форма на широком экране")
    )
    phone.get_by_role("button", name="Готово").click()
    expect(phone.get_by_text("Заполните это поле")).to_be_visible()
    assert phone.locator("body").evaluate("window.innerWidth") == 360
    assert desk.locator("body").evaluate("window.innerWidth") > 1100
    phone.locator("[name=q_goal]").fill("Слышать тихих")
    phone.get_by_role("button", name="Готово").click()
    expect(phone.get_by_text("такой документ был бы принят")).to_be_visible()
    assert faults == []
    context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_can_be_read_by_everybody(workbench: Server, browser: Any, size: dict[str, int]) -> None:
    context = browser.new_context(base_url=workbench.url, viewport=size, locale="ru-RU")
    page = context.new_page()
    for path in ("/", "/types/1", "/types/1/forms", "/types/1/forms/sheet", "/types/1/rules", "/cycles/1", "/trace"):
        page.goto(path)
        assert serious(page) == []
        assert too_wide(page) <= 0, path
    context.close()
