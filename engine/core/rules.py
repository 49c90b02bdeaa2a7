"""Rules: why an action may not be done now.

A rule is an object, not a name; it looks at a ``CycleView`` and returns a ``Refusal`` or None, never a bool. Every
rule of an action is asked always, so that a person sees all the reasons at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.errors import Unanswered
from engine.core.text import Text
from engine.core.view import CycleView, Person


@dataclass(frozen=True, slots=True)
class Link:
    """Where a reason can be resolved: a document, a survey, the team, the dates. ``round`` 0 means "not of a round"."""

    kind: str
    key: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why not: what is missing, who can resolve it (roles and people), and where.

    ``step`` says the same to those who can resolve it: what to do (empty: ``text`` says it already). ``owner`` is the
    plugin whose rule it is, where that is not the type itself.
    """

    text: str
    code: str = ""
    roles: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    link: Link | None = None
    waivable: bool = False
    title: str = ""
    step: str = ""
    owner: str = ""

    def at(self, link: Link) -> Refusal:
        """The same reason, resolved elsewhere."""
        return Refusal(
            self.text, self.code, self.roles, self.people, link, self.waivable, self.title, self.step, self.owner
        )

    def of(self, rule: Rule, *, waivable: bool) -> Refusal:
        """The same reason, stamped with the rule it comes from."""
        return Refusal(
            self.text, rule.key, self.roles, self.people, self.link, waivable, rule.title, self.step, rule.owner
        )


def refuse(
    text: str,
    en: str = "",
    *,
    roles: Iterable[str] = (),
    people: Iterable[Person] = (),
    form: str = "",
    survey: str = "",
    link: Link | None = None,
    round_: int = 0,
    step: str = "",
    **params: Any,
) -> Refusal:
    """Build a refusal; ``{name}`` in texts is filled from ``params``, ``form``/``survey`` give the link.

    >>> refuse("Ждём: {who}", "Waiting for: {who}", who=["А. А."], form="plan").text
    'Ждём: А. А.'
    """
    if form:
        link = Link("form", form, round_)
    elif survey:
        link = Link("survey", survey, round_)
    return Refusal(
        text=Text(text, en=en).fill(params),
        roles=tuple(roles),
        people=tuple(people),
        link=link,
        step=Text(step).fill(params) if step else "",
    )


Check = Callable[[CycleView], Refusal | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named check. ``key`` is its meaning for ever (new meaning, new key); ``waivable`` lets a leader lift it.

    ``owner`` is the plugin that added it to a type it does not own (empty: the type itself).

    What the lint is told, beside the definition and in no fingerprint: ``needs`` are pairs (role, how many must hold
    it for the rule to be met at all), ``reads`` pairs of what the check looks at: ("form", key), ("field",
    "form.field"), ("shared", key of a document of all), ("each", "form.role"), ("confirmed", "form.role"),
    ("survey", key).
    """

    key: str
    title: str
    check: Check = field(compare=False, repr=False)
    waivable: bool = False
    explanation: str = ""
    owner: str = ""
    needs: tuple[tuple[str, int], ...] = field(default=(), compare=False, repr=False)
    reads: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)

    def __call__(self, view: CycleView) -> Refusal | None:
        """The refusal, stamped with the rule it comes from."""
        try:
            refusal = self.check(view)
        except Unanswered as silent:
            return silent.refusal.of(self, waivable=silent.refusal.waivable)
        return None if refusal is None else refusal.of(self, waivable=self.waivable)


def rule(
    key: str,
    title: str,
    en: str = "",
    *,
    waivable: bool = False,
    needs: tuple[tuple[str, int], ...] = (),
    reads: tuple[tuple[str, str], ...] = (),
) -> Callable[[Check], Rule]:
    """Turn a function over a view into a ``Rule``; its docstring becomes the explanation.

    >>> @rule("demo.even", "Чётный круг", en="Even round")
    ... def even(view):
    ...     '''The round must be even.'''
    ...     return None if view.round % 2 == 0 else refuse("Круг нечётный", "Odd round")
    >>> even(CycleView("plan", round=1)).code
    'demo.even'
    """

    def wrap(check: Check) -> Rule:
        explanation = (check.__doc__ or "").strip()
        return Rule(key, Text(title, en=en), check, waivable, explanation, needs=needs, reads=reads)

    return wrap


def names(people: Iterable[Person]) -> list[str]:
    """Short names for a refusal text."""
    return [p.name for p in people]


def missing(values: Mapping[str, Any], key: str) -> bool:
    """Whether a document lacks an answer to ``key``. A score of 0 is an answer; an empty text or list is not."""
    value = values.get(key)
    return value is None or value is False or value in ("", [], {})
