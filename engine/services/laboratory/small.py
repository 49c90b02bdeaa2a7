"""Counts of people that are shown from three up, so that no smaller one can be worked out from what is shown."""

from __future__ import annotations

from collections.abc import Sequence

#: Fewer people than this are not told apart in common reports (rule lab.small_groups, domain brief §2.5).
SMALL = 3


def shown(parts: Sequence[int]) -> list[int | None]:
    """Every part from three up; None for «меньше трёх», whether it is none, one or two."""
    return [n if n >= SMALL else None for n in parts]


def total(parts: Sequence[int]) -> int | None:
    """The sum of the parts where it gives no hidden part away; None otherwise.

    The rest that the hidden parts share must leave each of them open from none to two: with k hidden parts it lies
    between 2 and 2(k − 1). (Complementary suppression of statistical tables: what a total and its other parts give away
    is hidden too.)
    """
    whole, hidden = sum(parts), [n for n in parts if n < SMALL]
    if whole < SMALL:
        return None
    if not hidden:
        return whole
    return whole if SMALL - 1 <= sum(hidden) <= (SMALL - 1) * (len(hidden) - 1) else None


def beside_total(parts: Sequence[int]) -> list[int | None]:
    """The parts where their sum may be known from elsewhere: as many as can be shown without giving another away."""
    found = shown(parts)
    order = sorted((n, i) for i, n in enumerate(parts) if n >= SMALL)
    while any(n is not None for n in found) and not _safe(parts, found):
        _, place = order.pop(0)
        found[place] = None
    return found


def _safe(parts: Sequence[int], found: Sequence[int | None]) -> bool:
    hidden = [n for n, seen in zip(parts, found, strict=True) if seen is None]
    if not hidden:
        return True
    rest = sum(hidden)
    if all(n < SMALL for n in hidden):
        return SMALL - 1 <= rest <= (SMALL - 1) * (len(hidden) - 1)
    return len(hidden) > 1
