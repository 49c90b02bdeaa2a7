"""Every page on a phone and on a desk: axe finds nothing serious, nothing comes from another host, keys are enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.school import TEAM, School

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = next((Path(__file__).parent / "vendor").glob("axe-core-*/axe.min.js"))
SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 900}}

TEACHER = (
    "/",
    "/cycles",
    "/cycles/1",
    "/cycles/1/schedule",
    "/cycles/1/docs/passport/0",
    "/cycles/1/docs/plan/1",
    "/cycles/1/docs/success_criteria/1",
    "/cycles/1/docs/observation/1",
    "/cycles/1/docs/discussion/1",
    "/cycles/1/results",
    "/cycles/1/package",
    "/cycles/1/deficits",
    "/cycles/1/plans",
    "/cycles/1/plans/remedy/0",
    "/cycles/1/decision",
    "/cycles/1/handover",
    "/deficits",
    "/profile",
    "/triads/1",
    "/groups/1",
)
LEADER = ("/leader", "/groups/1/thresholds", "/transfers", "/cycles/1/package")
ADMIN = (
    "/school/people",
    "/school/people/2",
    "/school/people/new",
    "/school/people/import",
    "/school/year",
    "/groups",
    "/groups/1",
    "/types",
    "/types/formative",
    "/types/sel",
    "/types/lab",
)


def _serious(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url} {v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def test_pages_are_open_to_everybody_on_phone_and_desk(school: School) -> None:
    school.import_people()
    school.enable("Формирующее оценивание")
    school.group("Формирующее оценивание", "ФО")
    school.invite()
    school.start()
    school.walk("Проведение и наблюдение урока")
    readers = [
        (school.people[TEAM[0]], TEACHER),
        (school.people[TEAM[1]], TEACHER),
        (school.people["Лидерова"], LEADER),
        (school.admin, ADMIN),
    ]
    found: list[str] = []
    for member, paths in readers:
        for size in SIZES.values():
            member.page.set_viewport_size(size)
            for path in paths:
                member.go(path)
                found += _serious(member.page)
                wide = member.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                assert wide <= 0, f"{path} is {wide} px too wide at {size['width']}"
        assert member.foreign == []
        assert member.violations == []
    assert found == []


def test_the_survey_is_open_to_everybody(school: School) -> None:
    school.import_people()
    school.enable("СЭР")
    school.group("СЭР", "СЭР")
    school.invite()
    school.start()
    school.walk("Эмоциональная отметка до занятия")
    teacher = school.people[TEAM[0]]
    teacher.go("/cycles/1")
    teacher.page.click("a:has-text('QR-код, ссылка')")
    assert _serious(teacher.page) == []
    address = teacher.page.locator("main a[href*='/s/']").first.get_attribute("href")
    phone = school.browser.new_context(viewport=SIZES["phone"], java_script_enabled=True)
    page = phone.new_page()
    page.goto(address)
    assert _serious(page) == []
    phone.close()
    plain = school.browser.new_context(viewport=SIZES["phone"], java_script_enabled=False)
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
