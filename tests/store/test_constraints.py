"""What the database itself refuses: seconds of what there is one of, words outside a list, rows without parents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, DateTime, UniqueConstraint, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from engine.services.host import Clock
from engine.store.growth import DEFICIT_STATES
from engine.store.tables import metadata
from tests.store.rows import CHECKS, COMPOUND, MOMENT, add, fresh, row

#: There is one …
ONE = {
    "uq_school_year_school_id_title": "school year of a title in a school",
    "uq_person_login": "person of a login in the installation",
    "uq_sign_in_token_hash": "session of a token",
    "uq_second_step_person_id": "second step of a person",
    "uq_outer_account_issuer_outer_id": "account of a subject at a provider",
    "uq_outer_account_person_id_issuer": "account of a person at a provider",
    "uq_one_time_link_token_hash": "link of a token",
    "uq_type_switch_school_id_type_key": "switch of a type in a school",
    "uq_type_settings_school_id_type_key_version": "version of the settings of a type in a school",
    "uq_cycle_upgrade_cycle_id_seq": "upgrade of a journal entry in a cycle",
    "uq_threshold_group_id_key": "threshold of a criterion in a group",
    "uq_cycle_round_cycle_id_n": "round of a number in a cycle",
    "uq_journal_entry_cycle_id_seq": "journal entry of a number in a cycle",
    "uq_journal_entry_cycle_id_once": "journal entry of a pressed button in a cycle",
    "uq_rule_acceptance_cycle_id_person_id": "acceptance of the rules by a person in a cycle",
    "uq_waiver_cycle_id_rule_round": "waiver of a rule in a round of a cycle",
    "uq_submission_cycle_id_form_key_round_owner": "document at a place",
    "uq_revision_submission_id_version": "text of a version of a document",
    "uq_confirmation_submission_id_person_id_content_hash": "confirmation of a text by a person",
    "uq_draft_person_id_cycle_id_form_key_round": "draft of a person at a place",
    "uq_stored_file_stored_as": "file of a name on disk",
    "uq_development_plan_cycle_id_kind_owner": "plan of a kind and an owner in a cycle",
    "uq_position_cycle_id_person_id": "position of a person in a cycle",
    "uq_survey_run_cycle_id_survey_key_round": "survey of a round",
    "uq_survey_run_link": "survey at an address",
    "pk_definition_snapshot": "snapshot of a fingerprint",
    "pk_decision": "decision of a cycle",
    "pk_handover": "handover of a cycle",
    "pk_survey_token": "survey token of a hash",
    "pk_survey_answer": "sheet of answers of a key",
    "pk_survey_text": "open answer of a key",
    "pk_survey_count": "count of an option of a question in a run",
    "pk_paper_summary": "summary on paper of a run",
    "uq_staff_count_school_id_since": "number of staff of a school since a day",
    "uq_notice_person_id_key": "reminder of a person about a thing",
    "uq_material_author_material_id_person_id": "authorship of a person in a material",
    "uq_material_version_material_id_n": "text of a version of a material",
    "uq_material_review_material_id_version_seat": "review of a seat of a version of a material",
    "pk_material_word": "word of a stem in a material",
    "pk_mini_report": "mini report of a cycle",
    "pk_press": "press of a form",
    "pk_feed_seen": "mark of a reader of the feed",
    "uq_year_report_group_id_year_id": "year report of a group in a year",
    "uq_conference_school_id_year_id": "conference of a school in a year",
    "uq_measure_cycle_id_row": "measure of a row in the plan of a cycle",
    "uq_maturity_run_triad_id_year_id_half": "self assessment of a triad in half a year",
    "pk_maturity_voter": "voice of a person in a self assessment",
    "pk_maturity_answer": "sheet of a self assessment of a key",
    "uq_letter_person_id_key": "letter to a person about a thing",
    "uq_calendar_link_token_hash": "calendar at an address",
    "uq_api_token_token_hash": "token with a secret",
    "uq_api_answer_token_id_key": "answer to a request of a program",
    "uq_plugin_fault_plugin_hook_kind_error": "kind of fault of a plugin in a hook",
    "uq_webhook_delivery_uid": "message under an id",
    "pk_calendar_link": "calendar address of a person",
    "uq_district_name": "district of a name",
    "uq_taken_material_publication_id_school_id": "taking of a publication by a school",
    "uq_invitation_reply_invitation_id_school_id": "answer of a school to an invitation",
    "uq_exchange_peer_district_id_public_key": "peer of a key in a district",
    "uq_exchange_file_peer_id_sha256": "exchange file of a content from a peer",
    "uq_foreign_material_district_id_uid": "foreign material of a name in a district",
    "uq_destruction_act_school_id_number": "act of a number in a school",
    "pk_retention_term": "term of a class of data in a school",
}
#: At a time there is one …: the unique index, its columns, and the column that frees the place.
AT_A_TIME = {
    "uq_membership_person_now": ("membership", ("person_id",), "until"),
    "uq_membership_seat_now": ("membership", ("triad_id", "seat"), "until"),
    "uq_cycle_triad_open": ("cycle", ("triad_id",), "closed_at"),
    "uq_publication_material_open": ("publication", ("material_id",), "withdrawn_at"),
    "uq_plugin_quarantine_plugin_open": ("plugin_quarantine", ("plugin",), "lifted_at"),
}
#: Unique among rows of one state: its columns and the state.
OF_A_STATE = {
    "uq_declared_type_draft": ("declared_type", ("key",), "draft"),
    "uq_declared_type_version": ("declared_type", ("key", "version"), "published"),
}
#: Foreign keys by which nothing is looked up alone: who did something, or a column asked for beside an indexed one.
NOT_LOOKED_UP = {
    "webhook.created_by",
    *("type_switch.changed_by", "threshold.changed_by", "closed_note.by_id", "closed_note.read_by", "decision.by_id"),
    *("deficit.proposed_by", "handover.by_id", "journal_entry.actor_id", "submission.updated_by", "waiver.by_id"),
    *("transfer.source_agreed_by", "transfer.target_agreed_by", "paper_summary.entered_by", "revision.by_id"),
    *("cycle.previous_id", "cycle.fingerprint", "cycle_round.lead_id", "decision.target_group_id", "notice.cycle_id"),
    *("development_plan.person_id", "development_plan.mentor_id", "position.person_id", "rule_acceptance.person_id"),
    *("stored_file.owner_id", "submission.person_id", "confirmation.person_id"),
    *("conference.changed_by", "conference.year_id", "consent.cycle_id", "consent.verified_by"),
    *("destruction_act.by_id", "destruction_act.person_id", "event.created_by", "exchange_file.by_id"),
    *("exchange_file.school_id", "exchange_peer.added_by", "invitation.by_id", "invitation_reply.by_id"),
    *("job.school_id", "material.created_by", "material_version.by_id", "maturity_voter.person_id"),
    *("measure.owner_id", "mini_report.by_id", "mini_report.group_id", "participation.consent_id"),
    *("participation.created_by", "publication.by_id", "retention_term.changed_by", "taken_material.by_id"),
    *("trial.group_id", "visit.created_by", "visit.deficit_id", "year_report.accepted_by"),
    *("year_report.submitted_by", "year_report.year_id"),
    *("declared_type.by_id", "cycle_upgrade.by_id", "cycle_upgrade.undone_by", "type_purge.by_id"),
    *("plugin_quarantine.lifted_by", "type_settings.by_id"),
}
CONSTRAINTS = {str(c.name): c for t in metadata.tables.values() for c in t.constraints}
FOREIGN = {
    str(c.name): (t.name, c.columns[0].name) for t in metadata.tables.values() for c in t.foreign_key_constraints
}


def refused(connection: Connection, table: str, values: dict[str, Any]) -> str:
    """What the database says against a row."""
    with pytest.raises(IntegrityError) as error, connection.begin_nested():
        connection.execute(insert(metadata.tables[table]).values(values))
    return str(error.value.orig)


def test_the_lists_of_this_module_are_whole() -> None:
    checks = {name for name, c in CONSTRAINTS.items() if isinstance(c, CheckConstraint)}
    uniques = {name for name, c in CONSTRAINTS.items() if isinstance(c, UniqueConstraint)}
    natural = {str(t.primary_key.name) for t in metadata.tables.values() if "id" not in t.primary_key.columns}
    assert checks == {*CHECKS, *COMPOUND}
    assert uniques | natural == set(ONE)
    assert {str(i.name) for t in metadata.tables.values() for i in t.indexes if i.unique} == {
        *AT_A_TIME,
        *OF_A_STATE,
    }


@pytest.mark.parametrize("name", OF_A_STATE)
def test_there_is_one_of_a_state(connection: Connection, name: str) -> None:
    table, key, state = OF_A_STATE[name]
    given = {c: fresh(connection, metadata.tables[table].c[c]) for c in key}
    add(connection, table, state=state, **given)
    refused(connection, table, row(connection, table, state=state, **given))


@pytest.mark.parametrize("name", AT_A_TIME)
def test_there_is_one_at_a_time(connection: Connection, name: str) -> None:
    """One seat of a person, one person in a seat, one open cycle of a triad; what has ended is in nobody's way."""
    table, key, ending = AT_A_TIME[name]
    column = metadata.tables[table].c[ending]
    given = {c: fresh(connection, metadata.tables[table].c[c]) for c in key}
    over = MOMENT.date() if column.type.python_type is not datetime else MOMENT
    add(connection, table, **given, **{ending: over})
    add(connection, table, **given)
    refused(connection, table, row(connection, table, **given))
    add(connection, table, **given, **{ending: over})


@pytest.mark.parametrize("name", ONE, ids=[sentence.replace(" ", "_") for sentence in ONE.values()])
def test_there_is_one(connection: Connection, name: str) -> None:
    constraint = CONSTRAINTS[name]
    table = constraint.table
    key = [column.name for column in constraint.columns]
    given = {column.name: fresh(connection, column) for column in constraint.columns}
    add(connection, table.name, **given)
    said = refused(connection, table.name, row(connection, table.name, **given))
    expected = ", ".join(f"{table.name}.{c}" for c in key) if connection.dialect.name == "sqlite" else f'"{name}"'
    assert expected in said
    for column in constraint.columns:
        add(connection, table.name, **{**given, column.name: fresh(connection, column, 1)})


@pytest.mark.parametrize("name", CHECKS)
def test_words_and_numbers_outside_a_list_are_refused(connection: Connection, name: str) -> None:
    column, allowed, not_allowed = CHECKS[name]
    table = CONSTRAINTS[name].table.name
    for value in allowed:
        add(connection, table, **{column: value})
    for value in not_allowed:
        assert name in refused(connection, table, row(connection, table, **{column: value}))


@pytest.mark.parametrize("name", COMPOUND)
def test_columns_that_do_not_go_together_are_refused(connection: Connection, name: str) -> None:
    table, rows = COMPOUND[name]
    for given in rows:
        assert name in refused(connection, table, row(connection, table, **given))


def test_the_states_of_a_deficit_are_those_of_the_code() -> None:
    assert CHECKS["ck_deficit_status"][1] == DEFICIT_STATES


def test_a_shared_document_stands_once_at_its_place_and_beside_those_of_people(connection: Connection) -> None:
    cycle, person = add(connection, "cycle")["id"], add(connection, "person")["id"]
    place = {"cycle_id": cycle, "form_key": "plan", "round": 1, "updated_by": person}
    add(connection, "submission", **place)
    add(connection, "submission", **place, owner=person, person_id=person)
    for owner in ({}, {"owner": person, "person_id": person}):
        assert "submission" in refused(connection, "submission", row(connection, "submission", **place, **owner))


@pytest.mark.parametrize(("table", "column", "within"), [("person", "login", ""), ("journal_entry", "once", "cycle")])
def test_an_empty_key_may_repeat(connection: Connection, table: str, column: str, within: str) -> None:
    given = {f"{within}_id": add(connection, within)["id"]} if within else {}
    for _ in range(2):
        add(connection, table, **{column: None}, **given)


@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_a_row_needs_its_parent(connection: Connection, name: str) -> None:
    table, column = FOREIGN[name]
    nobody = "nobody" if metadata.tables[table].c[column].type.python_type is str else 999_999_999
    said = refused(connection, table, row(connection, table, **{column: nobody}))
    assert ("FOREIGN KEY" if connection.dialect.name == "sqlite" else f'"{name}"') in said


@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_a_parent_with_children_stays(connection: Connection, name: str) -> None:
    table, column = FOREIGN[name]
    (key,) = metadata.tables[table].c[column].foreign_keys
    children = metadata.tables[table]
    child = add(connection, table, **{column: fresh(connection, children.c[column])})
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(key.column.table.delete().where(key.column == child[column]))
    left = connection.execute(select(children.c[column]).where(children.c[column] == child[column])).all()
    assert len(left) == 1


def test_every_foreign_key_that_is_looked_up_begins_an_index() -> None:
    without = set()
    for table in metadata.tables.values():
        keys = [*table.indexes, *(c for c in table.constraints if isinstance(c, UniqueConstraint)), table.primary_key]
        first = {next(iter(key.columns)).name for key in keys}
        without |= {f"{table.name}.{c.name}" for c in table.columns if c.foreign_keys and c.name not in first}
    assert without == NOT_LOOKED_UP


def test_every_moment_is_local_and_has_no_zone() -> None:
    kinds = [c.type for t in metadata.tables.values() for c in t.columns if isinstance(c.type, DateTime)]
    assert len(kinds) > 20
    assert not any(kind.timezone for kind in kinds)
    assert Clock().now().tzinfo is None
    assert Clock().now().microsecond == 0


def test_a_moment_comes_back_as_it_was_whatever_the_zone_of_the_server(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'America/New_York'")
    at = metadata.tables["failed_sign_in"].c.at
    for moment in (MOMENT, *map(datetime.fromisoformat, ("2026-03-08T02:30:00", "0001-01-01", "9999-12-31T23:59:59"))):
        add(connection, "failed_sign_in", at=moment)
        (found,) = connection.scalars(select(at).where(at == moment))
        assert found == moment
        assert found.tzinfo is None
