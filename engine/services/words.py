"""Words of the house that belong to no single type: statuses, roles, the ground rules."""

from __future__ import annotations

from engine.core.text import Text

LESSON_STATUSES = {
    "scheduled": Text("Запланирован", en="Scheduled"),
    "ready": Text("Готов к проведению", en="Ready"),
    "conducted": Text("Проведён", en="Done"),
    "surveyed": Text("Проведён", en="Done"),
    "discussed": Text("Обсуждён", en="Discussed"),
    "rescheduled": Text("Перенесён", en="Rescheduled"),
    "cancelled": Text("Отменён", en="Cancelled"),
}
ROLE_TITLES = {
    "lead_teacher": Text("ведущий урока", en="lesson teacher"),
    "observer": Text("наблюдатель", en="observer"),
    "triad_member": Text("любой из тройки", en="any member of the triad"),
    "group_leader": Text("руководитель ПОС", en="group leader"),
    "psychologist": Text("педагог-психолог", en="school psychologist"),
    "lab_member": Text("участник Лаборатории", en="Laboratory member"),
    "school_admin": Text("администратор школы", en="school administrator"),
}
DECISION_KINDS = {
    "keep": Text("сохраняем", en="keep"),
    "change": Text("меняем", en="change"),
    "try": Text("пробуем", en="try"),
    "check": Text("проверяем", en="check"),
}
#: «Правила работы тройки» (domain brief §1.3).
GROUND_RULES = (
    "В тройке все равны: стаж, категория и должность не дают права последнего слова.",
    "Урок общий: говорим «мы спланировали», а не «ты провёл».",
    "Говорим о том, что видели и слышали, и подтверждаем это записью в листе наблюдений.",
    "Сначала — об учениках, потом — об уроке; личность и манеру учителя не обсуждаем.",
    "Любую идею сначала развиваем и только потом проверяем на реалистичность.",
    "Неудача — это данные. Мы её не прячем и не оправдываем.",
    "Во время урока наблюдатель не вмешивается, не подсказывает, не делает замечаний.",
    "Имена исследуемых учеников и записи о них остаются внутри тройки.",
    "Договорённости фиксируем письменно, сроки соблюдаем.",
    "Каждый говорит в каждом круге; у каждого одинаковое время.",
)
