"""What a worker costs before it has done anything: start-up and memory with 5, 50 and 200 installed types.

``python -m benchmarks.startup [--quick]``. Each figure comes from a fresh process: imports, ``create_app``, the first
page; then 200 pages of a signed-in administrator. The types beyond our own are copies of our plugins under other keys,
installed as distributions with an entry point each, so they are imported, checked and kept as any plugin is.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from statistics import median

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase

from benchmarks.claim import Claim

ROOT = Path(__file__).resolve().parents[1]
SIZES, PAGES, RUNS = (5, 50, 200), 200, 3
#: The invented school begins and has carried its first cycle out.
MONDAY, LATER = datetime(2026, 9, 7, 9, 0), datetime(2026, 11, 23, 10, 0)
#: Our own types; the plugins among them that are copied.
OWN, COPIED = 5, ("formative", "fourk", "project", "sel")
#: What an administrator opens; the page of types shows every one.
PATHS = ("/", "/types", "/school/people", "/groups", "/calendar", "/profile", "/indicators")
#: name of a figure → value: seconds of CPU and of the clock to the first page, megabytes after it and after the pages.
Figures = Mapping[str, float]
#: (claim, asked, reached, whether it is)
#: number of types → the medians; 0: a bare Flask with SQLAlchemy.
Found = Mapping[int, Figures]


def install_types(folder: Path, count: int) -> None:
    """A folder for ``sys.path`` with so many more types in it."""
    folder.mkdir(parents=True)
    points = ["[trefoil.group_types]"]
    for n in range(count):
        model, key = COPIED[n % len(COPIED)], f"copy{n:03}"
        place = shutil.copytree(ROOT / "plugins" / model, folder / key, ignore=shutil.ignore_patterns("__pycache__"))
        for file in place.glob("*.py"):
            text = file.read_text(encoding="utf-8").replace(f"plugins.{model}", key)
            file.write_text(text.replace(f'key="{model}"', f'key="{key}"'), encoding="utf-8")
        points.append(f"{key} = {key}")
    about = folder / "copies-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: copies\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("\n".join(points) + "\n")


def found_school(folder: Path) -> int:
    """An installation with the invented school and one cycle gone through; the id of its administrator."""
    from engine.services.demo import formative
    from engine.services.demo.school import found
    from engine.services.host import host
    from engine.services.setup import prepare_database, release_database
    from webui import create_app

    app = create_app(folder, demo=True)
    with app.app_context():
        host().clock.set(MONDAY)
        prepare_database()
        cast = found()
        formative.load(cast)
        admin = cast.people["Журналова"].id
    release_database(app)
    return admin


def _memory() -> dict[str, float]:
    """Megabytes of this process: all of it, its share, its own alone."""
    found: dict[str, int] = {}
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, kilobytes = line.split(":")
        found[name] = int(kilobytes.split()[0])
    own = found["Private_Clean"] + found["Private_Dirty"]
    return {"rss": found["Rss"] / 1024, "pss": found["Pss"] / 1024, "own": own / 1024}


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def bare() -> None:
    """The same walk of a Flask with one table and nothing else, for the ratio."""
    app = Flask("bare")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"

    class Base(DeclarativeBase):
        pass

    db = SQLAlchemy(app, model_class=Base)
    app.add_url_rule("/", "index", lambda: str(db.session.scalar(db.text("SELECT 1"))))
    assert app.test_client().get("/").status_code == 200
    _told({"cpu": _spent(), **_memory()})


def walk(folder: Path, admin: int, types: int, pages: int) -> None:
    """In a process of its own: start, the first page, then the pages of an administrator."""
    from engine.services import sessions
    from engine.services.host import host
    from engine.store.database import db
    from engine.store.people import Person
    from webui import create_app

    app = create_app(folder, demo=True)
    client = app.test_client()
    assert client.get("/sign-in").status_code == 200
    _told({"cpu": _spent(), **_memory()})
    with app.app_context():
        host().clock.set(LATER)
        assert len(host().registry.types) == types, [p.reason for p in host().registry.plugins if p.quarantined]
        person = db.session.get(Person, admin)
        assert person is not None
        token = sessions.begin(person, "bench", whole=True)
        db.session.remove()
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token
    for n in range(pages):
        answer = client.get(PATHS[n % len(PATHS)])
        assert answer.status_code == 200, (answer.status, PATHS[n % len(PATHS)])
    _told(_memory())


def _told(figures: Mapping[str, float]) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


def _fresh(types: int, pages: int, *command: str, beside: Path | None = None) -> dict[str, float]:
    """The figures of one process."""
    paths = [str(ROOT), *([str(beside)] if beside else [])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    began = time.perf_counter()
    command = ("-m", "benchmarks.startup", "--child", *command, str(types), str(pages))
    with subprocess.Popen(
        [sys.executable, *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        wall = time.perf_counter() - began
        then = child.stdout.read()
    assert child.returncode == 0, f"the process with {types} types failed"
    figures = {"wall": wall, **json.loads(first)}
    if then:
        figures |= {f"{name}_then": value for name, value in json.loads(then).items()}
    return figures


def measure(quick: bool, sizes: tuple[int, ...] = SIZES, pages: int = PAGES) -> Found:
    """The medians of a bare Flask (0) and of a worker with so many types."""
    runs = 1 if quick else RUNS
    told: dict[int, Figures] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "instance")
        admin = found_school(folder)
        seen: dict[int, list[dict[str, float]]] = {0: [], **{size: [] for size in sizes}}
        for size in sizes:
            install_types(Path(place, str(size)), size - OWN)
            _fresh(size, 1, str(folder), str(admin), beside=Path(place, str(size)))  # what is compiled is kept
        for _ in range(runs):
            seen[0].append(_fresh(0, 0))
            for size in sizes:
                seen[size].append(_fresh(size, pages, str(folder), str(admin), beside=Path(place, str(size))))
    for size, all_ in seen.items():
        told[size] = {name: median(one[name] for one in all_) for name in all_[0]}
    return told


def claims(found: Found) -> list[Claim]:
    """(claim, asked, reached, whether it is): nothing is asked in numbers, so all of it is measured."""
    sizes = sorted(size for size in found if size)
    least, most = found[sizes[0]], found[sizes[-1]]
    between = sizes[-1] - sizes[0]
    each = (most["pss"] - least["pss"]) / between
    told = [
        ("start of a worker over a bare Flask with SQLAlchemy (CPU)", f"{least['cpu'] / found[0]['cpu']:.1f} x"),
        ("memory of a started worker over the same", f"{least['pss'] / found[0]['pss']:.1f} x"),
        (f"start with {sizes[-1]} types over {sizes[0]} (CPU)", f"{most['cpu'] / least['cpu']:.1f} x"),
        (f"memory with {sizes[-1]} types over {sizes[0]}", f"{most['pss'] / least['pss']:.1f} x, {each:.2f} MB a type"),
        ("memory after the pages over that at start", f"{least['pss_then'] / least['pss']:.2f} x"),
    ]
    return [(claim, "measured", reached, True) for claim, reached in told]


def table(found: Found) -> str:
    """A Markdown table: a row for each number of types."""
    lines = [
        "| types | start, CPU s | start, s | RSS, MB | PSS, MB | own, MB | after pages: RSS | PSS | own |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for size, row in found.items():
        name = str(size) if size else "bare Flask with SQLAlchemy"
        cells = [f"{row['cpu']:.2f}", f"{row['wall']:.2f}", *(f"{row[key]:.0f}" for key in ("rss", "pss", "own"))]
        cells += [f"{row[key]:.0f}" if key in row else "" for key in ("rss_then", "pss_then", "own_then")]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _child(given: list[str]) -> None:
    logging.disable(logging.ERROR)
    if len(given) == 2:
        bare()
    else:
        folder, admin, types, pages = given
        walk(Path(folder), int(admin), int(types), int(pages))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run of each")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _child(given.child)
        return
    logging.disable(logging.ERROR)
    found = measure(given.quick)
    print(table(found))
    for claim, asked, reached, _ in claims(found):
        print(f"{claim}: {reached} ({asked})")


if __name__ == "__main__":
    main()
