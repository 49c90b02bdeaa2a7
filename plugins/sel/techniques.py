"""The catalogue of СЭР, and what low indicators may point to."""

from __future__ import annotations

from engine.api import Hint, Technique

TECHNIQUES = (
    Technique("greeting_circle", "Круг приветствия", "Имя и одно слово о настроении"),
    Technique("thermometer", "Эмоциональный термометр / квадрант", "Отмечаем состояние на шкале"),
    Technique("emotion_words", "Словарь эмоций", "Карточки с оттенками чувств"),
    Technique("square_breathing", "Дыхание по квадрату", "Вдох, пауза, выдох, пауза"),
    Technique("quiet_minute", "Минутка тишины", "Осознанная пауза между заданиями"),
    Technique("i_message", "Я-сообщение", "«Я чувствую… когда… мне важно…»"),
    Technique("freeze_frame", "Стоп-кадр", "Останавливаем ситуацию и говорим за героя"),
    Technique("others_shoes", "Обувь другого", "Рассказ от лица другого участника"),
    Technique("letter_to_hero", "Письмо герою", "Поддержка литературного или исторического персонажа"),
    Technique("community_circle", "Круг сообщества", "Говорит тот, у кого предмет-символ"),
    Technique("deed_compliment", "Комплимент делом", "Благодарим за конкретный поступок"),
    Technique("decision_ladder", "Лестница решения", "Ситуация, варианты, последствия, выбор"),
    Technique("worry_bank", "Банка тревог", "Записать и отложить"),
    Technique("class_contract", "Договор класса", "Правила общения, принятые вместе"),
    Technique("take_away", "Что беру с собой", "Завершающая фраза каждого"),
)

HINTS = (
    Hint("se1", "organizational", "не нахожу времени на приветствие, в котором участвует каждый"),
    Hint("se2", "organizational", "правила общения объявляю, а не вырабатываю с классом"),
    Hint("se3", "psych_ped", "не превращаю ошибку в повод для поиска"),
    Hint("se4", "psych_ped", "не даю ученикам слов для чувств"),
    Hint("se5", "psych_ped", "не знаю, как научить способам саморегуляции"),
    Hint("se6", "methodical", "ставлю цель за учеников"),
    Hint("se7", "psych_ped", "не учу замечать состояние другого"),
    Hint("se8", "communicative", "трудно удерживать разные точки зрения"),
    Hint("se9", "communicative", "не учу просить о помощи и предлагать её"),
    Hint("se10", "psych_ped", "теряюсь при конфликте"),
    Hint("se11", "methodical", "не владею приёмом «Лестница решения»"),
    Hint("se12", "organizational", "не успеваю завершить занятие рефлексией"),
)
