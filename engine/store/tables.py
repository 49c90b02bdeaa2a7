"""Every table, so that the metadata is whole wherever it is needed."""

from engine.store import cycles, documents, groups, growth, people, surveys
from engine.store.database import Base

metadata = Base.metadata

__all__ = ["cycles", "documents", "groups", "growth", "metadata", "people", "surveys"]
