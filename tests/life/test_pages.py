"""The life of a type on the pages of its administrator and on the command line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engine.services import demo
from engine.services.definitions import check_versions
from engine.services.host import host
from engine.services.papers import jobs
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.lives import CycleUpgrade, TypePurge, TypeSettings
from engine.store.people import Person
from tests.life.pieces import KEY, OPEN, enable, populate
from tests.webui.conftest import close, csrf, person_id
from tests.webui.crawling import step_in
from webui import create_app
from webui.cli import main

PLUGIN = """
from engine.api import hookimpl
from tests.life import pieces


@hookimpl
def plc_group_type():
    return pieces.{version}
"""


@pytest.fixture(scope="module")
def founded(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo school with cycles of the first version of a type beside it."""
    folder = shutil.copytree(loaded, tmp_path_factory.mktemp("life") / "instance")
    _install(folder, "V1")
    made = create_app(folder, demo=True)
    with made.app_context():
        demo.load()  # it is; the clock is set
        admin = db.session.scalars(select(Person).where(Person.last_name == "Журналова")).one()
        enable(admin)
        populate(admin, 1)
    close(made)
    return folder


def _install(folder: Path, version: str) -> None:
    plugins = folder / "plugins"
    shutil.rmtree(plugins, ignore_errors=True)
    plugins.mkdir(parents=True)
    (plugins / f"probe_{version.lower()}.py").write_text(PLUGIN.format(version=version), encoding="utf-8")


@pytest.fixture
def folder(founded: Path, tmp_path: Path) -> Path:
    """A copy with the second version installed."""
    made = shutil.copytree(founded, tmp_path / "instance")
    _install(made, "V2")
    return made


@pytest.fixture
def app(folder: Path) -> Iterator[Flask]:
    made = create_app(folder, demo=True)
    yield made
    close(made)


@pytest.fixture
def boss(app: Flask) -> FlaskClient:
    return step_in(app, person_id(app, "Журналова"))


def post(client: FlaskClient, path: str, **fields: object):
    return client.post(path, data={"csrf_token": csrf(client.get("/profile").text), **fields}, follow_redirects=True)


def test_the_dry_run_is_shown_carried_out_and_taken_back(app: Flask, boss: FlaskClient) -> None:
    assert "Циклов по прежнему описанию: 4" in boss.get("/types").text
    page = boss.get(f"/types/{KEY}/upgrades").text
    assert "Готовы к переходу: 4 из 4" in page and "Лишний этап → Проверка" in page
    assert "«Записки» теперь «Протокол»" in page and "больше не спрашивают «Настроение»" in page
    assert "Записки стали протоколом" in page
    seen = re.search(r'name="seen" value="(\w+)"', page).group(1)
    chosen = re.findall(r'name="cycle" value="(\d+)" checked', page)
    assert len(chosen) == 4
    page = post(boss, f"/types/{KEY}/upgrades", seen=seen, cycle=chosen[:3]).text
    assert "Переведено 3 цикла" in page and "Готовы к переходу: 1 из 1" in page
    with app.app_context():
        number = db.session.scalars(select(CycleUpgrade.id).order_by(CycleUpgrade.id)).first()
    page = post(boss, f"/types/{KEY}/upgrades/{number}/undo").text
    assert "Возвращено" in page and "Готовы к переходу: 2 из 2" in page
    with app.app_context():
        told = db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.id.desc()).limit(4)).all()
        assert sorted(told) == ["upgrade_undone", "upgraded", "upgraded", "upgraded"]
        admin = db.session.get(Person, person_id(app, "Журналова"))
        enable(admin, "disabled")
    assert "Сначала включите тип" in boss.get(f"/types/{KEY}/upgrades").text


def test_a_sheet_of_the_earlier_version_is_read_and_rewritten_on_its_page(app: Flask, boss: FlaskClient) -> None:
    page = boss.get(f"/types/{KEY}/upgrades").text
    seen = re.search(r'name="seen" value="(\w+)"', page).group(1)
    post(boss, f"/types/{KEY}/upgrades", seen=seen, cycle=re.findall(r'name="cycle" value="(\d+)"', page))
    with app.app_context():
        cycle = db.session.scalars(select(Cycle).where(Cycle.type_key == KEY, Cycle.stage == "collect")).unique().one()
        cycle_id, teacher = cycle.id, cycle.triad.memberships[0].person_id
        second = cycle.triad.memberships[1].person_id
    client = step_in(app, teacher)
    page = client.get(f"/cycles/{cycle_id}/docs/notes/0").text
    assert "Лист написан по прежней версии" in page and "Как было записано: Записки" in page
    assert "Настроение" in page and "бодрое" in page and 'value="понять тепло"' in page
    assert f'name="made" value="{seen}"' in page
    kept = client.post(
        f"/cycles/{cycle_id}/docs/record/0/draft",
        data={"csrf_token": csrf(page), "base": 1, "made": "0" * 64, "q_goal": "текст", "q_gone": "пропавший ответ"},
    )
    assert kept.status_code == 200
    page = client.get(f"/cycles/{cycle_id}/docs/record/0").text
    assert "Эти ответы больше не спрашивают" in page and "пропавший ответ" in page
    page = step_in(app, second).get(f"/cycles/{cycle_id}/docs/memo/0").text
    assert "больше не заполняют" in page and "моё" in page
    leader = step_in(app, person_id(app, "Дневникова"))
    assert leader.get("/answers").status_code == 200


def test_settings_are_saved_refused_and_told(app: Flask, boss: FlaskClient) -> None:
    page = boss.get("/types/formative/settings").text
    assert 'name="q_works"' in page and 'value="3"' in page
    refused = boss.post("/types/formative/settings", data={"csrf_token": csrf(page), "seen": 0, "q_works": "50"})
    assert refused.status_code == 422 and 'value="50"' in refused.text
    page = post(boss, "/types/formative/settings", seen=0, q_works="2").text
    assert "Настройки сохранены" in page and "3 → 2" in page
    assert "изменил другой администратор" in post(boss, "/types/formative/settings", seen=0, q_works="4").text
    with app.app_context():
        assert [row.values for row in db.session.scalars(select(TypeSettings))] == [{"works": 2}]
    assert boss.get("/types/fourk/settings").status_code == 404


def test_a_purge_on_the_pages(app: Flask, boss: FlaskClient) -> None:
    assert "Отключите тип" in boss.get(f"/types/{KEY}/purge").text
    post(boss, f"/types/{KEY}/switch", state="disabled", confirmed="1")
    page = boss.get(f"/types/{KEY}/purge").text
    assert "Циклы: <strong>4</strong>" in page and "Удалить навсегда" not in page
    post(boss, f"/types/{KEY}/purge/export")
    assert "Собирается" in boss.get(f"/types/{KEY}/purge").text
    with app.app_context():
        assert jobs.run_waiting() == 1
    page = boss.get(f"/types/{KEY}/purge").text
    archive = boss.get(re.search(r'href="(/exports/\d+/file)"', page).group(1))
    assert archive.data[:2] == b"PK"
    archive.close()
    wrong = boss.post(f"/types/{KEY}/purge", data={"csrf_token": csrf(page), "typed": "Не то"})
    assert wrong.status_code == 422 and "Название не совпало" in wrong.text
    page = post(boss, f"/types/{KEY}/purge", typed="Проба").text
    assert "Данные типа удалены" in page and "Удалённые данные" in page and "Журнал циклов: 8" in page
    with app.app_context():
        assert db.session.scalars(select(TypePurge)).one().counts["cycle"] == 4
        assert not db.session.scalars(select(Cycle.id).where(Cycle.type_key == KEY)).all()


def test_other_content_under_the_same_version_is_told_in_words(founded: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(founded, tmp_path / "instance")
    path = folder / "plugins" / "probe_v1.py"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "return pieces.V1",
            "import dataclasses\n    from engine.api import Stage\n    process = pieces.V1.process\n"
            "    stages = tuple(dataclasses.replace(s, title='Беседа') if s.key == 'talk' else s"
            " for s in process.stages)\n"
            "    return dataclasses.replace(pieces.V1, process=dataclasses.replace(process, stages=stages))",
        ),
        encoding="utf-8",
    )
    app = create_app(folder, demo=True)
    with app.app_context():
        check_versions()
        (plugin,) = [p for p in host().registry.plugins if p.name == "probe_v1"]
        assert plugin.quarantined and [str(t) for t in plugin.changes] == ["Этап: «Разговор» теперь «Беседа»"]
        assert "process.stages[talk].title" in plugin.detail
    close(app)


def test_the_pages_speak_english(app: Flask, boss: FlaskClient) -> None:
    post(boss, "/language/en")
    for path, word in (
        (f"/types/{KEY}/upgrades", "Dry run"),
        ("/types/formative/settings", "How many works without names"),
        (f"/types/{KEY}/purge", "Will be deleted"),
        ("/answers", "All answers as tables"),
    ):
        page = boss.get(path).text.partition("<main")[2].partition("</main>")[0]
        assert word in page, path


def test_the_command_tries_carries_out_and_takes_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREFOIL_INSTANCE", str(folder))
    run = CliRunner()
    tried = run.invoke(main, ["upgrade", KEY, "--dry-run", "--school", "1"])
    assert tried.exit_code == 0 and "готовы 4" in tried.output and "gather → collect" in tried.output
    assert run.invoke(main, ["upgrade", KEY, "--dry-run", "--school", "1"]).output == tried.output
    done = run.invoke(main, ["upgrade", KEY, "--school", "1"])
    assert done.exit_code == 0
    numbers = re.findall(r"номер перехода (\d+)", done.output)
    assert len(numbers) == len(OPEN)
    back = run.invoke(main, ["upgrade", KEY, "--school", "1", "--undo", numbers[0]])
    assert back.exit_code == 0 and "версия 1" in back.output
    assert run.invoke(main, ["upgrade", KEY, "--school", "1", "--undo", numbers[0]]).exit_code == 2
    assert run.invoke(main, ["upgrade", "nothing", "--school", "1"]).exit_code == 2


def test_the_command_says_by_its_exit_code_that_some_stay(
    founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(founded, tmp_path / "instance")
    _install(folder, "FORGETFUL")
    monkeypatch.setenv("TREFOIL_INSTANCE", str(folder))
    done = CliRunner().invoke(main, ["upgrade", KEY, "--school", "1"])
    assert done.exit_code == 1 and "готовы 3" in done.output
    assert "останется: Этапа «Лишний этап» в новой версии нет" in done.output
    assert len(re.findall(r"номер перехода \d+", done.output)) == 3
