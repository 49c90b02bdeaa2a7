"""Every kind of document there is: what it is called, what names it, who makes it. One list for pages, jobs, tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.core.text import Text
from engine.services.errors import NotFound
from engine.services.papers import answers, cycle, growth, school, year
from engine.services.papers.blocks import Paper
from engine.services.papers.making import DOCX, XLSX, word, workbook
from engine.services.personal import acts, consents
from engine.store.people import Person

#: File endings with how a document becomes one and its media type.
FORMATS: Mapping[str, tuple[Callable[[Paper, str], bytes], str]] = {
    "docx": (word, DOCX),
    "xlsx": (workbook, XLSX),
}
#: What names a document and is not a number.
_TEXTS = frozenset({"form", "type", "begins", "ends", "purpose"})
_NONE = ("Такого документа нет или он вам не открыт", "There is no such document, or it is not open to you")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document. ``names`` is what must be given to find it, ``may`` what may be; ``formats`` it comes in."""

    key: str
    title: Text
    build: Callable[..., Paper]
    names: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("docx",)


_BOTH = ("docx", "xlsx")
KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("form", Text("Документ цикла", en="A document"), cycle.document, ("cycle", "form"), ("round", "owner")),
        Kind("results", Text("Результаты по урокам", en="Results"), cycle.results, ("cycle",), formats=_BOTH),
        Kind("journal", Text("Журнал цикла", en="Journal"), cycle.story, ("cycle",), formats=_BOTH),
        Kind("package", Text("Опись пакета материалов", en="List of the package"), cycle.contents, ("cycle",)),
        Kind("summary", Text("Сводка для Лаборатории", en="Summary"), cycle.summary, ("cycle",)),
        Kind("deficits", Text("Карта дефицитов", en="Deficits"), growth.deficit_map, ("cycle",), formats=_BOTH),
        Kind("route", Text("ИОМ", en="Learning route"), growth.route, ("cycle",), ("owner",)),
        Kind("remedy", Text("План ликвидации дефицитов", en="Plan against deficits"), growth.remedy, ("cycle",)),
        Kind("decision", Text("Решение тройки", en="Decision"), growth.decision, ("cycle",)),
        Kind("report", Text("Годовой отчёт", en="Year report"), year.report, ("group", "year")),
        Kind("programme", Text("Программа конференции", en="Programme"), year.programme, ("year",)),
        Kind("resolution", Text("Резолюция конференции", en="Resolution"), year.resolution, ("year",)),
        Kind("next_plan", Text("Проект плана", en="Draft plan"), year.next_plan, ("year",), formats=_BOTH),
        Kind("collection", Text("Сборник материалов", en="Collected materials"), year.collection, ("year",)),
        Kind("work_plan", Text("План методической работы", en="Plan"), year.work_plan, formats=_BOTH),
        Kind("figures", Text("Показатели", en="Figures"), school.figures, ("begins", "ends"), formats=_BOTH),
        Kind("events", Text("Мероприятия и достижения", en="Events"), school.event_list, formats=_BOTH),
        Kind("visit", Text("Лист взаимопосещения", en="Sheet of a visit"), school.visit, ("visit",)),
        Kind("material", Text("Материал банка", en="A material"), school.material, ("material",)),
        Kind("deficit_map", Text("Карта дефицитов школы", en="Map of deficits"), school.deficits, formats=_BOTH),
        Kind("techniques", Text("Карта приёмов", en="Map of techniques"), school.techniques, formats=_BOTH),
        Kind("board", Text("Ход работы троек", en="The board"), school.board, (), ("group",), formats=_BOTH),
        Kind("consent", Text("Бланк согласия", en="A blank consent"), consents.paper, ("purpose",)),
        Kind("act", Text("Акт об уничтожении", en="Act of destruction"), acts.paper, ("act",)),
        Kind("answers", Text("Все ответы", en="All answers"), answers.paper, ("type", "form"), formats=("xlsx",)),
        Kind("maturity", Text("Зрелость команды", en="Maturity"), school.team, ("triad",)),
    )
}


@dataclass(frozen=True, slots=True)
class File:
    """A file ready to be sent: its name, media type and bytes."""

    name: str
    media_type: str
    content: bytes


def paper(person: Person, key: str, given: Mapping[str, str], language: str) -> Paper:
    """The document of a kind. Raises NotFound for an unknown kind, a missing or odd name, and what is not open."""
    kind = KINDS.get(key)
    if kind is None:
        raise NotFound(*_NONE)
    named: dict[str, int | str] = {}
    for name in (*kind.names, *kind.may):
        value = given.get(name, "")
        if name in _TEXTS and value:
            named[name] = value
        elif value.isascii() and value.isdecimal() and len(value) < 10:
            named[name] = int(value)
        elif value or name in kind.names:
            raise NotFound(*_NONE)
    return kind.build(person, **named, language=language)


def file(person: Person, key: str, given: Mapping[str, str], ending: str, language: str) -> File:
    """The document of a kind as a file. Raises NotFound as ``paper`` does, and for a format the kind does not have."""
    if key not in KINDS or ending not in KINDS[key].formats:
        raise NotFound(*_NONE)
    made = paper(person, key, given, language)
    render, media_type = FORMATS[ending]
    return File(f"{file_name(made.name)}.{ending}", media_type, render(made, language))


def file_name(text: str) -> str:
    """A name every system takes for a file: no separators, no marks Windows refuses, at most 120 characters."""
    kept = "".join(
        " " if c in '\\/:*?"<>|' or not c.isprintable() else c for c in text.replace("«", "").replace("»", "")
    )
    return " ".join(kept.split())[:120].strip(" .") or "document"
