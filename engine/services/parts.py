"""The parts of the view of a cycle, each made of the rows of a statement: read in a session, or by the hand of a press.

The same statements and the same values, whoever reads: a rule sees one cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select

from engine.core.frozen import FrozenDict, frozen
from engine.core.view import Person, RoundFacts
from engine.core.view import Sheet as Document
from engine.services.names import Names, Within
from engine.store.cycles import Round, Waiver
from engine.store.documents import Confirmation, Submission
from engine.store.groups import Threshold
from engine.store.prepared import Call, Read, Row, Statement
from engine.store.together import Keyed

#: A document a row, or one for each who has confirmed it as it stands.
_sheets = select(
    Submission.id,
    Submission.form_key,
    Submission.round,
    Submission.person_id,
    Submission.state,
    Submission.values,
    Submission.submitted_at,
    Confirmation.person_id,
).outerjoin(
    Confirmation,
    and_(Confirmation.submission_id == Submission.id, Confirmation.content_hash == Submission.content_hash),
)
#: With the edition each is written in.
SHEETS = Keyed(_sheets.add_columns(Submission.fingerprint), Submission.cycle_id, "cycle")


class OfForms(NamedTuple):
    """Asks for the documents of some forms of a cycle."""

    statement: Statement
    named: Mapping[str, str]

    def call(self, cycle_id: int) -> Call:
        return self.statement, {"cycle": cycle_id, **self.named}


def of_forms(forms: Iterable[str]) -> OfForms:
    """For presses of one kind again and again."""
    named = {f"form{n}": form for n, form in enumerate(forms)}
    return OfForms(_of_forms(len(named)), named)


@cache
def _of_forms(count: int) -> Statement:
    forms = [bindparam(f"form{n}", type_=Submission.form_key.type) for n in range(count)]
    return Statement(_sheets.where(Submission.cycle_id == bindparam("cycle"), Submission.form_key.in_(forms)))


_FORM, _ROUND, _OWNER, _STATE, _VALUES, _AT, _CONFIRMED = range(1, 8)
#: Where a row of a round names who teaches it.
_LEAD = 5
ROUNDS = Keyed(
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
    ).order_by(Round.n),
    Round.cycle_id,
    "cycle",
)
_THRESHOLDS = Keyed(select(Threshold.key, Threshold.value), Threshold.group_id, "group")
_WAIVED = Keyed(
    select(Waiver.rule).where((Waiver.round == bindparam("round")) | (Waiver.round == 0)), Waiver.cycle_id, "cycle"
)

Values = Callable[[Row], Row]
_put = object.__setattr__


class Sheet(Document):
    """A document that was looked for; what is written in it is made of its row when somebody looks inside. Named as
    what it is: what a failing plugin was given is masked by its name."""

    __slots__ = ("_inside",)
    _inside: Callable[[], Row]

    def __init__(self, row: Row, person: Person | None, confirmed: frozenset[int], inside: Callable[[], Row]) -> None:
        _put(self, "form", row[_FORM])
        _put(self, "round", row[_ROUND])
        _put(self, "person", person)
        _put(self, "state", "submitted" if row[_STATE] == "submitted" else "draft")
        _put(self, "confirmed", confirmed)
        _put(self, "id", row[0])
        _put(self, "_inside", inside)

    def __getattr__(self, name: str) -> Any:
        if name not in ("values", "at"):
            raise AttributeError(name)
        row = self._inside()
        _put(self, "values", frozen(row[_VALUES]))
        _put(self, "at", row[_AT])
        return getattr(self, name)


class Sheets:
    """The documents of a cycle, each made of its rows when somebody looks at its form.

    ``values`` makes a row of the driver one of Python. ``today`` tells a text of an older edition in today's words.
    Where ``rows`` are of the forms in ``known`` alone, ``more`` reads those of another form, or ("") every one.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        names: Names,
        values: Values = tuple,
        today: Callable[[str, str, Mapping[str, Any]], tuple[str, Mapping[str, Any]]] | None = None,
        *,
        known: Collection[str] | None = None,
        more: Callable[[str], tuple[Sequence[Row], Values]] = lambda form: ((), tuple),
    ) -> None:
        self.names, self._values = names, values
        self._known, self._more = known, more
        if today:
            rows = [_in_words_of_today(row, today) for row in map(values, rows)]
            self._values = tuple
        self._rows = rows
        #: The view whose documents they are, to be told what stands in the way of whoever looks inside one.
        self.within: Within = lambda: None
        #: By form, the rows of what somebody has looked for: the first of each document, and who has confirmed it.
        self.forms: dict[str, list[tuple[Row, list[int], Values]]] = {}
        #: By number, what somebody has looked at.
        self.made: dict[int, Document] = {}

    def of(self, form: str, rounds: Collection[int] | None = None) -> list[Document]:
        """The documents of a form (those of ``rounds``), the oldest first."""
        found = self.forms.get(form)
        if found is None:
            found = self.forms[form] = self._found(form)
        return [
            self.made.get(one[0][0]) or self._sheet(*one) for one in found if rounds is None or one[0][_ROUND] in rounds
        ]

    def all(self) -> tuple[Document, ...]:
        """Every document, the oldest first."""
        if self._known is not None:
            self._rows, self._values = self._more("")
            self._known = None
        forms = {row[_FORM] for row in self._rows}
        return tuple(sorted((sheet for form in forms for sheet in self.of(form)), key=lambda sheet: sheet.id))

    def _found(self, form: str) -> list[tuple[Row, list[int], Values]]:
        there = self._known is None or form in self._known
        rows, values = (self._rows, self._values) if there else self._more(form)
        found: dict[int, tuple[Row, list[int], Values]] = {}
        for row in rows:
            if row[_FORM] == form:
                known = found.get(row[0])
                if known is None:
                    known = found[row[0]] = row, [], values
                if row[_CONFIRMED] is not None:
                    known[1].append(row[_CONFIRMED])
        return [found[id_] for id_ in sorted(found)]

    def _sheet(self, row: Row, confirmed: list[int], read: Values) -> Document:
        owner = row[_OWNER]
        whose = self.names(owner) if owner else None
        made = self.made[row[0]] = Sheet(row, whose, frozenset(confirmed), partial(_inside, self.within, read, row))
        return made


def _inside(within: Within, read: Values, row: Row) -> Row:
    view = within()
    return read(row) if view is None else view.look(read, row)


def _in_words_of_today(row: Row, today: Callable[[str, str, Mapping[str, Any]], tuple[str, Mapping[str, Any]]]) -> Row:
    id_, form, round_, owner, state, values, at, confirmed, fingerprint, *_ = row
    form, values = today(fingerprint, form, values)
    return id_, form, round_, owner, state, values, at, confirmed, fingerprint


class _Lesson(NamedTuple):
    """A row of a round."""

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


#: What a row of a round holds, by the names of the round itself.
LESSON = _Lesson._fields


def lead_of(n: int, named: int | None, team: Iterable[int]) -> int | None:
    """Who teaches lesson ``n``: the named teacher, or by rotation the member whose seat is the lesson's number."""
    seats = list(team)
    if named in seats:
        return named
    return seats[(n - 1) % len(seats)] if seats else None


def rounds(read: Read, cycle_id: int, team: Collection[int], names: Names) -> tuple[RoundFacts, ...]:
    """What is known of every round of a cycle."""
    return rounds_of(read(ROUNDS, cycle=cycle_id), team, names)


def rounds_of(rows: Iterable[Row], team: Collection[int], names: Names) -> tuple[RoundFacts, ...]:
    """The same of rows that are there."""
    return tuple([_facts(_Lesson(*row), team, names) for row in rows])


def holders(
    team: Iterable[int], lead: int | None, leader: int | None, psychologist: int | None
) -> dict[str, tuple[int, ...]]:
    """Who holds which role, by number."""
    seats = tuple(team)
    return {
        "triad_member": seats,
        "lead_teacher": (lead,) if lead is not None else (),
        "observer": tuple([id_ for id_ in seats if id_ != lead]),
        "group_leader": (leader,) if leader else (),
        "psychologist": (psychologist,) if psychologist else (),
    }


def teaches(rows: Iterable[Row], n: int, team: Iterable[int]) -> int | None:
    """Who teaches lesson ``n``, by rows of any driver (a number is one there); None where there is no such lesson."""
    for row in rows:
        if row[0] == n:
            return lead_of(n, row[_LEAD], team)
    return None


def _facts(lesson: _Lesson, team: Collection[int], names: Names) -> RoundFacts:
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
