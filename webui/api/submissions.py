"""Documents of a cycle: listed, read, kept as a draft, saved, handed in, confirmed."""

from __future__ import annotations

from typing import Any

from engine.services import documents, filling, sheets
from engine.services.access import cycle_for
from engine.services.documents import Page, Place
from webui.api.door import bearer, operation
from webui.api.shapes import cycles as shapes
from webui.api.shapes.common import maybe, moment, question, words
from webui.api.shapes.school import Nothing
from webui.cycles.views import VIEWERS

_ONE = "/cycles/<int:cycle_id>/submissions/<form_key>/<int:round_>"


@operation("GET", "/cycles/<int:cycle_id>/submissions", shapes.Submissions, tag="submissions", query=Nothing)
def submission_list(cycle_id: int, query: Nothing) -> shapes.Submissions:
    """The documents of a cycle that one may read, and those that wait for one to begin them."""
    person = bearer().person
    found = cycle_for(person, cycle_id, VIEWERS)
    lines = sheets.of_cycle(person, found)
    return shapes.Submissions(items=[shapes.SubmissionLine(**_line(x.form, x.round, x.owner, x.stored)) for x in lines])


def _line(form: Any, round_: int, owner: int, stored: Any) -> dict[str, Any]:
    return {
        "form": form.key,
        "title": words(form.title),
        "round": round_,
        "owner_id": owner or None,
        "state": stored.state if stored else "none",
        "version": stored.version if stored else 0,
        "updated_at": maybe(stored.updated_at) if stored else None,
        "submitted_at": maybe(stored.submitted_at) if stored else None,
    }


@operation("GET", _ONE, shapes.Submission, tag="submissions", query=shapes.Whose)
def submission(cycle_id: int, form_key: str, round_: int, query: shapes.Whose) -> shapes.Submission:
    """A document with its fields and answers; one that nobody has saved shows what it starts with."""
    person = bearer().person
    return _document(documents.open_page(person, documents.place(person, cycle_id, form_key, round_, query.owner)))


def _document(page: Page) -> shapes.Submission:
    stored = page.stored
    return shapes.Submission(
        **_line(page.form, page.place.round, page.place.owner, stored),
        values=sheets.shown(page),
        fields=[question(section, item, page.choices) for section, item in page.form.items(page.place.round or None)],
        base=page.version,
        content_hash=stored.content_hash if stored else None,
        confirmed=sorted(page.confirmed),
        may_confirm=page.may_confirm,
        editable=page.editable,
        closed_because=words(page.closed_because) if page.closed_because else None,
        has_draft=page.draft is not None,
    )


def _typed(place: Place, body: shapes.Writing) -> Any:
    page = documents.open_page(bearer().person, place)
    return filling.typed(page.form, body.values, place.round or None)


@operation("PUT", f"{_ONE}/draft", shapes.DraftKept, tag="submissions", body=shapes.Writing)
def submission_draft(cycle_id: int, form_key: str, round_: int, body: shapes.Writing) -> shapes.DraftKept:
    """Keep what is being written as one's own draft. Nothing is judged but the names of the fields."""
    person = bearer().person
    place = documents.place(person, cycle_id, form_key, round_)
    kept = documents.keep_draft(person, place, list(_typed(place, body).items(multi=True)), body.base)
    return shapes.DraftKept(saved_at=moment(kept))


@operation("POST", f"{_ONE}/save", shapes.Submission, tag="submissions", body=shapes.Writing)
def submission_save(cycle_id: int, form_key: str, round_: int, body: shapes.Writing) -> shapes.Submission:
    """Save a document half-filled: a shared one is seen by the whole triad."""
    return _written(cycle_id, form_key, round_, body, complete=False)


@operation("POST", f"{_ONE}/submit", shapes.Submission, tag="submissions", body=shapes.Writing)
def submission_submit(cycle_id: int, form_key: str, round_: int, body: shapes.Writing) -> shapes.Submission:
    """Hand a document in: every required answer must be there."""
    return _written(cycle_id, form_key, round_, body, complete=True)


def _written(cycle_id: int, form_key: str, round_: int, body: shapes.Writing, *, complete: bool) -> shapes.Submission:
    person = bearer().person
    place = documents.place(person, cycle_id, form_key, round_)
    documents.save(person, place, _typed(place, body), body.base, complete=complete)
    return _document(documents.open_page(person, place))


@operation("POST", f"{_ONE}/confirm", shapes.Submission, tag="submissions", body=shapes.Agreement)
def submission_confirm(cycle_id: int, form_key: str, round_: int, body: shapes.Agreement) -> shapes.Submission:
    """Agree with a shared document exactly as it was read."""
    person = bearer().person
    place = documents.place(person, cycle_id, form_key, round_)
    documents.confirm(person, place, body.content_hash)
    return _document(documents.open_page(person, place))
