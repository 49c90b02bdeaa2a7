"""The nine items of the self-assessment with their levels, the bands and the halves of a year (domain brief §5)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.text import Text


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its code, its title, what each of the levels 0 to 3 looks like."""

    code: str
    title: Text
    levels: tuple[Text, Text, Text, Text]


HALVES = {"autumn": Text("Октябрь", en="October"), "spring": Text("Апрель", en="April")}
#: The greatest mean (to one place) of each band, and its name.
BANDS = (
    (0.9, Text("Формирование группы", en="The group is forming")),
    (1.7, Text("Притирка и правила", en="Settling in and rules")),
    (2.4, Text("Слаженная работа", en="Working well together")),
    (3.0, Text("Зрелая команда", en="A mature team")),
)
ITEMS: dict[str, Item] = {
    "zr1": Item(
        "ЗР1",
        Text("Общая цель", en="A common goal"),
        (
            Text("каждый о своём", en="each has their own"),
            Text("цель записана", en="the goal is written down"),
            Text("цель понимают все, к ней возвращаются", en="all understand it and come back to it"),
            Text("цель о детях, уточняем по данным", en="it is about children, refined by data"),
        ),
    ),
    "zr2": Item(
        "ЗР2",
        Text("Правила", en="Rules"),
        (
            Text("правил нет", en="no rules"),
            Text("приняты формально", en="accepted as a formality"),
            Text("соблюдаем, напоминаем", en="kept, with reminders"),
            Text(
                "пересматриваем сами, новичок видит их с первого дня",
                en="we revise them; newcomers see them from day one",
            ),
        ),
    ),
    "zr3": Item(
        "ЗР3",
        Text("Доверие", en="Trust"),
        (
            Text("вежливое молчание", en="polite silence"),
            Text("доверяем в мелочах", en="trust in small things"),
            Text("обсуждаем неудачи", en="we discuss failures"),
            Text("просим прийти на трудный урок", en="we ask others to come to a hard lesson"),
        ),
    ),
    "zr4": Item(
        "ЗР4",
        Text("Равенство голосов", en="Equal voices"),
        (
            Text("говорит один", en="one person speaks"),
            Text("говорят по кругу, если спросить", en="in turn, when asked"),
            Text("говорят все", en="everybody speaks"),
            Text("ценим разные мнения, спорим о деле", en="different views are valued, we argue about the matter"),
        ),
    ),
    "zr5": Item(
        "ЗР5",
        Text("Совместное планирование", en="Planning together"),
        (
            Text("планирует ведущий", en="the lesson teacher plans"),
            Text("обсуждаем готовый план", en="we discuss a ready plan"),
            Text("планируем вместе", en="we plan together"),
            Text("планируем от исследуемых учеников и данных", en="we plan from the case pupils and the data"),
        ),
    ),
    "zr6": Item(
        "ЗР6",
        Text("Открытость практики", en="Open practice"),
        (
            Text("двери закрыты", en="doors are closed"),
            Text("пускаем по графику", en="we let in by schedule"),
            Text("приглашаем сами", en="we invite"),
            Text("открыты и для других ПОС", en="open to other communities too"),
        ),
    ),
    "zr7": Item(
        "ЗР7",
        Text("Опора на данные", en="Use of data"),
        (
            Text("впечатления", en="impressions"),
            Text("иногда листы", en="sheets now and then"),
            Text("листы и опросы в каждом обсуждении", en="sheets and surveys in every discussion"),
            Text("решения только со ссылкой на свидетельства", en="decisions only with a reference to evidence"),
        ),
    ),
    "zr8": Item(
        "ЗР8",
        Text("Доведение до результата", en="Following through"),
        (
            Text("не завершаем", en="not finished"),
            Text("завершаем с напоминаниями", en="finished after reminders"),
            Text("завершаем в срок", en="finished in time"),
            Text("завершаем и передаём другим", en="finished and passed on"),
        ),
    ),
    "zr9": Item(
        "ЗР9",
        Text("Лидерство", en="Leadership"),
        (
            Text("всё держится на руководителе", en="all rests on the leader"),
            Text("роли назначены", en="roles are assigned"),
            Text("роли меняются", en="roles change"),
            Text("каждый может вести встречу", en="anybody can lead the meeting"),
        ),
    ),
}
