"""Group type «СЭР»: its content against the brief, rules, check-ins, the psychologist, a whole walk of the process."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
from werkzeug.datastructures import MultiDict

import plugins.sel
from engine.api import Attempt, CycleView, Field, Person, Refusal, RoundFacts, Sheet, Tally
from engine.core import fields, snapshot
from engine.core.criteria import findings
from engine.core.errors import Refused, UnknownAction
from engine.core.lint import RESERVED, lint
from engine.core.machine import machine_for
from engine.core.results import Results
from engine.core.text import localise
from engine.extension.door import Door
from engine.extension.loader import Source, load
from engine.extension.roles import FEEDS, ROLES

PLUGIN = load(Source("sel", "tests", lambda: plugins.sel))
TYPE = PLUGIN.group_type
assert TYPE is not None, PLUGIN.detail

INDICATORS = """
safety| Безопасная среда (учитель)
| СЭ1 | Занятие начинается с включающего приветствия | нет | формальное приветствие | короткий ритуал для всех | ритуал связан с темой, участвует каждый |
| СЭ2 | Правила общения выработаны и соблюдаются | нет правил | объявлены учителем | обсуждены, есть на виду | обучающиеся сами напоминают о них |
| СЭ3 | Реакция на ошибку спокойная | высмеивание, упрёк | ошибка замалчивается | ошибка разбирается | ошибка — повод для общего поиска |
self| Самосознание и самоуправление
| СЭ4 | Обучающиеся называют свои чувства | нет | «нормально / плохо» | называют 3–5 эмоций | различают оттенки и причину |
| СЭ5 | Используют способы саморегуляции | нет | по команде учителя | по напоминанию | выбирают способ сами |
| СЭ6 | Ставят посильную цель и отмечают продвижение | нет | цель назначена | выбирают из предложенных | ставят свою и возвращаются к ней |
others| Понимание других
| СЭ7 | Замечают состояние другого | не замечают | по подсказке | замечают и называют | откликаются и поддерживают |
| СЭ8 | Принимают иную точку зрения | отвергают | терпят | пересказывают без оценки | объясняют, почему другой так думает |
relations| Отношения и решения
| СЭ9 | Просят о помощи и предлагают её | нет | только учителя | просят у соседа | просят и предлагают по собственной инициативе |
| СЭ10 | Разрешают разногласия уважительно | ссора, уход | решает учитель | «я-сообщение» с опорой | договариваются сами |
| СЭ11 | Думают о последствиях решения | нет | после вопроса учителя | называют последствия для себя | для себя и других |
| СЭ12 | Занятие завершается позитивной рефлексией | нет | звонок прервал | несколько человек | каждый назвал, что берёт с собой |
"""  # noqa: E501 - the table of the brief, word for word

SURVEY = """
(scale4) На занятии можно было ошибаться, и никто не смеялся.
(scale4) Меня выслушали.
(scale4) Я лучше понял(а), что чувствую.
(scale4) Я лучше понял(а), что чувствуют другие.
(single) Если мне было трудно, я: попробовал способ, которому учились / попросил помощи / переждал / не знал, что делать / трудно не было
(single) После занятия мне: лучше / так же / хуже / не хочу отвечать
(open) Что я возьму с собой с этого занятия?
"""  # noqa: E501 - the survey of the brief, word for word

TECHNIQUES = """
«Круг приветствия» — имя и одно слово о настроении
«Эмоциональный термометр / квадрант» — отмечаем состояние на шкале
«Словарь эмоций» — карточки с оттенками чувств
«Дыхание по квадрату» — вдох, пауза, выдох, пауза
«Минутка тишины» — осознанная пауза между заданиями
«Я-сообщение» — «Я чувствую… когда… мне важно…»
«Стоп-кадр» — останавливаем ситуацию и говорим за героя
«Обувь другого» — рассказ от лица другого участника
«Письмо герою» — поддержка литературного или исторического персонажа
«Круг сообщества» — говорит тот, у кого предмет-символ
«Комплимент делом» — благодарим за конкретный поступок
«Лестница решения» — ситуация, варианты, последствия, выбор
«Банка тревог» — записать и отложить
«Договор класса» — правила общения, принятые вместе
«Что беру с собой» — завершающая фраза каждого
"""

ANNA, BELLA, VERA = Person(1, "Первая А. А."), Person(2, "Вторая Б. Б."), Person(3, "Третья В. В.")
LEADER, PSYCHOLOGIST = Person(9, "Девятая Л. Л."), Person(8, "Восьмая П. П.")
ALL = (ANNA, BELLA, VERA)
SEEN = "sel.psychologist_ok"
MUST_SEE = "Тема отмечена как чувствительная: нужен просмотр плана педагогом-психологом"
UNREAD = "Сообщение педагогу-психологу ещё не прочитано"
LESSON = ("planning", "checkin_before", "conducting", "checkin_after", "survey", "discussion")
DEFICIT_GROUPS = {
    "subject", "methodical", "assessment", "psych_ped", "communicative", "organizational", "digital", "research",
}  # fmt: skip


def view(*sheets: Sheet, **changes: object) -> CycleView:
    roles = {
        "triad_member": ALL, "lead_teacher": (ANNA,), "observer": (BELLA, VERA), "group_leader": (LEADER,),
        "psychologist": (PSYCHOLOGIST,),
    }  # fmt: skip
    return dataclasses.replace(CycleView("planning", 1, actor=ANNA, roles=roles, sheets=sheets), **changes)


def shared(form: str, round_: int = 1, **values: object) -> Sheet:
    return Sheet(form, round_, None, values, confirmed=frozenset(p.id for p in ALL))


def checkin(when: str, counts: tuple[int, ...], present: int | None = 20, round_: int = 1) -> Tally:
    """Counts in the order of the cards: bright, calm, anxious, tired, skip."""
    keys = [o.key for o in TYPE.survey(f"checkin_{when}").questions[0].options]
    given = {"mood": dict(zip(keys, counts, strict=True))}
    return Tally(f"checkin_{when}", round_, False, sum(counts), present, given)


def refusal(key: str, seen: CycleView) -> str:
    found = TYPE.rules[key](seen)
    if found is None:
        return ""
    assert found.code == key
    assert found.roles and found.link and found.link.round == seen.round
    assert localise(found.text, "en") != found.text
    return str(found.text)


def watched(round_: int = 1, **scores: int | None) -> Sheet:
    return Sheet("observation", round_, BELLA, scores)


def met(key: str, seen: CycleView) -> bool | None:
    return next(f.met for f in findings(Results(TYPE, seen)) if f.criterion.key == key)


def test_loads_without_quarantine() -> None:
    assert not PLUGIN.quarantined, PLUGIN.detail
    assert lint(TYPE, ROLES, frozenset(FEEDS)) == []
    assert (TYPE.key, TYPE.version, str(TYPE.title), TYPE.icon) == ("sel", "1", "СЭР", "heart")


def test_accent_reads_on_white() -> None:
    parts = [int(TYPE.colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


def test_indicators_are_those_of_the_brief_and_speak_of_the_class() -> None:
    rows = []
    for form, section in TYPE.observed:
        rows.append(f"{section.key}| {section.title}")
        for i in section.indicators:
            levels = ["нет" if x == "Не проявилось" else x[0].lower() + x[1:] for x in i.levels]
            rows.append(f"| {i.code} | {i.title} | " + " | ".join(levels) + " |")
        assert (form.key, section.subjects) == ("observation", ())
    assert rows == INDICATORS.strip().splitlines()
    assert list(TYPE.indicators) == [f"se{n}" for n in range(1, 13)]
    assert TYPE.form("observation").help == "В этом листе оцениваем не детей, а условия и жизнь класса"


def test_pupils_are_described_in_words_alone() -> None:
    pupils = next(s for s in TYPE.form("plan").sections if s.key == "pupils")
    assert {item.kind for item in pupils.items if isinstance(item, Field)} == {"text"}
    assert all(item.private for item in pupils.items if isinstance(item, Field))
    assert "только словами о поведении" in TYPE.form("plan").help


def test_survey_is_that_of_the_brief() -> None:
    questions = TYPE.survey("class_survey").questions
    lines = []
    for question in questions:
        options = " / ".join(o.title for o in question.options)
        lines.append(f"({question.kind}) {question.title}" + (f" {options}" if options else ""))
        assert [o.key for o in question.options] == [str(n) for n in range(1, len(question.options) + 1)]
    assert lines == SURVEY.strip().splitlines()
    assert [q.key for q in questions] == [f"q{n}" for n in range(1, 8)]
    assert questions[-1].help.startswith("Если тебе нужна помощь, подойди к педагогу-психологу")


@pytest.mark.parametrize("key", ["checkin_before", "checkin_after"])
def test_checkin_keeps_counts_only(key: str) -> None:
    survey = TYPE.survey(key)
    assert survey.counts_only
    assert survey.intro == "Как ты сейчас? Выбери одну карточку. Можно пропустить. Имя не нужно"
    (question,) = survey.questions
    # The name "state" is reserved by the lint for every key of a definition.
    assert (question.key, question.kind) == ("mood", "single") and "state" in RESERVED
    assert [(o.key, o.title) for o in question.options] == [
        ("bright", "бодро и хорошо"),
        ("calm", "спокойно и хорошо"),
        ("anxious", "тревожно, сердито"),
        ("tired", "устал(а), грустно"),
        ("skip", "пропускаю"),
    ]
    assert TYPE.process.stage(key).surveys == (key,)


def test_techniques_and_hints() -> None:
    lines = [f"«{t.title}» — {t.description[:1].lower()}{t.description[1:]}" for t in TYPE.techniques]
    assert lines == TECHNIQUES.strip().splitlines()
    assert {h.indicator for h in TYPE.hints} == set(TYPE.indicators)
    assert {h.group for h in TYPE.hints} <= DEFICIT_GROUPS


def test_thresholds_of_the_brief() -> None:
    assert [(c.key, c.code, [(t.threshold, t.unit, t.at_most) for t in c.tests]) for c in TYPE.criteria] == [
        ("sel_k1", "СЭР-К1", [(2.0, "score", False)]),
        ("sel_k2", "СЭР-К2", [(0.05, "gap", True)]),
        ("sel_k3", "СЭР-К3", [(0.70, "share", False)]),
        ("sel_k4", "СЭР-К4", [(2.0, "score", False)]),
        ("sel_k5", "СЭР-К5", [(0.80, "share", False)]),
    ]


def test_every_name_has_english() -> None:
    named = [TYPE.title, TYPE.short, TYPE.purpose, *(r.title for r in TYPE.rules.values())]
    named += [x.title for part in (TYPE.forms, TYPE.surveys, TYPE.criteria) for x in part]
    named += [s.title for _, s in TYPE.observed]
    named += [x.title for part in (TYPE.process.stages, TYPE.process.actions) for x in part]
    assert [n for n in named if localise(n, "en") == n] == []


def test_leading_skill_is_one_indicator_and_required() -> None:
    def errors(chosen: str) -> object:
        bound = fields.bind(TYPE.form("plan"), posted=MultiDict({"q_lead_skill": chosen}))
        bound.validate()
        return bound.errors.get("q_lead_skill")

    assert errors("") == ["Заполните это поле"]
    assert errors("joy") == ["Такого варианта нет в списке"]
    assert errors("se5") is None
    skill = TYPE.form("plan").find("lead_skill")
    assert isinstance(skill, Field) and [o.key for o in skill.options] == list(TYPE.indicators)


@pytest.mark.parametrize(("when", "word"), [("before", "до"), ("after", "после")])
def test_checkin_was_held_or_explained(when: str, word: str) -> None:
    key = f"sel.checkin_{when}"
    text = f"Отметка {word} занятия не проведена. Проведите её или укажите причину"
    held = checkin(when, (1, 0, 0, 0, 0))
    assert refusal(key, view()) == text
    assert refusal(key, view(tallies=(checkin(when, (0, 0, 0, 0, 0)),))) == text
    assert refusal(key, view(tallies=(dataclasses.replace(held, round=2),))) == text
    assert refusal(key, view(tallies=(held,))) == ""
    skipped = dataclasses.replace(held, answers=0, counts={}, skipped_because="учебная тревога")
    assert refusal(key, view(tallies=(skipped,))) == ""
    other = checkin("after" if when == "before" else "before", (5, 5, 5, 5, 0))
    assert refusal(key, view(tallies=(other,))) == text


def test_psychologist_sees_a_sensitive_plan() -> None:
    sensitive = shared("plan", sensitive=True)

    def reviewed(status: str, remarks: str = "", **changes: object) -> str:
        review = dataclasses.replace(shared("psychologist_review", status=status, remarks=remarks), **changes)
        return refusal(SEEN, view(sensitive, review))

    assert refusal(SEEN, view(sensitive)) == MUST_SEE
    assert reviewed("reading") == MUST_SEE
    assert reviewed("agreed") == ""
    assert reviewed("agreed", state="draft") == MUST_SEE
    assert reviewed("agreed", round=2) == MUST_SEE
    assert reviewed("remarks", "смягчите начало") == "Есть замечания педагога-психолога: смягчите начало"
    found = TYPE.rules[SEEN](view(sensitive))
    assert found and found.people == (PSYCHOLOGIST,) and found.roles == ("psychologist",)


def test_remarks_are_the_triad_s_move_and_a_mended_plan_the_psychologist_s() -> None:
    """Neither waits for the other."""
    early = datetime(2026, 11, 20, 10)
    late = early + timedelta(hours=1)
    plan = dataclasses.replace(shared("plan", sensitive=True), at=early)
    review = dataclasses.replace(shared("psychologist_review", status="remarks", remarks="начало"), at=late)
    found = TYPE.rules[SEEN](view(plan, review))
    assert found and {p.id for p in found.people} == {p.id for p in view().holders("triad_member")}
    assert (found.link.key, found.step) == ("plan", "Исправьте план по замечаниям педагога-психолога: начало")
    mended = dataclasses.replace(plan, at=late + timedelta(hours=1))
    found = TYPE.rules[SEEN](view(mended, review))
    assert found and found.people == (PSYCHOLOGIST,)
    assert (found.link.key, found.step) == ("psychologist_review", "Посмотрите исправленный план")


def test_any_other_plan_need_not_be_seen() -> None:
    assert refusal(SEEN, view()) == ""
    for status in ("reading", "agreed", "remarks"):
        review = shared("psychologist_review", status=status, remarks="мелочи")
        assert refusal(SEEN, view(shared("plan", sensitive=False), review)) == ""


def test_psychologist_s_document() -> None:
    review = TYPE.form("psychologist_review")
    assert (review.filling, review.per_round, review.roles, review.readers) == (
        "shared", True, ("psychologist",), ("triad_member",),
    )  # fmt: skip
    status = review.find("status")
    assert isinstance(status, Field)
    assert [o.title for o in status.options] == ["На просмотре", "Согласовано", "Есть замечания"]
    assert TYPE.process.open_stages("psychologist_review") == ("planning",)
    assert "psychologist" in TYPE.form("plan").readers


def test_stages_around_the_lesson() -> None:
    process = TYPE.process
    assert process.looped == LESSON
    roads = {a.key: (a.source, a.target) for a in process.actions}
    assert roads["approve_plan"] == (("planning",), "checkin_before")
    assert roads["begin_lesson"] == (("checkin_before",), "conducting")
    assert roads["lesson_done"] == (("conducting",), "checkin_after")
    assert roads["close_checkin"] == (("checkin_after",), "survey")
    assert roads["reschedule"] == (("planning", "checkin_before"), "")
    assert roads["put_off"] == (("conducting",), "checkin_before")
    assert roads["cancel_lesson"] == (("checkin_before", "conducting"), "planning")
    assert roads["back_to_planning"] == (("checkin_before", "conducting"), "planning")
    assert roads["back_to_lesson"] == (("checkin_after", "survey"), "conducting")
    assert process.action("begin_lesson").title == "Начать занятие"
    assert process.action("close_checkin").title == "Закрыть отметку"
    for key in ("hold", "resume", "end_early"):
        assert set(LESSON) <= set(process.action(key).source)
    assert {"alerts", "alerts_unread"} <= set(process.feeds)


def test_a_taught_lesson_is_neither_moved_nor_cancelled() -> None:
    for action in ("reschedule", "put_off", "cancel_lesson", "back_to_planning"):
        with pytest.raises(UnknownAction):
            machine_for(TYPE).fire(action, view(stage="checkin_after"))


@pytest.mark.parametrize("stage", LESSON)
def test_alert_keeps_the_cycle_where_it_is(stage: str) -> None:
    move = machine_for(TYPE).fire("alert_psychologist", view(stage=stage, round=2))
    assert (move.stage, move.round) == (stage, 2)
    action = move.action
    assert (action.title, action.kind, action.confidential_to) == ("Передать психологу", "side", "psychologist")
    assert action.done == "Сообщение передано. Запись видит только педагог-психолог"
    assert [(f.kind, f.required) for f in action.asks] == [("text", True)]


def test_only_the_alert_is_confidential() -> None:
    assert [a.key for a in TYPE.process.actions if a.confidential_to] == ["alert_psychologist"]


def asked(attempt: Attempt) -> list[Refusal]:
    return Door().ask(PLUGIN, "plc_before", Refusal, attempt=attempt)


def test_package_waits_for_the_psychologist_to_read() -> None:
    submit = TYPE.process.action("submit_package")

    def objections(unread: int, key: str = "submit_package") -> list[str]:
        seen = view(stage="summary", facts={"alerts_unread": unread, "alerts": 2})
        return [str(r.text) for r in asked(Attempt(TYPE.process.action(key), seen))]

    assert objections(1) == [UNREAD]
    assert objections(0) == []
    assert objections(3, "back_to_discussion") == []
    (found,) = asked(Attempt(submit, view(stage="summary", facts={"alerts_unread": 2})))
    assert (found.code, found.roles, found.people) == ("sel.alerts_read", ("psychologist",), (PSYCHOLOGIST,))
    assert localise(found.text, "en") == "A message to the psychologist is still unread"
    assert asked(Attempt(submit, view(stage="summary"))) == []


def test_environment() -> None:
    assert met("sel_k1", view()) is None
    assert met("sel_k1", view(watched(se1=2, se2=2, se3=2))) is True
    assert met("sel_k1", view(watched(se1=3, se2=2, se3=None))) is True
    assert met("sel_k1", view(watched(se1=2, se2=2, se3=1))) is False


BEFORE, AFTER = (5, 7, 4, 3, 1), (8, 8, 1, 2, 1)


def test_checkin_of_the_demo_school() -> None:
    seen = view(tallies=(checkin("before", BEFORE), checkin("after", AFTER)))
    results = Results(TYPE, seen)
    (test,) = next(c for c in TYPE.criteria if c.key == "sel_k2").tests
    assert test.measure.minus.value(results, 1) == pytest.approx(0.35)
    assert test.measure.measure.value(results, 1) == pytest.approx(0.15)
    assert test.measure.value(results, 1) == pytest.approx(-0.20)
    assert (met("sel_k2", seen), met("sel_k3", seen)) == (True, True)


@pytest.mark.parametrize(("heavy", "verdict"), [(7, True), (8, True), (9, False)])
def test_state_may_worsen_by_five_points(heavy: int, verdict: bool) -> None:
    after = (20 - heavy, 0, heavy, 0, 0)
    assert met("sel_k2", view(tallies=(checkin("before", BEFORE), checkin("after", after)))) is verdict


def test_state_is_unknown_without_both_checkins() -> None:
    assert met("sel_k2", view()) is None
    assert met("sel_k2", view(tallies=(checkin("before", BEFORE),))) is None
    assert met("sel_k2", view(tallies=(checkin("after", AFTER),))) is None


def test_four_cards_say_nothing_about_the_state() -> None:
    def judged(n: int) -> bool | None:
        return met("sel_k2", view(tallies=(checkin("before", (n, 0, 0, 0, 0)), checkin("after", (0, 0, n, 0, 0)))))

    assert judged(4) is None
    assert judged(5) is False


def test_passing_counts_as_taking_part() -> None:
    def judged(before: int, after: int, present: int | None = 20) -> bool | None:
        cards = (checkin("before", (0, 0, 0, 0, before), present), checkin("after", (0, 0, 0, 0, after), present))
        return met("sel_k3", view(tallies=cards))

    assert judged(14, 14) is True
    assert judged(20, 13) is False
    assert judged(13, 20) is False
    assert judged(14, 14, None) is None
    assert met("sel_k3", view(tallies=(checkin("before", BEFORE),))) is None


def test_skill_of_the_session() -> None:
    plan = shared("plan", lead_skill="se5")
    assert met("sel_k4", view(watched(se5=3))) is None
    assert met("sel_k4", view(plan)) is None
    assert met("sel_k4", view(plan, watched(se5=2, se4=0))) is True
    assert met("sel_k4", view(plan, watched(se5=1, se4=3))) is False


def test_safety_in_the_eyes_of_the_class() -> None:
    def asked(n: int, yes: int) -> bool | None:
        counts = {"q1": {"4": yes, "2": n - yes}}
        return met("sel_k5", view(tallies=(Tally("class_survey", 1, False, n, counts=counts),)))

    assert asked(10, 8) is True
    assert asked(10, 7) is False
    assert asked(4, 4) is None


def test_snapshot_round_trip() -> None:
    again = snapshot.loads(snapshot.dumps(TYPE), TYPE.rules)
    assert again == TYPE
    assert again.fingerprint == TYPE.fingerprint
    assert again.process.action("alert_psychologist").confidential_to == "psychologist"


class Walk:
    """A cycle driven by hand: what people write is put into the view, what the machine says moves it."""

    def __init__(self) -> None:
        self.machine = machine_for(TYPE)
        facts = {"subject": "литература", "lead": ANNA, "observers": (BELLA, VERA), "watch": {"A": 2, "B": 2, "C": 3}}
        at = datetime.fromisoformat("2026-11-23T10:15")
        self.view = view(stage="setup", rounds=tuple(RoundFacts(n, "lesson", at, facts=facts) for n in (1, 2, 3)))

    def write(self, *sheets: Sheet, tallies: tuple[Tally, ...] = (), **facts: object) -> None:
        old = [
            s
            for s in self.view.sheets
            if all((s.form, s.round, s.person) != (n.form, n.round, n.person) for n in sheets)
        ]
        self.view = dataclasses.replace(
            self.view,
            sheets=(*old, *sheets),
            tallies=(*self.view.tallies, *tallies),
            facts={**self.view.facts, **facts},
        )

    def refused(self, action: str) -> set[str]:
        with pytest.raises(Refused) as caught:
            self.machine.fire(action, self.view)
        return {r.code for r in caught.value.refusals}

    def fire(self, action: str, actor: Person = ANNA) -> None:
        self.view = dataclasses.replace(self.view, actor=actor)
        move = self.machine.fire(action, self.view)
        self.view = dataclasses.replace(self.view, stage=move.stage, round=move.round, held=move.held)

    def teach(self, n: int) -> None:
        stages = [{"title": "Рефлексия", "expected_a": "назовёт", "expected_b": "выслушает", "expected_c": "выберет"}]
        self.write(
            shared("plan", n, result_personal="называет чувства", stages=stages, lead_skill="se4", sensitive=n == 2)
        )
        if n == 2:
            assert self.refused("approve_plan") == {SEEN}
            self.write(shared("psychologist_review", n, status="remarks", remarks="смягчите начало"))
            assert self.refused("approve_plan") == {SEEN}
            self.write(shared("psychologist_review", n, status="agreed"))
        self.fire("approve_plan")
        assert self.refused("begin_lesson") == {"sel.checkin_before"}
        self.write(tallies=(checkin("before", BEFORE, round_=n),))
        self.fire("begin_lesson")
        assert self.refused("lesson_done") == {"submitted_by_each.observation.observer"}
        self.write(*(Sheet("observation", n, p, {"se4": 2}) for p in (BELLA, VERA)))
        self.fire("lesson_done")
        assert self.refused("close_checkin") == {"sel.checkin_after"}
        self.write(tallies=(checkin("after", AFTER, round_=n),))
        self.fire("close_checkin")
        assert self.refused("close_survey") == {"lesson_study.survey"}
        self.write(shared("interview", n, liked_a="круг"))
        self.fire("close_survey")
        self.write(
            shared("discussion", n, conclusions=["Круг включает всех"], decisions=[{"kind": "keep", "text": "Круг"}])
        )


def test_whole_walk() -> None:
    walk = Walk()
    walk.write(shared("passport", 0), rules_accepted=(1, 2, 3))
    walk.fire("approve_schedule")
    for n in (1, 2, 3):
        walk.teach(n)
        walk.fire("alert_psychologist", BELLA)
        walk.fire("next_lesson" if n < 3 else "sum_up")
    walk.write(shared("summary", 0))
    walk.fire("submit_package")
    walk.write(shared("review", 0))
    walk.fire("accept_package", LEADER)
    deficit = {
        "id": 1,
        "person_id": 1,
        "title": "Словарь чувств",
        "level": 1,
        "confirmed": True,
        "open": True,
        "actions": 1,
    }
    walk.write(deficits=[deficit])
    walk.fire("fix_deficits")
    walk.fire("approve_development_plan")
    walk.write(decision={"positions": {1: "again", 2: "again", 3: "again"}, "chosen": "again"})
    walk.fire("make_decision")
    walk.fire("hand_to_lab")
    assert (walk.view.stage, walk.view.round) == ("closed", 3)


def test_lesson_is_not_done_without_the_first_checkin() -> None:
    sheets = [Sheet("observation", 1, p, {"se4": 2}) for p in (BELLA, VERA)]
    walk = Walk()
    walk.view = view(*sheets, stage="conducting")
    assert walk.refused("lesson_done") == {"sel.checkin_before"}
    skipped = Tally("checkin_before", 1, False, 0, skipped_because="учебная тревога")
    walk.write(tallies=(skipped,))
    walk.fire("lesson_done")
    assert walk.view.stage == "checkin_after"


def test_ways_back_and_aside() -> None:
    walk = Walk()
    walk.view = dataclasses.replace(walk.view, stage="checkin_before")
    walk.fire("reschedule")
    assert walk.view.stage == "checkin_before"
    walk.fire("back_to_planning")
    assert walk.view.stage == "planning"
    walk.view = dataclasses.replace(walk.view, stage="checkin_after")
    walk.fire("hold")
    assert walk.refused("close_checkin") == {"held", "sel.checkin_after"}
    walk.fire("resume")
    walk.fire("back_to_lesson")
    assert walk.view.stage == "conducting"
    walk.fire("put_off")
    assert walk.view.stage == "checkin_before"
    walk.fire("cancel_lesson")
    assert (walk.view.stage, walk.view.round) == ("planning", 1)
    walk.view = dataclasses.replace(walk.view, stage="checkin_before")
    walk.fire("end_early")
    assert walk.view.stage == "closed_early"
