"""DBOS Transact: a workflow for each cycle; every transition is a transaction that commits the rows and the checkpoint.

``Steps`` lets the workflow make its fifteen transitions itself. ``Events`` waits for a person at each: ``send`` to the
workflow, ``get_event`` until it has committed.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from dbos import DBOS, SQLAlchemyDatasource
from sqlalchemy.orm import Session

from benchmarks import steps
from benchmarks.peers.alchemy import Alchemy, Cycle, History
from benchmarks.peers.base import note, now
from benchmarks.timing import safe


def _change(session: Session, cycle: int, action: str, who: str, words: str) -> None:
    row = session.get_one(Cycle, cycle)
    source, target, *_ = steps.WAYS[action]
    if row.state != source or not steps.allowed(row.data, row.round, action, who):
        raise steps.Refused(action)
    row.state = target
    row.round += action == "next_round"
    told = {"actor": who, "event": action, "source": source, "target": target}
    session.add(History(cycle_id=cycle, at=now(), note=words, **told))


class Steps(Alchemy):
    whole_cycles = True

    def open(self) -> None:
        self.make_tables()
        url = system = self.url()
        if self.postgres:
            system = self.place
        else:
            sa.event.listen(sa.engine.Engine, "connect", lambda connection, _: safe(connection))
            system = url.replace(".sqlite", "-system.sqlite")
        fast = {"notification_listener_polling_interval_sec": 0.005}
        DBOS(config={"name": "bench", "system_database_url": system, "log_level": "CRITICAL", **fast})
        rows = SQLAlchemyDatasource.create(url)
        self.engine = rows.engine

        @rows.transaction()
        def move(cycle: int, action: str, who: str, words: str) -> None:
            _change(rows.sql_session(), cycle, action, who, words)

        @DBOS.workflow()
        def alone(cycle: int) -> None:
            for step, (action, who) in enumerate(steps.SCRIPT):
                move(cycle, action, who, note(step))

        @DBOS.workflow()
        def with_people(cycle: int) -> None:
            done = 0
            while done < len(steps.SCRIPT):
                told = DBOS.recv("press", timeout_seconds=3600)
                try:
                    move(cycle, *told["what"])
                except Exception as error:
                    DBOS.set_event(told["reply"], f"refused: {error}")
                    continue
                done += 1
                DBOS.set_event(told["reply"], "done")

        self.alone, self.with_people = alone, with_people
        DBOS.launch()

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        if step == 0:
            self.alone(cycle)

    def refuses(self, cycle: Any) -> None:
        """Nobody presses here."""


class Events(Steps):
    whole_cycles = False

    def open(self) -> None:
        super().open()
        self.workflows: dict[int, tuple[str, int]] = {}

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        if cycle not in self.workflows:
            self.workflows[cycle] = (DBOS.start_workflow(self.with_people, cycle).workflow_id, 0)
        workflow, count = self.workflows[cycle]
        self.workflows[cycle] = (workflow, count + 1)
        DBOS.send(workflow, {"what": [action, who, note(step)], "reply": f"reply{count}"}, "press")
        reply = DBOS.get_event(workflow, f"reply{count}", timeout_seconds=30)
        if reply != "done":
            raise steps.Refused(reply)

    def refuses(self, cycle: int) -> None:
        super(Steps, self).refuses(cycle)
