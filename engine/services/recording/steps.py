"""The steps of a finished cycle as lines of Python: what was known, then what was written and pressed, in order."""

from __future__ import annotations

import pprint
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.core.definition import GroupType
from engine.core.forms import Form
from engine.core.view import Tally
from engine.services.contents import content_hash
from engine.services.recording.disguise import Disguise
from engine.services.views import view_of
from engine.store.cycles import Cycle, JournalEntry, Waiver
from engine.store.database import db
from engine.store.documents import Confirmation, Revision, Submission

#: How wide a line may be, the indent of the test counted.
_WIDTH = 112


@dataclass(frozen=True, slots=True)
class Written:
    """A document as it was saved once, and who had agreed with exactly this text by when."""

    form: Form
    round: int
    by: int
    draft: bool
    values: dict[str, Any]
    at: datetime
    confirmed: tuple[tuple[int, datetime], ...]

    @property
    def place(self) -> tuple[str, int, int]:
        """Which document it is."""
        return self.form.key, self.round, self.by if self.form.filling == "each" else 0


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed: the entry of the journal, and where the cycle stood before."""

    entry: JournalEntry
    stage: str
    round: int


def beginning(cycle: Cycle, definition: GroupType, hidden: Disguise, made: str) -> list[str]:
    """The run, with what the host knew beside the documents."""
    view = view_of(cycle, definition, None)
    rounds = {}
    for lesson in cycle.rounds:
        known = {
            "kind": lesson.kind,
            "at": (hidden.day(lesson.at), f"{lesson.at:%H:%M}") if lesson.at else None,
            "lead": hidden.who(lesson.lead_id) if lesson.lead_id else "",
            "watch": {key: hidden.who(person) for key, person in lesson.watch.items()},
            "subject": hidden.words(lesson.subject),
            "class_name": hidden.words(lesson.class_name),
            "class_size": lesson.class_size,
        }
        rounds[lesson.n] = {key: value for key, value in known.items() if value}
    given: dict[str, Any] = {
        "rounds": rounds,
        "facts": {name: hidden.fact(value, name) for name, value in view.facts.items()},
        "settings": hidden.fact(dict(view.settings)),
    }
    for role, person in (("leader", cycle.triad.group.leader_id), ("psychologist", cycle.triad.group.psychologist_id)):
        if person is not None and hidden.who(person) != role:  # a member of the team, or one person for both
            given[role] = hidden.who(person)
    return _call("run = Recorded", [made], {key: value for key, value in given.items() if value})


def steps(cycle: Cycle, definition: GroupType, hidden: Disguise) -> Iterator[str]:
    """Everything that was done, a call a line where it fits."""
    entries = list(
        db.session.scalars(select(JournalEntry).where(JournalEntry.cycle_id == cycle.id).order_by(JournalEntry.seq))
    )
    presses = _presses(entries, definition)
    before = _placed(_written(cycle, definition), presses, definition)
    tallies = {(t.survey, t.round): t for t in view_of(cycle, definition, None).tallies}
    waivers = {(w.rule, w.round) for w in db.session.scalars(select(Waiver).where(Waiver.cycle_id == cycle.id))}
    newcomers = hidden.newcomers()
    round_, today = 1, 0
    for entry in entries:
        if hidden.day(entry.at) > today:
            today = hidden.day(entry.at)
            yield f"run.on({today})"
        if entry.action == "replace_member" and newcomers:
            newcomer = newcomers.pop(0)
            yield from _call("run.replace", [hidden.who(hidden.before(newcomer)), hidden.who(newcomer.person_id)], {})
        elif entry.action == "waive":
            for rule, _n in sorted(w for w in waivers if w[1] == round_):
                waivers.discard((rule, round_))
                yield from _call("run.waive", [rule], {})
        elif press := presses.get(entry.id):
            for document in before.get(entry.id, ()):
                yield from _write(document, entry.at, hidden)
            for survey in definition.process.stage(press.stage).surveys:
                if tally := tallies.pop((survey, press.round), None):
                    yield from _ask(tally, definition)
            yield from _press(press, definition, hidden)
        round_ = entry.round


def _presses(entries: Sequence[JournalEntry], definition: GroupType) -> dict[int, Press]:
    known = {action.key for action in definition.process.actions}
    found, round_ = {}, 1
    for entry in entries:
        if entry.action in known:
            found[entry.id] = Press(entry, entry.source, round_)
        round_ = entry.round
    return found


def _written(cycle: Cycle, definition: GroupType) -> list[Written]:
    """Every version of every document, in order."""
    found = []
    for row in db.session.scalars(select(Submission).where(Submission.cycle_id == cycle.id).order_by(Submission.id)):
        form = next((f for f in definition.forms if f.key == row.form_key), None)
        if form is None:
            continue
        agreed: dict[str, list[tuple[int, datetime]]] = {}
        for one in db.session.scalars(select(Confirmation).where(Confirmation.submission_id == row.id)):
            agreed.setdefault(one.content_hash, []).append((one.person_id, one.at))
        versions: list[tuple[str, dict[str, Any], int, datetime]] = [
            (r.state, dict(r.values), r.by_id, r.at)
            for r in db.session.scalars(
                select(Revision).where(Revision.submission_id == row.id).order_by(Revision.version)
            )
        ]
        versions.append((row.state, dict(row.values), row.updated_by, row.updated_at))
        for state, values, by, at in versions:
            who = tuple(agreed.get(content_hash(values), ()))
            found.append(Written(form, row.round, row.person_id or by, state == "draft", values, at, who))
    return found


def _placed(
    written: Sequence[Written], presses: dict[int, Press], definition: GroupType
) -> dict[int, tuple[Written, ...]]:
    """Before which press each document stood: the first one after it was saved, out of a stage that shows it.

    Of several versions before one press the last counts: nothing looked at the others.
    """
    before: dict[int, dict[tuple[str, int, int], Written]] = {}
    for document in written:
        later = [p for p in presses.values() if p.entry.at >= document.at]
        open_in = definition.process.open_stages(document.form.key)
        fitting = [p for p in later if p.stage in open_in and document.round in (0, p.round)]
        if chosen := next(iter(fitting or later), None):
            before.setdefault(chosen.entry.id, {})[document.place] = document
    return {key: tuple(found.values()) for key, found in before.items()}


def _write(document: Written, until: datetime, hidden: Disguise) -> list[str]:
    agreed = "".join(sorted(hidden.who(person) for person, at in document.confirmed if at <= until))
    named = {"by": hidden.who(document.by), "round": document.round, "draft": document.draft, "confirmed": agreed}
    values = hidden.values(document.form, document.values)
    return _call("run.write", [document.form.key, values], {key: value for key, value in named.items() if value})


def _ask(tally: Tally, definition: GroupType) -> list[str]:
    """How many answered; what they said only where the page of results may show it."""
    counts = tally.counts if tally.answers >= definition.survey(tally.survey).least else {}
    return _call("run.ask", [tally.survey, tally.answers], {"counts": counts} if counts else {})


def _press(press: Press, definition: GroupType, hidden: Disguise) -> list[str]:
    entry = press.entry
    asks = {f.key: f for f in definition.process.action(entry.action).asks}
    given = {key: hidden.answer(asks[key], value) for key, value in entry.given.items() if key in asks}
    named: dict[str, Any] = {"by": hidden.who(entry.actor_id), "to": entry.target}
    named |= {"round": entry.round} if entry.round != press.round else {}
    named |= {"held": True} if entry.held else {}
    return _call("run.press", [entry.action], {**named, **({"given": given} if given else {})})


class _Plain(str):
    """A name of Python, written without quotation marks."""

    def __repr__(self) -> str:
        return str(self)


def _call(verb: str, given: Sequence[Any], named: dict[str, Any]) -> list[str]:
    """A call on one line, or with an argument a line where that is too long."""
    positional = [_Plain(g) if verb.endswith("Recorded") else g for g in given]
    whole = ", ".join([*map(_quoted, positional), *(f"{key}={_quoted(value)}" for key, value in named.items())])
    if len(verb) + len(whole) + 2 <= _WIDTH:
        return [f"{verb}({whole})"]
    lines = [f"{verb}("]
    for prefix, value in (*(("", g) for g in positional), *((f"{key}=", v) for key, v in named.items())):
        first, *rest = _quoted(value, _WIDTH - 8).split("\n")
        lines.append(f"    {prefix}{first}")
        lines += [f"    {line}" for line in rest]
        lines[-1] += ","
    return [*lines, ")"]


def _quoted(value: Any, width: int = 10_000) -> str:
    """A value as an author would write it."""
    if isinstance(value, str) and not isinstance(value, _Plain):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return pprint.pformat(value, width=width, sort_dicts=False)
