"""The menu: what somebody may open, in the order of their day."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request, url_for
from markupsafe import Markup

from engine.core.text import Text, localise
from engine.services import access
from engine.services.district.schools import in_district
from webui.auth.session import me
from webui.teams import language

#: Groups of the menu: title → (endpoint, title, who sees it), the last as ``webui.policies`` lets people in.
_GROUPS: tuple[tuple[Text, tuple[tuple[str, Text, str], ...]], ...] = (
    (
        Text("Моя работа", en="My work"),
        (
            ("home.index", Text("Мои дела", en="My tasks"), "all"),
            ("cycles.listing", Text("Циклы", en="Cycles"), "all"),
            ("agenda.index", Text("Календарь", en="Calendar"), "all"),
            ("growth.mine", Text("Мои дефициты", en="My deficits"), "all"),
            ("maturity.index", Text("Зрелость", en="Maturity"), "all"),
        ),
    ),
    (
        Text("Опыт", en="Experience"),
        (
            ("visits.index", Text("Взаимопосещения", en="Peer visits"), "all"),
            ("events.index", Text("Мероприятия", en="Events"), "all"),
            ("indicators.index", Text("Показатели", en="Indicators"), "all"),
            ("reports.index", Text("Годовые отчёты", en="Year reports"), "all"),
            ("reports.conference_now", Text("Конференция", en="Conference"), "all"),
            ("exchange.mine", Text("Мои пробы", en="My trials"), "all"),
            ("papers.index", Text("Выгрузки", en="Exports"), "all"),
        ),
    ),
    (
        Text("ПОС", en="Communities"),
        (
            ("measures.index", Text("План методической работы", en="Plan of methodical work"), "all"),
            ("bank.index", Text("Копилка", en="School bank"), "all"),
            ("exchange.index", Text("Обмен опытом", en="Exchange"), "all"),
            ("district.index", Text("РПОС", en="District"), "district"),
            ("results.leader", Text("Руководителю", en="For the leader"), "leader"),
            ("growth.transfers", Text("Переходы между ПОС", en="Moves between groups"), "leader"),
            ("lab.board", Text("Лаборатория", en="Laboratory"), "lab"),
            ("personal.consents", Text("Согласия", en="Consents"), "lab alone"),
            ("growth.notes", Text("Записи психологу", en="Notes to the psychologist"), "psychologist"),
        ),
    ),
    (
        Text("Школа", en="School"),
        (
            ("groups.index", Text("Группы и тройки", en="Groups and triads"), "admin"),
            ("school.people", Text("Люди", en="People"), "admin"),
            ("types.index", Text("Типы групп", en="Group types"), "admin"),
            ("school.year", Text("Учебный год", en="School year"), "admin"),
            ("personal.consents", Text("Согласия", en="Consents"), "admin"),
            ("personal.retention", Text("Сроки хранения", en="Terms of keeping"), "admin"),
            ("personal.acts", Text("Акты", en="Acts"), "admin"),
            ("district.exchange", Text("Файлы обмена", en="Exchange files"), "districts"),
            ("school.letters", Text("Письма", en="Letters"), "admin"),
            ("programs.school", Text("Программы и ключи", en="Programs and keys"), "admin"),
        ),
    ),
)
#: A group of more items than this folds, once the whole menu would not fit one row.
_FEW, _ROW = 2, 6


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A heading of the menu with its items (endpoint, title, address); ``folds`` when it opens by a press."""

    title: str
    items: tuple[tuple[str, str, str], ...]
    endpoints: frozenset[str]
    folds: bool


def init_app(app: Flask) -> None:
    """Give the templates the menu, the person and the places of vendored files."""
    app.extensions["trefoil-menus"] = {}
    app.jinja_env.globals.update(navigation=navigation, vendor=vendored(Path(app.static_folder or "")))
    app.context_processor(lambda: {"me": me(optional=True)})


def vendored(static: Path) -> dict[str, str]:
    """Where the vendored files lie below the static folder; the version stands in the name of their folder."""

    def newest(pattern: str) -> str:
        found = sorted(static.glob(f"vendor/{pattern}"))
        return str(found[-1].relative_to(static)).replace("\\", "/")

    return {
        "bootstrap_css": newest("bootstrap-5*/**/bootstrap.min.css"),
        "icons": newest("bootstrap-icons-*/**/bootstrap-icons.svg"),
    }


def _menu(open_to: frozenset[str], language: str, root: str) -> tuple[MenuGroup, ...]:
    """``root`` is where the site lies: every address begins with it."""
    found = [
        (
            localise(title, language),
            tuple((at, localise(name, language), url_for(at)) for at, name, who in items if who in open_to),
        )
        for title, items in _GROUPS
    ]
    many = sum(len(items) for _title, items in found) > _ROW
    return tuple(
        MenuGroup(title, items, frozenset(at for at, *_ in items), many and number > 0 and len(items) > _FEW)
        for number, (title, items) in enumerate(found)
        if items
    )


def navigation() -> Markup:
    """The items open to whoever asks, as this page shows them. A menu says the same on every page, whose team it is or
    not; it is drawn once for each set of rights."""
    person: Any = me(optional=True)
    open_to = {"all"}
    if person is not None:
        stands = access.standing(person)
        admin, district = person.active and access.ADMIN in stands.roles, in_district(person)
        held = {
            "leader": stands.leads,
            "district": district,
            "lab": stands.in_lab,
            "psychologist": stands.psychologist,
            "admin": admin,
            "lab alone": stands.in_lab and not admin,
            "districts": admin and district,
        }
        open_to.update([who for who, holds in held.items() if holds])
    known: dict[Any, Markup] = current_app.extensions["trefoil-menus"]
    key = (frozenset(open_to), language(), request.root_path, request.endpoint)
    if key not in known:
        template: Any = current_app.jinja_env.get_template("drawn/menu.html").module
        known[key] = template.drawing(_menu(*key[:3]), request.endpoint)
    return known[key]
