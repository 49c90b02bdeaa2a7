"""The signed cookie and the token of forms are those of Flask and Flask-WTF, byte for byte, and checked as strictly."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
import time_machine
from flask import Flask, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf, validate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from wtforms import ValidationError

from engine.core.text import Text
from webui.cookies import Sessions, init_app

_HELD = {"sign_in": "token", "csrf_token": "0" * 40, "language": "en"}


@pytest.fixture
def app() -> Flask:
    made = Flask(__name__)
    made.secret_key = "secret"
    made.config["WTF_CSRF_FIELD_NAME"] = "csrf_token"
    init_app(made)
    return made


def _both(app: Flask) -> tuple[URLSafeTimedSerializer, URLSafeTimedSerializer]:
    theirs, ours = SecureCookieSessionInterface().get_signing_serializer(app), Sessions().get_signing_serializer(app)
    assert theirs is not None and ours is not None
    return theirs, ours


def test_a_cookie_is_signed_as_flask_signs_it(app: Flask) -> None:
    theirs, ours = _both(app)
    with time_machine.travel(1_800_000_000, tick=False):
        assert ours.dumps(_HELD) == theirs.dumps(_HELD)
        assert ours.loads(theirs.dumps(_HELD)) == theirs.loads(ours.dumps(_HELD)) == _HELD


def test_a_value_of_any_kind_is_written_as_flask_writes_it() -> None:
    held = {
        "plain": ["слово", 1, 1.5, True, None, "", {"a": {"b": []}}],
        "_flashes": [("success", "Документ сдан"), ("warning", Text("Нет", en="No"))],
        "marked": Markup("<b>"),
        "bytes": b"\x00",
        "uuid": UUID(int=7),
        "at": datetime(2026, 11, 23, 10, 30),
        "like a tag": {" t": ["x"]},
    }
    assert Sessions.serializer.dumps(held) == TaggedJSONSerializer().dumps(held)
    assert Sessions.serializer.loads(TaggedJSONSerializer().dumps(held))["like a tag"] == {" t": ["x"]}


def test_a_cookie_that_was_changed_is_refused(app: Flask) -> None:
    _, ours = _both(app)
    signed = ours.dumps(_HELD)
    for place in range(0, len(signed), 7):
        other = "A" if signed[place] != "A" else "B"
        with pytest.raises(BadSignature):
            ours.loads(f"{signed[:place]}{other}{signed[place + 1 :]}")
    for cut in ("", signed[:-1], signed.rsplit(".", 1)[0], f"{signed}A"):
        with pytest.raises(BadSignature):
            ours.loads(cut)


def test_a_cookie_of_another_secret_or_too_old_is_refused(app: Flask) -> None:
    interface = Sessions()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        first = interface.get_signing_serializer(app)
        assert first is not None
        signed = first.dumps(_HELD)
        clock.shift(11)
        with pytest.raises(BadSignature):
            first.loads(signed, max_age=10)
        assert first.loads(signed, max_age=12) == _HELD
        app.secret_key = "another"
        second = interface.get_signing_serializer(app)
        assert second is not None
        with pytest.raises(BadSignature):
            second.loads(signed)
        app.config["SECRET_KEY_FALLBACKS"] = ["secret"]
        third = interface.get_signing_serializer(app)
        assert third is not None and third.loads(signed) == _HELD
        assert second.loads(third.dumps(_HELD)) == _HELD
    app.secret_key = None
    assert interface.get_signing_serializer(app) is None


def test_a_token_is_that_of_flask_wtf_and_one_for_a_page(app: Flask) -> None:
    ours = app.jinja_env.globals["csrf_token"]
    with time_machine.travel(1_800_000_000, tick=False):
        with app.test_request_context():
            session["csrf_token"] = "0" * 40
            theirs = generate_csrf()
        with app.test_request_context():
            session["csrf_token"] = "0" * 40
            token = ours()  # type: ignore[operator]
            assert token == theirs == ours() == generate_csrf()  # type: ignore[operator]
            validate_csrf(token)
            with pytest.raises(ValidationError):
                validate_csrf(token[:-1] + ("A" if token[-1] != "A" else "B"))
    with app.test_request_context():
        made = ours()  # type: ignore[operator]
        validate_csrf(made)
        assert len(session["csrf_token"]) == 40, "a browser without one gets one"
