"""What a phone with a bad uplink has to carry: bytes and requests of the first page and of every next one."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webui.conftest import person_id
from tests.webui.crawling import PAPERS, step_in, walk

FIRST, NEXT, REQUESTS = 150_000, 30_000, 8
PACKED = {"Accept-Encoding": "gzip, deflate, br"}
#: What is read by programs and their authors.
BESIDE = re.compile(r"/api/|/dev/")
_FETCHED = re.compile(r'<(?:link|script|img|use)\b[^>]*\b(?:href|src)="(/[^"#]+)')
pytestmark = pytest.mark.slow


def carried(client: FlaskClient, page: str, known: set[str]) -> dict[str, int]:
    """Bytes of what a browser fetches for a page beside what it knows, by address."""
    found = {}
    for address in set(_FETCHED.findall(page)) - known:
        answer = client.get(address.replace("&amp;", "&"), headers=PACKED, buffered=True)
        assert answer.status_code == 200, address
        found[address] = len(answer.data) + len(str(answer.headers))
    return found


@pytest.mark.parametrize("name", ["Указкина", "Журналова"])
def test_first_and_next_pages_are_light(demo_school: Flask, name: str) -> None:
    client, pages = step_in(demo_school, person_id(demo_school, name)), 0
    known: set[str] = set()
    for seen in walk(demo_school, client, limit=120, unopened=PAPERS):
        if seen.status != 200 or "text/html" not in seen.headers or BESIDE.match(seen.path):
            continue
        new = carried(client, seen.text, known)
        answer = client.get(seen.path, headers=PACKED)
        own = len(answer.data) + len(str(answer.headers))
        if not pages:
            assert own + sum(new.values()) <= FIRST and 1 + len(new) <= REQUESTS, new
        else:
            assert own + sum(new.values()) <= NEXT and 1 + len(new) <= REQUESTS, (seen.path, own, new)
        known |= set(new)
        pages += 1
    assert pages > 20


def test_a_static_file_is_packed_for_whoever_can_unpack_it(client: FlaskClient, app: Flask) -> None:
    address = re.findall(r'href="(/static/[^"]+trefoil\.css[^"]*)"', client.get("/sign-in").text)[0]
    plain, packed = (client.get(address, headers=h, buffered=True) for h in ({}, PACKED))
    kept = Path(app.static_folder or "", "css/trefoil.css").read_bytes()
    assert plain.data == kept and "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.data) == kept
    assert len(packed.data) < len(kept) / 3
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"] and "immutable" in answer.headers["Cache-Control"]
    refused = client.get(address, headers={"Accept-Encoding": "gzip;q=0, identity"}, buffered=True)
    assert refused.data == kept
    part = client.get(address, headers={**PACKED, "Range": "bytes=0-9"}, buffered=True)
    assert (part.status_code, part.data) == (206, kept[:10]) and "Content-Encoding" not in part.headers
    assert client.head(address, headers=PACKED).headers["Content-Encoding"] == "gzip"


def test_a_page_is_packed_at_a_length_that_says_nothing(client: FlaskClient) -> None:
    plain = client.get("/sign-in")
    answers = [client.get("/sign-in", headers=PACKED) for _ in range(20)]
    for answer in answers:
        assert answer.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer.headers["Vary"]
        assert int(answer.headers["Content-Length"]) == len(answer.data) < len(plain.data) / 2
        assert b"<form" in gzip.decompress(answer.data)
    names = [answer.data[10 : answer.data.index(b"\0", 10)] for answer in answers if answer.data[3] & 8]
    assert len({len(name) for name in names}) > 5, "the needless bytes"
    assert "Content-Encoding" not in plain.headers and "Accept-Encoding" in plain.headers["Vary"]
    assert gzip.decompress(client.get("/nowhere", headers=PACKED).data).startswith(b"<!")


def test_what_is_small_or_no_text_goes_as_it_is(client: FlaskClient) -> None:
    for path in ("/health/live", "/health/ready"):
        assert "Content-Encoding" not in client.get(path, headers=PACKED).headers, path
