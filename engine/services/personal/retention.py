"""How long classes of data are kept, and the round that destroys what is over (domain brief §6). Figures stay.

Notes about pupils go soon after a cycle is closed; of sheets the words go and the scores stay; raw answers of surveys
become counts. Each round that destroyed something leaves an act.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select

from engine.core.forms import Field, Form, Indicator, Rows
from engine.core.text import Text
from engine.services import files
from engine.services.access import require_admin
from engine.services.editions import Editions
from engine.services.errors import Invalid
from engine.services.host import now
from engine.services.personal.erasure import next_number
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Draft, Revision, StoredFile, Submission
from engine.store.people import FailedSignIn, Person, School, SignIn
from engine.store.personal import DestructionAct, RetentionTerm
from engine.store.surveys import SurveyAnswer, SurveyCount, SurveyRun, SurveyText, SurveyToken
from engine.store.unit import lock, unit_of_work

LONGEST = 36500
_Goes = Callable[[Form, Field], bool]


@dataclass(frozen=True, slots=True)
class DataClass:
    """A class of data and its usual term in days; ``what`` has a place for the term in words."""

    title: Text
    what: Text
    days: int


CLASSES: dict[str, DataClass] = {
    "pupil_notes": DataClass(
        Text("Записи об исследуемых учениках", en="Notes about case pupils"),
        Text(
            "через {term} после закрытия цикла записи и фото работ удаляются, показатели остаются",
            en="{term} after a cycle is closed notes and photos go, figures stay",
        ),
        30,
    ),
    "drafts": DataClass(
        Text("Черновики закрытых циклов", en="Drafts of closed cycles"),
        Text("через {term} после закрытия цикла", en="{term} after a cycle is closed"),
        30,
    ),
    "surveys": DataClass(
        Text("Ответы опросов по листам", en="Answers of surveys, sheet by sheet"),
        Text(
            "через {term} листы становятся итогами, свободные ответы удаляются",
            en="after {term} sheets become counts, open answers go",
        ),
        365,
    ),
    "sheets": DataClass(
        Text("Тексты листов наблюдения", en="Words of observation sheets"),
        Text("через {term} слова удаляются, оценки остаются", en="after {term} words go, scores stay"),
        1095,
    ),
    "sign_ins": DataClass(
        Text("Журнал входов", en="Sign-ins"),
        Text("входы, которыми {term} не пользовались", en="sign-ins not used for {term}"),
        365,
    ),
}


def terms(school_id: int) -> dict[str, int]:
    """The terms of a school in days: the usual ones, or those it has set."""
    own = dict(
        db.session.execute(
            select(RetentionTerm.data_class, RetentionTerm.days).where(RetentionTerm.school_id == school_id)
        ).all()
    )
    return {key: own.get(key, known.days) for key, known in CLASSES.items()}


def set_terms(admin: Person, wanted: dict[str, int | None]) -> None:
    """Set the terms of the school, all or none. Raises Invalid for a term below one day or without end."""
    require_admin(admin)
    text = Text("Введите число дней от 1 до {n}", en="Type a number of days from 1 to {n}").fill({"n": str(LONGEST)})
    errors: dict[str, list[str]] = {
        key: [text] for key, days in wanted.items() if key in CLASSES and (days is None or not 1 <= days <= LONGEST)
    }
    if errors:
        raise Invalid(text, text.en, errors)
    with unit_of_work():
        lock(School, admin.school_id)
        for key, days in wanted.items():
            if key not in CLASSES or days is None:
                continue
            row = db.session.get(RetentionTerm, (admin.school_id, key))
            if row is None:
                row = RetentionTerm(school_id=admin.school_id, data_class=key)
                db.session.add(row)
            row.days, row.changed_at, row.changed_by = days, now(), admin.id


def due(admin: Person) -> dict[str, int]:
    """How much the next round would destroy, by class: cycles, drafts, surveys, sign-ins."""
    require_admin(admin)
    return {key: len(find(admin.school_id, _before(admin.school_id, key))) for key, find in _DUE.items()}


def _before(school_id: int, key: str) -> datetime:
    return now() - timedelta(days=terms(school_id)[key])


def apply() -> int:
    """Destroy what is over in every school. Returns how many acts were written."""
    schools = db.session.scalars(select(School.id).order_by(School.id)).all()
    return sum(_apply(school_id) for school_id in schools)


def _apply(school_id: int) -> bool:
    if not any(find(school_id, _before(school_id, key)) for key, find in _DUE.items()):
        return False
    places: list[str] = []
    with unit_of_work():
        lock(School, school_id)
        started, counts = now(), Counter[str]()
        for key, find in _DUE.items():
            for row_id in find(school_id, _before(school_id, key)):
                places += _CLEAR[key](row_id, counts)
        if not counts:
            return False
        db.session.add(
            DestructionAct(
                school_id=school_id,
                number=next_number(school_id),
                kind="retention",
                basis=str(Text("Истёк срок хранения", en="The term of keeping is over")),
                counts=dict(sorted(counts.items())),
                started_at=started,
                finished_at=now(),
            )
        )
    for stored_as in places:
        files.discard(stored_as)
    return True


def _closed(school_id: int, before: datetime, cleared: Any) -> list[Any]:
    query = select(Cycle.id).where(Cycle.school_id == school_id, Cycle.closed_at < before, cleared.is_(None))
    return list(db.session.scalars(query.order_by(Cycle.id)))


def _drafts(school_id: int, before: datetime) -> list[Any]:
    query = select(Draft.id).join(Cycle, Cycle.id == Draft.cycle_id)
    return list(db.session.scalars(query.where(Cycle.school_id == school_id, Cycle.closed_at < before)))


def _surveys(school_id: int, before: datetime) -> list[Any]:
    raw = or_(
        SurveyRun.id.in_(select(SurveyAnswer.run_id)),
        SurveyRun.id.in_(select(SurveyText.run_id)),
        SurveyRun.id.in_(select(SurveyToken.run_id)),
    )
    query = select(SurveyRun.id).join(Cycle, Cycle.id == SurveyRun.cycle_id)
    return list(db.session.scalars(query.where(Cycle.school_id == school_id, Cycle.closed_at < before, raw)))


def _sign_ins(school_id: int, before: datetime) -> list[Any]:
    query = select(SignIn.id).join(Person, Person.id == SignIn.person_id)
    return list(db.session.scalars(query.where(Person.school_id == school_id, SignIn.seen_at < before)))


_DUE: dict[str, Callable[[int, datetime], list[Any]]] = {
    "pupil_notes": lambda school_id, before: _closed(school_id, before, Cycle.notes_cleared_at),
    "drafts": _drafts,
    "surveys": _surveys,
    "sheets": lambda school_id, before: _closed(school_id, before, Cycle.sheets_cleared_at),
    "sign_ins": _sign_ins,
}


def _clear_notes(cycle_id: int, counts: Counter[str]) -> list[str]:
    cycle: Cycle = lock(Cycle, cycle_id)
    cycle.notes_cleared_at = now()
    return _clear(cycle, counts, lambda form, field: field.private)


def _clear_sheets(cycle_id: int, counts: Counter[str]) -> list[str]:
    cycle: Cycle = lock(Cycle, cycle_id)
    cycle.sheets_cleared_at = now()
    return _clear(cycle, counts, lambda form, field: form.filling == "each")


def _clear(cycle: Cycle, counts: Counter[str], goes: _Goes) -> list[str]:
    """Take the answers that go out of every document of a cycle and of its earlier texts; scores are no answers."""
    editions = Editions(cycle)
    gone: set[int] = set()
    for row in db.session.scalars(select(Submission).where(Submission.cycle_id == cycle.id)).all():
        form = editions.form_by(row.fingerprint, row.form_key)
        values, lost = _without(form, row.values, goes) if form else (row.values, set[int]())
        if values != row.values:
            row.values = values
            counts["submission"] += 1
            gone |= lost
        for old in db.session.scalars(select(Revision).where(Revision.submission_id == row.id)).all():
            form = editions.form_by(old.fingerprint, old.form_key) or form
            kept, lost = _without(form, old.values, goes) if form else (old.values, set[int]())
            if kept != old.values:
                old.values = kept
                counts["revision"] += 1
                gone |= lost
    return _destroy(cycle, gone, counts)


def _without(form: Form, values: dict[str, Any], goes: _Goes) -> tuple[dict[str, Any], set[int]]:
    kept, lost = dict(values), set[int]()
    for _section, item in form.items():
        if item.key not in kept or isinstance(item, Indicator):
            continue
        if isinstance(item, Rows):
            doomed = {c.key: c for c in item.columns if goes(form, c)}
            if doomed:
                for row in kept[item.key] or ():
                    lost |= {i for k, c in doomed.items() if c.kind == "files" for i in row.get(k) or ()}
                kept[item.key] = [{k: v for k, v in row.items() if k not in doomed} for row in kept[item.key] or ()]
        elif goes(form, item):
            lost |= set(kept[item.key] or ()) if item.kind == "files" else set()
            kept[item.key] = [] if isinstance(kept[item.key], list) else None
    return kept, lost


def _destroy(cycle: Cycle, ids: set[int], counts: Counter[str]) -> list[str]:
    rows = db.session.scalars(select(StoredFile).where(StoredFile.cycle_id == cycle.id, StoredFile.id.in_(ids))).all()
    places = [row.stored_as for row in rows]
    for row in rows:
        db.session.delete(row)
    counts["stored_file"] += len(rows)
    return places


def _clear_draft(draft_id: int, counts: Counter[str]) -> list[str]:
    counts["draft"] += 1
    db.session.execute(delete(Draft).where(Draft.id == draft_id))
    return []


def _clear_survey(run_id: int, counts: Counter[str]) -> list[str]:
    """Sheets become counts, added to those that are there; open answers and tokens go."""
    totals: Counter[tuple[str, str]] = Counter()
    sheets = db.session.scalars(select(SurveyAnswer).where(SurveyAnswer.run_id == run_id)).all()
    for sheet in sheets:
        totals.update((question, str(option)) for question, option in sheet.choices.items())
    for (question, option), n in totals.items():
        row = db.session.get(SurveyCount, (run_id, question, option))
        if row is None:
            row = SurveyCount(run_id=run_id, question=question, option=option, n=0)
            db.session.add(row)
        row.n += n
    counts["survey_answer"] += len(sheets)
    for table in (SurveyAnswer, SurveyText, SurveyToken):
        gone = db.session.execute(delete(table).where(table.run_id == run_id))
        if table is SurveyText:
            counts["survey_text"] += int(getattr(gone, "rowcount", 0))
    return []


def _clear_sign_in(sign_in_id: int, counts: Counter[str]) -> list[str]:
    counts["sign_in"] += 1
    db.session.execute(delete(SignIn).where(SignIn.id == sign_in_id))
    db.session.execute(delete(FailedSignIn).where(FailedSignIn.at < now() - timedelta(days=30)))
    return []


_CLEAR: dict[str, Callable[[Any, Counter[str]], list[str]]] = {
    "pupil_notes": _clear_notes,
    "drafts": _clear_draft,
    "surveys": _clear_survey,
    "sheets": _clear_sheets,
    "sign_ins": _clear_sign_in,
}
