"""How often a key may ask: counted by this process, or by all of them together where a Redis is at hand."""

from __future__ import annotations

import logging
import time

import limits
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

_log = logging.getLogger(__name__)
#: How long a request waits for Redis, in seconds.
_PATIENCE = 1


class Rate:
    """``words`` are those of the library: «600/minute». ``redis`` is the address of one, or empty.

    While Redis is down each process counts for itself: a program is neither shut out nor let loose.
    """

    def __init__(self, words: str, redis: str = "") -> None:
        self._item = limits.parse(words)
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._shared = FixedWindowRateLimiter(_redis(redis)) if redis else None

    def wait(self, key: str) -> int:
        """Count one request of ``key``. Returns how many seconds it has to wait; 0: it may come in."""
        if self._shared is not None:
            try:
                return self._asked(self._shared, key)
            except StorageError as error:
                _log.warning("requests are counted by each process: %s", error)
        return self._asked(self._own, key)

    def _asked(self, limiter: FixedWindowRateLimiter, key: str) -> int:
        if limiter.hit(self._item, key):
            return 0
        return max(1, round(limiter.get_window_stats(self._item, key).reset_time - time.time()))


def _redis(address: str) -> Storage:
    return RedisStorage(
        address,
        key_prefix="trefoil-api",
        wrap_exceptions=True,
        socket_connect_timeout=_PATIENCE,
        socket_timeout=_PATIENCE,
    )
