"""Where the bytes of files lie: a folder of this machine, or a bucket of an S3 service when machines share them.

Both keep a file whole or not at all, under a name nobody can guess. Which one it is shows nowhere else.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

from engine.services.errors import ServiceError

#: Up to this size a fetched object stays in memory; a larger one goes through a nameless file.
IN_MEMORY = 1024 * 1024
#: How many names a bucket tells at once.
PAGE = 1000

_DOWN = (
    "Хранилище файлов сейчас не отвечает. Файл не принят, остальное на месте — повторите через минуту",
    "The file storage does not answer now. The file was not taken, the rest is in place: try again in a minute",
)


class StorageDown(ServiceError):
    """The place of the files does not answer. Nothing was kept, nothing was lost."""

    code = "storage_down"

    def __init__(self) -> None:
        super().__init__(*_DOWN)


class Storage(Protocol):
    """What keeps files. Every verb raises StorageDown when the place cannot be reached."""

    def put(self, name: str, content: IO[bytes]) -> None:
        """Keep the bytes under a name, whole or not at all."""

    def open(self, name: str) -> IO[bytes] | None:
        """The bytes from their beginning, for the caller to close; None when there are none."""

    def has(self, name: str) -> bool:
        """Whether something is kept under the name."""

    def remove(self, name: str) -> None:
        """Forget it; what is not there needs no forgetting."""

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Everything kept, with the moment it came (UTC)."""


class Disk:
    """A folder, with sub-folders so that none grows too long."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, content: IO[bytes]) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        try:
            with part.open("wb") as file:
                shutil.copyfileobj(content, file)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def open(self, name: str) -> IO[bytes] | None:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        return self._path(name).exists()

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        for path in self.folder.glob("??/*"):
            if path.is_file():
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name


class Bucket:
    """A bucket of an S3 service, ours alone or under a prefix."""

    def __init__(
        self, bucket: str, *, endpoint: str = "", key: str = "", secret: str = "", region: str = "", prefix: str = ""
    ) -> None:
        import boto3  # with the extra «s3» alone: a school on one machine needs none of it
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        self.bucket, self.prefix = bucket, prefix
        self._answered: type[Exception] = ClientError
        self._failures: tuple[type[Exception], ...] = (BotoCoreError, ClientError)
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint or None,
            aws_access_key_id=key or None,
            aws_secret_access_key=secret or None,
            region_name=region or "us-east-1",
            config=Config(
                connect_timeout=3,
                read_timeout=10,
                retries={"max_attempts": 2, "mode": "standard"},
                s3={"addressing_style": "path" if endpoint else "auto"},
                # The newer checksums are unknown to many services that speak S3.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, name: str, content: IO[bytes]) -> None:
        self._ask("put_object", Key=self.prefix + name, Body=content)

    def open(self, name: str) -> IO[bytes] | None:
        answer = self._ask("get_object", Key=self.prefix + name)
        if answer is None:
            return None
        found: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 — the caller closes it
        try:
            for chunk in answer["Body"].iter_chunks(IN_MEMORY):
                found.write(chunk)
        except BaseException as error:
            found.close()
            if isinstance(error, self._failures):  # the connection broke in the middle
                raise StorageDown from error
            raise
        found.seek(0)
        return found

    def has(self, name: str) -> bool:
        return self._ask("head_object", Key=self.prefix + name) is not None

    def remove(self, name: str) -> None:
        self._ask("delete_object", Key=self.prefix + name)

    def names(self) -> Iterator[tuple[str, datetime]]:
        more: dict[str, str] = {}
        while True:
            answer = self._ask("list_objects_v2", Prefix=self.prefix, MaxKeys=PAGE, **more) or {}
            for item in answer.get("Contents", ()):
                yield item["Key"].removeprefix(self.prefix), item["LastModified"]
            if not answer.get("IsTruncated"):
                return
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def _ask(self, verb: str, **given: Any) -> Any:
        """The answer of the service; None for an object that is not there (a missing bucket is a fault)."""
        try:
            return getattr(self._client, verb)(Bucket=self.bucket, **given)
        except self._failures as error:
            told = error.response["Error"]["Code"] if isinstance(error, self._answered) else ""  # type: ignore[attr-defined]
            if told == "NoSuchKey" or (verb == "head_object" and told == "404"):
                return None
            raise StorageDown from error


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes behind a stored name."""

    storage: Storage
    name: str

    def exists(self) -> bool:
        """Whether they are there."""
        return self.storage.has(self.name)

    def open(self) -> IO[bytes]:
        """From their beginning. Raises FileNotFoundError when they are gone."""
        found = self.storage.open(self.name)
        if found is None:
            raise FileNotFoundError(self.name)
        return found

    def read_bytes(self) -> bytes:
        """All of them at once. Raises FileNotFoundError."""
        with self.open() as content:
            return content.read()

    def write_bytes(self, content: bytes) -> None:
        """Keep these instead, whole or not at all."""
        self.storage.put(self.name, BytesIO(content))

    def unlink(self) -> None:
        """Forget them, if they are there."""
        self.storage.remove(self.name)


def from_settings(settings: Mapping[str, str], folder: Path) -> Storage:
    """The bucket that ``TREFOIL_S3_BUCKET`` names, with ``TREFOIL_S3_ENDPOINT``, ``_KEY``, ``_SECRET``, ``_REGION`` and
    ``_PREFIX``; without it the folder. Without a key the usual places of the library are looked through."""
    bucket = settings.get("TREFOIL_S3_BUCKET", "")
    if not bucket:
        return Disk(folder)
    names = ("endpoint", "key", "secret", "region", "prefix")
    return Bucket(bucket, **{name: settings.get(f"TREFOIL_S3_{name.upper()}", "") for name in names})


def reachable(storage: Storage) -> bool:
    """Whether the place answers."""
    try:
        storage.has("there-is-no-such-name")
    except StorageDown:
        return False
    return True
