"""Full-text search in Russian word forms, the same on both databases: stems in a table of our own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import selectinload

from engine.services.bank.access import readable
from engine.services.definitions import installed
from engine.store.bank import Material, MaterialWord
from engine.store.database import db
from engine.store.people import Person

#: How much a word weighs by the place it stands in.
TITLE, TECHNIQUE, NOTE, TEXT = 5, 4, 2, 1
#: Exact labels live in the same table behind a sign that no stem has: technique, subject, grade.
TAGS = {"technique": "=t:", "subject": "=s:", "grade": "=g:"}
_WORD = re.compile(r"[а-яa-z0-9]+")
_LONG, PAGE = 60, 20


def words(text: str) -> list[str]:
    """The words of a text in lower case, ё as е."""
    return _WORD.findall(text.lower().replace("ё", "е"))


def stems(text: str) -> list[str]:
    """The words without their endings (Snowball's Russian stemmer): «критериями» and «критерий» meet."""
    import snowballstemmer  # its tables are a tenth of a second of start-up

    return [stem[:_LONG] for stem in snowballstemmer.stemmer("russian").stemWords(words(text))]


def tag(kind: str, label: str) -> str:
    """The entry of an exact label."""
    shown = label.strip()
    return TAGS[kind] + (shown[:1].upper() + shown[1:])[: _LONG - 3]


def index(material: Material) -> None:
    """Write the words of a material anew, inside a unit of work."""
    data, passport = material.data, material.passport
    techniques = list(data.get("techniques") or ())
    weighed = (
        (TITLE, material.title),
        (TECHNIQUE, " ".join(techniques)),
        (NOTE, " ".join(str(data.get(key) or "") for key in ("annotation", "subject"))),
        (TEXT, " ".join(str(data.get(key) or "") for key in ("indicators", "conditions", "would_change"))),
        (TEXT, str(data.get("trial_result") or "")),
        (TEXT, material.body),
        (TEXT, " ".join(f"{x['subject']} {x['topic']}" for x in passport.get("lessons", ()))),
        (TEXT, str(passport.get("difficulties") or "")),
    )
    found: Counter[str] = Counter()
    for weight, text in weighed:
        for stem in set(stems(text)):
            found[stem] += weight
    tags = [tag("technique", t) for t in techniques if t.strip()]
    if str(data.get("subject") or "").strip():
        tags.append(tag("subject", str(data["subject"])))
    if grade := grade_of(str(data.get("class_name") or "")):
        tags.append(tag("grade", grade))
    db.session.execute(delete(MaterialWord).where(MaterialWord.material_id == material.id))
    db.session.add_all(MaterialWord(material_id=material.id, stem=stem, weight=n) for stem, n in found.items())
    db.session.add_all(MaterialWord(material_id=material.id, stem=label, weight=0) for label in dict.fromkeys(tags))


def grade_of(class_name: str) -> str:
    """The grade in «6 «Б»», or nothing."""
    digits = re.match(r"\s*(\d{1,2})", class_name)
    return digits.group(1) if digits and 1 <= int(digits.group(1)) <= 11 else ""


def holding(word: ColumnElement[bool]) -> ColumnElement[bool]:
    """Materials that hold a word, as an SQL condition over Material.

    Asked of each material by its key: the materials one may read are few, those of the whole installation that hold
    «критерий» are not.
    """
    return exists().where(MaterialWord.material_id == Material.id, word)


def _conditions(query: str) -> list[ColumnElement[bool]]:
    """One condition a word; the last word is also taken as the beginning of one."""
    asked = words(query)[:10]
    rooted = stems(" ".join(asked))
    found: list[ColumnElement[bool]] = [MaterialWord.stem == stem for stem in rooted]
    if asked:
        found[-1] = or_(found[-1], MaterialWord.stem.startswith(asked[-1][:_LONG]))
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list: materials, how many there are in all, the number of the page and of the last one."""

    materials: tuple[Material, ...]
    total: int
    page: int
    pages: int


def find(person: Person, wanted: Mapping[str, str]) -> Found:
    """Materials open to the person.

    ``wanted``: q (words), state (default: in the bank; "all" for every state), kind, type, technique, subject, grade,
    page. Every word must occur; the heavier the words weigh, the higher the material stands. Unknown values find
    nothing; they raise nothing.
    """
    query = select(Material).where(readable(person)).options(selectinload(Material.authors))
    state = wanted.get("state") or "in_bank"
    if state != "all":
        query = query.where(Material.state == state)
    if wanted.get("kind"):
        query = query.where(Material.kind == wanted["kind"])
    if wanted.get("type"):
        query = query.where(Material.type_key == wanted["type"])
    for kind in TAGS:
        if wanted.get(kind):
            query = query.where(holding(MaterialWord.stem == tag(kind, wanted[kind])))
    conditions = _conditions(wanted.get("q") or "")
    for condition in conditions:
        query = query.where(holding(condition))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    if conditions:
        weight = select(func.sum(MaterialWord.weight)).where(MaterialWord.material_id == Material.id, or_(*conditions))
        query = query.order_by(weight.scalar_subquery().desc())
    query = query.order_by(Material.changed_at.desc(), Material.id.desc())
    pages = max(1, -(-total // PAGE))
    asked = wanted.get("page") or "1"
    page = min(max(1, int(asked[:6]) if asked.isdecimal() else 1), pages)
    rows = db.session.scalars(query.offset((page - 1) * PAGE).limit(PAGE)).all()
    return Found(tuple(rows), total, page, pages)


def labels(person: Person) -> dict[str, list[str]]:
    """The techniques, subjects and grades that occur in materials open to the person: what the filters offer."""
    rows = db.session.scalars(
        select(MaterialWord.stem)
        .join(Material, Material.id == MaterialWord.material_id)
        .where(readable(person), or_(*(MaterialWord.stem.startswith(sign) for sign in TAGS.values())))
        .distinct()
    ).all()
    found = {kind: sorted(s[3:] for s in rows if s.startswith(sign)) for kind, sign in TAGS.items()}
    found["grade"].sort(key=int)
    return found


def types(person: Person) -> dict[str, str]:
    """The group types that materials open to the person come from: key → title."""
    keys = db.session.scalars(select(Material.type_key).where(readable(person), Material.type_key != "").distinct())
    found = {key: installed(key) for key in sorted(keys)}
    return {key: definition.title if definition is not None else key for key, definition in found.items()}
