"""A clean virtual environment: this project as a wheel, what the lock names, pytest; nothing else.

Made once for a run of tests, whichever worker comes first, and shared by the others.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "plugins", "webui")
#: What pytest needs beside what the project needs; versions and hashes come from the lock of the tests.
_PYTEST = ("pytest", "iniconfig", "pygments")
#: Settings of the surrounding run that a clean environment must not see. One that forbids to keep what was compiled
#: would have every command compile all packages anew: pip is told not to, most of them are never imported.
_FOREIGN = (
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTEST_ADDOPTS",
    "PYTEST_CURRENT_TEST",
    "PYTEST_XDIST_WORKER",
    "VIRTUAL_ENV",
)


class Unreachable(Exception):
    """The package registry did not answer."""


def wheel(target: Path) -> Path:
    """The wheel of this project, built from a copy: setuptools leaves build/ behind, which gets into the next wheel."""
    source = target / "source"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", target, source]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (found,) = target.glob("*.whl")
    return found


def _lock(names: tuple[str, ...]) -> str:
    """The lines of the lock that name these packages, with their hashes."""
    text = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    found = []
    for name in names:
        match = re.search(rf"^{name}==.*?(?=^\S|\Z)", text, re.M | re.S)
        assert match, name
        found.append("\n".join(line for line in match[0].splitlines() if not line.strip().startswith("#")))
    return "\n".join(found) + "\n"


@dataclass(frozen=True)
class Clean:
    """The environment: ``run`` does what an author types in a shell."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    def environment(self, **more: str) -> dict[str, str]:
        """Of a shell in which the environment is active."""
        kept = {k: v for k, v in os.environ.items() if k not in _FOREIGN and not k.startswith(("TREFOIL_", "COV_CORE"))}
        return {**kept, "PATH": f"{self.bin}{os.pathsep}{kept['PATH']}", "PYTHONUTF8": "1", **more}

    def run(self, command: str, cwd: Path, **more: str) -> str:
        """What a shell prints; a command that fails is a failed test."""
        made = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=cwd,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, f"$ {command}\n{made.stdout}\n{made.stderr}"
        return made.stdout

    @contextmanager
    def server(self, instance: Path) -> Iterator[str]:
        """``trefoil serve`` over an instance; its address."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = (instance.parent / f"{instance.name}.log").open("w+")
        process = subprocess.Popen(
            [self.bin / "trefoil", "serve", "--port", str(port), "--no-worker"],
            env=self.environment(TREFOIL_INSTANCE=str(instance)),
            cwd=instance.parent,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait(process, port, log.name)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)
            log.close()

    @staticmethod
    def _wait(process: subprocess.Popen[bytes], port: int, log: str) -> None:
        for _ in range(600):
            assert process.poll() is None, Path(log).read_text(encoding="utf-8")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError(f"the server does not answer: {Path(log).read_text(encoding='utf-8')}")


def make(folder: Path) -> Clean:
    """Install everything. Raises Unreachable when the registry does not give what the lock names."""
    folder.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    made = Clean(folder / "venv")
    (folder / "pytest.txt").write_text(_lock(_PYTEST), encoding="utf-8")
    pip = [
        made.bin / "python",
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--no-compile",
        "--no-deps",
    ]
    locked = [
        *pip,
        "--no-compile",
        "--require-hashes",
        "-r",
        ROOT / "requirements" / "run.txt",
        "-r",
        folder / "pytest.txt",
    ]
    got = subprocess.run(locked, env=made.environment(), capture_output=True, text=True, check=False)
    if got.returncode != 0:
        raise Unreachable(got.stderr[-2000:])
    subprocess.run([*pip, wheel(folder / "wheel")], env=made.environment(), check=True, capture_output=True)
    return made


def shared(folder: Path) -> Clean:
    """The environment in ``folder``: made by the first process that asks, waited for by the others."""
    folder.mkdir(parents=True, exist_ok=True)
    done, failed = folder / "done", folder / "failed"
    try:
        (folder / "begun").touch(exist_ok=False)
    except FileExistsError:
        for _ in range(6000):
            if failed.exists():
                raise Unreachable(failed.read_text(encoding="utf-8")) from None
            if done.exists():
                return Clean(folder / "made" / "venv")
            time.sleep(0.1)
        raise AssertionError("the clean environment was not made in time") from None
    try:
        made = make(folder / "made")
    except BaseException as error:
        failed.write_text(str(error), encoding="utf-8")
        raise
    done.touch()
    return made
