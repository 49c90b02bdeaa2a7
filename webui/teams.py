"""The word for a team on the page at hand: «тройка», or what a team of another size is called."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import g, has_request_context, request
from flask_babel import Babel, Domain, get_locale

from engine.services import access, teams
from webui.parsing import whole

_NAMED = ("cycle_id", "triad_id", "group_id")
#: Pages without such a name that speak of the team of whoever looks at them.
_OWN = frozenset({"home.index", "cycles.listing", "growth.mine", "maturity.index"})


def size() -> int:
    """How many people make the team the page speaks of: by its address, else the usual one."""
    if not has_request_context() or g.get("person") is None:  # not before it is known who asks, nor after a fault
        return teams.USUAL
    known: int | None = g.get("team_size")
    if known is None:
        known = _found()
        speak_of(known)
    return known


def _found() -> int:
    named = {key: value for key, value in (request.view_args or {}).items() if key in _NAMED}
    if cycle := request.args.get("cycle", 0, type=whole):
        named.setdefault("cycle_id", cycle)
    if request.endpoint in _OWN and (own := access.triad_of(g.person)):
        named["triad_id"] = own.id
    return teams.size_at(**named)


def speak_of(number: int) -> None:
    """From here on the page speaks of a team of this size."""
    g.team_size = number


class _Translations:
    """A catalogue whose messages are told in the words of the page's team, before anything is put into them."""

    def __init__(self, found: Any) -> None:
        self._found = found

    def ugettext(self, message: str) -> str:
        return teams.plain(self._found.ugettext(message), size())

    def ungettext(self, singular: str, plural: str, n: int) -> str:
        return teams.plain(self._found.ungettext(singular, plural, n), size())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found, name)


class _Words(Domain):
    """Every word of a page asks for its catalogue: it is made once a language."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._made: dict[Any, _Translations] = {}

    def get_translations(self) -> Any:
        locale = get_locale()
        if locale is None:
            return _Translations(super().get_translations())
        made = self._made.get(locale)
        if made is None:
            made = self._made[locale] = _Translations(super().get_translations())
        return made


class Words(Babel):
    """Flask-Babel over such catalogues, for templates and code alike."""

    @cached_property
    def domain_instance(self) -> Domain:
        return _Words(domain=self.domain)
