"""What a helpful team does about a reason: at the place it points to, what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.core.rules import Link, Refusal

if TYPE_CHECKING:
    from engine.testing.world import World


def resolve(world: World, refusal: Refusal) -> None:
    """Do it. Raises AssertionError for a place nobody can do anything at."""
    link = refusal.link or Link("run")
    handler = _PLACES.get(link.kind)
    if handler is None:
        raise AssertionError(f"nobody knows what to do at {link}: {refusal.text}")
    handler(world, link, refusal)


def _form(world: World, link: Link, refusal: Refusal) -> None:
    try:
        form = world.definition.form(link.key)
    except KeyError:
        raise AssertionError(f"{refusal.code} points to a document that is not there: {link.key}") from None
    each = form.filling == "each"
    owners = [p.id for role in form.roles for p in world.roles()[role]] if each else [world.team[0]]
    for owner in owners:
        world.write(link.key, round=link.round, owner=owner)


def _survey(world: World, link: Link, refusal: Refusal) -> None:
    world.ask(link.key, 20)


def _ground_rules(world: World, link: Link, refusal: Refusal) -> None:
    world.facts["rules_accepted"] = list(world.team)


def _schedule(world: World, link: Link, refusal: Refusal) -> None:
    kinds = [k.key for k in world.definition.kinds] or [""]
    for n, facts in world.rounds.items():
        facts["at"] = world.now + timedelta(days=n)
        facts["kind"] = kinds[n % len(kinds)]
        known = facts.get("facts", {})
        lead = world.people[world.lead_of(n)]
        facts["facts"] = {"observers": (), **known, "subject": "Биология", "class_name": "7 «А»", "lead": lead}


def _observers(world: World, link: Link, refusal: Refusal) -> None:
    first, *others = (i for i in world.team if i != world.lead)
    second = others[-1] if others else first
    facts = world.rounds[world.round]
    watch = {"A": first, "B": first, "C": second, "class": second}
    facts["facts"] = {"observers": (), **facts.get("facts", {}), "watch": watch}


def _deficits(world: World, link: Link, refusal: Refusal) -> None:
    mine = {"id": 1, "person_id": world.team[0], "title": "оценка", "level": 2, "confirmed": True, "open": True}
    world.facts["deficits"] = [{**mine, "actions": 0, "group": "methodical", "status": "found"}]


def _plans(world: World, link: Link, refusal: Refusal) -> None:
    world.facts["deficits"] = [{**d, "actions": 1} for d in world.facts["deficits"]]
    ids = [d["id"] for d in world.facts["deficits"]]
    world.facts["plans"] = [{"kind": "route", "person_id": i, "status": "draft", "deficits": ids} for i in world.team]


def _decision(world: World, link: Link, refusal: Refusal) -> None:
    world.facts["decision"] = {"positions": dict.fromkeys(world.team, "continue"), "chosen": "continue"}


def _run(world: World, link: Link, refusal: Refusal) -> None:
    """The cycle itself: what is lacking lies in the rounds behind. The leader may let it pass."""
    assert refusal.waivable or refusal.code in ("role", "held", "not_held", "round"), refusal
    if refusal.waivable:
        world.waive(refusal.code)


def _package(world: World, link: Link, refusal: Refusal) -> None:
    """What is lacking lies in the lessons behind: the leader may let it pass."""
    assert refusal.waivable
    world.waive(refusal.code)


_PLACES: dict[str, Callable[[World, Link, Refusal], None]] = {
    "form": _form,
    "survey": _survey,
    "rules": _ground_rules,
    "schedule": _schedule,
    "observers": _observers,
    "deficits": _deficits,
    "plans": _plans,
    "decision": _decision,
    "run": _run,
    "package": _package,
}
