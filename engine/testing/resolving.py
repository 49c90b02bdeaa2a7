"""When plausible answers are not what a rule waits for: the answers of its document, changed one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.forms import Field, Rows
from engine.core.rules import Refusal
from engine.testing.filling import Filling
from engine.testing.world import World


def satisfied(world: World, refusal: Refusal) -> bool:
    """Resolve a refusal and see whether it is gone; where it is not, try other answers in the document it names.

    The answers that helped are remembered in ``world.wanted``, so that the next round gives them at once.
    """
    World.resolve(world, refusal)
    if not _stands(world, refusal):
        return True
    link = refusal.link
    if link is None or link.kind != "form":
        return False
    before = dict(world.wanted)
    for changed in _other_answers(world, link.key, link.round):
        world.wanted = {**before, link.key: {**before.get(link.key, {}), **changed}}
        World.resolve(world, refusal)
        if not _stands(world, refusal):
            return True
    world.wanted = before
    World.resolve(world, refusal)
    return False


def _stands(world: World, refusal: Refusal) -> bool:
    """Whether the definition still says so; hooks are not asked for every answer that is tried."""
    return any(r.code == refusal.code for v in World.verdicts(world, world.team[0]) for r in v.refusals)


def _other_answers(world: World, key: str, round_: int) -> Iterator[Mapping[str, Any]]:
    """Each answer of a document but the plausible one, one at a time; of a table one column in all its rows."""
    filling = Filling(world.definition, world.view(), world.definition.form(key), world.wanted)
    plausible = filling.values(round_ or None)
    for _, item in filling.form.items(round_ or None):
        if isinstance(item, Field):
            yield from ({item.key: other} for other in _others(filling, item))
        elif isinstance(item, Rows):
            rows = plausible.get(item.key) or []
            for column in item.columns:
                for other in _others(filling, column):
                    yield {item.key: [{**row, column.key: other} for row in rows]}


def _others(filling: Filling, item: Field) -> Iterator[Any]:
    keys = [option.key for option in filling.options(item)]
    if item.kind in ("choice", "person"):
        yield from (*keys, "")
    elif item.kind == "choices":
        yield from (keys[:n] for n in range(min(len(keys), 4)))
    elif item.kind == "flag":
        yield from (False, True)
    elif item.kind == "number":
        yield from (n for n in (item.minimum, 0, 1, 10) if n is not None)
    elif not item.required:
        yield [] if item.kind in ("list", "files") else ""
