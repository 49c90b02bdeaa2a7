"""Who the type is, and the techniques of its catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.forms import Field, Form, Rows, Section
from engine.core.text import Text
from webui.declared.parts.base import KEY, Around, Part, Tables, by_key, keyed, merged, options, text

_ICONS = (
    "people",
    "book",
    "lightbulb",
    "kanban",
    "chat-dots",
    "compass",
    "graph-up",
    "puzzle",
    "mic",
    "palette",
    "star",
)
_WHO = ("key", "title", "title_en", "short", "purpose", "purpose_en", "version", "colour", "icon")


def _identity_form(around: Around) -> Form:
    fields = [
        Field("title", Text("Название", en="Title"), required=True, max_length=300),
        Field("title_en", Text("Название по-английски", en="Title in English"), max_length=300),
        Field("short", Text("Короткое название", en="Short title"), max_length=60),
        Field("purpose", Text("Зачем этот тип", en="Purpose"), "text", required=True, max_length=2000),
        Field("purpose_en", Text("Зачем, по-английски", en="Purpose in English"), "text", max_length=2000),
        Field(
            "version",
            Text("Версия", en="Version"),
            required=True,
            max_length=40,
            help=Text("новое содержание — новая версия: 1, 2, 3…", en="new content, new version: 1, 2, 3…"),
        ),
        Field("colour", Text("Цвет", en="Colour"), max_length=7, help=Text("например, #2f6f4f", en="like #2f6f4f")),
        Field(
            "icon",
            Text("Значок", en="Icon"),
            "choice",
            options=options((i, i) for i in dict.fromkeys((*_ICONS, text(around.tables.get("icon")) or _ICONS[0]))),
        ),
        Field(
            "key",
            Text("Ключ", en="Key"),
            required=True,
            max_length=40,
            help=Text(
                "латинские буквы, цифры и _; после публикации не меняется",
                en="Latin letters, digits and _; it stays after publishing",
            ),
        ),
    ]
    if not around.based:
        sizes = options((str(n), str(n)) for n in (1, 2, 3))
        fields.append(Field("team", Text("Сколько человек в команде", en="People in a team"), "choice", options=sizes))
    return Form("identity", IDENTITY_TITLE, (Section("who", IDENTITY_TITLE, tuple(fields)),))


IDENTITY_TITLE = Text("Название и версия", en="Name and version")


def _identity(around: Around) -> dict[str, Any]:
    return {key: text(around.tables.get(key)) for key in _WHO} | {"team": str(around.tables.get("team", ""))}


def _with_identity(around: Around, values: Mapping[str, Any]) -> Tables:
    made = merged(around.tables, {key: values.get(key) for key in _WHO})
    if team := values.get("team"):
        made["team"] = int(team)
    return made


_TECHNIQUES = Text("Приёмы", en="Techniques")


def _techniques_form(around: Around) -> Form:
    columns = (
        Field("title", Text("Приём", en="Technique"), required=True, max_length=300),
        Field("description", Text("Как он устроен", en="How it works"), "text", max_length=2000),
        Field("tags", Text("Группы", en="Groups"), "list", help=Text("по одной в строке", en="one a line")),
        KEY,
    )
    return Form(
        "techniques",
        _TECHNIQUES,
        (Section("all", _TECHNIQUES, (Rows("techniques", Text("Каталог", en="Catalogue"), columns),)),),
    )


def _techniques(around: Around) -> dict[str, Any]:
    names = ("key", "title", "description")
    return {
        "techniques": [
            {**{k: text(t.get(k)) for k in names}, "tags": t.get("tags", [])} for t in around.list("technique")
        ]
    }


def _with_techniques(around: Around, values: Mapping[str, Any]) -> Tables:
    known = by_key(around.list("technique"))
    made = [merged(known.get(row["key"], {}), row) for row in keyed(values["techniques"])]
    return merged(around.tables, {"technique": made})


IDENTITY = Part("identity", IDENTITY_TITLE, _identity_form, _identity, _with_identity)
TECHNIQUES = Part("techniques", _TECHNIQUES, _techniques_form, _techniques, _with_techniques)
