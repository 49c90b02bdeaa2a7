"""The trefoil as data, and the accents of group types."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.core.diagram import road
from engine.services.host import host
from webui.accents import DARK, LIGHT, _parts, contrast, readable, stylesheet
from webui.signature import signature


@pytest.mark.parametrize("key", ["fourk", "project", "formative", "sel", "lab"])
def test_every_stage_of_every_type_has_its_picture(app: Flask, key: str) -> None:
    process = host_types(app)[key].process
    places = [(s.key, n) for s in process.stages for n in range(1, process.rounds + 1)]
    for stage, n in places:
        steps = road(process, stage, n)
        with app.test_request_context("/"):
            seen = signature(steps, process)
        shown = [*seen.arcs, *(band for petal in seen.petals for band in petal.bands)]
        assert len(seen.petals) == (process.rounds if process.loop else 0)
        assert shown.count("now") == 1
        assert [p.is_open for p in seen.petals] == ["now" in p.bands and stage in process.looped for p in seen.petals]
        assert f"Пройдено этапов: {sum(s.standing == 'done' for s in steps)} из {len(steps)}" in seen.label
        assert str(process.stage(stage).title) in seen.label


def test_petals_fill_in_the_order_of_the_road(app: Flask) -> None:
    process = host_types(app)["formative"].process
    with app.test_request_context("/"):
        seen = signature(road(process, "survey", 2), process)
    assert [p.bands for p in seen.petals] == [("done",) * 4, ("done", "done", "now", "next"), ("next",) * 4]
    assert [p.angle for p in seen.petals] == [0, 120, 240]
    assert seen.arcs[0] == "done" and set(seen.arcs[1:]) == {"next"}
    assert seen.label.endswith(", урок 2")


def test_several_stages_of_one_band_are_open_from_first_to_last(app: Flask) -> None:
    process = host_types(app)["sel"].process
    for stage in ("checkin_before", "conducting", "checkin_after"):
        with app.test_request_context("/"):
            seen = signature(road(process, stage, 1), process)
        assert seen.petals[0].bands == ("done", "now", "next", "next")


def test_accents_can_be_read_on_light_and_on_dark(app: Flask) -> None:
    colours = {t.colour for t in host_types(app).values()} | {"#ffffff", "#000000", "#ffee00", "#777777", "#1b221e"}
    for colour in colours:
        for page in (LIGHT, DARK):
            assert contrast(_parts(readable(colour, page)), _parts(page)) >= 4.5, (colour, page)
    assert readable("#1d5c96", LIGHT) == "#1d5c96"


def test_every_type_brings_its_accent(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/accents.css")
    assert answer.mimetype == "text/css"
    for key in host_types(app):
        assert answer.text.count(f'[data-accent="{key}"]') == 2
    assert "Set-Cookie" not in answer.headers


def test_a_colour_that_is_none_is_left_out(app: Flask) -> None:
    bad = dataclasses.replace(host_types(app)["lab"], colour="red;} body{display:none")
    assert not re.search("display|lab", stylesheet([bad]))


def host_types(app: Flask):
    with app.app_context():
        return host().registry.types


def test_every_icon_that_is_named_is_in_the_sprite(app: Flask) -> None:
    """A phone with a bad uplink loads a small sprite; an icon that is not in it would be an empty place."""
    root = Path(app.root_path)
    sprite = next(root.glob("static/vendor/bootstrap-icons-*/bootstrap-icons.svg")).read_text(encoding="utf-8")
    shipped = set(re.findall(r'<symbol[^>]*id="([^"]+)"', sprite))
    named = {t.icon for t in host_types(app).values()}
    for page in root.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for given in re.findall(r'icon\(("[^)]*)\)', text):  # one name, or one of two by what the page knows
            named |= set(re.findall(r'(?<![=(] )"([a-z0-9-]+)"', given))
        named |= set(re.findall(r"vendor\.icons\) }}#([a-z0-9-]+)", text))
    assert named - shipped == set()
    assert len(sprite) < 100_000
