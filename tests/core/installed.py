"""Every group type that comes with the project, and the example."""

from __future__ import annotations

import importlib
import pkgutil

import plugins
from engine.api import GroupType
from tests.core.intake import INTAKE

_MODULES = [importlib.import_module(f"plugins.{found.name}") for found in pkgutil.iter_modules(plugins.__path__)]
BUNDLED: list[GroupType] = [module.plc_group_type() for module in _MODULES if hasattr(module, "plc_group_type")]
EVERY: list[GroupType] = [*BUNDLED, INTAKE]
