"""How a type is shown, and how many people run it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from engine.core.definition import GroupType
from engine.core.lint.finding import Finding
from engine.core.text import Text

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


def looks(definition: GroupType, seats: int, icons: Set[str]) -> Iterator[Finding]:
    """``seats`` is how many people a team may have, ``icons`` the icons the host ships (0, empty: not checked)."""
    place = f"type {definition.key}"
    if not _COLOUR.match(definition.colour):
        yield Finding(
            "bad_colour",
            place,
            Text(f"«{definition.colour}» — не цвет", en=f"{definition.colour!r} is no colour"),
            Text("Запишите цвет так: #2f6f4f", en="Write it like #2f6f4f"),
        )
    if icons and definition.icon not in icons:
        yield Finding(
            "bad_icon",
            place,
            Text(f"значка «{definition.icon}» нет", en=f"there is no icon {definition.icon!r}"),
            Text("Возьмите имя из набора Bootstrap Icons", en="Take a name of Bootstrap Icons"),
        )
    if definition.team < 1 or (seats and definition.team > seats):
        yield Finding(
            "team",
            "team",
            Text(f"{definition.team} чел. — такой команды не бывает", en=f"no team has {definition.team} people"),
            Text(f"От 1 до {seats or '…'}", en=f"From 1 to {seats or '…'}"),
        )
    if definition.process.rounds < 1:
        yield Finding(
            "rounds",
            "process",
            Text("кругов меньше одного", en="there are fewer rounds than one"),
            Text("Оставьте хотя бы один", en="Leave one at least"),
        )
