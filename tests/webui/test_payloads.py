"""A school whose every word is hostile: shown as words on every page and in every document, executed nowhere."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import lxml.etree
import lxml.html
import pytest
from flask import Flask

from engine.core.text import Text
from engine.services import demo
from engine.services.agenda import feed
from engine.services.effects import notify
from engine.services.host import host
from engine.services.outbox import digests, letters
from engine.services.outbox.mail import Mail
from engine.services.programs import tokens
from engine.services.programs.scopes import SCOPES
from engine.store.database import db
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.gates.plugin import Figure
from tests.services.smtp import post
from tests.webui.api.conftest import Program
from tests.webui.conftest import close
from tests.webui.crawling import PAPERS, step_in, walk
from tests.webui.payloads import ALL, COUNTED, PAYLOADS, XSS, fill_school
from webui import create_app

PEOPLE = ("Указкина", "Журналова", "Дневникова", "Графикова", "Словарёва", "Макетов")
_STRANGE = {"xss-tag", "iframe", "object", "embed", "math", "marquee", "video", "style", "animate", "base"}
_ADDRESSES = {"href", "src", "action", "formaction", "data", "xlink:href", "poster", "srcdoc"}
_OUTSIDE = ("javascript:", "vbscript:", "data:text", "//", "http")
_PARSER = lxml.etree.XMLParser(resolve_entities=False, no_network=True)


@pytest.fixture(scope="module")
def hostile(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, dict[str, int]]]:
    """The demo school with payloads in every field; and who is who in it, for their names are payloads too."""
    made = create_app(shutil.copytree(loaded, tmp_path_factory.mktemp("hostile") / "instance"), demo=True)
    with made.app_context():
        home = demo.home_school()
        people = {p.last_name: p.id for p in db.session.scalars(db.select(Person).where(Person.school_id == home))}
        assert fill_school() > 500
    yield made, people
    close(made)


def faults_of(page: str) -> list[str]:
    """What in a page would run or lead away."""
    found = []
    for element in lxml.html.document_fromstring(page).iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _STRANGE or (element.tag == "meta" and "http-equiv" in element.attrib):
            found.append(f"<{element.tag}>")
        if element.tag == "script" and not element.get("src", "").startswith("/static/"):
            found.append("a script of its own")
        for name, value in element.attrib.items():
            plain = re.sub(r"[\s\x00-\x20]", "", value).lower()
            if name.startswith("on") or name == "style":
                found.append(f"{element.tag} {name}")
            own = re.fullmatch(r"http://localhost/s/[\w-]+", plain)  # a survey shows its address whole
            if name in _ADDRESSES and not own and plain.startswith(_OUTSIDE):
                found.append(f"{element.tag} {name}={value[:60]}")
    return found


def test_faults_are_seen() -> None:
    """The look itself: every payload of markup, put into a page unescaped, is found (the parser drops a body)."""
    for payload in (p for p in XSS[:32] if not p.startswith("<body")):
        pages = (f"<p>{payload}</p>", f'<p title="{payload}">', f"<p title='{payload}'>")
        assert any(map(faults_of, pages)), payload


@pytest.mark.slow
@pytest.mark.gate("R-11")
def test_pages_and_documents_show_payloads_as_words(hostile: tuple[Flask, dict[str, int]], figure: Figure) -> None:
    app, people = hostile
    shown: Counter[str] = Counter()
    pages = papers = 0
    for name in PEOPLE[: figure.size(2, len(PEOPLE))]:
        client = step_in(app, people[name])
        for page in walk(app, client, limit=figure.size(100, 900), unopened=PAPERS):  # each is opened below
            if not page.text:
                papers += _paper(client.get(page.path), page.path)
                continue
            assert page.status == 200, page.path
            assert faults_of(page.text) == [], page.path
            assert COUNTED not in page.text, page.path
            words = lxml.html.document_fromstring(page.text).text_content()
            shown.update(payload for payload in PAYLOADS if payload.strip("\r\n") in words)
            pages += 1
    markup = [payload for payload in XSS if shown[payload]]
    assert len(markup) > 30, set(XSS) - set(markup)
    figure.reached(f"{len(PAYLOADS)} payloads, {pages} pages and {papers} documents, {sum(shown.values())} times shown")


#: What is described for programs is read in place; a browser takes it for nothing else.
OPENLY = ("/api/v1/openapi.json", "application/json")


def _paper(answer: object, path: str) -> int:
    """A file: its headers are one line each, its parts are whole XML without fields, formulas or ways out."""
    data = answer.get_data()  # type: ignore[attr-defined]
    status, headers, kind = answer.status_code, answer.headers, answer.mimetype  # type: ignore[attr-defined]
    answer.close()  # type: ignore[attr-defined]
    assert status == 200, path
    assert "Set-Cookie: evil" not in str(headers) and not re.search(r"^x-evil", str(headers), re.IGNORECASE | re.M), (
        path
    )
    assert headers["X-Content-Type-Options"] == "nosniff", path
    attached = headers.get("Content-Disposition", "").startswith("attachment")
    assert attached or kind == "text/html" or (path, kind) == OPENLY, (path, kind)
    if data[:2] != b"PK":
        return 1
    with zipfile.ZipFile(BytesIO(data)) as bundle:
        for inner in bundle.namelist():
            assert not inner.startswith("/") and ".." not in inner.split("/"), (path, inner)
            if not inner.endswith((".xml", ".rels")):
                continue
            tree = lxml.etree.fromstring(bundle.read(inner), _PARSER)
            assert COUNTED not in "".join(tree.itertext()), (path, inner)
            for element in tree.iter():
                tag = lxml.etree.QName(element).localname if isinstance(element.tag, str) else ""
                assert tag != "script" and not (tag == "f" and inner.startswith("xl/")), (path, inner, tag)
                assert tag != "instrText" or (element.text or "").strip() in ("PAGE", "NUMPAGES"), (path, element.text)
                assert element.get("TargetMode") != "External" or "script" not in element.get("Target", ""), path
    return 1


@pytest.mark.gate("R-11", "letters, calendars and answers for programs hold them as words")
def test_letters_calendars_and_answers_for_programs(hostile: tuple[Flask, dict[str, int]]) -> None:
    app, people = hostile
    with app.app_context(), post() as server:
        host().clock.set(datetime(2026, 11, 23, 10, 0))  # digests go out in the morning of a working day
        person = db.session.get(Person, people["Указкина"])
        digests.choose(person, "daily", "ukazkina@school.example")
        host().mail = Mail("127.0.0.1", "trefoil@school.example", server.port, security="none")
        host().address = "https://trefoil.example"
        with unit_of_work():
            for payload in (*PAYLOADS, ALL):
                notify(person.id, Text(payload, en=payload), path="/")
        digests.write_due()
        assert letters.send_due()[1] == 0
        (raw,) = [raw for _to, raw in server.letters]
        letter = email.message_from_string(raw, policy=email.policy.default)
        assert {key.lower() for key in letter} & {"bcc", "x-evil"} == set()
        assert not letter.is_multipart() and letter.get_content_type() == "text/plain"
        assert COUNTED not in letter.get_content() and "<script>" in letter.get_content()
        calendar = feed.make(person)
        host().mail = None
        host().clock.reset()
    lines = app.test_client().get(f"/calendar/{calendar}.ics").text.split("\r\n")
    assert len(lines) > 10 and not [line for line in lines if line.startswith(("X-EVIL", "Bcc"))]
    with app.app_context():
        row, secret = tokens.make(db.session.get(Person, people["Указкина"]), "Проба", SCOPES, 90)
        program = Program(app, secret, row.id)
    told = ""
    for path in ("/cycles", "/groups", "/bank", "/events", "/me"):
        answer = program.ask("GET", path)
        assert answer.status_code == 200 and answer.mimetype == "application/json", (path, answer.text)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        told += answer.text
    assert COUNTED not in told and "window.__xss" in told
