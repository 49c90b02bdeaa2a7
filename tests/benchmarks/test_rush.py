"""The rush is played by real phones and teachers against a real server, and counted in its database."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks import rush
from benchmarks.crowd import Met, filled
from benchmarks.rush import PHONES, Rushed, Size


@pytest.mark.slow
def test_a_class_answers_while_teachers_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TREFOIL_TEST_POSTGRES", raising=False)
    found = rush.measure(True, Size(1, 6, 6))
    one = found["sqlite"]
    assert one.refused == {} and one.whole, (one.refused, one.counted)
    kinds = Counter(met.kind for met in one.met)
    assert kinds["open"] == kinds["thanks"] == PHONES
    assert kinds["send"] == PHONES + 3, "three press twice"
    assert kinds["autosave"] == kinds["sheet"] > 0
    assert [well for *_, well in rush.claims(found)] == [True, True]
    assert "| SQLite, phones |" in rush.table(found)


def test_what_is_not_counted_once_is_told() -> None:
    met = [Met("phones", "send", status, 10.0, 0.0) for status in (302, 302, 503, 0)]
    marks = Counter({f"телефон {n}": 1 for n in range(PHONES - 1)} | {"телефон 34": 2})
    one = Rushed(Size(1, 3, 6), met, counted={"link": (PHONES + 1, PHONES + 1)}, marks=marks)
    assert one.refused == {503: 1, 0: 1} and not one.whole and one.once == PHONES - 1
    told = rush.claims({"sqlite": one})
    assert [(reached, well) for _, _, reached, well in told] == [("2, 1", False), ("34", False)]


def test_a_phone_sends_what_its_sheet_asks() -> None:
    page = """<form><input type="hidden" name="back" value="/"></form>
    <form method="post" data-survey><input type="hidden" name="token" value="a&amp;b">
    <input type="radio" name="q1" value="1" ><input type="radio" name="q1" value="2" >
    <textarea name="q7" rows="3"></textarea></form>"""
    assert filled(page, "метка") == {"token": "a&b", "q1": "1", "q7": "метка"}
    assert filled("<p>Не открылось</p>", "метка") == {}
