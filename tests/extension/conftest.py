"""What the tests of the extension share."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _modules_of_plugins_go() -> Iterator[None]:
    """One-file plugins leave no module behind for the next test."""
    yield
    for name in [n for n in sys.modules if n.startswith("trefoil_plugin_")]:
        del sys.modules[name]
