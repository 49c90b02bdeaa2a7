"""An answer writes all the sheets of its survey anew: they lie together, however many surveys there are."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

from flask import Flask
from sqlalchemy import inspect

from engine.store.database import db
from tests.store.tools import SQLITE, address, file_of

RUNS, SHEETS = 2_000, 12


def test_the_key_of_a_sheet_begins_with_its_survey(app: Flask) -> None:
    for table in ("survey_answer", "survey_text"):
        assert inspect(db.engine).get_pk_constraint(table)["constrained_columns"] == ["run_id", "key"]


@SQLITE
def test_an_answer_changes_few_pages_among_the_sheets_of_many_surveys(app: Flask) -> None:
    dice, rest = random.Random(3), '{"q1":"1","q2":"2","q3":"3"}'
    with closing(sqlite3.connect(file_of(address(app)), isolation_level=None)) as own:
        write = "INSERT INTO survey_answer (run_id, key, choices) VALUES (?, ?, ?)"
        own.execute("BEGIN")
        own.executemany(write, [(n, dice.randbytes(16), rest) for n in range(RUNS) for _ in range(SHEETS)])
        own.execute("COMMIT")
        own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        own.execute("BEGIN IMMEDIATE")
        own.execute("DELETE FROM survey_answer WHERE run_id = ?", [RUNS // 2])
        own.executemany(write, [(RUNS // 2, dice.randbytes(16), rest) for _ in range(SHEETS + 1)])
        own.execute("COMMIT")
        _, pages, _ = own.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert pages < SHEETS, "each sheet would change a page of its own"
