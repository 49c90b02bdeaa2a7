"""What is typed on a phone with a bad uplink is never lost, and never said to be saved when it is not."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.school import Member

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHEET, PLANNED = "/cycles/1/docs/observation/1", "/cycles/2/docs/plan/1"
TEXT = "[name='q_facts-{}-q_text']"


def _another_tab(member: Member, path: str) -> Any:
    """The tab is closed and the page opened anew."""
    member.page.close()
    member.context.set_offline(False)
    member.page = member.context.new_page()
    member.go(path)
    return member.page


def _fact(page: Any, text: str) -> None:
    page.fill("[data-log-text]", text)
    page.click("[data-log-add]")


def _kept(page: Any) -> list[str]:
    return list(page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('doc-'))"))


def _saved(page: Any) -> None:
    page.locator("[data-save-state]", has_text="Сохранено в").wait_for()


def _offline(page: Any) -> None:
    page.locator("[data-save-state]", has_text="Нет связи").wait_for()


def test_facts_written_without_a_connection_come_back(lesson: Any) -> None:
    member = lesson("ПД-1", 0)
    member.go(SHEET)
    page = member.page
    _fact(page, "сверил с образцом")
    _saved(page)
    member.context.set_offline(True)
    for text in ("исправил шаг", "спросил соседа"):
        _fact(page, text)
    page.fill(TEXT.format(0), "сверил с образцом дважды")
    _offline(page)
    page = _another_tab(member, SHEET)
    texts = ["сверил с образцом дважды", "исправил шаг", "спросил соседа"]
    assert [page.input_value(TEXT.format(n)) for n in range(3)] == texts
    _saved(page)
    assert _kept(page) == []
    page.reload()
    assert [page.input_value(TEXT.format(n)) for n in range(3)] == texts


@pytest.mark.gate("R-22", "tabs closed and servers out of reach while typing: 0 words lost")
def test_the_copy_stays_until_the_server_has_confirmed_it(lesson: Any) -> None:
    member = lesson("ПД-1", 0)
    member.go(SHEET)
    page = member.page
    page.fill("[name=q_helped]", "карточка")
    _saved(page)
    page.route("**/draft", lambda route: route.abort())
    page.fill("[name=q_helped]", "карточка и время")
    _offline(page)
    assert len(_kept(page)) == 1
    page.reload()
    assert page.input_value("[name=q_helped]") == "карточка и время"
    page.wait_for_timeout(1500)
    assert len(_kept(page)) == 1
    page.unroute("**/draft")
    _saved(page)
    assert _kept(page) == []


@pytest.mark.gate("R-23")
def test_a_newer_text_of_the_server_is_not_overwritten(lesson: Any) -> None:
    phone, desk = lesson("ПД-1", 0), lesson("ПД-1", 0)
    phone.go(SHEET)
    phone.context.set_offline(True)
    phone.page.fill("[name=q_helped]", "с телефона")
    _offline(phone.page)
    desk.go(SHEET)
    desk.page.fill("[name=q_helped]", "с компьютера")
    _saved(desk.page)
    page = _another_tab(phone, SHEET)
    assert page.input_value("[name=q_helped]") == "с компьютера"
    page.reload()
    page.click("text=Вернуть набранное на этом устройстве")
    assert page.input_value("[name=q_helped]") == "с телефона"
    page.click("text=Вернуть набранное на этом устройстве")
    assert page.input_value("[name=q_helped]") == "с компьютера"
    page.click("text=Не нужно")
    _saved(page)
    assert _kept(page) == []


def test_what_was_saved_by_a_button_is_not_offered_again(lesson: Any) -> None:
    member = lesson("ПД-1", 0)
    member.go(SHEET)
    page = member.page
    _fact(page, "  лишние пробелы  ")
    page.click(".save-bar button[value=draft]")
    expect(page.locator(".flash-success")).to_be_visible()
    assert _kept(page) == []
    assert page.locator(".return-note").count() == 0


def test_the_field_of_the_log_is_kept_and_never_said_to_be_saved(lesson: Any) -> None:
    member = lesson("ПД-1", 0)
    member.go(SHEET)
    page = member.page
    page.check("[name=log_who][value=C]", force=True)
    page.fill("[data-log-text]", "начал после вопроса")
    expect(page.locator("[data-log-state]")).to_be_visible()
    page.wait_for_timeout(2000)
    assert page.inner_text("[data-save-state]") == ""
    page = _another_tab(member, SHEET)
    assert page.input_value("[data-log-text]") == "начал после вопроса"
    assert page.is_checked("[name=log_who][value=C]")
    page.click(".save-bar button[value=draft]")
    assert page.input_value(TEXT.format(0)) == "начал после вопроса"
    assert page.input_value("[name='q_facts-0-q_who']") == "C"
    assert page.input_value("[data-log-text]") == ""


def test_the_log_takes_the_stage_by_the_clock(lesson: Any) -> None:
    member = lesson("ПД-1", 0)
    member.go(SHEET)
    page = member.page
    page.check("[name=log_who][value=B]", force=True)
    assert page.input_value("[data-log-stage]") == "Работа в группах"
    shown = page.locator("[data-expected]:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("выполнит по образцу")
    _fact(page, "выполнил по образцу")
    assert page.input_value("[name='q_facts-0-q_stage']") == "Работа в группах"
    page.select_option("[data-log-stage]", "Вызов")
    _fact(page, "ждал")
    assert page.input_value("[name='q_facts-1-q_stage']") == "Вызов"


def test_a_reload_after_a_refusal_keeps_what_was_typed_since(lesson: Any) -> None:
    member = lesson("ПД-2", 0)
    member.go(PLANNED)
    page = member.page
    page.fill("[name=q_learning_goal]", "")
    page.fill("[name=q_lesson_focus]", "первый текст")
    page.click(".save-bar button[value=complete]")
    expect(page.locator("[name=q_learning_goal]")).to_have_attribute("aria-invalid", "true")
    page.fill("[name=q_lesson_focus]", "второй текст")
    _saved(page)
    page.reload()
    assert page.input_value("[name=q_lesson_focus]") == "второй текст"
    expect(page.locator("[name=q_learning_goal]")).to_have_attribute("aria-invalid", "true")
    page = _another_tab(member, PLANNED)
    assert page.input_value("[name=q_lesson_focus]") == "второй текст"


@pytest.mark.gate("R-23")
def test_both_texts_are_shown_as_long_as_they_differ(lesson: Any) -> None:
    first, second = lesson("ПД-2", 0), lesson("ПД-2", 1)
    for member in (first, second):
        member.go(PLANNED)
    first.page.fill("[name=q_lesson_focus]", "текст первой")
    first.page.click(".save-bar button[value=draft]")
    second.page.fill("[name=q_lesson_focus]", "текст второй")
    second.page.click(".save-bar button[value=draft]")
    page = second.page
    for _ in range(2):
        expect(page.locator(".conflict")).to_contain_text("текст первой")
        assert page.input_value("[name=q_lesson_focus]") == "текст второй"
        page.reload()
    page.fill("[name=q_lesson_focus]", "оба текста")
    page.click(".save-bar button[value=draft]")
    expect(page.locator(".flash-success")).to_be_visible()
    assert page.locator(".conflict").count() == 0


def test_a_phone_shows_the_sheet_and_not_only_its_bars(lesson: Any) -> None:
    member = lesson("ПД-1", 0)
    member.go(SHEET)
    page = member.page
    height = page.viewport_size["height"]
    log = page.locator("[data-log-add]").bounding_box()
    assert log["y"] + log["height"] < height - page.locator(".save-bar").bounding_box()["height"]
    page.locator("[name=q_questions]").scroll_into_view_if_needed()
    stuck = page.evaluate(
        """() => [...document.querySelectorAll('main *')]
        .filter((e) => getComputedStyle(e).position === 'sticky')
        .map((e) => e.getBoundingClientRect())
        .filter((r) => r.bottom > 0 && r.top < innerHeight)
        .reduce((sum, r) => sum + r.height, 0)"""
    )
    assert stuck <= 72


def test_a_focused_field_is_never_under_the_bar(lesson: Any) -> None:
    member = lesson("ПД-2", 0)
    member.go(PLANNED)
    page = member.page
    assert page.locator(".save-bar").bounding_box()["height"] <= 72
    under = []
    for _ in range(60):
        page.keyboard.press("Tab")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        covered = page.evaluate(
            """() => {
              const at = document.activeElement, bar = document.querySelector('.save-bar');
              if (!at || !at.name || !at.name.startsWith('q_') || at.type === 'checkbox') return '';
              return at.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1 ? at.name : '';
            }"""
        )
        if covered:
            under.append(covered)
    assert under == []


def test_one_message_leads_to_every_field_that_is_missing(lesson: Any) -> None:
    member = lesson("ПД-2", 0)
    member.go(PLANNED)
    page = member.page
    expect(page.locator("label[for=q_learning_goal] .required")).to_be_visible()
    expect(page.locator("label[for=q_result_subject] .required")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("* — нужно для «Готово»")
    page.fill("[name=q_learning_goal]", "")
    page.fill("[name='q_stages-1-q_title']", "")
    page.click(".save-bar button[value=complete]")
    expect(page.locator(".flash")).to_have_count(0)
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("Осталось заполнить или поправить: 2")
    assert summary.locator("a").all_inner_texts() == [
        "Цель урока (чему научится каждый)",
        "Этапы урока, 2: Название",
    ]
    for link in summary.locator("a").all():
        anchor = link.get_attribute("href")
        expect(page.locator(f"[id='{anchor[1:]}']")).to_have_attribute("aria-invalid", "true")


def test_who_only_confirms_finds_the_button_in_the_bar(lesson: Any) -> None:
    member = lesson("ПД-2", 1)
    member.go(PLANNED)
    page = member.page
    assert page.locator(".save-bar button:visible").all_inner_texts() == ["Подтверждаю"]
    page.fill("[name=q_lesson_focus]", "изменила")
    assert page.locator(".save-bar button:visible").all_inner_texts() == ["Готово", "Сохранить"]
    _saved(page)
    page.reload()
    page.click("text=Отбросить мой черновик")
    page.click(".save-bar button:has-text('Подтверждаю')")
    expect(page.locator(".flash-success")).to_have_text("Вы подтвердили документ")
    member.go(PLANNED)
    expect(page.locator("main")).to_contain_text("Вы подтвердили.")
    assert page.locator(".save-bar button:visible").all_inner_texts() == ["Готово", "Сохранить"]


def test_one_pair_of_words_for_saving(lesson: Any) -> None:
    triad, own = lesson("ПД-2", 0), lesson("ПД-1", 0)
    triad.go(PLANNED)
    expect(triad.page.locator("main")).to_contain_text("«Готово» — документ готов")
    triad.page.click(".save-bar button[value=draft]")
    expect(triad.page.locator(".flash-success")).to_have_text("Сохранено как черновик: его видит вся тройка")
    triad.page.click(".save-bar button[value=complete]")
    expect(triad.page.locator(".flash-success")).to_have_text("Документ готов")
    own.go(SHEET)
    assert own.page.locator(".save-bar button:visible").all_inner_texts() == ["Сдать", "Сохранить"]
    own.page.click(".save-bar button[value=draft]")
    expect(own.page.locator(".flash-success")).to_have_text("Сохранено как черновик: его видите только вы")


def test_somebody_else_s_sheet_names_its_observer(lesson: Any) -> None:
    author, reader = lesson("ПД-1", 0), lesson("ПД-1", 1)
    author.go(SHEET)
    page = author.page
    _fact(page, "сверил с образцом")
    page.fill("[name=q_helped]", "карточка")
    for radio in page.locator("[name^=q_][value='2'][type=radio]").all():
        radio.check(force=True)
    page.click(".save-bar button[value=complete]")
    expect(page.locator(".flash-success")).to_have_text("Документ сдан")
    reader.go("/cycles/1")
    reader.page.click("a:has-text('Читать')")
    text = reader.text()
    assert f"Наблюдатель: {author.name}" in text
    assert ".." not in text
    reader.page.emulate_media(media="print")
    for selector in (".crumbs", ".closed-note"):
        expect(reader.page.locator(selector)).to_be_hidden()
    expect(reader.page.locator(".sheet-owner")).to_be_visible()


def test_a_draft_says_when_it_was_begun(lesson: Any) -> None:
    member = lesson("ПД-2", 0)
    member.go(PLANNED)
    member.page.fill("[name=q_lesson_focus]", "иначе")
    _saved(member.page)
    member.page.reload()
    expect(member.page.locator(".draft-note")).to_contain_text("Вы продолжаете сегодняшний черновик (10:0")


def test_a_file_just_sent_can_be_opened_and_taken_away(lesson: Any) -> None:
    member = lesson("ПД-1", 0)
    member.go(SHEET)
    page = member.page
    box = page.locator("[data-upload]").first
    photo = {"name": "работа.txt", "mimeType": "text/plain", "buffer": "работа".encode()}
    box.locator("[data-upload-input]").set_input_files([photo])
    link = box.locator("[data-upload-list] a")
    expect(link).to_have_text("работа.txt")
    expect(link).to_have_attribute("href", "/files/1")
    _saved(page)
    box.locator("[data-upload-remove]").click()
    assert box.locator("[data-upload-ids]").input_value() == ""
