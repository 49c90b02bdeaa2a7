"""How much of the work a run asks for: short at every submission, long (``TREFOIL_GATES=long``) once for a release."""

from __future__ import annotations

import os

LONG = os.environ.get("TREFOIL_GATES") == "long"


def size(short: int, long: int) -> int:
    """The figure of this run."""
    return long if LONG else short
