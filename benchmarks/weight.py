"""What a phone with a bad uplink has to carry: bytes over the wire and requests, of the first page and of every next.

``python -m benchmarks.weight``. The demo school is walked through as its people see it; what a browser keeps (files
with hashed names, for a year) is fetched once.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from benchmarks.claim import Claim
from engine.services.demo import load
from engine.services.setup import prepare_database, release_database
from engine.store.database import db
from engine.store.people import Person
from webui import create_app

FIRST, NEXT, REQUESTS = 150_000, 30_000, 8
PACKED = {"Accept-Encoding": "gzip, deflate, br"}
PEOPLE = ("Указкина", "Дневникова", "Журналова")
_FETCHED = re.compile(r'<(?:link|script|img|use)\b[^>]*\b(?:href|src)="(/[^"#]+)')
_LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
_BESIDE = re.compile(r"/api/|/dev/|/sign-out|/static/")


class Page(NamedTuple):
    """A page as it comes over the wire: bytes with its headers, those of what it has fetched anew, requests."""

    path: str
    own: int
    fetched: int
    requests: int

    @property
    def all(self) -> int:
        return self.own + self.fetched


def _size(answer: TestResponse) -> int:
    return len(answer.data) + len(str(answer.headers))


def carried(client: FlaskClient, start: str = "/", limit: int = 120) -> Iterator[Page]:
    """Every page that links lead to, in the order in which they are met."""
    known: set[str] = set()
    waiting, seen = [start], {start}
    while waiting and limit:
        path = waiting.pop(0)
        answer = client.get(path, headers=PACKED)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        text = client.get(path).text
        new = {address.replace("&amp;", "&") for address in _FETCHED.findall(text)} - known
        fetched = sum(_size(client.get(address, headers=PACKED, buffered=True)) for address in new)
        known |= new
        limit -= 1
        yield Page(path, _size(answer), fetched, 1 + len(new))
        links = [link.replace("&amp;", "&") for link in _LINK.findall(text) if not _BESIDE.match(link)]
        waiting += [link for link in dict.fromkeys(links) if link not in seen]
        seen.update(links)


def step_in(app: Flask, name: str) -> FlaskClient:
    """A browser in which somebody of the demo school has stepped into a role."""
    client = app.test_client()
    with app.app_context():
        person = db.session.scalars(select(Person.id).where(Person.last_name == name)).one()
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)[0]
    answer = client.post(f"/sign-in/as/{person}", data={"csrf_token": token})
    assert answer.status_code == 302, answer.status_code
    return client


def measure(quick: bool = False) -> dict[str, list[Page]]:
    """Person -> the pages met, the first one first."""
    limit = 40 if quick else 200
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Path(folder), demo=True)
        with app.app_context():
            prepare_database()
            load()
        found = {name: list(carried(step_in(app, name), limit=limit)) for name in PEOPLE}
        with app.app_context():
            release_database(app)
    return found


def claims(found: dict[str, list[Page]]) -> list[Claim]:
    """(claim, asked, reached, whether it is)."""
    first = max(pages[0].all for pages in found.values())
    heaviest = max((page for pages in found.values() for page in pages[1:]), key=lambda page: page.all)
    most = max(page.requests for pages in found.values() for page in pages)
    return [
        ("first load, over the wire", "≤ 150 KB", f"{first / 1000:.0f} KB", first <= FIRST),
        (
            "next pages, over the wire",
            "≤ 30 KB",
            f"at most {heaviest.all / 1000:.0f} KB ({re.sub('[0-9]+', 'N', heaviest.path)})",
            heaviest.all <= NEXT,
        ),
        ("requests of a page", "≤ 8", f"at most {most}", most <= REQUESTS),
    ]


def table(found: dict[str, list[Page]]) -> str:
    """Bytes by person, as Markdown."""
    lines = ["| who | first load, KB | pages | median next page, KB | heaviest, KB |", "|---|---|---|---|---|"]
    for name, (first, *others) in found.items():
        sizes = [page.all / 1000 for page in others]
        lines.append(
            f"| {name} | {first.all / 1000:.0f} | {len(others) + 1} | {median(sizes):.1f} | {max(sizes):.1f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    logging.disable(logging.ERROR)
    measured = measure()
    print(table(measured))
    print(*claims(measured), sep="\n")
