"""What is timed is the real thing: every cycle arrives, wrong presses are refused, and statements stay few."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import decision, fire, page, real, steps, versus, weight
from benchmarks.fire import OURS, ours
from benchmarks.limit import Limit
from benchmarks.peers.catalogue import PEERS
from benchmarks.process import TYPE
from benchmarks.timing import database, order

pytestmark = pytest.mark.slow
#: A press that begins a session: a plan of all is agreed, the cycle goes to the Laboratory.
WIDER = {"approve_development_plan": 24, "hand_to_lab": 64}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def test_the_type_is_the_process_that_the_limit_and_the_peers_go_through() -> None:
    told = {(a.key, s, a.target, a.roles[0], a.when) for a in TYPE.process.actions for s in a.source}
    assert told == {(key, source, target, role, when) for key, source, target, role, _, when in steps.STEPS}
    assert [a.rules[0].key for a in TYPE.process.actions] == [f"complete.{step[4]}" for step in steps.STEPS]
    assert (len(steps.SCRIPT), steps.PATH[-1], TYPE.process.rounds) == (15, "decided", steps.ROUNDS)


def test_ours_goes_the_whole_way_on_sqlite(tmp_path: Path) -> None:
    (ratio,) = ours("", tmp_path, 2, 1)
    assert ratio > 0


@pytest.mark.postgres
def test_ours_goes_the_whole_way_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with database(postgres_url.replace("+psycopg", "")) as place:
        (ratio,) = ours(place, tmp_path, 2, 1)
    assert ratio > 0


def test_the_limit_refuses_what_may_not_be_pressed(tmp_path: Path) -> None:
    limit = Limit(str(tmp_path / "limit.sqlite"))
    cycle, other = limit.create(2)
    for action, who in steps.WRONG:
        with pytest.raises(steps.Refused):
            limit.fire(cycle, 0, action, who)
    for press in order([other]):
        limit.fire(*press)
    rows = limit.connection.execute("SELECT id, state, round, version FROM limit_cycle ORDER BY id").fetchall()
    assert rows == [(cycle, "forming", 1, 0), (other, "decided", 3, 15)]
    limit.close()


def test_a_press_of_a_real_type_sends_few_statements(tmp_path: Path) -> None:
    seen = real.walk("", tmp_path, count=True)
    assert {action for action, *_ in seen.told} >= {"approve_plan", "close_survey", "sum_up", *WIDER}
    assert [(action, n) for action, _, n in seen.told if n > WIDER.get(action, 14)] == []


def test_the_limit_is_pressed_beside_each_press_of_a_real_type(tmp_path: Path) -> None:
    limit = Limit(str(tmp_path / "limit.sqlite"))
    seen = real.walk("", tmp_path, limit)
    limit.close()
    assert len(seen.limit) == len(seen.told) and min(seen.limit) > 0


def test_the_page_tells_what_is_reached_and_what_is_not() -> None:
    fast, slow = {OURS: [1.2, 1.2, 1.2]}, {OURS: [3.0], "burr": [2.0], "SQLAlchemy Core alone": [1.0]}
    fired: versus.Found = {"sqlite_full": slow, "postgres": fast}
    pressed = real.Found({"postgres": [real.Ratios(5.0, 3.5, 2.5)]}, [("hand_to_lab", 9.0, 70), ("sum_up", 1.0, 9)])
    decided = {"allowed": (1.0, 2.5), "refused": (1.0, 90.0)}
    light = {"Указкина": [weight.Page("/", 20_000, 60_000, 7), weight.Page("/lab/5", 40_000, 0, 1)]}
    text = page.written(
        {
            "fire": page.Figures("2026-11-26", True, fire.claims(fired), fire.table(fired)),
            "decision": page.Figures("2026-11-26", False, decision.claims(decided), decision.table(decided)),
            "real": page.Figures("2026-11-26", False, real.claims(pressed), real.table(pressed)),
            "weight": page.Figures("2026-11-26", False, weight.claims(light), weight.table(light)),
        }
    )
    assert "| ≤ 1.6 x | 3.00 x | not reached |" in text and "| ≤ 1.25 x | 1.20 x | reached |" in text
    assert "before 0 of 1; behind burr | not reached" in text
    assert "| ≤ 3 µs | 1.5 µs | reached |" in text
    assert "| ≤ 4 x | 5.00 x the mean of a cycle, 3.50 x the median press | not reached |" in text
    assert "pressed in the same moments | ≤ 4 x | 2.50 x the mean | reached |" in text
    assert text.index("| SQLAlchemy Core alone | 1.00") < text.index(f"| {OURS} | 3.00")
    assert "at most 70" in text and "few runs" in text
    assert "| ≤ 150 KB | 80 KB | reached |" in text
    assert "| ≤ 30 KB | at most 40 KB (/lab/N) | not reached |" in text


def test_figures_of_a_part_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "KEPT", tmp_path)
    figures = page.Figures("2026-11-26", True, [("a", "b", "c", True)], "| таблица |")
    (tmp_path / "real.json").write_text(json.dumps(figures._asdict(), ensure_ascii=False), encoding="utf-8")
    (found,) = page.kept().items()
    assert found == ("real", figures._replace(claims=[["a", "b", "c", True]]))


def test_every_peer_is_driven_by_a_module_of_its_own() -> None:
    folder = Path(page.__file__).with_name("peers")
    for name, entry in PEERS.items():
        module, kind = entry.path
        assert f"class {kind}(" in (folder / f"{module}.py").read_text(encoding="utf-8"), name
        assert (folder / "requirements" / f"{entry.environment}.txt").exists(), name


def test_decisions_in_memory_are_those_of_the_process() -> None:
    machine = decision._ours("plan", decision.view("planning", 1, "lead"))()
    assert (machine.stage, machine.round) == ("conducting", 1)
    refused = decision._ours("plan", decision.view("planning", 1, "observer", written=False))()
    assert [reason.code for reason in refused] == ["role", "complete.lesson_plan"]
