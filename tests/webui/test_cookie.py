"""The cookie is Flask's own: what either writes, the other reads, by the keys of the day."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from flask import Flask, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature
from markupsafe import Markup

from engine.core.text import Text
from webui.auth.cookie import Cookie

HELD = {
    "plain": ["слово", 1, 1.5, True, None, "", {"a": {"b": []}}],
    "_flashes": [("success", "Документ сдан"), ("warning", Text("Нет", en="No"))],
    "marked": Markup("<b>"),
    "bytes": b"\x00",
    "uuid": UUID(int=7),
    "at": datetime(2026, 11, 23, 10, 30),
    "like a tag": {" t": ["x"]},
}


def test_a_value_is_written_as_flask_writes_it() -> None:
    assert Cookie.serializer.dumps(HELD) == TaggedJSONSerializer().dumps(HELD)
    assert Cookie.serializer.loads(TaggedJSONSerializer().dumps(HELD))["like a tag"] == {" t": ["x"]}


def test_the_signer_goes_by_the_keys_the_app_has_now(app: Flask) -> None:
    ours, flasks = app.session_interface, SecureCookieSessionInterface()
    assert isinstance(ours, Cookie)
    signer = ours.get_signing_serializer(app)
    assert signer is not None and ours.get_signing_serializer(app) is signer
    theirs = flasks.get_signing_serializer(app)
    assert theirs is not None and theirs.loads(signer.dumps(HELD)) == signer.loads(theirs.dumps(HELD))
    written, old = signer.dumps({"sign_in": "x"}), app.secret_key
    app.secret_key = "another"
    later = ours.get_signing_serializer(app)
    assert later is not None
    with pytest.raises(BadSignature):
        later.loads(written)
    app.config["SECRET_KEY_FALLBACKS"] = [old]
    rotated = ours.get_signing_serializer(app)
    assert rotated is not None and rotated.loads(written) == {"sign_in": "x"}
    app.secret_key = None
    assert ours.get_signing_serializer(app) is None


def test_a_page_reads_what_flask_has_written(app: Flask) -> None:
    theirs = SecureCookieSessionInterface().get_signing_serializer(app)
    assert theirs is not None
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={theirs.dumps({'language': 'en'})}"
    with app.test_request_context(headers={"Cookie": cookie}):
        assert session["language"] == "en"
