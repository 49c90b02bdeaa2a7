"""Times one peer in its own environment: ``python -m benchmarks.peers.worker NAME [--postgres URL] --cycles N``.

Prints the ratio to the limit, as JSON, on the last line.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path

from benchmarks.limit import Limit
from benchmarks.peers.catalogue import PEERS
from benchmarks.timing import database, ratios


def _measure(name: str, peer_place: str, limit_place: str, cycles: int, runs: int) -> list[float]:
    module, kind = PEERS[name].path
    peer = getattr(importlib.import_module(f"benchmarks.peers.{module}"), kind)(peer_place)
    limit = Limit(limit_place)
    found = ratios(peer, limit, cycles, runs)
    peer.close()
    limit.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--cycles", type=int, default=20)
    parser.add_argument("--runs", type=int, default=1)
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if given.postgres:
            with database(given.postgres) as mine, database(given.postgres) as theirs:
                found = _measure(given.name, mine, theirs, given.cycles, given.runs)
        else:
            places = [str(Path(folder, name)) for name in ("peer.sqlite", "limit.sqlite")]
            found = _measure(given.name, places[0], places[1], given.cycles, given.runs)
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # engines with threads in the background must not hold us
