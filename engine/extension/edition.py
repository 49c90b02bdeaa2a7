"""Which code of a plugin is installed: changes whenever its files, its distribution or what it brings change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.extension.loader import Plugin


def edition(plugin: Plugin) -> str:
    """SHA-256 (hex) of where the plugin comes from, what it brings, and every Python file of its module or package."""
    found = hashlib.sha256(plugin.origin.encode())
    if plugin.group_type is not None:
        found.update(plugin.group_type.fingerprint.encode())
    for module in plugin.manager.get_plugins() if plugin.manager else ():
        for path in _sources(module):
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def _sources(module: Any) -> Iterator[Path]:
    name = getattr(module, "__file__", None)
    path = Path(name) if isinstance(name, str) else None
    if path is None or not path.is_file():
        return
    if path.name == "__init__.py":
        yield from sorted(path.parent.rglob("*.py"))
    else:
        yield path
