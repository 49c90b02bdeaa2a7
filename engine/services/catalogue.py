"""Services that carry out effects named by a process; importing them registers the effects."""

from engine.services import decisions, handovers, plans
from engine.services.laboratory import measures

__all__ = ["decisions", "handovers", "measures", "plans"]
