"""Terms of keeping: what is over goes by itself, figures stay, an act tells of it; the register of consents."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from engine.services import outcomes, tick
from engine.services.demo.school import Cast
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import host
from engine.services.personal import consents, retention
from engine.store.bank import Material
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Draft, Revision, StoredFile, Submission
from engine.store.people import Person, SignIn
from engine.store.personal import Consent, DestructionAct
from engine.store.surveys import SurveyAnswer, SurveyRun, SurveyText, SurveyToken
from engine.store.unit import unit_of_work
from tests.services.roads import road


@pytest.fixture
def admin(school: Cast) -> Person:
    return school.people["Журналова"]


@pytest.fixture
def closed(school: Cast) -> Cycle:
    cycle, _team = road(school, "closed")
    return cycle


def _shown(cycle: Cycle) -> tuple[Any, ...]:
    found = outcomes.outcome(db.session.get(Cycle, cycle.id))
    return (
        [s.mean for s in found.overall],
        [(f.criterion.key, f.round, f.met) for f in found.findings],
        [a.shares for a in found.agreement],
    )


def _after(cycle: Cycle, days: int) -> None:
    host().clock.set(cycle.closed_at + timedelta(days=days))


def test_notes_about_pupils_go_after_thirty_days_and_figures_stay(closed: Cycle) -> None:
    before = _shown(closed)
    rows = db.session.scalars(db.select(Submission).where(Submission.form_key == "plan")).all()
    assert all(r.values["profile_a"] for r in rows)
    _after(closed, 30)
    assert retention.apply() == 0, "not on the last day"
    _after(closed, 31)
    assert retention.apply() == 1
    db.session.expire_all()
    for row in db.session.scalars(db.select(Submission)):
        assert not row.values.get("profile_a"), row.form_key
        assert not any(fact.get("text") for fact in row.values.get("facts") or ()), row.form_key
    for old in db.session.scalars(db.select(Revision)):
        assert not old.values.get("profile_a")
    assert _shown(closed) == before
    act = db.session.scalars(db.select(DestructionAct)).one()
    assert act.kind == "retention" and act.counts["submission"] > 0 and act.finished_at is not None
    assert retention.apply() == 0, "once is enough"


def test_words_of_sheets_go_after_three_years_and_scores_stay(closed: Cycle) -> None:
    before = _shown(closed)
    _after(closed, 1096)
    retention.apply()
    db.session.expire_all()
    sheets = [r for r in db.session.scalars(db.select(Submission)) if r.owner and r.form_key == "observation"]
    assert sheets
    for sheet in sheets:
        left = [v for v in sheet.values.values() if isinstance(v, str) and v]
        assert left == [], sheet.values
    assert _shown(closed) == before


def test_answers_become_counts_after_a_year(closed: Cycle) -> None:
    with unit_of_work():
        run = db.session.scalars(db.select(SurveyRun)).first()
        for n, choice in enumerate(("1", "3", "4", "4", "3", "2")):
            db.session.add(SurveyAnswer(key=bytes([n]) * 16, run_id=run.id, choices={"q1": choice}))
        run.answered += 6
        db.session.add(SurveyText(key=b"t" * 16, run_id=run.id, question="q9", text="слова"))
        db.session.add(SurveyToken(token_hash="h" * 64, run_id=run.id))
    before = _shown(closed)
    _after(closed, 366)
    retention.apply()
    for table in (SurveyAnswer, SurveyText, SurveyToken):
        assert db.session.scalars(db.select(table)).all() == []
    assert _shown(closed) == before


def test_an_open_cycle_keeps_everything(school: Cast) -> None:
    road(school, "discussion", 2)
    host().clock.set(datetime(2036, 1, 12, 9))
    before = [dict(r.values) for r in db.session.scalars(db.select(Submission).order_by(Submission.id))]
    retention.apply()
    assert [dict(r.values) for r in db.session.scalars(db.select(Submission).order_by(Submission.id))] == before


def test_drafts_and_sign_ins(school: Cast, closed: Cycle) -> None:
    me = school.people["Указкина"]
    with unit_of_work():
        db.session.add(
            Draft(
                person_id=me.id,
                cycle_id=closed.id,
                form_key="plan",
                round=1,
                base=0,
                raw=[],
                updated_at=closed.closed_at,
            )
        )
        for n, seen in enumerate((closed.closed_at, closed.closed_at + timedelta(days=350))):
            db.session.add(SignIn(token_hash=f"{n}" * 64, person_id=me.id, created_at=seen, seen_at=seen))
    _after(closed, 370)
    retention.apply()
    assert db.session.scalars(db.select(Draft)).all() == []
    assert len(db.session.scalars(db.select(SignIn)).all()) == 1


def test_photos_of_pupils_go_from_the_disk(school: Cast, closed: Cycle) -> None:
    before = {p for p in host().uploads.rglob("*") if p.is_file()}
    rows = db.session.scalars(db.select(StoredFile).where(StoredFile.cycle_id == closed.id)).all()
    assert rows
    sheet = next(r for r in db.session.scalars(db.select(Submission)) if r.form_key == "observation")
    with unit_of_work():
        sheet = db.session.get(Submission, sheet.id)
        facts = [dict(f) for f in sheet.values.get("facts") or [{}]]
        facts[0]["photos"] = [rows[0].id]
        sheet.values = {**sheet.values, "facts": facts}
    _after(closed, 31)
    retention.apply()
    after = {p for p in host().uploads.rglob("*") if p.is_file()}
    assert len(before - after) == 1
    assert db.session.get(StoredFile, rows[0].id) is None


def test_a_school_sets_its_own_terms(admin: Person, closed: Cycle, school: Cast) -> None:
    retention.set_terms(admin, {"pupil_notes": 5})
    assert retention.terms(admin.school_id)["pupil_notes"] == 5
    _after(closed, 6)
    assert retention.due(admin)["pupil_notes"] == 1
    assert retention.apply() == 1
    assert retention.due(admin)["pupil_notes"] == 0
    for days in (0, -1, None, 99999999):
        with pytest.raises(Invalid):
            retention.set_terms(admin, {"pupil_notes": days, "drafts": 3})
    assert retention.terms(admin.school_id)["drafts"] == 30, "all or none"
    for verb in (
        lambda: retention.set_terms(school.people["Указкина"], {}),
        lambda: retention.due(school.people["Указкина"]),
    ):
        with pytest.raises(Forbidden):
            verb()


def test_the_round_includes_it(closed: Cycle) -> None:
    _after(closed, 31)
    assert {s.name: s.done for s in tick.run()}["retention"] == 1


CLASS = {"purpose": "video_bank", "subject": "class", "class_name": "7 «Б»", "given_on": date(2026, 9, 1)}


def _video(admin: Person) -> Material:
    with unit_of_work():
        row = Material(
            school_id=admin.school_id, kind="video", title="Урок", state="in_bank", data={"class_name": "7 «Б»"}
        )
        row.created_by, row.created_at, row.changed_at = admin.id, host().clock.now(), host().clock.now()
        db.session.add(row)
        db.session.flush()
        return row


def test_a_revoked_consent_takes_the_video_out_of_the_bank(admin: Person) -> None:
    first, second = consents.add(admin, CLASS), consents.add(admin, CLASS)
    video = _video(admin)
    assert consents.revoke(admin, first.id) == (), "another consent stands"
    assert consents.revoke(admin, second.id) == ("Урок",)
    row = db.session.get(Material, video.id)
    assert row.state == "archived" and "согласие" in row.archived_because
    with pytest.raises(Conflict):
        consents.revoke(admin, second.id)


def test_a_consent_that_ran_out_takes_it_out_with_the_next_round(admin: Person) -> None:
    consents.add(admin, {**CLASS, "until": date(2026, 9, 30)})
    video = _video(admin)
    assert consents.expire() == 0
    host().clock.set(datetime(2026, 10, 1, 8))
    assert consents.expire() == 1 and db.session.get(Material, video.id).state == "archived"


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"purpose": "нет"}, "purpose"),
        ({"subject": "teacher"}, "subject"),
        ({"given_on": None}, "given_on"),
        ({"given_on": date(2030, 1, 1)}, "given_on"),
        ({"until": date(2020, 1, 1)}, "until"),
        ({"class_name": " "}, "class_name"),
        ({"subject": "pupil"}, "pupil_code"),
        ({"purpose": "staff", "subject": "teacher"}, "person_id"),
    ],
)
def test_what_a_consent_needs(admin: Person, values: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        consents.add(admin, {**CLASS, **values})
    assert wrong in refused.value.errors
    assert db.session.scalars(db.select(Consent)).all() == []


def test_the_register_shows_what_ends_first(admin: Person, school: Cast) -> None:
    late = consents.add(admin, {**CLASS, "until": date(2027, 5, 1)})
    never = consents.add(admin, CLASS)
    soon = consents.add(admin, {**CLASS, "until": date(2026, 10, 1)})
    gone = consents.add(admin, CLASS)
    consents.revoke(admin, gone.id)
    assert [c.id for c in consents.listing(admin)] == [soon.id, late.id, never.id, gone.id]
    assert gone.id not in {c.id for c in consents.listing(admin, in_force=True)}
    assert consents.listing(admin, "site") == []
    for person in (school.people["Указкина"],):
        for verb in (lambda p=person: consents.listing(p), lambda p=person: consents.add(p, CLASS)):
            with pytest.raises(Forbidden):
                verb()
    with pytest.raises(NotFound):
        consents.revoke(admin, 9999)


@pytest.mark.parametrize("purpose", consents.PURPOSES)
def test_every_purpose_has_a_sheet_of_its_own(admin: Person, purpose: str) -> None:
    paper = consents.paper(admin, purpose)
    assert paper.subtitle == consents.PURPOSES[purpose]
    with pytest.raises(NotFound):
        consents.paper(admin, "нет")
