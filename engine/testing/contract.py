"""The contract every group type keeps, as a class of tests to inherit from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from engine.core import snapshot
from engine.core.definition import GroupType
from engine.core.fields import compile_form
from engine.core.text import localise
from engine.extension.loader import Plugin, Source, load
from engine.testing.walks import State, go_on, states, walk
from engine.testing.world import World


class GroupTypeContract:
    """Inherit in a test module and name the plugin::

        class TestReading(GroupTypeContract):
            plugin = reading  # the module with plc_group_type

    ``wanted`` holds answers that rules of the type ask for in particular: form → field → answer.
    """

    plugin: ClassVar[Any] = None
    wanted: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def _loaded(self) -> Plugin:
        assert self.plugin is not None, "name the plugin: plugin = the module with plc_group_type"
        return load(Source(str(getattr(self.plugin, "__name__", "plugin")), "tests", lambda: self.plugin))

    def _type(self) -> GroupType:
        loaded = self._loaded()
        assert loaded.group_type is not None, f"{loaded.reason}\n{loaded.detail}"
        return loaded.group_type

    def test_it_loads_without_findings(self) -> None:
        """The loader takes it: hooks, range of api, lint, forms."""
        loaded = self._loaded()
        assert not loaded.quarantined, f"{loaded.reason}\n{loaded.detail}"

    def test_a_helpful_team_comes_to_the_end(self) -> None:
        """Every reason of the main road can be resolved where it points to."""
        world = walk(self._type(), self.wanted)
        assert world.definition.process.stage(world.stage).final

    def test_from_every_state_the_end_can_be_reached(self) -> None:
        """No press leads into a place without a way out, suspended cycles included."""
        definition = self._type()
        known = states(definition)
        ends: set[State] = {s for s in known if definition.process.stage(s[0]).final}
        grown = -1
        while grown != len(ends):
            grown = len(ends)
            ends |= {s for s, ahead in known.items() if ahead & ends}
        assert set(known) == ends, f"no way out of {sorted(set(known) - ends)}"

    def test_every_stage_is_reached(self) -> None:
        """A stage that no press leads to is a mistake."""
        definition = self._type()
        reached = {stage for stage, _, _ in states(definition)}
        assert reached == {s.key for s in definition.process.stages}

    def test_every_reason_says_who_and_where(self) -> None:
        """At every stage, while nothing is done: a reason has words, somebody who can resolve it, and a place."""
        definition = self._type()
        for stage, round_, held in sorted(states(definition)):
            world = World(definition, stage=stage, round=round_, held=held, wanted=self.wanted)
            for actor in (*world.team, 9, 10):
                for refusal in (r for v in world.verdicts(actor) for r in v.refusals):
                    told = f"{stage}: {refusal.code}"
                    assert str(refusal.text).strip(), f"{told} has no words"
                    assert refusal.link is not None, f"{told} leads nowhere: give it a link or a form"
                    assert refusal.code != "rule_fault", f"{told}: a rule fails while nothing is done"
                    assert refusal.people or any(world.roles().get(role) for role in refusal.roles), f"{told}: nobody"

    def test_buttons_and_reasons_are_told_in_both_languages(self) -> None:
        """Stages, actions and refusals have English words beside the Russian ones."""
        definition = self._type()
        process = definition.process
        labels = {f"stage {s.key}": s.title for s in process.stages}
        labels |= {f"action {a.key}": a.title for a in process.actions}
        labels |= {f"rule {r.key}": r.title for r in definition.rules.values()}
        same = [k for k, text in labels.items() if localise(text, "en") == localise(text, "ru") and russian(text)]
        assert not same, f"without English: {same}"

    def test_it_survives_its_snapshot(self) -> None:
        """A running cycle moves by the stored definition: it must come back as it was."""
        definition = self._type()
        data = snapshot.to_data(definition)
        assert snapshot.fingerprint(definition) == definition.fingerprint
        assert snapshot.to_data(snapshot.from_data(data, definition.rules)) == data

    def test_every_form_can_be_filled_in(self) -> None:
        """Every form becomes a page."""
        for form in self._type().forms:
            compile_form(form)

    def test_a_suspended_cycle_goes_on(self) -> None:
        """Where a cycle can be suspended it can be resumed, and then comes to its end."""
        definition = self._type()
        if not any(a.hold for a in definition.process.actions):
            return
        world = World(definition, held=True, wanted=self.wanted)
        go_on(world)
        assert not world.held and definition.process.stage(world.stage).final


def russian(text: str) -> bool:
    """Whether a text holds Russian letters, so that it wants an English form beside it."""
    return any("а" <= c <= "я" or c == "ё" for c in text.lower())
