"""Every kind of archive that can be asked for."""

from __future__ import annotations

from collections.abc import Mapping

from engine.services.papers.archive import CYCLE, YEAR, Archive
from engine.services.papers.whole_type import TYPE
from engine.services.personal.export import PERSON

ARCHIVES: Mapping[str, Archive] = {"cycle": CYCLE, "year": YEAR, "person": PERSON, "type": TYPE}
