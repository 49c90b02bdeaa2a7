"""All rows of a SQLite installation: put back, and compared."""

from __future__ import annotations

import gc
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from flask import Flask

from engine.store.database import db

Picture = dict[str, list[str]]
#: Links, keys and names of files are random: two runs that did the same differ in them.
_RANDOM = re.compile(r"[\w-]{20,}")


class Rows:
    """The rows of an installation as they stand when this is made."""

    def __init__(self, app: Flask, kept: Path) -> None:
        self.app, self.kept = app, kept
        self.file = Path(app.instance_path) / "trefoil.sqlite"
        self._let_go()
        with closing(sqlite3.connect(self.file)) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.file, kept)

    def put_back(self) -> None:
        """Everything as it was."""
        self._let_go()
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copy(self.kept, self.file)

    def picture(self) -> Picture:
        """Every row of every table; random words are alike."""
        with closing(sqlite3.connect(self.file)) as file:
            tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name: sorted(_RANDOM.sub("*", repr(row)) for row in file.execute(f'SELECT * FROM "{name}"'))
                for name in tables
            }

    def _let_go(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if self.file.with_name(f"{self.file.name}-wal").exists():
            gc.collect()  # a cursor in the traceback of what has failed keeps its closed connection open until then


def changed(before: Picture, after: Picture) -> set[str]:
    """The tables whose rows differ."""
    return {name for name in before if before[name] != after.get(name)}
