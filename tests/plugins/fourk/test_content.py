"""Group type «4К»: its content against the domain brief, its snapshot."""

from __future__ import annotations

from tests.plugins.fourk.scene import TYPE
from tests.plugins.triad import told


def test_is_itself() -> None:
    assert (TYPE.key, TYPE.version, TYPE.short, TYPE.icon) == ("fourk", "1", "4К", "lightbulb")


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


def test_survey_is_that_of_the_brief() -> None:
    assert told(TYPE.survey("class_survey")) == SURVEY.strip().splitlines()


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
