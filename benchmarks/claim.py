"""What a part of the bench claims, and how a module that is run by itself says it."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterable
from typing import Any

#: (claim, asked, reached, whether it is).
Claim = tuple[str, str, str, bool]


def alone(
    doc: str | None,
    quick: str,
    measure: Callable[[bool], Any],
    table: Callable[[Any], str],
    claims: Callable[[Any], Iterable[Claim]],
) -> None:
    """Measure one part and print it; ``quick`` says what ``--quick`` leaves out."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--quick", action="store_true", help=quick)
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    found = measure(given.quick)
    print(table(found))
    for claim, asked, reached, well in claims(found):
        print(f"{'reached' if well else 'not reached'}: {claim}: {asked}: {reached}")
