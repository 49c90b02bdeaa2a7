"""One way in for every operation: its declaration makes the route, the checks of a request and the document.

A request comes with a key and nothing else: cookies open nothing here, so nothing can be forged with them either.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, g, request
from pydantic import BaseModel, ValidationError

from engine.core.text import Text
from engine.services.programs import replays, tokens
from engine.services.programs.replays import Answer
from engine.services.programs.tokens import Bearer
from webui.api.blueprint import bp
from webui.api.problems import Refusal

#: The largest body, in bytes.
LARGEST = 1_000_000
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json")
_ZERO = Text("В запросе есть нулевой символ", en="There is a zero character in the request")


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked at one address with one method."""

    endpoint: str
    method: str
    rule: str
    tag: str
    answer: type[BaseModel]
    status: int
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    about: str
    view: Callable[..., BaseModel]

    @property
    def keyed(self) -> bool:
        """Whether it may be told twice under one Idempotency-Key."""
        return self.method == "POST"


OPERATIONS: dict[str, Operation] = {}


def operation(
    method: str,
    rule: str,
    answer: type[BaseModel],
    *,
    tag: str,
    status: int = 200,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
) -> Callable[[Callable[..., BaseModel]], Callable[..., BaseModel]]:
    """Declare an operation; the function takes the parts of the address, ``query`` and ``body``, and returns the
    answer. Its docstring is what the document says."""

    def register(view: Callable[..., BaseModel]) -> Callable[..., BaseModel]:
        name = view.__name__
        made = Operation(f"{bp.name}.{name}", method, rule, tag, answer, status, query, body, view.__doc__ or "", view)
        OPERATIONS[made.endpoint] = made
        bp.add_url_rule(rule, name, lambda **path: _serve(made, path), methods=[method])
        return view

    return register


def admit(scope: str) -> None:
    """Let a key with this scope in (empty: any key), else raise Refusal."""
    request.max_content_length = LARGEST
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    found = tokens.bearer(secret.strip()) if kind.lower() == "bearer" and secret.strip() else None
    if found is None:
        raise Refusal("unauthorized", headers={"WWW-Authenticate": 'Bearer realm="trefoil"'})
    _count(found)
    if not found.may(scope):
        text = Text("У ключа нет разрешения {scope}", en="The key lacks the scope {scope}").fill({"scope": scope})
        told = f'Bearer error="insufficient_scope", scope="{scope}"'
        raise Refusal("scope", text, {"WWW-Authenticate": told})
    g.bearer = found


def bearer() -> Bearer:
    """Who comes with the key of this request."""
    found: Bearer = g.bearer
    return found


def _count(found: Bearer) -> None:
    if wait := current_app.extensions["trefoil-api-rate"].wait(str(found.token.id)):
        raise Refusal("rate_limited", headers={"Retry-After": str(wait)})


def _serve(asked: Operation, path: dict[str, Any]) -> Response:
    given = dict(path)
    if any("\x00" in value for pair in request.args.items(multi=True) for value in pair):
        raise Refusal("invalid", _ZERO)
    if asked.query is not None:
        given["query"] = asked.query.model_validate(request.args.to_dict())
    if asked.body is not None:
        given["body"] = _body(asked.body)

    def carry_out() -> Answer:
        return Answer(asked.status, asked.view(**given).model_dump_json())

    key = request.headers.get("Idempotency-Key", "").strip() if asked.keyed else ""
    made = replays.once(bearer(), key, _content_hash(), carry_out) if key else carry_out()
    response = Response(made.body, made.status, mimetype="application/json")
    if made.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _body(shape: type[BaseModel]) -> BaseModel:
    """The body as it should be. Raises Refusal for what is no JSON, ValidationError for JSON that does not fit."""
    data = request.get_data()
    if not _JSON.fullmatch(request.mimetype):
        raise Refusal("unsupported_media_type")
    try:
        found = shape.model_validate_json(data, strict=True)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors()):
            raise Refusal("malformed") from None
        raise
    if "\x00" in found.model_dump_json() or "\\u0000" in found.model_dump_json():
        raise Refusal("invalid", _ZERO)
    return found


def _content_hash() -> str:
    told = (request.method, request.full_path, request.get_data(as_text=True))
    return hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()
