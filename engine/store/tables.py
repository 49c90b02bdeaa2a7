"""Every table, so that the metadata is whole wherever it is needed."""

from engine.store import (
    bank,
    cycles,
    declared,
    district,
    documents,
    events,
    faults,
    groups,
    growth,
    lives,
    outbox,
    people,
    personal,
    presses,
    programs,
    reports,
    surveys,
)
from engine.store.database import Base

metadata = Base.metadata

__all__ = [
    "bank",
    "cycles",
    "declared",
    "district",
    "documents",
    "events",
    "faults",
    "groups",
    "growth",
    "lives",
    "metadata",
    "outbox",
    "people",
    "personal",
    "presses",
    "programs",
    "reports",
    "surveys",
]
