"""The sheet «Съёмка урока»: whether, by whom, and that the consents lie at the school. No child is named in it."""

from __future__ import annotations

from engine.api import Carry, Field, Form, Option, Section, Text

NO, TRIAD, BANK, SITE = "no", "triad", "bank", "site"
#: One consent a purpose (domain brief §6): a consent to film for the triad is none to put the film into the bank.
PURPOSES = (
    Option(TRIAD, Text("посмотрит только тройка", en="the triad alone will watch it")),
    Option(BANK, Text("войдёт в методическую копилку", en="it goes into the school bank")),
    Option(SITE, Text("будет опубликовано", en="it will be published")),
)

FILMING = Form(
    "filming",
    Text("Съёмка урока", en="Filming the lesson"),
    (
        Section(
            "camera",
            Text("Снимаем ли", en="Do we film"),
            (
                Field(
                    "filmed",
                    Text("Урок снимаем?", en="Is the lesson filmed?"),
                    "choice",
                    required=True,
                    options=(
                        Option(NO, Text("нет, не снимаем", en="no")),
                        Option(
                            "board", Text("только учителя и доску, без лиц детей", en="teacher and board, no faces")
                        ),
                        Option("class", Text("и детей тоже", en="children too")),
                    ),
                    help=Text(
                        "обычно снимают учителя и доску: дети спиной к камере",
                        en="usually the teacher and the board: children with their backs to the camera",
                    ),
                ),
                Field("operator", Text("Кто снимает", en="Who films"), "person", source="team"),
                Field("purposes", Text("Для чего", en="What for"), "choices", options=PURPOSES),
            ),
        ),
        Section(
            "consents",
            Text("Согласия", en="Consents"),
            (
                Field(
                    "parents",
                    Text("Согласия родителей всех, кто попадёт в кадр, собраны", en="Parents' consents are collected"),
                    "flag",
                    help=Text(
                        "на каждую цель — отдельное согласие; дети без согласия сидят вне кадра",
                        en="a separate consent for each purpose; children without one sit out of the frame",
                    ),
                ),
                Field("teacher", Text("Ведущий урока согласен на съёмку", en="The teacher agrees"), "flag"),
                Field(
                    "checked_by",
                    Text("Кто проверил согласия", en="Who has checked the consents"),
                    max_length=120,
                    help=Text("сотрудник школы, у которого они хранятся", en="the member of staff who keeps them"),
                ),
            ),
            help=Text(
                "Имён детей здесь не пишем: бумаги лежат в школе.",
                en="No names of children: the papers stay at school.",
            ),
        ),
    ),
    roles=("triad_member",),
    carries=(Carry("filmed", "filming", "filmed", 1), Carry("operator", "filming", "operator", 1)),
    help=Text(
        "Согласия собирают до урока. Если не снимаем, отметьте «нет» — и всё.",
        en="Consents are collected before the lesson. If it is not filmed, say “no” and that is all.",
    ),
)
