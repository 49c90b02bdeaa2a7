"""Exports: asked for, made once, fetched by whoever asked; left behind, failed, over."""

from __future__ import annotations

import threading
import zipfile
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import current_app

from engine.services import plans
from engine.services.demo.school import Cast
from engine.services.errors import NotFound
from engine.services.host import host, now
from engine.services.papers import archive, catalogue, jobs
from engine.services.papers.archives import ARCHIVES
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.outbox import Job
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.services.roads import road


@dataclass
class Asked:
    """A cycle that has just begun, one of its triad, a colleague of the triad, and its leader."""

    cycle: Cycle
    me: Person
    colleague: Person
    leader: Person


@pytest.fixture
def asked(school: Cast) -> Asked:
    return _asked(school, "planning")


def _asked(school: Cast, stage: str) -> Asked:
    cycle, team = road(school, stage)
    leader = cycle.triad.group.leader
    members = [p for p in team if p.id != leader.id]
    return Asked(cycle, members[0], members[1], leader)


def _ask(asked: Asked, who: Person | None = None) -> Job:
    return jobs.ask(who or asked.me, "cycle", {"cycle": str(asked.cycle.id)}, "ru")


def test_a_cycle_becomes_one_archive(school: Cast) -> None:
    asked = _asked(school, "closed")
    woken: list[int] = []
    host().wake = woken.append
    job = _ask(asked)
    assert woken == [job.id] and (job.state, job.done) == ("waiting", 0) and job.total > 20
    with pytest.raises(NotFound):
        jobs.read(asked.me, job.id)
    assert jobs.run(job.id)
    job, path = jobs.read(asked.me, job.id)
    assert (job.state, job.done) == ("done", job.total) and job.file_name.endswith(".zip")
    with path.open() as content, zipfile.ZipFile(content) as bundle:
        names = bundle.namelist()
        assert bundle.testzip() is None
    assert len(names) == len({n.lower() for n in names})
    for wanted in ("Пакет материалов", "Урок 1/План", "Урок 3/", "Весь цикл/Решение", "Весь цикл/Результаты по урокам"):
        assert any(n.startswith(wanted) for n in names), (wanted, names)
    assert any(n.endswith(".xlsx") for n in names)


def test_only_the_asker_sees_an_export_and_its_file(school: Cast, asked: Asked) -> None:
    job = _ask(asked)
    jobs.run(job.id)
    for other in (asked.colleague, asked.leader, school.people["Журналова"]):
        for verb in (jobs.one, jobs.read, jobs.forget):
            with pytest.raises(NotFound):
                verb(other, job.id)
    assert [j.id for j in jobs.mine(asked.me)] == [job.id]
    assert jobs.mine(asked.colleague) == []


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("cycle", {}),
        ("cycle", {"cycle": "нет"}),
        ("cycle", {"cycle": "-1"}),
        ("cycle", {"cycle": "999999"}),
        ("", {}),
        ("year", {"year": "0"}),
    ],
)
def test_what_is_not_there_cannot_be_asked_for(school: Cast, kind: str, given: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        jobs.ask(school.people["Указкина"], kind, given, "ru")
    assert db.session.query(Job).count() == 0


def test_a_foreign_cycle_cannot_be_asked_for(school: Cast, asked: Asked) -> None:
    with pytest.raises(NotFound):
        _ask(asked, school.people["Мольбертов"])


def test_the_same_export_is_not_begun_twice(asked: Asked) -> None:
    first = _ask(asked)
    assert _ask(asked).id == first.id
    jobs.run(first.id)
    assert _ask(asked).id != first.id


def test_two_workers_make_one_archive(asked: Asked) -> None:
    job_id = _ask(asked).id
    app = current_app._get_current_object()
    told: list[bool] = []
    start = threading.Barrier(2)

    def work() -> None:
        with app.app_context():
            start.wait()
            told.append(jobs.run(job_id))
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(told) == [False, True]


def test_what_a_dead_worker_left_behind_is_taken_up(asked: Asked) -> None:
    job = _ask(asked)
    with unit_of_work():
        db.session.get(Job, job.id).state = "running"
    assert jobs.run_waiting() == 0, "somebody may still be at it"
    host().clock.set(now() + jobs.ABANDONED + timedelta(seconds=1))
    assert jobs.run_waiting() == 1
    assert jobs.one(asked.me, job.id).state == "done"


def test_a_failure_is_told_and_leaves_no_file(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {p for p in host().uploads.rglob("*") if p.is_file()}
    job = _ask(asked)

    def broken(*_given: object) -> tuple[str, list[archive.Part]]:
        return "x", [("", lambda: (_ for _ in ()).throw(OSError("диск полон")))]

    monkeypatch.setitem(ARCHIVES, "cycle", archive.Archive(archive.CYCLE.title, ("cycle",), broken))
    with pytest.raises(OSError, match="диск"):
        jobs.run(job.id)
    found = jobs.one(asked.me, job.id)
    assert found.state == "failed" and "Попробуйте ещё раз" in found.error and "диск" not in found.error
    assert {p for p in host().uploads.rglob("*") if p.is_file()} == before


def test_a_right_lost_meanwhile_closes_the_export(asked: Asked) -> None:
    job = _ask(asked)
    with unit_of_work():
        asked.me.active = False
    assert not jobs.run(job.id)
    assert db.session.get(Job, job.id).state == "failed"


def test_an_export_is_thrown_away_with_its_file(asked: Asked) -> None:
    person = asked.me
    job = _ask(asked)
    jobs.run(job.id)
    _job, path = jobs.read(person, job.id)
    jobs.forget(person, job.id)
    assert not path.exists() and jobs.mine(person) == []
    job = _ask(asked)
    jobs.run(job.id)
    _job, path = jobs.read(person, job.id)
    assert (jobs.run_waiting(), jobs.sweep()) == (0, 0)
    host().clock.set(now() + jobs.KEPT + timedelta(minutes=1))
    assert (jobs.run_waiting(), jobs.sweep()) == (0, 1)
    assert not path.exists()


def test_everybody_s_archive_holds_what_they_may_read(asked: Asked) -> None:
    """A route is its owner's and the leader's; a colleague's archive has none of it."""
    plans.save(asked.me, asked.cycle.id, "route", 0, {"goal": "Дать время на доработку"}, [{"text": "Проба на уроке"}])

    def names(who: Person) -> set[str]:
        _what, parts = archive.CYCLE.parts(who, {"cycle": asked.cycle.id}, "ru")
        return {f"{part[0]}/{found.name}" for part in parts if (found := archive.made(part))}

    plain = asked.me.short_name.rstrip(".").replace("\xa0", " ")  # in names of files a space is a space
    route = f"Весь цикл/ИОМ, {plain}.docx"
    assert route in names(asked.me) and route in names(asked.leader)
    assert route not in names(asked.colleague)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("ПОС «4К»", "ПОС 4К"),
        ("../../x", ".. .. x"),
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j"),
        ("\u202eтскет\n", "тскет"),
        ("", "document"),
        ("я" * 500, "я" * 120),
    ],
)
def test_names_of_files(given: str, made: str) -> None:
    assert catalogue.file_name(given).lstrip(". ") == made.lstrip(". ")
