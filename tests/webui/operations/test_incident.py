"""After an incident the log tells what an account did, and the command whom the records it opened are about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.groups import Membership
from engine.store.people import Person
from tests.webui.conftest import person_id
from tests.webui.crawling import step_in
from webui.cli import main
from webui.health.logs import open_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "log.jsonl"
    handler = open_log(str(path))
    yield path
    logging.getLogger().removeHandler(handler)
    handler.close()
    logging.getLogger("trefoil").setLevel(logging.NOTSET)


def run(app: Flask, *arguments: str, code: int = 0) -> str:
    result = CliRunner(env={"TREFOIL_INSTANCE": app.instance_path}).invoke(main, ["incident", *arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def test_whom_an_account_touched(demo_school: Flask, log: Path) -> None:
    vera, other = person_id(demo_school, "Указкина"), person_id(demo_school, "Журналова")
    with demo_school.app_context():
        cycle = db.session.get(Cycle, 1)
        team = set(db.session.scalars(db.select(Membership.person_id).where(Membership.triad_id == cycle.triad_id)))
        names = {p.id: p.full_name for p in db.session.scalars(db.select(Person))}
        db.session.remove()
    assert vera in team
    browser = step_in(demo_school, vera)
    assert browser.get("/cycles/1").status_code == 200
    assert browser.get("/cycles/9999").status_code == 404
    assert step_in(demo_school, other).get("/").status_code == 200

    told = run(demo_school, str(log), "--user", str(vera))
    head, _, people = told.partition("Чьи записи открывали: ")
    assert "\tsign_in\t" in head and "endpoint=cycles.cycle status=404 cycle_id=9999" in head
    listed = {int(line.split("\t")[0]): line.split("\t")[1] for line in people.splitlines()[1:] if "\t" in line}
    assert team <= listed.keys() and listed.items() <= names.items()
    assert "9999" not in people

    by_address = run(demo_school, str(log), "--address", "127.0.0.1")
    assert f"person={vera}" in by_address and f"person={other}" in by_address
    assert "Запросов: 0. События безопасности: 0" in run(demo_school, str(log), "--address", "10.0.0.1")
    assert "Запросов: 0" in run(demo_school, str(log), "--user", str(vera), "--until", "2020-01-01")
    assert "Запросов: 0" in run(demo_school, str(log), "--user", str(vera), "--since", "2999-01-01")


def test_other_lines_are_counted_and_a_missing_file_is_refused(demo_school: Flask, log: Path, tmp_path: Path) -> None:
    log.write_text('plain words\n{"log": "trefoil.access"}\n[1]\n')
    assert "не разобраны: 3" in run(demo_school, str(log), "--user", "1")
    assert "не читается" in run(demo_school, str(tmp_path / "no"), "--user", "1", code=1)
    run(demo_school, str(log), code=2)
    run(demo_school, str(log), "--user", "1", "--address", "10.0.0.1", code=2)
