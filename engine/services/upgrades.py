"""Running cycles go on with another definition of their type: a newer version, or contributions switched on or off.

Tried first, cycle by cycle, with nothing written; carried out all or nothing in each cycle; taken back exactly while
nothing has moved since. Nobody is upgraded by installing a package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from engine.core.definition import GroupType
from engine.core.snapshot import to_data
from engine.core.text import Text
from engine.core.upgrade import Blocked, Standing, Step, Written, plan
from engine.core.wording import answered
from engine.services import journal, runs
from engine.services.access import members
from engine.services.definitions import definition_of, offered, pin, switches
from engine.services.editions import Editions
from engine.services.errors import Conflict, Invalid, NotFound
from engine.services.host import now
from engine.store.cycles import Cycle, Round
from engine.store.database import db
from engine.store.documents import Draft, Submission
from engine.store.lives import CycleUpgrade
from engine.store.people import Person
from engine.store.surveys import PaperSummary, SurveyRun, SurveyToken
from engine.store.unit import lock, unit_of_work

CHANGED = (
    "Пока вы смотрели, описание типа изменилось. Посмотрите пробный прогон ещё раз",
    "The definition of the type has changed meanwhile. Look at the dry run again",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One cycle of a dry run: what would become of it, and how many documents and drafts it holds."""

    cycle: Cycle
    outcome: Step | Blocked
    sheets: int
    drafts: int

    @property
    def ready(self) -> bool:
        return isinstance(self.outcome, Step)


@dataclass(frozen=True, slots=True)
class Preview:
    """The open cycles of a type that run by another definition than a new one would, with what each would become."""

    definition: GroupType
    rows: tuple[Row, ...]

    @property
    def ready(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.ready)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to one cycle: the number of its upgrade, or every reason why it stayed as it was."""

    cycle: Cycle
    upgrade_id: int | None
    reasons: tuple[Text, ...] = ()


def preview(school_id: int, type_key: str) -> Preview:
    """The dry run: every open cycle that is behind. Nothing is written. Invalid when the type cannot be used now."""
    definition = _target(school_id, type_key)
    return Preview(definition, tuple(_row(cycle, definition) for cycle in _behind(school_id, definition)))


def behind(school_id: int) -> dict[str, int]:
    """How many open cycles run by another definition than a new one would, by type; types without any are left out."""
    found: dict[str, int] = {}
    counted = (
        select(Cycle.type_key, Cycle.fingerprint, func.count())
        .where(Cycle.school_id == school_id, Cycle.closed_at.is_(None))
        .group_by(Cycle.type_key, Cycle.fingerprint)
    )
    for key, fingerprint, count in db.session.execute(counted):
        definition = offered(school_id, key)
        if definition is not None and definition.fingerprint != fingerprint:
            found[key] = found.get(key, 0) + count
    return found


def _target(school_id: int, type_key: str) -> GroupType:
    definition = offered(school_id, type_key)
    if definition is None:
        raise Invalid("Тип не установлен или в карантине", "The type is not installed or is quarantined")
    if switches(school_id).get(type_key) not in ("enabled", "draining"):
        raise Invalid("Сначала включите тип: сейчас его циклы стоят", "Enable the type first: its cycles stand still")
    return definition


def _behind(school_id: int, definition: GroupType) -> list[Cycle]:
    query = select(Cycle).where(
        Cycle.school_id == school_id,
        Cycle.type_key == definition.key,
        Cycle.closed_at.is_(None),
        Cycle.fingerprint != definition.fingerprint,
    )
    return list(db.session.scalars(query.order_by(Cycle.id)))


def _row(cycle: Cycle, definition: GroupType) -> Row:
    written = _written(cycle)
    drafts = db.session.scalar(select(func.count()).select_from(Draft).where(Draft.cycle_id == cycle.id)) or 0
    return Row(cycle, _plan(cycle, definition, written), len(written), drafts)


def _plan(cycle: Cycle, definition: GroupType, written: tuple[Written, ...]) -> Step | Blocked:
    state = Standing(cycle.version, cycle.stage, cycle.round, len(cycle.rounds), len(members(cycle.triad)), written)
    return plan(definition_of(cycle), definition, state)


def _written(cycle: Cycle) -> tuple[Written, ...]:
    """The documents of a cycle in the words of the definition it runs by now."""
    editions = Editions(cycle)
    found = []
    for row in db.session.scalars(select(Submission).where(Submission.cycle_id == cycle.id)):
        key, values = editions.today(row.fingerprint, row.form_key, row.values)
        form = editions.form_by(cycle.fingerprint, key)
        found.append(Written(key, row.round, frozenset(answered(form, values)) if form else frozenset()))
    return tuple(found)


def apply(
    by: Person | None, school_id: int, type_key: str, seen: str, only: Iterable[int] | None = None
) -> Sequence[Done]:
    """Upgrade the cycles of a type (``only`` these) that may be upgraded; each is a unit of its own, all or nothing.

    ``seen`` is the fingerprint of the definition the dry run told of. Raises Conflict when it is another one now.
    """
    definition = _target(school_id, type_key)
    if definition.fingerprint != seen:
        raise Conflict(*CHANGED)
    wanted = None if only is None else set(only)
    ids = [c.id for c in _behind(school_id, definition) if wanted is None or c.id in wanted]
    return [_apply(by, cycle_id, definition) for cycle_id in ids]


def _apply(by: Person | None, cycle_id: int, definition: GroupType) -> Done:
    with unit_of_work():
        cycle: Cycle = lock(Cycle, cycle_id)
        if cycle.closed_at is not None or cycle.fingerprint == definition.fingerprint:
            return Done(cycle, None, (Text("Цикл уже изменился", en="The cycle has changed meanwhile"),))
        step = _plan(cycle, definition, _written(cycle))
        if isinstance(step, Blocked):
            return Done(cycle, None, step.reasons)
        return Done(cycle, _move(by, cycle, definition, step))


def _move(by: Person | None, cycle: Cycle, definition: GroupType, step: Step) -> int:
    row = CycleUpgrade(
        cycle_id=cycle.id,
        version_before=cycle.version,
        version_after=definition.version,
        fingerprint_before=cycle.fingerprint,
        fingerprint_after=pin(definition),
        mapping=to_data(step.upgrades),
        by_id=by.id if by else None,
        at=now(),
    )
    surveys = list(db.session.scalars(select(SurveyRun).where(SurveyRun.cycle_id == cycle.id)))
    before = {"stage": cycle.stage, "runs": [[run.id, run.is_open] for run in surveys]}
    added = [Round(n=len(cycle.rounds) + n, kind=_kind(definition)) for n in range(1, step.rounds_added + 1)]
    cycle.rounds.extend(added)
    cycle.stage, cycle.version, cycle.fingerprint = step.target, definition.version, definition.fingerprint
    cycle.upgrades += 1
    open_here = set(definition.process.stage(step.target).surveys)
    for run in surveys:
        run.is_open = run.is_open and run.survey_key in open_here
    runs.enter(cycle, definition)
    db.session.flush()
    known = {run.id for run in surveys}
    opened = db.session.scalars(select(SurveyRun.id).where(SurveyRun.cycle_id == cycle.id)).all()
    row.before = {**before, "rounds": [r.id for r in added], "opened": [i for i in opened if i not in known]}
    told = {"from": row.fingerprint_before, "to": row.fingerprint_after, "note": [u.note for u in step.upgrades]}
    row.seq = journal.record(cycle, by, "upgraded", _told(row, step), source=step.source, given=told).seq
    db.session.add(row)
    db.session.flush()
    return row.id


def _kind(definition: GroupType) -> str:
    return definition.kinds[0].key if definition.kinds else ""


def _told(row: CycleUpgrade, step: Step) -> Text:
    if row.version_before == row.version_after:
        text = Text(
            "Цикл перешёл на обновлённое описание типа (версия {b})",
            en="The cycle goes on with the renewed definition of its type (version {b})",
        )
    else:
        text = Text("Цикл перешёл с версии {a} на версию {b}", en="The cycle has moved from version {a} to {b}")
    if step.source_title != step.target_title:
        text = Text(f"{text}: «{{source}}» → «{{target}}»", en=f"{text.en}: “{{source}}” → “{{target}}”")
    return text.fill(
        {"a": row.version_before, "b": row.version_after, "source": step.source_title, "target": step.target_title}
    )


@dataclass(frozen=True, slots=True)
class Past:
    """An upgrade that was carried out, by whom, and why it cannot be taken back (empty: it can)."""

    upgrade: CycleUpgrade
    cycle: Cycle
    who: str
    kept_because: str


def history(school_id: int, type_key: str) -> list[Past]:
    """The last hundred upgrades of a type in a school, newest first."""
    rows = db.session.execute(
        select(CycleUpgrade, Cycle, Person)
        .join(Cycle, Cycle.id == CycleUpgrade.cycle_id)
        .outerjoin(Person, Person.id == CycleUpgrade.by_id)
        .where(Cycle.school_id == school_id, Cycle.type_key == type_key)
        .order_by(CycleUpgrade.id.desc())
        .limit(100)
    ).all()
    return [Past(row, cycle, who.short_name if who else "", _moved_since(row, cycle)) for row, cycle, who in rows]


def undo(by: Person | None, school_id: int, upgrade_id: int) -> Cycle:
    """Take an upgrade back exactly. NotFound for another school's, Conflict once anything has moved since."""
    with unit_of_work():
        row = db.session.get(CycleUpgrade, upgrade_id)
        cycle: Cycle | None = lock(Cycle, row.cycle_id) if row else None
        if row is None or cycle is None or cycle.school_id != school_id:
            raise NotFound("Такого перехода нет", "There is no such upgrade")
        if reason := _moved_since(row, cycle):
            raise Conflict(reason, reason.en)
        source, before = cycle.stage, row.before
        for run_id in before["opened"]:
            db.session.execute(delete(SurveyToken).where(SurveyToken.run_id == run_id))
            db.session.execute(delete(SurveyRun).where(SurveyRun.id == run_id))
        for run_id, is_open in before["runs"]:
            run = db.session.get(SurveyRun, run_id)
            if run is not None:
                run.is_open = is_open
        db.session.execute(delete(Round).where(Round.id.in_(before["rounds"])))
        cycle.stage, cycle.version, cycle.fingerprint = before["stage"], row.version_before, row.fingerprint_before
        cycle.upgrades -= 1
        row.undone_at, row.undone_by = now(), by.id if by else None
        told = Text("Возвращена версия {a}", en="Version {a} is back").fill({"a": row.version_before})
        given = {"from": row.fingerprint_after, "to": row.fingerprint_before}
        journal.record(cycle, by, "upgrade_undone", told, source=source, given=given)
        db.session.flush()
        db.session.expire(cycle, ["rounds"])
        return cycle


def _moved_since(row: CycleUpgrade, cycle: Cycle) -> Text:
    """What has happened since an upgrade that would be lost if it were taken back; empty when nothing has."""
    if row.undone_at is not None:
        return Text("Уже возвращено", en="Taken back already")
    if cycle.seq != row.seq or cycle.fingerprint != row.fingerprint_after:
        return Text("С тех пор цикл продвинулся", en="The cycle has moved on since")
    for table in (Submission, Draft):
        written = select(table.id).where(
            table.cycle_id == cycle.id, table.fingerprint == row.fingerprint_after, table.updated_at >= row.at
        )
        if db.session.scalar(written.limit(1)) is not None:
            return Text("С тех пор в цикле писали по новой форме", en="Somebody has written by the new form since")
    opened = row.before.get("opened", [])
    told = select(SurveyRun.id).where(
        SurveyRun.id.in_(opened), (SurveyRun.answered > 0) | SurveyRun.id.in_(select(PaperSummary.run_id))
    )
    if db.session.scalar(told.limit(1)) is not None:
        return Text("На открытый переходом опрос уже ответили", en="The survey it has opened has answers")
    planned = select(Round.id).where(
        Round.id.in_(row.before.get("rounds", [])), Round.at.is_not(None) | Round.lead_id.is_not(None)
    )
    if db.session.scalar(planned.limit(1)) is not None:
        return Text("Добавленные уроки уже назначены", en="The rounds it has added are scheduled")
    return Text("")
