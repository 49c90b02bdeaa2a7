"""Where files lie: one behaviour on the disk and in a bucket of a real S3 service (moto's server, over HTTP)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from engine.services import checkup, files, tick
from engine.services import storage as storage_
from engine.services.bank import materials
from engine.services.demo.school import Cast
from engine.services.errors import NotFound
from engine.services.host import host
from engine.services.papers import jobs
from engine.services.storage import Bucket, Disk, Storage, StorageDown, from_settings
from engine.store.bank import Material
from engine.store.database import db
from engine.store.documents import StoredFile
from engine.store.people import Person
from tests.services.roads import road
from tests.services.test_bank import GIVEN

KEY = {"key": "testing", "secret": "testing"}


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a running S3 service."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    name, port = server.get_host_and_port()
    yield f"http://{name}:{port}"
    server.stop()


@pytest.fixture
def bucket(service: str, request: pytest.FixtureRequest) -> Bucket:
    """A bucket of this test alone, half of it somebody else's."""
    name = "b" + str(abs(hash(request.node.nodeid)))
    client = boto3.client("s3", endpoint_url=service, region_name="us-east-1", **_login())
    client.create_bucket(Bucket=name)
    client.put_object(Bucket=name, Key="neighbours/" + "0" * 48, Body=b"theirs")
    return Bucket(name, endpoint=service, prefix="school/", **KEY)


def _login() -> dict[str, str]:
    return {"aws_access_key_id": KEY["key"], "aws_secret_access_key": KEY["secret"]}


@pytest.fixture(params=["disk", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "disk":
        return Disk(tmp_path / "files")
    made: Bucket = request.getfixturevalue("bucket")
    return made


def _draft(person: Person) -> Material:
    return materials.create(person, {**GIVEN, "title": "Приём"})


@pytest.fixture
def down() -> Bucket:
    """A bucket nobody answers for."""
    return Bucket("none", endpoint="http://127.0.0.1:9", **KEY)


def test_what_is_put_is_found_whole(storage: Storage) -> None:
    name, large = "ab" + "0" * 46, os.urandom(3 * 1024 * 1024)
    assert not storage.has(name)
    assert storage.open(name) is None
    assert list(storage.names()) == []
    storage.put(name, BytesIO(b"first"))
    storage.put(name, BytesIO(large))
    assert storage.has(name)
    with storage.open(name) or BytesIO() as content:
        assert content.read() == large
    ((found, since),) = storage.names()
    assert found == name and abs(time.time() - since.timestamp()) < 60
    storage.remove(name)
    storage.remove(name)
    assert not storage.has(name)


def test_a_write_that_breaks_leaves_nothing(storage: Storage) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the source broke")

    with pytest.raises((OSError, StorageDown)):
        storage.put("ab" + "1" * 46, Broken(b"x" * 100))
    assert list(storage.names()) == []


def test_more_than_one_page_of_names_is_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_, "PAGE", 2)
    names = {f"{n:048d}" for n in range(5)}
    for name in names:
        bucket.put(name, BytesIO())
    assert set(dict(bucket.names())) == names


def test_settings_choose(tmp_path: Path, service: str) -> None:
    assert isinstance(from_settings({}, tmp_path), Disk)
    found = from_settings(
        {"TREFOIL_S3_BUCKET": "x", "TREFOIL_S3_ENDPOINT": service, "TREFOIL_S3_PREFIX": "a/"}, tmp_path
    )
    assert isinstance(found, Bucket) and (found.bucket, found.prefix) == ("x", "a/")


def test_everything_a_school_keeps_lies_in_the_bucket(school: Cast, bucket: Bucket) -> None:
    """Uploads of cycles and of the bank, certificates, exports: put, read, taken away."""
    host().storage = bucket
    cycle, team = road(school, "planning")
    row = files.add(team[0], cycle.id, "работа.txt", "работа ученика".encode())
    assert files.read(team[1], row.id)[1].read_bytes().decode() == "работа ученика"
    draft = _draft(team[0])
    attached = materials.attach(team[0], draft.id, "план.txt", "план".encode())
    assert set(dict(bucket.names())) == {row.stored_as, attached.stored_as}
    materials.detach(team[0], draft.id, attached.id)
    job = jobs.ask(team[0], "cycle", {"cycle": str(cycle.id)}, "ru")
    assert jobs.run(job.id)
    _job, archive = jobs.read(team[0], job.id)
    assert archive.read_bytes()[:2] == b"PK"
    assert set(dict(bucket.names())) == {row.stored_as, archive.name}
    jobs.forget(team[0], job.id)
    assert set(dict(bucket.names())) == {row.stored_as}
    assert not [p for p in host().uploads.rglob("*") if p.is_file()]
    files.place(row.stored_as).unlink()
    with pytest.raises(NotFound, match="не найден"):
        files.read(team[0], row.id)


def test_a_storage_that_is_down_refuses_and_tears_nothing(school: Cast, bucket: Bucket, down: Bucket) -> None:
    host().storage = bucket
    cycle, team = road(school, "planning")
    row = files.add(team[0], cycle.id, "первый.txt", b"first")
    job = jobs.ask(team[0], "cycle", {"cycle": str(cycle.id)}, "ru")
    host().storage = down
    with pytest.raises(StorageDown):
        files.add(team[0], cycle.id, "второй.txt", b"second")
    with pytest.raises(StorageDown):
        files.read(team[0], row.id)
    assert not jobs.run(job.id)
    db.session.refresh(job)
    assert job.state == "failed" and "не отвечает" in job.error and not job.stored_as
    assert [line.text for line in checkup.run("x" * 32, debug=False) if "S3" in line.text and line.fault]
    host().storage = bucket
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1
    assert set(dict(bucket.names())) == {row.stored_as}
    assert not list(host().instance.glob("tmp*"))


def test_a_row_that_fails_takes_its_bytes_along(school: Cast, bucket: Bucket) -> None:
    """The bytes come first; when their row cannot be written they go again."""
    host().storage = bucket
    cycle, team = road(school, "planning")

    def fail(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("INSERT INTO stored_file"):
            raise RuntimeError("no row today")

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(RuntimeError, match="no row today"):
            files.add(team[0], cycle.id, "работа.txt", b"x")
    finally:
        event.remove(Engine, "before_cursor_execute", fail)
    db.session.rollback()
    assert dict(bucket.names()) == {}


def test_bytes_left_behind_are_swept_by_the_round(school: Cast, down: Bucket) -> None:
    """A row is taken away while the storage is down: the deletion stands, the bytes go with a later round."""
    cycle, team = road(school, "planning")
    kept = files.add(team[0], cycle.id, "работа.txt", b"x")
    draft = _draft(team[0])
    gone = materials.attach(team[0], draft.id, "план.txt", b"y")
    disk, host().storage = host().storage, down
    gone_as = gone.stored_as
    materials.detach(team[0], draft.id, gone.id)
    assert any(step.name == "orphaned files" and step.error for step in tick.run(["orphaned files"]))
    host().storage = disk
    young = files.keep(BytesIO(b"on its way"))
    for name in (kept.stored_as, gone_as):
        os.utime(host().uploads / name[:2] / name, (0, 0))
    (step,) = tick.run(["orphaned files"])
    assert (step.done, step.error) == (1, "")
    assert set(dict(disk.names())) == {kept.stored_as, young}


def test_a_wrong_database_sweeps_nothing(school: Cast) -> None:
    for n in range(files.MANY_ORPHANS + 1):
        name = files.keep(BytesIO(str(n).encode()))
        os.utime(host().uploads / name[:2] / name, (0, 0))
    (step,) = tick.run(["orphaned files"])
    assert "right one" in step.error
    assert len(dict(host().storage.names())) == files.MANY_ORPHANS + 1
