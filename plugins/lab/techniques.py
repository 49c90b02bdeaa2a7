"""The catalogue of tools: ways of working with the staff."""

from __future__ import annotations

from engine.api import Technique

TECHNIQUES = (
    Technique("deficit_map", "Карта дефицитов", "Матрица дефицит × ПОС"),
    Technique("technique_map", "Карта приёмов", "Приём × класс × результат"),
    Technique("heat_map", "Тепловая карта показателей", "Средние по разделам"),
    Technique("swot", "SWOT-анализ", "Сильные и слабые стороны, возможности, риски"),
    Technique(
        "odi",
        "ОДИ (организационно-деятельностная игра)",
        "Группы проживают полный цикл от проблемы к проекту",
    ),
    Technique("carousel", "Вертушка", "Группы переходят по станциям мастер-классов"),
    Technique("world_cafe", "Мировое кафе", "Столы по дефицитам"),
    Technique("consilium", "Педагогический консилиум", "Узкие специалисты и учителя об одном классе"),
    Technique("landing", "Методический десант", "Выезд или визит группы в помощь тройке"),
    Technique("mutual_visit", "Взаимопосещение", "Посещение с одной целью"),
    Technique("supervision", "Супервизия тройки", "Один участник Лаборатории помогает провести обсуждение"),
    Technique("roadmap", "Дорожная карта", "План по кварталам"),
    Technique("quest", "Методический квест", "Поиск решений по материалам банка"),
)
