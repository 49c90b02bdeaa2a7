"""Documents of a cycle: any form as it stands, results, journal, the contents of the package, the summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.definition import GroupType
from engine.core.forms import Field, Indicator, Rows, Section
from engine.core.text import Text, localise
from engine.core.view import CycleView, Sheet
from engine.services import answers, documents, handovers, journal, outcomes
from engine.services.access import cycle_for
from engine.services.contributions import whose
from engine.services.decisions import CHOICES
from engine.services.definitions import definition_of
from engine.services.documents import Page
from engine.services.editions import Editions
from engine.services.journal import text_of
from engine.services.papers.blocks import Block, Cell, Grid, Heading, Pairs, Paper, Points, Share, Signatures, Words
from engine.services.papers.heads import of_cycle, school_name
from engine.services.reports.numbers import day
from engine.services.teams import worded_whole
from engine.services.views import view_of
from engine.services.words import ROLE_TITLES
from engine.store.cycles import Cycle
from engine.store.people import Person

#: A table of more columns than this is laid across, of more than that is told row by row.
_ACROSS, _ROW_BY_ROW = 4, 8
ONLY_TRIAD = Text("видит только тройка", en="for the triad alone")
LESSON = Text("Урок {n}", en="Lesson {n}")
_VERDICTS = {True: answers.YES, False: answers.NO, None: Text("нет данных", en="no data"), "": Text("—")}


def document(person: Person, cycle: int, form: str, round: int = 0, owner: int = 0, *, language: str = "ru") -> Paper:
    """A form of a cycle as somebody may read it. Raises NotFound for anybody it is not open to."""
    page = documents.open_page(person, documents.place(person, cycle, form, round, owner or None), to_read=True)
    blocks: list[Block] = [_about(page)]
    for section in page.form.sections:
        if not section.rounds or page.place.round in section.rounds:
            said = list(_section(page, section, language))
            blocks += [Heading(section.title), *said] if said else []
    blocks.append(Signatures(tuple(_signers(page))))
    n = page.place.round
    lesson = LESSON.fill({"n": n}) if n else Text("")
    wide = any(isinstance(b, Grid) and len(b.heads) > _ACROSS for b in blocks)
    return Paper(
        page.form.title,
        worded_whole(tuple(blocks), definition_of(page.cycle).team),
        head=school_name(page.cycle.school_id),
        subtitle=lesson,
        landscape=wide,
        name=", ".join(filter(None, (localise(page.form.title, language), localise(lesson, language), _owner(page)))),
    )


def _owner(page: Page) -> str:
    sheets = page.view.sheets_of(page.form.key, page.place.round)
    return next((s.person.name for s in sheets if s.person and s.person.id == page.place.owner), "")


def _about(page: Page) -> Pairs:
    rows = [
        (Text("ПОС", en="Group"), page.cycle.triad.group.title),
        (Text("Тройка", en="Triad"), page.cycle.triad.title),
    ]
    if page.place.round:
        facts = page.view.round_facts(page.place.round)
        at = f"{facts.at:%d.%m.%Y, %H:%M}" if facts.at else ""
        place = (at, facts.facts.get("class_name"), facts.facts.get("subject"), facts.facts.get("topic"))
        rows.append((Text("Урок", en="Lesson"), "; ".join(str(p) for p in place if p) or "—"))
    if owner := _owner(page):
        rows.append((Text("Кто заполнил", en="Filled in by"), owner))
    if page.form.owner:
        rows.append((Text("Добавлено", en="Added by"), page.definition.owner_title(page.form.owner)))
    if page.stored is not None:
        state = Text("готов", en="ready") if page.stored.state == "submitted" else Text("черновик", en="draft")
        rows.append((Text("Состояние", en="State"), state))
    return Pairs(tuple(rows))


def _section(page: Page, section: Section, language: str) -> Iterator[Block]:
    pairs: list[tuple[str, str]] = []
    scores: list[tuple[str, str, str]] = []
    for item in section.items:
        value = page.values.get(item.key, "" if isinstance(item, Indicator) else None)
        if isinstance(item, Indicator):
            scores.append((item.code, item.title, answers.score_text(value, item, section, language)))
        elif isinstance(item, Rows):
            yield from _rows(page, item, language)
        elif not answers.is_empty(value):
            pairs.append((item.title, _answer(page, item, value, language)))
    if pairs:
        yield Pairs(tuple(pairs))
    if scores:
        heads = (Text("Код", en="Code"), Text("Показатель", en="Indicator"), Text("Оценка и её смысл", en="Score"))
        yield Grid(heads, tuple(scores))


def _answer(page: Page, field: Field, value: Any, language: str) -> str:
    if field.private and not page.shows_private:
        return ONLY_TRIAD
    return answers.answer(value, field, page.choices, language)


def _rows(page: Page, item: Rows, language: str) -> Iterator[Block]:
    rows = page.values.get(item.key) or ()
    if not rows:
        return
    yield Heading(item.title, 2)
    columns = [c for c in item.columns if any(not answers.is_empty(row.get(c.key)) for row in rows)]

    def cell(column: Field, row: dict[str, Any]) -> str:
        value = row.get(column.key)
        return "" if answers.is_empty(value) else _answer(page, column, value, language)

    if len(columns) <= _ROW_BY_ROW:
        yield Grid(tuple(c.title for c in columns), tuple(tuple(cell(c, row) for c in columns) for row in rows))
        return
    for row in rows:
        yield Pairs(tuple((c.title, cell(c, row)) for c in columns if not answers.is_empty(row.get(c.key))))


def _signers(page: Page) -> Iterator[tuple[str, str]]:
    if page.place.owner:
        yield Text("Подпись", en="Signature"), _owner(page)
        return
    roles = page.form.confirm or page.form.roles
    seen = set()
    for role in roles:
        for who in page.view.holders(role):
            if who.id not in seen:
                seen.add(who.id)
                agreed = Text("подтвердил(а) на сайте", en="confirmed on the site") if who.id in page.confirmed else ""
                yield (
                    Text("Участник тройки", en="Member") if role == "triad_member" else ROLE_TITLES.get(role, role),
                    (
                        Text("{name} ({agreed})", en="{name} ({agreed})").fill({"name": who.name, "agreed": agreed})
                        if agreed
                        else who.name
                    ),
                )


def results(person: Person, cycle: int, *, language: str = "ru") -> Paper:
    """Indicators, criteria and the voice of the asked, lesson by lesson. For the triad and its leader."""
    found = cycle_for(person, cycle)
    outcome = outcomes.outcome(found, person)
    rounds = tuple(text.partition(". ")[0] for text in _round_titles(outcome, language))
    blocks: list[Block] = []
    if outcome.sections:
        heads = (Text("Показатель", en="Indicator"), *rounds)
        means: list[tuple[Any, ...]] = []
        for place, section in enumerate(outcome.sections[-1]):
            means.append((section.title, *(outcome.sections[i][place].mean for i in range(len(rounds)))))
            for k, indicator in enumerate(section.indicators):
                known = outcome.definition.indicators[indicator.key]
                line = (_nth(outcome.sections[i][place].indicators, k) for i in range(len(rounds)))
                means.append((f"{known.code}. {localise(known.title, language)}", *line))
        means.append((Text("Все показатели", en="All indicators"), *(s.mean for s in outcome.overall)))
        numeric = tuple(range(1, len(heads)))
        blocks += [Heading(Text("Показатели (среднее, шкала 0–3)", en="Indicators (mean, 0–3)"))]
        blocks += [Grid(heads, tuple(means), numeric)]
    if outcome.definition.criteria:
        rows = []
        for c in outcome.definition.criteria:
            findings = [outcome.finding(c.key, n) for n in outcome.rounds]
            title = localise(c.title, language) + localise(whose(outcome.definition, c.owner), language)
            rows.append((f"{c.code}. {title}", *(_VERDICTS[f.met if f and f.asks else ""] for f in findings)))
        blocks += [
            Heading(Text("Критерии", en="Criteria")),
            Grid((Text("Критерий", en="Criterion"), *rounds), tuple(rows)),
        ]
    shown = [a for a in outcome.agreement if any(s is not None for s in a.shares)]
    if shown:
        agreed: list[tuple[Cell, ...]] = [
            (a.title, *(None if s is None else Share(s) for s in a.shares)) for a in shown
        ]
        heads = (Text("Вопрос", en="Question"), *rounds)
        blocks += [Heading(Text("Голос опрошенных: доля согласия", en="The asked: share of agreement"))]
        blocks += [Grid(heads, tuple(agreed), tuple(range(1, len(heads))))]
    if outcome.disagreements:
        apart = tuple(
            f"{rounds[outcome.rounds.index(n)]}: {outcome.definition.indicators[key].code}"
            for n, key in outcome.disagreements
        )
        blocks += [
            Heading(Text("Наблюдатели разошлись — обсудите", en="Observers differ: talk it over")),
            Points(apart),
        ]
    title = Text("Результаты по урокам", en="Results by lesson")
    return of_cycle(found, title, blocks, language)


def _round_titles(outcome: outcomes.Outcome, language: str) -> list[str]:
    process = outcome.definition.process
    whole = localise(Text("Значение", en="Value"), language)
    return [localise(process.round_title(n), language) if process.loop else whole for n in outcome.rounds]


def _nth(indicators: Any, place: int) -> float | None:
    return indicators[place].mean if place < len(indicators) else None


def story(person: Person, cycle: int, *, language: str = "ru") -> Paper:
    """The journal of a cycle: who did what when, what was lifted and why."""
    found = cycle_for(person, cycle)
    editions = Editions(found)
    rows = tuple(
        (
            line.entry.seq,
            f"{line.entry.at:%d.%m.%Y, %H:%M}",
            line.who or "—",
            _done(line.entry.label["text"], line.entry.given, language),
            localise(_stage(editions.definition_by(line.entry.fingerprint), line.entry.target), language),
            "; ".join(localise(text_of(w["title"]), language) for w in line.entry.waived),
        )
        for line in reversed(journal.told(found))
    )
    heads = (
        Text("№", en="No."),
        Text("Когда", en="When"),
        Text("Кто", en="Who"),
        Text("Что сделано", en="What was done"),
        Text("Этап после", en="Stage after"),
        Text("Снятые условия", en="Rules lifted"),
    )
    return of_cycle(
        found, Text("Журнал цикла", en="Journal of the cycle"), [Grid(heads, rows, (0,))], language, wide=True
    )


def _stage(definition: GroupType, key: str) -> str:
    return next((s.title for s in definition.process.stages if s.key == key), key)


def _done(label: Any, given: Mapping[str, Any], language: str) -> str:
    reason = str(given.get("reason") or "")
    return localise(text_of(label), language) + (f": {reason}" if reason else "")


def sheets(person: Person, cycle: Cycle, view: CycleView) -> Iterator[tuple[str, int, int, Sheet]]:
    """Every document of a cycle that was handed in, in order: form, round, owner (0: shared), the sheet itself; then
    those that are filled in no more since the cycle was upgraded."""
    definition = definition_of(cycle)
    for n in (*(r.n for r in view.rounds), 0):
        for form in definition.forms:
            if form.per_round == bool(n) or not view.rounds:
                for sheet in view.sheets_of(form.key, n if form.per_round and view.rounds else 0):
                    if sheet.submitted:
                        yield form.key, sheet.round, sheet.person.id if sheet.person else 0, sheet
    for sheet in retired(definition, view):
        if sheet.submitted:
            yield sheet.form, sheet.round, sheet.person.id if sheet.person else 0, sheet


def retired(definition: GroupType, view: CycleView) -> list[Sheet]:
    """The sheets of forms that the definition has no more."""
    known = {form.key for form in definition.forms}
    return [sheet for sheet in view.sheets if sheet.form not in known]


def contents(person: Person, cycle: int, *, language: str = "ru") -> Paper:
    """What the package of a cycle consists of: every document with its author and day."""
    found = cycle_for(person, cycle)
    editions = Editions(found)
    view = view_of(found, editions.definition, person)
    rows: list[tuple[Cell, ...]] = []
    for form, n, _owner_id, sheet in sheets(person, found, view):
        title = localise(editions.title(form), language)
        place = localise(LESSON.fill({"n": n}), language) if n else localise(Text("цикл", en="cycle"), language)
        rows.append((len(rows) + 1, place, title, sheet.person.name if sheet.person else "", day(sheet.at)))
    heads = (
        Text("№", en="No."),
        Text("К чему", en="Part"),
        Text("Документ", en="Document"),
        Text("Автор", en="Author"),
        Text("Сдан", en="Handed in"),
    )
    leader = found.triad.group.leader
    signed = Signatures(
        (
            (Text("Сдал(а) за тройку", en="Handed over by the triad"), ""),
            (Text("Принял(а) руководитель ПОС", en="Taken by the group leader"), leader.short_name if leader else ""),
        )
    )
    title = Text("Пакет материалов цикла", en="Package of the cycle")
    return of_cycle(found, title, [Grid(heads, tuple(rows), (0,)), signed], language)


def summary(person: Person, cycle: int, *, language: str = "ru") -> Paper:
    """The summary as it goes to the Laboratory: figures and conclusions, nobody's name."""
    found, told, _done = handovers.preview(person, cycle)
    rounds = tuple(localise(text_of(t), language).partition(". ")[0] for t in told["rounds"])
    numeric = tuple(range(1, len(rounds) + 1))
    blocks: list[Block] = [
        Pairs(
            (
                (Text("Исследовательский вопрос", en="Research question"), told["question"] or "—"),
                (Text("Проведено уроков", en="Lessons held"), str(told["lessons"])),
                (
                    Text("Приёмы", en="Techniques"),
                    ", ".join(localise(text_of(t), language) for t in told["techniques"]) or "—",
                ),
            )
        )
    ]
    if told["sections"]:
        rows = [(localise(text_of(s["title"]), language), *s["means"]) for s in told["sections"]]
        rows.append((localise(Text("Все показатели", en="All indicators"), language), *told["overall"]))
        blocks += [Heading(Text("Показатели", en="Indicators"))]
        blocks += [Grid((Text("Раздел", en="Section"), *rounds), tuple(rows), numeric)]
    if told["criteria"]:
        rows = [
            (f"{c['code']}. {localise(text_of(c['title']), language)}", *(_VERDICTS[m] for m in c["met"]))
            for c in told["criteria"]
        ]
        blocks += [Heading(Text("Критерии", en="Criteria"))]
        blocks += [Grid((Text("Критерий", en="Criterion"), *rounds), tuple(rows))]
    for part in told["conclusions"]:
        blocks += [Heading(localise(text_of(part["title"]), language)), Words(part["text"])]
    if choice := told["decision"].get("choice"):
        blocks += [Heading(Text("Решение", en="Decision")), Words(CHOICES[choice]), Words(told["decision"]["grounds"])]
    return of_cycle(found, Text("Сводка цикла для Лаборатории", en="Summary for the Laboratory"), blocks, language)
