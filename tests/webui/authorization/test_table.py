"""The table of authorization: role × address × method × object, whole, and what must be true of it in any case."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.gates.plugin import Figure
from tests.webui.authorization.world import PEOPLE, ROLES, STRANGERS, World, build, methods, name
from tests.webui.conftest import close
from webui import create_app
from webui.policies import ADMIN, LAB, LEADER, MONITOR, POLICIES, PSYCHOLOGIST, PUBLIC

SEED = 4
_DOORS = ("/sign-in?", "/sign-in/code?")
#: Objects of one district that its schools share: whoever speaks for a school answers an invitation of another.
SHARED = {"POST /district/invitations/<int:invitation_id>"}
_SUBMISSION = "/api/v1/cycles/<int:cycle_id>/submissions/<form_key>/<int:round_>"
#: What is refused at the wrong stage and keeps what was typed as a draft, for whoever may keep one.
KEEPS_WORDS = {f"POST {_SUBMISSION}/{verb}": f"PUT {_SUBMISSION}/draft" for verb in ("save", "submit")}


def _read() -> dict[str, tuple[list[str], dict[str, str]]]:
    """Row → its objects, and the letters of every role."""
    kinds = tomllib.loads((Path(__file__).parent / "verdicts.toml").read_text(encoding="utf-8"))
    rows: dict[str, tuple[list[str], dict[str, str]]] = {}
    for kind in kinds.values():
        letters = {
            role: kind.get(role, kind.get("strangers" if role in STRANGERS else "everybody", "")) for role in ROLES
        }
        for row in kind["rows"]:
            assert row not in rows, f"{row} stands twice"
            rows[row] = kind["objects"], letters
    return rows


TABLE = _read()


@pytest.fixture(scope="module")
def world(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = shutil.copytree(loaded, tmp_path_factory.mktemp("authorization") / "instance")
    app = create_app(folder, demo=True)
    made = build(app, folder)
    yield made
    made.let_go()
    close(app)


def verdict(rule: Rule, answer: TestResponse) -> str:
    """The letter of an answer."""
    code, place = answer.status_code, answer.headers.get("Location", "")
    if code == 401 or (code == 302 and place.startswith(_DOORS)):
        return "d"
    return {404: "n", 403: "f"}.get(code, "y" if code < 500 else str(code))


def _rules(world: World) -> list[tuple[Rule, str]]:
    found = [(rule, method) for rule in world.app.url_map.iter_rules() for method in methods(rule)]
    return sorted(found, key=lambda pair: name(*pair))


def test_every_address_has_its_row_and_every_row_an_address(world: World) -> None:
    asked = {name(rule, method): [kind for kind, _ in world.paths(rule, method)] for rule, method in _rules(world)}
    assert sorted(set(asked) - set(TABLE)) == [], "declare who may do this in verdicts.toml"
    assert sorted(set(TABLE) - set(asked)) == []
    for row, objects in asked.items():
        assert TABLE[row][0] == objects, row
        for role, letters in TABLE[row][1].items():
            assert len(letters) == len(objects) and set(letters) <= set("ynfd"), (row, role)


def test_what_the_table_may_never_say(world: World) -> None:
    """Another school's things are 404 and nothing else; so is what there is not; nobody unsigned gets past the door; a
    role has its own pages alone. Whatever the pages do, a table that says otherwise is wrong."""
    for rule, method in _rules(world):
        row, policy = name(rule, method), POLICIES[rule.endpoint]
        objects, letters = TABLE[row]
        for role in ROLES:
            verdicts = dict(zip(objects, letters[role], strict=True))
            if policy in (PUBLIC, MONITOR):
                continue
            if role in STRANGERS and policy != "half":
                assert set(verdicts.values()) == {"d"}, (row, role)
            elif role not in STRANGERS:
                assert "d" not in verdicts.values(), (row, role)
                assert verdicts.get("missing", "n") == "n", (row, role)
                if role != "foreign_admin" and row not in SHARED:
                    assert verdicts.get("foreign", "n") == "n", (row, role)
                    assert verdicts.get("mixed", "n") in "nf", (row, role)
                elif role == "foreign_admin" and row not in SHARED:
                    for kind in ("own", "neighbour", "closed"):
                        assert verdicts.get(kind, "n") == "n", (row, kind)
            mine = {ADMIN: {"admin", "foreign_admin"}, LAB: {"lab"}, PSYCHOLOGIST: {"psychologist"}}
            mine[LEADER] = {"leader", "other_leader"}
            if policy in mine and role not in mine[policy]:
                assert "y" not in letters[role], (row, role)


@pytest.mark.gate("R-07")
@pytest.mark.parametrize("role", ROLES)
def test_the_answers_are_those_of_the_table(world: World, role: str, figure: Figure) -> None:
    """Every cell; a refusal changes nothing, and neither does looking. In the short run three of nine people ask at
    each address, and one stranger of five, about one of the school's objects in turn and about everything of another.
    """
    whole = figure.size(short=0, long=1)
    stride = 1 if whole else 3 if role in PEOPLE else 5
    wrong, cells = [], 0
    for number, (rule, method) in enumerate(_rules(world)):
        if (number + ROLES.index(role)) % stride:
            continue
        row = name(rule, method)
        objects, letters = TABLE[row]
        for place, (kind, path) in enumerate(world.paths(rule, method)):
            own = [k for k in objects if k not in ("foreign", "mixed")]
            turn = own[(number + SEED) % len(own)]
            if not whole and kind not in (turn, "foreign", "mixed"):
                continue
            answer = world.ask(role, rule, method, path)
            found, expected = verdict(rule, answer), letters[role][place]
            answer.close()
            cells += 1
            if found != expected:
                wrong.append(f"{method} {path} ({kind}): {found}, not {expected}")
            if world.changed():
                kept = row in KEEPS_WORDS and TABLE[KEEPS_WORDS[row]][1][role][place] == "y"
                if not kept and (found != "y" or method == "GET"):
                    wrong.append(f"{method} {path} ({kind}): {found}, and yet something was written")
                world.again()
            elif method != "GET" and found == "y":
                world.cookies_again()
    assert wrong == []
    figure.reached(f"{role}: {cells} cells", seed=SEED)
