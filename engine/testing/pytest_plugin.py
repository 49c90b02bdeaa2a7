"""The kit as a plugin of pytest, found by itself where Trefoil is installed: fixtures, options, the report of coverage.

``pytest --trefoil-type KEY`` keeps the contract of an installed type (``all``: of every one), beside whatever else is
collected. ``--trefoil-cover`` tells which stages, buttons and rules no test has met; ``--trefoil-cover-under PERCENT``
fails the run below a share. ``trefoil_type = module`` in the ini file names the type of the fixtures; without it they
take the one entry point of the ``setup.cfg`` beside.
"""

from __future__ import annotations

import configparser
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # nothing of ours is imported before somebody asks: every run of pytest here loads this file
    from engine.core.definition import GroupType
    from engine.testing.world import World

_GROUP = "trefoil.group_types"
_CONTRACTS = Path(__file__).with_name("installed.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our options."""
    group = parser.getgroup("trefoil", "group types of Trefoil")
    group.addoption(
        "--trefoil-type", action="append", default=[], metavar="KEY", help="keep the contract of an installed type"
    )
    group.addoption("--trefoil-cover", action="store_true", help="tell which stages, buttons and rules no test met")
    group.addoption(
        "--trefoil-cover-under", type=float, default=None, metavar="PERCENT", help="fail below this share of them"
    )
    parser.addini("trefoil_type", "the module with the group type under test", default="")


def pytest_configure(config: pytest.Config) -> None:
    """The contracts of installed types are a file like others, asked for by name."""
    if config.getoption("--trefoil-type") and str(_CONTRACTS) not in config.args:
        config.args.append(str(_CONTRACTS))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One contract for every type that was asked for."""
    if "installed_plugin" in metafunc.fixturenames:
        from engine.testing.installed import chosen

        plugins = chosen(metafunc.config.getoption("--trefoil-type"))
        metafunc.parametrize("installed_plugin", plugins, ids=[p.key for p in plugins], scope="class")


def _module(config: pytest.Config) -> Any:
    named = str(config.getini("trefoil_type"))
    if not named:
        settings = configparser.ConfigParser()
        settings.read(config.rootpath / "setup.cfg", encoding="utf-8")
        points = settings.get("options.entry_points", _GROUP, fallback="").split("\n")
        modules = [line.partition("=")[2].strip() for line in points if "=" in line]
        if len(modules) != 1:
            raise pytest.UsageError("name the type under test: trefoil_type = module, in the ini file of pytest")
        named = modules[0]
    return importlib.import_module(named.partition(":")[0])


@pytest.fixture(scope="session")
def group_type(request: pytest.FixtureRequest) -> GroupType:
    """The type under test."""
    made: GroupType = _module(request.config).plc_group_type()
    return made


@pytest.fixture
def world(group_type: GroupType) -> World:
    """A fresh run of it, standing at its first stage."""
    from engine.testing import World

    return World(group_type)


@pytest.fixture
def walked(group_type: GroupType) -> Callable[..., World]:
    """``walked(to="planning", round=2)``: a run that a helpful team has brought to a stage; without it, to the end."""
    from engine.testing import walk

    def go(wanted: Any = None, *, to: str = "", round: int = 0) -> World:
        return walk(group_type, wanted, to=to, round=round)

    return go


# -- coverage of a type ------------------------------------------------------------------------------------------------


def _wants_cover(config: pytest.Config) -> bool:
    return bool(config.getoption("--trefoil-cover")) or config.getoption("--trefoil-cover-under") is not None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist hands on what it has met; the run fails where too little was."""
    if not _wants_cover(session.config):
        return
    from engine.testing.coverage import SEEN

    handed = getattr(session.config, "workeroutput", None)
    if handed is not None:
        handed["trefoil"] = {key: (list(seen.everything), sorted(seen.met)) for key, seen in SEEN.items()}
        return
    least = session.config.getoption("--trefoil-cover-under")
    if least is not None and session.exitstatus == 0 and any(seen.percent < least for seen in SEEN.values()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker of xdist has met."""
    from engine.testing.coverage import SEEN, Seen

    for key, (everything, met) in getattr(node, "workeroutput", {}).get("trefoil", {}).items():
        SEEN.setdefault(key, Seen(tuple(everything))).met.update(met)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Type by type, what no test has met."""
    if not _wants_cover(config):
        return
    from engine.testing.coverage import SEEN, report

    least = config.getoption("--trefoil-cover-under")
    for key, seen in sorted(SEEN.items()):
        terminalreporter.write_sep("-", f"group type {key}")
        for line in report(seen):
            terminalreporter.write_line(line)
        if least is not None and seen.percent < least:
            terminalreporter.write_line(f"FAIL: under {least:g} %", red=True)
