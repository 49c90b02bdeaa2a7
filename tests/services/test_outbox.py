"""Letters and digests: sent once whoever ticks, tried again, seen when they fail; none for what was rolled back."""

from __future__ import annotations

import email
import email.policy
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import current_app

from engine.core.text import Text
from engine.services import tick, years
from engine.services.demo.school import Cast
from engine.services.effects import notify
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import host, now
from engine.services.outbox import digests, letters
from engine.services.outbox.mail import Mail, message
from engine.store.database import db
from engine.store.outbox import Letter
from engine.store.people import Person
from engine.store.unit import unit_of_work
from tests.services.smtp import Post, post

WEDNESDAY = datetime(2026, 9, 16, 7, 30)


@pytest.fixture
def server(school: Cast) -> Iterator[Post]:
    with post() as running:
        host().mail = Mail("127.0.0.1", "trefoil@school.example", running.port, security="none")
        host().address = "https://trefoil.example"
        host().clock.set(WEDNESDAY)
        yield running


@pytest.fixture
def me(school: Cast) -> Person:
    person = school.people["Указкина"]
    digests.choose(person, "daily", "ukazkina@school.example")
    return person


def _tell(person: Person, text: str = "Тройка ждёт вас", path: str = "/visits/1") -> None:
    with unit_of_work():
        notify(person.id, Text(text, en="The triad waits"), path=path)


def _states() -> list[str]:
    return list(db.session.scalars(db.select(Letter.state).order_by(Letter.id)))


def _read(raw: str) -> email.message.EmailMessage:
    return email.message_from_string(raw, policy=email.policy.default)  # type: ignore[return-value]


def test_a_digest_holds_what_waits_and_where(server: Post, me: Person) -> None:
    _tell(me)
    _tell(me, "Отчёт вернули", "/reports/1/1")
    assert digests.write_due() == 1
    assert letters.send_due() == (1, 0)
    ((to, raw),) = server.letters
    letter = _read(raw)
    body = letter.get_content()
    assert to == "ukazkina@school.example" and letter["Subject"] == "Трилистник: что ждёт вас"
    assert "Здравствуйте, Вера!" in body and "— Тройка ждёт вас\n  https://trefoil.example/visits/1" in body
    assert "Отчёт вернули" in body and letter["Auto-Submitted"] == "auto-generated"
    assert _states() == ["sent"]


def test_a_digest_speaks_the_language_of_its_reader(server: Post, me: Person) -> None:
    with unit_of_work():
        me.language = "en"
    _tell(me)
    digests.write_due()
    letters.send_due()
    assert "Good morning" in _read(server.letters[0][1]).get_content()
    assert "The triad waits" in _read(server.letters[0][1]).get_content()


def test_one_digest_a_day_and_nothing_told_twice(server: Post, me: Person) -> None:
    _tell(me)
    assert [digests.write_due() for _ in range(3)] == [1, 0, 0]
    host().clock.set(WEDNESDAY + timedelta(days=1))
    assert digests.write_due() == 0, "the same notice is not told again"
    _tell(me, "Новое")
    host().clock.set(WEDNESDAY + timedelta(days=1, hours=1))
    assert digests.write_due() == 1
    last = db.session.scalars(db.select(Letter).order_by(Letter.id.desc())).first()
    assert "Новое" in last.body and "Тройка" not in last.body


def test_two_ticks_at_once_send_one(server: Post, me: Person) -> None:
    _tell(me)
    app = current_app._get_current_object()
    start = threading.Barrier(4)
    told: list[tuple[tick.Step, ...]] = []

    def round_() -> None:
        with app.app_context():
            start.wait()
            told.append(tick.run())
            db.session.remove()

    threads = [threading.Thread(target=round_) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [step for steps in told for step in steps if step.error] == []
    assert len(server.letters) == 1 and _states() == ["sent"]
    assert sum(step.done for steps in told for step in steps if step.name == "letters") == 1


def test_what_is_rolled_back_sends_nothing(server: Post, me: Person) -> None:
    with pytest.raises(RuntimeError, match="passed"), unit_of_work():
        notify(me.id, Text("Не было", en="It never was"))
        letters.write(me, "x", "Тема", "Тело")
        raise RuntimeError("it came to nothing: passed")
    assert digests.write_due() == 0 and letters.send_due() == (0, 0)
    assert _states() == [] and server.letters == []


@pytest.mark.parametrize(
    ("moment", "digest", "due"),
    [
        (datetime(2026, 9, 16, 6, 59), "daily", False),
        (datetime(2026, 9, 16, 7, 0), "daily", True),
        (datetime(2026, 9, 19, 9, 0), "daily", False),  # a Saturday
        (datetime(2026, 10, 28, 9, 0), "daily", False),  # autumn holidays
        (datetime(2026, 11, 4, 9, 0), "daily", False),  # Unity Day
        (datetime(2026, 12, 31, 9, 0), "daily", False),  # a day moved to the New Year
        (datetime(2027, 1, 4, 9, 0), "daily", False),
        (datetime(2027, 1, 12, 9, 0), "daily", True),
        (datetime(2027, 6, 15, 9, 0), "daily", False),  # summer
        (datetime(2026, 9, 14, 9, 0), "weekly", True),  # a Monday
        (datetime(2026, 9, 16, 9, 0), "weekly", False),
        (datetime(2026, 11, 2, 9, 0), "weekly", True),
        (datetime(2027, 2, 24, 9, 0), "weekly", True),  # Monday and Tuesday are off
        (datetime(2026, 9, 16, 9, 0), "off", False),
    ],
)
def test_digests_go_out_on_mornings_of_working_days(
    server: Post, me: Person, moment: datetime, digest: str, due: bool
) -> None:
    digests.choose(me, digest, "ukazkina@school.example")
    host().clock.set(moment)
    _tell(me)
    assert digests.write_due() == int(due)


def test_the_first_of_september_begins_a_year(server: Post, me: Person, school: Cast) -> None:
    """Between two years nothing is due; on the first of September it is again."""
    admin = school.people["Журналова"]
    years.add_year(admin, datetime(2027, 9, 1).date(), datetime(2028, 5, 31).date())
    for moment, due in ((datetime(2027, 8, 31, 9, 0), 0), (datetime(2027, 9, 1, 9, 0), 1)):
        host().clock.set(moment)
        _tell(me)
        assert digests.write_due() == due, moment


def test_without_a_mail_server_nothing_is_written_and_all_works(school: Cast, me: Person) -> None:
    assert host().mail is None
    host().clock.set(WEDNESDAY)
    _tell(me)
    assert digests.write_due() == 0 and letters.send_due() == (0, 0) and _states() == []
    assert [s.error for s in tick.run()] == [""] * len(tick.STEPS)


def test_nobody_without_an_address_or_with_a_closed_account_gets_letters(server: Post, school: Cast) -> None:
    silent, closed = school.people["Тетрадкина"], school.people["Мелков"]
    digests.choose(closed, "daily", "m@school.example")
    with unit_of_work():
        closed.active = False
    _tell(silent)
    _tell(closed)
    assert digests.write_due() == 0


def test_a_server_that_is_away_is_tried_again_and_then_it_is_seen(server: Post, me: Person, school: Cast) -> None:
    server.answer = "451 later"
    _tell(me)
    digests.write_due()
    moment = WEDNESDAY
    for tries, pause in enumerate(letters.PAUSES, 1):
        assert letters.send_due() == (0, 1), tries
        assert letters.send_due() == (0, 0), "not before its time"
        moment += timedelta(minutes=pause)
        host().clock.set(moment)
    assert letters.send_due() == (0, 1)
    assert _states() == ["failed"]
    admin = school.people["Журналова"]
    ((letter, person),) = letters.of_school(admin, "failed")
    assert person.id == me.id and "451" in letter.error and letters.failed_count(admin) == 1
    server.answer = "250 taken"
    letters.again(admin, letter.id)
    assert letters.send_due() == (1, 0) and len(server.letters) == 1 and letters.failed_count(admin) == 0


def test_a_server_that_hangs_up_or_is_not_there(server: Post, me: Person) -> None:
    server.greeting = ""
    _tell(me)
    digests.write_due()
    assert letters.send_due() == (0, 1) and _states() == ["waiting"]
    host().mail = Mail("127.0.0.1", "a@b.example", 1, security="none")
    host().clock.set(WEDNESDAY + timedelta(minutes=2))
    assert letters.send_due() == (0, 1) and _states() == ["waiting"]


def test_a_refused_address_is_not_tried_again(server: Post, me: Person) -> None:
    server.recipient = "550 no such box"
    _tell(me)
    digests.write_due()
    assert letters.send_due() == (0, 1) and _states() == ["failed"]


def test_a_letter_left_behind_is_taken_up(server: Post, me: Person) -> None:
    _tell(me)
    digests.write_due()
    letter_id = db.session.scalar(db.select(Letter.id))
    assert letters._claim(letter_id) is not None
    assert letters.send_due() == (0, 0), "somebody is at it"
    host().clock.set(WEDNESDAY + letters.ABANDONED + timedelta(seconds=1))
    assert letters.send_due() == (1, 0)


def test_letters_are_the_schools_own(server: Post, me: Person, school: Cast) -> None:
    _tell(me)
    digests.write_due()
    letter_id = db.session.scalar(db.select(Letter.id))
    with pytest.raises(Forbidden):
        letters.of_school(me)
    with pytest.raises(Forbidden):
        letters.again(me, letter_id)
    admin = school.people["Журналова"]
    with pytest.raises(Invalid):
        letters.again(admin, letter_id)
    with pytest.raises(NotFound):
        letters.again(admin, 9999)


def test_old_letters_are_thrown_away(server: Post, me: Person) -> None:
    _tell(me)
    digests.write_due()
    letters.send_due()
    assert letters.forget(now() - tick.LETTERS_KEPT) == 0
    host().clock.set(now() + tick.LETTERS_KEPT + timedelta(days=1))
    assert letters.forget(now() - tick.LETTERS_KEPT) == 1 and _states() == []


@pytest.mark.parametrize("address", ["a@b\nBcc: x@y.z", "нет", "a b@c.d", "@x", "x@", "a@b@c", "я" * 200 + "@x.y"])
def test_an_address_that_is_none_is_refused(me: Person, address: str) -> None:
    with pytest.raises(Invalid):
        digests.choose(me, "daily", address)
    assert db.session.get(Person, me.id).email == "ukazkina@school.example"


def test_an_unknown_choice_is_refused(me: Person) -> None:
    with pytest.raises(Invalid):
        digests.choose(me, "hourly", "")


@pytest.mark.parametrize("text", ["Тема\r\nBcc: x@y.z", "Тема\nвторая", "а\x00б"])
def test_nothing_becomes_a_header_of_its_own(text: str) -> None:
    mail = Mail("x", "t@school.example")
    try:
        made = message(mail, "a@b.example", text.replace("\x00", ""), "тело", "k1")
    except Invalid:
        return
    again = _read(made.as_string())
    assert again["Bcc"] is None and "\n" not in again["Subject"]
    with pytest.raises(Invalid):
        message(mail, "a@b.example\r\nBcc: x@y.z", "т", "т", "k")


@pytest.mark.parametrize(
    ("settings", "made"),
    [
        ({}, None),
        ({"TREFOIL_MAIL_HOST": "m", "TREFOIL_MAIL_FROM": "a@b"}, Mail("m", "a@b")),
        (
            {"TREFOIL_MAIL_HOST": "m", "TREFOIL_MAIL_FROM": "a@b", "TREFOIL_MAIL_SECURITY": "tls"},
            Mail("m", "a@b", 465, security="tls"),
        ),
    ],
)
def test_settings(settings: dict[str, str], made: Mail | None) -> None:
    assert Mail.from_settings(settings) == made


@pytest.mark.parametrize(
    "wrong",
    [{"TREFOIL_MAIL_FROM": "нет"}, {"TREFOIL_MAIL_PORT": "x"}, {"TREFOIL_MAIL_SECURITY": "magic"}],
)
def test_settings_that_cannot_work_are_told(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="TREFOIL_MAIL"):
        Mail.from_settings({"TREFOIL_MAIL_HOST": "m", "TREFOIL_MAIL_FROM": "a@b", **wrong})


def test_a_step_that_fails_stops_no_other(school: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise OSError("диск полон")

    monkeypatch.setitem(tick.STEPS, "digests", broken)
    steps = {s.name: s for s in tick.run()}
    assert "диск полон" in steps["digests"].error
    assert all(not s.error for name, s in steps.items() if name != "digests")


def test_the_minute_s_round_asks_for_what_somebody_waits_for_alone(school: Cast) -> None:
    """Looking for reminders asks the database for everybody's calendar: once an hour is enough."""
    assert [s.name for s in tick.run(tick.SOON)] == ["letters", "webhooks", "exports", "the log"]
    assert set(tick.SOON) < set(tick.STEPS)
