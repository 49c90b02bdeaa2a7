"""What the tests of the core share: the example definition and its machine."""

from __future__ import annotations

import pytest

from engine.api import GroupType, Process
from engine.core.machine import Machine
from tests.core.intake import INTAKE


@pytest.fixture
def intake() -> GroupType:
    return INTAKE


@pytest.fixture
def process() -> Process:
    return INTAKE.process


@pytest.fixture
def machine() -> Machine:
    return Machine(INTAKE)
