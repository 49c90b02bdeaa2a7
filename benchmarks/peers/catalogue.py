"""The peers by name: where each is driven, in which environment, and on which databases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """``path`` is (module, class). ``slower`` divides the number of cycles of the slow ones."""

    path: tuple[str, str]
    environment: str = "main"
    postgres: bool = True
    slower: int = 1


PEERS = {
    "SQLAlchemy Core alone": Entry(("alchemy", "Core")),
    "SQLAlchemy ORM alone": Entry(("alchemy", "Orm")),
    "transitions, shared machine, Core": Entry(("alchemy", "MachineCore")),
    "transitions, shared machine, ORM": Entry(("alchemy", "MachineShared")),
    "transitions, a machine per object, ORM": Entry(("alchemy", "MachineEach")),
    "python-statemachine, ORM": Entry(("statemachine_", "PythonStatemachine")),
    "SpiffWorkflow": Entry(("spiff", "Spiff"), slower=2),
    "burr": Entry(("burr_", "Burr"), postgres=False),
    "dbos, steps": Entry(("dbos_", "Steps"), slower=4),
    "dbos, events": Entry(("dbos_", "Events"), slower=4),
    "Django ORM alone": Entry(("django_", "Orm"), "django"),
    "django-fsm with log": Entry(("django_", "Fsm"), "django"),
    "viewflow.fsm": Entry(("django_", "ViewflowFsm"), "django"),
    "viewflow.workflow": Entry(("django_", "ViewflowFlow"), "django", slower=4),
}
