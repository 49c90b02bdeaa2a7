"""The work on an own type of a school: begin, save whatever is typed, check, publish, take away as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine.core.definition import GroupType
from engine.core.text import Text, localise
from engine.extension.declared import Mistake, Unreadable, define, parse
from engine.extension.declared.files import LARGEST
from engine.services.access import LAB, require_admin
from engine.services.declared.keys import free_key
from engine.services.definitions import up_to_date
from engine.services.errors import Conflict, Invalid, NotFound
from engine.services.host import host, now
from engine.store.cycles import DefinitionSnapshot
from engine.store.database import db
from engine.store.declared import DeclaredType
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work

_VERSION = re.compile(r"""^(\s*version\s*=\s*)(?:"[^"\n]*"|'[^'\n]*')""")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """An own type on the list: its draft, its published versions (newest first), how it is called, who saved it."""

    draft: DeclaredType
    versions: Sequence[DeclaredType]
    title: str
    by: str

    @property
    def changed(self) -> bool:
        """Whether the draft holds what is not published yet."""
        return not self.versions or self.versions[0].text != self.draft.text


@dataclass(frozen=True, slots=True)
class Checked:
    """A text judged: the type it declares (None while it declares none), its mistakes, and whether a new version is
    needed before it can be published."""

    definition: GroupType | None
    mistakes: Sequence[Mistake] = ()
    stale: bool = False

    @property
    def ready(self) -> bool:
        return self.definition is not None and not self.mistakes and not self.stale


def lines(admin: Person) -> list[Line]:
    """The own types of the school."""
    require_admin(admin)
    rows = db.session.scalars(
        select(DeclaredType).where(DeclaredType.school_id == admin.school_id).order_by(DeclaredType.id)
    ).all()
    people = {
        p.id: p.short_name for p in db.session.scalars(select(Person).where(Person.id.in_({r.by_id for r in rows})))
    }
    found = []
    for row in (r for r in rows if r.state == "draft"):
        versions = [r for r in reversed(rows) if r.state == "published" and r.key == row.key]
        found.append(Line(row, versions, title_of(row), people.get(row.by_id or 0, "")))
    return found


def title_of(row: DeclaredType) -> str:
    """How the text calls the type, as far as it can be read; else its key."""
    try:
        tables, _ = parse(row.text)
    except Unreadable:
        return row.key
    title, english = tables.get("title"), tables.get("title_en")
    return Text(title, en=english if isinstance(english, str) else "") if isinstance(title, str) and title else row.key


def draft(admin: Person, draft_id: int) -> DeclaredType:
    """The draft of an own type. NotFound for another school's."""
    require_admin(admin)
    row = db.session.get(DeclaredType, draft_id)
    if row is None or row.school_id != admin.school_id or row.state != "draft":
        raise NotFound("Такого типа у вас нет", "You have no such type")
    return row


def versions(row: DeclaredType) -> list[DeclaredType]:
    """What was published of the type, newest first."""
    query = select(DeclaredType).where(DeclaredType.key == row.key, DeclaredType.state == "published")
    return list(db.session.scalars(query.order_by(DeclaredType.id.desc())))


def begin(admin: Person, text: str) -> DeclaredType:
    """Keep a new draft. Raises Invalid for a text without a usable key, and for a key that is taken."""
    require_admin(admin)
    _short_enough(text)
    key = key_of(text)
    if not key:
        raise Invalid("В тексте нет ключа key", "The text has no key", {"key": [_BAD_KEY]})
    if taken(key):
        raise Invalid(_TAKEN, _TAKEN.en, {"key": [_TAKEN]})
    row = DeclaredType(school_id=admin.school_id, key=key, version="", text=text, state="draft", edition=1)
    row.by_id, row.at = admin.id, now()
    try:
        with unit_of_work():
            db.session.add(row)
    except IntegrityError:  # two at once
        raise Invalid(_TAKEN, _TAKEN.en, {"key": [_TAKEN]}) from None
    return row


_BAD_KEY = Text("Ключ: латинские буквы, цифры и _", en="A key: Latin letters, digits and _")
_TAKEN = Text("Такой ключ уже занят, выберите другой", en="The key is taken, choose another")
_FOR_EVER = Text(
    "Ключ опубликованного типа не меняют: по нему узнают его циклы", en="The key of a published type stays"
)


def taken(key: str, besides: DeclaredType | None = None) -> bool:
    """Whether a key belongs to a plugin, to another draft of any school, or to cycles of a type that is gone."""
    if key == LAB or any(
        key in (p.key, p.name) and not (besides and besides.key == key) for p in host().registry.plugins
    ):
        return True
    other = db.session.scalar(select(DeclaredType.id).where(DeclaredType.key == key, DeclaredType.state == "draft"))
    if other is not None:
        return besides is None or other != besides.id
    return (
        db.session.scalar(select(DefinitionSnapshot.type_key).where(DefinitionSnapshot.type_key == key).limit(1))
        is not None
    )


def suggested(title: str) -> str:
    """A free key for a type that is called so."""
    return free_key(title, taken)


def key_of(text: str) -> str:
    """The key a text gives, when it is one."""
    try:
        key = parse(text)[0].get("key")
    except Unreadable:
        return ""
    return key if isinstance(key, str) and _KEY.match(key) else ""


def save(admin: Person, draft_id: int, text: str, seen: int) -> DeclaredType:
    """Keep the text as it is, sound or not. Raises Conflict when somebody has saved another one since ``seen``."""
    _short_enough(text)
    draft(admin, draft_id)
    with unit_of_work():
        row: DeclaredType = lock(DeclaredType, draft_id)
        if row.edition != seen and row.text != text:
            raise Conflict(
                "Пока вы писали, другой администратор сохранил свой текст. Ниже — оба",
                "Another administrator has saved a text of theirs meanwhile. Below are both",
            )
        if row.text != text:
            row.text, row.edition, row.by_id, row.at = text, row.edition + 1, admin.id, now()
            key = key_of(text)
            if key and key != row.key and not versions(row) and not taken(key, row):
                row.key = key
    return row


def _short_enough(text: str) -> None:
    if len(text.encode("utf-8", "replace")) > LARGEST:
        size = LARGEST // 1024
        raise Invalid(f"Текст больше {size} КБ", f"The text is larger than {size} KB")


def check(row: DeclaredType, text: str | None = None) -> Checked:
    """Judge the draft (or a ``text`` in its place)."""
    text = row.text if text is None else text
    try:
        definition = define(text)
    except Unreadable as refused:
        return Checked(None, refused.mistakes)
    if definition.key != row.key:
        wrong = _FOR_EVER if versions(row) else _TAKEN
        if versions(row) or taken(definition.key, row):
            line = parse(text)[1].get(("key",), 1)
            place = Text(f"строка {line}, key", en=f"line {line}, key")
            fix = Text(f"Верните {row.key}", en=f"Put back {row.key}")
            return Checked(definition, (Mistake("key_taken", place, wrong, fix, line),))
    return Checked(definition, (), _stale(row, definition))


def _stale(row: DeclaredType, definition: GroupType) -> bool:
    """Whether the version was published or pinned before with other content."""
    pinned = select(DefinitionSnapshot.fingerprint).where(
        DefinitionSnapshot.type_key == row.key,
        DefinitionSnapshot.version == definition.version,
        DefinitionSnapshot.base == "",
    )
    if set(db.session.scalars(pinned)) - {definition.fingerprint}:
        return True
    same = [v.text for v in versions(row) if v.version == definition.version]
    try:
        return any(define(text).fingerprint != definition.fingerprint for text in same)
    except Unreadable:
        return True


def next_version(row: DeclaredType, definition: GroupType) -> str:
    """A version nobody has used: the number after the greatest one, else something appended."""
    used = {v.version for v in versions(row)} | {definition.version}
    whole = [int(v) for v in used if v.isascii() and v.isdecimal() and len(v) < 9]
    if definition.version.isdecimal() and whole:
        return str(max(whole) + 1)
    n = 2
    while f"{definition.version[:30]}.{n}" in used:
        n += 1
    return f"{definition.version[:30]}.{n}"


def with_version(text: str, version: str) -> str:
    """The text with another version, its other lines as they are."""
    at = parse(text)[1].get(("version",), 0)
    rows = text.split("\n")
    rows[at - 1] = _VERSION.sub(rf'\g<1>"{version}"', rows[at - 1])
    return "\n".join(rows)


def publish(admin: Person, draft_id: int, seen: int, *, raise_version: bool = False) -> DeclaredType:
    """Make the draft a type of the school, in every process from its next request on.

    With ``raise_version`` the draft takes a new version first, where one is needed. Raises Conflict when the draft
    was saved since ``seen``, Invalid while it has mistakes, needs another version, or is published already.
    """
    draft(admin, draft_id)
    with unit_of_work():
        lock(School, admin.school_id)
        row: DeclaredType = lock(DeclaredType, draft_id)
        if row.edition != seen:
            raise Conflict(
                "Пока вы смотрели, черновик изменили. Посмотрите, что нового",
                "The draft has changed meanwhile. Look what is new",
            )
        judged = check(row)
        if judged.definition is None or judged.mistakes:
            raise Invalid("Сначала исправьте ошибки: они перечислены ниже", "Mend the mistakes first: see below")
        if judged.stale and not raise_version:
            raise Invalid(
                f"Содержание изменилось: нужна новая версия вместо {judged.definition.version}",
                f"The content has changed: it needs a version other than {judged.definition.version}",
            )
        if judged.stale:
            row.text = with_version(row.text, next_version(row, judged.definition))
            row.edition += 1
            judged = check(row)
        definition = judged.definition
        if definition is None or judged.stale:
            raise Invalid("Задайте новую версию в тексте", "Give a new version in the text")
        if any(v.version == definition.version for v in versions(row)):
            raise Invalid("Эта версия уже опубликована", "This version is published already")
        row.version = definition.version
        made = DeclaredType(
            school_id=row.school_id,
            key=row.key,
            version=definition.version,
            text=row.text,
            state="published",
            by_id=admin.id,
            at=now(),
        )
        db.session.add(made)
    up_to_date()
    return made


def remove(admin: Person, draft_id: int) -> None:
    """Forget a draft that was never published."""
    row = draft(admin, draft_id)
    with unit_of_work():
        row = lock(DeclaredType, draft_id)
        if versions(row):
            raise Invalid(
                "Опубликованный тип не удаляют: его отключают", "A published type is switched off, not removed"
            )
        db.session.delete(row)


def state_of(row: DeclaredType) -> str:
    """Why the published type cannot be used here; empty when it can."""
    plugin = next((p for p in host().registry.plugins if p.name == row.key and p.school == row.school_id), None)
    return plugin.reason if plugin else ""


def file_name(row: DeclaredType) -> str:
    """How its file is called."""
    return f"{row.key}.toml"


def who(row: DeclaredType) -> str:
    """Who saved it last."""
    person = db.session.get(Person, row.by_id) if row.by_id else None
    return localise(person.short_name, "ru") if person else ""
