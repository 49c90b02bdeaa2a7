"""What ``trefoil doctor`` looks at."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from engine.services import faults
from engine.services.backups import making
from engine.services.host import host, now
from engine.services.journal import text_of
from engine.services.setup import is_prepared
from engine.services.storage import Disk, reachable
from engine.store.database import db
from engine.store.people import School

#: A daily backup that has missed its day and a half.
_BACKUP_EVERY = timedelta(hours=36)
_MOUNTS = Path("/proc/mounts")
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "virtiofs"})


@dataclass(frozen=True, slots=True)
class Line:
    """One finding; a ``fault`` wants mending."""

    text: str
    fault: bool = False


def run(secret: str, debug: bool) -> list[Line]:
    """Everything looked at, faults marked."""
    lines = _database()
    folder = host().instance
    for place in (folder, host().uploads):
        ok = os.access(place, os.W_OK)
        lines.append(Line(f"папка {place.name}: {'доступна' if ok else 'нет права записи'}", not ok))
    if not isinstance(host().storage, Disk):
        ok = reachable(host().storage)
        lines.append(Line(f"хранилище файлов S3: {'отвечает' if ok else 'не отвечает'}", not ok))
    if db.engine.dialect.name == "sqlite" and _filesystem(folder) in _NETWORK:
        lines.append(Line("база SQLite лежит на сетевом диске: это портит данные. Перенесите её на местный диск", True))
    lines.append(Line(f"секретный ключ: {'в порядке' if len(secret) >= 32 else 'слишком короткий'}", len(secret) < 32))
    if len(secret) >= 32 and len(set(secret)) < 8:
        lines.append(Line("секретный ключ слишком однообразный: удалите secret_key, при запуске появится новый", True))
    key = folder / "secret_key"
    if os.name == "posix" and key.exists() and key.stat().st_mode & 0o077:
        lines.append(Line("файл secret_key читают другие пользователи: выполните chmod 600", True))
    if debug:
        lines.append(Line("включён режим отладки: выключите его", True))
    for plugin in host().registry.plugins:
        if plugin.quarantined:
            lines.append(Line(f"плагин {plugin.name} в карантине: {plugin.reason}", True))
    if is_prepared():
        lines += [*_faults(), *_backup()]
    lines.append(Line(f"типов групп готово: {len(host().registry.types)}"))
    return lines


def _database() -> list[Line]:
    try:
        db.session.execute(text("SELECT 1"))
        lines = [Line(f"база данных: {db.engine.dialect.name}, отвечает")]
        prepared = is_prepared()
        lines.append(Line("таблицы: новые" if prepared else "таблицы: старые, выполните trefoil init", not prepared))
        if db.engine.dialect.name == "sqlite":
            on = db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1
            lines.append(Line(f"внешние ключи: {'включены' if on else 'выключены'}", not on))
        return lines
    except SQLAlchemyError as error:
        return [Line(f"база данных не отвечает: {type(error).__name__}", True)]


def _backup() -> list[Line]:
    """Whether there is a fresh backup; while there is no school, and in the demo, there is nothing to lose."""
    if host().demo or db.session.scalar(select(School.id).limit(1)) is None:
        return []
    last = making.last()
    if last is None:
        return [Line("резервной копии ещё не было: выполните trefoil backup ПАПКА и заведите таймер", True)]
    old = now() - last > _BACKUP_EVERY
    return [Line(f"последняя резервная копия: {last:%d.%m.%Y %H:%M}{', она устарела' if old else ''}", old)]


def _faults() -> list[Line]:
    """Plugins that failed while people worked."""
    rested = faults.quarantines()
    lines = [Line(f"плагин {key} в карантине: {text_of(row.reason['text'])}", True) for key, row in rested.items()]
    for key, rows in faults.of_plugins().items():
        if key not in rested:
            last = rows[0]
            lines.append(Line(f"плагин {key}: сбоев {sum(r.count for r in rows)}, последний {last.last_at:%d.%m.%Y}"))
    return lines


def _filesystem(folder: Path) -> str:
    """Type of the file system a folder lies on (Linux); empty where it cannot be told."""
    try:
        mounts = [line.split()[1:3] for line in _MOUNTS.read_text().splitlines()]
    except OSError:
        return ""
    best = max((m for m in mounts if folder.is_relative_to(m[0])), key=lambda m: len(m[0]), default=["", ""])
    return best[1]
