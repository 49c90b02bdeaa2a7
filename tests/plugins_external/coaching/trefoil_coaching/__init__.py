"""Group type «Взаимный коучинг»: two colleagues, two rounds, in each of them one is helped by the other."""

from __future__ import annotations

from engine.api import GroupType, Technique, Text, hookimpl
from trefoil_coaching.forms import FORMS, WARNINGS
from trefoil_coaching.process import PROCESS

TECHNIQUES = (
    Technique("open_question", "Открытый вопрос", "Что? Как? Зачем? — и пауза: ответ ищет тот, кто спрашивал о помощи"),
    Technique("mirror", "Зеркало", "Возвращаем факт урока без оценки: «на 12-й минуте шестеро читали вслух»"),
    Technique("scale", "Шкала", "Где вы сейчас от 0 до 10 и что изменится, когда станет на единицу больше"),
    Technique("small_step", "Малый шаг", "Одно действие на ближайшую неделю, которое зависит только от вас"),
)


@hookimpl
def plc_group_type() -> GroupType:
    """The whole type as one frozen value."""
    return GroupType(
        key="coaching",
        title=Text("Взаимный коучинг", en="Peer coaching"),
        short=Text("Коучинг", en="Coaching"),
        purpose=Text(
            "Двое коллег по очереди помогают друг другу изменить одно в своём уроке: смотрят, спрашивают, слушают",
            en="Two colleagues take turns to help each other change one thing in their lessons: look, ask, listen",
        ),
        version="1",
        process=PROCESS,
        forms=FORMS,
        techniques=TECHNIQUES,
        warnings=WARNINGS,
        colour="#1d4ed8",
        icon="chat-dots",
        team=2,
    )
