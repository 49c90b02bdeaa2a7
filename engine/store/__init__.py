"""Tables, the unit of work and migrations. The only place that knows SQLAlchemy's session."""

from engine.store.database import db
from engine.store.unit import unit_of_work

__all__ = ["db", "unit_of_work"]
