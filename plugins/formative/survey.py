"""What the pupils are asked in a formative assessment cycle."""

from __future__ import annotations

from engine.api import Option, Question, Survey, Text


def _options(*titles: str) -> tuple[Option, ...]:
    return tuple(Option(str(n), title) for n, title in enumerate(titles, 1))


CLASS_SURVEY = Survey(
    "class_survey",
    Text("Опрос класса", en="Class survey"),
    (
        Question("q1", "Я понимал(а), чему мы учимся на этом уроке."),
        Question("q2", "Я знал(а), по каким признакам понять, что работа выполнена хорошо."),
        Question("q3", "Мне подсказали, что именно исправить, и я успел(а) это сделать."),
        Question("q4", "Отклик одноклассника помог мне."),
        Question(
            "q5",
            "Сейчас я:",
            "single",
            _options("могу объяснить другому", "справлюсь сам", "справлюсь с подсказкой", "пока не понимаю"),
        ),
        Question(
            "q6",
            "Больше всего помогло:",
            "single",
            _options(
                "критерии",
                "образцы",
                "ответы на карточках",
                "советы учителя",
                "советы одноклассника",
                "самопроверка",
            ),
        ),
        Question("q7", "Мой следующий шаг по этой теме…", "open"),
        Question("q8", "Что осталось непонятным?", "open"),
    ),
    respondents="pupils",
)
