"""Webhooks against a real receiver: signed, tried again, sent once, written with the action or not at all."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from engine.services import cycles, effects, tick, types
from engine.services.errors import Forbidden, Invalid, NotFound
from engine.services.host import host, now
from engine.services.programs import addresses, messages, sending, webhooks
from engine.store.bank import Material
from engine.store.cycles import Cycle, Notice
from engine.store.database import db
from engine.store.people import Person
from engine.store.programs import Webhook, WebhookDelivery
from engine.store.unit import unit_of_work
from tests.webui.api.conftest import ADMIN, key_of
from tests.webui.api.receiver import Receiver, receiving
from tests.webui.conftest import csrf, person_id
from tests.webui.crawling import step_in

PLANNER = "Линейкина"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def hook(demo_school: Flask, receiver: Receiver) -> Iterator[Webhook]:
    """A webhook of the demo school for everything; the clock stands still, the app is running."""
    with demo_school.app_context():
        host().clock.set(now())
        made = webhooks.add(_person(ADMIN), "Журнал", receiver.url, messages.EVENTS)
        yield made


def _person(last_name: str) -> Person:
    return db.session.scalars(db.select(Person).where(Person.last_name == last_name)).one()


def _hold(person: str = PLANNER) -> None:
    cycle = db.session.get(Cycle, 4)
    cycles.fire(4, "resume" if cycle.held else "hold", _person(person), cycle.seq, {"reason": "Тайна Указкиной"})


def _rows(hook: Webhook) -> list[WebhookDelivery]:
    db.session.expire_all()
    return webhooks.log(_person(ADMIN), hook.id)[::-1]


def test_a_message_is_signed_and_names_no_words(hook: Webhook, receiver: Receiver) -> None:
    _hold()
    assert receiver.messages == [], "nothing is sent inside the action"
    assert [s.done for s in tick.run(["webhooks"])] == [1]
    ((headers, body),) = receiver.messages
    told = Verifier(hook.secret).verify(body.decode(), headers)
    assert told["type"] == "cycle.fired"
    assert told["data"]["cycle_id"] == 4 and told["data"]["action"] == "hold" and told["data"]["held"] is True
    assert told["data"]["version"] == db.session.get(Cycle, 4).seq
    assert re.search(r"\+07:00$", told["timestamp"])
    assert not re.search("[А-Яа-яЁё]", body.decode()) and "\\u04" not in body.decode()
    with pytest.raises(WebhookVerificationError):
        Verifier(hook.secret).verify(body.decode().replace("hold", "fold"), headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(webhooks.rotate(_person(ADMIN), hook.id)).verify(body.decode(), headers)
    assert receiver.paths == ["/hook"] and headers["content-type"] == "application/json"
    assert [(r.state, r.status, r.tries) for r in _rows(hook)] == [("sent", 204, 1)]


def test_what_is_told(demo_school: Flask, hook: Webhook, receiver: Receiver) -> None:
    admin = _person(ADMIN)
    running = db.session.get(Cycle, 2)
    definition = cycles.definition_of(running)
    asks = {f.key: f.options[0].key if f.options else "причина" for f in definition.process.action("end_early").asks}
    cycles.fire(2, "end_early", _person("Указкина"), running.seq, asks)
    program = key_of(demo_school, "Указкина")
    triad = db.session.get(Cycle, 2).triad_id
    opened = program.post("/cycles", {"triad_id": triad}).json["id"]
    shown = program.get(f"/cycles/{opened}/submissions/passport/0")
    assert shown["editable"]
    types.switch(admin, "sel", "draining")
    with unit_of_work():
        material = db.session.scalars(db.select(Material).where(Material.state == "in_bank")).first()
        messages.of_material(material, admin)
    tick.run(["webhooks"])
    told = [json.loads(body) for _headers, body in receiver.messages]
    assert [t["type"] for t in told] == [
        "cycle.fired",
        "cycle.closed",
        "cycle.opened",
        "type.switched",
        "material.published",
    ]
    assert told[2]["data"]["cycle_id"] == opened
    assert told[3]["data"] == {"school_id": admin.school_id, "type": "sel", "state": "draining", "actor_id": admin.id}


def test_a_document_handed_in_is_told(demo_school: Flask, hook: Webhook, receiver: Receiver) -> None:
    from engine.services.demo.driver import write

    write(_person(PLANNER), db.session.get(Cycle, 4), "plan", round_=2, complete=False)
    assert _rows(hook) == [], "a half-filled one is not"
    stored = write(_person(PLANNER), db.session.get(Cycle, 4), "plan", round_=2)
    (row,) = _rows(hook)
    assert row.event == "submission.submitted"
    assert row.payload["data"]["form"] == "plan" and row.payload["data"]["submission_version"] == stored.version


def test_an_action_rolled_back_sends_nothing(
    demo_school: Flask, hook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*given: Any) -> None:
        raise RuntimeError("an effect that fails")

    monkeypatch.setattr(effects, "carry_out", fails)
    with pytest.raises(RuntimeError):
        _hold()
    assert _rows(hook) == []
    assert [s.done for s in tick.run(["webhooks"])] == [0] and receiver.messages == []


def test_only_what_was_asked_for_and_only_of_the_own_school(demo_school: Flask, receiver: Receiver) -> None:
    with demo_school.app_context():
        admin, other = _person(ADMIN), _person("Заречнов")
        some = webhooks.add(admin, "Типы", receiver.url, ["type.switched"])
        theirs = webhooks.add(other, "Чужой", receiver.url, messages.EVENTS)
        off = webhooks.add(admin, "Выключен", receiver.url, messages.EVENTS)
        webhooks.switch(admin, off.id, False)
        _hold()
        types.switch(admin, "sel", "draining")
        assert [r.event for r in webhooks.log(admin, some.id)] == ["type.switched"]
        assert webhooks.log(other, theirs.id) == [] == webhooks.log(admin, off.id)
        for verb in (webhooks.one, webhooks.log, webhooks.remove, webhooks.ping, webhooks.rotate):
            with pytest.raises(NotFound):
                verb(admin, theirs.id)
            with pytest.raises(Forbidden):
                verb(_person("Указкина"), some.id)


def test_a_refusal_is_tried_again_later_and_under_the_same_id(hook: Webhook, receiver: Receiver) -> None:
    receiver.status = 500
    _hold()
    start = now()
    for tries, pause in enumerate(sending.PAUSES, 1):
        tick.run(["webhooks"])
        (row,) = _rows(hook)
        assert (row.state, row.tries, row.status, row.error) == ("waiting", tries, 500, "HTTP 500")
        assert tick.run(["webhooks"])[0].done == 0 and len(receiver.messages) == tries, "not before its time"
        start += timedelta(minutes=pause)
        host().clock.set(start)
    tick.run(["webhooks"])
    assert [r.state for r in _rows(hook)] == ["failed"]
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1
    receiver.status = 200
    webhooks.again(_person(ADMIN), _rows(hook)[0].id)
    tick.run(["webhooks"])
    assert [(r.state, r.tries, r.error) for r in _rows(hook)] == [("sent", 1, "")]
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1
    assert db.session.get(Webhook, hook.id).failures == 0


def test_a_silent_receiver_is_switched_off_and_administrators_are_told(hook: Webhook, receiver: Receiver) -> None:
    receiver.status = 503
    for _ in range(sending.PATIENCE):
        _hold()
        host().clock.set(now() + timedelta(minutes=1))
        tick.run(["webhooks"])
    db.session.expire_all()
    assert db.session.get(Webhook, hook.id).off_because == "no_answer"
    assert len(receiver.messages) == sending.PATIENCE, "one try a round: the rest waits"
    admins = {_person(ADMIN).id}
    told = db.session.scalars(db.select(Notice).where(Notice.path == f"/school/webhooks/{hook.id}")).all()
    assert {n.person_id for n in told} == admins and len(told) == 1
    count = len(receiver.messages)
    host().clock.set(now() + timedelta(days=1))
    assert tick.run(["webhooks"])[0].done == 0 and len(receiver.messages) == count
    receiver.status = 200
    webhooks.switch(_person(ADMIN), hook.id, True)
    tick.run(["webhooks"])
    assert len(receiver.messages) > count, "what waited is sent once it is on again"


def test_gone_means_gone(hook: Webhook, receiver: Receiver) -> None:
    receiver.status = 410
    _hold()
    tick.run(["webhooks"])
    db.session.expire_all()
    assert db.session.get(Webhook, hook.id).off_because == "no_answer"


def test_a_redirect_is_not_followed(hook: Webhook, receiver: Receiver) -> None:
    receiver.status, receiver.location = 302, receiver.url + "/elsewhere"
    _hold()
    tick.run(["webhooks"])
    assert receiver.paths == ["/hook"]
    assert [(r.state, r.status) for r in _rows(hook)] == [("waiting", 302)]


def test_nobody_listens(demo_school: Flask) -> None:
    with demo_school.app_context(), socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        made = webhooks.add(_person(ADMIN), "Нет", f"http://127.0.0.1:{closed.getsockname()[1]}/", ["cycle.fired"])
        _hold()
        tick.run(["webhooks"])
        (row,) = _rows(made)
        assert row.state == "waiting" and row.status is None and row.error


def test_two_rounds_at_once_send_one(demo_school: Flask, hook: Webhook, receiver: Receiver) -> None:
    _hold()
    ready = threading.Barrier(4)

    def round_() -> None:
        with demo_school.app_context():
            ready.wait()
            tick.run(["webhooks"])

    threads = [threading.Thread(target=round_) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receiver.messages) == 1
    assert [(r.state, r.tries) for r in _rows(hook)] == [("sent", 1)]


def test_a_sender_that_died_is_followed_by_another(hook: Webhook, receiver: Receiver) -> None:
    _hold()
    (row,) = _rows(hook)
    assert sending._claim(row.id) is not None
    assert tick.run(["webhooks"])[0].done == 0, "somebody is at it"
    host().clock.set(now() + sending.ABANDONED)
    assert tick.run(["webhooks"])[0].done == 1
    assert [r.state for r in _rows(hook)] == ["sent"]


def test_the_log_is_kept_for_a_month(hook: Webhook) -> None:
    _hold()
    tick.run(["webhooks"])
    host().clock.set(now() + sending.KEPT)
    assert [s.done for s in tick.run(["old webhooks"])] == [0]
    host().clock.set(now() + timedelta(seconds=1))
    assert [s.done for s in tick.run(["old webhooks"])] == [1]
    assert _rows(hook) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "http://school.example/hook",
        "ftp://school.example/hook",
        "https://",
        "https://user:word@school.example/",
        "https://school.example:0/",
        "https://school.example:99999/",
        "https://school.example/#here",
        "https://school.example/a b",
        "https://[::1/",
        "https://10.0.0.1/",
        "https://192.168.1.5/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://127.0.0.1/",
        "http://localhost/",
    ],
)
def test_where_a_webhook_may_not_lead(demo_school: Flask, url: str) -> None:
    with demo_school.app_context():
        host().demo = False
        with pytest.raises(Invalid) as wrong:
            webhooks.add(_person(ADMIN), "Проба", url, ["cycle.fired"])
        assert set(wrong.value.errors) == {"url"}


def test_a_name_that_leads_inside_is_refused_when_something_is_sent(
    demo_school: Flask, hook: Webhook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name may have answered otherwise when the address was written down."""
    real = socket.getaddrinfo
    answers = {"inside.example": ["8.8.8.8", "10.1.2.3"], "open.example": ["8.8.8.8"]}

    def look_up(name: str, port: int, *given: Any, **more: Any) -> Any:
        if name in answers:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in answers[name]]
        return real(name, port, *given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    made = webhooks.add(_person(ADMIN), "Внутрь", "https://inside.example/hook", ["cycle.fired"])
    _hold()
    tick.run(["webhooks"])
    (row,) = _rows(made)
    assert row.state == "waiting" and row.error == str(addresses.CLOSED)
    assert addresses.resolved(addresses.taken("https://open.example/")) == "8.8.8.8"
    host().inner_network = True
    assert addresses.resolved(addresses.taken("https://inside.example/")) == "8.8.8.8"


def test_the_pages_of_webhooks(demo_school: Flask, receiver: Receiver) -> None:
    browser = step_in(demo_school, person_id(demo_school, ADMIN))
    token = csrf(browser.get("/school/webhooks").text)

    def post(path: str, **fields: Any) -> Any:
        return browser.post(path, data={"csrf_token": token, **fields})

    wrong = post("/school/webhooks", title="", url="http://else.example/")
    assert wrong.status_code == 422 and wrong.text.count("field-error") == 3
    made = post("/school/webhooks", title="Журнал", url=receiver.url, events=["cycle.fired"])
    secret = re.search(r"whsec_[\w+/=]+", made.text).group()
    assert made.status_code == 200 and secret not in browser.get("/school/webhooks").text
    page = "/school/webhooks/1"
    assert secret not in browser.get(page).text
    assert post(page, what="ping").status_code == 302
    with demo_school.app_context():
        tick.run(["webhooks"])
    headers, body = receiver.messages[0]
    assert Verifier(secret).verify(body.decode(), headers)["type"] == "ping"
    assert "Пробное сообщение" in browser.get(page).text
    assert post("/school/webhooks/deliveries/1/again").status_code == 302
    with demo_school.app_context():
        tick.run(["webhooks"])
    assert len(receiver.messages) == 2
    fresh = re.search(r"whsec_[\w+/=]+", post(page, what="rotate").text).group()
    assert fresh != secret
    assert post(page, what="off").status_code == 302 and "Выключен" in browser.get(page).text
    assert (
        "Сначала включите вебхук"
        in browser.post(page, data={"csrf_token": token, "what": "ping"}, follow_redirects=True).text
    )
    assert post(page, title="Другой", url="nowhere", events=["cycle.fired"]).status_code == 422
    assert post(page, title="Другой", url=receiver.url, events=["cycle.opened"]).status_code == 302
    assert "Другой" in browser.get("/school/webhooks").text
    assert post(page, what="remove").status_code == 302 and browser.get(page).status_code == 404
    with demo_school.app_context():
        assert db.session.scalars(db.select(WebhookDelivery)).all() == []


def test_the_pages_of_keys(demo_school: Flask) -> None:
    for name, path, revoked in (
        ("Указкина", "/profile/programs", "/profile/programs"),
        (ADMIN, "/school/programs", "/school/programs"),
    ):
        browser = step_in(demo_school, person_id(demo_school, name))
        token = csrf(browser.get(path).text)
        wrong = browser.post(path, data={"csrf_token": token, "title": "Журнал", "days": "90"})
        assert wrong.status_code == 422 and "field-error" in wrong.text and 'value="Журнал"' in wrong.text
        made = browser.post(
            path, data={"csrf_token": token, "title": "Журнал", "days": "90", "scopes": ["groups:read", "cycles:write"]}
        )
        secret = re.search(r"trefoil_[\w-]{40,}", made.text).group()
        assert secret not in browser.get(path).text and secret[:12] in browser.get(path).text
        opened = demo_school.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
        expected = ["groups:read"] if name == ADMIN else ["groups:read", "cycles:write"]
        assert opened.json["scopes"] == expected
        action = re.findall(r'action="(/profile/programs/\d+/revoke)"', browser.get(path).text)[0]
        gone = browser.post(action, data={"csrf_token": token})
        assert gone.status_code == 302 and gone.location == revoked
        assert (
            demo_school.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code
            == 401
        )
        assert "отозван" in browser.get(path).text
