"""The parts of the editor, in the order of the page."""

from webui.declared.parts.base import Around, Part
from webui.declared.parts.content import IDENTITY, TECHNIQUES
from webui.declared.parts.judging import CRITERIA, RULES
from webui.declared.parts.lesson import INDICATORS, PLAN, SURVEY

PARTS: dict[str, Part] = {p.key: p for p in (IDENTITY, INDICATORS, TECHNIQUES, PLAN, SURVEY, CRITERIA, RULES)}

__all__ = ["PARTS", "Around", "Part"]
