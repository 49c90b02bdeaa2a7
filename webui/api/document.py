"""The OpenAPI document: apispec puts together what the operations declare, pydantic gives the schemas."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

from apispec import APISpec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from engine.services.programs.scopes import SCOPES
from webui.api import cycles, experience, school, submissions
from webui.api.door import OPERATIONS, Operation
from webui.api.problems import KINDS, MEDIA_TYPE
from webui.api.shapes.common import Problem
from webui.policies import BEARER, POLICIES

VERSION = "1.0"
#: Where the operations are declared.
DECLARED_IN = (school, cycles, submissions, experience)
ABOUT = """JSON over HTTP for the programs of a school. Every request carries a key in `Authorization: Bearer …`; a key
acts as the person who made it and opens no more than they may do, within its scopes. What may be done and why not is
decided by the same rules as on the pages. Moments carry their zone; texts of the school come in Russian and English."""
TAGS = {
    "key": "The key itself",
    "types": "Group types in the school",
    "groups": "Groups and triads",
    "cycles": "Cycles: where they stand, what may be done and why not",
    "submissions": "Documents of cycles",
    "bank": "The school bank",
    "events": "Events",
}
_REF = "#/components/schemas/{model}"
_PART = re.compile(r"<(?:(\w+):)?(\w+)>")
#: The statuses of the problems that any request may meet, and those of one with a body.
_ALWAYS, _WITH_BODY = (401, 403, 422, 429, 503), (400, 404, 409, 413, 415)
_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "ru or en: the language of `title` and `detail` of a problem",
    "schema": {"type": "string", "examples": ["en"]},
}
_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Told twice, the request is carried out once and answered the same, for 48 hours",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9_-]+$"},
}


def scope_of(asked: Operation) -> str:
    """The scope a key needs for an operation; empty when any key will do."""
    return POLICIES[asked.endpoint].removeprefix(BEARER)


@cache
def document() -> dict[str, Any]:
    """The document as data."""
    spec = APISpec(
        title="Trefoil",
        version=VERSION,
        openapi_version="3.1.1",
        info={"description": " ".join(ABOUT.split()), "license": {"name": "MIT", "identifier": "MIT"}},
        tags=[{"name": key, "description": text} for key, text in TAGS.items()],
    )
    scopes = ", ".join(f"`{key}`" for key in SCOPES)
    spec.components.security_scheme(
        "key", {"type": "http", "scheme": "bearer", "description": f"A key with the scopes it was made for: {scopes}"}
    )
    for name, schema in _schemas().items():
        spec.components.schema(name, schema)
    for status in sorted({kind.status for kind in KINDS.values()}):
        told = "; ".join(f"`{key}`: {kind.text.en}" for key, kind in KINDS.items() if kind.status == status)
        content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
        spec.components.response(f"Problem{status}", {"description": told, "content": content})
    spec.components.parameter("AcceptLanguage", "header", _LANGUAGE)
    spec.components.parameter("IdempotencyKey", "header", _ONCE)
    for asked in OPERATIONS.values():
        spec.path(path=address(asked), operations={asked.method.lower(): _operation(asked)})
    return spec.to_dict()


def address(asked: Operation) -> str:
    """The path of an operation as OpenAPI writes it."""
    return "/api/v1" + _PART.sub(lambda part: "{" + part.group(2).rstrip("_") + "}", asked.rule)


def _models() -> list[tuple[type[BaseModel], Any]]:
    found: list[tuple[type[BaseModel], Any]] = [(Problem, "serialization")]
    for asked in OPERATIONS.values():
        found.append((asked.answer, "serialization"))
        if asked.body is not None:
            found.append((asked.body, "validation"))
    return list(dict.fromkeys(found))


def _schemas() -> dict[str, Any]:
    _map, found = models_json_schema(_models(), ref_template=_REF)
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _operation(asked: Operation) -> dict[str, Any]:
    summary, _, more = inspect.cleandoc(asked.about).partition("\n\n")
    scope = scope_of(asked)
    made: dict[str, Any] = {
        "operationId": asked.endpoint.partition(".")[2],
        "summary": " ".join(summary.split()),
        "tags": [asked.tag],
        "security": [{"key": [scope] if scope else []}],
        "parameters": [*_path(asked), *_query(asked), "AcceptLanguage", *(("IdempotencyKey",) if asked.keyed else ())],
        "responses": {
            str(asked.status): {
                "description": (asked.answer.__doc__ or "").strip(),
                "content": {"application/json": {"schema": {"$ref": _REF.format(model=asked.answer.__name__)}}},
            },
            **{str(status): f"Problem{status}" for status in _problems(asked)},
        },
    }
    if more:
        made["description"] = more
    if asked.body is not None:
        schema = {"$ref": _REF.format(model=asked.body.__name__)}
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _problems(asked: Operation) -> list[int]:
    """The statuses of the problems an operation may answer with."""
    return sorted({*_ALWAYS, *(_WITH_BODY if asked.body else ()), *((404,) if "<" in asked.rule else ())})


def _path(asked: Operation) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    word = {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[a-z0-9_]+$"}
    return [
        {"name": name.rstrip("_"), "in": "path", "required": True, "schema": number if kind == "int" else word}
        for kind, name in _PART.findall(asked.rule)
    ]


def _query(asked: Operation) -> list[dict[str, Any]]:
    if asked.query is None:
        return []
    schema = asked.query.model_json_schema(ref_template=_REF)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _plain(found),
        }
        for name, found in schema.get("properties", {}).items()
    ]


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter: one that may be left out is not also null."""
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    found = {**schema, **(options[0] if len(options) == 1 else {})}
    if len(options) == 1:
        del found["anyOf"]
    if found.get("default", 0) is None:
        del found["default"]
    return {key: value for key, value in found.items() if key != "title"}
