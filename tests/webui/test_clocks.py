"""Clocks that jump: back by an hour, over the first of September, onto a day that few years have."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from engine.services import cycles, journal
from engine.services.host import host
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from tests.gates.plugin import Figure
from tests.webui.conftest import person_id
from tests.webui.crawling import LEFTOVERS, step_in

MOMENTS = (
    datetime(2027, 8, 31, 23, 59, 59),
    datetime(2027, 9, 1),
    datetime(2027, 12, 31, 23, 59, 59),
    datetime(2028, 2, 29, 12),
    datetime(2029, 2, 28, 23, 59, 59),
)
PAGES = (
    "/ /calendar /events /visits /visits/new /indicators /reports /conference /school/year /school/consents "
    "/school/retention /groups/5 /cycles/1 /cycles/10 /lab /bank"
)


@pytest.mark.gate("R-24")
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_pages_open_at_the_edges_of_years(demo_school: Flask, moment: datetime, figure: Figure) -> None:
    client = step_in(demo_school, person_id(demo_school, "Журналова"))
    with demo_school.app_context():
        host().clock.set(moment)
    client = step_in(demo_school, person_id(demo_school, "Журналова"))
    for page in PAGES.split():
        answer = client.get(page)
        assert answer.status_code == 200, (page, answer.status_code)
        assert not LEFTOVERS.search(answer.text), page
    figure.reached(f"{len(MOMENTS)} edges of years x {len(PAGES.split())} pages")


@pytest.mark.gate("R-24")
def test_history_goes_by_number_when_the_clock_is_set_back(demo_school: Flask, figure: Figure) -> None:
    with demo_school.app_context():
        cycle = db.session.get(Cycle, 2)
        person, number, begun = cycle.triad.memberships[0].person.id, cycle.seq, host().clock.now()
        host().clock.set(begun)
        for n, action in enumerate(("hold", "resume", "hold", "resume")):
            host().clock.set(begun - timedelta(hours=n))
            somebody = db.session.get(Person, person)
            cycles.fire(2, action, somebody, number + n, {"reason": "Каникулы"})
        cycle = db.session.get(Cycle, 2, populate_existing=True)
        last = [entry for entry, _ in journal.entries(cycle)][-4:]
        assert [entry.action for entry in last] == ["hold", "resume", "hold", "resume"]
        assert [entry.seq for entry in last] == list(range(number + 1, number + 5))
        assert [entry.at for entry in last] == sorted((e.at for e in last), reverse=True), "the clock did go back"
        assert journal.replay(cycle) == (cycle.stage, cycle.round, cycle.held)
        name = db.session.get(Person, person).last_name
    page = step_in(demo_school, person_id(demo_school, name)).get("/cycles/2")
    assert page.status_code == 200
    figure.reached("four presses, each an hour before the last: in order by number")
