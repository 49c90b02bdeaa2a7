"""The peers by name: where each is driven, in which environment, and on which databases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """``path`` is (module, class). ``slower`` divides the number of cycles of the slow ones. ``engine``: it decides
    which moves there are; without one there is a table of the process and nothing else."""

    path: tuple[str, str]
    environment: str = "main"
    postgres: bool = True
    slower: int = 1
    engine: bool = True


PEERS = {
    "SQLAlchemy Core alone": Entry(("alchemy", "Core"), engine=False),
    "SQLAlchemy ORM alone": Entry(("alchemy", "Orm"), engine=False),
    "transitions, shared machine, Core": Entry(("alchemy", "MachineCore")),
    "transitions, shared machine, ORM": Entry(("alchemy", "MachineShared")),
    "transitions, a machine per object, ORM": Entry(("alchemy", "MachineEach")),
    "python-statemachine, ORM": Entry(("statemachine_", "PythonStatemachine")),
    "SpiffWorkflow": Entry(("spiff", "Spiff"), slower=2),
    "burr": Entry(("burr_", "Burr"), postgres=False),
    "dbos, steps": Entry(("dbos_", "Steps"), slower=4),
    "dbos, events": Entry(("dbos_", "Events"), slower=4),
    "Django ORM alone": Entry(("django_", "Orm"), "django", engine=False),
    "django-fsm with log": Entry(("django_", "Fsm"), "django"),
    "viewflow.fsm": Entry(("django_", "ViewflowFsm"), "django"),
    "viewflow.workflow": Entry(("django_", "ViewflowFlow"), "django", slower=4),
}
