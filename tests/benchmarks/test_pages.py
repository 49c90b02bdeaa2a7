"""Both pages are what they are called: the bare one shows the words of ours, and every answer of both is taken."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks import pages, scene, servers, visitor
from benchmarks.bare import app as bare
from benchmarks.bare.words import outline, words
from benchmarks.load import Answers, Plan, ask, request
from benchmarks.pages import ASKED, Row

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> scene.Scene:
    return scene.build(tmp_path_factory.mktemp("pages"))


def test_the_bare_page_shows_what_ours_shows_from_the_same_rows(there: scene.Scene) -> None:
    ours, plain = servers.app("trefoil", str(there.ours)), servers.app("bare", str(there.bare))
    for place in there.places.values():
        told = words(outline(ours, scene.shown(ours, place)))
        client = plain.test_client()
        client.post(f"/sign-in/as/{place.person}")
        html = client.get(place.path).get_data(as_text=True)
        shown = " ".join(words(outline(plain, html)))
        assert len(told) >= 40, place.name
        assert [text for text in told if text not in shown and len(text) > 2] == [], place.name
        assert html.count("<a ") == len([p for p in outline(ours, scene.shown(ours, place)) if p.tag == "a"])
    drawn = plain.view_functions["home.index"].__self__  # type: ignore[attr-defined]
    assert all(any(piece["row"] for piece in drawn.pieces[page]) for page in ("home.index", "lab.board"))


def test_nobody_reads_a_bare_page_without_its_cookie(there: scene.Scene) -> None:
    client = bare.create(str(there.bare)).test_client()
    assert client.get("/").status_code == 403


def test_every_answer_of_both_apps_is_counted(there: scene.Scene) -> None:
    rows = pages.under("waitress", there, 1, 0.2)
    assert set(rows) == set(ASKED)
    assert all(len(row.ratios) == 1 and row.ours and row.bare for row in rows.values())
    assert len(rows["answer"].ours) == len(rows["answer"].bare) / 2 == visitor.CLASS
    with closing(sqlite3.connect(there.ours / "trefoil.sqlite")) as base:
        (versions,) = base.execute("SELECT max(version) FROM submission WHERE form_key = 'observation'").fetchone()
        assert versions > len(rows["submit"].ours)  # each was a version of its own


def test_a_refused_request_is_no_figure(there: scene.Scene) -> None:
    served = servers.Served("waitress", "bare", there.bare)
    try:
        served.wait()
        answers = ask(Plan(served.port, [[request("GET", "/")]], 0.1))
    finally:
        served.stop()
    assert set(answers.statuses) == {"403"}
    with pytest.raises(RuntimeError, match="403"):
        visitor.well(answers, "200")


def test_the_claims_compare_the_medians() -> None:
    row = Row([0.4, 0.6, 0.7], [(40.0, 100.0)] * 3, [1000.0, 2000.0], [500.0, 900.0])
    told = pages.claims({"waitress": {"home": row, "answer": Row([0.55], [(5.0, 9.0)], [1.0, 1.0], [1.0, 1.0])}})
    assert [(reached, well) for *_, reached, well in told] == [("0.60", True), ("0.55", False)]
    assert "| 0.60 | 0.40–0.70 | 40, 100 |" in pages.table({"waitress": {"home": row}})
    assert Answers(took=2.0, each=[1.0] * 10).rate == 5
