"""Words of the report for codes kept elsewhere."""

from __future__ import annotations

from engine.core.text import Text
from engine.services.deficits import GROUPS


def kind_of_deficit(key: str) -> Text:
    """The kind of a deficit in words; the empty key gathers kinds that too few teachers have."""
    return GROUPS[key][0] if key else Text("Другие группы", en="Other kinds")
