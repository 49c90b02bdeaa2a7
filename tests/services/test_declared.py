"""Own types of a school: drafts that lose nothing, published versions that every process sees, apart by school."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.core.rules import Link
from engine.extension.declared import define
from engine.extension.loader import files
from engine.extension.registry import Registry
from engine.services import cycles, triads
from engine.services import types as service
from engine.services.declared import drafts
from engine.services.declared.keys import free_key
from engine.services.declared.starts import STARTS, text_for
from engine.services.definitions import definition_of, installed, offered, up_to_date
from engine.services.demo.driver import write
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Invalid, NotFound
from engine.services.host import host
from engine.store.database import db
from engine.store.declared import DeclaredType
from engine.store.groups import Group, Membership, Triad
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.installation import running
from tests.services.roads import stranger

OWN = text_for("own", "pairs", "Пары", "Учимся вместе")
LESSONS = text_for("lesson_study", "reading", "Чтение", "Читаем")


@pytest.fixture
def admin(school: Cast) -> Person:
    return school.people["Журналова"]


def published(admin: Person, text: str = OWN) -> DeclaredType:
    row = drafts.begin(admin, text)
    drafts.publish(admin, row.id, row.edition)
    return row


def changed(admin: Person, row: DeclaredType, old: str, new: str) -> DeclaredType:
    assert old in row.text
    return drafts.save(admin, row.id, row.text.replace(old, new, 1), row.edition)


@pytest.mark.parametrize("start", STARTS)
def test_a_start_is_sound(start: str) -> None:
    made = define(text_for(start, "mine", 'Моё «"название"»', "Цель\nв две строки"))
    assert made.key == "mine" and made.title == 'Моё «"название"»'


def test_what_is_published_is_a_type_of_the_school(admin: Person) -> None:
    row = published(admin)
    assert installed("pairs") is not None
    (card,) = [c for c in service.cards(admin) if c.key == "pairs"]
    assert (card.state, card.reason, card.definition.version) == ("", "", "1")  # type: ignore[union-attr]
    service.switch(admin, "pairs", "enabled")
    assert offered(admin.school_id, "pairs") is not None
    assert drafts.lines(admin)[0].title == "Пары" and not drafts.lines(admin)[0].changed
    assert row.key == "pairs"


def test_a_cycle_runs_to_its_end(admin: Person, school: Cast) -> None:
    published(admin)
    service.switch(admin, "pairs", "enabled")
    with unit_of_work():
        group = Group(school_id=admin.school_id, type_key="pairs", title="Пары")
        triad = Triad(title="Пары-1", group=group)
        free = [p for p in school.people.values() if p.school_id == admin.school_id][:3]
        for old in db.session.query(Membership).filter(Membership.person_id.in_([p.id for p in free])):
            db.session.delete(old)
        db.session.flush()
        since = host().clock.now().date()
        triad.memberships = [Membership(person_id=p.id, seat=n, since=since) for n, p in enumerate(free, 1)]
        db.session.add_all([group, triad])
    cycle = triads.start(free[0], triad.id)
    closed = {r.text: r.link for v in cycles.explain(cycle, free[0]) for r in v.refusals}
    assert closed["Запишите цель"] == Link("form", "aim", 0)  # there are no rounds
    for form, action in (("aim", "start"), ("result", "finish")):
        write(free[0], cycle, form, {"text": "готово"})
        cycles.fire(cycle.id, action, free[0], cycle.seq)
    assert (cycle.stage, cycle.closed_at is not None) == ("done", True)


def test_a_running_cycle_keeps_the_rules_of_its_version(admin: Person, school: Cast) -> None:
    row = published(admin, LESSONS)
    service.switch(admin, "reading", "enabled")
    triad = school.triads["ПД-1"]
    with unit_of_work():
        triad.group.type_key = "reading"
    cycle = triads.start(school.team("ПД-1")[0], triad.id)
    row = changed(
        admin, row, 'kind = "filled"\nform = "plan"\nfield = "own_focus"', 'kind = "complete"\nform = "passport"'
    )
    drafts.publish(admin, row.id, row.edition, raise_version=True)
    assert installed("reading").version == "2"  # type: ignore[union-attr]
    rule = definition_of(cycle).rules["reading.filled.plan.own_focus.1"]
    with unit_of_work():
        cycle.stage = "planning"
    refusals = {r.code: r.text for v in cycles.explain(cycle, school.team("ПД-1")[0]) for r in v.refusals}
    assert refusals[rule.key] == "Запишите в плане, что именно пробуете на этом уроке"


def test_a_changed_text_needs_a_new_version_which_is_offered(admin: Person) -> None:
    row = changed(admin, published(admin), "Договорились", "Условились")
    assert drafts.check(row).stale
    with pytest.raises(Invalid, match="новая версия"):
        drafts.publish(admin, row.id, row.edition)
    made = drafts.publish(admin, row.id, row.edition, raise_version=True)
    assert (made.version, 'version = "2"' in made.text, made.text.count("version")) == ("2", True, 1)
    assert [v.version for v in drafts.versions(row)] == ["2", "1"]
    with pytest.raises(Invalid, match="уже опубликована"):
        drafts.publish(admin, row.id, row.edition)


def test_a_comment_alone_is_no_new_content(admin: Person) -> None:
    row = changed(admin, published(admin), "# Этапы", "# Все этапы")
    assert not drafts.check(row).stale


def test_the_file_gives_the_same_type_elsewhere(admin: Person, tmp_path: Path) -> None:
    row = published(admin, LESSONS)
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / drafts.file_name(row)).write_text(row.text, encoding="utf-8")
    elsewhere = Registry(files(folder)).types["reading"]
    assert elsewhere.fingerprint == installed("reading").fingerprint  # type: ignore[union-attr]


def test_a_broken_text_is_kept_and_never_published(admin: Person) -> None:
    row = drafts.begin(admin, OWN)
    row = drafts.save(admin, row.id, "key = [", row.edition)
    assert row.text == "key = [" and row.key == "pairs"
    assert drafts.check(row).mistakes[0].line == 1
    with pytest.raises(Invalid, match="исправьте"):
        drafts.publish(admin, row.id, row.edition)
    assert installed("pairs") is None


def test_two_administrators_at_once_lose_nothing(admin: Person) -> None:
    row = drafts.begin(admin, OWN)
    seen = row.edition
    drafts.save(admin, row.id, row.text + "\n# первый", seen)
    with pytest.raises(Conflict):
        drafts.save(admin, row.id, OWN + "\n# второй", seen)
    assert drafts.draft(admin, row.id).text.endswith("# первый")
    with pytest.raises(Conflict):
        drafts.publish(admin, row.id, seen)


def test_the_same_text_saved_twice_is_no_conflict(admin: Person) -> None:
    row = drafts.begin(admin, OWN)
    first = drafts.save(admin, row.id, OWN + "\n", row.edition).edition
    assert drafts.save(admin, row.id, OWN + "\n", 1).edition == first


@pytest.mark.parametrize("key", ["lab", "sel", "video_consent"])
def test_a_key_that_is_taken_is_refused(admin: Person, key: str) -> None:
    with pytest.raises(Invalid) as told:
        drafts.begin(admin, OWN.replace('key = "pairs"', f'key = "{key}"', 1))
    assert "key" in told.value.errors


def test_the_key_of_a_published_type_stays(admin: Person) -> None:
    row = changed(admin, published(admin), 'key = "pairs"', 'key = "other"')
    (mistake,) = drafts.check(row).mistakes
    assert (mistake.code, mistake.line, row.key) == ("key_taken", 1, "pairs")
    with pytest.raises(Invalid):
        drafts.publish(admin, row.id, row.edition)
    fresh = drafts.begin(admin, OWN.replace('key = "pairs"', 'key = "fresh"', 1))
    assert changed(admin, fresh, 'key = "fresh"', 'key = "fresher"').key == "fresher"


def test_only_what_was_never_published_can_be_removed(admin: Person) -> None:
    row = drafts.begin(admin, LESSONS)
    drafts.remove(admin, row.id)
    assert drafts.lines(admin) == []
    with pytest.raises(Invalid):
        drafts.remove(admin, published(admin).id)


def test_another_school_neither_sees_nor_takes_it(admin: Person) -> None:
    row = published(admin)
    service.switch(admin, "pairs", "enabled")
    other = stranger()
    assert drafts.lines(other) == [] and "pairs" not in {c.key for c in service.cards(other)}
    for verb in (drafts.draft, drafts.remove):
        with pytest.raises(NotFound):
            verb(other, row.id)
    with pytest.raises(NotFound):
        drafts.publish(other, row.id, row.edition)
    with pytest.raises(Invalid):
        service.switch(other, "pairs", "enabled")
    assert offered(other.school_id, "pairs") is None
    with pytest.raises(Invalid):
        drafts.begin(other, OWN)
    assert drafts.suggested("Pairs") == "pairs_2"


def test_what_a_school_writes_costs_no_plugin_anything(admin: Person) -> None:
    """An own type whose form is called like that of a contribution: it gets no contribution, others keep theirs."""
    clash = '\n[[form]]\nkey = "filming"\ntitle = "С"\nstages = ["planning"]\nroles = ["triad_member"]\n'
    clash += '[[form.section]]\nkey = "s"\ntitle = "С"\nfield = []\n'
    published(admin, LESSONS + clash)
    registry = host().registry
    assert registry.plugin("video_consent") is not None and "video_consent" in registry.contributions["sel"]
    assert "video_consent" not in registry.contributions.get("reading", {})


def test_a_contribution_joins_an_own_type_of_lessons(admin: Person) -> None:
    published(admin, LESSONS)
    service.switch(admin, "reading", "enabled")
    service.switch(admin, "video_consent", "enabled")
    assert [a.key for a in offered(admin.school_id, "reading").additions] == ["video_consent"]  # type: ignore[union-attr]


SEE = """
import sys
from pathlib import Path
from engine.services.definitions import installed, up_to_date
from engine.store.database import db
from tests.installation import running

with running(Path(sys.argv[1]), sys.argv[2]):
    for line in sys.stdin:
        up_to_date()
        found = installed("pairs")
        print(found.version if found else "-", flush=True)
        db.session.remove()  # as at the end of a request
"""


def address() -> str:
    """Where another process finds the same database."""
    return db.engine.url.render_as_string(hide_password=False) if db.engine.dialect.name == "postgresql" else ""


def test_another_process_sees_it_at_its_next_request(admin: Person) -> None:
    command = [sys.executable, "-c", SEE, str(host().instance), address()]
    root = Path(__file__).resolve().parents[2]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=root, env={"PYTHONPATH": str(root), "PATH": ""}, **pipes) as other:  # type: ignore[call-overload]

        def seen() -> str:
            other.stdin.write("look\n")
            other.stdin.flush()
            return str(other.stdout.readline().strip())

        assert seen() == "-"
        row = published(admin)
        assert seen() == "1"
        row = changed(admin, row, "Договорились", "Условились")
        assert seen() == "1"
        drafts.publish(admin, row.id, row.edition, raise_version=True)
        assert seen() == "2"
        other.stdin.close()


def test_a_new_process_has_them_from_the_start(admin: Person) -> None:
    published(admin)
    with running(host().instance, address()):
        up_to_date()
        assert installed("pairs") is not None


def test_a_base_that_is_gone_leaves_a_reason(admin: Person) -> None:
    """The row of an installation that had another base: the type is in quarantine, its cycles stay readable."""
    row = published(admin)
    with unit_of_work():
        broken = LESSONS.replace('base = "lesson_study"', 'base = "gone"').replace('"reading"', '"pairs"', 1)
        db.session.add(
            DeclaredType(school_id=admin.school_id, key="pairs", version="9", text=broken, state="published", at=row.at)
        )
    up_to_date()
    assert installed("pairs") is None and "ошибок" in drafts.state_of(row)
    (card,) = [c for c in service.cards(admin) if c.key == "pairs"]
    assert "основы" in card.detail


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Смысловое чтение", "smyslovoe_chtenie"),
        ("4К!", "type_4k"),
        ("Ёжик, 2-й класс", "ezhik_2_y_klass"),
        ("…", "type"),
    ],
)
def test_a_title_gives_a_key(title: str, key: str) -> None:
    assert free_key(title, lambda k: False) == key
    assert free_key(title, lambda k: k == key) == f"{key}_2"
