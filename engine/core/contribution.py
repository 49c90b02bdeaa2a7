"""Contributions: what one plugin adds to a type another one owns, and how the two become one definition."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from engine.core.criteria import Criterion
from engine.core.definition import Addition, GroupType, Technique
from engine.core.forms import Form, SoftWarning
from engine.core.process import Process
from engine.core.rules import Rule


@dataclass(frozen=True, slots=True)
class Contribution:
    """Additions to a type one does not own; nothing of the type can be changed or removed.

    ``rules`` are pairs (key of an action, rule); ``forms`` pairs (key of the stage that shows it, form). ``title`` and
    ``purpose`` tell an administrator what is switched on; ``api`` is the range of the door's versions.
    """

    title: str
    purpose: str = ""
    version: str = "1"
    rules: tuple[tuple[str, Rule], ...] = ()
    forms: tuple[tuple[str, Form], ...] = ()
    criteria: tuple[Criterion, ...] = ()
    techniques: tuple[Technique, ...] = ()
    warnings: tuple[SoftWarning, ...] = ()
    api: str = ">=1,<2"


def assembled(definition: GroupType, owner: str, added: Contribution) -> GroupType:
    """The type with what ``owner`` adds; every addition carries its owner into pages, refusals and the snapshot.

    Keys of rules begin with the owner: the code of a rule is found by its key, and nobody answers for another.
    Raises KeyError when a rule or a form names an action or a stage the type does not have.
    """
    process: Process = definition.process
    for action, rule in added.rules:
        key = rule.key if rule.key.startswith(f"{owner}.") else f"{owner}.{rule.key}"
        process = process.guarded(action, dataclasses.replace(rule, key=key, owner=owner))
    for stage, form in added.forms:
        process = process.showing(stage, form.key)
    forms = {form.key: dataclasses.replace(form, owner=owner) for _, form in added.forms}  # shown in several stages
    return dataclasses.replace(
        definition,
        process=process,
        forms=definition.forms + tuple(forms.values()),
        criteria=definition.criteria + tuple(dataclasses.replace(c, owner=owner) for c in added.criteria),
        techniques=definition.techniques + tuple(dataclasses.replace(t, owner=owner) for t in added.techniques),
        warnings=definition.warnings + added.warnings,
        additions=(*definition.additions, Addition(owner, added.title, added.version)),
    )
