"""Group type «СЭР»: its content against the brief, its snapshot."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from engine.api import Field
from engine.core import fields, snapshot
from engine.core.lint import RESERVED
from tests.plugins.sel.scene import TYPE
from tests.plugins.triad import numbered, told


def test_is_itself() -> None:
    assert (TYPE.key, TYPE.version, str(TYPE.title), TYPE.icon) == ("sel", "1", "СЭР", "heart")


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


SURVEY = """
(scale4) На занятии можно было ошибаться, и никто не смеялся.
(scale4) Меня выслушали.
(scale4) Я лучше понял(а), что чувствую.
(scale4) Я лучше понял(а), что чувствуют другие.
(single) Если мне было трудно, я: попробовал способ, которому учились / попросил помощи / переждал / не знал, что делать / трудно не было
(single) После занятия мне: лучше / так же / хуже / не хочу отвечать
(open) Что я возьму с собой с этого занятия?
"""  # noqa: E501 - the survey of the brief, word for word


def test_survey_is_that_of_the_brief() -> None:
    survey = TYPE.survey("class_survey")
    assert told(survey) == SURVEY.strip().splitlines() and numbered(survey)
    assert survey.questions[-1].help.startswith("Если тебе нужна помощь, подойди к педагогу-психологу")


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
DEFICIT_GROUPS = {
    "subject", "methodical", "assessment", "psych_ped", "communicative", "organizational", "digital", "research",
}  # fmt: skip


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


def test_the_alert_stays_confidential_in_a_snapshot() -> None:
    again = snapshot.loads(snapshot.dumps(TYPE), TYPE.rules)
    assert again.process.action("alert_psychologist").confidential_to == "psychologist"
