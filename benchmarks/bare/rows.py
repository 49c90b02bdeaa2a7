"""The statements of the bare pages: they read the rows that ours show, with as few calls as there are kinds of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

Statements = Mapping[str, sa.Select[Any]]
TABLES = (
    "person",
    "plc_group",
    "triad",
    "membership",
    "cycle",
    "cycle_round",
    "journal_entry",
    "submission",
    "confirmation",
    "draft",
    "notice",
    "material",
    "material_review",
    "rule_acceptance",
    "survey_run",
    "survey_token",
    "survey_answer",
)


def tables(engine: sa.Engine) -> dict[str, sa.Table]:
    """The tables of the database as they lie there."""
    found = sa.MetaData()
    found.reflect(engine, only=TABLES)
    return {name: found.tables[name] for name in TABLES}


def statements(t: Mapping[str, sa.Table]) -> dict[str, Statements]:
    """Page → what it reads, by name. Parameters: ``me``, ``cycle``, ``form``, ``n``, ``link``."""
    me, one = sa.bindparam("me"), sa.bindparam("cycle")
    person, group, triad, seat, cycle = (t[n] for n in ("person", "plc_group", "triad", "membership", "cycle"))
    seated = sa.select(seat.c.triad_id).where(seat.c.person_id == me, seat.c.until.is_(None))
    placed = cycle.join(triad, triad.c.id == cycle.c.triad_id).join(group, group.c.id == triad.c.group_id)
    of_cycle = sa.select(
        cycle.c.id, cycle.c.stage, cycle.c.round, cycle.c.stage_since, triad.c.title, group.c.title.label("group")
    ).select_from(placed)
    mine = cycle.c.closed_at.is_(None) & (triad.c.id.in_(seated) | (group.c.leader_id == me))
    my_ids = sa.select(cycle.c.id).select_from(placed).where(mine)
    named = (person.c.id, person.c.last_name, person.c.first_name)
    people = sa.select(seat.c.triad_id, seat.c.seat, *named).join(person, person.c.id == seat.c.person_id)
    people = people.where(seat.c.until.is_(None)).order_by(seat.c.triad_id, seat.c.seat)
    lesson, sheet = t["cycle_round"], t["submission"]
    lessons = sa.select(
        lesson.c.n, lesson.c.at, lesson.c.subject, lesson.c.class_name, lesson.c.lead_id, lesson.c.status
    )
    sheets = sa.select(sheet.c.form_key, sheet.c.round, sheet.c.owner, sheet.c.state, sheet.c.updated_at)
    draft, notice, review, material = t["draft"], t["notice"], t["material_review"], t["material"]
    line, accepted, run = t["journal_entry"], t["rule_acceptance"], t["survey_run"]
    this = {
        "cycle": of_cycle.where(cycle.c.id == one),
        "people": people.where(
            seat.c.triad_id == sa.select(cycle.c.triad_id).where(cycle.c.id == one).scalar_subquery()
        ),
        "lessons": lessons.where(lesson.c.cycle_id == one).order_by(lesson.c.n),
    }
    own = (sheet.c.cycle_id == one) & (sheet.c.form_key == sa.bindparam("form")) & (sheet.c.owner == me)
    typed = (draft.c.cycle_id == one) & (draft.c.form_key == sa.bindparam("form")) & (draft.c.person_id == me)
    return {
        "everywhere": {
            "me": sa.select(*named, person.c.patronymic).where(person.c.id == me),
            "leads": sa.select(group.c.id, group.c.title).where(group.c.leader_id == me, group.c.closed_on.is_(None)),
        },
        "home": {
            "cycles": of_cycle.where(mine).order_by(cycle.c.id),
            "people": people.where(
                seat.c.triad_id.in_(sa.select(cycle.c.triad_id).select_from(placed).where(mine))
            ),
            "lessons": lessons.where(lesson.c.cycle_id.in_(my_ids)).order_by(lesson.c.at),
            "sheets": sheets.where(sheet.c.cycle_id.in_(my_ids)),
            "notices": sa.select(notice.c.id, notice.c.text, notice.c.cycle_id)
            .where(notice.c.person_id == me, notice.c.read_at.is_(None))
            .order_by(notice.c.id.desc())
            .limit(20),
            "drafts": sa.select(draft.c.cycle_id, draft.c.form_key, draft.c.round, draft.c.updated_at)
            .where(draft.c.person_id == me)
            .limit(20),
            "reviews": sa.select(material.c.id, material.c.title, review.c.asked_at)
            .join(material, material.c.id == review.c.material_id)
            .where(review.c.reviewer_id == me, review.c.done_at.is_(None)),
        },
        "cycle": this
        | {
            "sheets": sheets.where(sheet.c.cycle_id == one),
            "accepted": sa.select(accepted.c.person_id, accepted.c.at).where(accepted.c.cycle_id == one),
            "journal": sa.select(line.c.seq, line.c.at, line.c.label, person.c.last_name)
            .outerjoin(person, person.c.id == line.c.actor_id)
            .where(line.c.cycle_id == one)
            .order_by(line.c.seq.desc()),
        },
        "sheet": this
        | {
            "stored": sa.select(sheet.c.id, sheet.c.version, sheet.c["values"], sheet.c.updated_at).where(
                own, sheet.c.round == sa.bindparam("n")
            ),
            "draft": sa.select(draft.c.id, draft.c.raw, draft.c.updated_at).where(
                typed, draft.c.round == sa.bindparam("n")
            ),
            "plan": sa.select(sheet.c["values"]).where(
                sheet.c.cycle_id == one, sheet.c.form_key == "plan", sheet.c.round == sa.bindparam("n")
            ),
        },
        "board": {
            "rows": sa.select(
                group.c.id.label("group_id"), group.c.title.label("group"), triad.c.id, triad.c.title,
                cycle.c.id.label("cycle_id"), cycle.c.stage, cycle.c.round, cycle.c.stage_since,
            )
            .join(triad, triad.c.group_id == group.c.id)
            .outerjoin(cycle, (cycle.c.triad_id == triad.c.id) & cycle.c.closed_at.is_(None))
            .order_by(group.c.id, triad.c.id),
            "people": people,
            "lessons": lessons.join(cycle, cycle.c.id == lesson.c.cycle_id).where(cycle.c.closed_at.is_(None)),
            "sheets": sheets.join(cycle, cycle.c.id == sheet.c.cycle_id).where(cycle.c.closed_at.is_(None)),
        },
        "survey": {
            "run": sa.select(run.c.id, run.c.is_open, run.c.band, run.c.answered).where(
                run.c.link == sa.bindparam("link")
            ),
        },
    }  # fmt: skip
