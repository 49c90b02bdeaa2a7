"""The contract every group type keeps, as a class of tests to inherit from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from engine.core import snapshot
from engine.core.definition import GroupType
from engine.core.fields import compile_form
from engine.core.text import localise
from engine.extension.loader import Plugin, Source, load
from engine.testing import coverage
from engine.testing.model import Model, explore
from engine.testing.walks import go_on, walk
from engine.testing.world import World

#: (fingerprint, what is written, the code of the rules) → the model: several tests of one contract look at the same.
_models: dict[tuple[Any, ...], Model] = {}


class GroupTypeContract:
    """Inherit in a test module and name the plugin::

        class TestReading(GroupTypeContract):
            plugin = reading  # the module with plc_group_type

    ``wanted`` holds answers that rules of the type ask for in particular: form → field → answer.
    """

    plugin: ClassVar[Any] = None
    wanted: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    @pytest.fixture(autouse=True)
    def _apart(self) -> Iterator[None]:
        """The contract goes everywhere by itself: that is no coverage."""
        with coverage.uncounted():
            yield

    def _loaded(self) -> Plugin:
        assert self.plugin is not None, "name the plugin: plugin = the module with plc_group_type"
        return load(Source(str(getattr(self.plugin, "__name__", "plugin")), "tests", lambda: self.plugin))

    def _type(self) -> GroupType:
        loaded = self._loaded()
        assert loaded.group_type is not None, f"{loaded.reason}\n{loaded.detail}"
        return loaded.group_type

    def _model(self) -> Model:
        definition = self._type()
        key = (definition.fingerprint, repr(self.wanted), *(id(rule.check) for rule in definition.rules.values()))
        if key not in _models:
            _models[key] = explore(definition, self.wanted)
        return _models[key]

    def test_it_loads_without_findings(self) -> None:
        """The loader takes it: hooks, range of api, lint, forms."""
        loaded = self._loaded()
        assert not loaded.quarantined, f"{loaded.reason}\n{loaded.detail}"

    def test_a_helpful_team_comes_to_the_end(self) -> None:
        """Every reason of the main road can be resolved where it points to."""
        world = walk(self._type(), self.wanted)
        assert world.definition.process.stage(world.stage).final

    def test_every_state_leads_to_the_end(self) -> None:
        """From whatever presses lead to, suspended or not, presses lead out; no stage and no button is in vain."""
        assert not self._model().roads, "\n".join(self._model().roads)

    def test_every_reason_says_who_and_where(self) -> None:
        """In every state a reason has words, somebody who can resolve it, and a place where they can."""
        assert not self._model().reasons, "\n".join(self._model().reasons)

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
