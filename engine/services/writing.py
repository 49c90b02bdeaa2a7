"""What writing a document reads and writes, as prepared statements: everybody who types sends a draft every few
seconds, and whoever reads a page may read it as objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Date, and_, bindparam, exists, func, insert, select, update
from werkzeug.datastructures import MultiDict

from engine.core import fields
from engine.core.wording import answered
from engine.services.access import current
from engine.services.contents import content_hash
from engine.services.editions import Editions
from engine.services.keeping import KEPT, STORED, Kept, Place, Written
from engine.store.cycles import Cycle, Round
from engine.store.documents import Confirmation, Draft, Revision, Submission
from engine.store.groups import Group, Membership, Triad
from engine.store.people import Person
from engine.store.prepared import Call, Hand, Read, Row, Statement, insertion


class Desk(NamedTuple):
    """A cycle, and who somebody is to it today. ``welcome``: they are of its school, and their account is open."""

    id: int
    school_id: int
    type_key: str
    fingerprint: str
    upgrades: int
    rounds: int
    person_id: int
    leader_id: int | None
    psychologist_id: int | None
    welcome: bool
    seated: bool

    @property
    def held(self) -> set[str]:
        """What the person is to the cycle by its team and its group."""
        if not self.welcome:
            return set()
        found = {"triad_member"} if self.seated else set()
        if self.leader_id == self.person_id:
            found.add("group_leader")
        if self.psychologist_id == self.person_id:
            found.add("psychologist")
        return found


def _again(table: Any, *names: str) -> Statement:
    changes = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return Statement(update(table).where(table.c.id == bindparam("row")).values(changes))


_DESK = Statement(
    select(
        Cycle.id,
        Cycle.school_id,
        Cycle.type_key,
        Cycle.fingerprint,
        Cycle.upgrades,
        select(func.count()).select_from(Round).where(Round.cycle_id == Cycle.id).scalar_subquery(),
        Person.id,
        Group.leader_id,
        Group.psychologist_id,
        and_(Person.active, Person.school_id == Cycle.school_id),
        exists().where(
            Membership.triad_id == Cycle.triad_id,
            Membership.person_id == Person.id,
            current(Membership, bindparam("day", type_=Date)),
        ),
    )
    .select_from(Cycle)
    .join(Triad, Triad.id == Cycle.triad_id)
    .join(Group, Group.id == Triad.group_id)
    .join(Person, Person.id == bindparam("person"))
    .where(Cycle.id == bindparam("cycle"))
)
_PERSON = Statement(select(Person.id).where(Person.id == bindparam("person")).with_for_update(key_share=True))
_drafts: Any = Draft.__table__
#: The row is locked: an autosave must not write on one that a save takes away meanwhile.
_TYPED = Statement(KEPT.with_for_update(of=Draft))
_TYPE = Statement(insertion(Draft))
_TYPE_ON = _again(_drafts, "raw", "updated_at")
_TYPE_ANEW = _again(_drafts, "raw", "updated_at", "aside", "form_key", "fingerprint")
_FORGET = Statement(_drafts.delete().where(Draft.id == bindparam("row")))
_submissions: Any = Submission.__table__
_WRITTEN = Statement(STORED.with_for_update(of=Submission))
_ID = Statement(
    select(Submission.id).where(
        Submission.cycle_id == bindparam("cycle"),
        Submission.round == bindparam("n"),
        Submission.owner == bindparam("whose"),
        Submission.form_key == bindparam("form"),
    )
)
_CHANGED = ("state", "version", "values", "content_hash", "fingerprint", "updated_at", "updated_by", "submitted_at")
_WRITE = Statement(insertion(Submission))
_WRITE_ON = _again(_submissions, *_CHANGED)
_RENAME = _again(_submissions, "form_key")
_EARLIER = Statement(insertion(Revision))
_agreed: Any = Confirmation.__table__
_AGREE = Statement(
    insert(_agreed).from_select(
        ["submission_id", "person_id", "content_hash", "at"],
        select(
            bindparam("row", type_=Confirmation.submission_id.type),
            bindparam("person", type_=Confirmation.person_id.type),
            bindparam("hash", type_=Confirmation.content_hash.type),
            bindparam("moment", type_=Confirmation.at.type),
        ).where(
            ~exists().where(
                Confirmation.submission_id == bindparam("row"),
                Confirmation.person_id == bindparam("person"),
                Confirmation.content_hash == bindparam("hash"),
            )
        ),
    )
)


def _asked(cycle_id: int, person_id: int, day: date) -> Call:
    return _DESK, {"cycle": cycle_id, "person": person_id, "day": day}


def desk(read: Read, cycle_id: int, person_id: int, day: date) -> Desk | None:
    """The cycle and who the person is to it; None when there is no such cycle."""
    statement, of = _asked(cycle_id, person_id, day)
    found = read(statement, **of)
    return Desk(*found[0]) if found else None


def begin(hand: Hand, place: Place, person_id: int, day: date) -> tuple[Desk | None, Sequence[Row]]:
    """The desk, and what the person is typing there; two windows of one person may send their first draft at once."""
    lock = () if hand.alone else ((_PERSON, {"person": person_id}),)
    at_desk, *_, typed = hand.together(_asked(place.cycle_id, person_id, day), *lock, draft_at(place, person_id))
    return (Desk(*hand.values(_DESK, at_desk[0])) if at_desk else None), typed


def draft_at(place: Place, person_id: int) -> Call:
    """Asks for the person's draft of a document."""
    return _TYPED, {"person": person_id, "cycle": place.cycle_id, "n": place.round, "form": place.form}


def text_at(place: Place) -> Call:
    """Asks for a document as it stands, locked until the unit ends."""
    return _WRITTEN, place.named


def typed(hand: Hand, editions: Editions, place: Place, rows: Sequence[Row]) -> Kept | None:
    """The draft among the rows of :func:`draft_at`."""
    found = (Kept(*hand.values(_TYPED, row)) for row in rows)
    return next((row for row in found if editions.means(row, place.form)), None)


def written(hand: Hand, editions: Editions, place: Place, rows: Sequence[Row]) -> Written | None:
    """The document among the rows of :func:`text_at`."""
    found = (Written(*hand.values(_WRITTEN, row)) for row in rows)
    return next((row for row in found if editions.means(row, place.form)), None)


def stored(hand: Hand, editions: Editions, place: Place) -> Written | None:
    """The document as it stands, locked until the unit ends."""
    return written(hand, editions, place, hand.together(text_at(place))[0])


def keep(
    hand: Hand,
    editions: Editions,
    person_id: int,
    place: Place,
    found: Kept | None,
    raw: Sequence[Sequence[str]],
    base: int,
    made: str,
    moment: datetime,
) -> None:
    """Keep what is being typed. ``made`` is the definition the page was made by.

    What today's page has no input for is put aside, never thrown away.
    """
    kept, aside = editions.typed(made, place.form if not made else _key(editions, made, place.form), raw)
    form, fingerprint = place.form, editions.cycle.fingerprint
    if found is None:
        row = {"person_id": person_id, "cycle_id": place.cycle_id, "round": place.round, "form_key": form}
        text = {"base": base, "raw": kept, "fingerprint": fingerprint, "aside": aside, "updated_at": moment}
        hand.write((_TYPE, {**row, **text}))
        return
    change = {"row": found.id, "new_raw": kept, "new_updated_at": moment}
    aside = put_aside(editions, found, aside)
    if (found.form_key, found.fingerprint, found.aside) == (form, fingerprint, aside):
        hand.write((_TYPE_ON, change))
    else:
        words = {"new_aside": aside, "new_form_key": form, "new_fingerprint": fingerprint}
        hand.write((_TYPE_ANEW, {**change, **words}))


def put_aside(editions: Editions, found: Kept, more: Sequence[list[str]] = ()) -> list[list[str]]:
    """What a draft holds for questions that are asked no more, with ``more`` of the kind."""
    if editions.is_old(found.fingerprint):
        more = [*editions.typed(found.fingerprint, found.form_key, found.raw)[1], *more]
    known = {tuple(entry) for entry in found.aside}
    return [*found.aside, *(entry for entry in more if tuple(entry) not in known)]


def _key(editions: Editions, fingerprint: str, key: str) -> str:
    """What the form called ``key`` today was called in the definition of a page."""
    for form in editions.definition_by(fingerprint).forms:
        if editions.key_now(fingerprint, form.key) == key:
            return form.key
    return key


def write(
    hand: Hand,
    editions: Editions,
    person_id: int,
    place: Place,
    before: Written | None,
    draft: Kept | None,
    values: dict[str, Any],
    *,
    complete: bool,
    moment: datetime,
) -> Written:
    """Write a document; the text before it is kept whole, by the form it was written by. The draft goes: what it holds
    for questions that are asked no more becomes an earlier text of the document."""
    aside = _pages(editions, place, draft) if draft else []
    version = before.version + 1 if before else 1
    row = Written(
        id=before.id if before else 0,
        cycle_id=place.cycle_id,
        form_key=place.form,
        round=place.round,
        owner=place.owner,
        person_id=before.person_id if before else place.owner or None,
        state="submitted" if complete else "draft",
        version=version + len(aside),
        values=values,
        content_hash=content_hash(values),
        fingerprint=editions.definition.fingerprint,
        updated_at=moment,
        updated_by=person_id,
        submitted_at=moment if complete else None,
    )
    told = row._asdict()
    if before is None:
        hand.write((_WRITE, told))
        row = row._replace(id=hand.rows(_ID, **place.named)[0][0])
    else:
        hand.write(_earlier(before), (_WRITE_ON, {"row": row.id, **{f"new_{name}": told[name] for name in _CHANGED}}))
        if before.form_key != row.form_key:
            hand.write((_RENAME, {"row": row.id, "new_form_key": row.form_key}))
    for number, (fingerprint, key, said) in enumerate(aside, version):
        hand.write(
            _earlier(row._replace(version=number, state="draft", values=said, form_key=key, fingerprint=fingerprint))
        )
    if draft:
        forget(hand, draft.id)
    return row


def _earlier(row: Written) -> Call:
    text = {name: getattr(row, name) for name in ("version", "state", "values", "form_key", "fingerprint")}
    return _EARLIER, {**text, "submission_id": row.id, "by_id": row.updated_by, "at": row.updated_at}


def _pages(editions: Editions, place: Place, found: Kept) -> list[tuple[str, str, dict[str, Any]]]:
    """What was put aside, as (fingerprint, form, values) of the pages it was typed into."""
    pages: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for fingerprint, key, given, text in put_aside(editions, found):
        pages.setdefault((fingerprint, key), []).append((given, text))
    told = []
    for (fingerprint, key), raw in pages.items():
        form = editions.form_by(fingerprint, key)
        if form is None:
            continue
        bound = fields.bind(form, {}, posted=MultiDict(raw), round_=place.round or None, strict=False)
        said = fields.values_of(form, bound, place.round or None)
        named = {name.split(".")[0] for name in answered(form, said)}
        told.append((fingerprint, key, {field: value for field, value in said.items() if field in named}))
    return told


def forget(hand: Hand, draft_id: int) -> None:
    """Throw a draft away."""
    hand.write((_FORGET, {"row": draft_id}))


def agree(hand: Hand, person_id: int, submission_id: int, hash_: str, moment: datetime) -> None:
    """Note that the person agrees with the document as it stands; twice is once."""
    hand.write((_AGREE, {"row": submission_id, "person": person_id, "hash": hash_, "moment": moment}))
