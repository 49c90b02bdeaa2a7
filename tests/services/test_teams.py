"""The word for a team of another size, and what follows from the size: seats, moves, the self-assessment."""

from __future__ import annotations

import dataclasses

import pytest

from engine.core.text import Text, localise
from engine.extension.loader import Source
from engine.services import cycles, groups, maturity, transfers, types
from engine.services.demo.school import Cast
from engine.services.errors import Invalid
from engine.services.host import host
from engine.services.papers.blocks import Grid, Heading, Paper
from engine.services.teams import plain, size_of, worded, worded_whole
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.growth import Transfer
from engine.store.unit import unit_of_work

FORMS = "тройка тройки тройке тройку тройкой тройкам тройками тройках троек Тройка Троек"


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (2, "пара пары паре пару парой парам парами парах пар Пара Пар"),
        (4, "команда команды команде команду командой командам командами командах команд Команда Команд"),
        (3, FORMS),
    ],
)
def test_the_word_declines_as_it_did(size: int, told: str) -> None:
    assert plain(FORMS, size) == told


def test_other_words_stay() -> None:
    assert plain("тройной, троечник, настройка, трое", 2) == "тройной, троечник, настройка, трое"
    assert plain("A triad, triads, triadic; Triad", 2) == "A pair, pairs, triadic; Pair"


def test_what_was_typed_stays_what_was_typed() -> None:
    said = Text("{who}: замена в тройке", en="{who}: replaced in the triad").fill({"who": "Тройка «А»"})
    made = worded(said, 2)
    assert localise(made, "ru") == "Тройка «А»: замена в паре"
    assert localise(made, "en") == "Тройка «А»: replaced in the pair"
    assert worded("Тройка «А»", 2) == "Тройка «А»"
    assert localise(worded(Text(said), 5), "ru") == "Тройка «А»: замена в команде"


def test_a_document_speaks_of_its_team_all_through() -> None:
    head = Text("Участник тройки", en="Member of the triad")
    paper = Paper(head, (Heading(head), Grid((head, "тройка"), ((head, 1),))), name="тройка")
    made = worded_whole(paper, 2)
    assert made.title == made.blocks[0].text == made.blocks[1].heads[0] == made.blocks[1].rows[0][0] == "Участник пары"
    assert made.blocks[1].heads[1] == made.name == "тройка"
    assert worded_whole(paper, 3) is paper


def sized(key: str, team: int) -> None:
    """The type «Формирующее оценивание» under another key, for teams of another size."""
    made = dataclasses.replace(host().registry.types["formative"], key=key, team=team)

    class Brings:
        pass

    from engine.api import hookimpl

    Brings.plc_group_type = staticmethod(hookimpl(lambda: made))
    plugin = host().registry.add(Source(key, "tests", Brings))
    assert plugin.group_type is not None, plugin.reason + plugin.detail


def seated(school: Cast, key: str, team: int, names: tuple[str, ...]) -> Triad:
    sized(key, team)
    admin = school.people["Журналова"]
    types.switch(admin, key, "enabled")
    group = groups.add(admin, key, "ПОС", school.people["Дневникова"].id, None, ["Команда", "Вторая"])
    assert size_of(group) == team
    groups.seat_all(admin, group.triads[0].id, {n: school.people[name].id for n, name in enumerate(names, 1)})
    return group.triads[0]


def test_a_pair_has_two_seats(school: Cast) -> None:
    pair = seated(school, "two", 2, ("Мелков", "Доскина"))
    assert groups.places(pair) == [1, 2]
    with pytest.raises(Invalid, match="два места"):
        groups.seat(school.people["Журналова"], pair.id, 3, school.people["Скрепкина"].id)
    assert cycles.open_cycle(pair, school.people["Мелков"]).round == 1


def test_a_team_of_four_is_whole_with_four(school: Cast) -> None:
    four = seated(school, "four", 4, ("Мелков", "Доскина", "Скрепкина"))
    with pytest.raises(Invalid, match="в команде: 4"):
        cycles.open_cycle(four, school.people["Мелков"])
    groups.seat(school.people["Журналова"], four.id, 4, school.people["Буквина"].id)
    cycles.open_cycle(four, school.people["Мелков"])
    assert groups.places(four) == [1, 2, 3, 4]


def test_a_seat_that_is_taken_stays_in_sight(school: Cast) -> None:
    """A type that came to ask for fewer people does not hide anybody."""
    triad = school.triads["ФО-1"]
    with unit_of_work():
        triad.group.type_key = "formative"
    sized("two", 2)
    with unit_of_work():
        triad.group.type_key = "two"
    assert groups.places(triad) == [1, 2, 3]


def test_who_moves_together_must_find_seats_together(school: Cast) -> None:
    pair = seated(school, "two", 2, ("Мелков", "Доскина"))
    people = school.team("ФО-1")
    from tests.services.roads import road

    cycle, _team = road(school, "setup")
    with unit_of_work():
        row = transfers.request(cycle, pair.group_id, [p.id for p in people], "вместе")
    found = db.session.get(Transfer, row.id)
    with pytest.raises(Invalid, match="не больше людей, чем мест"), unit_of_work():
        transfers._move(found, pair.group, school.people["Журналова"])


def test_two_do_not_assess_themselves(school: Cast) -> None:
    """With a mean and the own answer everybody would know the other's."""
    pair = seated(school, "two", 2, ("Мелков", "Доскина"))
    host().clock.set(host().clock.now().replace(month=10))
    with pytest.raises(Invalid, match="трое и больше"):
        maturity.open_run(school.people["Мелков"], pair.id)
    page = maturity.page(school.people["Мелков"], pair.id)
    assert page.why_not and not any(h.may_open for h in page.halves)


def test_four_assess_themselves_when_all_four_have_answered(school: Cast) -> None:
    names = ("Мелков", "Доскина", "Скрепкина", "Буквина")
    four = seated(school, "four", 4, names)
    host().clock.set(host().clock.now().replace(month=10))
    run = maturity.open_run(school.people["Мелков"], four.id)
    assert run.expects == 4
    for n, name in enumerate(names, 1):
        maturity.answer(school.people[name], run.id, dict.fromkeys(maturity.ITEMS, 2))
        assert (run.id in maturity.results_of([run])) == (n == 4)
