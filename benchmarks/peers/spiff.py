"""SpiffWorkflow: a BPMN process, the instance serialised to JSON at every step.

The specification is parsed once and kept out of the rows, as the project's own example application does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from benchmarks import steps
from benchmarks.peers.alchemy import Alchemy, H
from benchmarks.peers.base import CYCLES, note, now

_PROCESS = Path(__file__).with_name("lesson_study.bpmn")
W = sa.Table(
    CYCLES,
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text),
    sa.Column("round", sa.Integer),
    sa.Column("version", sa.Integer),
    sa.Column("data", sa.Text),
)


class Spiff(Alchemy):
    data_as_text = True

    def open(self) -> None:
        super().open()
        parser = BpmnParser()
        parser.add_bpmn_file(str(_PROCESS))
        self.spec = parser.get_spec("lesson_study")
        self.parts = parser.get_subprocess_specs("lesson_study")
        self.serializer = BpmnWorkflowSerializer()

    def dump(self, workflow: Any) -> str:
        """The instance without its specification."""
        told = self.serializer.to_dict(workflow)
        told.pop("spec", None)
        told.pop("subprocess_specs", None)
        return json.dumps(told)

    def load(self, stored: str) -> Any:
        """The instance of a row."""
        return self.serializer.from_dict(json.loads(stored) | {"spec": self.spec, "subprocess_specs": self.parts})

    def create(self, count: int) -> list[int]:
        workflow = BpmnWorkflow(self.spec, self.parts)
        workflow.data.update(steps.data())
        workflow.get_next_task(state=TaskState.READY).data["round"] = 0  # counted on entering a round
        workflow.do_engine_steps()
        row = {"state": "forming", "round": 0, "version": 0, "data": self.dump(workflow)}
        with self.engine.begin() as connection:
            return [connection.execute(sa.insert(W).returning(W.c.id), row).scalar_one() for _ in range(count)]

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        with self.engine.begin() as connection:
            version, stored = connection.execute(sa.select(W.c.version, W.c.data).where(W.c.id == cycle)).one()
            workflow = self.load(stored)
            task = workflow.get_next_task(state=TaskState.READY, manual=True)
            source = task.task_spec.name
            known, round_ = workflow.data, task.data["round"]
            if source != steps.WAYS[action][0] or not steps.allowed(known, round_, action, who):
                raise steps.Refused(action)
            task.run()
            workflow.do_engine_steps()
            if workflow.completed:
                target, after = "decided", workflow.last_task.data["round"]
            else:
                following = workflow.get_next_task(state=TaskState.READY, manual=True)
                target, after = following.task_spec.name, following.data["round"]
            changed = {"state": target, "round": after, "version": version + 1, "data": self.dump(workflow)}
            mine = (W.c.id == cycle, W.c.version == version)
            if connection.execute(sa.update(W).where(*mine).values(changed)).rowcount != 1:
                raise steps.Refused("stale")
            row = {"cycle_id": cycle, "actor": who, "event": action, "source": source, "target": target}
            connection.execute(sa.insert(H).inline(), row | {"at": now(), "note": note(step)})
