"""Our own five types keep the contract that authors inherit."""

from __future__ import annotations

import plugins.formative
import plugins.fourk
import plugins.lab
import plugins.project
import plugins.sel
from engine.testing import GroupTypeContract
from tests.properties.pieces import WANTED


class TestFourK(GroupTypeContract):
    plugin, wanted = plugins.fourk, WANTED


class TestProject(GroupTypeContract):
    plugin, wanted = plugins.project, WANTED


class TestFormative(GroupTypeContract):
    plugin, wanted = plugins.formative, WANTED


class TestSEL(GroupTypeContract):
    plugin, wanted = plugins.sel, WANTED


class TestLab(GroupTypeContract):
    plugin, wanted = plugins.lab, WANTED
