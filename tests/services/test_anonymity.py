"""Surveys attacked with a copy of the database; the attack itself proven on a copy that leaks."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.services import surveys, tick
from engine.services.demo.driver import press
from engine.services.demo.school import Cast
from engine.services.errors import Forbidden
from engine.services.host import host
from engine.store.database import db
from engine.testing.anonymity import CLOSE, attack, likeness
from tests.services.roads import answer, road, survey_run
from tests.services.test_surveys import _sel as session

WORDS = [f"слово-{n:02d}" for n in range(24)]
CHOICES = [f'"q1":"{a}","q2":"{b}","q3":"{c}"' for a, b, c in itertools.islice(itertools.product("1234", repeat=3), 24)]


def test_a_copy_of_the_database_tells_nobody(school: Cast, tmp_path: Path) -> None:
    cycle, team = road(school, "survey")
    for word, choice in zip(WORDS, CHOICES, strict=True):
        given = json.loads("{" + choice + "}")
        answer(survey_run(cycle).link, **given, q6=word)
    press(team[0], cycle, "close_survey")
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        for table, column, said in (("survey_answer", "choices", CHOICES), ("survey_text", "text", WORDS)):
            rows = db.session.execute(text(f"SELECT CAST({column} AS text) FROM {table} ORDER BY ctid")).scalars().all()
            guessed = [word for row in rows for word in said if word in row]
            assert len(guessed) == 24 and abs(likeness(guessed, said) or 0) < CLOSE
            assert db.session.scalar(text(f"SELECT count(DISTINCT CAST(xmin AS text)) FROM {table}")) == 1
        return
    assert [s.done for s in tick.run(["the log"])] == [1]
    copy = tmp_path / "copy.sqlite"
    for ending in ("", "-wal"):
        shutil.copy(host().instance / f"trefoil.sqlite{ending}", f"{copy}{ending}")
    with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as there:
        assert there.execute("SELECT count(*) FROM survey_answer").fetchone() == (24,)
    assert attack(copy, WORDS) == []
    assert attack(copy, CHOICES) == []


def _weak(path: Path) -> None:
    """What a survey looks like when nobody has thought of it."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("CREATE TABLE survey_answer (key TEXT PRIMARY KEY, run_id INT, choices TEXT, answered_at DATETIME)")
    db.execute("CREATE TABLE survey_text (key TEXT PRIMARY KEY, run_id INT, text TEXT, ip TEXT)")
    db.execute("CREATE TABLE survey_token (token_hash TEXT PRIMARY KEY, run_id INT, used INT)")
    for n, (word, choice) in enumerate(zip(WORDS, CHOICES, strict=True)):
        db.execute("INSERT INTO survey_token VALUES (?, 1, 1)", (f"token {n}",))
        row = (f"token {n}", choice, f"2026-09-07 10:{n:02d}")
        db.execute("INSERT INTO survey_answer VALUES (?, 1, ?, ?)", row)
        db.execute("INSERT INTO survey_text VALUES (?, 1, ?, '10.0.0.1')", (f"text {n}", word))
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", f"{path.with_name('copy.sqlite')}{ending}")
    db.execute("PRAGMA wal_checkpoint(FULL)")  # the log keeps its frames, the file has the rows now
    shutil.copy(path, path.with_name("copy.sqlite"))
    db.close()


def test_the_attack_finds_every_leak_of_a_weak_copy(tmp_path: Path) -> None:
    _weak(tmp_path / "weak.sqlite")
    copy, said = tmp_path / "copy.sqlite", tmp_path / "said.json"
    found = "\n".join(attack(copy, WORDS))
    for leak in (
        "survey_answer.answered_at tells",
        "survey_text.ip tells",
        "survey_answer.key joins survey_token.token_hash (24 rows)",
        "survey_text by rowid tells",
        "the place in the file tells",
        "the write-ahead log tells",
    ):
        assert leak in found
    assert "survey_answer by rowid tells" in "\n".join(attack(copy, CHOICES))
    said.write_text(json.dumps(WORDS), encoding="utf-8")
    command = [sys.executable, "-m", "engine.testing.anonymity", str(copy)]
    ran = subprocess.run([*command, "--said", str(said)], capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == 1 and "the write-ahead log tells" in ran.stdout


def test_likeness() -> None:
    assert likeness(WORDS, WORDS) == 1
    assert likeness(WORDS[::-1], WORDS) == -1
    assert likeness(WORDS[:5], WORDS) is None


def test_paper_entered_to_unmask_a_few_phones_unmasks_nobody(school: Cast) -> None:
    """Whoever knows the paper sheets could take their counts away and see what is left."""
    cycle, team = road(school, "survey")
    run = survey_run(cycle)
    for _ in range(4):
        answer(run.link, q1="1", q6="тайное слово")
    surveys.set_paper(team[0], cycle.id, run.survey_key, run.round, 5, {"q1": {"4": 5}})
    press(team[0], cycle, "close_survey")
    _cycle, run, survey = surveys.run_for(team[0], cycle.id, run.survey_key, run.round)
    tally = surveys.tally_of(run)
    assert (tally.answers, dict(tally.counts["q1"])) == (9, {"4": 5})
    assert surveys.texts(run, survey) == {}


def test_with_five_phones_both_are_counted(school: Cast) -> None:
    cycle, team = road(school, "survey")
    run = survey_run(cycle)
    for _ in range(5):
        answer(run.link, q1="1", q6="слово")
    surveys.set_paper(team[0], cycle.id, run.survey_key, run.round, 5, {"q1": {"4": 5}})
    press(team[0], cycle, "close_survey")
    _cycle, run, survey = surveys.run_for(team[0], cycle.id, run.survey_key, run.round)
    assert dict(surveys.tally_of(run).counts["q1"]) == {"1": 5, "4": 5}
    assert [len(words) for words in surveys.texts(run, survey).values()] == [5]


@pytest.mark.parametrize("sheets", [0, 20])
def test_a_check_in_entered_on_paper_takes_no_phone_any_more(school: Cast, sheets: int) -> None:
    cycle, team = session(school)
    run = survey_run(cycle, "checkin_before")
    surveys.set_paper(team[0], cycle.id, run.survey_key, run.round, sheets, {"mood": {"calm": sheets}})
    if sheets:
        with pytest.raises(Forbidden):
            answer(run.link, mood="tired")
    else:
        answer(run.link, mood="tired")
    assert survey_run(cycle, "checkin_before").answered == int(not sheets)
