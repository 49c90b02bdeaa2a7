"""The traps that were measured in comparable engines: each has a test that fails when it is put back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: What goes wrong elsewhere → the test that keeps it from coming back.
TRAPS = {
    "read-then-write in the driver's own mode loses updates": (
        "store/test_connections.py",
        "test_two_threads_lose_no_update",
    ),
    "the driver's mode shown to lose them": (
        "store/test_connections.py",
        "test_the_driver_alone_loses_an_update_in_silence",
    ),
    "racing clients are all accepted": (
        "races/test_races.py",
        "test_twenty_processes_press_one_button_of_a_hundred_cycles",
    ),
    "confirming at once leaves a cycle stuck": (
        "races/test_races.py",
        "test_three_colleagues_confirm_at_once_in_a_hundred_cycles",
    ),
    "a double press is carried out twice": ("races/test_races.py", "test_a_button_pressed_twice_is_pressed_once"),
    "readers that take the writer's lock": (
        "store/test_connections.py",
        "test_a_reader_takes_no_lock_even_on_a_connection_that_wrote",
    ),
    "rebuilding a table deletes its children": ("store/test_rebuilding.py", "test_a_migration_keeps_the_children"),
    "a model put back to its initial state": (
        "core/test_machine_traps.py",
        "test_nothing_is_registered_so_no_stored_state_is_reset",
    ),
    "moves past every guard": ("core/test_machine_traps.py", "test_no_way_leads_past_the_guards"),
    "a callback that fails leaves the state moved": (
        "core/test_machine_traps.py",
        "test_no_callback_can_leave_a_state_half_moved",
    ),
    "an effect that fails leaves half a move": (
        "services/test_cycles.py",
        "test_an_effect_that_fails_leaves_nothing_half_done",
    ),
    "one raising plugin costs all others": (
        "extension/test_registry.py",
        "test_a_fault_before_closes_the_action_and_touches_no_other_type",
    ),
    "one broken entry point stops the loading": (
        "extension/test_loader.py",
        "test_a_faulty_plugin_is_quarantined_with_a_reason_and_touches_nobody",
    ),
    "a misspelt hook is never called": (
        "extension/test_loader.py",
        "test_a_faulty_plugin_is_quarantined_with_a_reason_and_touches_nobody",
    ),
    "the token of a form ends after an hour": ("webui/test_auth.py", "test_ninety_minutes_in_a_lesson_lose_nothing"),
    "rows beyond a limit are cut": ("core/test_tables_and_scores.py", "test_no_row_is_cut_silently"),
    "a score of zero counts as no answer": (
        "core/test_tables_and_scores.py",
        "test_a_page_handed_in_has_every_score_and_zero_is_one",
    ),
    "a cookie works after signing out": ("webui/test_auth.py", "test_cookie_of_an_ended_session_opens_nothing"),
    "any random text is a survey token": ("services/test_surveys.py", "test_wrong_links_and_tokens_answer_nothing"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_has_its_test(trap: str) -> None:
    path, name = TRAPS[trap]
    assert re.search(rf"^def {name}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), TRAPS[trap]
