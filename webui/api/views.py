"""The door for programs: the document, its page, and every operation."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue

from engine.services.programs.scopes import SCOPES
from webui.api.blueprint import bp
from webui.api.document import TAGS, document
from webui.api.problems import KINDS


@bp.get("/openapi.json", endpoint="document")
def openapi() -> ResponseReturnValue:
    """The OpenAPI document."""
    return jsonify(document())


@bp.get("/docs")
def docs() -> ResponseReturnValue:
    """The same for reading."""
    made = document()
    return render_template(
        "api/docs.html", made=made, tags=TAGS, operations=_by_tag(made), kinds=KINDS, scopes=SCOPES, shape=_shape
    )


def _by_tag(made: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {tag: [] for tag in TAGS}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            found[operation["tags"][0]].append((method.upper(), path, operation))
    return found


def _shape(schema: dict[str, Any]) -> str:
    """A schema in a word: «list of Cycle», «integer or null»."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_shape(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_shape(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")
