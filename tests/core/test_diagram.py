"""The road of a process as a list, as a picture and as text."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree

import pytest

from engine.api import GroupType, Process, Stage, Text
from engine.core.diagram import asides, facts, road, svg
from tests.core.installed import EVERY
from tests.core.intake import PROCESS

SVG = "{http://www.w3.org/2000/svg}"
SHORT = {"done": "✓", "now": "•", "next": " "}


def walked(stage: str, round_: int = 1, process: Process = PROCESS) -> list[str]:
    return [f"{SHORT[s.standing]}{s.stage}{s.round or ''}" for s in road(process, stage, round_)]


# -- the road ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "round_", "steps"),
    [
        ("filing", 1, ["•filing", " review1", " hearing1", " review2", " hearing2", " granted"]),
        ("review", 1, ["✓filing", "•review1", " hearing1", " review2", " hearing2", " granted"]),
        ("hearing", 1, ["✓filing", "✓review1", "•hearing1", " review2", " hearing2", " granted"]),
        ("review", 2, ["✓filing", "✓review1", "✓hearing1", "•review2", " hearing2", " granted"]),
        ("granted", 2, ["✓filing", "✓review1", "✓hearing1", "✓review2", "✓hearing2", "•granted"]),
    ],
)
def test_the_road_shows_what_is_done_now_and_next(stage: str, round_: int, steps: list[str]) -> None:
    assert walked(stage, round_) == steps


def test_a_side_exit_is_on_the_road_only_for_those_who_took_it() -> None:
    assert not any("withdrawn" in step for step in walked("granted", 2))
    assert walked("withdrawn", 2)[-1] == "•withdrawn"


def test_a_run_that_left_by_a_side_exit_has_not_done_what_it_never_reached() -> None:
    assert not {"✓review2", "✓granted"} & set(walked("withdrawn", 1))


def test_a_final_stage_that_a_main_action_leads_to_is_no_side_exit() -> None:
    process = PROCESS.changing("withdraw", kind="main")
    assert walked("filing", 1, process)[-1] == " withdrawn"


def test_a_final_stage_nothing_leads_to_stays_on_the_road() -> None:
    process = dataclasses.replace(PROCESS, stages=(*PROCESS.stages, Stage("alone", "Одна", final=True)))
    assert walked("filing", 1, process)[-1] == " alone"


def test_a_road_without_a_loop_has_each_stage_once() -> None:
    process = dataclasses.replace(PROCESS, loop=(), rounds=1)
    assert walked("hearing", 1, process) == ["✓filing", "✓review", "•hearing", " granted"]


def test_a_stage_that_is_not_on_the_road_leaves_all_of_it_behind() -> None:
    assert {step[0] for step in walked("nowhere")} == {"✓"}


@pytest.mark.parametrize("definition", EVERY, ids=lambda t: t.key)
def test_on_every_road_one_step_is_now(definition: GroupType) -> None:
    process = definition.process
    for stage in process.stages:
        for round_ in range(1, process.rounds + 1):
            assert [s.stage for s in road(process, stage.key, round_) if s.standing == "now"] == [stage.key]


# -- the picture ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("definition", EVERY, ids=lambda t: t.key)
def test_the_picture_is_well_formed_and_names_every_stage(definition: GroupType, language: str) -> None:
    picture = ElementTree.fromstring(svg(definition.process, definition.process.initial, language, definition.title))
    assert picture.get("aria-label") == (definition.title if language == "ru" else getattr(definition.title, "en", ""))
    titles = [title for title, _ in facts(definition.process, language)]
    assert " ".join(str(t.text) for t in picture.iter(f"{SVG}text")) == " ".join(titles)
    assert all(len(str(t.text)) <= 36 for t in picture.iter(f"{SVG}text")), "a line longer than its box"
    boxes = list(picture.iter(f"{SVG}rect"))[1:]
    assert [b.get("fill") == "#e8c14a" for b in boxes] == [True] + [False] * (len(titles) - 1)
    assert [b.get("stroke-dasharray") is not None for b in boxes] == [s.final for s in definition.process.stages]


def test_labels_are_escaped() -> None:
    nasty = Text("""</text><script>"'&""", en="<b>&amp;</b>")
    process = PROCESS.staging("review", title=nasty).changing("again", title=nasty)
    for language, label in (("ru", str(nasty)), ("en", nasty.en)):
        picture = ElementTree.fromstring(svg(process, language=language, title=nasty))
        assert picture.get("aria-label") == label
        assert label in [t.text for t in picture.iter(f"{SVG}text")]
        assert label in [t.text for t in picture.iter(f"{SVG}title")]
        assert {e.tag for e in picture.iter()} == {f"{SVG}{n}" for n in ("svg", "rect", "text", "path", "title")}


def test_main_actions_are_drawn_and_the_others_are_not() -> None:
    process = PROCESS.changing("withdraw", kind="main")
    edges = [e for e in ElementTree.fromstring(svg(process)).iter(f"{SVG}path") if e.get("fill") == "none"]
    straight = [e for e in edges if " C " not in e.get("d", "")]
    assert (len(straight), len(edges)) == (3, 7)
    assert "Вернуть" not in svg(process) and "Отложить" not in svg(process)


def test_everything_drawn_stays_inside_the_picture() -> None:
    stages = tuple(Stage(f"s{n}", f"Стадия {n}") for n in range(30))
    tall = Process((*PROCESS.stages, *stages), PROCESS.actions, "filing")
    picture = ElementTree.fromstring(svg(tall))
    height = int(picture.get("viewBox", "").split()[3])
    assert max(int(r.get("y", "0")) + int(r.get("height", "0")) for r in picture.iter(f"{SVG}rect")) <= height


# -- the same as text -------------------------------------------------------------------------------------------------


def test_the_facts_name_each_stage_with_its_actions_and_where_they_lead() -> None:
    found = dict(facts(PROCESS))
    assert list(found) == ["Подача", "Разбор", "Слушание", "Решено", "Отозвано"]
    assert found["Подача"] == (("Принять", "Разбор"),)
    assert asides(PROCESS) == tuple(dict.fromkeys(a.title for a in PROCESS.actions if a.kind != "main"))
    assert len(asides(PROCESS)) == len(set(asides(PROCESS))) >= 3
    assert found["Решено"] == ()
    assert dict(facts(PROCESS, "en"))["Filing"][0] == ("Accept", "Review")
