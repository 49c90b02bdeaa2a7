"""An administrator makes a type on a phone, through the pages alone; three teachers run a cycle of it to its end."""

from __future__ import annotations

import pytest

from tests.browser.axe import DESK, PHONE, serious, too_wide
from tests.browser.school import School

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_type_without_python_from_the_first_word_to_the_last_stage(school: School) -> None:
    admin, page = school.admin, school.admin.page
    page.set_viewport_size(PHONE)
    admin.go("/types")
    admin.press("main a:has-text('Свои типы')")
    admin.press("a:has-text('Сделать тип')")
    admin.put("[name=title]", "Коучинг в тройке")
    admin.tick("[name=start][value=own]")
    admin.press("button:has-text('Создать черновик')")
    home = page.url

    admin.press("nav a:has-text('Правила')")
    admin.press("button:has-text('Добавить строку')")
    admin.choose("[name=q_rules-2-q_action]", "finish")
    admin.choose("[name=q_rules-2-q_kind]", "filled")
    admin.choose("[name=q_rules-2-q_about]", "result.text")
    admin.put("[name=q_rules-2-q_title]", "Есть что показать")
    admin.put("[name=q_rules-2-q_text]", "Запишите, что можно показать коллегам")
    admin.press("button.btn-primary:has-text('Сохранить')")
    assert "Сохранено" in admin.text()

    admin.press("nav a:has-text('Текст целиком')")
    text = page.input_value("#text")
    admin.put("#text", text.replace('title = "Что получилось"', 'titel = "Что получилось"', 1))
    admin.press("button:has-text('Сохранить и проверить')")
    assert "Может быть, title?" in admin.text()
    admin.press("a[data-line] >> nth=0")
    marked = page.evaluate("(t => t.value.slice(t.selectionStart, t.selectionEnd))(document.querySelector('#text'))")
    assert marked.startswith("[[form]]") or "titel" in marked
    admin.put("#text", text)
    admin.press("button:has-text('Сохранить и проверить')")

    for path in ("", "/parts/identity", "/parts/techniques", "/parts/rules", "/text", "/forms/aim"):
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            admin.go(home.replace(school.url, "") + path)
            assert too_wide(page) <= 0, (path, size)
            assert serious(page) == [], path
    admin.go(home.replace(school.url, ""))
    admin.press("button:has-text('Опубликовать версию 1')")
    assert "Всё опубликовано" in admin.text()

    school.import_people()
    school.enable("Коучинг в тройке")
    school.group("Коучинг в тройке", "Коучинг")
    school.invite()
    school.start()
    school.walk("Завершено")
    assert school.stage() == "Завершено"
    assert admin.violations == []
