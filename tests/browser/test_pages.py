"""The survey on any phone, drafts that survive, keys."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.axe import PHONE, serious
from tests.browser.school import TEAM, School

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_survey_is_open_to_everybody(school: School) -> None:
    school.import_people()
    school.enable("СЭР")
    school.group("СЭР", "СЭР")
    school.invite()
    school.start()
    school.walk("Эмоциональная отметка до занятия", pupils=True)  # a summary of paper would end the phones' voices
    teacher = school.people[TEAM[0]]
    teacher.go("/cycles/1")
    teacher.page.click("a:has-text('QR-код, ссылка')")
    assert serious(teacher.page) == []
    address = teacher.page.locator("main a[href*='/s/']").first.get_attribute("href")
    phone = school.browser.new_context(viewport=PHONE, java_script_enabled=True)
    page = phone.new_page()
    page.goto(address)
    assert serious(page) == []
    phone.close()
    plain = school.browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = plain.new_page()
    page.goto(address)
    page.locator("input[value=bright]").check(force=True)
    page.click(".send")
    assert "Спасибо" in page.inner_text("h1")
    plain.close()


def test_a_draft_survives_a_closed_browser(school: School) -> None:
    school.import_people()
    school.enable("Формирующее оценивание")
    school.group("Формирующее оценивание", "ФО")
    school.invite()
    school.start()
    teacher = school.people[TEAM[0]]
    teacher.go("/cycles/1/docs/passport/0")
    teacher.page.fill("[name=q_why]", "Хотим понять, как ученики проверяют свою работу")
    teacher.page.locator("[data-save-state]", has_text="Сохранено в").wait_for()
    teacher.page.close()
    teacher.page = teacher.context.new_page()
    teacher.go("/cycles/1/docs/passport/0")
    assert teacher.page.input_value("[name=q_why]").startswith("Хотим понять")
    assert "Паспорт цикла" in (teacher.go("/") or teacher.text())


def test_keys_alone_press_a_button(school: School) -> None:
    school.import_people()
    school.enable("Формирующее оценивание")
    school.group("Формирующее оценивание", "ФО")
    school.invite()
    school.start()
    teacher = school.people[TEAM[0]]
    teacher.go("/cycles/1")
    page = teacher.page
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Принимаю правила":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Вы приняли правила тройки")


@pytest.mark.parametrize("width", [320, 360, 390])
def test_the_open_menu_of_a_phone_is_whole(lesson: Any, width: int) -> None:
    member = lesson("ПД-1", 0)
    member.page.set_viewport_size({"width": width, "height": 700})
    member.go("/")
    member.page.click(".menu > summary")
    box = member.page.locator(".menu nav").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
