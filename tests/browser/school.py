"""A school that sets itself up through the pages alone, and people who follow «Мои дела» to the end."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.filling import FILL, fill_document

PASSWORD = "трава роса туман"
PEOPLE = ("Первова", "Второва", "Третьякова", "Лидерова", "Психова")
TEAM = PEOPLE[:3]


class Member:
    """Somebody with a browser of their own."""

    def __init__(self, browser: Any, url: str, name: str, **context: Any) -> None:
        self.name, self.url = name, url
        self.context = browser.new_context(base_url=url, locale="ru-RU", **context)
        self.page = self.context.new_page()
        self.foreign: list[str] = []
        self.violations: list[str] = []
        self.page.on("request", self._request)
        self.page.on("console", self._console)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.foreign.append(request.url)

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text:
            self.violations.append(message.text)

    def go(self, path: str) -> None:
        self.page.goto(path)

    def text(self) -> str:
        return str(self.page.inner_text("main"))

    # What hands do. ``tests.browser.keys`` does the same by keyboard alone.

    def press(self, target: Any) -> None:
        """Press a link, a button or a summary, and wait for the page it leads to."""
        self.at(target).click()
        self.page.wait_for_load_state("domcontentloaded")  # a click waits for the answer to begin, not to be there

    def put(self, target: Any, value: str) -> None:
        """Write into a field."""
        self.at(target).fill(value)

    def choose(self, target: Any, value: str) -> None:
        """Choose an answer of a list by its value."""
        self.at(target).select_option(value)

    def tick(self, target: Any) -> None:
        """Tick one of several answers."""
        self.at(target).check(force=True)

    def fill(self, particular: dict[str, str | None]) -> None:
        """Fill in the open document."""
        self.page.evaluate(FILL, particular)

    def at(self, target: Any) -> Any:
        return self.page.locator(target) if isinstance(target, str) else target

    def join(self, link: str, login: str) -> None:
        self.go(link)
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button")


class School:
    """Everything an administrator does before the first cycle."""

    def __init__(self, browser: Any, url: str, member: type[Member] = Member) -> None:
        self.browser, self.url, self.member = browser, url, member
        self.admin = Member(browser, url, "Админова")
        self.people: dict[str, Member] = {}

    def close(self) -> None:
        for member in (self.admin, *self.people.values()):
            member.context.close()

    def found(self, link: str) -> None:
        page = self.admin.page
        self.admin.go(link)
        for key, value in {
            "school": "Проверочная школа",
            "district": "Район",
            "last_name": "Админова",
            "first_name": "Ада",
            "patronymic": "Демовна",
            "login": "admin",
            "password": PASSWORD,
        }.items():
            page.fill(f"[name={key}]", value)
        page.click("main button")
        expect(page).to_have_title(re.compile("Мои дела"))

    def import_people(self) -> None:
        page = self.admin.page
        lines = ["Фамилия;Имя;Отчество;Предмет"] + [f"{n};Анна;Демовна;химия" for n in PEOPLE] + [";Без фамилии;;"]
        self.admin.go("/school/people/import")
        page.set_input_files(
            "[name=table]", {"name": "люди.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
        )
        page.click("main button")
        assert "нет фамилии" in self.admin.text()
        page.click("main form button:has-text('Добавить')")

    def enable(self, title: str) -> None:
        self.admin.go("/types")
        self.admin.page.click(f"article:has(a:text-is('{title}')) button:has-text('Включить')")

    def group(self, type_title: str, title: str) -> None:
        page = self.admin.page
        self.admin.go("/groups")
        page.select_option("[name=type_key]", label=type_title)
        page.fill("[name=title]", title)
        page.select_option("[name=leader_id]", label="Лидерова А. Д.")
        page.select_option("[name=psychologist_id]", label="Психова А. Д.")
        page.click("button:has-text('Создать ПОС')")
        card = page.locator("article").first
        for place, name in enumerate(TEAM, 1):
            select = card.locator(f"[name=seat_{place}]")
            value = select.locator(f"option:has-text('{name}')").first.get_attribute("value")
            select.select_option(value)
        card.locator("button:has-text('Сохранить состав')").click()
        assert "Состав сохранён" in page.inner_text("body")

    def invite(self, **context: Any) -> None:
        page = self.admin.page
        for number, name in enumerate(PEOPLE):
            self.admin.go("/school/people")
            page.click(f"main a:has-text('{name}')")
            page.click("button:has-text('Ссылка-приглашение')")
            link = page.inner_text("main code")
            member = self.member(self.browser, self.url, name, **context)
            member.join(link.replace(self.url, ""), f"user{number}")
            self.people[name] = member

    def start(self, worker: str = "") -> None:
        """The first of the triad opens a cycle; ``worker`` is the address of another server of the same instance."""
        first = self.people[TEAM[0]]
        first.go(worker + "/")
        first.page.click("a:has-text('Моя тройка')")
        first.page.click("button:has-text('Начать цикл')")

    def stage(self) -> str:
        first = self.people[TEAM[0]]
        first.go("/cycles/1")
        return str(first.page.inner_text("h1"))

    def journal(self) -> str:
        """What the cycle page tells of the past."""
        first = self.people[TEAM[0]]
        first.go("/cycles/1")
        return str(first.page.inner_text(".journal"))

    def walk(self, until: str, *, pupils: bool = False, limit: int = 400) -> list[str]:
        """Everybody does whatever «Мои дела» asks of them, until the stage named ``until``. Returns the stages seen."""
        seen: list[str] = []
        for _ in range(limit):
            stage = self.stage()
            if not seen or seen[-1] != stage:
                seen.append(stage)
            if stage.startswith(until):
                return seen
            moved = [self._turn(member, pupils) for member in self.people.values()]
            if not any(moved):
                raise AssertionError(f"nobody can move at «{stage}»:\n{self.people[TEAM[0]].text()}")
        raise AssertionError(f"the walk did not end: {seen[-5:]}")

    def _turn(self, member: Member, pupils: bool) -> bool:
        member.go("/")
        link = member.page.locator("article.move a.btn-primary").first
        if link.count() == 0:
            return False
        href = str(link.get_attribute("href"))
        member.press(link)
        path = re.sub(r"#.*", "", href)
        if "/docs/" in path:
            return fill_document(member)
        if "/surveys/" in path:
            return self._survey(member, pupils)
        if path.endswith("/schedule"):
            return self._schedule(member)
        if path.endswith("/deficits"):
            return self._deficits(member)
        if path.endswith("/plans"):
            return self._plan(member, path)
        if path.endswith("/decision"):
            return self._decision(member)
        if href.endswith("#rules"):
            member.press("button:has-text('Принимаю правила')")
            return True
        if "#action-" in href:
            member.press(f"#{href.partition('#')[2]} form button >> nth=-1")
            return True
        raise AssertionError(f"a task leads to {href}: {member.text()[:500]}")

    def _schedule(self, member: Member) -> bool:
        page = member.page
        for n in (1, 2, 3):
            form = page.locator(f"#lesson-{n} form").first
            member.put(form.locator("[name=date]"), f"2026-12-0{n}")
            member.put(form.locator("[name=time]"), "10:15")
            member.put(form.locator("[name=subject]"), "Химия")
            member.put(form.locator("[name=topic]"), "Вода")
            member.put(form.locator("[name=class_name]"), "6 «Б»")
            member.put(form.locator("[name=class_size]"), "24")
            member.choose(form.locator("[name=kind]"), "extracurricular" if n == 2 else "lesson")
            member.press(form.locator("button"))
        return True

    def _survey(self, member: Member, pupils: bool) -> bool:
        page = member.page
        if pupils:
            address = str(page.locator("main a[href*='/s/']").first.get_attribute("href"))
            for _ in range(6):
                phone = self.browser.new_context(locale="ru-RU", viewport={"width": 360, "height": 640})
                tab = phone.new_page()
                tab.goto(address)
                tab.locator("[data-step]:visible input").nth(3).check(force=True)
                while tab.locator(".next:visible").count():
                    tab.click(".next")
                tab.click(".send")
                assert "Спасибо" in tab.inner_text("h1")
                phone.close()
            page.reload()
            assert "Ответили 6" in member.text()
        else:
            member.put("[name=sheets]", "6")
            member.put(page.locator("main [name^='n-']").nth(2), "6")
            member.press("button:has-text('Внести сводку')")
        return True

    def _deficits(self, member: Member) -> bool:
        page = member.page
        confirm = page.locator("button:has-text('Подтверждаю')")
        if confirm.count():
            member.press(confirm.first)
            return True
        member.put("[name=text]", "не закладываю время на доработку")
        member.put("[name=evidence]", "урок 1, лист наблюдения")
        member.press("button:has-text('Записать')")
        return True

    def _plan(self, member: Member, path: str) -> bool:
        page = member.page
        member.go(path + "/remedy/0")
        member.put("[name=goal]", "Восемь минут доработки на каждом уроке")
        for row, option in enumerate(page.locator("[name=step-0-deficit_id] option").all()[1:]):
            if row >= page.locator("fieldset.row-card").count():
                member.press("button[name=add_row]")
            member.choose(f"[name=step-{row}-deficit_id]", option.get_attribute("value"))
            member.put(f"[name=step-{row}-text]", "Проба приёма на двух уроках")
        member.press(".save-bar button")
        return True

    def _decision(self, member: Member) -> bool:
        page = member.page
        if "ещё не высказал" in member.text():
            form = page.locator("form:has(input[value=position])")
            member.tick(form.locator("[value=continue]"))
            member.press(form.locator("button"))
            return True
        form = page.locator("form:has(input[value=decision])")
        member.tick(form.locator("[value=continue]"))
        member.put(form.locator("[name=grounds]"), "Показатели растут от урока к уроку")
        member.put(form.locator("[name=next_question]"), "Как точка решения меняет ход урока?")
        member.press(form.locator("button"))
        return True
