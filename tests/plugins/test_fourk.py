"""Group type «4К»: its content against the domain brief, its rules, criteria and a whole walk of the process."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest
from werkzeug.datastructures import MultiDict

import plugins.fourk
from engine.api import CycleView, Person, RoundFacts, Sheet, Tally
from engine.core import fields, snapshot
from engine.core.criteria import findings
from engine.core.errors import Refused
from engine.core.lint import lint
from engine.core.machine import machine_for
from engine.core.results import Results
from engine.core.text import localise
from engine.extension.loader import Source, load
from engine.extension.roles import FEEDS, ROLES

PLUGIN = load(Source("fourk", "tests", lambda: plugins.fourk))
TYPE = PLUGIN.group_type
assert TYPE is not None, PLUGIN.detail

INDICATORS = """
critical_thinking| Критическое мышление
| КМ1 | Задаёт вопросы по существу | нет вопросов | вопросы только о порядке работы | уточняющие вопросы к содержанию | вопросы «почему?», «а если?», «откуда это известно?» |
| КМ2 | Обосновывает мнение | мнение без довода | довод по просьбе учителя | довод с опорой на текст или данные | несколько доводов, учитывает возражение |
| КМ3 | Проверяет надёжность информации и решения | принимает всё на веру | проверяет по указанию | сопоставляет два источника или способа | сам находит противоречие и исправляет |
creativity| Креативность
| КР1 | Предлагает идеи | повторяет образец | одна идея после подсказки | несколько идей одного типа | разные по подходу идеи |
| КР2 | Развивает и дорабатывает идею | бросает идею | добавляет деталь по просьбе | уточняет и усиливает идею | перестраивает идею после проверки или критики |
| КР3 | Действует в условиях неопределённости | отказывается без образца | пробует с постоянной поддержкой | пробует, иногда просит подсказку | сам выбирает путь, допускает ошибку и идёт дальше |
communication| Коммуникация
| КО1 | Слушает и откликается на сказанное | не слушает, перебивает | слушает, но не откликается | отвечает на слова собеседника | уточняет, пересказывает, развивает мысль другого |
| КО2 | Ясно излагает мысль для адресата | мысль непонятна | понятна после вопросов | понятна, есть структура | понятна, учитывает адресата, использует термины и наглядность |
| КО3 | Соблюдает нормы обсуждения | нарушает | соблюдает после замечания | соблюдает | поддерживает нормы в группе |
cooperation| Кооперация
| КП1 | Участвует в распределении ролей и задач | вне работы | принимает роль по назначению | договаривается о роли | помогает группе распределить роли по силам |
| КП2 | Вносит вклад в общий результат | вклада нет | выполняет часть по напоминанию | выполняет свою часть в срок | выполняет свою часть и помогает другим |
| КП3 | Решает разногласия и удерживает общую цель | конфликт или уход | ждёт решения взрослого | ищет компромисс | возвращает группу к цели, находит общее решение |
"""  # noqa: E501 - the table of the brief, word for word

SURVEY = """
(scale4) Сегодня мне пришлось думать, а не просто повторять за учителем.
(scale4) Я мог(ла) предлагать свои идеи, и их слушали.
(scale4) Задание было таким, что его интереснее выполнять вместе.
(scale4) В нашей группе у каждого было своё дело.
(single) Чаще всего в группе я: предлагал идеи / задавал вопросы / записывал и оформлял / выступал / следил за временем / в основном слушал
(single) Если мы спорили, то: искали доводы / голосовали / решил самый активный / решил учитель / не спорили
(open) Какой вопрос или идея на уроке запомнились больше всего?
(open) Что помешало группе работать лучше?
"""  # noqa: E501 - the survey of the brief, word for word

TECHNIQUES = (
    "Групповой пазл (джигсо)",
    "Тонкие и толстые вопросы",
    "Мозговой штурм",
    "Шесть шляп мышления",
    "Фишбоун",
    "Кластер",
    "Мировое кафе",
    "Дебаты",
    "Четыре угла",
    "Думаем – в паре – делимся",
    "Ролевые карточки группы",
    "Верю – не верю",
    "ПОПС-формула",
    "Открытая задача",
    "Аквариум",
)

ANNA, BELLA, VERA = Person(1, "Первая А. А."), Person(2, "Вторая Б. Б."), Person(3, "Третья В. В.")
LEADER = Person(9, "Девятая Л. Л.")
ALL = (ANNA, BELLA, VERA)
LEAD = "Выберите одну ведущую компетенцию (и не более одной сопутствующей): на одном уроке наблюдать все четыре не получится"  # noqa: E501
SAME = "Сопутствующая компетенция совпадает с ведущей: выберите другую или оставьте поле пустым"
CARD = "Приложите карточку задания 4К: что делает ученик и по каким показателям мы это увидим"
GROUP = "Укажите, какую группу видит каждый наблюдатель"
NO_SESSION = "В цикле нет ни одного внеурочного занятия. Проведите его или попросите руководителя ПОС снять ограничение с указанием причины"  # noqa: E501
NO_LESSON = (
    "В цикле нет ни одного урока. Проведите его или попросите руководителя ПОС снять ограничение с указанием причины"
)


def view(*sheets: Sheet, **changes: object) -> CycleView:
    roles = {"triad_member": ALL, "lead_teacher": (ANNA,), "observer": (BELLA, VERA), "group_leader": (LEADER,)}
    start = CycleView("planning", 1, actor=ANNA, roles=roles, sheets=sheets)
    return dataclasses.replace(start, **changes)  # type: ignore[arg-type]


def shared(form: str, round_: int, **values: object) -> Sheet:
    return Sheet(form, round_, None, values, confirmed=frozenset(p.id for p in ALL))


def refusal(key: str, seen: CycleView) -> str:
    found = TYPE.rules[key](seen)
    assert found is None or (found.code == key and found.roles and found.link)
    return str(found.text) if found else ""


def watched(score: object, round_: int = 1, section: str = "km") -> Sheet:
    return Sheet("observation", round_, BELLA, {f"{section}{n}": score for n in (1, 2, 3)})


def met(key: str, seen: CycleView, round_: int = 0) -> bool | None:
    found = [f for f in findings(Results(TYPE, seen)) if f.criterion.key == key]
    return found[round_ - 1 if round_ else -1].met


def test_loads_without_quarantine() -> None:
    assert not PLUGIN.quarantined, PLUGIN.detail
    assert lint(TYPE, ROLES, frozenset(FEEDS)) == []
    assert (TYPE.key, TYPE.version, TYPE.short, TYPE.icon) == ("fourk", "1", "4К", "lightbulb")
    assert len(TYPE.fingerprint) == 64


def test_accent_reads_on_white() -> None:
    parts = [int(TYPE.colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


def test_indicators_are_those_of_the_brief() -> None:
    rows = []
    for _, section in TYPE.observed:
        rows.append(f"{section.key}| {section.title}")
        for i in section.indicators:
            rows.append(f"| {i.code} | {i.title} | " + " | ".join(x[0].lower() + x[1:] for x in i.levels) + " |")
        assert section.subjects == ("A", "B", "C", "class")
        assert all(level[0] in "«" or level[0].isupper() for i in section.indicators for level in i.levels)
    assert rows == INDICATORS.strip().splitlines()
    assert list(TYPE.indicators) == [f"{part}{n}" for part in ("km", "kr", "ko", "kp") for n in (1, 2, 3)]


def test_survey_is_that_of_the_brief() -> None:
    lines = []
    for question in TYPE.survey("class_survey").questions:
        options = " / ".join(o.title for o in question.options)
        lines.append(f"({question.kind}) {question.title}" + (f" {options}" if options else ""))
    assert lines == SURVEY.strip().splitlines()
    assert [q.key for q in TYPE.survey("class_survey").questions] == [f"q{n}" for n in range(1, 9)]


def test_techniques_and_hints() -> None:
    assert tuple(t.title for t in TYPE.techniques) == TECHNIQUES
    assert all(t.description for t in TYPE.techniques)
    groups = {"subject", "methodical", "assessment", "psych_ped", "communicative", "organizational", "research"}
    assert {h.indicator for h in TYPE.hints} == set(TYPE.indicators)
    assert {h.group for h in TYPE.hints} == groups


def test_thresholds_of_the_brief() -> None:
    assert [(c.code, c.tests[0].threshold, c.tests[0].unit, c.overall) for c in TYPE.criteria] == [
        ("4К-1", 2.0, "score", False),
        ("4К-2", 1.0, "score", False),
        ("4К-3", 0.5, "score", True),
        ("4К-4", 0.70, "share", False),
        ("4К-5", 2, "count", True),
    ]


def test_every_name_has_english() -> None:
    named = [TYPE.title, TYPE.short, TYPE.purpose, *(r.title for r in TYPE.rules.values())]
    named += [x.title for part in (TYPE.forms, TYPE.surveys, TYPE.criteria) for x in part]
    named += [s.title for _, s in TYPE.observed]
    assert [n for n in named if localise(n, "en") == n] == []


@pytest.mark.parametrize("round_", [1, 2, 3])
def test_lead_competency(round_: int) -> None:
    def judged(**values: object) -> str:
        return refusal("fourk.lead_competency", view(shared("plan", round_, **values), round=round_))

    assert refusal("fourk.lead_competency", view(round=round_)) == LEAD
    assert judged(lead_competency="") == LEAD
    assert judged(lead_competency="creativity", second_competency="creativity") == SAME
    assert judged(lead_competency="creativity", second_competency="cooperation") == ""
    assert judged(lead_competency="creativity", second_competency="") == ""


def test_lead_competency_is_one_of_the_four_and_required() -> None:
    plan = TYPE.form("plan")

    def errors(chosen: str) -> object:
        bound = fields.bind(plan, posted=MultiDict({"q_lead_competency": chosen}))
        bound.validate()
        return bound.errors.get("q_lead_competency")

    assert errors("") == ["Заполните это поле"]
    assert errors("all_four") == ["Такого варианта нет в списке"]
    assert errors("communication") is None


def test_task_card() -> None:
    card = shared("task_card", 2, task="Сравните два текста")
    assert refusal("fourk.task_card", view(round=2)) == CARD
    assert refusal("fourk.task_card", view(dataclasses.replace(card, state="draft"), round=2)) == CARD
    assert refusal("fourk.task_card", view(dataclasses.replace(card, round=1), round=2)) == CARD
    assert refusal("fourk.task_card", view(card, round=2)) == ""


def groups(round_: int, *observers: Person, group: str = "группа 1") -> Sheet:
    return shared("group_assignment", round_, groups=[{"observer": str(p.id), "group": group} for p in observers])


def test_group_assignment() -> None:
    key = "fourk.group_assignment"
    assert refusal(key, view()) == GROUP
    assert refusal(key, view(groups(1, BELLA))) == GROUP
    assert refusal(key, view(groups(1, ANNA, BELLA))) == GROUP
    assert refusal(key, view(groups(1, BELLA, VERA, group=""))) == GROUP
    assert refusal(key, view(dataclasses.replace(groups(1, BELLA, VERA), state="draft"))) == GROUP
    assert refusal(key, view(groups(1, BELLA, VERA))) == ""
    found = TYPE.rules[key](view(groups(1, BELLA)))
    assert found and found.people == (VERA,)


def kinds(*given: str, status: str = "discussed") -> tuple[RoundFacts, ...]:
    return tuple(RoundFacts(n, kind, status=status) for n, kind in enumerate(given, 1))


def test_both_settings() -> None:
    key = "fourk.both_settings"
    assert refusal(key, view(rounds=kinds("lesson", "lesson", "lesson"))) == NO_SESSION
    assert refusal(key, view(rounds=kinds("extracurricular", "extracurricular"))) == NO_LESSON
    assert refusal(key, view(rounds=kinds("lesson", "extracurricular", "lesson"))) == ""
    assert refusal(key, view(rounds=(*kinds("lesson"), RoundFacts(2, "extracurricular", status="ready")))) == NO_SESSION
    done = RoundFacts(2, "extracurricular", done_at=datetime.fromisoformat("2026-11-23"))
    assert refusal(key, view(rounds=(*kinds("lesson", status="surveyed"), done))) == ""
    assert TYPE.rules[key].waivable
    english = TYPE.rules[key](view(rounds=kinds("lesson")))
    assert english and localise(english.text, "en").startswith("The cycle has no extracurricular session.")


PLAN = shared("plan", 1, lead_competency="critical_thinking")
PLAN_3 = shared("plan", 3, lead_competency="critical_thinking")


def test_leading_section() -> None:
    even = {"A": 2, "B": 2, "C": 2, "class": 2}
    assert met("lead_shown", view(PLAN)) is None
    assert met("lead_shown", view(watched(even))) is None
    assert met("lead_shown", view(PLAN, watched(even))) is True
    assert met("lead_shown", view(PLAN, watched({**even, "C": 1}))) is False
    assert met("lead_shown", view(PLAN, watched(even, section="kr"))) is None


def test_each_pupil() -> None:
    assert met("each_pupil", view(PLAN, watched({"A": 3, "B": 2, "C": 1, "class": 0}))) is True
    assert met("each_pupil", view(PLAN, watched({"A": 3, "B": 3, "C": 0}))) is False
    assert met("each_pupil", view(PLAN, watched({"A": 3, "B": 3, "C": None}))) is None


def test_growth() -> None:
    start = watched({"A": 1, "B": 1})
    assert met("growth", view(PLAN, start)) is None
    assert met("growth", view(PLAN, PLAN_3, start, watched({"A": 2, "B": 1}, 3), round=3)) is True
    assert met("growth", view(PLAN, PLAN_3, start, watched({"A": 1, "B": 1}, 3), round=3)) is False


def test_task_works() -> None:
    def asked(n: int, yes: int) -> CycleView:
        return view(tallies=(Tally("class_survey", 1, False, n, counts={"q3": {"4": yes, "1": n - yes}}),))

    assert met("task_works", asked(10, 7)) is True
    assert met("task_works", asked(10, 6)) is False
    assert met("task_works", asked(4, 4)) is None


def test_transfer() -> None:
    both, once = kinds("lesson", "lesson", "extracurricular"), kinds("lesson", "lesson", "lesson")
    seen = (PLAN, PLAN_3, watched({"A": 1}), watched({"A": 1}, 3))
    assert met("transfer", view(*seen, rounds=both, round=3)) is True
    assert met("transfer", view(*seen, rounds=once, round=3)) is False
    assert met("transfer", view(*seen[:3], watched({"A": 0}, 3), rounds=both, round=3)) is False
    assert met("transfer", view(PLAN, rounds=both, round=3)) is None


def test_snapshot_round_trip() -> None:
    again = snapshot.loads(snapshot.dumps(TYPE), TYPE.rules)
    assert again == TYPE
    assert again.fingerprint == TYPE.fingerprint


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
        move, n = self.machine.fire(action, self.view), self.view.round
        rounds = (
            dataclasses.replace(r, status=move.action.mark or r.status) if r.n == n else r for r in self.view.rounds
        )
        self.view = dataclasses.replace(self.view, stage=move.stage, round=move.round, rounds=tuple(rounds))


def lesson(walk: Walk, n: int) -> None:
    own = {"fourk.lead_competency", "fourk.task_card", "fourk.group_assignment"}
    assert own <= walk.refused("approve_plan")
    stages = [{"title": "Рефлексия", "expected_a": "спросит", "expected_b": "ответит", "expected_c": "выслушает"}]
    walk.write(shared("plan", n, result_meta="обосновывает", stages=stages, lead_competency="cooperation"))
    assert walk.refused("approve_plan") == own - {"fourk.lead_competency"}
    walk.write(shared("task_card", n, task="Найдите лишнее"), groups(n, BELLA, VERA))
    walk.fire("approve_plan")
    assert walk.refused("lesson_done") == {"submitted_by_each.observation.observer"}
    walk.write(*(Sheet("observation", n, p, {"kp1": {"A": 2}}) for p in (BELLA, VERA)))
    walk.fire("lesson_done")
    assert walk.refused("close_survey") == {"lesson_study.survey"}
    walk.write(shared("interview", n, helped_a="карточки ролей"))
    walk.fire("close_survey")
    walk.write(shared("discussion", n, conclusions=["Роли помогают"], decisions=[{"kind": "keep", "text": "Роли"}]))


def test_whole_walk() -> None:
    walk = Walk()
    assert "lesson_study.rules" in walk.refused("approve_schedule")
    walk.write(shared("passport", 0), rules_accepted=(1, 2, 3))
    walk.fire("approve_schedule")
    for n in (1, 2, 3):
        lesson(walk, n)
        if n < 3:
            walk.fire("next_lesson")
    assert walk.refused("sum_up") == {"fourk.both_settings"}
    lifted = dataclasses.replace(walk.view, waived=frozenset({"fourk.both_settings"}))
    assert [w.code for w in walk.machine.fire("sum_up", lifted).waived] == ["fourk.both_settings"]
    session = dataclasses.replace(walk.view.rounds[1], kind="extracurricular")
    walk.view = dataclasses.replace(walk.view, rounds=(walk.view.rounds[0], session, walk.view.rounds[2]))
    walk.fire("sum_up")
    walk.write(shared("summary", 0))
    walk.fire("submit_package")
    walk.write(shared("review", 0))
    walk.fire("accept_package", LEADER)
    deficit = {"id": 1, "person_id": 1, "title": "Роли", "level": 1, "confirmed": True, "open": True, "actions": 1}
    walk.write(deficits=[deficit])
    walk.fire("fix_deficits")
    walk.fire("approve_development_plan")
    assert walk.refused("make_decision") == {"lesson_study.positions", "lesson_study.decided"}
    walk.write(decision={"positions": {1: "again", 2: "again", 3: "again"}, "chosen": "again"})
    walk.fire("make_decision")
    walk.fire("hand_to_lab")
    assert (walk.view.stage, walk.view.round) == ("closed", 3)
