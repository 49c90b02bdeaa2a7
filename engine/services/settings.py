"""Settings of a type in a school: set by its administrator, every version kept, fitted to whatever version asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import wtforms
from sqlalchemy import bindparam, func, select
from werkzeug.datastructures import MultiDict

from engine.core import fields
from engine.core.definition import GroupType
from engine.core.forms import Field, Form
from engine.core.settings import Fitted, defaults, fields_of, fitted, form_of
from engine.core.text import Text
from engine.services.access import require_admin
from engine.services.contents import errors_of
from engine.services.definitions import offered
from engine.services.errors import Conflict, Invalid, NotFound
from engine.services.host import now
from engine.store.database import db
from engine.store.lives import TypeSettings
from engine.store.people import Person, School
from engine.store.prepared import Read, Statement
from engine.store.reading import direct
from engine.store.unit import lock, unit_of_work

TITLE = Text("Настройки типа", en="Settings of the type")


@dataclass(frozen=True, slots=True)
class Page:
    """The settings of a type to be shown: the form, what it holds, and what of the stored values could not be used."""

    definition: GroupType
    form: Form
    bound: wtforms.Form
    found: Fitted
    version: int

    @property
    def unfit(self) -> list[Field]:
        """Settings whose stored value this version cannot use: their first value holds."""
        return [item for item in fields_of(self.definition.settings) if item.key in self.found.unfit]


@dataclass(frozen=True, slots=True)
class Past:
    """One version of the settings: when and by whom it was set, and what it changed (label, before, after)."""

    row: TypeSettings
    who: str
    changes: list[tuple[Field | str, Any, Any]]


_HELD = Statement(
    select(TypeSettings.values, TypeSettings.aside)
    .where(TypeSettings.school_id == bindparam("school"), TypeSettings.type_key == bindparam("type"))
    .order_by(TypeSettings.version.desc())
    .limit(1)
)


def of(school_id: int, definition: GroupType, read: Read = direct) -> dict[str, Any]:
    """What rules see: every setting the definition declares. A definition without settings costs no statement."""
    if not definition.settings:
        return {}
    rows = read(_HELD, school=school_id, type=definition.key)
    if not rows:
        return defaults(definition.settings)
    values, aside = rows[0]
    return fitted(definition.settings, values | aside).values


def _latest(school_id: int, type_key: str) -> TypeSettings | None:
    query = select(TypeSettings).where(TypeSettings.school_id == school_id, TypeSettings.type_key == type_key)
    return db.session.scalar(query.order_by(TypeSettings.version.desc()).limit(1))


def page(admin: Person, type_key: str, posted: MultiDict[str, str] | None = None) -> Page:
    """The settings for the administrator. NotFound where the type is not usable or declares none."""
    require_admin(admin)
    definition = _definition(admin, type_key)
    row = _latest(admin.school_id, type_key)
    found = fitted(definition.settings, row.values | row.aside if row else {})
    form = form_of(definition.settings, TITLE)
    bound = fields.bind(form, found.values, posted=posted)
    return Page(definition, form, bound, found, row.version if row else 0)


def _definition(admin: Person, type_key: str) -> GroupType:
    definition = offered(admin.school_id, type_key)
    if definition is None or not definition.settings:
        raise NotFound("У этого типа нет настроек", "This type has no settings")
    return definition


def save(admin: Person, type_key: str, posted: MultiDict[str, str], seen: int) -> TypeSettings:
    """Set them; what an other version knows is kept aside. They hold at once, for every cycle of the school.

    Raises Invalid (``errors`` by input name), Conflict when another administrator was faster.
    """
    require_admin(admin)
    definition = _definition(admin, type_key)
    form = form_of(definition.settings, TITLE)
    bound = fields.bind(form, {}, posted=posted)
    if not bound.validate():
        raise Invalid("Проверьте поля", "Check the fields", errors_of(bound))
    with unit_of_work():
        lock(School, admin.school_id)
        row = _latest(admin.school_id, type_key)
        if (row.version if row else 0) != seen:
            raise Conflict(
                "Пока вы смотрели, настройки изменил другой администратор. Посмотрите и сохраните ещё раз",
                "Another administrator has changed the settings meanwhile. Look and save again",
            )
        aside = fitted(definition.settings, row.values | row.aside).aside if row else {}
        made = TypeSettings(
            school_id=admin.school_id,
            type_key=type_key,
            version=seen + 1,
            type_version=definition.version,
            values=fields.values_of(form, bound),
            aside=aside,
            by_id=admin.id,
            at=now(),
        )
        db.session.add(made)
        db.session.flush()
        return made


def history(admin: Person, type_key: str) -> list[Past]:
    """Every version of the settings, newest first, with what each changed."""
    require_admin(admin)
    definition = _definition(admin, type_key)
    known = {item.key: item for item in fields_of(definition.settings)}
    rows = db.session.execute(
        select(TypeSettings, Person)
        .join(Person, Person.id == TypeSettings.by_id)
        .where(TypeSettings.school_id == admin.school_id, TypeSettings.type_key == type_key)
        .order_by(TypeSettings.version)
    ).all()
    before, found = defaults(definition.settings), []
    for row, who in rows:
        after = row.values
        changed = [key for key in after if before.get(key) != after[key]]
        found.append(Past(row, who.short_name, [(known.get(k, k), before.get(k), after[k]) for k in changed]))
        before = {**before, **after}
    return found[::-1]


def count(school_id: int, type_key: str) -> int:
    """How many versions of the settings are kept."""
    query = select(func.count()).where(TypeSettings.school_id == school_id, TypeSettings.type_key == type_key)
    return db.session.scalar(query) or 0
