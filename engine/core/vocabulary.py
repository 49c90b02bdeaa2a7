"""Ready rules: the common cases of a process without writing code.

``text`` tells everybody what is missing, ``step`` tells whoever it waits for what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.core.rules import Refusal, Rule, missing, names, refuse
from engine.core.text import Text
from engine.core.view import CycleView


def _rule(
    key: str,
    title: str,
    en: str,
    check: Callable[[CycleView], Refusal | None],
    waivable: bool,
    *reads: tuple[str, str],
    needs: tuple[tuple[str, int], ...] = (),
) -> Rule:
    return Rule(key, Text(title, en=en), check, waivable, needs=needs, reads=reads)


def submitted_by_each(
    form: str,
    role: str,
    title: str,
    text: str,
    *,
    en: str = "",
    text_en: str = "",
    step: str = "",
    waivable: bool = False,
) -> Rule:
    """Every holder of ``role`` has submitted their own document; ``{who}`` in the text names those who have not."""

    def check(view: CycleView) -> Refusal | None:
        done = {s.person.id for s in view.sheets_of(form) if s.person and s.submitted}
        waiting = tuple(p for p in view.holders(role) if p.id not in done)
        if not waiting:
            return None
        return refuse(
            text, text_en, people=waiting, roles=(role,), form=form, round_=view.round, step=step, who=names(waiting)
        )

    return _rule(f"submitted_by_each.{form}.{role}", title, en, check, waivable, ("each", f"{form}.{role}"))


def complete(
    form: str,
    roles: tuple[str, ...],
    title: str,
    text: str,
    *,
    en: str = "",
    text_en: str = "",
    step: str = "",
    waivable: bool = False,
) -> Rule:
    """The shared document is there and whole."""

    def check(view: CycleView) -> Refusal | None:
        sheet = view.sheet(form)
        if sheet and sheet.submitted:
            return None
        return refuse(text, text_en, roles=roles, form=form, round_=view.round, step=step)

    return _rule(f"complete.{form}", title, en, check, waivable, ("shared", form))


def confirmed_by_each(
    form: str,
    role: str,
    title: str,
    text: str,
    *,
    en: str = "",
    text_en: str = "",
    step: str = "",
    waivable: bool = False,
) -> Rule:
    """Every holder of ``role`` has confirmed the shared document as it stands now."""

    def check(view: CycleView) -> Refusal | None:
        sheet = view.sheet(form)
        done = sheet.confirmed if sheet and sheet.submitted else frozenset()
        waiting = tuple(p for p in view.holders(role) if p.id not in done)
        if not waiting:
            return None
        return refuse(
            text, text_en, people=waiting, roles=(role,), form=form, round_=view.round, step=step, who=names(waiting)
        )

    return _rule(f"confirmed_by_each.{form}.{role}", title, en, check, waivable, ("confirmed", f"{form}.{role}"))


def answers(
    survey: str,
    least: int,
    roles: tuple[str, ...],
    title: str,
    text: str,
    *,
    en: str = "",
    text_en: str = "",
    step: str = "",
    waivable: bool = False,
) -> Rule:
    """At least ``least`` answers came, on paper or by link; ``{n}`` in the text is how many there are."""

    def check(view: CycleView) -> Refusal | None:
        tally = view.tally(survey)
        n = tally.answers if tally else 0
        if n >= least:
            return None
        return refuse(text, text_en, roles=roles, survey=survey, round_=view.round, step=step, n=n, least=least)

    return _rule(f"answers.{survey}.{least}", title, en, check, waivable, ("survey", survey))


def filled(
    form: str,
    field: str,
    roles: tuple[str, ...],
    title: str,
    text: str,
    *,
    least: int = 1,
    en: str = "",
    text_en: str = "",
    step: str = "",
    waivable: bool = False,
) -> Rule:
    """A field of the shared document is answered; a list, table or set of files has at least ``least`` entries."""

    def check(view: CycleView) -> Refusal | None:
        values = view.values(form)
        value: Any = values.get(field)
        enough = not missing(values, field) and (not isinstance(value, (list, tuple)) or len(value) >= least)
        return None if enough else refuse(text, text_en, roles=roles, form=form, round_=view.round, step=step)

    return _rule(
        f"filled.{form}.{field}.{least}", title, en, check, waivable, ("shared", form), ("field", f"{form}.{field}")
    )


def at_least(
    form: str,
    role: str,
    least: int,
    title: str,
    text: str,
    *,
    confirmed: bool = False,
    en: str = "",
    text_en: str = "",
    step: str = "",
    waivable: bool = False,
) -> Rule:
    """A quorum: ``least`` holders of ``role`` have submitted their own document, or with ``confirmed`` have agreed with
    the shared one as it stands. In the text ``{n}`` is how many have, ``{who}`` names those who have not."""

    def check(view: CycleView) -> Refusal | None:
        holders = view.holders(role)
        if confirmed:
            sheet = view.sheet(form)
            done = sheet.confirmed if sheet and sheet.submitted else frozenset()
        else:
            done = frozenset(s.person.id for s in view.sheets_of(form) if s.person and s.submitted)
        waiting = tuple(p for p in holders if p.id not in done)
        n = len(holders) - len(waiting)
        if n >= least:
            return None
        return refuse(
            text,
            text_en,
            people=waiting,
            roles=(role,),
            form=form,
            round_=view.round,
            step=step,
            n=n,
            least=least,
            who=names(waiting),
        )

    name, read = ("at_least_confirmed", "confirmed") if confirmed else ("at_least", "each")
    reads = (read, f"{form}.{role}")
    return _rule(f"{name}.{form}.{role}.{least}", title, en, check, waivable, reads, needs=((role, least),))


def any_of(
    key: str,
    title: str,
    text: str,
    *rules: Rule,
    en: str = "",
    text_en: str = "",
    step: str = "",
    waivable: bool = False,
) -> Rule:
    """One of several rules is enough; the refusal names everybody who could satisfy any of them."""

    def check(view: CycleView) -> Refusal | None:
        found = []
        for item in rules:
            refusal = item(view)
            if refusal is None:
                return None
            found.append(refusal)
        roles = tuple(dict.fromkeys(role for r in found for role in r.roles))
        people = tuple({p.id: p for r in found for p in r.people}.values())
        return refuse(text, text_en, roles=roles, people=people, link=found[0].link, step=step)

    return _rule(key, title, en, check, waivable, *(read for r in rules for read in r.reads))


def all_of(key: str, title: str, *rules: Rule, en: str = "", waivable: bool = False) -> Rule:
    """Several rules under one name: the first that refuses speaks."""

    def check(view: CycleView) -> Refusal | None:
        return next((refusal for r in rules if (refusal := r(view)) is not None), None)

    needs = tuple(need for r in rules for need in r.needs)
    return _rule(key, title, en, check, waivable, *(read for r in rules for read in r.reads), needs=needs)
