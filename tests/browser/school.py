"""A school that sets itself up through the pages alone, and people who follow «Мои дела» to the end."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.filling import fill_document

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

    def join(self, link: str, login: str) -> None:
        self.go(link)
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button")


class School:
    """Everything an administrator does before the first cycle."""

    def __init__(self, browser: Any, url: str) -> None:
        self.browser, self.url = browser, url
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
            member = Member(self.browser, self.url, name, **context)
            member.join(link.replace(self.url, ""), f"user{number}")
            self.people[name] = member

    def start(self) -> None:
        first = self.people[TEAM[0]]
        first.go("/")
        first.page.click("a:has-text('Моя тройка')")
        first.page.click("button:has-text('Начать цикл')")

    def stage(self) -> str:
        first = self.people[TEAM[0]]
        first.go("/cycles/1")
        return str(first.page.inner_text("h1"))

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
        link.click()
        page = member.page
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
            page.click("button:has-text('Принимаю правила')")
            return True
        if "#action-" in href:
            page.click(f"#{href.partition('#')[2]} form button >> nth=-1")
            return True
        raise AssertionError(f"a task leads to {href}: {member.text()[:500]}")

    def _schedule(self, member: Member) -> bool:
        page = member.page
        for n in (1, 2, 3):
            form = page.locator(f"#lesson-{n} form").first
            form.locator("[name=date]").fill(f"2026-12-0{n}")
            form.locator("[name=time]").fill("10:15")
            form.locator("[name=subject]").fill("Химия")
            form.locator("[name=topic]").fill("Вода")
            form.locator("[name=class_name]").fill("6 «Б»")
            form.locator("[name=class_size]").fill("24")
            form.locator("[name=kind]").select_option(index=1 if n == 2 else 0)
            form.locator("button").click()
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
            page.fill("[name=sheets]", "6")
            page.locator("main [name^='n-']").nth(2).fill("6")
            page.click("button:has-text('Внести сводку')")
        return True

    def _deficits(self, member: Member) -> bool:
        page = member.page
        confirm = page.locator("button:has-text('Подтверждаю')")
        if confirm.count():
            confirm.first.click()
            return True
        page.fill("[name=text]", "не закладываю время на доработку")
        page.fill("[name=evidence]", "урок 1, лист наблюдения")
        page.click("button:has-text('Записать')")
        return True

    def _plan(self, member: Member, path: str) -> bool:
        page = member.page
        member.go(path + "/remedy/0")
        page.fill("[name=goal]", "Восемь минут доработки на каждом уроке")
        for row, option in enumerate(page.locator("[name=step-0-deficit_id] option").all()[1:]):
            if row >= page.locator("fieldset.row-card").count():
                page.click("button[name=add_row]")
            page.select_option(f"[name=step-{row}-deficit_id]", option.get_attribute("value"))
            page.fill(f"[name=step-{row}-text]", "Проба приёма на двух уроках")
        page.click(".save-bar button")
        return True

    def _decision(self, member: Member) -> bool:
        page = member.page
        if "ещё не высказал" in member.text():
            form = page.locator("form:has(input[value=position])")
            form.locator("[value=continue]").check()
            form.locator("button").click()
            return True
        form = page.locator("form:has(input[value=decision])")
        form.locator("[value=continue]").check()
        form.locator("[name=grounds]").fill("Показатели растут от урока к уроку")
        form.locator("[name=next_question]").fill("Как точка решения меняет ход урока?")
        form.locator("button").click()
        return True
