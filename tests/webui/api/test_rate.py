"""How often a key may ask, by one process and by several."""

from __future__ import annotations

import logging

import pytest

from webui.api.rate import Rate


def test_keys_are_counted_apart_and_told_how_long_to_wait() -> None:
    rate = Rate("2/hour")
    assert [rate.wait("a") for _ in range(2)] == [0, 0]
    assert 1 <= rate.wait("a") <= 3600
    assert rate.wait("b") == 0


def test_processes_count_together_where_there_is_a_redis(redis: str) -> None:
    first, second = Rate("2/hour", redis), Rate("2/hour", redis)
    assert [first.wait("a"), second.wait("a")] == [0, 0]
    assert first.wait("a") > 0 and second.wait("a") > 0
    assert second.wait("b") == 0


def test_a_redis_that_is_down_lets_each_process_count_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    rate = Rate("2/hour", "redis://127.0.0.1:9/0")
    with caplog.at_level(logging.WARNING):
        assert [rate.wait("a") for _ in range(2)] == [0, 0]
        assert rate.wait("a") > 0
    assert "counted by each process" in caplog.text
