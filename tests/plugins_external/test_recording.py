"""`trefoil types record`: a finished cycle as a test of its type, without anybody's words."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.api import GroupType, refuse, rule
from engine.services import cycles, groups
from engine.services.demo import lessons
from engine.services.demo.driver import agree, press, write
from engine.services.errors import Invalid, NotFound
from engine.services.recording import record
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Submission
from engine.store.people import Person
from tests.installation import Database, cast, running
from tests.plugins_external.school import MODULES, ROADS, carried, install, members_of, team
from webui.cli import main


@pytest.fixture(scope="module")
def founded(founded_on: Callable[[str], Database]) -> Database:
    return founded_on("sqlite")


@pytest.fixture(scope="module", params=sorted(ROADS))
def recorded(request: pytest.FixtureRequest, founded: Database, tmp_path_factory: pytest.TempPathFactory):
    """The key of a type, a cycle of it, the test it became, and every word that was typed or named in the school."""
    with founded.copy(tmp_path_factory.mktemp("one") / "instance") as (folder, url), running(folder, url):
        cycle = carried(cast(), request.param)
        typed = "\n".join(map(repr, db.session.scalars(db.select(Submission.values))))
        names = {p.last_name for p in db.session.scalars(db.select(Person))}
        yield request.param, cycle, record(cycle.id), typed, names


def played(text: str, definition: GroupType | None = None) -> None:
    """Run the test of a recording, on another definition if one is given."""
    scope: dict[str, object] = {}
    exec(compile(text, "recorded", "exec"), scope)
    test = next(value for name, value in scope.items() if name.startswith("test_"))
    if definition is not None:
        module = next(name for name in scope if name.startswith("trefoil_"))
        scope[module] = type("Changed", (), {"plc_group_type": staticmethod(lambda: definition)})
    test()


def test_it_passes_on_the_version_it_was_recorded_from(recorded) -> None:
    key, cycle, text, _typed, _names = recorded
    played(text)
    assert f"import trefoil_{key}" in text and f'to="{cycle.stage}"' in text
    assert text.count("run.press(") == sum(e != "open" for e in _pressed(cycle))


def _pressed(cycle: Cycle) -> list[str]:
    from engine.services import journal

    return [e.action for e, _who in journal.entries(cycle) if e.action not in ("accept_rules", "transfer")]


def test_it_holds_no_names_and_no_words(recorded) -> None:
    _key, _cycle, text, typed, names = recorded
    assert not [name for name in names if name in text]
    said = set(re.findall(r"'([^']{12,})'", typed))
    assert said and not [words for words in said if " " in words and words in text]


def test_it_reads_like_a_test_somebody_wrote(recorded) -> None:
    _key, _cycle, text, _typed, _names = recorded
    ast.parse(text)
    assert max(map(len, text.splitlines())) <= 120
    assert re.search(r'^    run\.press\("\w+", by="[A-H]", to="\w+"', text, re.M)
    assert str(Path.cwd()) not in text and "Примерн" not in text


def _changed(definition: GroupType, what: str) -> GroupType:
    process = definition.process
    step = next(a for a in process.actions if a.kind == "main" and a.next_round)
    if what == "an action is gone":
        rest = tuple(a for a in process.actions if a.key != step.key)
        return dataclasses.replace(definition, process=dataclasses.replace(process, actions=rest))
    if what == "it leads elsewhere":
        last = process.stages[-1].key
        return dataclasses.replace(definition, process=process.changing(step.key, target=last, next_round=False))
    if what == "another role presses":
        return dataclasses.replace(definition, process=process.changing(step.key, roles=("psychologist",)))

    @rule("changed.more", "Ещё одно условие", en="One more")
    def more(view):
        return None if view.values("extra") else refuse("Нужно ещё", roles=step.roles)

    return dataclasses.replace(definition, process=process.guarded(step.key, more))


@pytest.mark.parametrize("what", ["an action is gone", "it leads elsewhere", "another role presses", "one more rule"])
def test_it_fails_on_a_changed_definition(recorded, what: str) -> None:
    key, _cycle, text, _typed, _names = recorded
    with pytest.raises(AssertionError, match="«"):
        played(text, _changed(MODULES[key].plc_group_type(), what))


def test_a_replaced_member_keeps_the_letter(founded: Database, tmp_path: Path) -> None:
    with founded.copy(tmp_path / "instance") as (folder, url), running(folder, url):
        school = cast()
        install("coaching")
        pair = team(school, "coaching", ("Мелков", "Доскина"))
        first, second = (m.person for m in pair.memberships)
        cycle = cycles.open_cycle(pair, first)
        write(first, cycle, "contract")
        agree([first, second], cycle, "contract")
        press(first, cycle, "agree")
        lessons.later()
        groups.seat(school.people["Журналова"], pair.id, 2, school.people["Скрепкина"].id)
        press(school.people["Скрепкина"], cycle, "pause", reason="знакомимся")
        lessons.later(3)
        press(first, cycle, "go_on")
        press(first, cycle, "stop", reason="не сошлись")
        text = record(cycle.id)
    assert 'run.replace("B", "C")' in text
    assert 'run.press("pause", by="C", to="request", held=True, given={\'reason\': ' in text
    assert "run.on(1)" in text and "run.on(4)" in text and "знакомимся" not in text
    played(text)


def test_only_a_finished_cycle_is_recorded(founded: Database, tmp_path: Path) -> None:
    with founded.copy(tmp_path / "instance") as (folder, url), running(folder, url):
        install("coaching")
        cycle = next(ROADS["coaching"](cast()))
        with pytest.raises(Invalid, match="завершённый"):
            record(cycle.id)
        with pytest.raises(NotFound):
            record(999)
        press(members_of(cycle)[0], cycle, "stop", reason="заболели")
        assert "import elsewhere" in record(cycle.id, "elsewhere")
        cycle.sheets_cleared_at = cycle.closed_at
        with pytest.raises(Invalid, match="уничтожены"):
            record(cycle.id)


def test_the_command_prints_the_test(founded: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with founded.copy(tmp_path / "instance") as (folder, url), running(folder, url):
        cycle = _finished_formative()
        number = cycle.id
    monkeypatch.setenv("TREFOIL_INSTANCE", str(folder))
    told = CliRunner().invoke(main, ["types", "record", str(number)])
    assert told.exit_code == 0, told.output
    assert "import plugins.fourk" in told.output
    played(told.output)
    refused = CliRunner().invoke(main, ["types", "record", "999"])
    assert refused.exit_code == 1 and "Такого цикла нет" in refused.output


def _finished_formative() -> Cycle:
    school = cast()
    pair = school.triads["4К-1"]
    cycle = cycles.open_cycle(pair, school.team("4К-1")[0])
    press(school.team("4К-1")[0], cycle, "end_early", reason="Класс на карантине")
    return cycle
