"""Signing in by an identity provider: a real one over HTTP, with the proof key demanded, and one that forges."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify
from flask.testing import FlaskClient
from joserfc.jwk import KeySet, OctKey, RSAKey
from werkzeug.serving import make_server

from engine.services import accounts, outer_accounts, people
from tests.webui.conftest import PASSWORD, School, close, csrf, enter, paper_code, send
from webui import create_app
from webui.provider.client import Provider

CLIENT, SECRET, BACK = "trefoil", "a secret of the test", "http://localhost/sign-in/provider/back"


KEY = RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class Client(ClientMixin):
    """The one client the provider knows: this site."""

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return BACK

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == BACK

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):
    """A code the provider has given out."""

    code: str
    subject: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Regional:
    """Authlib's own authorization server in a Flask app, served over HTTP. ``said`` goes over the claims it signs,
    ``key`` signs them: what a forger would change."""

    subject: str = "rostok-17"
    said: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    issuer: str = ""
    tokens: int = 0

    def serve(self) -> Any:
        published = KeySet([self.key])
        app = Flask("regional")
        server = AuthorizationServer(app, query_client=lambda name: Client() if name == CLIENT else None)
        server.save_token = lambda token, request: None
        state = self

        class Grant(AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

            def save_authorization_code(self, code: str, request: Any) -> None:
                sent = request.payload.data
                state.codes[code] = Code(
                    code,
                    request.user,
                    sent["redirect_uri"],
                    sent["scope"],
                    sent["nonce"],
                    sent["code_challenge"],
                    sent["code_challenge_method"],
                )

            def query_authorization_code(self, code: str, client: Client) -> Code | None:
                return state.codes.get(code)

            def delete_authorization_code(self, authorization_code: Code) -> None:
                state.codes.pop(authorization_code.code, None)

            def authenticate_user(self, authorization_code: Code) -> str:
                return authorization_code.subject

        class Identity(OpenIDCode):
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return any(code.nonce == nonce for code in state.codes.values())

            def get_client_algorithm(self, client: Client) -> str:
                return state.algorithm

            def get_client_claims(self, client: Client) -> dict[str, Any]:
                return {"iss": state.issuer, "aud": [CLIENT], "exp": int(time.time()) + 300, "iat": int(time.time())}

            def resolve_client_private_key(self, client: Client) -> RSAKey:
                return state.key

            def generate_user_info(self, user: str, scope: str) -> UserInfo:
                return UserInfo(
                    {"sub": user, "name": "Ростокова Вера", "email": "uchitel@school.example", **state.said}
                )

        server.register_grant(Grant, [CodeChallenge(required=True), Identity(require_nonce=True)])

        @app.get("/.well-known/openid-configuration")
        def about() -> Any:
            return jsonify(
                issuer=state.issuer,
                authorization_endpoint=f"{state.issuer}/authorize",
                token_endpoint=f"{state.issuer}/token",
                jwks_uri=f"{state.issuer}/keys",
                id_token_signing_alg_values_supported=["RS256", "none", "HS256"],
                code_challenge_methods_supported=["S256"],
            )

        @app.get("/keys")
        def keys() -> Any:
            return jsonify(published.as_dict(private=False))

        @app.get("/authorize")
        def authorize() -> Any:
            grant = server.get_consent_grant(end_user=state.subject)
            return server.create_authorization_response(request=None, grant_user=state.subject or None, grant=grant)

        @app.post("/token")
        def token() -> Any:
            state.tokens += 1
            return server.create_token_response()

        made = make_server("127.0.0.1", 0, app, threaded=True)
        self.issuer = f"http://127.0.0.1:{made.server_port}"
        return made


@pytest.fixture
def regional(monkeypatch: pytest.MonkeyPatch) -> Iterator[Regional]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # the provider of the test has no certificate
    made = Regional()
    server = made.serve()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("TREFOIL_OIDC_ISSUER", made.issuer)
    monkeypatch.setenv("TREFOIL_OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("TREFOIL_OIDC_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("TREFOIL_OIDC_LABEL", "Ростки")
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(regional: Regional, founded: Path, tmp_path: Path) -> Iterator[Flask]:
    made = create_app(shutil.copytree(founded, tmp_path / "instance"))
    yield made
    close(made)


def off(client: FlaskClient, path: str = "/sign-in/provider") -> str:
    """Press the button; the address of the provider one is sent to."""
    answer = client.get(path)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def there(address: str) -> str:
    """What the provider does with it: the way back."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(BACK)
    return answer.headers["Location"].removeprefix("http://localhost")


def bind(client: FlaskClient) -> Any:
    """Bind the account of the provider from the profile."""
    client.get(there(off(client, "/profile/provider/start")))
    return send(client, "/profile/provider")


def bound(app: Flask, regional: Regional, person: int) -> None:
    with app.app_context():
        who = accounts.db.session.get(accounts.Person, person)
        outer_accounts.bind(who, regional.issuer, regional.subject)


def come_in(client: FlaskClient, path: str = "/sign-in/provider") -> Any:
    return client.get(there(off(client, path)))


def test_bound_once_from_the_profile_it_signs_in_without_the_password(
    app: Flask, regional: Regional, teacher: FlaskClient, school: School
) -> None:
    asked = dict(parse_qsl(urlsplit(off(teacher, "/profile/provider/start")).query))
    assert asked["code_challenge_method"] == "S256" and asked["code_challenge"] and asked["state"] and asked["nonce"]
    teacher.get(there(off(teacher, "/profile/provider/start")))
    page = teacher.get("/profile/provider").text
    assert "Ростокова Вера" in page and "Указкина Вера" in page
    assert "Связано" not in teacher.get("/profile").text, "nothing is bound before a press"
    assert send(teacher, "/profile/provider").location == "/profile"
    assert "Связано" in teacher.get("/profile").text
    phone = app.test_client()
    assert "Войти через «Ростки»" in phone.get("/sign-in").text
    assert come_in(phone, "/sign-in/provider?next=/cycles").location == "/cycles"
    assert "Указкина" in phone.get("/").text
    send(teacher, "/profile/provider/remove", "/profile")
    assert come_in(app.test_client()).status_code == 403


def test_an_unknown_subject_gets_no_account_though_its_mail_is_known(
    app: Flask, regional: Regional, client: FlaskClient, school: School
) -> None:
    with app.app_context():
        boss = accounts.db.session.get(accounts.Person, school.admin_id)
        people.change(
            boss,
            school.teacher_id,
            {"last_name": "Указкина", "first_name": "Вера", "email": "uchitel@school.example"},
        )
        before = accounts.db.session.query(accounts.Person).count()
    answer = come_in(client)
    assert answer.status_code == 403 and "ни с кем здесь не связана" in answer.text
    assert client.get("/").status_code == 302
    with app.app_context():
        assert accounts.db.session.query(accounts.Person).count() == before


def test_one_subject_is_one_person(app: Flask, regional: Regional, teacher: FlaskClient, school: School) -> None:
    assert bind(teacher).status_code == 302
    other = app.test_client()
    enter(other, school.admin)
    assert bind(other).status_code == 409
    again = app.test_client()
    come_in(again)
    assert "Указкина" in again.get("/").text


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"acr": "1"}, False),
        ({"amr": ["pwd", "otp", "mfa"]}, True),
        ({"acr": "http://schemas.openid.net/pape/policies/2007/06/multi-factor"}, True),
    ],
)
def test_an_administrator_owes_the_second_step_unless_the_provider_asked_for_it(
    app: Flask, regional: Regional, client: FlaskClient, school: School, said: dict[str, Any], whole: bool
) -> None:
    bound(app, regional, school.admin_id)
    code = paper_code(app, school.admin)
    regional.said = said
    came = come_in(client)
    assert client.get("/school/people").status_code == (200 if whole else 302)
    if not whole:
        assert came.location == "/sign-in/code?next=/"
        assert send(client, came.location, code=code).status_code == 302
        assert client.get("/school/people").status_code == 200


def test_a_closed_account_does_not_come_in(app: Flask, regional: Regional, client: FlaskClient, school: School) -> None:
    bound(app, regional, school.teacher_id)
    come_in(client)
    assert client.get("/profile").status_code == 200
    with app.app_context():
        people.set_active(accounts.db.session.get(accounts.Person, school.admin_id), school.teacher_id, False)
    assert client.get("/profile").status_code == 302
    assert come_in(client).status_code == 403


def test_an_administrator_cuts_somebody_off(
    app: Flask, regional: Regional, client: FlaskClient, school: School
) -> None:
    bound(app, regional, school.teacher_id)
    come_in(client)
    boss = app.test_client()
    enter(boss, school.admin)
    place = f"/school/people/{school.teacher_id}"
    send(boss, f"{place}/state", place, what="provider", on="0")
    assert client.get("/profile").status_code == 302
    assert come_in(client).status_code == 403


FORGED: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "another client": {"aud": ["other"]},
    "several clients, nobody's": {"aud": ["other", "third"], "azp": CLIENT},
    "yesterday's": {"exp": 1_700_000_000, "iat": 1_699_999_000},
    "another sign-in's": {"nonce": "another"},
    "no subject": {"sub": None},
    "a number for a subject": {"sub": 17},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_proves_nothing_signs_nobody_in(
    app: Flask, regional: Regional, client: FlaskClient, school: School, name: str
) -> None:
    bound(app, regional, school.teacher_id)
    regional.said = FORGED[name]
    answer = come_in(client)
    assert answer.status_code == 502, name
    assert "не прошёл проверку" in answer.text or "ответил ошибкой" in answer.text
    assert client.get("/profile").status_code == 302


@pytest.mark.filterwarnings("ignore:JWS algorithm:joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("way", ["another key", "none", "a shared secret"])
def test_a_signature_of_somebody_else_signs_nobody_in(
    app: Flask, regional: Regional, client: FlaskClient, school: School, way: str
) -> None:
    bound(app, regional, school.teacher_id)
    if way == "another key":
        regional.key = RSAKey.generate_key(2048, {"kid": "one"})
    elif way == "none":
        regional.algorithm = "none"
    else:
        regional.algorithm, regional.key = "HS256", OctKey.import_key(SECRET * 2)
    asked = off(client)
    answer = client.get(there(asked))
    assert answer.status_code == 502 and client.get("/profile").status_code == 302


def test_an_answer_nobody_asked_for_signs_nobody_in(
    app: Flask, regional: Regional, client: FlaskClient, school: School
) -> None:
    bound(app, regional, school.teacher_id)
    back = there(off(app.test_client()))
    assert client.get(back).status_code == 400, "the state is another browser's: a planted sign-in"
    mine = there(off(client))
    assert client.get(f"{mine}x").status_code == 400
    assert client.get(f"/sign-in/provider/back?{urlsplit(mine).query.replace('code=', 'code=x')}").status_code == 502
    assert client.get("/profile").status_code == 302
    good = there(off(client))
    assert client.get(good).status_code == 302
    assert app.test_client().get(good).status_code == 400
    assert client.get(good).status_code in (302, 400), "an answer works once"
    assert regional.codes == {} or all(code not in good for code in regional.codes)


@pytest.mark.parametrize("asked", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_after_it_one_stays_on_this_site(
    app: Flask, regional: Regional, client: FlaskClient, school: School, asked: str
) -> None:
    bound(app, regional, school.teacher_id)
    assert come_in(client, f"/sign-in/provider?next={asked}").location == "/"


def test_a_binding_begun_by_somebody_else_in_this_browser_is_dropped(
    app: Flask, regional: Regional, teacher: FlaskClient, school: School
) -> None:
    back = there(off(teacher, "/profile/provider/start"))
    send(teacher, "/sign-out", "/profile")
    enter(teacher, school.admin)
    assert teacher.get(back).status_code == 302
    assert teacher.get("/profile/provider").location == "/profile"
    token = csrf(teacher.get("/profile").text)
    assert teacher.post("/profile/provider", data={"csrf_token": token}).location == "/profile"
    assert come_in(app.test_client()).status_code == 403


def test_errors_of_the_provider_are_told_and_nothing_of_theirs_is_shown(client: FlaskClient, school: School) -> None:
    refused = client.get("/sign-in/provider/back?error=access_denied&error_description=%3Cscript%3E&state=x")
    assert refused.status_code == 403 and "отменён или не разрешён" in refused.text and "<script>" not in refused.text
    other = client.get("/sign-in/provider/back?error=temporarily_unavailable&state=x")
    assert other.status_code == 502 and "temporarily_unavailable" in other.text
    odd = client.get("/sign-in/provider/back?error=<b>Позвоните+по+номеру</b>&state=x")
    assert "Позвоните" not in odd.text.partition("<main")[2]
    assert enter(client, school.teacher).status_code == 302


def test_while_the_provider_is_down_passwords_open_the_site(
    app: Flask, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREFOIL_OIDC_ISSUER", "http://127.0.0.1:1")
    made = create_app(app.instance_path)
    client = made.test_client()
    answer = client.get("/sign-in/provider")
    assert answer.status_code == 503 and "сейчас не отвечает" in answer.text
    assert enter(client, school.teacher, PASSWORD).status_code == 302
    assert client.get("/profile/provider/start").location == "/profile"
    close(made)


def test_without_a_provider_there_is_no_way_and_half_a_setting_is_told(
    app: Flask, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TREFOIL_OIDC_ISSUER")
    made = create_app(app.instance_path)
    client = made.test_client()
    assert "Войти через" not in client.get("/sign-in").text
    enter(client, school.teacher)
    for path in ("/sign-in/provider", "/sign-in/provider/back", "/profile/provider", "/profile/provider/start"):
        assert client.get(path).status_code == 404, path
    close(made)
    with pytest.raises(ValueError, match="https"):
        Provider.from_settings({"TREFOIL_OIDC_ISSUER": "http://id.example"})
    with pytest.raises(ValueError, match="CLIENT_SECRET"):
        Provider.from_settings({"TREFOIL_OIDC_ISSUER": "https://id.example", "TREFOIL_OIDC_CLIENT_ID": "x"})
