"""Every order in which two clients can go through ``fire``, and many of three: one wins, the journal stays whole."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from engine.core import pauses
from engine.services import cycles, journal
from engine.services.errors import Conflict
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from tests.gates.plugin import Figure
from tests.gates.sizes import LONG
from tests.installation import Database, cast, running
from tests.races.orders import POINTS, Stage, moves_of, of_three, of_two

SEED = 20261126
pytestmark = pytest.mark.slow


@dataclass
class Scene:
    kind: str
    app: Flask
    cycle: int
    people: list[int]

    def around(self, work: Callable[[], None]) -> None:
        with self.app.app_context():
            work()
            db.session.remove()

    def press(self, person: int, action: str, seen: int) -> str:
        """«Приостановить» or «Возобновить», as somebody who saw the cycle at the version ``seen``."""
        try:
            cycles.fire(self.cycle, action, db.session.get(Person, person), seen, {"reason": "Каникулы"})
        except Conflict:
            return "conflict"
        finally:
            db.session.remove()
        return "accepted"

    def stand(self) -> tuple[int, bool]:
        found = db.session.get(Cycle, self.cycle, populate_existing=True)
        stand = (found.seq, found.held)
        db.session.rollback()
        return stand

    def replayed(self) -> None:
        """The whole journal: no number is missing or doubled, and it leads to where the cycle stands."""
        found = db.session.get(Cycle, self.cycle, populate_existing=True)
        assert [entry.seq for entry, _ in journal.entries(found)] == list(range(1, found.seq + 1))
        assert journal.replay(found) == (found.stage, found.round, found.held)
        db.session.rollback()

    def play(self, stage: Stage, orders: Iterable[tuple[int, ...]]) -> int:
        """Each order anew: everybody presses the same button, having seen the same. Returns how many."""
        played = list(orders)
        for order in played:
            seq, held = self.stand()
            action = "resume" if held else "hold"
            work = [functools.partial(self.press, p, action, seq) for p in self.people[: len(stage.clients)]]
            told = stage.play(order, work)
            if len(work) == 2:
                assert tuple(stage.moves) == moves_of(order), "the orders left out would not have been like this one"
            assert sorted(told) == ["accepted"] + ["conflict"] * (len(work) - 1), (order, told)
            assert self.stand() == (seq + 1, not held), order
        self.replayed()
        return len(played)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def scene(
    request: pytest.FixtureRequest, founded_on: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    database = founded_on(request.param).apart(tmp_path_factory.mktemp("orders") / "instance")
    with running(database.folder, database.url(database.template)) as app:
        school = cast()
        team = school.team("ПД-1")
        cycle = cycles.open_cycle(school.triads["ПД-1"], team[0])
        made = Scene(request.param, app, cycle.id, [p.id for p in team])
        db.session.remove()
        yield made
    database.drop()


@pytest.fixture
def meet(scene: Scene) -> Iterator[Callable[[int], Stage]]:
    stages: list[Stage] = []

    def make(count: int) -> Stage:
        stages.append(Stage(count, scene.around))
        return stages[-1]

    yield make
    for stage in stages:
        stage.close()


@pytest.mark.gate("R-02")
def test_every_order_of_two(scene: Scene, meet: Callable[[int], Stage], figure: Figure) -> None:
    """Most of the orders differ by void turns alone, so a short run plays one for each way things can go."""
    orders = list(of_two())
    different = {moves_of(order): order for order in orders}
    assert len(orders) == 924 and len(different) > 10
    count = scene.play(meet(2), orders if LONG else different.values())
    figure.reached(f"{scene.kind}: 924 orders of two over {len(POINTS)} points, {count} played, 1 winner each")


@pytest.mark.gate("R-02")
def test_orders_of_three(scene: Scene, meet: Callable[[int], Stage], figure: Figure) -> None:
    count = scene.play(meet(3), of_three(figure.size(30, 5000), SEED))
    figure.reached(f"{scene.kind}: {count:,} orders of three", seed=SEED)


def test_an_order_can_find_a_client_that_locks_nothing() -> None:
    """The same orders over a client that reads first and writes later: some of them make two winners."""
    book = {"seq": 0}

    def careless() -> str:
        pauses.reached("fire.asked")
        seen = book["seq"]
        pauses.reached("fire.judged")
        book["seq"] = seen + 1
        return "accepted"

    stage = Stage(2, lambda work: work())
    lost = 0
    try:
        for order in of_two():
            book["seq"] = 0
            assert stage.play(order, [careless, careless]) == ["accepted", "accepted"]
            lost += book["seq"] == 1
    finally:
        stage.close()
    assert 0 < lost < 924
