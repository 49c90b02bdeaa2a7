"""Group type «Проектная деятельность»: content against the domain brief, rules, criteria, hook, a whole walk."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest
from werkzeug.datastructures import MultiDict

import plugins.project
from engine.api import Change, CycleView, Notify, Person, RoundFacts, Sheet, Tally
from engine.core import fields, snapshot
from engine.core.criteria import findings
from engine.core.errors import Refused
from engine.core.lint import lint
from engine.core.machine import machine_for
from engine.core.results import Results
from engine.core.text import localise
from engine.extension.door import Door
from engine.extension.loader import Source, load
from engine.extension.roles import FEEDS, ROLES

PLUGIN = load(Source("project", "tests", lambda: plugins.project))
TYPE = PLUGIN.group_type
assert TYPE is not None, PLUGIN.detail

INDICATORS = """
| ПД1 | Формулирует проблему своими словами | нет | повторяет за учителем | формулирует с опорой на вопросы | формулирует сам, объясняет, для кого она важна |
| ПД2 | Удерживает проблемный вопрос | забыл вопрос | вспоминает по напоминанию | соотносит с ним свои действия | уточняет вопрос по ходу исследования |
| ПД3 | Делает выбор (тема, способ, продукт) | выбора нет | выбирает из двух готовых | выбирает и объясняет | предлагает свой вариант и обосновывает |
| ПД4 | Планирует работу и следит за сроками | плана нет | действует по чужому плану | составляет план с шаблоном | планирует сам и корректирует план |
| ПД5 | Находит и отбирает информацию | копирует первое найденное | находит по указанному адресу | отбирает из нескольких источников | сопоставляет, указывает источники, добывает данные сам |
| ПД6 | Создаёт продукт под потребителя | продукта нет | продукт без адресата | продукт учитывает адресата | продукт испытан на адресате и изменён |
| ПД7 | Связывает проект с реальной жизнью | связи нет | связь названа учителем | приводит примеры применения | решает реальную задачу школы, села, семьи |
| ПД8 | Принимает критику | отвергает | выслушивает | выбирает, что учесть | сам запрашивает критику и показывает изменения |
| ПД9 | Даёт полезный отклик другим | нет отклика | «понравилось / не понравилось» | отклик по критериям | отклик по критериям с предложением |
| ПД10 | Представляет результат | не может представить | читает с листа | рассказывает, отвечает на простые вопросы | убедительно защищает, отвечает по существу |
| ПД11 | Осмысливает свой путь | нет рефлексии | «было трудно / легко» | называет, чему научился | объясняет, что сделал бы иначе и почему |
| ПД12 | Учитель сопровождает, а не делает за ученика | делает за ученика | ведёт пошагово | помогает по запросу | задаёт вопросы и отступает, когда можно |
"""  # noqa: E501 - the table of the brief, word for word

SURVEY = """
(scale4) Я понимаю, какую проблему решает наш проект.
(scale4) Это наш проект: мы сами принимали важные решения.
(scale4) Советы одноклассников и взрослых помогли улучшить продукт.
(single) Мой вклад в проект: придумывал / искал информацию / делал продукт / оформлял / готовил выступление / почти не участвовал
(single) Больше всего помощи нужно было, чтобы: выбрать проблему / составить план / найти информацию / сделать продукт / выступить
(open) Что изменилось в продукте после обсуждения?
(open) Чему я научился, работая над проектом?
"""  # noqa: E501 - the survey of the brief, word for word

TECHNIQUES = (
    "Паспорт проекта",
    "Дерево проблем",
    "Пять почему",
    "Входное событие",
    "Проблемный вопрос",
    "Знаю – хочу узнать – узнал",
    "Дорожная карта",
    "Доска задач",
    "Дневник проекта",
    "Галерея",
    "Настройка",
    "Интервью с пользователем",
    "Прототип за 20 минут",
    "Предзащита",
    "Лист вклада",
)

ANNA, BELLA, VERA = Person(1, "Первая А. А."), Person(2, "Вторая Б. Б."), Person(3, "Третья В. В.")
LEADER = Person(9, "Девятая Л. Л.")
ALL = (ANNA, BELLA, VERA)
MARKS = ("independence", "subject_matter", "regulation", "dialogue")
CRITIQUE = "Приложите первую версию продукта и не менее двух листов отклика"
OUTSIDER = "В комиссии нужен хотя бы один человек не из вашей тройки"
THREE = "В комиссии нужно не менее трёх человек"
SHEET = "Заполните лист комиссии: дата защиты, продукт и оценка по каждому из четырёх критериев"


def view(*sheets: Sheet, **changes: object) -> CycleView:
    roles = {"triad_member": ALL, "lead_teacher": (ANNA,), "observer": (BELLA, VERA), "group_leader": (LEADER,)}
    start = CycleView("planning", 1, actor=ANNA, roles=roles, sheets=sheets)
    return dataclasses.replace(start, **changes)  # type: ignore[arg-type]


def shared(form: str, round_: int = 0, **values: object) -> Sheet:
    return Sheet(form, round_, None, values, confirmed=frozenset(p.id for p in ALL))


def draft(sheet: Sheet) -> Sheet:
    return dataclasses.replace(sheet, state="draft")


def refusal(key: str, seen: CycleView) -> str:
    found = TYPE.rules[key](seen)
    assert found is None or (found.code == key and found.roles and found.link)
    return str(found.text) if found else ""


def met(key: str, seen: CycleView) -> bool | None:
    return [f for f in findings(Results(TYPE, seen)) if f.criterion.key == key][-1].met


def test_loads_without_quarantine() -> None:
    assert not PLUGIN.quarantined, PLUGIN.detail
    assert lint(TYPE, ROLES, frozenset(FEEDS)) == []
    assert (TYPE.key, TYPE.version, TYPE.short, TYPE.icon) == ("project", "1", "Проект", "kanban")


def test_accent_reads_on_white() -> None:
    parts = [int(TYPE.colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


def low(text: str) -> str:
    return next((text[:i] + c.lower() + text[i + 1 :] for i, c in enumerate(text) if c.isalpha()), text)


def test_indicators_are_those_of_the_brief() -> None:
    rows = [
        f"| {i.code} | {i.title} | " + " | ".join("нет" if x == "Не проявилось" else low(x) for x in i.levels) + " |"
        for i in TYPE.indicators.values()
    ]
    assert rows == INDICATORS.strip().splitlines()
    assert list(TYPE.indicators) == [f"pd{n}" for n in range(1, 13)]
    titles = [s.title for _, s in TYPE.observed]
    assert titles[:2] == ["Замысел", "Исследование и продукт"]
    assert titles[2:4] == ["Экспертиза и доработка", "Представление и рефлексия"]


@pytest.mark.parametrize(
    ("round_", "shown"),
    [(1, (1, 2, 3, 12)), (2, (4, 5, 6, 7, 8, 9, 12)), (3, (8, 9, 10, 11, 12))],
)
def test_phases_show_their_sections(round_: int, shown: tuple[int, ...]) -> None:
    seen = [item.key for _, item in TYPE.form("observation").items(round_) if item.key in TYPE.indicators]
    assert seen == [f"pd{n}" for n in shown]
    assert TYPE.process.round_titles[round_ - 1] == (
        "Урок 1. Запуск и замысел",
        "Урок 2. Работа над продуктом и взаимная экспертиза",
        "Урок 3. Доработка и подготовка к защите",
    )[round_ - 1]  # fmt: skip


def test_survey_is_that_of_the_brief() -> None:
    lines = []
    for question in TYPE.survey("class_survey").questions:
        options = " / ".join(o.title for o in question.options)
        lines.append(f"({question.kind}) {question.title}" + (f" {options}" if options else ""))
    assert lines == SURVEY.strip().splitlines()
    assert [q.key for q in TYPE.survey("class_survey").questions] == [f"q{n}" for n in range(1, 8)]


def test_techniques() -> None:
    assert tuple(t.title for t in TYPE.techniques) == TECHNIQUES
    assert all(t.description for t in TYPE.techniques)


def test_a_hint_asks_for_no_more_lessons_than_show_its_indicator() -> None:
    assert {h.indicator for h in TYPE.hints} == set(TYPE.indicators)
    shown = {i.key: len(s.rounds) or 3 for _, s in TYPE.observed for i in s.indicators}
    assert {h.indicator: h.rounds for h in TYPE.hints} == {k: min(n, 2) for k, n in shown.items()}


def test_thresholds_of_the_brief() -> None:
    assert [(c.code, [(t.threshold, t.unit) for t in c.tests], c.rounds, c.overall) for c in TYPE.criteria] == [
        ("ПД-К1", [(2.0, "score")], (1,), False),
        ("ПД-К2", [(1, "count")], (), True),
        ("ПД-К3", [(1, "marks"), (7, "marks")], (), True),
        ("ПД-К4", [(2, "count")], (), True),
        ("ПД-К5", [(0.70, "share")], (), False),
    ]


def test_every_name_has_english() -> None:
    named = [TYPE.title, TYPE.short, TYPE.purpose, *(r.title for r in TYPE.rules.values())]
    named += [x.title for part in (TYPE.forms, TYPE.surveys, TYPE.criteria) for x in part]
    named += [s.title for _, s in TYPE.observed] + list(TYPE.process.round_titles)
    named += [x.title for x in (*TYPE.process.stages, *TYPE.process.actions)]
    assert [n for n in named if localise(n, "en") == n] == []


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


def commission(*people: tuple[str, bool], marks: str = "2221", **values: object) -> Sheet:
    rows = [{"name": name, "from_triad": ours} for name, ours in people]
    given = {"held_on": "2027-03-01", "product_text": "карта", **dict(zip(MARKS, marks, strict=False)), **values}
    return shared("defence", commission=rows, **given)


THEIRS = (("Член Первый", False), ("Член Второй", True), ("Член Третий", True))


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


def watched(round_: int, **values: object) -> Sheet:
    return Sheet("observation", round_, BELLA, values)


def test_idea_shown() -> None:
    assert met("idea_shown", view()) is None
    assert met("idea_shown", view(watched(1, pd1={"A": 2}, pd2={"A": 3}, pd3={"A": 1}))) is True
    assert met("idea_shown", view(watched(1, pd1={"A": 2}, pd2={"A": 2}, pd3={"A": 1}))) is False


def test_product_changed() -> None:
    change = {"what": "подписи", "proof": "версия 2"}
    assert met("product_changed", view(round=3)) is None
    assert met("product_changed", view(shared("critique", changes=[]), round=3)) is False
    assert met("product_changed", view(shared("critique", changes=[change]), round=3)) is True


@pytest.mark.parametrize(
    ("marks", "verdict"), [("2221", True), ("1111", False), ("3330", False), ("3211", True), ("222", None)]
)
def test_defended(marks: str, verdict: bool | None) -> None:
    assert met("defended", view(commission(*THEIRS, marks=marks), round=3)) is verdict


def test_support() -> None:
    assert met("support", view(round=3)) is None
    assert met("support", view(watched(1, pd12=2), watched(2, pd12=1), round=3)) is False
    assert met("support", view(watched(1, pd12=2), watched(2, pd12=1), watched(3, pd12=3), round=3)) is True


def test_our_project() -> None:
    def asked(n: int, yes: int) -> CycleView:
        return view(tallies=(Tally("class_survey", 1, False, n, counts={"q2": {"3": yes, "2": n - yes}}),))

    assert [met("our_project", asked(n, yes)) for n, yes in ((10, 7), (10, 6), (4, 4))] == [True, False, None]


def test_leader_hears_of_the_defence() -> None:
    def effects(action: str) -> list[Notify]:
        return Door().ask(
            PLUGIN, "plc_after", Notify, change=Change(TYPE.process.action(action), view(stage="defence"), "defence", 3)
        )

    assert effects("schedule_defence") == [Notify(("group_leader",), "Назначена защита продукта")]
    assert effects("defence_done") == []


def test_snapshot_round_trip() -> None:
    again = snapshot.loads(snapshot.dumps(TYPE), TYPE.rules)
    assert again == TYPE
    assert again.fingerprint == TYPE.fingerprint


def test_a_reason_leads_to_the_one_document_of_the_cycle() -> None:
    def links(stage: str, round_: int) -> set[tuple[str, int]]:
        verdicts = machine_for(TYPE).explain(view(stage=stage, round=round_))
        found = (r.link for v in verdicts for r in v.refusals)
        return {(link.key, link.round) for link in found if link and link.kind == "form"}

    assert links("setup", 1) == {("passport", 0)}
    assert links("planning", 1) == {("plan", 1), ("project_passport", 0)}
    assert links("defence", 3) == {("defence", 0)}
    assert links("summary", 3) >= {("summary", 0)}


class Walk:
    """A cycle driven by hand: what people write is put into the view, what the machine says moves it."""

    def __init__(self) -> None:
        self.machine = machine_for(TYPE)
        facts = {"subject": "биология", "lead": ANNA, "observers": (BELLA, VERA), "watch": {"A": 2, "B": 2, "C": 3}}
        at = datetime.fromisoformat("2026-11-23T10:15")
        self.view = view(stage="setup", rounds=tuple(RoundFacts(n, "lesson", at, facts=facts) for n in (1, 2, 3)))

    def write(self, *sheets: Sheet, **facts: object) -> None:
        known = {**self.view.facts, **facts}
        self.view = dataclasses.replace(self.view, sheets=(*self.view.sheets, *sheets), facts=known)

    def refused(self, action: str) -> set[str]:
        with pytest.raises(Refused) as caught:
            self.machine.fire(action, self.view)
        return {r.code for r in caught.value.refusals}

    def fire(self, action: str, actor: Person = ANNA) -> None:
        self.view = dataclasses.replace(self.view, actor=actor)
        move = self.machine.fire(action, self.view)
        self.view = dataclasses.replace(self.view, stage=move.stage, round=move.round, held=move.held)


def lesson(walk: Walk, n: int) -> None:
    stages = [{"title": "Рефлексия", "expected_a": "спросит", "expected_b": "ответит", "expected_c": "выслушает"}]
    walk.write(shared("plan", n, result_meta="планирует", stages=stages))
    if n == 1:
        assert walk.refused("approve_plan") == {"project.passport"}
        walk.write(shared("project_passport", problem_question="Как?", product="карта", addressee="гости села"))
    walk.fire("approve_plan")
    walk.write(*(watched(n, pd12=2), Sheet("observation", n, VERA, {"pd12": 2})))
    walk.fire("lesson_done")
    walk.write(shared("interview", n, helped_a="вопросы учителя"))
    walk.fire("close_survey")
    walk.write(shared("discussion", n, conclusions=["Паспорт помог"], decisions=[{"kind": "keep", "text": "Паспорт"}]))


def test_whole_walk() -> None:
    walk = Walk()
    walk.write(shared("passport"), rules_accepted=(1, 2, 3))
    walk.fire("approve_schedule")
    lesson(walk, 1)
    walk.fire("next_lesson")
    lesson(walk, 2)
    assert walk.refused("next_lesson") == {"project.critique_round"}
    walk.write(shared("critique", product_v1=[1], feedback_files=[2, 3], changes=[]))
    walk.fire("next_lesson")
    lesson(walk, 3)
    walk.fire("sum_up")
    assert walk.view.stage == "defence"
    assert walk.refused("defence_done") == {
        "project.defence_sheet",
        "project.defence_commission",
        "project.defence",
    }
    walk.fire("back_to_discussion")
    walk.fire("sum_up")
    walk.fire("schedule_defence")
    walk.fire("hold")
    assert "held" in walk.refused("schedule_defence")
    walk.fire("resume", LEADER)
    assert walk.view.stage == "defence"
    walk.write(commission(*THEIRS))
    walk.fire("defence_done")
    walk.fire("back_to_defence")
    walk.fire("defence_done")
    walk.write(shared("summary"))
    walk.fire("submit_package")
    walk.write(shared("review"))
    walk.fire("accept_package", LEADER)
    deficit = {"id": 1, "person_id": 1, "title": "Сроки", "level": 1, "confirmed": True, "open": True, "actions": 1}
    walk.write(deficits=[deficit])
    walk.fire("fix_deficits")
    walk.fire("approve_development_plan")
    walk.write(decision={"positions": {1: "again", 2: "again", 3: "again"}, "chosen": "again"})
    walk.fire("make_decision")
    walk.fire("hand_to_lab")
    assert (walk.view.stage, walk.view.round) == ("closed", 3)
    assert met("support", walk.view) is True
    assert met("defended", walk.view) is True
    assert met("product_changed", walk.view) is False
