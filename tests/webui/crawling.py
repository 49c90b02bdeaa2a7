"""The demo school walked by links alone, as somebody who presses everything that can be opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape

import lxml.html
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from engine.store.database import db
from tests.webui.conftest import csrf

_HREF = re.compile(r'<a\b[^>]*\bhref="([^"#]+)')
#: Rows that scripts copy; nobody can press what is in them.
_TEMPLATE = re.compile(r"<template\b.*?</template>", re.DOTALL)
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
#: Forms that end the walk itself.
_ENDS = ("/sign-out", "/language")
#: Where documents are, each of which takes as long as ten pages to make: no link leads on from them.
PAPERS = "/papers/"
#: The table whose row a part of an address names.
TABLES = {
    "cycle_id": "cycle",
    "person_id": "person",
    "group_id": "plc_group",
    "triad_id": "triad",
    "file_id": "stored_file",
    "notice_id": "notice",
    "material_id": "material",
    "event_id": "event",
    "visit_id": "visit",
    "participation_id": "participation",
    "year_id": "school_year",
    "measure_id": "measure",
    "run_id": "maturity_run",
    "deficit_id": "deficit",
    "plan_id": "development_plan",
    "step_id": "plan_step",
    "transfer_id": "transfer",
    "note_id": "closed_note",
    "trial_id": "trial",
    "job_id": "job",
    "letter_id": "letter",
    "consent_id": "consent",
    "publication_id": "publication",
    "invitation_id": "invitation",
    "owner": "person",
    "token_id": "api_token",
    "webhook_id": "webhook",
    "delivery_id": "webhook_delivery",
}
#: What no finished page shows: unrendered templates, Python values, untranslated placeholders.
LEFTOVERS = re.compile(r"\{\{|\}\}|\{%|%\(\w+\)s|>\s*None\s*<|&lt;function|Traceback|\bundefined\b|object at 0x")


@dataclass
class Seen:
    """One page or file: where, what it answered, its text, how many statements it took; status 0 was not opened."""

    path: str
    status: int = 0
    text: str = ""
    statements: int = 0
    data: bytes = b""
    headers: str = ""


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def step_in(app: Flask, person_id: int) -> FlaskClient:
    """A browser in which somebody of the demo school has stepped into a role."""
    client = app.test_client()
    token = csrf(client.get("/sign-in").text)
    assert client.post(f"/sign-in/as/{person_id}", data={"csrf_token": token}).status_code == 302
    return client


def look(app: Flask, client: FlaskClient, path: str) -> Seen:
    """Open one page."""
    with app.app_context(), counting() as sent:
        answer = client.get(path)
    data = answer.get_data()
    text = answer.text if answer.mimetype == "text/html" else ""
    answer.close()
    return Seen(path, answer.status_code, text, len(sent), data, str(answer.headers))


def walk(app: Flask, client: FlaskClient, limit: int = 400, unopened: str = "\n") -> list[Seen]:
    """Every page that can be reached from the first one; what begins with ``unopened`` is told and not opened."""
    found: dict[str, Seen] = {}
    waiting = ["/"]
    while waiting and len(found) < limit:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = Seen(path) if path.startswith(unopened) else look(app, client, path)
        for link in _HREF.findall(_TEMPLATE.sub("", found[path].text)):
            target = unescape(link)
            if target.startswith("/") and not target.startswith(("/static/", "//")) and target not in found:
                waiting.append(target)
    return list(found.values())


def forms(app: Flask, client: FlaskClient, limit: int = 250) -> Iterator[tuple[str, dict[str, str]]]:
    """Where a form is sent and what it holds; one of each kind, however many pages and rows show it."""
    known = set()
    for page in walk(app, client, limit, unopened=PAPERS):
        for html in _FORM.findall(page.text):
            form = lxml.html.fromstring(html)
            action = form.get("action") or page.path
            fields = {key: value or "" for key, value in form.form_values()} | {
                one.name: "" for one in form.inputs if one.name and one.get("type") not in ("checkbox", "file")
            }
            fields |= {key: value or "" for key, value in form.form_values()}
            kind = re.sub(r"\d+", "N", action.partition("?")[0]), frozenset(re.sub(r"\d+", "N", f) for f in fields)
            if form.method == "POST" and kind not in known and not action.startswith(_ENDS):
                known.add(kind)
                yield action, fields
