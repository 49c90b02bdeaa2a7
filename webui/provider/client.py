"""The identity provider of the region (OpenID Connect): settings, and what is asked of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, current_app
from joserfc.errors import JoseError
from requests import RequestException

from engine.services.host import host

#: Signatures by the provider's private key. «none», and shared secrets, prove nothing.
_SIGNED = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
#: How long the provider may think.
_PATIENCE = 10
_MULTI_FACTOR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
#: What may go wrong on the way: the provider's own refusal, a token that proves nothing, a provider out of reach.
Refusal, Forged, Unreachable = OAuthError, JoseError, (RequestException, OSError)


@dataclass(frozen=True, slots=True)
class Provider:
    """How to reach it; ``multi_factor`` are values of ``acr`` that mean two steps were asked there."""

    issuer: str
    client_id: str
    client_secret: str
    label: str
    multi_factor: tuple[str, ...] = (_MULTI_FACTOR,)

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Provider | None:
        """``TREFOIL_OIDC_*``; None without an issuer. ValueError when a part is missing, or it is not reached by https
        (this machine excepted)."""
        issuer = settings.get("TREFOIL_OIDC_ISSUER", "").strip()
        if not issuer:
            return None
        parts = urlsplit(issuer)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError("TREFOIL_OIDC_ISSUER begins with https://")
        names = ("TREFOIL_OIDC_CLIENT_ID", "TREFOIL_OIDC_CLIENT_SECRET")
        client_id, client_secret = (settings.get(name, "").strip() for name in names)
        if not client_id or not client_secret:
            raise ValueError(f"{names[0]} and {names[1]} go with TREFOIL_OIDC_ISSUER")
        label = settings.get("TREFOIL_OIDC_LABEL", "").strip() or str(parts.hostname)
        more = tuple(settings.get("TREFOIL_OIDC_MFA_ACR", "").split())
        return cls(issuer, client_id, client_secret, label, (_MULTI_FACTOR, *more))


def init_app(app: Flask, provider: Provider | None) -> None:
    """Get the client ready; the provider itself is asked when somebody first signs in by it."""
    app.extensions["trefoil-provider"] = provider
    app.jinja_env.globals["provider"] = provider
    if provider is None:
        return
    app.extensions["trefoil-provider-client"] = OAuth(app).register(
        "provider",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": _PATIENCE},
    )


def provider() -> Provider | None:
    """The provider of this installation, if it has one."""
    found: Provider | None = current_app.extensions["trefoil-provider"]
    return found


def _client() -> Any:
    """Its client, with what it says of itself. Raises Forged when that speaks of another provider."""
    client = current_app.extensions["trefoil-provider-client"]
    said = client.load_server_metadata()
    mine = current_app.extensions["trefoil-provider"]
    if said.get("issuer") != mine.issuer:
        raise Refusal("wrong_issuer")
    offered = said.get("id_token_signing_alg_values_supported") or ["RS256"]
    said["id_token_signing_alg_values_supported"] = [alg for alg in offered if alg in _SIGNED]
    return client


def leave(back: str) -> Any:
    """A redirect to the provider; ``back`` is the path it sends people to."""
    return _client().authorize_redirect(f"{host().address}{back}" if host().address else back)


def claims() -> dict[str, Any]:
    """What the provider vouches for, from the answer in this request: the state, the proof key, the signature and the
    claims of the token are checked. Raises Refusal, Forged, or one of Unreachable."""
    mine = current_app.extensions["trefoil-provider"]
    token = _client().authorize_access_token(
        claims_options={
            "iss": {"essential": True, "values": [mine.issuer]},
            "aud": {"essential": True, "values": [mine.client_id]},
            "sub": {"essential": True},
        }
    )
    found = token.get("userinfo")
    if not found or not isinstance(found.get("sub"), str) or not 0 < len(found["sub"]) <= 255:
        raise Refusal("no_subject")
    return dict(found)


def two_steps(found: Mapping[str, Any]) -> bool:
    """Whether the provider says that it asked for two steps."""
    mine = current_app.extensions["trefoil-provider"]
    return "mfa" in (found.get("amr") or ()) or found.get("acr") in mine.multi_factor
