"""What counts as achieved, and what closes an action: the simple cases by choice, the others stay in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.core.forms import Field, Form, Rows, Section
from engine.core.text import Text, localise
from engine.services.errors import Invalid
from webui.declared.parts.base import KEY, Around, Part, Tables, by_key, keyed, merged, options, text

_CRITERIA = Text("Критерии", en="Criteria")
_MEANS = {"indicator_mean": "indicator", "section_mean": "section"}


def _measures(around: Around) -> Iterator[tuple[str, str]]:
    """What can be measured, as «measure:name» with its words."""
    definition = around.definition
    if definition is None:
        return
    for key, item in definition.indicators.items():
        yield f"indicator_mean:{key}", Text(f"Среднее: {item.code} {item.title}", en=f"Mean: {item.code} {item.title}")
    for _, section in definition.observed:
        title, en = section.title, localise(section.title, "en")
        yield f"section_mean:{section.key}", Text(f"Среднее раздела «{title}»", en=f"Mean of “{en}”")
    for key, item in definition.indicators.items():
        yield f"growth:{key}", Text(f"Прирост: {item.code} {item.title}", en=f"Growth: {item.code} {item.title}")
    for survey in definition.surveys:
        for q in survey.questions:
            if q.kind == "scale4":
                words = Text(f"Согласны, %: {q.title}", en=f"Agree, %: {localise(q.title, 'en')}")
                yield f"agreement:{survey.key}.{q.key}", words


def _criteria_form(around: Around) -> Form:
    columns = (
        Field("code", Text("Код", en="Code"), required=True, max_length=20),
        Field("title", Text("Критерий", en="Criterion"), required=True, max_length=300),
        Field(
            "measure", Text("Что измеряем", en="Measure"), "choice", required=True, options=options(_measures(around))
        ),
        Field(
            "least",
            Text("Достигнут, если не меньше", en="Reached from"),
            required=True,
            max_length=10,
            help=Text("среднее — от 0 до 3, согласие — в процентах", en="a mean is 0 to 3, agreement in per cent"),
        ),
        Field("help", Text("Пояснение", en="Explanation"), max_length=600),
        KEY,
    )
    rows = Rows("criteria", Text("Что считаем достигнутым", en="What counts as achieved"), columns)
    words = Text(
        "Критерии говорят о приёме, а не об ученике и не об учителе. Порог руководитель ПОС сможет изменить у себя.",
        en="Criteria speak of the technique. The leader of a group may change the threshold.",
    )
    return Form("criteria", _CRITERIA, (Section("all", _CRITERIA, (rows,), help=words),))


def _choice_of(test: Mapping[str, Any]) -> str:
    """«measure:name» of a test the form can show; empty for others."""
    kind = text(test.get("measure"))
    if "at_least" not in test or "unit" in test:
        return ""
    if kind in _MEANS:
        return f"{kind}:{text(test.get(_MEANS[kind]))}"
    if kind == "agreement":
        return f"agreement:{text(test.get('survey'))}.{text(test.get('question'))}"
    of = test.get("of")
    if kind == "growth" and isinstance(of, dict) and of.get("measure") == "indicator_mean":
        return f"growth:{text(of.get('indicator'))}"
    return ""


def _simple(criterion: Mapping[str, Any]) -> str:
    tests = criterion.get("test")
    return _choice_of(tests[0]) if isinstance(tests, list) and len(tests) == 1 and isinstance(tests[0], dict) else ""


def _criteria(around: Around) -> dict[str, Any]:
    rows = []
    for c in around.list("criterion"):
        if choice := _simple(c):
            least = c["test"][0]["at_least"]
            shown = least * 100 if choice.startswith("agreement") else least
            row = {k: text(c.get(k)) for k in ("key", "code", "title", "help")}
            rows.append({**row, "measure": choice, "least": f"{shown:.6g}".replace(".", ",")})
    return {"criteria": rows}


def _with_criteria(around: Around, values: Mapping[str, Any]) -> Tables:
    known = by_key(around.list("criterion"))
    made = []
    for n, row in enumerate(keyed(values["criteria"])):
        kind, _, name = row["measure"].partition(":")
        least = _number(row["least"], f"q_criteria-{n}-q_least")
        test: dict[str, Any] = {"measure": kind, "at_least": least}
        if kind in _MEANS:
            test[_MEANS[kind]] = name
        elif kind == "growth":
            test["of"] = {"measure": "indicator_mean", "indicator": name}
        else:
            test["survey"], _, test["question"] = name.partition(".")
            test["at_least"] = least / 100
        old = known.get(row["key"], {})
        before = old["test"][0] if _simple(old) == row["measure"] else {}
        words = {k: row[k] for k in ("key", "code", "title", "help")}
        growing = {"overall": True} if kind == "growth" else {}
        made.append({**merged(old, words), **growing, "test": [{**before, **test}]})
    made += [c for c in around.list("criterion") if not _simple(c)]
    return merged(around.tables, {"criterion": made})


def _number(typed: str, place: str) -> float:
    try:
        return float(typed.strip().removesuffix("%").replace(",", "."))
    except ValueError:
        wrong = Text("Введите число", en="Enter a number")
        raise Invalid(wrong, wrong.en, {place: [wrong]}) from None


_RULES = Text("Правила", en="Rules")
_KINDS = {
    "filled": Text("поле документа заполнено", en="a field is filled in"),
    "complete": Text("документ готов", en="a document is complete"),
    "confirmed_by_each": Text("документ подтвердили все", en="everybody has confirmed a document"),
    "submitted_by_each": Text("каждый сдал свой лист", en="everybody has handed in a sheet"),
    "at_least": Text("столько человек сдали свой лист", en="so many people have handed in a sheet"),
    "answers": Text("собрано столько ответов на опрос", en="so many answers to a survey"),
}


def _abouts(around: Around) -> Iterator[tuple[str, str]]:
    """Documents, their fields and surveys a rule may be about."""
    definition = around.definition
    if definition is None:
        return
    for form in definition.forms:
        yield form.key, Text(f"{form.title}", en=localise(form.title, "en"))
        if form.filling == "shared":
            for _, item in form.items():
                words = (f"{localise(form.title, lang)} → {localise(item.title, lang)}" for lang in ("ru", "en"))
                yield f"{form.key}.{item.key}", Text(*words)
    for survey in definition.surveys:
        yield survey.key, survey.title


def _choice(key: str, title: Text, pairs: Iterable[tuple[str, str]]) -> Field:
    return Field(key, title, "choice", required=True, options=options(pairs))


def _rules_form(around: Around) -> Form:
    process = around.definition.process if around.definition else None
    stages = {s.key: s.title for s in process.stages} if process else {}
    actions = [
        (a.key, Text(f"{a.title} ({stages.get(a.source[0], '')})", en=f"{localise(a.title, 'en')}"))
        for a in (process.actions if process else ())
        if a.kind != "side" and a.source
    ]
    columns = (
        _choice("action", Text("Какое действие закрыто", en="Which action is closed"), actions),
        _choice("kind", Text("пока не…", en="until…"), _KINDS.items()),
        _choice("about", Text("О чём правило", en="What it is about"), _abouts(around)),
        Field(
            "least",
            Text("Не меньше", en="At least"),
            "number",
            minimum=1,
            maximum=1000,
            help=Text("сколько ответов или записей", en="answers or entries"),
        ),
        Field("title", Text("Название правила", en="Name of the rule"), required=True, max_length=300),
        Field(
            "text",
            Text("Что написать, пока нельзя", en="What to say while it is closed"),
            required=True,
            max_length=600,
            help=Text(
                "{who} — кого ждём, {n} — сколько ответов есть", en="{who}: the people, {n}: the answers there are"
            ),
        ),
        Field("step", Text("Что сделать тому, кого ждём", en="What whoever it waits for does"), max_length=600),
        Field("waivable", Text("Руководитель ПОС может снять", en="The leader may lift it"), "flag"),
    )
    words = Text(
        "Правило закрывает действие и объясняет, чего не хватает. Правила основы остаются в силе.",
        en="A rule closes an action and says what is missing. Rules of the base stay in force.",
    )
    return Form(
        "rules",
        _RULES,
        (
            Section(
                "all",
                _RULES,
                (Rows("rules", Text("Что закрыто и пока чего нет", en="What is closed until when"), columns),),
                help=words,
            ),
        ),
    )


def _shown(rule: Mapping[str, Any]) -> bool:
    return text(rule.get("kind")) in _KINDS and "confirmed" not in rule


def _rules(around: Around) -> dict[str, Any]:
    rows = []
    for rule in around.list("rule"):
        if _shown(rule):
            form, field = text(rule.get("form")), text(rule.get("field"))
            about = f"{form}.{field}" if field else form or text(rule.get("survey"))
            row = {k: text(rule.get(k)) for k in ("action", "kind", "title", "text", "step")}
            rows.append({**row, "about": about, "least": rule.get("least"), "waivable": rule.get("waivable") is True})
    return {"rules": rows}


def _with_rules(around: Around, values: Mapping[str, Any]) -> Tables:
    before = [r for r in around.list("rule") if _shown(r)]
    made = []
    for n, row in enumerate(values["rules"]):
        table = {k: row[k] for k in ("action", "kind", "title", "text", "step", "waivable")} | _about(around, row, n)
        same = [
            r for r in before if all(r.get(k) == table.get(k) for k in ("action", "kind", "form", "field", "survey"))
        ]
        made.append(merged(same[0] if same else {}, table))
    made += [r for r in around.list("rule") if not _shown(r)]
    return merged(around.tables, {"rule": made})


def _about(around: Around, row: Mapping[str, Any], n: int) -> dict[str, Any]:
    """The parameters of a rule. Raises Invalid, beside the choice, when its kind does not go with what it is about."""
    kind, (form, _, field) = row["kind"], row["about"].partition(".")
    definition = around.definition
    forms = {f.key: f for f in definition.forms} if definition else {}
    surveys = {s.key for s in definition.surveys} if definition else set()
    if kind == "answers":
        if form not in surveys:
            raise _wrong(n, Text("Выберите опрос", en="Choose a survey"))
        return {"survey": form, "least": row["least"] or 5}
    if form not in forms:
        raise _wrong(n, Text("Выберите документ", en="Choose a document"))
    if kind == "filled":
        if not field:
            raise _wrong(n, Text("Выберите поле документа", en="Choose a field of a document"))
        return {"form": form, "field": field, "least": row["least"]}
    roles = forms[form].confirm if kind == "confirmed_by_each" else forms[form].roles
    if kind == "complete":
        return {"form": form}
    if not roles:
        raise _wrong(n, Text("Этот документ никто не подтверждает", en="Nobody confirms this document"))
    least = {"least": row["least"] or 1} if kind == "at_least" else {}
    return {"form": form, "role": roles[0], **least}


def _wrong(n: int, words: Text) -> Invalid:
    return Invalid(words, words.en, {f"q_rules-{n}-q_about": [words]})


def _aside_criteria(around: Around) -> list[str]:
    return [text(c.get("title")) for c in around.list("criterion") if not _simple(c)]


def _aside_rules(around: Around) -> list[str]:
    return [text(r.get("title")) for r in around.list("rule") if not _shown(r)]


CRITERIA = Part("criteria", _CRITERIA, _criteria_form, _criteria, _with_criteria, _aside_criteria)
RULES = Part("rules", _RULES, _rules_form, _rules, _with_rules, _aside_rules)
