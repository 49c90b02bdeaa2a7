"""A plain form is read at once, and as Werkzeug reads it; what no browser sends is left to it."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from webui.posted import Sent, fields

PLAIN = "application/x-www-form-urlencoded"
PIECES = (
    *(
        b"a",
        b"q_x",
        b"+",
        b"=",
        b"&",
        b"%",
        b"%%41",
        b"%zz",
        b"%d0%b1",
        b"%D0",
        b"%B0",
        b"%FF",
        b"%ED%A0%80",
        b";",
        b"~",
    ),
    *(b"%20", b"%0A", b"%0D%0A", b"%09", b"%00", b"%1e", b"%1F", b"%7F", b"%26", b"%3D", b"%2B", b"%25", b"=3D", b"*_"),
    *(b" ", b"\n", b"\x1e", b"\x1f", b"\x7f", "я".encode(), b"\xff", b"k=v&", b"&x=1"),
)


def _read(kind: type[Request], sent: bytes) -> Any:
    request = kind(EnvironBuilder(method="POST", data=sent, content_type=PLAIN).get_environ())
    return list(request.form.items(multi=True)), list(request.files), request.stream.read()


@given(st.lists(st.sampled_from(PIECES), max_size=9).map(b"".join))
def test_whatever_is_sent_is_read_as_it_always_was(sent: bytes) -> None:
    assert _read(Sent, sent) == _read(Request, sent)


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_what_people_type_comes_as_they_typed_it(typed: list[tuple[str, str]]) -> None:
    sent = urlencode(typed).encode()
    assert _read(Sent, sent) == _read(Request, sent)


def test_a_sheet_is_read_at_once() -> None:
    typed = [("q_facts-0-q_text", "Назвал: 2 + 2 = 4 & «да»\r\n50 %\tи ещё\n"), ("q_se1", "na"), ("q_none", "")]
    assert fields(urlencode(typed).encode()) == typed
    browsers = b"q_a=*-._%7E&q_b=%21%27%28%29"  # browsers leave some signs as they are
    assert fields(browsers) == parse_qsl(browsers.decode(), keep_blank_values=True)


@pytest.mark.parametrize(
    "odd", [b"", b"a", b"a=1&", b"a=b=c", b"a=%", b"a=%1e", b"a=%1F", b"a=%00", b"a=%FF", b"a=\xd0"]
)
def test_what_no_browser_sends_is_read_with_more_patience(odd: bytes) -> None:
    assert fields(odd) is None
    assert _read(Sent, odd) == _read(Request, odd)


def test_other_forms_and_limits_stay_as_they_are() -> None:
    parts = EnvironBuilder(method="POST", data={"q_a": "я", "file": (io.BytesIO(b"x"), "x.txt")})
    with parts.get_request(Sent) as request:
        assert request.form.to_dict() == {"q_a": "я"} and request.files["file"].read() == b"x"
    parts.close()
    large = Sent(EnvironBuilder(method="POST", data=b"a=" + b"b" * 100, content_type=PLAIN).get_environ())
    large.max_content_length = 50
    with pytest.raises(RequestEntityTooLarge):
        _ = large.form
