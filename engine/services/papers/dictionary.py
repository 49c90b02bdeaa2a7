"""The columns of a table over versions, and the dictionary that explains them."""

from __future__ import annotations

from engine.core.forms import Field, Indicator
from engine.core.text import Text, localise
from engine.core.union import Question, Union
from engine.services.papers.blocks import Grid

KINDS = {
    "line": Text("строка", en="line"),
    "text": Text("текст", en="text"),
    "list": Text("список строк", en="list of lines"),
    "number": Text("целое число", en="whole number"),
    "choice": Text("один из вариантов", en="one of the options"),
    "choices": Text("несколько из вариантов", en="several of the options"),
    "flag": Text("да или нет", en="yes or no"),
    "date": Text("дата", en="date"),
    "time": Text("время", en="time"),
    "files": Text("файлы", en="files"),
    "url": Text("ссылка", en="link"),
    "person": Text("человек", en="person"),
    "score": Text("оценка от 0 до 3", en="score, 0 to 3"),
}


def titles(question: Question, language: str) -> list[str]:
    """The heads of a question: one, or one for each subject it is asked about; what is retired says until when."""
    code = f"{question.item.code} " if isinstance(question.item, Indicator) else ""
    until = Text(" (до версии {v} включительно)", en=" (up to version {v})").fill({"v": question.last[1]})
    head = f"{code}{localise(question.title, language)}" + (localise(until, language) if question.last[1] else "")
    return [f"{head}: {localise(of, language)}" for _, of in subjects(question)] or [head]


def subjects(question: Question) -> list[tuple[str, str]]:
    """The subjects an indicator is scored for, key and title; none where they are known at run time alone."""
    section = question.section
    if not isinstance(question.item, Indicator) or not section.subjects or section.subjects[0].startswith("@"):
        return []
    titles = section.subject_titles or section.subjects
    return list(zip(section.subjects, titles, strict=False))


def dictionary(whole: Union, language: str) -> Grid:
    """Every question with its label in each version, its kind, its options, and since and until when it was asked."""
    heads = (
        Text("Ключ", en="Key"),
        Text("Таблица", en="Table"),
        *(Text("Вопрос в версии {v}", en="Question in version {v}").fill({"v": v}) for v in whole.versions),
        Text("Вид", en="Kind"),
        Text("Варианты", en="Options"),
        Text("С версии", en="Since version"),
        Text("До версии", en="Until version"),
    )
    rows = tuple(
        (
            question.key,
            localise(whole.tables.get(question.table, ""), language),
            *(localise(question.titles.get(v, ""), language) for v in whole.versions),
            localise(KINDS[question.kind], language),
            "; ".join(f"{key} — {localise(o.title, language)}" for key, o in question.options.items())
            or _levels(question.item, language),
            question.versions[0],
            question.versions[-1] if question.versions[-1] != whole.versions[-1] or question.last[1] else "",
        )
        for question in whole.questions
    )
    return Grid(heads, rows)


def _levels(item: Field | Indicator, language: str) -> str:
    if not isinstance(item, Indicator):
        return ""
    return "; ".join(f"{n} — {localise(level, language)}" for n, level in enumerate(item.levels))
