"""What a rushing process does. Imported once by the fork server, so that twenty processes start at once."""

from __future__ import annotations

import os
import traceback
from collections import Counter
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from engine.services import cycles, documents
from engine.services.errors import Conflict, Refused, UnknownAction
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from tests.installation import running
from webui.cli import main


def press_all(
    folder: Path, url: str, start: Barrier, out: Any, person_by_cycle: dict[int, int], seen: dict[int, int]
) -> None:
    """Press «Утвердить график» in every cycle as somebody who saw it at the same version as everybody else."""
    told: Counter[str] = Counter()
    with running(folder, url):
        _looked(person_by_cycle, seen)
        start.wait()
        for cycle_id, person_id in person_by_cycle.items():
            try:
                cycles.fire(cycle_id, "approve_schedule", db.session.get(Person, person_id), seen[cycle_id])
                told["accepted"] += 1
            except Conflict:
                told["conflict"] += 1
            except Exception:
                told[traceback.format_exc()] += 1
            finally:
                db.session.remove()
    out.put(told)


def _looked(person_by_cycle: dict[int, int], seen: dict[int, int]) -> None:
    """The page was shown and a press was late: no crowd comes to processes that have yet to compile their statements,
    each under the lock that the others wait for."""
    cycle_id, person_id = list(person_by_cycle.items())[os.getpid() % len(person_by_cycle)]
    person = db.session.get(Person, person_id)
    cycles.explain(db.session.get(Cycle, cycle_id), person)
    with suppress(Conflict):
        cycles.fire(cycle_id, "approve_schedule", person, seen[cycle_id] - 1)
        raise AssertionError("a late press was carried out")
    db.session.remove()


def confirm_all(folder: Path, url: str, start: Barrier, out: Any, person_by_cycle: dict[int, int]) -> None:
    """Confirm the plan of every cycle at the same moment as the two colleagues, then try to go on."""
    told: Counter[str] = Counter()
    with running(folder, url):
        for cycle_id, person_id in person_by_cycle.items():
            start.wait()
            try:
                person = db.session.get(Person, person_id)
                page = documents.open_page(person, documents.place(person, cycle_id, "plan", 1))
                assert page.stored is not None
                documents.confirm(person, page.place, page.stored.content_hash)
                told["confirmed"] += 1
                seen = db.session.get(Cycle, cycle_id, populate_existing=True).seq
                cycles.fire(cycle_id, "approve_plan", person, seen)
                told["moved"] += 1
            except (Conflict, Refused, UnknownAction) as late:
                told[type(late).__name__] += 1
            except Exception:
                told[traceback.format_exc()] += 1
            finally:
                db.session.remove()
    out.put(told)


def press_once(folder: Path, url: str, start: Barrier, out: Any, cycle_id: int, person_id: int, seen: int) -> None:
    """One button pressed twice by an impatient finger: the same id of the press from two processes."""
    with running(folder, url):
        person = db.session.get(Person, person_id)
        start.wait()
        try:
            fired = cycles.fire(cycle_id, "approve_schedule", person, seen, once="одна кнопка")
            out.put(("repeated" if fired.repeated else "accepted", fired.seq))
        except Exception:
            out.put((traceback.format_exc(), 0))


def nurse(folder: Path, url: str, orders: Connection, told: Connection) -> None:
    """Bear writers that are there at once. An order is {cycle: person}; the answer is their process ids. The next
    message asks how they ended."""
    with running(folder, url):
        first = True
        while person_by_cycle := orders.recv():
            if first:  # the first press takes long: statements are compiled
                _press(*next(iter(person_by_cycle.items())))
                db.engine.dispose()
                first = False
            born = [_born(told, c, p) for c, p in person_by_cycle.items()]
            orders.send(born)
            orders.recv()
            orders.send([os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in born])


def _born(told: Connection, cycle_id: int, person_id: int) -> int:
    process = os.fork()
    if process == 0:
        try:
            _press_until_killed(told, cycle_id, person_id)
        finally:
            traceback.print_exc()
            os._exit(1)
    return process


def _press_until_killed(told: Connection, cycle_id: int, person_id: int) -> None:
    """Suspend and resume a cycle for ever. Each press is told once it has been acknowledged."""
    while True:
        told.send((cycle_id, _press(cycle_id, person_id)))


def serve(folder: Path, url: str, port: int) -> None:
    """``trefoil serve`` in this process, whose modules are there already."""
    os.environ |= {"TREFOIL_INSTANCE": str(folder), "TREFOIL_DATABASE": url}
    with (folder / f"server-{port}.log").open("w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        main(["serve", "--port", str(port)])


def _press(cycle_id: int, person_id: int) -> int:
    cycle, person = db.session.get(Cycle, cycle_id), db.session.get(Person, person_id)
    action = "resume" if cycle.held else "hold"
    done = cycles.fire(cycle_id, action, person, cycle.seq, {"reason": "Каникулы"})
    db.session.remove()
    return done.seq
