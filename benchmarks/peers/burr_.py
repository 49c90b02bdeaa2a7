"""Apache Burr: an application for each cycle, one appended row a step, which is state and history at once (SQLite)."""

from __future__ import annotations

import json
from typing import Any

from burr.core import ApplicationBuilder, State, action, when
from burr.core.persistence import SQLitePersister

from benchmarks import steps
from benchmarks.peers.base import Peer, note, whole_way
from benchmarks.timing import safe


def _step(source: str) -> Any:
    @action(reads=["round", "data"], writes=["round", "event", "actor", "note", "reached"])
    def step(state: State, event: str, actor: str, note: str) -> State:
        if steps.WAYS[event][0] != source or not steps.allowed(state["data"], state["round"], event, actor):
            raise steps.Refused(event)
        round_ = state["round"] + (event == "next_round")
        return state.update(round=round_, event=event, actor=actor, note=note, reached=steps.WAYS[event][1])

    return step


@action(reads=[], writes=[])
def decided(state: State) -> State:
    return state


_ACTIONS = {stage: _step(stage) for stage in steps.STAGES[:-1]} | {"decided": decided}
_FLOW = [
    ("forming", "planning"),
    ("planning", "conducting"),
    ("conducting", "surveying"),
    ("surveying", "discussing"),
    ("discussing", "planning", when(event="next_round")),
    ("discussing", "submitted"),
    ("submitted", "deficits"),
    ("deficits", "decided"),
]


class Burr(Peer):
    def open(self) -> None:
        self.kept = SQLitePersister.from_values(self.place, table_name="burr_state")
        self.kept.initialize()
        safe(self.kept.connection)
        self.made = 0

    def create(self, count: int) -> list[str]:
        self.made += count
        return [f"c{n}" for n in range(self.made - count, self.made)]

    def fire(self, cycle: str, step: int, action: str, who: str) -> None:
        application = (
            ApplicationBuilder()
            .with_actions(**_ACTIONS)
            .with_transitions(*_FLOW)
            .with_identifiers(app_id=cycle)
            .initialize_from(
                self.kept,
                resume_at_next_action=True,
                default_entrypoint="forming",
                default_state={"round": 1, "data": steps.data()},
            )
            .with_state_persister(self.kept)
            .build()
        )
        application.step(inputs={"event": action, "actor": who, "note": note(step)})

    def check(self, ids: list[str]) -> None:
        for cycle in ids:
            rows = self.kept.connection.execute(
                "SELECT state FROM burr_state WHERE app_id=? ORDER BY sequence_id", (cycle,)
            ).fetchall()
            told = [json.loads(row[0]) for row in rows]
            assert [(t["event"], t["reached"], t["actor"]) for t in told if "event" in t] == whole_way(), cycle
