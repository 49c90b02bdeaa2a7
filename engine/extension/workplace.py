"""Where an author works: the plugins at a path, the files they are made of, and how they are loaded anew."""

from __future__ import annotations

import configparser
import functools
import importlib
import importlib.metadata
import importlib.util
import linecache
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.core.text import Text
from engine.extension import loader
from engine.extension.loader import ENTRY_POINTS, Source

#: Files a plugin is made of; what a run leaves behind is none of them.
_ENDINGS = {".py", ".toml", ".cfg", ".yaml", ".yml", ".json", ".po"}
_LEFT_BEHIND = {"__pycache__", "build", "dist", "node_modules"}


class NoPlugin(ValueError):
    """There is nothing to load at a path. The text is for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A plugin in the making: its source, and the files or folders that are watched."""

    source: Source
    roots: tuple[Path, ...]
    own: bool = False


def places(path: Path | None, instance: Path) -> list[Place]:
    """Every plugin an author may see: at ``path`` first, then those of the instance, then the installed ones.

    What is installed and lies at ``path`` as well is taken from there. Raises NoPlugin when there is nothing at
    ``path``.
    """
    own = list(_at(path.resolve())) if path else []
    taken = {place.source.name for place in own}
    dropped = (_one_file(source, instance / "plugins") for source in loader.files(instance / "plugins"))
    installed = (_installed(point) for point in importlib.metadata.entry_points(group=ENTRY_POINTS))
    found = [p for p in sorted(installed, key=lambda p: p.source.name) if p.source.name not in taken]
    return [*own, *(p for p in dropped if not own or p.roots != own[0].roots), *found]


def _at(path: Path) -> Iterator[Place]:
    if path.is_file():
        known = [s for s in loader.files(path.parent) if s.origin == path.name]
        if not known:
            raise NoPlugin(
                Text("Это не файл плагина: {path}", en="Not a file of a plugin: {path}").fill({"path": str(path)})
            )
        yield _own(known[0], path)
    elif (path / "__init__.py").is_file():
        yield _own(_package(path.name, path.name, path.parent), path)
    elif points := _entry_points(path):
        for name, value in points.items():
            yield _own(_package(name, value, *(p for p in (path / "src", path) if p.is_dir())), path)
    elif path.is_dir() and (known := list(loader.files(path))):
        for source in known:
            yield _own(source, path / source.origin)
    else:
        raise NoPlugin(
            Text(
                "Здесь нет плагина: {path}. Нужен файл, пакет или папка, которую сделала команда trefoil new-type",
                en="No plugin here: {path}. Name a file, a package, or a folder made by trefoil new-type",
            ).fill({"path": str(path)})
        )


def _own(source: Source, root: Path) -> Place:
    return Place(source, (root,), own=True)


def _one_file(source: Source, folder: Path) -> Place:
    return Place(source, (folder / source.origin,))


def _installed(point: importlib.metadata.EntryPoint) -> Place:
    dist = f"{point.dist.name} {point.dist.version}" if point.dist else "?"
    return Place(Source(point.name, dist, point.load), tuple(_folders(point.module)))


def _folders(module: str) -> Iterator[Path]:
    """Where a module lives, found without running its code (nor that of anything but the packages above it)."""
    try:
        spec = importlib.util.find_spec(module)
    except Exception:  # a parent package that fails is told by the loader, which runs it again
        return
    if spec and spec.submodule_search_locations:
        yield from map(Path, spec.submodule_search_locations)
    elif spec and spec.origin:
        yield Path(spec.origin)


def _package(name: str, value: str, *folders: Path) -> Source:
    """A module (``package.module:attribute``) that is imported from ``folders`` before anything installed."""

    def load() -> Any:
        sys.path[:0] = [str(folder) for folder in folders if str(folder) not in sys.path[: len(folders)]]
        _forget_elsewhere(value.partition(":")[0].partition(".")[0], folders)
        return importlib.metadata.EntryPoint(name, value, ENTRY_POINTS).load()

    return Source(name, str(folders[-1] / value.partition(":")[0].replace(".", "/")), load)


def _entry_points(folder: Path) -> dict[str, str]:
    """The entry points a distribution in the making declares; empty when it declares none."""
    found: dict[str, str] = {}
    settings = configparser.ConfigParser()
    settings.read(folder / "setup.cfg", encoding="utf-8")
    declared = settings.get("options.entry_points", ENTRY_POINTS, fallback="")
    for line in declared.splitlines():
        name, _, value = line.partition("=")
        if value:
            found[name.strip()] = value.strip()
    project = folder / "pyproject.toml"
    if project.is_file():
        points = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {}).get("entry-points", {})
        found |= points.get(ENTRY_POINTS, {})
    return found


def stamp(roots: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    """How the files below ``roots`` stand now: equal stamps, nothing saved meanwhile."""
    found = []
    for path in sorted({file for root in roots for file in _files(root)}):
        try:
            stat = path.stat()
        except OSError:  # an editor puts the new file in the place of the old one
            continue
        found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    elif root.is_dir():
        for path in root.iterdir():
            if path.name.startswith(".") or path.name in _LEFT_BEHIND or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                yield from _files(path)
            elif path.suffix in _ENDINGS:
                yield path


def forget(roots: Iterable[Path]) -> None:
    """Drop every imported module that lies below ``roots``, so that the next import reads its file."""
    known = [root.resolve() for root in roots]
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and any(_real(file).is_relative_to(root) for root in known):
            del sys.modules[name]
    importlib.invalidate_caches()
    linecache.checkcache()


@functools.lru_cache(maxsize=8192)
def _real(file: str) -> Path:
    """Where a module lies. Two thousand are looked through at each save, and none of them moves."""
    return Path(file).resolve()


def _forget_elsewhere(package: str, folders: Iterable[Path]) -> None:
    """Modules of the same name from another place, an installed one for example. A package whose import failed
    is gone while its parts are still there: each is looked at."""
    known = [n for n in sys.modules if n == package or n.startswith(f"{package}.")]
    files = [file for n in known if (file := getattr(sys.modules[n], "__file__", None))]
    if not all(any(Path(file).resolve().is_relative_to(folder.resolve()) for folder in folders) for file in files):
        for name in known:
            del sys.modules[name]


@contextmanager
def reading_sources() -> Iterator[None]:
    """Import without writing byte code: two saves within a second, equally long, would be taken for one."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
