"""Around the cycles, through the pages alone: a deficit to its evidence, a material over the district, an archive."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Server
from tests.browser.school import Member
from tests.webui.conftest import close, person_id
from webui import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PEOPLE = ("Указкина", "Тетрадкина", "Дневникова", "Графикова", "Заречнов", "Окружнова")


@pytest.fixture(scope="module")
def running(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, int]]]:
    """The demo school with its neighbours served to browsers, and the ids of those who step in."""
    root: Path = tmp_path_factory.mktemp("life") / "instance"
    made = create_app(shutil.copytree(loaded, root / "demo"), demo=True)
    people = {name: person_id(made, name) for name in PEOPLE}
    close(made)
    server = Server(root, "demo")
    yield server, people
    server.stop()
    shutil.rmtree(root, ignore_errors=True)


def _enter(browser: Any, running: tuple[Server, dict[str, int]], name: str) -> Member:
    server, people = running
    member = Member(browser, server.url, str(people[name]), viewport={"width": 360, "height": 740})
    member.go("/sign-in")
    member.press(f"form[action$='/sign-in/as/{people[name]}'] button")
    return member


def test_a_deficit_goes_from_an_observation_to_closed_with_evidence(
    browser: Any, running: tuple[Server, dict[str, int]]
) -> None:
    me, mate, leader = (_enter(browser, running, n) for n in ("Указкина", "Тетрадкина", "Дневникова"))
    me.go("/cycles/1/results")
    start = me.page.locator("a[href*='/deficits?indicator=']").first
    me.go(start.get_attribute("href").partition("#")[0])
    assert "Начато от показателя" in me.text()
    me.put("#text", "не успеваю показать образец")
    me.put("#f-evidence", "лист наблюдения урока 1, показатель на нуле")
    me.choose("#f-visibility", "me")
    me.press("button:has-text('Записать')")
    assert "не успеваю показать образец" in me.text()
    for other in (mate, leader):
        other.go("/cycles/1/deficits")
        assert "не успеваю показать образец" not in other.text(), "it is mine alone until I say otherwise"
    card = me.page.locator("article.card", has_text="не успеваю показать образец")
    details = card.locator("details")
    if details.get_attribute("open") is None:
        card.locator("summary", has_text="Отметить как устранённый").click()
    card.locator("textarea[name=closing]").fill("урок 3: показатель 2 у обоих наблюдателей")
    me.press(card.locator("button", has_text="Дефицит устранён"))
    closed = me.page.locator("article.card", has_text="не успеваю показать образец")
    assert "Устранён" in closed.inner_text() and "урок 3: показатель 2" in closed.inner_text()


def test_a_material_is_given_to_the_district_taken_and_withdrawn(
    browser: Any, running: tuple[Server, dict[str, int]]
) -> None:
    title = "Карточка задания «Спор о реформе»"
    lab, neighbour, centre = (_enter(browser, running, n) for n in ("Графикова", "Заречнов", "Окружнова"))
    lab.go("/district/materials")
    lab.press(f"a:has-text('{title}')")
    lab.page.locator("summary", has_text="Отозвать из РПОС").click()
    lab.put("#f-reason", "уточняем задание")
    lab.press("button:has-text('Отозвать')")
    neighbour.go("/district/materials?taken=1")
    neighbour.press(f"a:has-text('{title}')")
    assert "Материал отозван школой: уточняем задание" in neighbour.text()
    assert "Вы — представители сословия" not in neighbour.text()
    centre.go("/district/materials")
    assert title not in centre.text()

    lab.go("/bank")
    lab.press(f"a:has-text('{title}')")
    lab.press("button:has-text('Передать в РПОС')")
    neighbour.go("/district/materials")
    neighbour.press(f"a:has-text('{title}')")
    assert "Вы — представители сословия" in neighbour.text()
    neighbour.press("button:has-text('Взять в копилку школы')")
    assert "взят вашей школой" in neighbour.text().lower()
    centre.go("/district")
    assert "Школы стоят по алфавиту" in centre.text()
    for path in ("/cycles/1", "/bank", "/school/people", "/lab"):
        answer = centre.page.goto(f"{running[0].url}{path}")
        assert "Указкина" not in centre.page.content(), path
        assert answer.status in (200, 403, 404)


def test_an_archive_is_made_while_the_page_tells_how_far_it_is(
    browser: Any, running: tuple[Server, dict[str, int]], tmp_path: Path
) -> None:
    me = _enter(browser, running, "Указкина")
    me.go("/cycles/1/package")
    me.press("button:has-text('Весь цикл одним архивом')")
    me.page.wait_for_selector("a:has-text('Скачать архив')", timeout=60_000)
    with me.page.expect_download() as waiting:
        me.page.click("a:has-text('Скачать архив')")
    path = tmp_path / "cycle.zip"
    waiting.value.save_as(path)
    with zipfile.ZipFile(path) as bundle:
        assert len(bundle.namelist()) > 20 and bundle.testzip() is None


def test_a_phone_s_calendar_is_made_and_withdrawn(browser: Any, running: tuple[Server, dict[str, int]]) -> None:
    me = _enter(browser, running, "Указкина")
    me.go("/calendar")
    me.press("button:has-text('Сделать адрес')")
    address = me.page.locator("#feed input[readonly]").input_value()
    answer = me.page.request.get(address)
    assert answer.ok and answer.text().startswith("BEGIN:VCALENDAR")
    me.press("button:has-text('Отозвать')")
    assert me.page.request.get(address).status == 404
