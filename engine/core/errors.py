"""What can go wrong in the core, as types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.core.lint.finding import Finding
    from engine.core.rules import Refusal


class TrefoilError(Exception):
    """Base of every error the engine raises on purpose."""


class DefinitionError(TrefoilError):
    """A definition that cannot be used; ``findings`` say where and how to mend it."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class UnknownAction(TrefoilError):
    """The action does not leave the stage the run stands in."""


class Refused(TrefoilError):
    """An action that may not be done now; ``refusals`` hold every reason."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(r.text for r in refusals))
        self.refusals = tuple(refusals)


class Unanswered(TrefoilError):
    """Raised by a check that cannot be asked now; ``refusal`` is what stands in its place, as liftable as it says."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


class Loud(TrefoilError):
    """A fault that is to be seen, not softened into a refusal: it goes through whatever catches the others."""
