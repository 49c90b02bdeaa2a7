"""Answers that are known only while a run goes on: the team, techniques of the type, what another document lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.core.definition import GroupType
from engine.core.forms import Option
from engine.core.view import CycleView


def choices(definition: GroupType, view: CycleView) -> dict[str, Sequence[Option]]:
    """The answers known only now, by source."""
    team = view.holders("triad_member")
    lead = {p.id for p in view.holders("lead_teacher")}
    found: dict[str, Sequence[Option]] = {
        "techniques": [Option(t.key, t.title) for t in definition.techniques],
        "team": [Option(str(p.id), p.name) for p in team],
        "not_lead": [Option(str(p.id), p.name) for p in team if p.id not in lead],
        "observers": [Option(str(p.id), p.name) for p in view.holders("observer")],
        "handovers": [Option(h["key"], h["title"]) for h in view.facts.get("handovers", ())],
        "leaders": _leaders(view),
        "bases": [Option(b["key"], b["title"]) for b in view.facts.get("bases", ())],
        "staff": [Option(p["key"], p["title"]) for p in view.facts.get("staff", ())],
    }
    for source in definition.sources:
        form, rows, column = source.split(".")
        titles = [str(row.get(column) or "") for row in view.values(form).get(rows, ())]
        found[source] = [Option(title, title) for title in dict.fromkeys(titles) if title]
    return found


def _leaders(view: CycleView) -> list[Option]:
    """One answer a person, however many groups they lead."""
    groups: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for leader in view.facts.get("leaders", ()):
        key = str(leader["id"])
        names[key] = leader["name"]
        groups.setdefault(key, []).append(leader["group"])
    return [Option(key, f"{names[key]} ({', '.join(titles)})") for key, titles in groups.items()]


def subjects(view: CycleView) -> Mapping[str, Sequence[Option]]:
    """Subjects of indicators that come from a feed."""
    return {"handovers": [Option(h["key"], h["title"]) for h in view.facts.get("handovers", ())]}
