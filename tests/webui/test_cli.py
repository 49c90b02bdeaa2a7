"""The command ``trefoil`` on a real instance folder."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.extension.door import PluginFault
from engine.services.host import host
from tests.extension.pieces import NOUN, plugin
from tests.webui.conftest import PASSWORD, close, enter, send
from webui import create_app
from webui.cli import main

KEYS = {"stages", "actions", "rules", "forms", "indicators", "criteria", "survey", "techniques"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "school"
    monkeypatch.setenv("TREFOIL_INSTANCE", str(path))
    monkeypatch.delenv("TREFOIL_DATABASE", raising=False)
    return path


def run(*arguments: str, code: int = 0) -> str:
    result: Result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def link(output: str) -> str:
    found = re.search(r"/link/[\w-]{43}", output)
    assert found, output
    return found.group(0)


def found_school(folder: Path) -> None:
    """The first administrator comes by the link that ``init`` printed."""
    app = create_app(folder)
    data = {"school": "Школа № 0", "last_name": "Главный", "first_name": "Глеб", "login": "glavny"}
    assert send(app.test_client(), link(run("init")), **data, password=PASSWORD).status_code == 302
    close(app)


def test_init_makes_the_folder_the_tables_and_a_link_that_works(folder: Path) -> None:
    found_school(folder)
    assert (folder / "trefoil.sqlite").exists()
    assert "Школа уже есть" in run("init")


# waitress drops its sockets unclosed when it cannot bind.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_serving_does_not_kill_the_link_that_init_printed(folder: Path) -> None:
    path = link(run("init"))
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        output = run("serve", "--port", port, code=1)
    assert "уже выдана" in output
    assert f"Порт {port} занят" in output
    gc.collect()  # here, not in a test to come
    app = create_app(folder)
    assert app.test_client().get(path).status_code == 200
    close(app)


def test_users_from_the_command_line(folder: Path) -> None:
    run("init")
    assert "Такой школы нет" in run("users", "invite", "Указкина", "Вера", code=1)
    found_school(folder)
    invitation = link(run("users", "invite", "Указкина", "Вера", "Демовна"))
    app = create_app(folder)
    assert send(app.test_client(), invitation, login="ukazkina", password=PASSWORD).status_code == 302
    assert "уже есть логин «ukazkina»" in run("users", "invite", "Указкина", "Вера", "Демовна", code=1)
    listed = run("users", "list")
    assert "ukazkina\tУказкина Вера Демовна\tШкола № 0" in listed
    assert listed.count("Указкина") == 1

    reset = link(run("users", "reset", "UKAZKINA"))
    assert send(app.test_client(), reset, password="четыре тихих слова").status_code == 302
    browser = app.test_client()
    assert enter(browser, "ukazkina", "четыре тихих слова").status_code == 302
    assert browser.get("/school/people").status_code == 403
    run("users", "add-admin", "ukazkina")
    assert browser.get("/profile").status_code == 302, "a new role ends the sessions of the old ones"
    assert enter(browser, "ukazkina", "четыре тихих слова").status_code == 302
    assert browser.get("/school/people").status_code == 200
    assert "Логина «nikto» нет" in run("users", "reset", "nikto", code=1)
    assert "Логина «nikto» нет" in run("users", "add-admin", "nikto", code=1)
    close(app)


def test_types_are_listed_and_shown(folder: Path) -> None:
    listed = run("types", "list")
    for key in ("fourk", "project", "formative", "sel", "lab"):
        assert re.search(rf"^{key}\t", listed, re.MULTILINE)
        data = json.loads(run("types", "show", key, "--json"))
        assert data.keys() >= KEYS
        assert data["stages"] and data["actions"] and data["rules"] and data["criteria"]
        assert all(len(indicator["levels"]) == 4 for indicator in data["indicators"])
    assert "indicators: " in run("types", "show", "formative")
    assert "Типа «nothing» нет" in run("types", "show", "nothing", code=1)


def test_lint_names_what_is_wrong(folder: Path) -> None:
    assert "formative: без замечаний" in run("types", "lint")
    (folder / "plugins").mkdir(parents=True)
    (folder / "plugins" / "broken.py").write_text("raise RuntimeError('no')\n")
    assert re.search(r"broken: .*no", run("types", "lint", code=1))
    assert "broken\tв карантине" in run("types", "list")


def test_lint_of_one_type_and_of_code_that_is_not_installed(folder: Path, tmp_path: Path) -> None:
    assert run("types", "lint", "formative").strip() == "formative: без замечаний"
    assert "Плагина «nothing» нет" in run("types", "lint", "nothing", code=1)
    path = tmp_path / "mine.py"
    path.write_text(plugin("mine", NOUN.replace("made()", "made(colour='red')")), encoding="utf-8")
    told = run("types", "lint", str(path), code=1)
    assert "bad_colour · тип mine: «red» — не цвет" in told and "formative" not in told
    (found,) = json.loads(run("types", "lint", str(path), "--json", code=1))
    assert (found["plugin"], found["usable"]) == ("mine", False)
    assert found["findings"] == [
        {
            "code": "bad_colour",
            "place": "type mine",
            "text": {"ru": "«red» — не цвет", "en": "'red' is no colour"},
            "fix": {"ru": "Запишите цвет так: #2f6f4f", "en": "Write it like #2f6f4f"},
        }
    ]
    path.write_text("print('громко')\n" + plugin("mine"), encoding="utf-8")
    assert [p["usable"] for p in json.loads(run_out("types", "lint", str(path), "--json"))] == [True]


def run_out(*arguments: str) -> str:
    """What a command writes to its output, without what went beside it."""
    result: Result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_faults_are_told_and_a_quarantine_is_lifted(folder: Path) -> None:
    run("init")
    assert "Сбоев не было" in run("types", "faults")
    app = create_app(folder)
    for _ in range(5):
        with app.app_context(), contextlib.suppress(PluginFault):
            host().registry.door.call("formative", "plc_before", lambda: 1 / 0, {})
    assert "formative: в карантине" in (told := run("types", "faults")) and "ZeroDivisionError · раз: 5" in told
    data = json.loads(run("types", "faults", "--json"))
    assert [(f["plugin"], f["hook"], f["count"]) for f in data["faults"]] == [("formative", "plc_before", 5)]
    assert list(data["quarantine"]) == ["formative"]
    assert "карантин снят" in run("types", "lift", "formative")
    assert "не в карантине" in run("types", "lift", "formative", code=1)
    assert json.loads(run("types", "faults", "--json"))["quarantine"] == {}
    close(app)


def test_doctor_is_content_with_a_fresh_installation_and_finds_faults(folder: Path) -> None:
    run("init")
    healthy = run("doctor")
    assert "внешние ключи: включены" in healthy
    assert "!" not in healthy
    (folder / "plugins").mkdir(exist_ok=True)
    (folder / "plugins" / "broken.py").write_text("raise RuntimeError('no')\n")
    (folder / "secret_key").write_text("короткий")
    os.chmod(folder / "secret_key", 0o644)
    ill = run("doctor", code=1)
    for fault in ("плагин broken в карантине", "секретный ключ: слишком короткий", "chmod 600"):
        assert re.search(rf"^! .*{fault}", ill, re.MULTILINE), ill


def test_doctor_sees_missing_tables(folder: Path) -> None:
    assert "! таблицы: старые, выполните trefoil init" in run("doctor", code=1)


def test_the_demo_lives_in_a_folder_of_its_own(folder: Path) -> None:
    run("demo", "--load-only")
    assert not (folder / "trefoil.sqlite").exists()
    app = create_app(folder / "demo", demo=True)
    browser = app.test_client()
    page = browser.get("/sign-in").text
    stepping = re.search(r"/sign-in/as/\d+", page)
    assert stepping
    assert send(browser, stepping.group(0), "/sign-in").status_code == 302
    assert browser.get("/").status_code == 200
    close(app)
    real = create_app(folder / "demo")
    assert "sign-in/as" not in real.test_client().get("/sign-in").text
    close(real)


def test_flask_reaches_the_same_commands(folder: Path) -> None:
    from webui.cli import trefoil

    result = CliRunner().invoke(trefoil, ["types", "list"])
    assert result.exit_code == 0
    assert "formative" in result.output
    assert set(trefoil.commands) == set(main.commands)
