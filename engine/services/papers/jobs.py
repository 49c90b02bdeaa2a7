"""Exports longer than a page may wait: asked for, made by a worker step by step, fetched by whoever asked.

The table of jobs is the queue: whoever works takes a waiting row under a lock, so two workers never make one archive.
A message queue only wakes the worker sooner. What a worker left behind when it died is taken up again.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import and_, or_, select

from engine.core.text import Text, localise
from engine.services import files
from engine.services.errors import NotFound, ServiceError
from engine.services.host import host, now
from engine.services.papers.archive import Part, made
from engine.services.papers.archives import ARCHIVES
from engine.services.papers.catalogue import file_name
from engine.services.storage import Kept
from engine.store.database import db
from engine.store.outbox import Job
from engine.store.people import Person
from engine.store.unit import lock, unit_of_work

MEDIA_TYPE = "application/zip"
#: A running job that has not moved for so long was left behind; a file is kept for so many days.
ABANDONED, KEPT = timedelta(minutes=10), timedelta(days=7)
#: What names an archive and is no number.
TEXTS = frozenset({"type"})
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NONE = ("Такой выгрузки нет", "There is no such export")
FAILED = Text("Не получилось собрать архив. Попробуйте ещё раз", en="The archive could not be made. Try again")


def ask(person: Person, kind: str, given: Mapping[str, str], language: str) -> Job:
    """Ask for an archive. The same one that still waits or is being made is not begun twice.

    Raises NotFound for an unknown kind and for what is not open to the person.
    """
    archive = ARCHIVES.get(kind)
    values = {name: given.get(name, "") for name in archive.names} if archive else {}
    if archive is None or not all(_names(name, value) for name, value in values.items()):
        raise NotFound(*_NONE)
    named = {name: value if name in TEXTS else int(value) for name, value in values.items()}
    what, parts = archive.parts(person, named, language)
    args = {**named, "language": language}
    with unit_of_work():
        lock(Person, person.id)
        open_ = select(Job).where(Job.person_id == person.id, Job.kind == kind, Job.state.in_(("waiting", "running")))
        job = next((j for j in db.session.scalars(open_) if j.args == args), None)
        if job is None:
            title = localise(archive.title.fill({"what": what}), language)[:200]
            job = Job(school_id=person.school_id, person_id=person.id, kind=kind, title=title, args=args)
            job.state, job.done, job.total, job.created_at, job.moved_at = "waiting", 0, len(parts), now(), now()
            db.session.add(job)
            db.session.flush()
        job_id = job.id
    host().wake(job_id)
    return job


def _names(name: str, value: str) -> bool:
    """Whether a value may name something: a key, or a number that a table can hold."""
    return bool(_KEY.fullmatch(value)) if name in TEXTS else value.isascii() and value.isdecimal() and len(value) < 10


def run(job_id: int) -> bool:
    """Make the archive of a waiting job, unless somebody else has taken it. Returns whether it was made here."""
    with unit_of_work():
        job: Job | None = lock(Job, job_id)
        if job is None or not _takeable(job):
            return False
        job.state, job.done, job.moved_at = "running", 0, now()
        kind, args, person_id, title = job.kind, dict(job.args), job.person_id, job.title
    language = str(args.pop("language", "ru"))
    try:
        person = db.session.get(Person, person_id)
        if person is None or not person.active:
            raise NotFound(*_NONE)
        _what, parts = ARCHIVES[kind].parts(person, args, language)
        with TemporaryFile(dir=host().instance) as content:
            _write(job_id, parts, content)
            content.seek(0)
            stored_as = files.keep(content)
        try:
            _finish(job_id, f"{file_name(title)}.zip", stored_as)
        except BaseException:
            files.discard(stored_as)
            raise
    except Exception as error:
        _fail(job_id, error, language)
        if not isinstance(error, ServiceError):
            raise
        return False
    return True


def _takeable(job: Job) -> bool:
    return job.state == "waiting" or (job.state == "running" and job.moved_at < now() - ABANDONED)


def _write(job_id: int, parts: list[Part], content: IO[bytes]) -> None:
    taken: set[str] = set()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bundle:
        for n, part in enumerate(parts, 1):
            found = made(part)
            if found is not None:
                bundle.writestr(_place(f"{part[0]}/{found.name}".lstrip("/"), taken), found.content)
            with unit_of_work():
                job = lock(Job, job_id)
                if job is None:
                    raise NotFound(*_NONE)  # its owner has thrown it away meanwhile
                job.done, job.total, job.moved_at = n, len(parts), now()


def _place(name: str, taken: set[str]) -> str:
    """A name of its own in the archive, whatever the case of letters."""
    plain, n = name, 1
    while name.lower() in taken:
        n += 1
        stem, dot, ending = plain.rpartition(".")
        name = f"{stem} ({n}){dot}{ending}"
    taken.add(name.lower())
    return name


def _finish(job_id: int, name: str, stored_as: str) -> None:
    with unit_of_work():
        job = lock(Job, job_id)
        if job is None:
            raise NotFound(*_NONE)
        job.state, job.file_name, job.media_type, job.stored_as = "done", name, MEDIA_TYPE, stored_as
        job.finished_at = job.moved_at = now()


def _fail(job_id: int, error: Exception, language: str) -> None:
    told = localise(error.text if isinstance(error, ServiceError) else FAILED, language)
    with unit_of_work():
        job = lock(Job, job_id)
        if job is not None:
            job.state, job.error, job.finished_at = "failed", told[:300], now()


def run_waiting() -> int:
    """Make every archive that waits or was left behind. Returns how many were made."""
    left = and_(Job.state == "running", Job.moved_at < now() - ABANDONED)
    waiting = list(db.session.scalars(select(Job.id).where(or_(Job.state == "waiting", left)).order_by(Job.id)))
    return sum(run(job_id) for job_id in waiting)


def sweep() -> int:
    """Throw exports away whose time is over, with their files. Returns how many."""
    old = list(db.session.scalars(select(Job.id).where(Job.created_at < now() - KEPT)))
    for job_id in old:
        _remove(job_id)
    return len(old)


def mine(person: Person) -> list[Job]:
    """One's own exports, newest first."""
    return list(db.session.scalars(select(Job).where(Job.person_id == person.id).order_by(Job.id.desc()).limit(50)))


def one(person: Person, job_id: int) -> Job:
    """One's own export; NotFound for anybody else's."""
    job = db.session.get(Job, job_id)
    if job is None or job.person_id != person.id:
        raise NotFound(*_NONE)
    return job


def read(person: Person, job_id: int) -> tuple[Job, Kept]:
    """A finished export with its file; NotFound while there is none."""
    job = one(person, job_id)
    path = files.place(job.stored_as) if job.stored_as else None
    if job.state != "done" or path is None or not path.exists():
        raise NotFound(*_NONE)
    return job, path


def forget(person: Person, job_id: int) -> None:
    """Throw one's own export away with its file."""
    _remove(one(person, job_id).id)


def _remove(job_id: int) -> None:
    with unit_of_work():
        job = lock(Job, job_id)
        if job is None:
            return
        stored_as = job.stored_as
        db.session.delete(job)
    if stored_as:
        files.discard(stored_as)
