"""Positions and the decision of a triad, and what the system does about it when the cycle is handed over."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.core.definition import GroupType
from engine.core.text import Text
from engine.core.wording import carried, steps_from
from engine.services import effects, opening, pressed, transfers
from engine.services.access import NO_CYCLE, members, relations
from engine.services.contents import content_hash
from engine.services.decided import Made, beside, made
from engine.services.effects import Deed, hand_effect
from engine.services.errors import Invalid, NotFound
from engine.services.host import now
from engine.services.outcomes import Outcome
from engine.services.programs import messages
from engine.services.teams import worded
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.documents import Submission
from engine.store.groups import Group
from engine.store.growth import Decision, Position
from engine.store.people import Person
from engine.store.prepared import Statement, insertion
from engine.store.unit import lock, unit_of_work

CHOICES = {
    "continue": Text("Продолжить работу в этой теме", en="Go on with this theme"),
    "change_approach": Text("Сменить подход к проведению занятия", en="Change the approach"),
    "move": Text("Перейти в другой ПОС", en="Move to another group"),
}


def _cycle(person: Person, cycle_id: int) -> Cycle:
    cycle: Cycle | None = lock(Cycle, cycle_id)
    if cycle is None or "triad_member" not in relations(person, cycle):
        raise NotFound(*NO_CYCLE)
    if cycle.stage != "decision":
        raise Invalid("Решение принимают на этапе «Решение тройки»", "Decisions are taken at their own stage")
    return cycle


def state_position(person: Person, cycle_id: int, choice: str, reason: str) -> None:
    """A member says what they would do next; it may be changed until the decision is taken."""
    with unit_of_work():
        cycle = _cycle(person, cycle_id)
        if choice not in CHOICES:
            raise Invalid(
                "Выберите одно из трёх",
                "Choose one of the three",
                {"choice": [Text("Выберите одно из трёх", en="Choose one of the three")]},
            )
        row = db.session.scalar(select(Position).where(Position.cycle_id == cycle.id, Position.person_id == person.id))
        if row is None:
            row = Position(cycle_id=cycle.id, person_id=person.id)
            db.session.add(row)
        row.choice, row.reason, row.at = choice, reason.strip(), now()


def decide(
    person: Person,
    cycle_id: int,
    *,
    choice: str,
    grounds: str,
    dissent: str = "",
    next_question: str = "",
    what_changes: str = "",
    next_steps: str = "",
    target_group_id: int | None = None,
    movers: list[int] | None = None,
) -> None:
    """Record the decision of the triad. Raises Invalid where the choice needs more words or a target group."""
    with unit_of_work():
        cycle = _cycle(person, cycle_id)
        errors: dict[str, list[str]] = {}
        if choice not in CHOICES:
            errors["choice"] = [Text("Выберите одно из трёх", en="Choose one of the three")]
        if not grounds.strip():
            errors["grounds"] = [Text("Запишите обоснование", en="Write down the grounds")]
        if choice == "change_approach" and not what_changes.strip():
            errors["what_changes"] = [Text("Напишите, что меняем и почему", en="Write what changes and why")]
        team = [m.person_id for m in members(cycle.triad)]
        moving = sorted(set(movers or [])) if choice == "move" else []
        if choice == "move":
            target = db.session.get(Group, target_group_id or 0)
            if target is None or target.school_id != cycle.school_id or target.id == cycle.triad.group_id:
                errors["target_group_id"] = [Text("Выберите другой ПОС школы", en="Choose another group of the school")]
            if not moving or not set(moving) <= set(team):
                errors["movers"] = [Text("Отметьте, кто переходит", en="Tick who moves")]
        if errors:
            raise Invalid("Проверьте поля", "Check the fields", errors)
        row = db.session.get(Decision, cycle.id)
        if row is None:
            row = Decision(cycle_id=cycle.id)
            db.session.add(row)
        row.choice, row.grounds, row.dissent = choice, grounds.strip(), dissent.strip()
        row.next_question, row.what_changes = next_question.strip(), what_changes.strip()
        row.next_steps, row.movers = next_steps.strip(), moving
        row.target_group_id = target_group_id if choice == "move" else None
        row.by_id, row.at = person.id, now()


def positions(cycle: Cycle) -> dict[int, Position]:
    """What each member has said."""
    rows = db.session.scalars(select(Position).where(Position.cycle_id == cycle.id))
    return {row.person_id: row for row in rows}


def decision_of(cycle: Cycle) -> Decision | None:
    """The recorded decision."""
    return db.session.get(Decision, cycle.id)


def suggestion(found: Outcome) -> tuple[str, Text] | None:
    """Which of the three the figures speak for, and why. A hint, never a choice (domain brief §3.4)."""
    means = [s.mean for s in found.overall if s.mean is not None]
    if len(means) < 2:
        return None
    met = [f.met for f in found.findings if f.round == found.rounds[-1]]
    if met and all(met):
        return "move", Text("Все критерии выполнены: тема освоена", en="Every criterion is met: the theme is mastered")
    if means[-1] - means[0] >= 0.5:
        return "continue", Text("Показатели растут, но выполнено не всё", en="The figures grow, not all is met yet")
    return "change_approach", Text("За три урока показатели почти не изменились", en="The figures have hardly changed")


_OF = beside(Cycle.triad_id)
_PASSPORT = Statement(insertion(Submission))


@hand_effect("decision")
def carry_out(deed: Deed) -> None:
    """Open the next cycle with what is carried over, or ask both leaders about the move. In the handover's
    transaction."""
    triad, *decision = deed.hand.rows(_OF, cycle=deed.scene.cycle.id)[0]
    decided = made(decision)
    if decided is None:
        return
    if decided.choice == "move" and decided.target_group_id:
        transfers.request(deed.cycle, decided.target_group_id, decided.movers, decided.grounds)
        return
    try:
        opened = _open_next(deed, triad)
    except Invalid as closed:
        told, cycle = worded(closed.text, deed.definition.team), deed.scene.cycle.id
        pressed.notify(deed.hand, [effects.line(id_, told, cycle, deed.moment) for id_ in deed.scene.team])
        return
    carries = any(form.key == "passport" for form in opened.definition.forms)
    known = {r.n: opening.Class(r.facts["class_name"], r.facts["class_size"]) for r in deed.view.rounds if carries}
    opening.lessons(deed.hand, opened, known)
    if deed.scene.programs:
        deed.hand.flush()
        messages.of_cycle("cycle.opened", db.session.get_one(Cycle, opened.id), deed.person)
    if carries:
        _carry_passport(deed, opened, decided)


def _open_next(deed: Deed, triad: int) -> opening.Opened:
    def store(definition: GroupType) -> None:  # the first cycle of a new edition
        deed.in_session()
        opening.store(definition)

    cycle, presser = deed.scene.cycle, deed.scene.presser_id
    return opening.open_cycle(deed.hand, triad, presser, deed.moment, store=store, previous=cycle.id)


def _passport(deed: Deed, new: GroupType) -> dict[str, Any]:
    """The passport of the cycle before, in the words of the definition that the next one runs by."""
    old = deed.definition
    values = dict(deed.view.values("passport", 0))
    if old.fingerprint == new.fingerprint or not values:
        return values
    steps = steps_from(new, old.version) or ()
    return carried(old.form("passport"), new.form("passport"), values, steps).values


def _carry_passport(deed: Deed, following: opening.Opened, made: Made) -> None:
    values = _passport(deed, following.definition)
    if made.next_question:
        values["research_question"] = made.next_question
    if made.choice == "change_approach":
        values["technique_ids"] = []
        values["why"] = made.what_changes
    row = {
        "cycle_id": following.id,
        "form_key": "passport",
        "round": 0,
        "owner": 0,
        "person_id": None,
        "state": "draft",
        "version": 1,
        "values": values,
        "content_hash": content_hash(values),
        "fingerprint": following.definition.fingerprint,
        "updated_at": deed.moment,
        "updated_by": deed.scene.presser_id,
        "submitted_at": None,
    }
    deed.hand.write((_PASSPORT, row))
