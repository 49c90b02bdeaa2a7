"""The workbench in the hands of an author: pages opened, the buttons that stand on them pressed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from webui.dev import create_dev_app

PLUGIN = '''
from engine.api import Action, Field, Form, GroupType, Notify, Process, Section, Stage, Text, hookimpl, refuse, rule

MEMBER = ("triad_member",)


@rule("two.goal", "Цель записана", en="The goal is written")
def goal_written(view):
    """The sheet has a goal."""
    if view.values("sheet").get("goal"):
        return None
    return refuse("Запишите цель", "Write the goal", roles=MEMBER, form="sheet", round_=view.round)


@hookimpl
def plc_group_type():
    goal = Field("goal", Text("Цель", en="Goal"), "text", required=True)
    sheet = Form("sheet", Text("Лист", en="Sheet"), (Section("a", "А", (goal,)),), roles=MEMBER)
    start = Stage("start", Text("Начало", en="Start"), forms=("sheet",))
    end = Stage("end", Text("Конец", en="End"), final=True)
    finish = Action("finish", Text("Закончить", en="Finish"), ("start",), "end", MEMBER, rules=(goal_written,))
    process = Process((start, end), (finish,), "start")
    return GroupType("two", Text("Два", en="Two"), "Проверка", "1", process, forms=(sheet,))
'''


@dataclass
class Button:
    """A button that can be pressed: its words, where its form goes, and what it sends."""

    words: str
    action: str
    sent: MultiDict[str, str]
    name: str
    value: str
    form: str = ""


@dataclass
class _Reader(HTMLParser):
    buttons: list[Button] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.form: tuple[str, MultiDict[str, str]] | None = None
        self.forms: dict[str, tuple[str, MultiDict[str, str]]] = {}
        self.button: Button | None = None
        self.select: tuple[str, list[str]] | None = None
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        name = given.get("name", "")
        if tag == "form" and given.get("method") == "post":
            self.form = self.forms[given.get("id", "")] = given.get("action", ""), MultiDict()
        elif self.form is None:
            return
        elif tag == "input" and name and given.get("type") not in ("checkbox", "radio", "file"):
            made_up = {"date": "2026-12-04", "time": "10:15", "number": "3"}.get(given.get("type", ""), "слова")
            self.form[1].add(name, given.get("value") or ("" if given.get("type") == "hidden" else made_up))
        elif tag == "select":
            self.select = name, []
        elif tag == "option" and self.select:
            self.select[1].append(given.get("value", ""))
        elif tag == "textarea":
            self.form[1].add(name, "слова")
        elif tag == "button" and given.get("type") != "button":
            self.button = Button("", *self.form, name, given.get("value", ""), given.get("form", ""))

    def handle_data(self, data: str) -> None:
        if self.button:
            self.button.words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select and self.form:
            name, values = self.select
            self.form[1].add(name, next((v for v in values if v), ""))
            self.select = None
        elif tag == "button" and self.button:
            self.button.words = " ".join(self.button.words.split())
            self.buttons.append(self.button)
            self.button = None


class Author:
    """Somebody at the workbench; ``page`` is what they look at."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.bench = app.extensions["workbench"]
        self.address = ""
        self.answer: TestResponse

    @property
    def page(self) -> str:
        return self.answer.text

    @property
    def words(self) -> str:
        """The page without its marks."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.page)).split())

    def number(self, name: str) -> int:
        """The number of a plugin."""
        return next(b.number for b in self.bench.benches.values() if b.place.source.name == name)

    def open(self, address: str, status: int = 200) -> str:
        """Open a page; its words."""
        self.answer = self.client.get(address, follow_redirects=True)
        self.address = self.answer.request.full_path
        assert self.answer.status_code == status, self.words[-3000:]
        return self.words

    def buttons(self) -> list[Button]:
        """What can be pressed on the page."""
        reader = _Reader()
        reader.feed(self.page)
        for button in reader.buttons:
            if button.form:  # it stands in one form and sends another
                button.action, button.sent = reader.forms[button.form]
        return reader.buttons

    def press(self, words: str, status: int = 200, **typed: str) -> str:
        """Press the first button with these words (its form filled in as it stands, ``typed`` over it); the words of
        the page it leads to."""
        found = next((b for b in self.buttons() if b.words.startswith(words)), None)
        assert found, f"no button «{words}» among {[b.words for b in self.buttons()]}"
        data = MultiDict(found.sent)
        for key, value in {found.name: found.value, **typed}.items():
            if key:
                data.setlist(key, [value])
        self.answer = self.client.post(found.action or self.address, data=data, follow_redirects=True)
        assert self.answer.status_code == status, self.words[-3000:]
        self.address = self.answer.request.full_path
        return self.words


def author(path: Path | None, instance: Path) -> Author:
    """An author at a workbench of their own."""
    return Author(create_dev_app(path, instance))
