"""Signing in by an identity provider: a real one over HTTP, with the proof key demanded, and one that forges."""

from __future__ import annotations

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
from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

from engine.services import accounts, outer_accounts, people
from tests.webui.conftest import PASSWORD, School, close, csrf, enter, paper_code, send
from webui import create_app
from webui.provider.client import Provider

CLIENT, SECRET, BACK = "trefoil", "тайна клиента", "http://localhost/sign-in/provider/back"
SECRET = "client-secret-of-the-test"


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
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
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
                return UserInfo({"sub": user, "name": "Ростокова Вера", "email": "uchitel@school.example", **state.said})

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
            return server.create_authorization_response(
                request=None, grant_user=state.subject or None, grant=grant
            )

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
def app(regional: Regional, empty: Path, tmp_path: Path) -> Iterator[Flask]:
    import shutil

    made = create_app(shutil.copytree(empty, tmp_path / "instance"))
    yield made
    close(made)
