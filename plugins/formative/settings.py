"""What a school sets once for formative assessment."""

from __future__ import annotations

from engine.api import Field, Section, Text

#: The key of the setting, and what holds until somebody sets it.
WORKS, THREE = "works", 3

SETTINGS = (
    Section(
        "evidence",
        Text("Свидетельства", en="Evidence"),
        (
            Field(
                WORKS,
                Text(
                    "Сколько обезличенных работ прикладывать к уроку", en="How many works without names a lesson needs"
                ),
                "number",
                required=True,
                help=Text(
                    "В малочисленном классе трёх работ может не набраться. Сводка выходных билетов заменяет работы",
                    en="A small class may not have three works. A summary of exit tickets stands for the works",
                ),
                minimum=1,
                maximum=10,
                initial=THREE,
            ),
        ),
    ),
)
