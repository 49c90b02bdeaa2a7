"""The doctor warns of what would hurt: each warning on a real installation."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from engine.services import checkup
from engine.services.host import host, now
from tests.webui.conftest import School
from webui.cli import main


@pytest.fixture
def faults(app: Flask, school: School) -> Callable[..., list[str]]:
    """What the doctor calls a fault in the school's installation."""

    def run(**given) -> list[str]:
        with app.app_context():
            lines = checkup.run(**{"secret": str(app.secret_key), "debug": False, **given})
        return [line.text for line in lines if line.fault]

    return run


def test_a_school_without_a_fresh_backup(app: Flask, faults: Callable[..., list[str]], tmp_path: Path) -> None:
    assert [re.sub(r":.*", "", text) for text in faults()] == ["резервной копии ещё не было"]
    runner = CliRunner(env={"TREFOIL_INSTANCE": app.instance_path})
    made = runner.invoke(main, ["backup", str(tmp_path / "one.zip")])
    assert made.exit_code == 0 and "one.zip" in made.output, made.output
    assert faults() == []
    with app.app_context():
        host().clock.set(now() + timedelta(hours=37))
        (text,) = faults()
        assert text.startswith("последняя резервная копия: ") and text.endswith("она устарела")
        host().clock.reset()


def test_a_network_disk_under_sqlite(
    app: Flask, faults: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(checkup, "_MOUNTS", mounts)
    for kind, found in (("ext4", False), ("nfs4", True), ("cifs", True), ("tmpfs", False)):
        mounts.write_text(f"none / ext4 rw 0 0\nserver:/x {app.instance_path} {kind} rw 0 0\n")
        assert any("на сетевом диске" in text for text in faults()) is found


def test_a_weak_secret_and_the_debug_mode(faults: Callable[..., list[str]]) -> None:
    assert any("слишком короткий" in text for text in faults(secret="dev"))
    assert any("слишком однообразный" in text for text in faults(secret="ab" * 32))
    assert any("режим отладки" in text for text in faults(debug=True))


def test_a_folder_that_cannot_be_written(app: Flask, faults: Callable[..., list[str]]) -> None:
    uploads = Path(app.instance_path) / "uploads"
    uploads.rename(uploads.with_name("gone"))
    assert any("uploads: нет права записи" in text for text in faults())
