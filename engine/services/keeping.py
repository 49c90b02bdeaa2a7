"""How a document is kept: found in whatever words it was written, written anew with its earlier text beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engine.core import fields
from engine.core.wording import answered
from engine.services.contents import content_hash
from engine.services.editions import Editions
from engine.services.host import now
from engine.store.database import db
from engine.store.documents import Confirmation, Draft, Revision, Submission
from engine.store.people import Person


@dataclass(frozen=True, slots=True)
class Place:
    """Which document: a form of a cycle, its round (0: once per cycle) and whose (0: shared)."""

    cycle_id: int
    form: str
    round: int
    owner: int = 0


def stored(editions: Editions, place: Place, *, locked: bool = False) -> Submission | None:
    """The document as it stands; None when nobody has saved it yet."""
    query = select(Submission).where(
        Submission.cycle_id == place.cycle_id, Submission.round == place.round, Submission.owner == place.owner
    )
    if not editions.cycle.upgrades:
        query = query.where(Submission.form_key == place.form)
    rows = db.session.scalars(query.with_for_update() if locked else query)
    return next((row for row in rows if editions.means(row, place.form)), None)


def draft(editions: Editions, person: Person, place: Place) -> Draft | None:
    """What the person is typing there."""
    query = select(Draft).where(
        Draft.person_id == person.id, Draft.cycle_id == place.cycle_id, Draft.round == place.round
    )
    if not editions.cycle.upgrades:
        query = query.where(Draft.form_key == place.form)
    return next((row for row in db.session.scalars(query) if editions.means(row, place.form)), None)


def keep(editions: Editions, person: Person, place: Place, raw: Sequence[Sequence[str]], base: int, made: str) -> Draft:
    """Keep what is being typed, inside a unit of work. ``made`` is the definition the page was made by.

    What today's page has no input for is put aside, never thrown away.
    """
    kept, aside = editions.typed(made, place.form if not made else _key(editions, made, place.form), raw)
    found = draft(editions, person, place)
    if found is None:
        found = Draft(person_id=person.id, cycle_id=place.cycle_id, round=place.round, base=base, aside=[])
        db.session.add(found)
    elif editions.is_old(found.fingerprint):
        aside = [*editions.typed(found.fingerprint, found.form_key, found.raw)[1], *aside]
    known = {tuple(entry) for entry in found.aside}
    found.aside = [*found.aside, *(entry for entry in aside if tuple(entry) not in known)]
    found.form_key, found.fingerprint = place.form, editions.cycle.fingerprint
    found.raw, found.updated_at = kept, now()
    return found


def _key(editions: Editions, fingerprint: str, key: str) -> str:
    """What the form called ``key`` today was called in the definition of a page."""
    for form in editions.definition_by(fingerprint).forms:
        if editions.key_now(fingerprint, form.key) == key:
            return form.key
    return key


def write(
    person: Person, place: Place, editions: Editions, row: Submission | None, values: dict[str, Any], complete: bool
) -> Submission:
    """Write a document inside a unit of work; the text before it is kept whole, by the form it was written by."""
    moment = now()
    if row is None:
        row = Submission(
            cycle_id=place.cycle_id,
            round=place.round,
            owner=place.owner,
            person_id=place.owner or None,
            version=0,
            values={},
            updated_at=moment,
            updated_by=person.id,
        )
        db.session.add(row)
    else:
        db.session.add(
            Revision(
                submission_id=row.id,
                version=row.version,
                state=row.state,
                values=row.values,
                form_key=row.form_key,
                fingerprint=row.fingerprint,
                by_id=row.updated_by,
                at=row.updated_at,
            )
        )
    row.values, row.content_hash = values, content_hash(values)
    row.version += 1
    row.state = "submitted" if complete else "draft"
    row.submitted_at = moment if complete else None
    row.form_key, row.fingerprint = place.form, editions.definition.fingerprint
    row.updated_at, row.updated_by = moment, person.id
    db.session.flush()
    return row


def keep_aside(person: Person, editions: Editions, row: Submission, found: Draft) -> None:
    """What a draft holds for questions that are asked no more becomes an earlier text of the document."""
    pages: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for fingerprint, key, given, text in found.aside:
        pages.setdefault((fingerprint, key), []).append((given, text))
    for (fingerprint, key), raw in pages.items():
        form = editions.form_by(fingerprint, key)
        if form is None:
            continue
        bound = fields.bind(form, {}, posted=MultiDict(raw), round_=row.round or None, strict=False)
        said = fields.values_of(form, bound, row.round or None)
        told = {place.split(".")[0] for place in answered(form, said)}
        values = {field: value for field, value in said.items() if field in told}
        text = Revision(submission_id=row.id, version=row.version, state="draft", values=values, form_key=key)
        text.fingerprint, text.by_id, text.at = fingerprint, person.id, found.updated_at
        db.session.add(text)
        row.version += 1


def confirm(person: Person, row: Submission) -> None:
    """Note that the person agrees with the document as it stands; twice is once."""
    known = select(Confirmation.id).where(
        Confirmation.submission_id == row.id,
        Confirmation.person_id == person.id,
        Confirmation.content_hash == row.content_hash,
    )
    if db.session.scalar(known) is None:
        db.session.add(Confirmation(submission_id=row.id, person_id=person.id, content_hash=row.content_hash, at=now()))
