"""Errors as programs read them: problem+json (RFC 9457) with a stable code, words in both languages, and details."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from engine.core.errors import Refused, UnknownAction
from engine.core.text import Text, localise
from engine.services.errors import DATABASE_DOWN, Conflict, Forbidden, Invalid, NotFound, ServiceError, no_space
from engine.services.filling import UNKNOWN, by_field
from webui.api.shapes.common import Problem, refusal, words

PREFIX = "/api/"
TYPE = "/api/v1/docs#problem-"
MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


class Refusal(Exception):
    """An answer that is a problem by its kind; ``headers`` go with it."""

    def __init__(self, kind: str, text: Text | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(kind)
        self.kind, self.text, self.headers = kind, text, dict(headers or {})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status and what it says when nothing more is known."""

    status: int
    title: Text
    text: Text


KINDS = {
    "malformed": Kind(
        400,
        Text("Запрос не разобрать", en="The request cannot be read"),
        Text("Тело запроса — не JSON", en="The body is no JSON"),
    ),
    "unauthorized": Kind(
        401,
        Text("Нужен ключ", en="A key is needed"),
        Text(
            "Нет действующего ключа в заголовке Authorization: Bearer …",
            en="There is no valid key in the header Authorization: Bearer …",
        ),
    ),
    "forbidden": Kind(403, Text("Нельзя", en="Not allowed"), Text("Это вам не открыто", en="This is not open to you")),
    "scope": Kind(
        403,
        Text("Ключ не для этого", en="The key is not for this"),
        Text("У ключа нет нужного разрешения", en="The key lacks the scope"),
    ),
    "not_found": Kind(
        404,
        Text("Не найдено", en="Not found"),
        Text("Такого нет или оно вам не открыто", en="There is no such thing, or it is not open to you"),
    ),
    "method_not_allowed": Kind(
        405,
        Text("Так к этому адресу не обращаются", en="The address does not take this method"),
        Text("Так к этому адресу не обращаются", en="The address does not take this method"),
    ),
    "conflict": Kind(
        409,
        Text("Изменилось, пока вы смотрели", en="It has changed meanwhile"),
        Text("Изменилось, пока вы смотрели", en="It has changed meanwhile"),
    ),
    "refused": Kind(
        409, Text("Пока нельзя", en="Not yet"), Text("Пока нельзя: см. refusals", en="Not yet: see refusals")
    ),
    "too_large": Kind(
        413,
        Text("Слишком много", en="Too large"),
        Text("Тело запроса больше мегабайта", en="The body is larger than a megabyte"),
    ),
    "unsupported_media_type": Kind(
        415,
        Text("Нужен JSON", en="JSON is needed"),
        Text("Пришлите тело с Content-Type: application/json", en="Send a body with Content-Type: application/json"),
    ),
    "invalid": Kind(
        422,
        Text("Так принять нельзя", en="It cannot be taken"),
        Text("Проверьте поля: см. errors", en="Check the fields: see errors"),
    ),
    "rate_limited": Kind(
        429,
        Text("Слишком часто", en="Too often"),
        Text(
            "Запросов больше, чем положено ключу: подождите Retry-After секунд",
            en="More requests than a key may send: wait for Retry-After seconds",
        ),
    ),
    "internal": Kind(500, Text("Ошибка", en="A fault"), Text("Произошла ошибка", en="A fault has happened")),
    "unavailable": Kind(
        503,
        Text("Сервер занят", en="The server is busy"),
        Text("База данных не отвечает: повторите через минуту", en="The database does not answer: try in a minute"),
    ),
    "full": Kind(
        507,
        Text("На сервере нет места", en="The server is full"),
        Text("На диске сервера кончилось место: ничего не записано", en="The disk is full: nothing has been written"),
    ),
}
_OF_STATUS = {
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
_OF_ERROR: dict[type[Exception], str] = {
    NotFound: "not_found",
    Forbidden: "forbidden",
    Conflict: "conflict",
    Invalid: "invalid",
}
_MISSING = Text("Заполните это поле", en="Fill in this field")
_UNFIT = Text("Значение не подходит", en="")


def wanted() -> bool:
    """Whether whoever asks is a program."""
    return request.path.startswith(PREFIX)


def language() -> str:
    """The language asked for; Russian where none is."""
    return request.accept_languages.best_match(("ru", "en"), "ru") or "ru"


def answer(error: Exception) -> Response:
    """Any error as a problem."""
    if isinstance(error, Refusal):
        return problem(error.kind, error.text, headers=error.headers)
    if isinstance(error, Refused):
        at = g.get("about", (0, 0))
        return problem("refused", refusals=[refusal(r, *at) for r in error.refusals])
    if isinstance(error, UnknownAction):
        text = Text("Такой кнопки у этого этапа нет", en="No such action leaves this stage")
        return problem("conflict", text)
    if isinstance(error, ValidationError):
        return problem("invalid", errors=_told(error))
    if isinstance(error, ServiceError):
        kind = _OF_ERROR.get(type(error), "invalid")
        errors = by_field(error.errors) if isinstance(error, Invalid) and error.errors else None
        return problem(kind, error.text, errors=errors, version=error.details.get("version"))
    if no_space(error):
        log.error("no space left: %s", error.__class__.__name__)
        return problem("full", headers={"Retry-After": "300"})
    if isinstance(error, DATABASE_DOWN):
        log.error("database unavailable: %s", error.__class__.__name__)
        return problem("unavailable", headers={"Retry-After": "30"})
    if isinstance(error, HTTPException) and (error.code or 500) < 500:
        allowed = getattr(error, "valid_methods", None)
        return problem(
            _OF_STATUS.get(error.code or 0, "malformed"),
            headers={"Allow": ", ".join(sorted(allowed))} if allowed else {},
        )
    number = secrets.token_hex(4)
    log.error("unexpected error %s", number, exc_info=error)
    return problem("internal", Text(f"Произошла ошибка № {number}", en=f"Fault No. {number} has happened"))


def problem(
    kind: str,
    text: Text | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    **details: Any,
) -> Response:
    """The answer of a kind."""
    known = KINDS[kind]
    said = text or known.text
    made = Problem(
        type=TYPE + kind,
        title=localise(known.title, language()),
        status=known.status,
        code=kind,
        detail=localise(said, language()),
        text=words(said),
        errors={key: [words(one) for one in told] for key, told in errors.items()} if errors else None,
        **details,
    )
    told = {key: value for key, value in made.model_dump(mode="json").items() if value is not None}
    response = Response(json.dumps(told, ensure_ascii=False), known.status, mimetype=MEDIA_TYPE)
    response.headers.update(headers or {})
    return response


def _told(error: ValidationError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        text = {"missing": _MISSING, "extra_forbidden": UNKNOWN}.get(one["type"]) or Text(_UNFIT, en=one["msg"])
        found.setdefault(".".join(map(str, one["loc"])) or "body", []).append(text)
    return found
