"""What a lesson is watched by: indicators, the survey of the pupils, and more fields of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.forms import Field, Form, Rows, Section
from engine.core.text import Text
from webui.declared.parts.base import (
    KEY,
    Around,
    Part,
    Tables,
    by_key,
    keyed,
    lines_options,
    merged,
    option_lines,
    options,
    text,
)

_OPTIONS = Field(
    "options",
    Text("Варианты ответа", en="Answers"),
    "list",
    help=Text("по одному в строке, если это выбор", en="one a line, for a choice"),
)
_CLASS = Text("Класс", en="Class")
_WATCHED = options((c, Text(f"Ученик {c}", en=f"Pupil {c}")) for c in "ABC") + options(
    [("class", Text("Класс в целом", en="The class"))]
)
_LEVELS = tuple(
    Field(f"level{n}", Text(f"Уровень {n}", en=f"Level {n}"), required=True, max_length=600, help=words)
    for n, words in enumerate(
        (
            Text("не проявилось", en="did not show"),
            Text("с помощью учителя", en="with the teacher's help"),
            Text("с отдельными подсказками", en="with some hints"),
            Text("устойчиво и самостоятельно", en="steadily and alone"),
        )
    )
)
_INDICATORS = Text("Показатели наблюдения", en="Indicators")


def _indicators_form(around: Around) -> Form:
    return Form(
        "indicators",
        _INDICATORS,
        (
            Section(
                "watched",
                _INDICATORS,
                (
                    Field(
                        "subjects",
                        Text("Кого оцениваем по каждому", en="Whom we judge by each"),
                        "choices",
                        options=_WATCHED,
                    ),
                    Rows(
                        "indicators",
                        Text("Показатели", en="The indicators"),
                        (
                            Field("section", Text("Раздел", en="Section"), required=True, max_length=300),
                            Field("code", Text("Код", en="Code"), required=True, max_length=20),
                            Field("title", Text("Показатель", en="Indicator"), required=True, max_length=300),
                            *_LEVELS,
                            KEY,
                        ),
                    ),
                ),
                help=Text(
                    "Они станут частью листа наблюдения. Пишите о том, что видно и слышно.",
                    en="They become part of the observation sheet. Write of what can be seen and heard.",
                ),
            ),
        ),
    )


def _indicators(around: Around) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for section in around.list("indicators"):
        for item in section.get("indicator", ()):
            levels = dict(enumerate(item.get("levels", ())))
            row = {key: text(item.get(key)) for key in ("key", "code", "title")}
            rows.append(
                {"section": text(section.get("title")), **row, **{f"level{n}": text(levels.get(n)) for n in range(4)}}
            )
    first = next(iter(around.list("indicators")), {})
    return {"subjects": [s for s in first.get("subjects", ()) if s in ("A", "B", "C", "class")], "indicators": rows}


def _with_indicators(around: Around, values: Mapping[str, Any]) -> Tables:
    old = around.list("indicators")
    sections = {text(s.get("title")): s for s in old}
    known = by_key(i for s in old for i in s.get("indicator", ()))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in keyed(values["indicators"]):
        item = {
            "key": row["key"],
            "code": row["code"],
            "title": row["title"],
            "levels": [row[f"level{n}"] for n in range(4)],
        }
        found.setdefault(row["section"], []).append(merged(known.get(row["key"], {}), item))
    heads = keyed([{"key": text(sections.get(t, {}).get("key")), "title": t} for t in found])
    made = []
    for head in heads:
        subjects = {"subjects": values["subjects"] or []}
        section = merged(sections.get(head["title"], {}), {**head, **subjects})
        if section.get("subjects") != sections.get(head["title"], {}).get("subjects"):
            for name in ("subject_titles", "subject_titles_en"):
                section.pop(name, None)
            if "class" in subjects["subjects"]:
                for name, whole in (("subject_titles", str(_CLASS)), ("subject_titles_en", _CLASS.en)):
                    section[name] = [whole if s == "class" else s for s in subjects["subjects"]]
        made.append({**section, "indicator": found[head["title"]]})
    return merged(around.tables, {"indicators": made})


_SURVEY = Text("Опрос обучающихся", en="Pupil survey")
_KINDS = options(
    [
        ("scale4", Text("согласие: от «нет» до «да»", en="agreement, from “no” to “yes”")),
        ("single", Text("выбор одного ответа", en="one answer")),
        ("open", Text("свободный ответ", en="free text")),
    ]
)


def _survey_form(around: Around) -> Form:
    columns = (
        Field("title", Text("Вопрос", en="Question"), required=True, max_length=300),
        Field("kind", Text("Как отвечают", en="How it is answered"), "choice", required=True, options=_KINDS),
        _OPTIONS,
        KEY,
    )
    section = Section(
        "asked",
        _SURVEY,
        (Rows("questions", Text("Вопросы", en="Questions"), columns),),
        help=Text(
            "Опрос без имён, на одну минуту: четыре–восемь вопросов словами ученика.",
            en="No names, one minute: four to eight questions in the words of pupils.",
        ),
    )
    return Form("survey", _SURVEY, (section,))


def _own_survey(around: Around) -> dict[str, Any] | None:
    """The survey the part is about: that of the lesson on a base, else the first one."""
    surveys = around.list("survey")
    return next((s for s in surveys if not around.based or s.get("key") == "class_survey"), None)


def _survey(around: Around) -> dict[str, Any]:
    found = _own_survey(around)
    if found is None and around.definition is not None:
        base = next((s for s in around.definition.surveys if s.key == "class_survey"), None)
        asked = (
            [{"key": q.key, "title": str(q.title), "kind": q.kind, "options": []} for q in base.questions]
            if base
            else []
        )
        return {"questions": asked}
    asked = found.get("question", []) if found else []
    return {
        "questions": [
            {
                "key": text(q.get("key")),
                "title": text(q.get("title")),
                "kind": text(q.get("kind")) or "scale4",
                "options": option_lines(q.get("options")),
            }
            for q in asked
        ]
    }


def _with_survey(around: Around, values: Mapping[str, Any]) -> Tables:
    found = _own_survey(around) or {"key": "class_survey", "title": str(_SURVEY), "respondents": "pupils"}
    known = by_key(found.get("question", []))
    questions = []
    for row in keyed(values["questions"]):
        old = known.get(row["key"], {})
        chosen = lines_options(row["options"] or [], old.get("options")) if row["kind"] == "single" else []
        kind = "" if row["kind"] == "scale4" else row["kind"]
        questions.append(merged(old, {**row, "kind": kind, "options": chosen}))
    others = [s for s in around.list("survey") if s.get("key") != found["key"]]
    own = [{**found, "question": questions}] if questions else []
    return merged(around.tables, {"survey": [*own, *others]})


_PLAN = Text("Поля плана урока", en="Fields of the plan")
_FIELD_KINDS = options(
    [
        ("line", Text("строка", en="a line")),
        ("text", Text("текст", en="a text")),
        ("list", Text("список, по одному в строке", en="a list, one a line")),
        ("number", Text("число", en="a number")),
        ("choice", Text("один вариант", en="one answer")),
        ("choices", Text("несколько вариантов", en="several answers")),
        ("flag", Text("отметка", en="a tick")),
        ("date", Text("дата", en="a day")),
        ("files", Text("файлы", en="files")),
    ]
)


def _plan_form(around: Around) -> Form:
    columns = (
        Field("title", Text("Вопрос", en="Question"), required=True, max_length=300),
        Field("kind", Text("Вид ответа", en="Kind of answer"), "choice", required=True, options=_FIELD_KINDS),
        Field("required", Text("Обязательно", en="Required"), "flag"),
        Field("help", Text("Подсказка", en="Hint"), max_length=600),
        _OPTIONS,
        KEY,
    )
    items = (
        Field("title", Text("Как назвать этот раздел плана", en="Title of the section"), required=True, max_length=300),
        Rows("fields", Text("Поля", en="Fields"), columns),
    )
    return Form("plan", _PLAN, (Section("more", _PLAN, items),))


def _plan_section(around: Around) -> tuple[dict[str, Any], dict[str, Any]]:
    """The extension of the plan and its first section."""
    extension = next(
        (e for e in around.list("extend") if e.get("form") == "plan"), {"form": "plan", "before": "course"}
    )
    section = next(iter(extension.get("section", ())), {"key": "own_part", "title": ""})
    return extension, section


def _ours(item: Mapping[str, Any]) -> bool:
    return text(item.get("kind")) in {"", *(o.key for o in _FIELD_KINDS)} and not item.get("source")


def _plan(around: Around) -> dict[str, Any]:
    _, section = _plan_section(around)
    fields = [
        {
            **{k: text(f.get(k)) for k in ("key", "title", "help")},
            "kind": text(f.get("kind")) or "line",
            "required": f.get("required") is True,
            "options": option_lines(f.get("options")),
        }
        for f in section.get("field", ())
        if _ours(f)
    ]
    return {"title": text(section.get("title")), "fields": fields}


def _with_plan(around: Around, values: Mapping[str, Any]) -> Tables:
    extension, section = _plan_section(around)
    known = by_key(section.get("field", []))
    fields = []
    for row in keyed(values["fields"]):
        old = known.get(row["key"], {})
        chosen = lines_options(row["options"] or [], old.get("options")) if row["kind"] in ("choice", "choices") else []
        kind = "" if row["kind"] == "line" else row["kind"]
        fields.append(merged(old, {**row, "kind": kind, "options": chosen}))
    fields += [f for f in section.get("field", []) if not _ours(f)]
    sections = [merged(section, {"title": values["title"]}) | {"field": fields}] if fields else []
    sections += extension.get("section", [])[1:]
    own = [{**extension, "section": sections}] if sections else []
    others = [e for e in around.list("extend") if e != extension]
    return merged(around.tables, {"extend": [*own, *others]})


def _plan_aside(around: Around) -> list[str]:
    return [text(f.get("title")) for f in _plan_section(around)[1].get("field", ()) if not _ours(f)]


INDICATORS = Part("indicators", _INDICATORS, _indicators_form, _indicators, _with_indicators, offered=lambda a: a.based)
SURVEY = Part(
    "survey", _SURVEY, _survey_form, _survey, _with_survey, offered=lambda a: a.based or bool(a.list("survey"))
)
PLAN = Part("plan", _PLAN, _plan_form, _plan, _with_plan, _plan_aside, lambda a: a.based)
