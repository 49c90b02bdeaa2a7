"""The parts of the view of a cycle, each made of the rows of a statement: read in a session, or by the hand of a press.

The same statements and the same values, whoever reads: a rule sees one cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select

from engine.core.frozen import FrozenDict
from engine.core.view import Person, RoundFacts, Sheet, SheetState
from engine.store import people as store
from engine.store.cycles import Round, Waiver
from engine.store.documents import Confirmation, Submission
from engine.store.groups import Threshold
from engine.store.prepared import Read, Row, Statement

#: A document a row, or one for each who has confirmed it as it stands.
SHEETS = Statement(
    select(
        Submission.id,
        Submission.form_key,
        Submission.round,
        Submission.person_id,
        Submission.state,
        Submission.values,
        Submission.submitted_at,
        Submission.fingerprint,
        Confirmation.person_id,
    )
    .outerjoin(
        Confirmation,
        and_(Confirmation.submission_id == Submission.id, Confirmation.content_hash == Submission.content_hash),
    )
    .where(Submission.cycle_id == bindparam("cycle"))
    .order_by(Submission.id)
)
_FORM, _CONFIRMED = 1, 8
_ROUNDS = Statement(
    select(
        Round.n,
        Round.kind,
        Round.at,
        Round.status,
        Round.done_at,
        Round.lead_id,
        Round.observers,
        Round.watch,
        Round.subject,
        Round.topic,
        Round.class_name,
        Round.class_size,
    )
    .where(Round.cycle_id == bindparam("cycle"))
    .order_by(Round.n)
)
_NAME = Statement(
    select(store.Person.last_name, store.Person.first_name, store.Person.patronymic).where(
        store.Person.id == bindparam("person")
    )
)
_THRESHOLDS = Statement(select(Threshold.key, Threshold.value).where(Threshold.group_id == bindparam("group")))
_WAIVED = Statement(
    select(Waiver.rule).where(
        Waiver.cycle_id == bindparam("cycle"), (Waiver.round == bindparam("round")) | (Waiver.round == 0)
    )
)


class Names:
    """Who is who: the team, and those who have left it, read when somebody of them is met."""

    def __init__(self, read: Read, team: Mapping[int, Person]) -> None:
        self._read, self._known = read, dict(team)

    def __call__(self, person_id: int) -> Person:
        if person_id not in self._known:
            found = self._read(_NAME, person=person_id)
            self._known[person_id] = Person(person_id, store.short_name(*found[0]) if found else "?")
        return self._known[person_id]


class Sheets:
    """The documents of a cycle, each made of its rows when somebody looks at its form.

    ``values`` makes a row of the driver one of Python. ``today`` tells a text of an older edition in today's words.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        names: Names,
        values: Callable[[Row], Row] = tuple,
        today: Callable[[str, str, Mapping[str, Any]], tuple[str, Mapping[str, Any]]] | None = None,
    ) -> None:
        self._names, self._values = names, values
        if today:
            rows = [_in_words_of_today(row, today) for row in map(values, rows)]
            self._values = tuple
        self._rows: dict[str, list[Row]] = {}
        for row in rows:
            self._rows.setdefault(row[_FORM], []).append(row)
        self._made: dict[str, tuple[Sheet, ...]] = {}

    def of(self, form: str) -> tuple[Sheet, ...]:
        """Every document of a form, the oldest first."""
        if form not in self._made:
            self._made[form] = self._of(self._rows.get(form, ()))
        return self._made[form]

    def all(self) -> tuple[Sheet, ...]:
        """Every document, the oldest first."""
        return tuple(sorted((sheet for form in self._rows for sheet in self.of(form)), key=lambda sheet: sheet.id))

    def _of(self, rows: Iterable[Row]) -> tuple[Sheet, ...]:
        first: dict[int, Row] = {}
        agreed: dict[int, list[int]] = {}
        for row in rows:
            first.setdefault(row[0], row)
            if row[_CONFIRMED] is not None:
                agreed.setdefault(row[0], []).append(row[_CONFIRMED])
        return tuple(self._sheet(row, frozenset(agreed.get(id_, ()))) for id_, row in first.items())

    def _sheet(self, row: Row, confirmed: frozenset[int]) -> Sheet:
        id_, form, round_, owner, state, values, at, *_ = self._values(row)
        stands: SheetState = "submitted" if state == "submitted" else "draft"
        return Sheet(form, round_, self._names(owner) if owner else None, values, stands, confirmed, at, id_)


def _in_words_of_today(row: Row, today: Callable[[str, str, Mapping[str, Any]], tuple[str, Mapping[str, Any]]]) -> Row:
    id_, form, round_, owner, state, values, at, fingerprint, confirmed = row
    form, values = today(fingerprint, form, values)
    return id_, form, round_, owner, state, values, at, fingerprint, confirmed


class _Lesson(NamedTuple):
    """A row of a round, named as the round itself."""

    n: int
    kind: str
    at: datetime | None
    status: str
    done_at: datetime | None
    lead_id: int | None
    observers: list[int]
    watch: dict[str, int]
    subject: str
    topic: str
    class_name: str
    class_size: int | None


def lead_of(n: int, named: int | None, team: Iterable[int]) -> int | None:
    """Who teaches lesson ``n``: the named teacher, or by rotation the member whose seat is the lesson's number."""
    seats = list(team)
    if named in seats:
        return named
    return seats[(n - 1) % len(seats)] if seats else None


def rounds(read: Read, cycle_id: int, team: Mapping[int, Person], names: Names) -> tuple[RoundFacts, ...]:
    """What is known of every round of a cycle."""
    return tuple(facts(_Lesson(*row), team, names) for row in read(_ROUNDS, cycle=cycle_id))


def facts(lesson: Round | _Lesson, team: Mapping[int, Person], names: Names) -> RoundFacts:
    """What is known of a round."""
    lead = lead_of(lesson.n, lesson.lead_id, team)
    observers = lesson.observers or [i for i in team if i != lead]
    return RoundFacts(
        n=lesson.n,
        kind=lesson.kind,
        at=lesson.at,
        status=lesson.status,
        done_at=lesson.done_at,
        facts=FrozenDict(
            lead=names(lesson.lead_id) if lesson.lead_id else None,
            observers=tuple([names(i) for i in observers]),
            watch=FrozenDict(lesson.watch),
            subject=lesson.subject,
            topic=lesson.topic,
            class_name=lesson.class_name,
            class_size=lesson.class_size,
        ),
    )


def thresholds(read: Read, group_id: int) -> Mapping[str, float]:
    """The thresholds of criteria as the leader of the group has set them."""
    return FrozenDict(read(_THRESHOLDS, group=group_id))


def waived(read: Read, cycle_id: int, round_: int) -> frozenset[str]:
    """The rules lifted for a round."""
    return frozenset(row[0] for row in read(_WAIVED, cycle=cycle_id, round=round_))
