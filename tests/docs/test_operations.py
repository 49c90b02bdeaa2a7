"""The commands in docs/operations.md run as they stand there, one after the other, on a new installation."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from engine.services.setup import release_database
from webui import create_app
from webui.cli import main

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.S) for line in block.splitlines()]
EXAMPLE = "postgresql+psycopg://USER:PASSWORD@HOST/trefoil"


@pytest.fixture
def new_database(postgres_url: str) -> Iterator[str]:
    url = make_url(postgres_url)
    name = f"{url.database}_docs"
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(False), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield url.set(database=name).render_as_string(hide_password=False)
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def split(line: str) -> list[str]:
    """The words of a command, with patterns of files replaced as a shell does."""
    words = shlex.split(line)
    return [w for word in words for w in (sorted(map(str, Path().glob(word))) if "*" in word else [word])]


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> str:
    program, *given = split(line)
    if program == "trefoil":
        result = CliRunner().invoke(main, given)
        assert result.exit_code == 0, (line, result.output, result.exception)
        return result.output
    if program == "export":
        monkeypatch.setenv(*given[0].split("=", 1))
    elif program == "mkdir":
        Path(given[-1]).mkdir(parents=True, exist_ok="-p" in given)
    else:
        assert program == "curl", f"the test knows no {program}"
        app = create_app()
        answer = app.test_client().get(urlsplit(given[-1]).path)
        release_database(app)
        assert answer.status_code == 200, line
        return answer.text
    return ""


@pytest.mark.postgres
def test_the_commands_run(tmp_path: Path, new_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TREFOIL_INSTANCE", "TREFOIL_DATABASE", "TREFOIL_METRICS", "TREFOIL_LOG"):
        monkeypatch.delenv(name, raising=False)
    told = {line: run(line.replace(EXAMPLE, new_database), monkeypatch) for line in LINES}
    assert "Копия цела" in told["trefoil verify backups/*.zip"]
    assert "trefoil_requests_total" in told["curl http://127.0.0.1:8000/metrics"]
    assert "Перенесено и сверено" in told["trefoil move --to sqlite:///back.sqlite"]
    assert {p.name for p in tmp_path.iterdir()} == {"instance", "backups", "restored", "back.sqlite"}
    assert (tmp_path / "restored" / "trefoil.sqlite").exists()
    assert len(list((tmp_path / "backups").iterdir())) == 2


def test_the_line_for_cron_is_a_command() -> None:
    (line,) = re.findall(r"```cron\n(.*?)\n```", TEXT)
    words = line.split()
    assert words[5] == "trefoil"
    command = main.commands[words[6]]
    assert command.make_context("backup", words[7:]).params == {"target": Path("/srv/backups"), "keep": 14}


def test_the_commands_of_the_incident_page_exist() -> None:
    page = (ROOT / "docs" / "incident.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", page, re.S) for line in block.splitlines()]
    assert len(lines) == 2
    for line in lines:
        _trefoil, name, *given = shlex.split(line)
        context = main.commands[name].make_context(name, given)
        assert context.params["logs"] == (Path("log.jsonl"),)


def test_every_event_of_the_security_log_is_told() -> None:
    files = [*(ROOT / "engine" / "services").rglob("*.py"), *(ROOT / "webui").rglob("*.py")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    source = "\n".join(text for text in texts if "watch.tell(" in text or "trefoil.security" in text)
    names = {name for pair in re.findall(r'(?:yield|tell\() ?"(\w+)"(?: if .* else "(\w+)")?', source) for name in pair}
    told = set(re.findall(r"`(\w+)`", TEXT.partition("The security log:")[2].partition("## ")[0]))
    assert names - {""} == told
