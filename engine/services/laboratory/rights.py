"""Who reads the pages of the Laboratory."""

from __future__ import annotations

from engine.services.access import is_lab_member, led_groups
from engine.services.errors import NotFound
from engine.store.groups import Group
from engine.store.people import Person

FOR_LAB = ("Это страница Лаборатории", "This page is for the Laboratory")


def require_lab(person: Person) -> None:
    """Raises NotFound unless the person sits in the Laboratory of their school."""
    if not is_lab_member(person):
        raise NotFound(*FOR_LAB)


def groups_seen(person: Person) -> list[Group] | None:
    """The groups whose cycles the person looks at from above: None means all of the school (the Laboratory), a list the
    led ones. Raises NotFound for everybody else."""
    if is_lab_member(person):
        return None
    led = led_groups(person)
    if not led:
        raise NotFound(*FOR_LAB)
    return led
