"""The page about the API: its commands run one after the other against the demo school, its tables are the code's."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.services import demo
from engine.services.programs.messages import EVENTS
from engine.services.programs.sending import signature
from tests.webui.api.conftest import key_of
from tests.webui.conftest import close
from webui import create_app
from webui.api.document import address, scope_of
from webui.api.door import OPERATIONS
from webui.api.problems import KINDS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
START = TEXT.partition("## A quick start")[2].partition("\n## ")[0]
_FENCED = re.compile(r"```(console|json)\n(.*?)```", re.S)
_KEPT = re.compile(r"(\w+)=\$\((.*) \| jq -r \.(\w+)\)")


@pytest.fixture(scope="module")
def school(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = shutil.copytree(loaded, tmp_path_factory.mktemp("api") / "instance")
    made = create_app(folder, demo=True)
    with made.app_context():
        demo.load()  # it is; the clock is set
    yield made
    close(made)
    shutil.rmtree(folder)


def _curl(app: Flask, line: str, names: dict[str, str]) -> Any:
    """What a curl command is answered, through a client of the app."""
    for name, value in names.items():
        line = line.replace(f"${name}", value)
    words = shlex.split(line)
    assert words[:2] == ["curl", "-s"], line
    method, headers, data, url = "GET", {}, None, ""
    rest = iter(words[2:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            key, _, value = next(rest).partition(": ")
            headers[key] = value
        elif word == "-d":
            data = next(rest).encode()
        else:
            url = word
    return app.test_client().open(url.removeprefix(names["HOST"]), method=method, headers=headers, data=data).json


def _holds(told: Any, answer: Any, where: str = "") -> None:
    """Everything that the page tells is in the answer; «…» is anything."""
    if isinstance(told, dict):
        for key, value in told.items():
            assert key in answer, f"{where}.{key}"
            _holds(value, answer[key], f"{where}.{key}")
    elif isinstance(told, list):
        for one, other in zip(told, answer, strict=False):
            _holds(one, other, where)
        assert len(told) <= len(answer)
    elif told != "…":
        plain = answer.replace("\xa0", " ") if isinstance(answer, str) else answer  # initials do not part
        assert told == plain, where


def test_the_quick_start_runs_to_the_letter(school: Flask) -> None:
    names = {"HOST": "https://school.example", "KEY": key_of(school, "Линейкина").secret}
    answer: Any = None
    run = compared = 0
    for kind, block in _FENCED.findall(START):
        if kind == "json":
            _holds(json.loads(block), answer)
            compared += 1
            continue
        for line in block.strip().splitlines():
            kept = _KEPT.fullmatch(line)
            answer = _curl(school, kept.group(2) if kept else line, names)
            assert answer is not None, line
            run += 1
            if kept:
                names[kept.group(1)] = str(answer[kept.group(3)])
    assert run >= 9 and compared >= 5


def test_the_scopes_are_those_of_the_policies() -> None:
    told = {
        scope.strip("`"): re.findall(r"`([^`]+)`", row)
        for scope, row in re.findall(r"^\| (`\w+:\w+`|any key) \| (.+) \|$", TEXT, re.M)
    }
    found: dict[str, list[str]] = {}
    for operation in OPERATIONS.values():
        path = address(operation).removeprefix("/api/v1")
        found.setdefault(scope_of(operation) or "any key", []).append(f"{operation.method} {path}")
    assert told == found


def test_the_codes_are_those_of_the_door() -> None:
    told = {
        int(status): re.findall(r"`(\w+)`", row) for status, row in re.findall(r"^\| (\d{3}) \| (.+) \|$", TEXT, re.M)
    }
    found: dict[int, list[str]] = {}
    for code, kind in KINDS.items():
        found.setdefault(kind.status, []).append(code)
    assert told == found


def test_every_event_is_told_of() -> None:
    assert all(f"`{event}`" in TEXT for event in EVENTS)


def test_the_snippet_knows_our_signature() -> None:
    block = re.search(r"```python\n(.*?)```", TEXT.partition("## Webhooks")[2], re.S).group(1)
    names: dict[str, Any] = {}
    exec(block, names)
    secret, body = "whsec_" + "QUJD" * 10, b'{"type":"ping"}'
    moment = int(names["time"].time())
    sign = signature(secret, "msg_1", moment, body)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(moment), "webhook-signature": sign}
    assert names["is_ours"](secret, headers, body)
    assert names["is_ours"](secret, {**headers, "webhook-signature": f"v1,other {sign}"}, body)
    for wrong in ({"webhook-id": "msg_2"}, {"webhook-timestamp": str(moment - 1000)}, {"webhook-signature": "v1,x"}):
        assert not names["is_ours"](secret, {**headers, **wrong}, body)
    assert not names["is_ours"](secret, headers, body + b" ")
