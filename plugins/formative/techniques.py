"""The catalogue of formative assessment (tags are the five strategies), and what low indicators may point to."""

from __future__ import annotations

from engine.api import Hint, Technique

TECHNIQUES = (
    Technique("criteria_together", "Критерии вместе", "Класс выводит признаки хорошей работы из образцов", ("s1",)),
    Technique("compare_works", "Сравни работы", "Два-три обезличенных образца разного качества", ("s1",)),
    Technique("traffic_light", "Светофор", "Зелёный, жёлтый, красный сигнал понимания", ("s2", "s5")),
    Technique("mini_boards", "Мини-доски", "Все показывают ответ одновременно", ("s2",)),
    Technique(
        "hinge_question",
        "Ключевой вопрос",
        "Вопрос с вариантами в середине урока, по ответам решаем, идти ли дальше",
        ("s2",),
    ),
    Technique("think_time", "Время подумать", "3–5 секунд тишины после вопроса", ("s2",)),
    Technique("no_hands", "Вместо поднятых рук", "Отвечает выбранный случайно", ("s2",)),
    Technique("exit_ticket", "Выходной билет", "Одно задание в конце урока", ("s2",)),
    Technique("one_minute_essay", "Одноминутное эссе", "Что понял, что нет, за минуту", ("s2",)),
    Technique("two_stars", "Две звезды и желание", "Два достоинства и один совет", ("s3", "s4")),
    Technique("feedback_no_mark", "Отклик без отметки", "Письменный комментарий и время на доработку", ("s3",)),
    Technique("find_fix", "Найди и исправь", "Указано, что ошибка есть, но не где", ("s3",)),
    Technique("feedback_ladder", "Лестница обратной связи", "Уточняю, ценю, беспокоюсь, предлагаю", ("s4",)),
    Technique("self_sheet", "Лист самооценки", "Линейки по критериям до и после работы", ("s5",)),
    Technique("learning_diary", "Дневник учения", "Следующий шаг на неделю", ("s5",)),
)

HINTS = (
    Hint("fo1", "methodical", "не умею планировать от результата"),
    Hint("fo2", "assessment", "критерии формулирую за учеников"),
    Hint("fo3", "subject", "затрудняюсь подобрать образцы разного качества"),
    Hint("fo4", "communicative", "задаю закрытые вопросы"),
    Hint("fo5", "assessment", "не фиксирую свидетельства от каждого"),
    Hint("fo6", "methodical", "не меняю ход урока по полученным данным"),
    Hint("fo7", "assessment", "обратная связь без следующего шага"),
    Hint("fo8", "assessment", "не закладываю время на доработку"),
    Hint("fo9", "communicative", "не учу давать отклик друг другу по критериям"),
    Hint("fo10", "communicative", "объясняю вместо учеников"),
    Hint("fo11", "assessment", "не учу соотносить работу с критериями"),
    Hint("fo12", "methodical", "не помогаю назвать следующий шаг"),
)
