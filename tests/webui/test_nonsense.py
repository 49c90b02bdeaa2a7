"""Every form of the demo school sent with nonsense in its fields: refused in words, never by a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from engine.store.database import db
from engine.store.personal import Consent
from tests.webui.conftest import csrf, person_id
from tests.webui.crawling import forms, step_in
from webui import parsing
from webui.policies import BEARER, POLICIES

#: What people and programs send where a number, a day or a choice is expected.
NONSENSE = ("9" * 30, "-1", "9999-12-31", "0001-01-01T00:00", "²", "a\x00b", "../../x", "")


@pytest.mark.gate("R-10")
@pytest.mark.slow
@pytest.mark.parametrize("name", ["Указкина", "Журналова", "Графикова", "Макетов"])
def test_no_form_fails_on_nonsense(demo_school: Flask, name: str) -> None:
    client = step_in(demo_school, person_id(demo_school, name))
    found = list(forms(demo_school, client))
    assert len(found) > 15
    for action, fields in found:
        kept = {k: v for k, v in fields.items() if k == "csrf_token"}
        tries = [dict.fromkeys(fields, word) | kept for word in NONSENSE]
        tries += [fields | {key: NONSENSE[0]} for key in fields if key != "csrf_token"]
        for data in tries:
            answer = client.post(action, data=data)
            assert answer.status_code < 500, (action, data)
            assert answer.status_code != 400, "the token went with the session: nothing was tried"
            answer.close()


@pytest.mark.gate("R-10")
@pytest.mark.parametrize("name", ["Журналова", "Графикова"])
def test_no_address_fails_on_a_number_no_table_holds(demo_school: Flask, name: str) -> None:
    client = step_in(demo_school, person_id(demo_school, name))
    for rule in demo_school.url_map.iter_rules():
        if POLICIES[rule.endpoint].startswith(BEARER):  # for programs: the generated requests of tests/webui/api
            continue
        if "GET" in rule.methods and rule.arguments and rule.endpoint not in ("static", "survey.thanks"):
            _domain, path = rule.build({a: 10**30 if c.regex == "\\d+" else "x" for a, c in rule._converters.items()})
            assert client.get(path).status_code in (404, 410), path
    for query in (
        "/calendar?month=9999-12",
        "/calendar?month=0001-01",
        f"/reports?year={10**30}",
        "/indicators?begins=0001-01-01&ends=9999-12-31",
        "/events?begins=9999-12-31",
        "/papers/figures.docx?begins=0001-01-01&ends=9999-12-31",
        f"/papers/report.docx?group={10**30}&year=1",
        f"/bank?page={10**30}&q={'ё' * 3000}",
    ):
        assert client.get(query).status_code in (200, 404), query


def test_numbers_are_read_at_the_door_alone() -> None:
    """``type=int`` takes what no table can hold, so pages use ``parsing.whole``."""
    for path in Path("webui").rglob("views.py"):
        assert "type=int" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("typed", ["0207-11-23", "9999-12-31", "вчера", "2026-02-30"])
def test_a_day_that_is_none_does_not_pass_for_an_empty_field(demo_school: Flask, typed: str) -> None:
    """A consent with a misspelt term would stand for ever."""
    client = step_in(demo_school, person_id(demo_school, "Журналова"))
    fields = {"purpose": "video_bank", "subject": "class", "class_name": "7 «А»", "given_on": "2026-11-01"}
    data = {**fields, "until": typed, "csrf_token": csrf(client.get("/school/consents").text)}
    answer = client.post("/school/consents", data=data)
    assert answer.status_code == 422 and "Проверьте дату" in answer.text
    assert client.post("/school/consents", data={**data, "until": ""}).status_code == 302
    with demo_school.app_context():
        assert [c.until for c in db.session.scalars(db.select(Consent).where(Consent.purpose == "video_bank"))] == [
            None
        ]


def test_numbers_at_the_door() -> None:
    assert [parsing.whole(t) for t in ("0", " 42 ", "-5", "9" * 9)] == [0, 42, -5, 999_999_999]
    for text in ("", "-", "9" * 10, "1.5", "²", "٣", "1e3", "--1"):
        with pytest.raises(ValueError):
            parsing.whole(text)
