"""What the library under the machine does unless it is told not to."""

from __future__ import annotations

import transitions

from engine.core.machine import Machine
from tests.core.intake import INTAKE, view


def test_nothing_is_registered_so_no_stored_state_is_reset(machine: Machine) -> None:
    """``add_model`` puts a run back to the initial state, and keeps it in memory for ever."""

    class Run:
        state = "hearing"

    careless = transitions.Machine(model=None, states=["filing", "hearing"], initial="filing")
    run = Run()
    careless.add_model(run)
    assert run.state == "filing", "the library has stopped resetting: this guard may go"
    seen = view("hearing", 2)
    assert machine.fire("withdraw", seen).stage == "withdrawn"
    assert seen.stage == "hearing"
    assert machine._machine.models == []


def test_no_way_leads_past_the_guards(machine: Machine) -> None:
    """``auto_transitions`` would add ``to_granted`` and the like, which ask nobody."""
    assert set(machine._machine.events) == {a.key for a in INTAKE.process.actions}


def test_no_callback_can_leave_a_state_half_moved(machine: Machine) -> None:
    """An exception in ``after`` or ``on_enter`` leaves the state moved; here there are none to raise."""
    for event in machine._machine.events.values():
        for arrows in event.transitions.values():
            assert all(not arrow.before and not arrow.after and not arrow.prepare for arrow in arrows)
    for state in machine._machine.states.values():
        assert not state.on_enter and not state.on_exit
    everywhere = ("before_state_change", "after_state_change", "finalize_event", "prepare_event", "on_exception")
    assert all(not getattr(machine._machine, name) for name in everywhere)
