"""A cycle of viewflow.fsm over the plain model, and a process of viewflow.workflow."""

from __future__ import annotations

from typing import Any

from viewflow import fsm, this
from viewflow.workflow import flow
from viewflow.workflow.models import Process

from benchmarks import steps
from benchmarks.peers.djapp.models import History


def _options(action: str) -> dict[str, Any]:
    source, target, *_ = steps.WAYS[action]
    return {
        "source": source,
        "target": target,
        "conditions": [
            lambda f: steps.has_document(f.cycle.data, action),
            lambda f: steps.in_time(f.cycle.round, action),
        ],
        "permission": lambda f, user: steps.has_role(f.cycle.data, action, user.username),
    }


class LessonFsm:
    state = fsm.State(steps.STAGES, default="forming")

    def __init__(self, cycle: Any) -> None:
        self.cycle = cycle

    @state.getter()
    def _get(self) -> Any:
        return self.cycle.state

    @state.setter()
    def _set(self, value: Any) -> None:
        self.cycle.state = value

    @state.on_success()
    def _done(self, descriptor: Any, source: str, target: str, by: Any = None, note: str = "") -> None:
        self.cycle.save()
        told = {"actor": by.username, "event": descriptor._func.__name__, "source": source, "target": target}
        History.objects.create(cycle=self.cycle, note=note, **told)

    @state.transition(**_options("form_triad"))
    def form_triad(self, by: Any = None, note: str = "") -> None: ...

    @state.transition(**_options("plan"))
    def plan(self, by: Any = None, note: str = "") -> None: ...

    @state.transition(**_options("conduct"))
    def conduct(self, by: Any = None, note: str = "") -> None: ...

    @state.transition(**_options("survey"))
    def survey(self, by: Any = None, note: str = "") -> None: ...

    @state.transition(**_options("next_round"))
    def next_round(self, by: Any = None, note: str = "") -> None:
        self.cycle.round += 1

    @state.transition(**_options("finish_rounds"))
    def finish_rounds(self, by: Any = None, note: str = "") -> None: ...

    @state.transition(**_options("find_deficits"))
    def find_deficits(self, by: Any = None, note: str = "") -> None: ...

    @state.transition(**_options("decide"))
    def decide(self, by: Any = None, note: str = "") -> None: ...


class LessonProcess(Process):
    """Round, people and documents live in the process's own JSON column ``data``."""

    class Meta:
        proxy = True
        app_label = "djapp"


class LessonFlow(flow.Flow):
    process_class = LessonProcess

    start = flow.StartHandle(this.begin).Next(this.forming)
    forming = flow.Handle(this.act).Next(this.planning)
    planning = flow.Handle(this.act).Next(this.conducting)
    conducting = flow.Handle(this.act).Next(this.surveying)
    surveying = flow.Handle(this.act).Next(this.discussing)
    discussing = flow.Handle(this.act).Next(this.more)
    more = flow.If(lambda activation: activation.process.data["again"]).Then(this.planning).Else(this.submitted)
    submitted = flow.Handle(this.act).Next(this.deficits)
    deficits = flow.Handle(this.act).Next(this.decided)
    decided = flow.End()

    def begin(self, activation: Any, data: dict[str, Any]) -> None:
        activation.process.data = data

    def act(self, activation: Any, event: str, by: Any, note: str) -> None:
        data = activation.process.data
        stage = activation.flow_task.name
        if steps.WAYS[event][0] != stage or not steps.allowed(data, data["round"], event, by.username):
            raise steps.Refused(event)
        data["round"] += event == "next_round"
        data["again"] = event == "next_round"
        activation.process.save()
        activation.task.owner = by
        activation.task.data = {"event": event, "note": note}
