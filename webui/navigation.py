"""The menu: what somebody may open, in the order of their day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, g

from engine.core.text import Text
from engine.services import access
from webui.auth.session import me

_ITEMS: tuple[tuple[str, Text, str], ...] = (
    ("home.index", Text("Мои дела", en="My tasks"), "all"),
    ("cycles.listing", Text("Циклы", en="Cycles"), "all"),
    ("growth.mine", Text("Мои дефициты", en="My deficits"), "all"),
    ("results.leader", Text("Руководителю", en="Leader"), "leader"),
    ("growth.transfers", Text("Переходы", en="Moves"), "leader"),
    ("results.handovers", Text("Лаборатория", en="Laboratory"), "lab"),
    ("growth.notes", Text("Записи психологу", en="Notes to the psychologist"), "psychologist"),
    ("groups.index", Text("Группы и тройки", en="Groups and triads"), "admin"),
    ("school.people", Text("Люди", en="People"), "admin"),
    ("types.index", Text("Типы групп", en="Group types"), "admin"),
    ("school.year", Text("Учебный год", en="School year"), "admin"),
)


def init_app(app: Flask) -> None:
    """Give the templates the menu, the person and the places of vendored files."""
    static = Path(app.static_folder or "")

    def vendored(pattern: str) -> str:
        found = sorted(static.glob(f"vendor/{pattern}"))
        return str(found[-1].relative_to(static)).replace("\\", "/")

    vendor = {
        "bootstrap_css": vendored("bootstrap-5*/**/bootstrap.min.css"),
        "icons": vendored("bootstrap-icons-*/**/bootstrap-icons.svg"),
    }
    app.jinja_env.globals.update(navigation=navigation, vendor=vendor)
    app.context_processor(lambda: {"me": me(optional=True)})


def navigation() -> list[tuple[str, Text]]:
    """The items open to whoever asks; computed once a request."""
    if "navigation" not in g:
        person: Any = me(optional=True)
        open_to = {"all"}
        if person is not None:
            lab = access.is_lab_member(person)
            open_to |= {"leader"} if access.led_groups(person) or lab else set()
            open_to |= {"lab"} if lab else set()
            open_to |= {"psychologist"} if access.is_psychologist(person) else set()
            open_to |= {"admin"} if access.is_admin(person) else set()
        g.navigation = [(endpoint, title) for endpoint, title, who in _ITEMS if who in open_to]
    items: list[tuple[str, Text]] = g.navigation
    return items
