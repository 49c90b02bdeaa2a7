"""Words every Lesson Study type shares: ground rules, lesson stages, scales, warnings."""

from __future__ import annotations

from engine.api import Field, Option, SoftWarning, Text

#: Case pupils are codes and nothing else; the key to the codes stays outside the system.
PUPILS = ("A", "B", "C")
SEEN = (*PUPILS, "class")
SEEN_TITLES = ("A", "B", "C", Text("Класс", en="Class"))

TEAM = ("triad_member",)

KINDS = (
    Option("lesson", Text("Урок", en="Lesson")),
    Option("extracurricular", Text("Внеурочное занятие", en="Extracurricular session")),
)

LESSON_STAGES = tuple(
    Option(key, title)
    for key, title in (
        ("motivation", "Мотивация и целеполагание"),
        ("recall", "Актуализация знаний"),
        ("discovery", "Открытие нового знания"),
        ("first_practice", "Первичное закрепление"),
        ("independent", "Самостоятельная (групповая) работа"),
        ("integration", "Включение в систему знаний"),
        ("assessment", "Контроль и оценка"),
        ("reflection", "Рефлексия"),
        ("homework", "Домашнее задание"),
    )
)

MATCH = (
    Option("full", "● совпало"),
    Option("partly", "◐ частично"),
    Option("none", "○ не совпало"),
    Option("unseen", "— не наблюдалось"),
)
PROGRESS = (Option("yes", "есть"), Option("partly", "частично"), Option("no", "нет"))
DECISION_KINDS = (
    Option("keep", "Сохраняем"),
    Option("change", "Меняем"),
    Option("try", "Пробуем новое"),
    Option("check", "Проверяем"),
)

JUDGING = SoftWarning(
    "judging",
    ("хорошо", "плохо", "молодец", "ленит", "слаб", "сильн"),
    "Пишите факт: «перечитал критерии, исправил 2-й пункт», а не оценку: «хорошо работал».",
)
SURNAME = SoftWarning(
    "surname",
    (),
    "Похоже на фамилию ребёнка. Пишите «ученик A» — без имён.",
    pattern=r"(?-i:\b[А-ЯЁ][а-яё]+(?:ов|ев|ёв|ин|ын|ский|цкий|ова|ева|ёва|ина|ына|ская|цкая|енко|ук|юк)\b"
    r"(?:\s+[А-ЯЁ][а-яё]+|\s+[А-ЯЁ]\.))",
)

#: Five questions to the case pupils, in three age bands (1–4, 5–9, 10–11): what, learned, helped, hard, change.
INTERVIEW: tuple[tuple[str, str, str, str], ...] = (
    (
        "liked",
        "Что тебе больше всего понравилось на уроке?",
        "Что на этом уроке было для тебя самым интересным?",
        "Какая часть урока была для вас самой полезной и почему?",
    ),
    (
        "learned",
        "Чему ты сегодня научился? Покажи или расскажи.",
        "Что ты теперь умеешь из того, чего не умел до урока?",
        "Что вы теперь понимаете или можете сделать лучше, чем до урока?",
    ),
    (
        "helped",
        "Что тебе помогло справиться с заданием?",
        "Что из того, как был построен урок, помогло тебе больше всего?",
        "Какой приём работы помог вам учиться, а какой оказался лишним?",
    ),
    (
        "hard",
        "Что было трудно? Что ты тогда сделал?",
        "В какой момент было трудно и как ты из этого вышел?",
        "Где возникло затруднение и чего вам не хватило?",
    ),
    (
        "change",
        "Завтра такой урок будет у других ребят. Что бы ты поменял?",
        "Если бы этот урок проводили в другом классе, что бы ты посоветовал изменить и почему?",
        "Что вы посоветовали бы изменить в уроке перед проведением в другом классе?",
    ),
)

REASON = Field("reason", Text("Причина", en="Reason"), "text", required=True, max_length=1000)
