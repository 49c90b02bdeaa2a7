"""Cycles of Django: a plain one and one of django-fsm."""

from __future__ import annotations

from typing import Any

from django.db import models
from django_fsm import ConcurrentTransitionMixin, FSMField, transition
from django_fsm_log.decorators import fsm_log_by, fsm_log_description

from benchmarks import steps


class PlainCycle(models.Model):
    state = models.CharField(max_length=20, default="forming")
    round = models.IntegerField(default=1)
    version = models.IntegerField(default=0)
    data = models.JSONField(default=steps.data)

    class Meta:
        app_label = "djapp"


class History(models.Model):
    cycle = models.ForeignKey(PlainCycle, on_delete=models.CASCADE)
    actor = models.CharField(max_length=50)
    event = models.CharField(max_length=30)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField()

    class Meta:
        app_label = "djapp"


def _method(action: str) -> Any:
    """A transition with its conditions and permission, logged by django-fsm-log."""
    source, target, *_ = steps.WAYS[action]

    def method(self: Any, by: Any = None, description: Any = None) -> None:
        self.round += action == "next_round"

    method.__name__ = action  # the log stores it
    return fsm_log_by(
        fsm_log_description(
            transition(
                field="state",
                source=source,
                target=target,
                conditions=[
                    lambda cycle: steps.has_document(cycle.data, action),
                    lambda cycle: steps.in_time(cycle.round, action),
                ],
                permission=lambda cycle, user: steps.has_role(cycle.data, action, user.username),
            )(method)
        )
    )


class FsmCycle(ConcurrentTransitionMixin, models.Model):
    state = FSMField(default="forming")
    round = models.IntegerField(default=1)
    data = models.JSONField(default=steps.data)

    form_triad, plan = _method("form_triad"), _method("plan")
    conduct, survey = _method("conduct"), _method("survey")
    next_round, finish_rounds = _method("next_round"), _method("finish_rounds")
    find_deficits, decide = _method("find_deficits"), _method("decide")

    class Meta:
        app_label = "djapp"
