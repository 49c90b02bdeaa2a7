"""How a document is read: what it starts with, what may be chosen, who may see which words, when it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import bindparam, select

from engine.core.definition import GroupType
from engine.core.forms import Field, Form, Rows
from engine.core.rules import missing
from engine.core.text import Text
from engine.core.view import CycleView
from engine.services.definitions import readable_only
from engine.services.editions import Editions
from engine.services.keeping import Written
from engine.store.cycles import Cycle, JournalEntry
from engine.store.database import db
from engine.store.documents import Confirmation
from engine.store.people import Person
from engine.store.prepared import Statement
from engine.store.reading import direct

NOT_YOURS_TEXTS = ("Этот документ заполняют другие участники", "Other members fill in this document")
NOT_YOURS = Text(NOT_YOURS_TEXTS[0], en=NOT_YOURS_TEXTS[1])
RETIRED = Text("В новой версии этот документ больше не заполняют", en="The new version asks for this document no more")


class Stands(Protocol):
    """A run, as far as it matters where it stands."""

    @property
    def held(self) -> bool: ...
    @property
    def stage(self) -> str: ...
    @property
    def round(self) -> int: ...


class Saved(Protocol):
    """A document, as far as it matters whether it is handed in."""

    @property
    def state(self) -> str: ...


def may_read(form: Form, held: set[str], mine: bool, stored: Saved | None) -> bool:
    """Whether somebody with the relations ``held`` may open the document at all.

    A personal sheet of another is read once it is handed in; the leader reads whatever the triad has saved.
    """
    if not may_read_any(form, held):
        return False
    return mine or (stored is not None and stored.state == "submitted")


def may_read_any(form: Form, held: set[str]) -> bool:
    """Whether somebody with the relations ``held`` reads any document of the form."""
    return bool(held & {"triad_member", "group_leader", *form.roles, *form.readers})


def shows_private(person: Person, cycle: Cycle, definition: GroupType, held: set[str]) -> bool:
    """Whether words about case pupils are shown: to the triad; to the leader once the package was handed over."""
    if "triad_member" in held:
        return True
    until = definition.process.private_until
    if "group_leader" not in held:
        return False
    if not until:
        return True
    return (
        db.session.scalar(
            select(JournalEntry.id)
            .where(JournalEntry.cycle_id == cycle.id, JournalEntry.target.in_(Editions(cycle).stages(until)))
            .limit(1)
        )
        is not None
    )


def without_private(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a document without words about case pupils, in tables neither."""
    shown = dict(values)
    for _, item in form.items():
        if isinstance(item, Field) and item.private:
            shown.pop(item.key, None)
        elif isinstance(item, Rows):
            hidden = {c.key for c in item.columns if c.private}
            if hidden and item.key in shown:
                shown[item.key] = [{k: v for k, v in row.items() if k not in hidden} for row in shown[item.key] or ()]
    return shown


def closed_because(definition: GroupType, form: Form, cycle: Cycle, round_: int) -> str:
    """Why the document cannot be written now; empty when it can."""
    if readable_only(cycle.school_id, cycle.type_key):
        return Text("Тип группы отключён администратором школы", en="The group type is disabled")
    return closed_at(definition, form, cycle, round_)


def closed_at(definition: GroupType, form: Form, run: Stands, round_: int) -> str:
    """Why the document cannot be written where the run stands; empty when it can."""
    if run.held:
        return Text("Цикл приостановлен", en="The cycle is suspended")
    if run.stage not in definition.process.open_stages(form.key):
        return Text("Этот документ заполняют на другом этапе", en="This document belongs to another stage")
    if round_ and round_ != run.round:
        return (
            Text("Этот урок уже позади", en="This lesson is behind")
            if round_ < run.round
            else Text("До этого урока ещё не дошли", en="This lesson is still ahead")
        )
    return ""


def carried(definition: GroupType, form: Form, view: CycleView, round_: int) -> dict[str, Any]:
    """What a new document starts with: nothing is typed twice."""
    values: dict[str, Any] = {}
    for carry in form.carries:
        if carry.to in values:
            continue
        per_round = definition.form(carry.form).per_round
        n = round_ - carry.back if round_ else view.round - carry.back
        source = view.values(carry.form, n if per_round else 0)
        if not missing(source, carry.field):
            values[carry.to] = source[carry.field]
    return values


_CONFIRMED = Statement(
    select(Confirmation.person_id).where(
        Confirmation.submission_id == bindparam("document"), Confirmation.content_hash == bindparam("hash")
    )
)


def confirmed(stored: Written) -> frozenset[int]:
    """Who has agreed with the document exactly as it stands."""
    return frozenset(id_ for (id_,) in direct(_CONFIRMED, document=stored.id, hash=stored.content_hash))
