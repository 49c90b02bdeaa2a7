"""Group type «Проектная деятельность»: its rules, the documents they lead to, who hears of the defence."""

from __future__ import annotations

import dataclasses
from functools import partial

from werkzeug.datastructures import MultiDict

from engine.api import Change, Notify, Sheet
from engine.core import fields
from engine.core.machine import machine_for
from engine.core.text import localise
from engine.extension.door import Door
from tests.plugins import triad
from tests.plugins.project.scene import PLUGIN, THEIRS, TYPE, commission
from tests.plugins.triad import ALL, shared, view

refusal = partial(triad.refusal, TYPE)


def draft(sheet: Sheet) -> Sheet:
    return dataclasses.replace(sheet, state="draft")


def test_passport() -> None:
    key, whole = "project.passport", {"problem_question": "Как?", "product": "карта", "addressee": "гости села"}
    assert refusal(key, view()) == "Не заполнен паспорт проекта: нет проблемного вопроса, продукта, адресата"
    for name, text in (("problem_question", "проблемного вопроса"), ("product", "продукта"), ("addressee", "адресата")):
        sheet = shared("project_passport", **{**whole, name: ""})
        assert refusal(key, view(sheet)) == f"Не заполнен паспорт проекта: нет {text}"
    sheet = shared("project_passport", **whole)
    assert refusal(key, view(draft(sheet))) == "Паспорт проекта пока в черновике: завершите его"
    assert refusal(key, view(sheet)) == ""
    assert refusal(key, view(round=2)) == ""
    english = TYPE.rules[key](view())
    assert english and localise(english.text, "en").endswith("the problem question, the product, the addressee missing")


CRITIQUE = "Приложите первую версию продукта и не менее двух листов отклика"


def test_critique_round() -> None:
    def judged(**values: object) -> str:
        return refusal("project.critique_round", view(shared("critique", **values), round=2))

    row = {"by": "сосед по ряду", "advice": "добавить подписи"}
    assert refusal("project.critique_round", view(round=2)) == CRITIQUE
    assert refusal("project.critique_round", view(round=1)) == ""
    assert judged(product_v1=[], feedback=[row, row]) == CRITIQUE
    assert judged(product_v1=[5], feedback=[row], feedback_files=[]) == CRITIQUE
    assert judged(product_v1=[5], feedback=[row], feedback_files=[6]) == ""
    assert judged(product_v1=[5], feedback_files=[6, 7]) == ""
    whole = draft(shared("critique", product_v1=[5], feedback=[row, row]))
    assert refusal("project.critique_round", view(whole, round=2)) == CRITIQUE


OUTSIDER = "В комиссии нужен хотя бы один человек не из вашей тройки"
THREE = "В комиссии нужно не менее трёх человек"


def test_defence_commission() -> None:
    def judged(*people: tuple[str, bool]) -> tuple[str, str]:
        seen = view(commission(*people), stage="defence", round=3)
        return refusal("project.defence_commission", seen), refusal("project.defence", seen)

    assert judged() == (THREE, OUTSIDER)
    assert judged(*THEIRS[:2]) == (THREE, "")
    assert judged(*THEIRS) == ("", "")
    assert judged(*((name, True) for name, _ in THEIRS)) == ("", OUTSIDER)
    assert judged(("Гость", False), ("Гость", False), ("гость ", False)) == (THREE, "")
    assert judged(*((p.name, False) for p in ALL)) == ("", OUTSIDER)


SHEET = "Заполните лист комиссии: дата защиты, продукт и оценка по каждому из четырёх критериев"


def test_defence_sheet() -> None:
    def judged(sheet: Sheet) -> str:
        return refusal("project.defence_sheet", view(sheet, stage="defence", round=3))

    assert refusal("project.defence_sheet", view(stage="defence")) == SHEET
    assert judged(commission(*THEIRS)) == ""
    assert judged(commission(*THEIRS, marks="0000")) == ""
    assert judged(commission(*THEIRS, marks="222")) == SHEET
    assert judged(commission(*THEIRS, product_text="")) == SHEET
    assert judged(commission(*THEIRS, product_text="", product_url="https://example.org/map")) == ""
    assert judged(commission(*THEIRS, held_on=None)) == SHEET
    assert judged(draft(commission(*THEIRS))) == SHEET


def test_marks_are_levels_0_to_3() -> None:
    form = TYPE.form("defence")

    def errors(mark: str) -> object:
        bound = fields.bind(form, posted=MultiDict({"q_dialogue": mark}))
        bound.validate()
        return bound.errors.get("q_dialogue")

    assert [errors(m) for m in ("0", "3")] == [None, None]
    assert errors("4") == ["Такого варианта нет в списке"]
    assert errors("") == ["Заполните это поле"]


def test_a_reason_leads_to_the_one_document_of_the_cycle() -> None:
    def links(stage: str, round_: int) -> set[tuple[str, int]]:
        verdicts = machine_for(TYPE).explain(view(stage=stage, round=round_))
        found = (r.link for v in verdicts for r in v.refusals)
        return {(link.key, link.round) for link in found if link and link.kind == "form"}

    assert links("setup", 1) == {("passport", 0)}
    assert links("planning", 1) == {("plan", 1), ("project_passport", 0)}
    assert links("defence", 3) == {("defence", 0)}
    assert links("summary", 3) >= {("summary", 0)}


def test_leader_hears_of_the_defence() -> None:
    def effects(action: str) -> list[Notify]:
        return Door().ask(
            PLUGIN, "plc_after", Notify, change=Change(TYPE.process.action(action), view(stage="defence"), "defence", 3)
        )

    assert effects("schedule_defence") == [Notify(("group_leader",), "Назначена защита продукта")]
    assert effects("defence_done") == []
