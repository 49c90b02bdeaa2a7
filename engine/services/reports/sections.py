"""The twelve sections of a leader's year report (domain brief §4.6), drafted from facts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.core.text import Text
from engine.services.bank.words import STATES
from engine.services.decisions import CHOICES
from engine.services.events import LEVELS, RESULTS
from engine.services.journal import text_of
from engine.services.maturity_words import HALVES
from engine.services.papers.blocks import Block, Grid, Pairs
from engine.services.reports.facts import Facts
from engine.services.reports.numbers import day, number, percent
from engine.services.reports.words import kind_of_deficit


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report: what the data say (``blocks``) and the text the leader stands by.

    ``own`` tells whether the leader has put the text otherwise than the draft.
    """

    key: str
    title: Text
    blocks: tuple[Block, ...]
    text: str
    own: bool = False


Drafted = tuple[tuple[Block, ...], Sequence[str]]


def sections(facts: Facts, texts: Mapping[str, str] | None = None) -> tuple[Section, ...]:
    """Every section of the report; ``texts`` are the leader's own words by section."""
    own = texts or {}
    found = []
    for key, title, draft in SECTIONS:
        blocks, said = draft(facts)
        found.append(Section(key, title, blocks, own.get(key, "\n".join(said)), key in own))
    return tuple(found)


def _title(data: Any) -> str:
    return str(text_of(data))


def _members(facts: Facts) -> Drafted:
    def shown(member: Mapping[str, str]) -> str:
        notes = [member["work"], f"до {day(member['until'])}" if member["until"] else ""]
        return f"{member['name']} ({', '.join(filter(None, notes))})" if any(notes) else member["name"]

    rows = tuple((t["title"], "; ".join(map(shown, t["members"])) or "—") for t in facts["triads"])
    verbs = {"came": "вошёл(ла) в тройку", "left": "вышел(ла) из тройки"}
    said = [f"{day(c['on'])}: {c['name']} — {verbs[c['what']]}." for c in facts["changes"]]
    return (Pairs(rows),), said or ["Состав за год не менялся."]


def _theme(facts: Facts) -> Drafted:
    rows = tuple((c["triad"], c.get("question") or "—") for c in facts["cycles"])
    techniques = dict.fromkeys(_title(t) for c in facts["cycles"] for t in c.get("techniques", ()))
    said = [f"Приёмы года: {', '.join(f'«{t}»' for t in techniques)}."] if techniques else ["Приёмы ещё не выбраны."]
    return (Pairs(rows),), said


def _done(facts: Facts) -> Drafted:
    cycles = facts["cycles"]
    rows = (
        (Text("Уроков", en="Lessons"), str(facts["lessons"])),
        (Text("Внеурочных занятий", en="Out-of-class sessions"), str(facts["sessions"])),
        (Text("Начато циклов", en="Cycles begun"), str(len(cycles))),
        (Text("Завершено циклов", en="Cycles finished"), str(sum(c["finished"] for c in cycles))),
        (Text("Взаимопосещений", en="Peer visits"), str(facts["visits"])),
        (Text("Проб наших приёмов коллегами", en="Trials of our techniques by colleagues"), str(facts["trials"])),
    )
    standing = Pairs(
        tuple(
            (c["triad"], f"проведено: {c['lessons_held'] + c['sessions_held']}; сейчас «{_title(c['stage'])}»")
            for c in cycles
        )
    )
    return (Pairs(rows), standing), []


def _results(facts: Facts) -> Drafted:
    blocks: list[Block] = []
    said = []
    for c in facts["cycles"]:
        if all(mean is None for mean in c["overall"]):
            continue
        heads = (Text("Показатель", en="Figure"), *(_title(r).split(". ")[0] for r in c["rounds"]))
        rows = [(_title(s["title"]), *map(number, s["means"])) for s in c["sections"]]
        rows.append((Text("Все показатели", en="All figures"), *map(number, c["overall"])))
        rows += [(f"{x['code']} «{_title(x['title'])}»", *map(_verdict, x["met"])) for x in c["criteria"]]
        blocks.append(Grid((f"{c['triad']}: {heads[0]}", *heads[1:]), tuple(rows), tuple(range(1, len(heads)))))
        said.append(_course(c))
    return tuple(blocks), said or ["Листы наблюдений ещё не сданы."]


def _course(c: Facts) -> str:
    met = sum(x["met"][-1] is True for x in c["criteria"])
    means = [m for m in c["overall"] if m is not None]
    course = f"{number(means[0])} → {number(means[-1])} из 3" if len(means) > 1 else f"{number(means[-1])} из 3"
    criteria = f"; на последнем уроке выполнено критериев: {met} из {len(c['criteria'])}" if c["criteria"] else ""
    return f"{c['triad']}: среднее всех показателей {course}{criteria}."


def _verdict(met: Any) -> str:
    if met == "":
        return "—"
    return Text("нет данных", en="no data") if met is None else Text("да", en="yes") if met else Text("нет", en="no")


def _worked(facts: Facts) -> Drafted:
    works, fails = [], []
    for c in facts["cycles"]:
        words = c["words"]
        works += [f"{c['triad']}: {words['technique']}"] if words.get("technique") else []
        works += [f"{c['triad']}, сохраняем: {'; '.join(dict.fromkeys(c['kept']))}."] if c["kept"] else []
        fails += [f"{c['triad']}, меняли: {'; '.join(dict.fromkeys(c['changed']))}."] if c["changed"] else []
        fails += [f"{c['triad']}, не проверено: {words['untested']}"] if words.get("untested") else []
        what = (c.get("decision") or {}).get("what_changes")
        fails += [f"{c['triad']}, сменили подход: {what}"] if what else []
    said = [*(["Что сработало.", *works] if works else []), *(["Что не сработало или не проверено.", *fails])]
    return (), said if works or fails else ["Выводы троек появятся после обсуждения первых уроков."]


def _voices(facts: Facts) -> Drafted:
    blocks: list[Block] = []
    said = []
    for c in facts["cycles"]:
        if any(share is not None for a in c["agreement"] for share in a["shares"]):
            heads = (f"{c['triad']}: доля согласия", *(_title(r).split(". ")[0] for r in c["rounds"]))
            rows = tuple((_title(a["question"]), *map(percent, a["shares"])) for a in c["agreement"])
            blocks.append(Grid(heads, rows, tuple(range(1, len(heads)))))
        if c["words"].get("voices"):
            said.append(f"{c['triad']}: {c['words']['voices']}")
    return tuple(blocks), said if said or blocks else ["Опросов, которые можно показать, пока нет."]


def _materials(facts: Facts) -> Drafted:
    rows = tuple((m["title"], STATES[m["state"]]) for m in facts["materials"])
    if not rows:
        return (), ["В школьный банк материалы пока не передавали."]
    return (Grid((Text("Материал", en="Material"), Text("Состояние", en="State")), rows),), []


def _events(facts: Facts) -> Drafted:
    rows = tuple(
        (day(e["on"]), e["title"], LEVELS.get(e["level"], e["level"]), e["name"], RESULTS.get(e["result"], e["result"]))
        for e in facts["events"]
    )
    if not rows:
        return (), ["В мероприятиях участники ПОС в этом году не выступали."]
    heads = ("Дата", "Мероприятие", "Уровень", "Педагог", "Результат")
    english = ("Date", "Event", "Level", "Teacher", "Result")
    return (Grid(tuple(Text(ru, en=en) for ru, en in zip(heads, english, strict=True)), rows),), []


def _deficits(facts: Facts) -> Drafted:
    found = facts["deficits"]
    if not found["found"]:
        return (), ["Дефициты называют после трёх уроков; пока их нет."]
    rows = tuple(
        (kind_of_deficit(k["kind"]), str(k["found"]), str(k["closed"]), str(k["found"] - k["closed"]))
        for k in found["kinds"]
    )
    heads = (
        Text("Группа дефицитов", en="Kind of deficit"),
        Text("Выявлено", en="Found"),
        Text("Устранено", en="Closed"),
        Text("Осталось", en="Remain"),
    )
    steps = facts["steps"]
    return (Grid(heads, rows, (1, 2, 3)),), [
        f"Выявлено дефицитов: {found['found']}, устранено: {found['closed']}, в работе: {found['open']}.",
        f"Шагов планов и маршрутов выполнено: {steps['done']} из {steps['planned']}.",
    ]


def _maturity(facts: Facts) -> Drafted:
    runs = facts["maturity"]
    if not runs:
        return (), ["Самооценка зрелости в этом году не проводилась."]
    rows = tuple((f"{r['triad']}, {HALVES[r['half']]}", f"«{_title(r['band'])}»") for r in runs)
    return (Pairs(rows),), [f"{r['triad']}, точка роста: {r['growth_point']}." for r in runs if r["growth_point"]]


def _proposals(facts: Facts) -> Drafted:
    said = [
        f"Помочь с дефицитами группы «{kind_of_deficit(k['kind'])}»: сохраняется {k['found'] - k['closed']}."
        for k in facts["deficits"]["kinds"]
        if k["kind"] and k["found"] > k["closed"]
    ]
    said += [f"Общий дефицит тройки: {text}." for text in facts["deficits"]["common"]]
    said += [
        f"{c['triad']} — коллегам: {c['words']['recommendations']}"
        for c in facts["cycles"]
        if c["words"].get("recommendations")
    ]
    return (), said or ["Предложения появятся вместе с выводами первого завершённого цикла."]


def _prospects(facts: Facts) -> Drafted:
    said = []
    for c in facts["cycles"]:
        made = c.get("decision") or {}
        if made.get("choice"):
            said.append(f"{c['triad']}: решение «{CHOICES[made['choice']]}».")
        if made.get("next_question"):
            said.append(f"{c['triad']}, следующий вопрос: {made['next_question']}")
        if not c["finished"]:
            said.append(f"{c['triad']}: завершить начатый цикл (сейчас «{_title(c['stage'])}»).")
    return (), said or ["Определить темы троек на следующий год."]


SECTIONS: tuple[tuple[str, Text, Callable[[Facts], Drafted]], ...] = (
    ("members", Text("Состав и изменения", en="Members and changes"), _members),
    ("theme", Text("Тема года и исследовательские вопросы", en="Theme of the year and questions"), _theme),
    ("done", Text("Проведено: уроки, циклы, взаимопосещения", en="Held: lessons, cycles, peer visits"), _done),
    ("results", Text("Результаты: показатели и критерии", en="Results: figures and criteria"), _results),
    ("worked", Text("Что сработало и что не сработало", en="What worked and what did not"), _worked),
    ("voices", Text("Голос обучающихся", en="Voice of the pupils"), _voices),
    ("materials", Text("Материалы в банк", en="Materials for the bank"), _materials),
    ("events", Text("Мероприятия и результаты", en="Events and results"), _events),
    ("deficits", Text("Дефициты: выявлены, устранены, сохраняются", en="Deficits: found, closed, remain"), _deficits),
    ("maturity", Text("Зрелость команды", en="Maturity of the team"), _maturity),
    ("proposals", Text("Предложения в план школы", en="Proposals for the plan of the school"), _proposals),
    ("prospects", Text("Перспективы на следующий год", en="Prospects for the next year"), _prospects),
)
KEYS = tuple(key for key, _, _ in SECTIONS)
