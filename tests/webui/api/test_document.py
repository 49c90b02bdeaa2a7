"""The OpenAPI document is true: it is valid, says what policies say, and thousands of generated requests meet nothing
that it does not tell of."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.services.programs.scopes import SCOPES
from tests.gates.sizes import size
from tests.webui.api.conftest import ADMIN, Program, key_of
from tests.webui.conftest import close
from webui import create_app
from webui.api.document import address, document
from webui.api.door import OPERATIONS
from webui.policies import POLICIES

PROMISED = Path(__file__).with_name("promised.json")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Requests for each operation and way of generating; the whole is at least 5,000.
EACH = size(125, 1250)
WAYS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
#: Ids and words that are there: of a cycle that is being planned, of its triad's people.
REAL = {
    "cycle_id": st.sampled_from([1, 2, 4, 7]),
    "group_id": st.integers(1, 6),
    "material_id": st.integers(1, 9),
    "event_id": st.integers(1, 6),
    "round": st.integers(0, 4),
    "form_key": st.sampled_from(["passport", "plan", "observation", "discussion", "summary"]),
    "key": st.sampled_from(["project", "lab", "nothing"]),
}
PEOPLE = (ADMIN, "Линейкина")
#: Operations that take nothing but the key: there is nothing to get wrong.
BARE = {"api.me", "api.group_types", "api.group_list"}
CASES = [
    pytest.param(operation.endpoint, mode, id=f"{operation.endpoint}-{mode.name.lower()}")
    for operation in OPERATIONS.values()
    for mode in WAYS
    if mode is GenerationMode.POSITIVE or operation.endpoint not in BARE
]


@pytest.fixture(scope="module")
def running(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, list[Program], Any]]:
    """A demo school for generated requests, two keys, and the document as its readers load it."""
    folder = shutil.copytree(loaded, tmp_path_factory.mktemp("generated") / "instance")
    made = create_app(folder, demo=True, TREFOIL_API_RATE="1000000/second")
    keys = [key_of(made, name) for name in PEOPLE]
    without_keys = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    yield made, keys, schemathesis.openapi.from_wsgi("/api/v1/openapi.json", made, config=without_keys)
    close(made)


@pytest.mark.gate("R-10", f"{len(CASES) * EACH:,} requests, 0 unforeseen answers")
@pytest.mark.slow
@pytest.mark.parametrize(("endpoint", "mode"), CASES)
def test_nothing_is_answered_that_the_document_does_not_tell(
    running: tuple[Flask, list[Program], Any], endpoint: str, mode: GenerationMode
) -> None:
    _app, keys, schema = running
    declared = OPERATIONS[endpoint]
    asked = schema[address(declared)][declared.method]
    tried = []

    @settings(
        max_examples=EACH,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=asked.as_strategy(generation_mode=mode), data=st.data())
    def ask(case: Any, data: st.DataObject) -> None:
        for part in case.path_parameters or {}:
            if data.draw(st.integers(0, 3)):
                case.path_parameters[part] = data.draw(REAL[part])
        key = data.draw(st.sampled_from(keys))
        response = case.call(headers={"Authorization": f"Bearer {key.secret}"})
        tried.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    ask()
    assert len(tried) >= EACH
    assert {401, 429} & set(tried) == set(), "the key was let in each time"


def test_enough_is_asked() -> None:
    assert len(CASES) * EACH >= 5000


def test_it_is_valid_openapi() -> None:
    # Here, for their grammars of addresses take seconds to build, and every worker reads every module.
    import jsonschema
    from openapi_spec_validator import OpenAPIV31SpecValidator

    made = document()
    assert made["openapi"] == "3.1.1"
    assert list(OpenAPIV31SpecValidator(made).iter_errors()) == []
    for schema in made["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_operation_says_what_its_policy_says() -> None:
    paths = document()["paths"]
    told = {
        f"api.{one['operationId']}": "bearer " + " ".join(one["security"][0]["key"])
        for methods in paths.values()
        for one in methods.values()
    }
    assert told == {e: p for e, p in POLICIES.items() if p.startswith("bearer ")}
    for methods in paths.values():
        for method, one in methods.items():
            assert one["summary"].endswith("."), one["operationId"]
            named = {p.get("name") or p["$ref"] for p in one["parameters"]}
            assert ("#/components/parameters/IdempotencyKey" in named) == (method == "post")


def test_the_page_of_the_document_needs_no_other_host(demo_school: Flask) -> None:
    page = demo_school.test_client().get("/api/v1/docs")
    assert page.status_code == 200
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page.text)
    for path in document()["paths"]:
        assert path in page.text
    for scope in SCOPES:
        assert f"<code>{scope}</code>" in page.text
    anchors = set(re.findall(r'id="([^"]+)"', page.text))
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= anchors


def test_the_contract_is_added_to_and_never_taken_from() -> None:
    """What v1 has promised: paths, parameters, fields of answers. A line that goes away breaks somebody's program."""
    promised = json.loads(PROMISED.read_text(encoding="utf-8"))
    now = _promise()
    assert len(promised) > 50
    assert {name: lost for name, parts in promised.items() if (lost := set(parts) - set(now.get(name, ())))} == {}


def _promise() -> dict[str, list[str]]:
    made = document()
    found = {
        f"{method.upper()} {path}": sorted(
            [p["name"] for p in one["parameters"] if "name" in p] + list(one["responses"])
        )
        for path, methods in made["paths"].items()
        for method, one in methods.items()
    }
    return found | {
        name: sorted(schema["properties"])
        for name, schema in made["components"]["schemas"].items()
        if "properties" in schema
    }


if __name__ == "__main__":
    text = json.dumps(_promise(), ensure_ascii=False, indent=1, sort_keys=True)
    PROMISED.write_text(text + "\n", encoding="utf-8")
