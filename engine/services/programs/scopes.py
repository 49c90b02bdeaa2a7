"""What a key of a program may be used for. A scope opens no more than the person behind the key may do."""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.text import Text

SCOPES = {
    "types:read": Text("Читать типы групп и их состояние в школе", en="Read group types and their state in the school"),
    "groups:read": Text("Читать группы, тройки и кто в них", en="Read groups, triads and who sits in them"),
    "cycles:read": Text(
        "Читать циклы: этап, действия и причины, журнал, результаты",
        en="Read cycles: the stage, actions and reasons, the journal, results",
    ),
    "cycles:write": Text("Открывать циклы и нажимать кнопки", en="Open cycles and press buttons"),
    "submissions:read": Text("Читать документы циклов", en="Read documents of cycles"),
    "submissions:write": Text("Писать, сдавать и подтверждать документы", en="Write, hand in and confirm documents"),
    "bank:read": Text("Читать копилку", en="Read the school bank"),
    "events:read": Text("Читать мероприятия", en="Read events"),
}
#: A key of the school reads and nothing else: what is written must have a person as its author.
OF_SCHOOL = tuple(key for key in SCOPES if key.endswith(":read"))


def ordered(wanted: Iterable[str], among: Iterable[str] = tuple(SCOPES)) -> list[str]:
    """The known scopes among the wanted ones, in their order."""
    asked = set(wanted)
    return [key for key in among if key in asked]
