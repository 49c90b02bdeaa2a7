"""The sandbox clicked through: as each person, back and on, by the documents themselves, to the end of every type."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.testing.filling import Filling
from engine.testing.sandbox import Step
from tests.webui.workbench.clicking import Author, author

TESTS = Path(__file__).resolve().parents[2]
RESOLVE, ACT_AS = "Сделать то, чего ждёт правило", "Действовать как"


def forward(at: Author, number: int) -> None:
    """What an author would click next: the main button, else what its first reason offers."""
    definition = at.bench.benches[number].definition
    mains = {a.key for a in definition.process.actions if a.kind == "main"}
    acts = f"/cycles/{number}/actions/"
    for button in at.buttons():
        if button.action.startswith(acts) and button.action.removeprefix(acts) in mains:
            at.press(button.words)
            return
    for button in at.buttons():
        of_main = button.sent.get("action") in mains or button.words.startswith(ACT_AS)
        if button.words.startswith((RESOLVE, ACT_AS)) and of_main:
            at.press(button.words, **({"code": button.sent["code"]} if "code" in button.sent else {}))
            return
    raise AssertionError(f"nothing to click: {at.words[:1500]}")


def clicked_to_the_end(at: Author, number: int) -> set[int]:
    """Click until the cycle is over; who acted on the way."""
    at.open(f"/cycles/{number}")
    people = set()
    for _ in range(200):
        if "Цикл пройден до конца" in at.words:
            break
        people.add(at.bench.benches[number].sandbox.actor)
        forward(at, number)
    assert "Цикл пройден до конца" in at.words
    assert {s.kind for s in at.bench.benches[number].sandbox.steps} <= {"press", "resolve"}
    return people


@pytest.mark.parametrize("key", ["fourk", "project", "formative", "sel", "lab"])
def test_every_type_is_clicked_to_its_end(key: str, tmp_path: Path) -> None:
    at = author(None, tmp_path)
    people = clicked_to_the_end(at, at.number(key))
    assert len(people) > 1 or key == "lab"


@pytest.mark.parametrize("path", ["plugins_external/reading", "plugins_external/coaching", "declared/peers.toml"])
def test_a_distribution_and_a_type_without_python_are_clicked_to_their_end(path: str, tmp_path: Path) -> None:
    at = author(TESTS / path, tmp_path)
    clicked_to_the_end(at, 1)
    for form in at.bench.benches[1].definition.forms:
        at.open(f"/types/1/forms/{form.key}")


@pytest.mark.parametrize("key", ["fourk", "sel"])
def test_one_jumps_to_a_stage_of_a_round_and_back(key: str, tmp_path: Path) -> None:
    at = author(None, tmp_path)
    number = at.number(key)
    at.open(f"/cycles/{number}")
    at.press("Перейти", to="discussion:2")
    world = at.bench.benches[number].sandbox.world
    assert (world.stage, world.round) == ("discussion", 2) and "Урок 2" in at.words
    at.press("Перейти", to="planning:1")
    sandbox = at.bench.benches[number].sandbox
    assert (sandbox.world.stage, sandbox.world.round) == ("planning", 1) and len(sandbox.steps) == 1
    at.press("Перейти", to="")
    assert "Цикл пройден до конца" in at.words and len(sandbox.steps) == 2
    at.press("На шаг назад")
    assert sandbox.world.stage == "planning"
    at.press("Начать заново")
    assert sandbox.steps == [] and "Песочница начата заново" in at.words


def test_a_document_is_written_on_the_real_page_and_agreed_with_by_the_others(tmp_path: Path) -> None:
    at = author(None, tmp_path)
    number = at.number("formative")
    at.open(f"/cycles/{number}")
    at.press("Перейти", to="planning:1")
    sandbox = at.bench.benches[number].sandbox
    plausible = Filling(sandbox.definition, sandbox.world.view(), sandbox.definition.form("plan"), {}).values(1)
    sandbox.do(Step("write", "plan", round=1, values={**plausible, "lesson_focus": "Притча"}))
    at.open(f"/cycles/{number}/docs/plan/1")
    assert "Притча</textarea>" in at.page and "data-document" in at.page
    assert "Осталось заполнить или поправить" in at.press("Готово", q_lesson_focus="")
    at.press("Сохранить", q_lesson_focus="Басня")
    assert sandbox.world.view().values("plan")["lesson_focus"] == "Басня"
    sandbox.do(Step("write", "plan", round=1, values=plausible, complete=True))
    assert "ждём : В. В. 2, Г. Г. 3" in at.open(f"/cycles/{number}").replace("ждём:", "ждём :")
    at.press("В. В. 2")
    at.open(f"/cycles/{number}/docs/plan/1")
    at.press("Подтверждаю")
    assert sandbox.world.sheets["plan", 1, 0].confirmed == {1, 2}
    assert [s.kind for s in sandbox.steps] == ["walk", "write", "write", "write", "agree"]


def test_a_sheet_of_each_is_written_by_its_observer_and_read_by_the_others(tmp_path: Path) -> None:
    at = author(None, tmp_path)
    number = at.number("formative")
    at.open(f"/cycles/{number}")
    at.press("Перейти", to="conducting:1")
    lead = at.bench.benches[number].sandbox.world.lead
    assert lead == 1
    assert "Этот документ заполняют другие участники" in at.open(f"/cycles/{number}/docs/observation/1/2")
    at.open(f"/cycles/{number}")
    at.press("В. В. 2")
    assert "Записать факт" in at.open(f"/cycles/{number}/docs/observation/1")
    assert "data-log-text" in at.page
    at.press("Сохранить")
    assert at.bench.benches[number].sandbox.world.sheets["observation", 1, 2].state == "draft"


def test_a_survey_is_answered_by_number(tmp_path: Path) -> None:
    at = author(None, tmp_path)
    number = at.number("formative")
    at.open(f"/cycles/{number}")
    at.press("Перейти", to="survey:1")
    assert "Ответили : 0" in at.words.replace("Ответили:", "Ответили :")
    at.press("Ответить", number="3")
    assert "не менее 5 анкет" in at.words
    at.press("Ответить", number="17")
    assert "не менее 5 анкет" not in at.words and "ответило 17 человек" in at.words


def test_a_rule_is_lifted_by_the_leader_alone(tmp_path: Path) -> None:
    at = author(None, tmp_path)
    number = at.number("formative")
    at.open(f"/cycles/{number}")
    at.press("Перейти", to="summary:0")
    at.bench.benches[number].sandbox.world.sheets.pop(("plan", 1, 0))
    assert "может снять руководитель ПОС" in at.open(f"/cycles/{number}")
    assert "Снять ограничение" not in [b.words for b in at.buttons()]
    at.press("В. В. 9")
    at.press("Снять ограничение", reason="Урок отменён")
    assert "снято ограничение lesson_study.package" in at.words and "Снято ограничение" in at.words


def test_questions_beside_a_button_are_checked(tmp_path: Path) -> None:
    at = author(None, tmp_path)
    number = at.number("formative")
    at.open(f"/cycles/{number}")
    at.press("Перейти", to="planning:1")
    asking = next(
        b for b in at.buttons() if b.action.endswith("/reschedule") and any(k.startswith("q_") for k in b.sent)
    )
    empty = {key: "" for key in asking.sent if key.startswith("q_")}
    told = at.press(asking.words, status=422, **empty)
    assert "Заполните это поле" in told
    at.press(asking.words)
    assert at.bench.benches[number].sandbox.steps[-1].key == "reschedule"


def test_a_button_that_is_closed_stays_closed_when_it_is_sent_anyway(at: Author) -> None:
    at.open("/cycles/1")
    token = at.buttons()[0].sent["csrf_token"]
    sent = at.client.post("/cycles/1/actions/finish", data={"csrf_token": token})
    assert sent.status_code == 409 and "Запишите цель" in sent.text
    assert at.bench.benches[1].sandbox.steps == []
    assert at.client.post("/cycles/1/actions/nothing", data={"csrf_token": token}).status_code == 409
    for address in (
        "/cycles/9",
        "/cycles/1/docs/nothing/0",
        "/cycles/1/docs/sheet/7",
        "/types/77",
        "/types/1/forms/no",
    ):
        assert at.client.get(address).status_code == 404, address


def test_what_was_written_by_hand_is_known_from_then_on(at: Author, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('.get("goal")', '.get("goal", "").startswith("Я могу")'), encoding="utf-8")
    at.open("/cycles/1")
    assert "Правдоподобных ответов не хватило" in at.press(RESOLVE)
    at.open("/cycles/1/docs/sheet/0")
    at.press("Готово", q_goal="Я могу объяснить")
    at.press("Начать заново")
    at.press("Перейти", to="")
    assert "Цикл пройден до конца" in at.words
