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
_TEAMS = {
    1: Text("Нужен один человек", en="One person is needed"),
    2: Text("В паре должно быть два человека", en="A pair has two members"),
    3: Text("В тройке должно быть три человека", en="A triad has three members"),
}
_SEATS = {
    1: Text("Здесь одно место", en="There is one seat"),
    2: Text("В паре два места", en="A pair has two seats"),
    3: Text("В тройке три места", en="A triad has three seats"),
}


def not_whole(size: int) -> Text:
    """What is said of a team that has not the ``size`` its type asks for."""
    other = Text("Сколько человек должно быть в команде: {n}", en="Members a team must have: {n}")
    return _TEAMS.get(size) or other.fill({"n": size})


def seats(size: int) -> Text:
    """How many seats a team of ``size`` has."""
    other = Text("Мест в команде: {n}", en="Seats in the team: {n}")
    return _SEATS.get(size) or other.fill({"n": size})


#: «Правила работы тройки» (domain brief §1.3).
GROUND_RULES = (
    Text(
        "В тройке все равны: стаж, категория и должность не дают права последнего слова.",
        en="Everybody in the triad is equal: years of service, category and post give nobody the last word.",
    ),
    Text(
        "Урок общий: говорим «мы спланировали», а не «ты провёл».",
        en="The lesson is shared: we say “we planned”, not “you taught”.",
    ),
    Text(
        "Говорим о том, что видели и слышали, и подтверждаем это записью в листе наблюдений.",
        en="We speak of what we saw and heard, and show it in the observation sheet.",
    ),
    Text(
        "Сначала — об учениках, потом — об уроке; личность и манеру учителя не обсуждаем.",
        en="Pupils first, then the lesson; the person and manner of the teacher are not discussed.",
    ),
    Text(
        "Любую идею сначала развиваем и только потом проверяем на реалистичность.",
        en="Every idea is developed first and only then tested for being realistic.",
    ),
    Text(
        "Неудача — это данные. Мы её не прячем и не оправдываем.",
        en="Failure is data. We neither hide nor excuse it.",
    ),
    Text(
        "Во время урока наблюдатель не вмешивается, не подсказывает, не делает замечаний.",
        en="During the lesson an observer does not step in, prompt or comment.",
    ),
    Text(
        "Имена исследуемых учеников и записи о них остаются внутри тройки.",
        en="The names of the case pupils and the notes about them stay inside the triad.",
    ),
    Text(
        "Договорённости фиксируем письменно, сроки соблюдаем.",
        en="Agreements are written down, terms are kept.",
    ),
    Text(
        "Каждый говорит в каждом круге; у каждого одинаковое время.",
        en="Everybody speaks in every round; everybody has the same time.",
    ),
)
