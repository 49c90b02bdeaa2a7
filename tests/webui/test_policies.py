"""Every endpoint has a policy, and the policy holds for whoever comes."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.webui.conftest import csrf
from webui import links
from webui.policies import ADMIN, BEARER, LAB, LEADER, MONITOR, POLICIES, PSYCHOLOGIST, PUBLIC


def path_of(rule: Rule) -> str:
    """A path that matches the rule, about things that do not exist."""
    values = {name: 999_999 if conv.regex == "\\d+" else "nothing" for name, conv in rule._converters.items()}
    _domain, path = rule.build(values)
    return path


def rules(app: Flask, *policies: str) -> list[Rule]:
    """The addresses under these policies (every one without)."""
    return [r for r in app.url_map.iter_rules() if not policies or POLICIES.get(r.endpoint) in policies]


def for_people(app: Flask) -> list[Rule]:
    """The addresses for browsers; those for programs take no cookie and no form (tests/webui/api, operations)."""
    return [r for r in rules(app) if not POLICIES[r.endpoint].startswith((BEARER, MONITOR))]


def test_every_endpoint_has_a_policy_and_every_policy_an_endpoint(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in rules(app)}
    assert endpoints - set(POLICIES) == set()
    assert set(POLICIES) - endpoints == set()


def test_an_endpoint_without_a_policy_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(POLICIES, "auth.sign_in")
    assert app.test_client().get("/sign-in").status_code == 403


def test_what_strangers_may_call_is_a_short_list(app: Flask) -> None:
    assert {endpoint for endpoint, policy in POLICIES.items() if policy == PUBLIC} == {
        "static",
        "accents",
        "auth.sign_in",
        "auth.again",
        "auth.step_in",
        "auth.sign_out",
        "auth.link",
        "auth.language",
        "provider.enter",
        "provider.back",
        "survey.answer",
        "survey.thanks",
        "agenda.subscribe",
        "personal.privacy",
        "api.document",
        "api.docs",
        "health.live",
        "health.ready",
    }


def test_strangers_are_sent_to_sign_in_and_come_back(app: Flask, client: FlaskClient) -> None:
    closed = [r for r in for_people(app) if POLICIES[r.endpoint] != PUBLIC and "GET" in r.methods]
    assert len(closed) > 20
    for rule in closed:
        answer = client.get(path_of(rule))
        assert answer.status_code == 302, rule
        assert answer.location == f"/sign-in?next={path_of(rule)}", rule


def test_a_stranger_s_post_does_nothing_but_keep_the_words(app: Flask, client: FlaskClient) -> None:
    token = csrf(client.get("/sign-in").text)
    for rule in for_people(app):
        if POLICIES[rule.endpoint] != PUBLIC and "POST" in rule.methods:
            answer = client.post(path_of(rule), data={"csrf_token": token, "note": "важные слова"})
            assert answer.status_code == 401, rule
            assert "важные слова" in answer.text, rule


def test_every_post_asks_for_the_token(app: Flask, admin: FlaskClient) -> None:
    for rule in for_people(app):
        if "POST" in rule.methods and rule.endpoint not in ("survey.answer", "auth.sign_in", "auth.step_in"):
            answer = admin.post(path_of(rule), data={"note": "важные слова"})
            assert answer.status_code == 400, rule
            assert "важные слова" in answer.text, rule


def test_a_teacher_opens_no_page_of_another_role(app: Flask, teacher: FlaskClient) -> None:
    token = csrf(teacher.get("/profile").text)
    closed = rules(app, ADMIN, LEADER, LAB, PSYCHOLOGIST)
    assert len(closed) > 15
    for rule in closed:
        for method in rule.methods & {"GET", "POST"}:
            data = {"csrf_token": token} if method == "POST" else None
            answer = teacher.open(path_of(rule), method=method, data=data)
            assert answer.status_code == (404 if rule.arguments else 403), (method, rule)


def test_things_that_do_not_exist_are_not_found(app: Flask, admin: FlaskClient) -> None:
    """Nothing answers 500 to a number or a word that is nobody's."""
    for rule in for_people(app):
        if "GET" in rule.methods and rule.arguments and rule.endpoint not in ("static", "survey.thanks"):
            assert admin.get(path_of(rule)).status_code in (403, 404, 410), rule


def test_every_place_a_reason_points_to_is_an_address(app: Flask) -> None:
    values = {"cycle": 1, "group": 1, "key": "plan", "round": 1}
    match = app.url_map.bind("localhost").match
    for pattern in links._PLACES.values():
        endpoint, _arguments = match(pattern.format(**values).partition("#")[0])
        assert endpoint in POLICIES
