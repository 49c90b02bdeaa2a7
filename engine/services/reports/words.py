"""Words of the report for codes kept elsewhere."""

from __future__ import annotations

from engine.core.text import Text
from engine.services.deficits import GROUPS

MATERIAL_STATES = {
    "review": Text("На экспертизе", en="Under review"),
    "rework": Text("На доработке", en="Being reworked"),
    "recommended": Text("Рекомендован", en="Recommended"),
    "in_bank": Text("В банке", en="In the bank"),
    "archived": Text("В архиве", en="Archived"),
}


def kind_of_deficit(key: str) -> Text:
    """The kind of a deficit in words; the empty key gathers kinds that too few teachers have."""
    return GROUPS[key][0] if key else Text("Другие группы", en="Other kinds")
