"""Django: its ORM alone, django-fsm with its log, viewflow.fsm and viewflow.workflow."""

from __future__ import annotations

import importlib
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from psycopg.conninfo import conninfo_to_dict

from benchmarks import steps
from benchmarks.peers.base import Peer, note, whole_way


class _NoMigrations:
    """Every table straight from the models."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


class Orm(Peer):
    applications: tuple[str, ...] = ("django_fsm", "django_fsm_log")
    cycles = "PlainCycle"

    def open(self) -> None:
        settings.configure(
            DATABASES={"default": self._database()},
            USE_TZ=True,
            SECRET_KEY="only for measuring",
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            MIGRATION_MODULES=_NoMigrations(),
            INSTALLED_APPS=[
                "django.contrib.contenttypes",
                "django.contrib.auth",
                *self.applications,
                "benchmarks.peers.djapp",
            ],
        )
        django.setup()
        call_command("migrate", run_syncdb=True, verbosity=0)
        from django.contrib.auth.models import User  # only after the set-up

        self.users = {name: User.objects.create(username=name) for name in steps.data()["triad"]}
        self.models = importlib.import_module("benchmarks.peers.djapp.models")
        self.model = getattr(self.models, self.cycles)

    def _database(self) -> dict[str, Any]:
        if not self.postgres:
            safe = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            options = {"transaction_mode": "IMMEDIATE", "init_command": safe}
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": self.place, "OPTIONS": options}
        known = conninfo_to_dict(self.place)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": known["dbname"],
            "USER": known["user"],
            "HOST": known["host"],
            "PORT": known["port"],
            "CONN_MAX_AGE": None,
        }

    def create(self, count: int) -> list[int]:
        with transaction.atomic():
            return [self.model.objects.create().pk for _ in range(count)]

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        with transaction.atomic():
            row = self.model.objects.get(pk=cycle)
            source, target, *_ = steps.WAYS[action]
            if row.state != source or not steps.allowed(row.data, row.round, action, who):
                raise steps.Refused(action)
            changed = {"state": target, "round": row.round + (action == "next_round"), "version": row.version + 1}
            if not self.model.objects.filter(pk=cycle, version=row.version).update(**changed):
                raise steps.Refused("stale")
            told = {"actor": who, "event": action, "source": source, "target": target}
            self.models.History.objects.create(cycle_id=cycle, note=note(step), **told)

    def journal(self, row: Any) -> list[tuple[str, str, str]]:
        """(action, stage reached, who), in order."""
        told = self.models.History.objects.filter(cycle_id=row.pk).order_by("pk")
        return list(told.values_list("event", "target", "actor"))

    def check(self, ids: list[int]) -> None:
        for cycle in ids:
            row = self.model.objects.get(pk=cycle)
            assert (row.state, row.round) == (steps.PATH[-1], steps.ROUNDS), cycle
            assert self.journal(row) == whole_way(), cycle


class Fsm(Orm):
    cycles = "FsmCycle"

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        from django_fsm import has_transition_perm

        user = self.users[who]
        with transaction.atomic():
            row = self.model.objects.get(pk=cycle)
            method = getattr(row, action)
            if not has_transition_perm(method, user):
                raise steps.Refused(action)
            method(by=user, description=note(step))
            row.save()

    def journal(self, row: Any) -> list[tuple[str, str, str]]:
        from django_fsm_log.models import StateLog

        told = StateLog.objects.for_(row).select_related("by").order_by("pk")
        return [(entry.transition, entry.state, entry.by.username) for entry in told]


class ViewflowFsm(Orm):
    applications = ("django_fsm", "django_fsm_log", "viewflow", "viewflow.workflow")

    def open(self) -> None:
        super().open()
        self.flows = importlib.import_module("benchmarks.peers.djapp.flows")

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        with transaction.atomic():
            flow = self.flows.LessonFsm(self.model.objects.select_for_update().get(pk=cycle))
            method = getattr(flow, action)
            if not method.has_perm(self.users[who]):
                raise steps.Refused(action)
            method(by=self.users[who], note=note(step))


class ViewflowFlow(ViewflowFsm):
    def create(self, count: int) -> list[int]:
        made = []
        with transaction.atomic():
            for _ in range(count):
                self.flows.LessonFlow.start.run(data={**steps.data(), "round": 1})
                made.append(self.flows.LessonProcess.objects.order_by("-pk").values_list("pk", flat=True)[0])
        return made

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        from viewflow.workflow import STATUS

        node = getattr(self.flows.LessonFlow, steps.WAYS[action][0])
        with transaction.atomic():
            task = self.flows.LessonFlow.task_class.objects.select_related("process").get(
                process_id=cycle, flow_task=node, status=STATUS.NEW
            )
            node.run(task, event=action, by=self.users[who], note=note(step))

    def check(self, ids: list[int]) -> None:
        for cycle in ids:
            process = self.flows.LessonProcess.objects.get(pk=cycle)
            assert (process.status, process.data["round"]) == ("DONE", steps.ROUNDS), cycle
            tasks = process.task_set.filter(flow_task_type="FUNCTION").select_related("owner").order_by("pk")
            assert [(task.data["event"], task.owner.username) for task in tasks] == list(steps.SCRIPT), cycle
