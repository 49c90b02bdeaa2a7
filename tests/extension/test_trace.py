"""Calls of hooks in words, and on stderr when the environment asks for them."""

from __future__ import annotations

import types
from typing import Any

import pytest
from click.testing import CliRunner

from engine.api import hookimpl
from engine.core.machine import machine_for
from engine.extension import trace
from engine.extension.door import Call
from engine.extension.hookspecs import Attempt
from engine.extension.loader import Source
from engine.extension.registry import Registry
from engine.testing import World
from plugins.lesson_study import lesson_study


def registry(*listeners: Any, **hooks: Any) -> Registry:
    """A registry of one plugin with these hooks."""

    @hookimpl
    def plc_group_type() -> Any:
        return lesson_study(key="reading", title="Чтение", purpose="Читаем", version="1")

    module = types.SimpleNamespace(plc_group_type=plc_group_type, **hooks)
    return Registry([Source("reading", "tests", lambda: module)], listeners)


def attempt(found: Registry) -> Attempt:
    world = World(found.types["reading"])
    return Attempt(machine_for(world.definition).explain(world.view())[0].action, world.view(2))


def test_who_listens_hears_of_the_load_and_of_every_call() -> None:
    @hookimpl
    def plc_before(attempt: Attempt) -> list[Any]:
        raise LookupError("нет ответа")

    heard: list[Call] = []
    found = registry(heard.append, plc_before=plc_before)
    found.objections("reading", attempt(found))
    first, *rules, last = heard
    assert (first.plugin, first.hook, last.plugin, last.hook) == ("reading", "plc_group_type", "reading", "plc_before")
    assert {c.hook for c in rules} == {
        "rule lesson_study.rules",
        "rule complete.passport",
        "rule lesson_study.schedule",
    }
    assert trace.told(first) == "GroupType reading"
    assert trace.asked(rules[0]) == "setup:1 by 1" and trace.told(rules[0]).startswith("Refusal(text=")
    assert trace.asked(last) == "Attempt(action=Action approve_schedule, view=setup:1 by 2)"
    assert trace.told(last) == "LookupError: нет ответа"
    assert "in plc_before" in last.trace and last.seconds > 0
    shown = trace.own_frames(f"plc_before: нет ответа\n{last.trace}")
    assert shown.splitlines()[0] == "plc_before: нет ответа"
    assert "test_trace.py" in shown.splitlines()[2] and "pluggy" not in shown and "door.py" not in shown
    assert shown.endswith("LookupError: нет ответа\n")


def test_a_hook_the_plugin_has_not_is_not_called() -> None:
    heard: list[Call] = []
    found = registry(heard.append)
    assert found.objections("reading", attempt(found)) == []
    assert "plc_before" not in {c.hook for c in heard}


def test_any_command_tells_its_calls_on_stderr(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from webui.cli import main

    monkeypatch.setenv("TREFOIL_INSTANCE", str(tmp_path))
    monkeypatch.delenv("TREFOIL_TRACE_PLUGINS", raising=False)
    assert CliRunner().invoke(main, ["types", "list"]).stderr == ""
    monkeypatch.setenv("TREFOIL_TRACE_PLUGINS", "1")
    told = CliRunner().invoke(main, ["types", "list"])
    assert "formative\t" in told.stdout and "trefoil: " not in told.stdout
    assert "trefoil: formative plc_group_type() → GroupType formative [" in told.stderr


@pytest.mark.parametrize("text", ["", "Только слова", "Traceback (most recent call last):\nKeyError: 1\n"])
def test_what_has_no_frame_of_a_plugin_stays_whole(text: str) -> None:
    assert trace.own_frames(text) == text
