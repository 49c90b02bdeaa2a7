"""The signed cookie and the token of forms are those of Flask and Flask-WTF, byte for byte, and checked as strictly."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask, g, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf, validate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from wtforms import ValidationError

from engine.core.text import Text
from webui.cookies import Sessions, init_app
from webui.security import Protection

_FOREIGN = str(URLSafeTimedSerializer("another secret", salt="wtf-csrf-token").dumps("0" * 40))
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


@pytest.mark.parametrize("kind", [CSRFProtect, Protection])
def test_a_form_is_let_through_as_flask_wtf_does(kind: type[CSRFProtect]) -> None:
    """The same table for theirs and for ours: what is sent, by what scheme, from where, to what."""
    made, guard = _guarded(kind)
    with time_machine.travel(1_800_000_000, tick=False), made.test_request_context():
        session["csrf_token"] = "0" * 40
        right = generate_csrf()
    broken, foreign = right[:-1] + ("A" if right[-1] != "A" else "B"), _FOREIGN
    with time_machine.travel(1_800_000_100, tick=False):
        for sent in ({"csrf_token": right}, {"f-csrf_token": right}, {"csrf_token": "", "f-csrf_token": right}):
            assert _let(made, data=sent) == (200, True)
        assert _let(made, headers={"X-CSRFToken": right}) == (200, True)
        for word in ("", "no token", "я", broken, foreign, "0" * 40):
            assert _let(made, data={"csrf_token": word}) == (400, False)
        assert _let(made, data={"csrf_token": broken}, headers={"X-CSRFToken": right}) == (400, False)
        assert _let(made, data={"csrf_token": right}, held="1" * 40) == (400, False)
        assert _let(made, data={"csrf_token": right}, held=None) == (400, False)
        assert _let(made) == (400, False)
        for method in ("GET", "HEAD", "OPTIONS"):
            assert _let(made, method=method)[0] == 200
        assert _let(made, "/nowhere", data={"csrf_token": "no"})[0] == 404
        for referrer, status in (
            (None, 400),
            ("https://elsewhere.example/", 400),
            ("http://localhost/form", 400),
            ("https://localhost/form", 200),
        ):
            far = {"base_url": "https://localhost/", "headers": {"Referer": referrer} if referrer else {}}
            assert _let(made, data={"csrf_token": right}, **far)[0] == status
            assert _let(made, data={"csrf_token": broken}, **far)[0] == 400
        made.config["WTF_CSRF_SSL_STRICT"] = False
        assert _let(made, data={"csrf_token": right}, base_url="https://localhost/") == (200, True)
        made.config["WTF_CSRF_TIME_LIMIT"] = 50
        assert _let(made, data={"csrf_token": right}) == (400, False)
        guard.exempt(made.view_functions["form"])
        assert _let(made, data={"csrf_token": broken}) == (200, False)


def _guarded(kind: type[CSRFProtect]) -> tuple[Flask, CSRFProtect]:
    made = Flask(__name__)
    made.secret_key = "secret"
    made.config["WTF_CSRF_TIME_LIMIT"] = None
    guard = kind(made)
    init_app(made)

    @made.route("/", methods=["GET", "POST", "OPTIONS"])
    def form() -> str:
        return str(g.get("csrf_valid", False))

    return made, guard


def _let(made: Flask, path: str = "/", *, held: str | None = "0" * 40, **sent: Any) -> tuple[int, bool]:
    """The status of the answer, and whether the form passed for a right one."""
    client = made.test_client()
    if held is not None:
        with client.session_transaction() as kept:
            kept["csrf_token"] = held
    answer = client.open(path, **{"method": "POST", **sent})
    return answer.status_code, answer.text == "True"
