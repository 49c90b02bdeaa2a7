"""One clean environment for all tests here."""

from __future__ import annotations

import pytest

from tests.clean import venv
from tests.conftest import missing


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> venv.Clean:
    base = tmp_path_factory.getbasetemp()
    try:
        return venv.shared((base if worker_id == "master" else base.parent) / "clean")
    except venv.Unreachable as error:
        missing(f"the package registry: {error}")
