"""Every page of the demo school, followed by its links: on a phone in light, on a desk in dark."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.axe import DESK, PHONE, serious, too_wide
from tests.browser.conftest import Server
from tests.browser.school import Member

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PEOPLE = ("Указкина", "Дневникова", "Журналова", "Словарёва", "Графикова", "Переменкина", "Макетов")
#: Pages of the same kind about another person, group or triad show nothing new; cycles and documents all differ.
_ALIKE = re.compile(r"^/(school/people|groups|triads|files|events|visits|district/materials)/(\d+)")
_MONTHS = re.compile(r"^/calendar\?.*")
#: What is a file and not a page.
_FILES = re.compile(r"^/files/|\.(pptx|docx|xlsx|zip|ics|json)(\?|$)")
#: How a page is built: elements with their classes and attributes, without words; twins beside each other count once.
_BUILT = """() => {
    const built = (node) => {
        const names = [...node.attributes].map(a => /^(class|role|type|aria-.*|tabindex|lang|alt)$/.test(a.name)
            && !/^aria-(label|describedby|controls)/.test(a.name) ? a.name + "=" + a.value : a.name).sort();
        const inside = [...new Set([...node.children].map(built))];
        const words = [...node.childNodes].some(n => n.nodeType === 3 && n.data.trim()) ? "…" : "";
        return node.localName + "[" + names + "]" + words + "(" + inside + ")";
    };
    return built(document.documentElement);
}"""
#: Pages that this process has looked at, by how they are built.
_known: set[str] = set()
STRANGER = ("/sign-in", "/no-such-page", "/link/spent", "/s/no-such-survey")


@pytest.fixture(scope="module")
def demo(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("demo") / "instance"
    shutil.copytree(loaded, folder / "demo")
    running = Server(folder, "demo")
    yield running
    text = running.log.read_text()
    running.stop()
    assert "Traceback" not in text, text[-4000:]


def _links(page: Any) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    return [href.partition("#")[0] for href in found if href.startswith("/") and not _FILES.search(href)]


def _check(member: Member, path: str, found: list[str]) -> None:
    """Width always; what shuts somebody out where the page is built like no page before it."""
    built = member.page.evaluate(_BUILT)
    new = built not in _known
    _known.add(built)
    for size, scheme in ((PHONE, "light"), (DESK, "dark")):
        member.page.set_viewport_size(size)
        if new:
            member.page.emulate_media(color_scheme=scheme)
            found += [f"{scheme} {size['width']} {line}" for line in serious(member.page)]
        if too_wide(member.page) > 0:
            found.append(f"{path} is {too_wide(member.page)} px too wide at {size['width']}")


@pytest.mark.gate("R-25", "0 serious findings of axe")
@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_is_open_to_everybody(demo: Server, browser: Any, name: str) -> None:
    member = Member(browser, demo.url, name, reduced_motion="reduce")
    member.go("/sign-in")
    member.page.click(f"button:has-text('{name}')")
    waiting, seen, kinds, found = ["/"], set(), set(), []
    while waiting:
        path = waiting.pop(0)
        alike = _ALIKE.match(path)
        kind = _ALIKE.sub(r"/\1/N", path) if alike and int(alike.group(2)) > 3 else path
        kind = _MONTHS.sub("/calendar?month", kind)
        if path in seen or kind in kinds or not path:
            continue
        seen.add(path)
        kinds.add(kind)
        answer = member.page.goto(path)
        assert answer.status == 200, path
        _check(member, path, found)
        waiting += _links(member.page)
    assert len(seen) >= 4
    assert found == [], "\n".join(found)
    assert member.foreign == []
    assert member.violations == []
    member.context.close()


@pytest.mark.gate("R-25")
def test_pages_of_strangers_are_open_to_everybody(demo: Server, browser: Any) -> None:
    member = Member(browser, demo.url, "кто-то", reduced_motion="reduce")
    found: list[str] = []
    for path in STRANGER:
        member.go(path)
        _check(member, path, found)
    assert found == [], "\n".join(found)
    assert member.violations == []
    member.context.close()


@pytest.mark.gate("R-25")
def test_the_pages_of_a_pupil_are_open_to_everybody(demo: Server, browser: Any) -> None:
    """The questionnaire behind the link, question by question, and the thanks; the crawl does not leave the site."""
    teacher = Member(browser, demo.url, "Ноткина")
    teacher.go("/sign-in")
    teacher.press("button:has-text('Ноткина')")
    teacher.go("/cycles/7/surveys/class_survey/2")
    address = str(teacher.page.locator("main a[href*='/s/']").first.get_attribute("href"))
    teacher.context.close()

    pupil = Member(browser, demo.url, "ученик", reduced_motion="reduce")
    found: list[str] = []
    pupil.go(address)
    steps = pupil.page.locator("[data-step]").count()
    assert steps > 3
    for _ in range(steps - 1):
        _check(pupil, "question", found)
        choice = pupil.page.locator("[data-step]:visible input[type=radio]")
        if choice.count():
            choice.first.check(force=True)
        pupil.page.click(".next")
    _check(pupil, "last question", found)
    pupil.press(".send")
    assert "Спасибо" in pupil.text()
    _check(pupil, "thanks", found)
    assert found == [], "\n".join(found)
    assert pupil.foreign == [] and pupil.violations == []
    pupil.context.close()
