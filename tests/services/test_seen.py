"""A view that is read part by part: once, when looked at; what stands in the way is nobody's fault but the reader's."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from engine.core.view import CycleView, Person, Sheet
from engine.extension.fault import told
from engine.services import tallies
from engine.services.names import Names
from engine.services.parts import Sheets
from engine.services.seen import Seen, Unread
from engine.store.prepared import Statement

ROW = (1, "plan", 1, 0, "submitted", {"aim": "Секретная фраза"}, None, None)
OTHER = (2, "discussion", 1, 0, "submitted", {"aim": "Непрочитанное"}, None, None)


NOW = datetime(2026, 9, 7, 9)
WHO = Person(7, "Тайнина Т. Т.")


def view(
    parts: dict[str, Callable[[], Any]] | None = None, fact: Callable[[str], Any] = str.upper, by: int | None = 7
) -> Seen:
    """A view of two documents and of the feeds «one» and «two», as the one teacher of the team sees it."""
    documents = Sheets([ROW, OTHER], Names(lambda *_, **__: [], {}, lambda: {7: WHO}))
    feeds, numbers = ("one", "two"), {"triad_member": (7,)}
    return Seen(documents, lambda: parts or {}, feeds, fact, numbers, by, "planning", 1, False, NOW, {})


def test_a_part_is_made_once_and_only_when_somebody_looks() -> None:
    asked: list[str] = []
    seen = view({"waived": lambda: asked.append("waived") or frozenset({"a"})}, lambda name: asked.append(name) or name)
    assert asked == []
    assert seen.waived == seen.waived == {"a"}
    assert asked == ["waived"]
    assert seen.facts["two"] == seen.facts["two"] == "two"
    assert asked == ["waived", "two"]
    assert (seen.facts.get("three", "none"), list(seen.facts), len(seen.facts)) == ("none", ["one", "two"], 2)
    with pytest.raises(KeyError):
        seen.facts["three"]
    with pytest.raises(AttributeError):
        seen.nothing  # noqa: B018 - it is the looking that is asked
    assert isinstance(seen, CycleView) and "one" not in repr(seen)


def test_people_are_named_when_somebody_looks_at_them() -> None:
    seen = view()
    assert seen.holds("triad_member") and not seen.holds("observer") and not view(by=8).holds("triad_member")
    assert not view(by=None).holds("triad_member") and view(by=None).actor is None
    (met,) = seen.holders("triad_member")
    assert met.id == 7 and isinstance(met, Person) and seen.holders("observer") == ()
    message, _ = told(ValueError("Тайнина"), {"view": seen, "actor": seen.actor})
    assert message == "Тайнина" and not seen.documents.names.asked  # whoever has not looked cannot tell
    assert met.name == "Тайнина Т. Т." and seen.documents.names.asked
    assert told(ValueError("Тайнина"), {"actor": met})[0] == "…"
    assert seen.holders("triad_member") == (WHO,) and seen.roles == {"triad_member": (WHO,)} and seen.actor == WHO
    assert met == WHO and hash(WHO) == hash(met) and met != Person(8, WHO.name)
    assert seen.documents.names(9) == Person(9, "?")
    with pytest.raises(AttributeError):
        met.nothing  # type: ignore[attr-defined]  # noqa: B018 - it is the looking that is asked


def test_a_name_that_cannot_be_read_is_nobodys_fault_but_the_readers() -> None:
    broken = OSError("the database is gone")

    def fail() -> Any:
        raise broken

    documents = Sheets([ROW], Names(lambda *_, **__: [], {}, fail))
    seen = Seen(documents, dict, (), str.upper, {"triad_member": (7,)}, 7, "planning", 1, False, NOW, {})
    (met,) = seen.holders("triad_member")
    assert met.id == 7 and seen.missed is None
    with pytest.raises(Unread) as unread:
        _ = met.name
    assert seen.missed is broken and unread.value.__cause__ is broken


def test_what_stands_in_the_way_stays_with_the_view() -> None:
    broken = OSError("the database is gone")

    def fail(*_: object) -> Any:
        raise broken

    for look in (lambda seen: seen.waived, lambda seen: seen.facts["one"]):
        seen = view({"waived": fail}, fail)
        with pytest.raises(Unread) as unread:
            look(seen)
        assert seen.missed is broken and unread.value.__cause__ is broken


def test_what_stands_in_the_way_inside_a_document_is_nobodys_fault_but_the_readers() -> None:
    broken = ValueError("no JSON")

    def read(row: Any) -> Any:
        raise broken

    documents = Sheets([ROW], Names(lambda *_, **__: [], {}), read)
    seen = Seen(documents, dict, (), str.upper, {}, None, "planning", 1, False, NOW, {})
    sheet = seen.sheet("plan")
    assert sheet is not None and sheet.submitted and seen.missed is None  # nobody has looked inside
    with pytest.raises(Unread) as unread:
        _ = sheet.values
    assert seen.missed is broken and unread.value.__cause__ is broken


RUN = (4, "class_survey", 1, False, 2, 12, "", 3)  # two by phone, who hide among three on paper


def surveyed(of_counts: Callable[[], Any]) -> tuple[Seen, list[Statement]]:
    """A view of a survey, and every statement it is read by: of the runs, then of their counts."""
    asked: list[Statement] = []

    def read(statement: Statement, /, **given: Any) -> Any:
        asked.append(statement)
        return [RUN] if len(asked) == 1 else of_counts()

    seen = view({"tallies": lambda: tallies.of_cycle(1, read, seen.documents.within)})
    return seen, asked


def test_answers_of_a_survey_are_counted_when_somebody_looks_at_the_counts() -> None:
    seen, asked = surveyed(lambda: [(4, "q1", "3", 2), (4, "q1", "1", 1)])
    tally = seen.tally("class_survey")
    assert tally is not None and (tally.answers, tally.present, tally.is_open) == (5, 12, False)
    message, _ = told(ValueError("3"), {"view": seen})
    assert (message, len(asked)) == ("3", 1)  # nobody has looked at counts, and none are words
    assert tally.agreed("q1") == 2 / 3 and tally.counts == {"q1": {"3": 2, "1": 1}} and len(asked) == 2
    with pytest.raises(TypeError):
        tally.counts["q1"]["3"] = 3  # type: ignore[index]
    with pytest.raises(AttributeError):
        tally.nothing  # noqa: B018 - it is the looking that is asked


def test_a_phone_that_comes_between_the_runs_and_their_counts_is_not_told_by_the_paper() -> None:
    quiet, loud = (4, "class_survey", 1, False, 0, 12, "", 3), (5, "class_survey", 2, False, 7, 12, "", None)
    sent = iter(([quiet, loud], [(4, {"q1": "1"}), *[(5, {"q1": "4"})] * 7], [(4, "q1", "3", 3)]))
    silent, told_ = tallies.of_cycle(1, lambda *_, **__: next(sent))
    assert (silent.counts, told_.counts) == ({"q1": {"3": 3}}, {"q1": {"4": 7}})


def test_what_stands_in_the_way_of_counting_is_nobodys_fault_but_the_readers() -> None:
    broken = OSError("the database is gone")

    def fail() -> Any:
        raise broken

    seen, _ = surveyed(fail)
    tally = seen.tally("class_survey")
    assert tally is not None and seen.missed is None
    with pytest.raises(Unread) as unread:
        tally.agreed("q1")
    assert seen.missed is broken and unread.value.__cause__ is broken


def test_nothing_of_it_can_be_changed() -> None:
    seen = view({"waived": frozenset})
    with pytest.raises(AttributeError):
        seen.stage = "closed"  # type: ignore[misc]
    with pytest.raises(TypeError):
        seen.facts["one"] = "2"  # type: ignore[index]
    with pytest.raises(TypeError):
        seen.sheets[0].values["aim"] = "другое"  # type: ignore[index]


def test_words_a_failing_plugin_has_looked_at_are_masked_and_nothing_is_read_for_it() -> None:
    seen = view({"waived": lambda: pytest.fail("read for the sake of a message")}, lambda name: f"тайна-{name}")
    assert isinstance(seen.sheet("plan"), Sheet) and seen.facts["one"] == "тайна-one"
    assert seen.holders("triad_member") == (WHO,)
    said = "Секретная фраза, Тайнина, тайна-one, Непрочитанное"
    message, trace = told(ValueError(said), {"view": seen})
    for words in ("Секретная", "фраза", "Тайнина", "тайна"):
        assert words not in message + trace
    assert "Непрочитанное" in message  # nobody has shown it to the plugin: it is the plugin's own word
    assert seen.missed is None


def test_a_view_goes_when_nobody_holds_it() -> None:
    gc.disable()
    try:
        seen = view()
        assert seen.values("plan") and seen.holders("triad_member") and seen.actor
        held = weakref.ref(seen), weakref.ref(seen.documents)
        del seen
        assert [one() for one in held] == [None, None]
    finally:
        gc.enable()
