"""Self-assessment of a team: nine items, twice a year, anonymously; for the team itself, never to compare teams.

Items, procedure and bands: domain brief §5. Who has answered and what was answered lie apart. With every answer all
rows of the self-assessment are written anew in an order of their own, so that neither the order of rows nor the
transaction that wrote them joins a voter to an answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median

from sqlalchemy import Select, delete, func, select

from engine.core.text import Text, localise
from engine.services.access import members
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.services.maturity_words import BANDS, HALVES, ITEMS
from engine.services.teams import size_of
from engine.services.words import not_whole
from engine.store.database import db
from engine.store.groups import Triad
from engine.store.people import Person, SchoolYear
from engine.store.reports import MaturityAnswer, MaturityRun, MaturityVoter
from engine.store.unit import lock, unit_of_work

#: Answers this far apart are worth talking about.
APART = 2
#: How many answers must be there before anything is shown: in a pair, the mean and one's own tell the other's answer.
LEAST = 3
#: First and last month of each half's self-assessment: it is meant for October and April, later is better than never.
_MONTHS = {"autumn": (10, 12), "spring": (4, 6)}
TOO_FEW = Text(
    "Самооценку проводят вместе трое и больше: вдвоём ответ не останется без имени",
    en="Three or more assess themselves together: in a pair no answer stays without a name",
)
NO_TRIAD = ("Такой тройки нет или она вам не открыта", "There is no such triad, or it is not open to you")


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item: the median of the answers, the least and the greatest of them."""

    key: str
    median: float
    low: int
    high: int

    @property
    def spread(self) -> int:
        return self.high - self.low

    @property
    def apart(self) -> bool:
        return self.spread >= APART


@dataclass(frozen=True, slots=True)
class Result:
    """What a triad has said of itself in one half of a year. ``mean`` is the mean of the medians."""

    run_id: int
    half: str
    items: tuple[ItemResult, ...]
    mean: float
    band: Text
    growth_point: str


@dataclass(frozen=True, slots=True)
class HalfOfYear:
    """One self-assessment of a triad: whether it is open now, how many have answered, the result once it is there."""

    half: str
    run_id: int | None
    answered: int
    expects: int
    may_open: bool
    may_answer: bool
    has_answered: bool
    result: Result | None


@dataclass(frozen=True, slots=True)
class TeamPage:
    """The page of one triad in a school year; ``year_of_work`` counts from one. ``hints`` say what may be expected."""

    triad: Triad
    year: SchoolYear
    year_of_work: int
    member: bool
    halves: tuple[HalfOfYear, ...]
    hints: tuple[Text, ...]
    why_not: str = ""


def band(mean: float) -> Text:
    """The band of a mean, by its value rounded to one place (0–0,9 · 1,0–1,7 · 1,8–2,4 · 2,5–3)."""
    shown = int(mean * 10 + 0.5 + 1e-9) / 10
    return next(title for top, title in BANDS if shown <= top)


def half_now(day: date) -> str:
    """The half whose self-assessment can be held on ``day``; empty between them."""
    return next((half for half, (first, last) in _MONTHS.items() if first <= day.month <= last), "")


def year_of(school_id: int, day: date) -> SchoolYear | None:
    """The school year of a day: the one that holds it, else the latest begun."""
    begun = select(SchoolYear).where(SchoolYear.school_id == school_id, SchoolYear.begins <= day)
    return db.session.scalar(begun.order_by(SchoolYear.begins.desc()).limit(1))


def _triad(person: Person, triad_id: int) -> tuple[Triad, bool]:
    """The triad and whether the person sits in it; NotFound for anybody but its members and its leader."""
    triad = db.session.get(Triad, triad_id)
    if triad is None or triad.group.school_id != person.school_id or not person.active:
        raise NotFound(*NO_TRIAD)
    member = any(m.person_id == person.id for m in members(triad))
    if not member and triad.group.leader_id != person.id:
        raise NotFound(*NO_TRIAD)
    return triad, member


def open_run(person: Person, triad_id: int) -> MaturityRun:
    """Begin the self-assessment of the own triad; one begun already is returned.

    Raises Forbidden for a leader from outside, Invalid in the wrong months, without a school year, or when the triad is
    not whole.
    """
    with unit_of_work():
        triad, member = _triad(person, triad_id)
        if not member:
            raise Forbidden("Самооценку начинает сама тройка", "The triad itself begins its self-assessment")
        lock(Triad, triad.id)  # two members may begin at once
        half, year = half_now(now().date()), year_of(person.school_id, now().date())
        if not half or year is None:
            raise Invalid(
                "Самооценку проводят в октябре и в апреле", "The self-assessment is held in October and April"
            )
        known: MaturityRun | None = db.session.scalar(runs_of([triad.id], year.id).where(MaturityRun.half == half))
        if known is not None:
            return known
        size = size_of(triad.group)
        if size < LEAST:
            raise Invalid(TOO_FEW, TOO_FEW.en)
        if len(members(triad)) < size:
            whole = not_whole(size)
            raise Invalid(whole, whole.en)
        run = MaturityRun(triad_id=triad.id, year_id=year.id, half=half, expects=size, opened_at=now())
        db.session.add(run)
        db.session.flush()
        return run


def _own_run(person: Person, run_id: int) -> MaturityRun:
    """A self-assessment of the own triad, locked; NotFound for everybody else, its leader too."""
    run: MaturityRun | None = lock(MaturityRun, run_id)
    if run is None or not _triad(person, run.triad_id)[1]:
        raise NotFound(*NO_TRIAD)
    return run


def triad_of(person: Person, run_id: int) -> int:
    """The triad whose self-assessment it is. NotFound for anybody but its members and its leader."""
    run = db.session.get(MaturityRun, run_id)
    if run is None:
        raise NotFound(*NO_TRIAD)
    return _triad(person, run.triad_id)[0].id


def answer(person: Person, run_id: int, scores: Mapping[str, int]) -> None:
    """One sheet, once for each member. Raises Invalid (``errors`` by item) when an item is left out, Conflict when the
    person has answered already or all answers are there: a later one would show itself in the change."""
    errors = {
        key: [Text("Выберите один из четырёх уровней", en="Choose one of the four levels")]
        for key in ITEMS
        if scores.get(key) not in (0, 1, 2, 3)
    }
    with unit_of_work():
        run = _own_run(person, run_id)
        voters = set(db.session.scalars(select(MaturityVoter.person_id).where(MaturityVoter.run_id == run.id)))
        if person.id in voters:
            raise Conflict("Вы уже ответили", "You have answered already")
        if len(voters) >= run.expects:
            raise Conflict("Все ответы уже собраны", "All answers are there already")
        if errors:
            raise Invalid("Ответьте на все девять вопросов", "Answer all nine questions", errors)
        told = list(db.session.scalars(select(MaturityAnswer.scores).where(MaturityAnswer.run_id == run.id)))
        _write_anew(run.id, voters | {person.id}, [*told, {key: int(scores[key]) for key in ITEMS}])


def _write_anew(run_id: int, voters: set[int], told: list[dict[str, int]]) -> None:
    db.session.execute(delete(MaturityVoter).where(MaturityVoter.run_id == run_id))
    db.session.execute(delete(MaturityAnswer).where(MaturityAnswer.run_id == run_id))
    for person_id in sorted(voters):
        db.session.add(MaturityVoter(run_id=run_id, person_id=person_id))
    db.session.flush()
    keyed = sorted(((secrets.token_bytes(16), scores) for scores in told), key=lambda pair: pair[0])
    for key, scores in keyed:
        db.session.add(MaturityAnswer(key=key, run_id=run_id, scores=scores))
        db.session.flush()


def state_growth(person: Person, run_id: int, item: str, words: str = "") -> None:
    """The triad states its point of growth: one item, in own words if it likes. Raises Conflict before the result."""
    with unit_of_work():
        run = _own_run(person, run_id)
        if item not in ITEMS:
            text = Text("Выберите один показатель", en="Choose one item")
            raise Invalid(text, text.en, {"item": [text]})
        if run.id not in results_of([run]):
            raise Conflict("Точку роста называют, когда ответили все", "Name it when everybody has answered")
        run.growth_point = f"{ITEMS[item].code}. {words.strip()[:1000] or ITEMS[item].title}"


def runs_of(triads: list[int], year_id: int) -> Select[MaturityRun]:
    """The self-assessments of these triads in a year."""
    return select(MaturityRun).where(MaturityRun.triad_id.in_(triads), MaturityRun.year_id == year_id)


def results_of(runs: list[MaturityRun]) -> dict[int, Result]:
    """By run: its result, once three or more have answered and nobody is waited for."""
    told: dict[int, list[dict[str, int]]] = {}
    rows = select(MaturityAnswer.run_id, MaturityAnswer.scores).where(MaturityAnswer.run_id.in_([r.id for r in runs]))
    for run_id, scores in db.session.execute(rows):
        told.setdefault(run_id, []).append(scores)
    found: dict[int, Result] = {}
    for run in runs:
        sheets = told.get(run.id, [])
        if len(sheets) < max(LEAST, run.expects):
            continue
        items = tuple(
            ItemResult(key, median(given), min(given), max(given))
            for key in ITEMS
            for given in ([sheet[key] for sheet in sheets],)
        )
        mean = fmean(i.median for i in items)
        found[run.id] = Result(run.id, run.half, items, mean, band(mean), run.growth_point)
    return found


def _answered(runs: list[MaturityRun]) -> dict[int, int]:
    counted = (
        select(MaturityVoter.run_id, func.count())
        .where(MaturityVoter.run_id.in_([r.id for r in runs]))
        .group_by(MaturityVoter.run_id)
    )
    return dict(db.session.execute(counted).all())


def page(person: Person, triad_id: int, year_id: int | None = None) -> TeamPage:
    """The page of a triad, for its members and its leader. NotFound for everybody else."""
    triad, member = _triad(person, triad_id)
    year = db.session.get(SchoolYear, year_id) if year_id else year_of(person.school_id, now().date())
    if year is None or year.school_id != person.school_id:
        raise NotFound("Учебный год ещё не заведён", "There is no school year yet")
    runs = list(db.session.scalars(runs_of([triad.id], year.id)))
    results, counts = results_of(runs), _answered(runs)
    mine = set(
        db.session.scalars(
            select(MaturityVoter.run_id).where(
                MaturityVoter.person_id == person.id, MaturityVoter.run_id.in_([r.id for r in runs])
            )
        )
    )
    current = year_of(person.school_id, now().date())
    open_half = half_now(now().date()) if current is not None and current.id == year.id else ""
    size = size_of(triad.group)
    halves = []
    for half in HALVES:
        run = next((r for r in runs if r.half == half), None)
        count = counts.get(run.id, 0) if run else 0
        halves.append(
            HalfOfYear(
                half,
                run.id if run else None,
                count,
                run.expects if run else size,
                member and run is None and half == open_half and len(members(triad)) >= size >= LEAST,
                member and run is not None and run.id not in mine and count < run.expects,
                run is not None and run.id in mine,
                results.get(run.id) if run else None,
            )
        )
    worked = _year_of_work(triad, year)
    latest = next((h.result for h in reversed(halves) if h.result), None)
    why_not = TOO_FEW if size < LEAST else ""
    return TeamPage(triad, year, worked, member, tuple(halves), _hints(worked, latest), why_not)


def _year_of_work(triad: Triad, year: SchoolYear) -> int:
    since = min((m.since for m in triad.memberships), default=year.begins)
    passed = db.session.scalar(
        select(func.count()).where(
            SchoolYear.school_id == year.school_id, SchoolYear.ends >= since, SchoolYear.begins <= year.begins
        )
    )
    return max(1, passed or 0)


def _hints(worked: int, result: Result | None) -> tuple[Text, ...]:
    """What may be expected in the first and in the second year (domain brief §5): a hint, never a demand."""
    if result is None or worked > 2:
        return ()
    if worked == 2:
        if result.mean >= 2:
            return (
                Text("Среднее уже не ниже 2: команда работает слаженно", en="The mean has come to 2: you work well"),
            )
        return (Text("Ко второму году среднее обычно приближается к 2", en="By the second year it usually nears 2"),)
    low = [ITEMS[i.key] for i in result.items if i.key in ("zr1", "zr2", "zr4") and i.median < 1.5]
    if not low:
        return (
            Text("Общая цель, правила и равенство голосов уже сложились", en="Goal, rules and voices are in place"),
        )
    names = [Text(f"{item.code} «{item.title}»", en=f"{item.code} “{localise(item.title, 'en')}”") for item in low]
    return (
        Text(
            "В первый год обычно складываются цель, правила и равенство голосов. Можно начать с: {names}",
            en="In the first year goal, rules and equal voices usually come first. You may begin with: {names}",
        ).fill({"names": names}),
    )


def of_group(group_id: int, year: SchoolYear) -> tuple[tuple[Triad, tuple[Result, ...]], ...]:
    """For the year report of the group's leader: every triad with its results, autumn before spring."""
    triads = list(db.session.scalars(select(Triad).where(Triad.group_id == group_id).order_by(Triad.id)))
    runs = list(db.session.scalars(runs_of([t.id for t in triads], year.id)))
    results = results_of(runs)
    order = list(HALVES)
    return tuple(
        (
            triad,
            tuple(
                sorted(
                    (results[r.id] for r in runs if r.triad_id == triad.id and r.id in results),
                    key=lambda found: order.index(found.half),
                )
            ),
        )
        for triad in triads
    )
