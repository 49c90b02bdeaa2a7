"""Loading: whatever is wrong with one plugin ends in its quarantine with a reason, and the others work."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

import plugins.formative
from engine.api import CycleView, Person
from engine.core.lint import Finding
from engine.core.rules import Refusal
from engine.core.text import localise
from engine.extension.door import Door
from engine.extension.hookspecs import Attempt, Change, Notify
from engine.extension.loader import API_VERSION, Plugin, Source, entry_points, files, load
from engine.extension.registry import Registry
from tests.extension.pieces import NOUN, VERBS, plugin, registry

SOUND = NOUN + VERBS


def noun(made: str) -> str:
    return plugin("broken", f"@hookimpl\ndef plc_group_type():\n    return {made}\n")


ILL = "Field('a', 'В', 'choice', options=[Option('x', 'X')])"  # a list, where only a tuple can be kept apart
SHEET = f"Form('sheet', 'Л', (Section('s', 'С', ({ILL},)),), roles=('observer',))"
WALL = "(START, END, Stage('wall', 'Стена')), (FINISH, Action('go', 'Иду', ('start',), 'wall', ('observer',)))"
LOST = "(Criterion('c', 'К', 'К', (Test(Entries('lost', 'a'), 1),)),)"
ADDS = "@hookimpl\ndef plc_contribute(group_type):\n    return None\n"
WRONG_VERB = SOUND.replace("plc_after", "plc_afterwards")
#: What is wrong, the plugin, and what the reason or the detail must name.
FAULTS: dict[str, tuple[str | bytes, str]] = {
    "bad syntax": ("def plc_group_type(:\n", "SyntaxError"),
    "not text": (b"\xff\xfe\x00\x01", "SyntaxError|ValueError|Unicode"),
    "an import of nothing": ("import no_such_library\n", "no_such_library"),
    "a name the door does not have": ("from engine.api import Nothing\n", "Nothing"),
    "raises at import": (plugin("broken", "raise RuntimeError('сеть недоступна')\n"), "сеть недоступна"),
    "raises without words": (plugin("broken", "raise LookupError\n"), "LookupError$"),
    "leaves at import": (plugin("broken", "raise SystemExit(3)\n"), "SystemExit: 3"),
    "endless recursion at import": ("def f():\n    f()\nf()\n", "RecursionError"),
    "the noun raises": (noun("1 / 0"), "ZeroDivisionError"),
    "the noun leaves": (noun("exit(1)"), "SystemExit"),
    "the noun returns a dict": (noun("{'key': 'broken'}"), "GroupType.*dict"),
    "the noun returns the class": (noun("GroupType"), "GroupType.*type"),
    "the noun returns nothing": (noun("None"), "plc_group_type"),
    "a misspelt noun": (plugin("broken", NOUN.replace("group", "grup")), "plc_grup_type"),
    "a misspelt verb beside a right noun": (plugin("broken", WRONG_VERB), "plc_afterwards"),
    "a misspelt verb without the marker": (plugin("broken", NOUN + "def plc_befor(attempt): ..."), "plc_befor"),
    "a noun without the marker": (plugin("broken", NOUN.replace("@hookimpl", "")), "plc_group_type.*@hookimpl"),
    "a verb without the marker": (plugin("broken", NOUN + VERBS.replace("@hookimpl", "", 1)), "plc_before.*@hookimpl"),
    "a verb that asks for what it is not given": (plugin("broken", SOUND.replace("(attempt)", "(session)")), "session"),
    "verbs that nobody would ask": (plugin("broken", ADDS + VERBS), "plc_before, plc_after.*только у типа"),
    "no hook at all": (plugin("broken", ""), "plc_group_type"),
    "an empty file": ("", "plc_group_type"),
    "a range that is none": (noun("made(api='any')"), "any"),
    "a range of the past": (noun("made(api='<1')"), f"<1.*{API_VERSION}"),
    "a range of the future": (noun("made(api='>=2')"), f">=2.*{API_VERSION}"),
    "a definition without a process": (noun("made(process=None)"), "wrong_type.*type.process.*Process"),
    "a value that is no data": (noun("made(title=object())"), "object"),
    "a form that cannot become a page": (noun(f"made(forms=({SHEET},))"), "unhashable|list"),
    "a stage twice": (noun("made(stages=(START, END, START))"), "duplicate_key"),
    "a stage nobody reaches": (noun("made(stages=(START, Stage('island', 'О', final=True), END))"), "unreachable"),
    "a stage nobody leaves": (noun(f"made('broken', {WALL})"), "dead_end"),
    "a criterion over a form that is not there": (noun(f"made(criteria={LOST})"), "unknown_form"),
    "a role that nobody can have": (noun("made(forms=(Form('sheet', 'Л', (), roles=('director',)),))"), "unknown_role"),
    "a feed the host does not have": (
        noun("made(process=Process((START, END), (FINISH,), 'start', feeds=('a',)))"),
        "feed",
    ),
}


def works(plugin: Plugin | None) -> bool:
    """Whether a plugin answers with its noun and both verbs."""
    assert plugin is not None and plugin.group_type is not None, plugin
    action, view = plugin.group_type.process.actions[0], CycleView("start", actor=Person(1, "А."))
    objections = Door().ask(plugin, "plc_before", Refusal, attempt=Attempt(action, view))
    effects = Door().ask(plugin, "plc_after", Notify, change=Change(action, view, "end", 1))
    return [r.text for r in objections] == ["Рано"] and [e.text for e in effects] == ["Теперь end"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_plugin_is_quarantined_with_a_reason_and_touches_nobody(
    fault: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text, named = FAULTS[fault]
    with caplog.at_level(logging.WARNING):
        found = registry(tmp_path, a_first=plugin("first", SOUND), broken=text, z_last=plugin("last", SOUND))
    assert list(found.types) == ["first", "last"]
    assert works(found.plugin("first")) and works(found.plugin("last"))
    broken = found.plugins[1]
    assert (broken.name, broken.origin, broken.quarantined, broken.manager) == ("broken", "broken.py", True, None)
    assert re.search("[А-Яа-я]{4}", broken.reason)
    assert not re.search("[А-Яа-я]{4}", localise(broken.reason, "en").replace("сеть недоступна", ""))
    assert re.search(named, broken.reason + "\n" + broken.detail, re.MULTILINE)
    assert [r.getMessage() for r in caplog.records] == [f"plugin broken (broken.py) is quarantined: {broken.reason}"]


def test_a_type_whose_key_is_taken_is_quarantined_and_the_first_stays(tmp_path: Path) -> None:
    found = registry(tmp_path, one=plugin("same", SOUND), two=plugin("same"), three=plugin("third", SOUND))
    one, three, two = found.plugins
    assert list(found.types) == ["same", "third"]
    assert works(found.plugin("same")) and works(three) and found.plugin("same") is one
    assert two.quarantined and two.reason == "Ключ «same» уже занят плагином «one» (one.py)"


def test_a_key_is_free_again_when_its_plugin_is_broken(tmp_path: Path) -> None:
    found = registry(tmp_path, one=plugin("same", "raise OSError"), two=plugin("same", SOUND))
    assert works(found.plugin("same"))


def test_a_noun_that_returned_nothing_is_not_said_to_be_missing(tmp_path: Path) -> None:
    (broken,) = registry(tmp_path, broken=noun("None")).plugins
    assert "нет функции" not in broken.reason


def test_a_traceback_and_the_findings_are_kept_for_the_author(tmp_path: Path) -> None:
    raising, linted = registry(tmp_path, a=noun("1 / 0"), b=noun("made(stages=(START, END, START))")).plugins
    assert "Traceback" in raising.detail and "a.py" in raising.detail and raising.findings == ()
    (finding,) = linted.findings
    assert isinstance(finding, Finding) and linted.detail == str(finding)


def test_a_plugin_in_quarantine_is_asked_nothing(tmp_path: Path) -> None:
    found = registry(tmp_path, one=plugin("one", SOUND))
    loaded = found.plugins[0]
    assert loaded.group_type is not None and works(loaded)
    attempt = Attempt(loaded.group_type.process.actions[0], CycleView("start"))
    change = Change(attempt.action, attempt.view, "end", 1)
    assert loaded.quarantine("Надо", "подробно") is loaded
    door = Door()
    assert door.ask(loaded, "plc_before", Refusal, attempt=attempt) == []
    assert door.ask(loaded, "plc_after", Notify, change=change) == []
    assert loaded.detail == "подробно"


def test_a_plugin_needs_one_function_alone(tmp_path: Path) -> None:
    (loaded,) = registry(tmp_path, one=plugin("one")).plugins
    assert loaded.group_type is not None and (loaded.reason, loaded.detail) == ("", "")
    attempt = Attempt(loaded.group_type.process.actions[0], CycleView("start"))
    assert Door().ask(loaded, "plc_before", Refusal, attempt=attempt) == []


@pytest.mark.parametrize("api", [">=1,<2", "==1.0", "", "~=1.0", "!=2"])
def test_a_range_that_fits_is_taken(api: str, tmp_path: Path) -> None:
    (loaded,) = registry(tmp_path, one=noun(f"made(api={api!r})")).plugins
    assert not loaded.quarantined, loaded.reason


# -- where plugins come from ------------------------------------------------------------------------------------------


def test_files_are_found_in_order_and_nothing_else_is(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "notes.txt", "c.pyc", ".hidden"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert [(s.name, s.origin) for s in files(tmp_path)] == [("a", "a.py"), ("b", "b.py")]
    assert list(files(tmp_path / "nowhere")) == []


def test_a_folder_called_like_a_plugin_is_quarantined(tmp_path: Path) -> None:
    (tmp_path / "broken.py").mkdir()
    found = registry(tmp_path, healthy=plugin("healthy", SOUND))
    assert [p.quarantined for p in found.plugins] == [True, False]


def test_each_file_is_a_module_of_its_own(tmp_path: Path) -> None:
    code = "WHO = __name__\n" + NOUN.replace("made()", "made(title=WHO)")
    texts = {name: plugin(name, code) for name in ("a", "b")}
    found = registry(tmp_path, **texts)
    assert [t.title for t in found.types.values()] == ["trefoil_plugin_a", "trefoil_plugin_b"]


def test_a_plugin_may_be_any_object_that_is_loaded() -> None:
    loaded = load(Source("mine", "tests", lambda: plugins.formative))
    assert loaded.group_type is not None and loaded.group_type.key == "formative"


def test_a_source_that_cannot_load_is_quarantined() -> None:
    def gone() -> object:
        raise ModuleNotFoundError("No module named 'gone'")

    assert load(Source("gone", "?", gone)).reason == "Плагин не загрузился: ModuleNotFoundError: No module named 'gone'"


def test_entry_points_are_loaded_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "reading-2.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: reading\nVersion: 2.5\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[trefoil.group_types]\nreading = trefoil_plugin_reading\na_gone = no_such_module\n"
        "z_gone = trefoil_plugin_reading:nothing\n",
        encoding="utf-8",
    )
    (tmp_path / "trefoil_plugin_reading.py").write_text(plugin("reading", SOUND), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = Registry(entry_points())
    assert set(found.types) == {"formative", "fourk", "lab", "project", "sel", "reading"}
    assert works(found.plugin("reading"))
    places = {p.name: p.origin for p in found.plugins}
    assert places["reading"] == "reading 2.5" and places["sel"].startswith("trefoil-plc ")
    assert [p.name for p in found.plugins] == sorted(places)
    assert {p.name for p in found.plugins if p.quarantined} == {"a_gone", "z_gone"}
