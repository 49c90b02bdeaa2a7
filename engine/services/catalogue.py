"""Services that carry out effects named by a process; importing them registers the effects."""

from engine.services import decisions, handovers, plans

__all__ = ["decisions", "handovers", "plans"]
