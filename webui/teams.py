"""The words of the page at hand: in its reader's language, for its team («тройка», or what another size is called)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_domain, refresh

from engine.core.text import localise
from engine.services import access, teams
from webui.parsing import whole

LANGUAGES = ("ru", "en")
_NAMED = ("cycle_id", "triad_id", "group_id")
#: Pages without such a name that speak of the team of whoever looks at them.
_OWN = frozenset({"home.index", "cycles.listing", "growth.mine", "maturity.index"})


def language() -> str:
    """The language of the reader: the chosen one, else Russian."""
    if not has_request_context():
        return LANGUAGES[0]
    known: Words | None = g._get_current_object().__dict__.get("words")
    if known is not None:
        return known.language
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def speak(code: str) -> None:
    """From here on this browser reads in another language."""
    session["language"] = code
    g.pop("words", None)
    refresh()


def speak_of(number: int) -> None:
    """From here on the page speaks of a team of this size."""
    g.team_size = number
    g.pop("words", None)


def size() -> int:
    """How many people make the team the page speaks of: by its address, else the usual one."""
    if not has_request_context() or g.get("person") is None:  # not before it is known who asks, nor after a fault
        return teams.USUAL
    known: int | None = g.get("team_size")
    if known is None:
        known = g.team_size = _found()
    return known


def _found() -> int:
    named = {key: value for key, value in (request.view_args or {}).items() if key in _NAMED}
    if cycle := request.args.get("cycle", 0, type=whole):
        named.setdefault("cycle_id", cycle)
    if request.endpoint in _OWN and (own := access.standing(g.person)).triad_id is not None:
        if not named:
            return teams.size_in(g.person.school_id, own.type_key)
        named["triad_id"] = own.triad_id
    return teams.size_at(**named)


class Words:
    """A catalogue whose messages, and labels, are told in one language in the words of one size of team, before
    anything is put into them."""

    def __init__(self, language: str, size: int, found: Any) -> None:
        self.language, self._size, self._found = language, size, found
        self._told: dict[str, str] = {}
        self._shown: dict[str, str] = {}

    def label(self, text: str) -> str:
        """A label of ours; words that people typed stay as they are."""
        return localise(text if self._size == teams.USUAL else teams.worded(text, self._size), self.language)

    def ugettext(self, message: str) -> str:
        """A message."""
        return teams.plain(self._found.ugettext(message), self._size)

    def ungettext(self, singular: str, plural: str, n: int) -> str:
        """A message in its form for ``n``."""
        return teams.plain(self._found.ungettext(singular, plural, n), self._size)

    def shown(self, message: str, /, **given: Any) -> str:
        """A message of a template with ``given`` put into it; it is looked up once a process. Like everything else on a
        page it is escaped where it stands."""
        kept = self._told if given else self._shown
        known = kept.get(message)
        if known is None:
            told = self.ugettext(message)
            known = kept[message] = told if given else told % {}
        return known % given if given else known

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found, name)


def words() -> Words:
    """The words of this page. They are kept for it once it is known who asks: a page may speak of their own team."""
    kept = g._get_current_object().__dict__  # asked for every word: without the ten calls of a proxy
    found: Words | None = kept.get("words")
    if found is None:
        found = get_domain().get_translations()
        if "person" in kept:
            kept["words"] = found
    return found


class _Words(Domain):
    """Catalogues are made once for each language and size."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._made: dict[tuple[str, int], Words] = {}

    def get_translations(self) -> Words:
        if (known := g.get("words")) is not None:
            return known
        key = language(), size()
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = Words(*key, super().get_translations())
        return made


class Wording(Babel):
    """Flask-Babel over such words, for templates and code alike."""

    def init_app(self, app: Flask, **settings: Any) -> None:
        """Give the templates the words; a page has its own at hand, macros ask for them."""
        super().init_app(app, **settings)
        app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = told
        app.context_processor(lambda: {"_": words().shown})

    @cached_property
    def domain_instance(self) -> Domain:
        return _Words(domain=self.domain)


def told(message: str, /, **given: Any) -> str:
    """A message in the words of the page, with ``given`` put into it."""
    return words().shown(message, **given)
