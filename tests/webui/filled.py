"""Every form of the demo school filled in as somebody would who has read it: right kinds of answers, so that most are
taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html
from flask import Flask
from flask.testing import FlaskClient

from tests.webui.conftest import person_id
from tests.webui.crawling import step_in

_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_TEMPLATE = re.compile(r"<template\b.*?</template>", re.DOTALL)
#: Forms that end the walk itself.
_ENDS = ("/sign-out", "/language")
#: What is written by the kind of field.
_BY_KIND = {
    "date": "2026-12-04",
    "time": "15:00",
    "datetime-local": "2026-12-04T15:00",
    "number": "2",
    "url": "https://example.org/video",
    "email": "kto@example.org",
    "password": "тихая трава у дома",
    "tel": "+7 900 000-00-00",
}
_BY_NAME = {
    "email": "kto@example.org",
    "link": "https://example.org/video",
    "seats": "20",
    "class_name": "7 «А»",
    "pupil_code": "A",
    "given_on": "2026-11-02",
    "until": "",
}
WORDS = "Запись для проверки"
#: Who finds a form of each kind where, in the demo school.
PLACES = {
    "Журналова": "/bank/1 /bank/new /calendar /conference /cycles/10 /cycles/10/docs/collection/0 "
    "/district/invitations /district/materials/1 /events/1 /events/1/edit /events/new /exchange /exchange/1/try "
    "/groups /groups/5 /groups/5/thresholds /lab/techniques /maturity/9 /me/data /profile /profile/programs /reports "
    "/school/consents /school/people/11 /school/people/new /school/programs /school/retention /school/webhooks "
    "/school/year /types /types/formative/settings /visits/new",
    "Указкина": "/ /bank/1/try /bank/6 /cycles/1/deficits /cycles/1/plans/remedy/0 /cycles/2 /cycles/2/schedule "
    "/cycles/2/docs/plan/1 /deficits /exchange/1/edit /maturity/5",
    "Дневникова": "/bank/5/review /reports/3/1",
    "Переменкина": "/cycles/7/surveys/class_survey/2",
}


@dataclass(frozen=True)
class Filled:
    """A form: the page it stands on, where it is sent, the endpoint behind, its answers."""

    page: str
    action: str
    endpoint: str
    fields: tuple[tuple[str, str], ...]


def forms(app: Flask, clients: dict[str, FlaskClient]) -> Iterator[tuple[str, Filled]]:
    """Who fills in which form, one of each kind; their browsers are put into ``clients``."""
    known = set()
    adapter = app.url_map.bind("localhost")
    for name, pages in PLACES.items():
        client = clients[name] = step_in(app, person_id(app, name))
        for page in pages.split():
            for html in _FORM.findall(_TEMPLATE.sub("", client.get(page).text)):
                form = lxml.html.fromstring(html)
                action = form.get("action") or page
                if form.method != "POST" or action.startswith(_ENDS):
                    continue
                for fields in _answers(form):
                    kind = (
                        re.sub(r"\d+", "N", action.partition("?")[0]),
                        frozenset(re.sub(r"\d+", "N", key) for key, _ in fields if key != "csrf_token"),
                    )
                    if kind not in known:
                        known.add(kind)
                        endpoint, _ = adapter.match(action.partition("?")[0], method="POST")
                        yield name, Filled(page, action, endpoint, fields)


def _answers(form: lxml.html.FormElement) -> Iterator[tuple[tuple[str, str], ...]]:
    """The answers, once for each button that says something of its own."""
    fields: list[tuple[str, str]] = []
    chosen: set[str] = set()
    for one in form.inputs:
        if not one.name or one.get("disabled") is not None or one.get("type") in ("file", "submit", "button"):
            continue
        if one.tag == "select":
            given = (
                one.value if isinstance(one.value, str) and one.value else next((v for v in one.value_options if v), "")
            )
            fields.append((one.name, given))
        elif one.tag == "textarea":
            fields.append((one.name, one.value or _BY_NAME.get(one.name, WORDS)))
        elif one.get("type") == "radio":
            if one.name not in chosen:
                chosen.add(one.name)
                checked = [r.get("value") for r in form.inputs if r.name == one.name and r.get("checked") is not None]
                fields.append((one.name, checked[0] if checked else one.get("value", "on")))
        elif one.get("type") == "checkbox":
            fields.append((one.name, one.get("value", "on")))
        elif one.get("type") == "hidden":
            fields.append((one.name, one.value or ""))
        else:
            fields.append((one.name, one.value or _BY_NAME.get(one.name, _BY_KIND.get(one.get("type", "text"), WORDS))))
    buttons = [b for b in form.iter("button") if b.get("name")] or [None]
    for button in buttons:
        yield (*fields, (button.get("name"), button.get("value", ""))) if button is not None else tuple(fields)
