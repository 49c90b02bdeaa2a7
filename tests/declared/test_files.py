"""A type told in a file: it loads like any other, keeps the contract, and every mistake is told with its line."""

from __future__ import annotations

import ast
import re
import types
from pathlib import Path

import pytest

from engine.extension.declared import FileType, Unreadable, define, read, write
from engine.extension.declared.files import LARGEST
from engine.extension.loader import Source, files, load
from engine.testing import GroupTypeContract, World, assert_refuses, walk
from plugins.lesson_study import lesson_study

HERE = Path(__file__).parent
READING = (HERE / "reading.toml").read_text(encoding="utf-8")
PEERS = (HERE / "peers.toml").read_text(encoding="utf-8")


class TestReading(GroupTypeContract):
    plugin = FileType(READING)


class TestPeers(GroupTypeContract):
    plugin = FileType(PEERS)


def test_it_is_what_the_same_in_python_would_be() -> None:
    made = define(READING)
    again = lesson_study("reading", made.title, made.purpose, "1", icon="book", techniques=made.techniques)
    assert [s.key for s in made.process.stages] == [s.key for s in again.process.stages]
    assert made.indicators.keys() == {"rd1"}
    assert made.form("plan").find("text_kind") is not None
    world = walk(made, to="planning")
    world.write("plan", {"text_kind": ""})
    assert_refuses(world, "approve_plan", "reading.filled.plan.text_kind.1")
    (reason,) = [r for v in world.verdicts(1) for r in v.refusals if r.code.startswith("reading.")]
    assert (reason.text, reason.roles, reason.link.key) == (  # type: ignore[union-attr]
        "Отметьте в плане, какой текст читают",
        ("triad_member",),
        "plan",
    )


def test_a_process_of_its_own() -> None:
    made = define(PEERS)
    assert (made.team, made.process.rounds, made.process.loop) == (2, 2, ("aim", "meeting"))
    world = World(made)
    assert_refuses(world, "meet", "peers.confirmed_by_each.goal.triad_member")
    assert walk(made).round == 2


@pytest.mark.parametrize("text", [READING, PEERS], ids=["reading", "peers"])
def test_written_and_read_again_it_is_the_same(text: str) -> None:
    found, _ = read(text)
    again = write(found)
    assert define(again).fingerprint == define(text).fingerprint
    assert write(read(again)[0]) == again


# -- mistakes ---------------------------------------------------------------------------------------------------------

ALTERNATIVES = PEERS[PEERS.index("  [[rule.of]]") : PEERS.index("[[criterion]]")]
TWIN = '[[technique]]\nkey = "marks"\ntitle = "Т"\n\n'
#: What is done to which file: (text, instead of what, what), and the code of the mistake.
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "no TOML": (READING, "[[rule]]", "[[rule]", "not_toml"),
    "a key twice": (READING, 'version = "1"', 'version = "1"\nversion = "2"', "not_toml"),
    "an unknown key": (READING, 'code = "СЧ1"', 'code = "СЧ1"\ncolor = "red"', "unknown_key"),
    "an unknown table": (READING, "[[technique]]", "[[techniques]]", "unknown_key"),
    "a key missing": (READING, 'code = "СЧ1"', "", "missing_key"),
    "an empty title": (READING, 'title = "Понимание"', 'title = " "', "empty"),
    "a number for a text": (READING, 'title = "Понимание"', "title = 5", "wrong_kind"),
    "a text for a number": (READING, "at_least = 2", 'at_least = "2"', "wrong_kind"),
    "a day for a text": (READING, 'title = "Понимание"', "title = 2026-09-01", "wrong_kind"),
    "true for a number": (READING, "at_least = 2", "at_least = true", "wrong_kind"),
    "not a number": (READING, "at_least = 2", "at_least = nan", "out_of_bounds"),
    "a table for a list": (READING, "[[technique]]", "[technique]", "wrong_kind"),
    "three levels": (READING, '"С подсказкой", ', "", "wrong_count"),
    "a key of other letters": (READING, 'key = "marks"', 'key = "Пометки"', "bad_key"),
    "a sign of control": (READING, 'title = "Понимание"', 'title = "По\\u0007нимание"', "bad_sign"),
    "a text that turns about": (READING, 'title = "Понимание"', 'title = "По\\u202Eнимание"', "bad_sign"),
    "a text without end": (READING, 'title = "Понимание"', f'title = "{"о" * 301}"', "too_long"),
    "a colour that is code": (READING, 'icon = "book"', 'colour = "red;}"', "bad_key"),
    "an unknown kind of field": (READING, 'kind = "choice"', 'kind = "choise"', "unknown_word"),
    "an unknown kind of rule": (READING, 'kind = "filled"', 'kind = "python"', "unknown_word"),
    "an unknown measure": (READING, 'measure = "growth"', 'measure = "mean"', "unknown_word"),
    "no kind of rule": (READING, 'kind = "filled"\n', "", "missing_key"),
    "an unknown base": (READING, 'base = "lesson_study"', 'base = "lesson"', "unknown_base"),
    "neither base nor process": (READING, 'base = "lesson_study"\n', "", "base_or_process"),
    "both base and process": (PEERS, "team = 2", 'team = 2\nbase = "lesson_study"', "base_or_process"),
    "an unknown action": (READING, 'action = "approve_plan"', 'action = "approve"', "unknown_action"),
    "an unknown form": (READING, 'form = "plan"\nfield', 'form = "plans"\nfield', "unknown_form"),
    "an unknown field": (READING, 'field = "text_kind"', 'field = "text_kid"', "unknown_field"),
    "an unknown form to extend": (READING, 'form = "plan"\nbefore', 'form = "plans"\nbefore', "unknown_form"),
    "an unknown section": (READING, 'before = "course"', 'before = "curse"', "unknown_section"),
    "an unknown stage": (PEERS, 'stages = ["aim"]', 'stages = ["goal"]', "unknown_stage"),
    "an unknown role": (PEERS, 'roles = ["triad_member"]\nconfirm', 'roles = ["director"]\nconfirm', "unknown_role"),
    "an unknown role of a rule": (READING, 'field = "text_kind"', 'field = "text_kind"\nroles = ["x"]', "unknown_role"),
    "an unknown indicator": (READING, 'indicator = "rd1"', 'indicator = "rd2"', "unknown_indicator"),
    "two thresholds": (READING, "at_least = 2", "at_least = 2\nat_most = 3", "one_threshold"),
    "no threshold": (READING, "at_least = 2\n", "", "one_threshold"),
    "a place that is code": (PEERS, "Ждём: {who}", "Ждём: {who.__class__}", "unknown_place"),
    "a place with a width": (PEERS, "Ждём: {who}", "Ждём: {who:>999999999}", "unknown_place"),
    "an open brace": (READING, "Отметьте в плане", "Отметьте { в плане", "unknown_place"),
    "complete of own sheets": (
        READING,
        'kind = "filled"\nform = "plan"\nfield = "text_kind"',
        'kind = "complete"\nform = "observation"',
        "own_form",
    ),
    "agreed by who is not asked": (PEERS, 'confirm = ["triad_member"]\n', "", "nobody_confirms"),
    "a source nobody offers": (READING, 'kind = "choice"', 'kind = "choice"\nsource = "web"', "unknown_source"),
    "a rule of nothing": (PEERS, ALTERNATIVES, "of = []\n", "wrong_count"),
    "translations that do not fit": (PEERS, '["Meeting 1", "Meeting 2"]', '["Meeting"]', "wrong_count"),
    "a translation of nothing": (READING, 'version = "1"', 'short_en = "R"\nversion = "1"', "missing_key"),
    "a technique twice": (READING, "[[technique]]", f"{TWIN}[[technique]]", "duplicate_key"),
    "stages without end": (PEERS, "final = true", "", "no_final"),
    "one meaning, two names": (
        READING,
        "[[criterion]]",
        '[[rule]]\naction = "lesson_done"\nkind = "filled"\nform = "plan"\nfield = "text_kind"\ntitle = "Иначе"\n'
        'text = "Иначе"\n\n[[criterion]]',
        "rule_conflict",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_a_way_to_mend_it(name: str) -> None:
    text, old, new, code = MISTAKES[name]
    assert text.count(old) >= 1, "the file does not hold what is to be broken"
    broken = text.replace(old, new, 1)
    with pytest.raises(Unreadable) as told:
        define(broken)
    mistake = next((m for m in told.value.mistakes if m.code == code), None)
    assert mistake is not None, told.value.mistakes
    assert str(mistake.fix) and str(mistake.text) and getattr(mistake.text, "en", mistake.text)
    start = text[: text.index(old)].count("\n") + 1
    around = range(start - 14, start + max(old.count("\n"), new.count("\n")) + 4)
    if code not in ("base_or_process", "no_final", "nobody_confirms"):
        assert mistake.line in around and f"строка {mistake.line}" in mistake.place


def test_every_mistake_is_told_at_once() -> None:
    broken = READING.replace('code = "СЧ1"\n', "").replace("at_least = 2\n", 'at_least = "2"\n').replace("icon", "ikon")
    with pytest.raises(Unreadable) as told:
        define(broken)
    assert [m.code for m in told.value.mistakes] == ["unknown_key", "missing_key", "wrong_kind"]
    assert "ошибок: 3" in str(told.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * (LARGEST + 1), "not_toml"),
        ("a = " + "[" * 20_000 + "]" * 20_000, "not_toml"),
        ("a" + ".a" * 20_000 + " = 1", "not_toml"),
        ("a = " + "{ a = " * 5_000 + "1" + " }" * 5_000, "not_toml"),
        ("", "missing_key"),
        ("key = '\ud800'", "bad_key"),
        ("\ufeff" + "key = 1", "wrong_kind"),
        ("key = 'x'\x00", "not_toml"),
    ],
    ids=["1 MB", "brackets", "dots", "braces", "empty", "surrogate", "mark of order", "null"],
)
def test_nonsense_is_refused_in_words(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as told:
        define(text)
    assert code in {m.code for m in told.value.mistakes}


def test_weird_letters_are_kept() -> None:
    odd = 'Смысл 👩‍🏫 naïve ≤ 中文 «ёлки» \\"цитата\\" {{скобки}} č'
    made = define(READING.replace('title = "Понимание"', f'title = "{odd}"'))
    assert made.observed[0][1].title == odd.replace('\\"', '"')


# -- loading ----------------------------------------------------------------------------------------------------------


def test_files_of_a_folder_are_plugins(tmp_path: Path) -> None:
    (tmp_path / "peers.toml").write_text(PEERS, encoding="utf-8")
    (tmp_path / "broken.toml").write_text(READING.replace("[[rule]]", "[[rule]"), encoding="utf-8")
    broken, peers = (load(source) for source in files(tmp_path))
    assert peers.group_type is not None and (peers.name, peers.origin) == ("peers", "peers.toml")
    assert broken.quarantined and "ошибок: 1" in broken.reason
    assert "строка 33" in broken.detail and broken.findings[0].line == 33  # type: ignore[attr-defined]


def test_a_module_may_be_nothing_but_its_file() -> None:
    from engine.api import declared

    module = types.ModuleType("reading")
    module.plc_group_type = declared(HERE / "reading.toml")  # type: ignore[attr-defined]
    loaded = load(Source("reading", "tests", lambda: module))
    assert loaded.group_type is not None and loaded.group_type.fingerprint == define(READING).fingerprint


def test_nothing_of_a_file_is_ever_run() -> None:
    """The reader has no way to code: no eval, exec, compile, import by name, attribute set by a text."""
    folder = Path(__file__).parents[2] / "engine" / "extension" / "declared"
    banned = {"eval", "exec", "compile", "__import__", "import_module", "globals", "locals", "vars", "setattr", "open"}
    found = [
        f"{path.name}:{node.lineno}: {name}"
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for name in [getattr(node.func, "id", getattr(node.func, "attr", ""))]
        if name in banned and not (name == "compile" and getattr(getattr(node.func, "value", None), "id", "") == "re")
    ]
    assert found == []
    imported = {
        module
        for path in folder.glob("*.py")
        for module in re.findall(r"^(?:from|import) ([\w.]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert not {m for m in imported if m.split(".")[0] in ("importlib", "subprocess", "os", "sys", "pickle", "flask")}
