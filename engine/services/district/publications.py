"""Materials between schools: given with the consent of every author and of the school, taken, withdrawn with a reason.

A published material is the school's own row: read through its publication alone. Once it is withdrawn, or leaves the
bank of its school, nobody outside reads it any more; whoever took it sees that it was there, and why it is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from engine.core.text import Text
from engine.services import files
from engine.services.bank.access import material_for
from engine.services.bank.materials import files_of
from engine.services.bank.search import holding, stems
from engine.services.bank.words import KINDS
from engine.services.district.schools import district_of, speaks
from engine.services.effects import notify
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.services.storage import Kept
from engine.store.bank import Material, MaterialAuthor, MaterialReview, MaterialWord
from engine.store.database import db
from engine.store.district import ForeignMaterial, Publication, TakenMaterial
from engine.store.documents import StoredFile
from engine.store.people import Person, School
from engine.store.unit import lock, unit_of_work

_NONE = ("Такого материала в РПОС нет", "There is no such material in the district")
#: Who speaks for a school.
_SPEAKS = (
    "От имени школы в РПОС выступают Лаборатория и администратор",
    "The Laboratory and the administrator speak for the school",
)
GONE = Text("Материал больше не в банке школы", en="The material has left the bank of the school")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a material of the own school stands with the district: what is still needed, and its open publication."""

    may_ask: bool
    author: MaterialAuthor | None
    waiting: tuple[str, ...]
    needs: tuple[Text, ...]
    publication: Publication | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A published material as another school sees it; ``open`` is false when only that it was there may be told."""

    publication: Publication
    school: str
    open: bool
    mine: bool
    taken: bool
    files: tuple[StoredFile, ...] = ()

    @property
    def why(self) -> str:
        return self.publication.withdrawn_because or GONE


def standing(person: Person, material: Material) -> Standing | None:
    """For the page of a material: None when the school is in no district, or the material is not in its bank."""
    try:
        district_of(person)
    except NotFound:
        return None
    if material.state != "in_bank" or material.school_id != person.school_id:
        return None
    author = next((a for a in material.authors if a.person_id == person.id), None)
    waiting = tuple(a.person.short_name for a in material.authors if a.agreed_at is None and a.person.active)
    return Standing(speaks(person), author, waiting, tuple(_needs(material)), _open(material.id))


def _needs(material: Material) -> list[Text]:
    """What stands between a material and the district."""
    found = []
    if material.licence == "school":
        found.append(
            Text("Автор указал «для школы»: нужна лицензия «для РПОС»", en="Its licence is for the school alone")
        )
    if any(a.agreed_at is None and a.person.active for a in material.authors):
        found.append(Text("Нужно согласие каждого автора", en="Every author has to agree"))
    clean = [
        r.scores.get("clean")
        for r in db.session.scalars(
            select(MaterialReview).where(
                MaterialReview.material_id == material.id, MaterialReview.version == material.version
            )
        )
        if r.done_at is not None
    ]
    if not clean or min(c or 0 for c in clean) < 2:
        found.append(Text("Эксперты не подтвердили, что персональных данных нет", en="Reviewers found personal data"))
    return found


def _open(material_id: int) -> Publication | None:
    return db.session.scalar(
        select(Publication).where(Publication.material_id == material_id, Publication.withdrawn_at.is_(None))
    )


def agree(person: Person, material_id: int, on: bool = True) -> None:
    """An author agrees to the material's going beyond the school, or takes that back: then it leaves the district."""
    with unit_of_work():
        material: Material | None = lock(Material, material_id)
        row = next((a for a in material.authors if a.person_id == person.id), None) if material else None
        if material is None or row is None:
            raise NotFound(*_NONE)
        row.agreed_at = now() if on else None
        publication = _open(material.id)
        if not on and publication is not None:
            why = Text("автор отозвал согласие", en="an author has taken the consent back")
            _withdraw(publication, str(why))


def ask(person: Person, material_id: int) -> int:
    """Ask the authors who have not agreed yet. Returns how many were asked."""
    with unit_of_work():
        material = _of_school(person, material_id)
        waiting = [a.person_id for a in material.authors if a.agreed_at is None and a.person.active]
        text = Text("«{title}» зовут в РПОС: согласны?", en="“{title}” is wanted in the district: do you agree?")
        for person_id in waiting:
            notify(person_id, text.fill({"title": material.title}), path=f"/bank/{material.id}")
        return len(waiting)


def _of_school(person: Person, material_id: int) -> Material:
    material = material_for(person, material_id)
    if not speaks(person):
        raise Forbidden(*_SPEAKS)
    return material


def publish(person: Person, material_id: int) -> Publication:
    """Give a material of the bank to the district. Raises NotFound, Forbidden, Conflict with what is still needed."""
    with unit_of_work():
        lock(Material, material_id)
        material = _of_school(person, material_id)
        district = district_of(person)
        if material.state != "in_bank":
            raise Conflict("Сначала материал входит в банк школы", "It goes into the bank of the school first")
        if _open(material.id) is not None:
            raise Conflict("Материал уже в РПОС", "The material is in the district already")
        if needs := _needs(material):
            raise Conflict(needs[0], needs[0].en)
        row = Publication(
            district_id=district.id,
            school_id=material.school_id,
            material_id=material.id,
            by_id=person.id,
            at=now(),
            withdrawn_because="",
        )
        db.session.add(row)
        db.session.flush()
        return row


def withdraw(person: Person, publication_id: int, reason: str) -> None:
    """Take a material back, with a reason that those who took it will read. Raises NotFound, Forbidden, Invalid."""
    with unit_of_work():
        row: Publication | None = lock(Publication, publication_id)
        if row is None or row.school_id != person.school_id or row.withdrawn_at is not None:
            raise NotFound(*_NONE)
        if not speaks(person):
            raise Forbidden(*_SPEAKS)
        if not reason.strip():
            text = Text("Укажите причину", en="Give a reason")
            raise Invalid(text, text.en, {"reason": [text]})
        _withdraw(row, reason.strip()[:1000])


def _withdraw(row: Publication, reason: str) -> None:
    row.withdrawn_at, row.withdrawn_because = now(), reason
    text = Text("Материал «{title}» отозван школой: {why}", en="“{title}” was withdrawn by its school: {why}")
    told = text.fill({"title": row.material.title, "why": reason})
    for taken in db.session.scalars(select(TakenMaterial).where(TakenMaterial.publication_id == row.id)).all():
        notify(taken.by_id, told, path=f"/district/materials/{row.id}")


def listing(person: Person, wanted: Mapping[str, str]) -> list[Shown]:
    """What the district has: open publications, the newest first; ``q`` words and ``kind`` narrow, ``taken`` shows what
    the own school has taken, the withdrawn too."""
    district = district_of(person)
    query = (
        select(Publication, School.name)
        .join(Material, Material.id == Publication.material_id)
        .join(School, School.id == Publication.school_id)
        .where(Publication.district_id == district.id)
        .order_by(Publication.at.desc(), Publication.id.desc())
        .limit(200)
    )
    own = set(
        db.session.scalars(select(TakenMaterial.publication_id).where(TakenMaterial.school_id == person.school_id))
    )
    if wanted.get("taken") == "1":
        query = query.where(Publication.id.in_(own))
    else:
        query = query.where(Publication.withdrawn_at.is_(None), Material.state == "in_bank")
    if wanted.get("kind") in KINDS:
        query = query.where(Material.kind == wanted["kind"])
    for stem in stems(wanted.get("q", ""))[:8]:
        query = query.where(holding(MaterialWord.stem.like(f"{_plain(stem)}%")))
    rows = db.session.execute(query).unique()
    return [_shown(person, row, name, own) for row, name in rows]


def _plain(stem: str) -> str:
    return stem.replace("%", "").replace("_", "")


def _shown(person: Person, row: Publication, school: str, own: set[int]) -> Shown:
    open_ = row.withdrawn_at is None and row.material.state == "in_bank"
    return Shown(row, school, open_, row.school_id == person.school_id, row.id in own)


def one(person: Person, publication_id: int) -> Shown:
    """A published material, for everybody of the district's schools. What was withdrawn is told only to whoever took
    it, and only that it was there. NotFound for everybody else."""
    district = district_of(person)
    row = db.session.get(Publication, publication_id)
    if row is None or row.district_id != district.id:
        raise NotFound(*_NONE)
    school = db.session.get(School, row.school_id)
    taken = select(TakenMaterial.id).where(
        TakenMaterial.publication_id == row.id, TakenMaterial.school_id == person.school_id
    )
    has = db.session.scalar(taken) is not None
    shown = _shown(person, row, school.name if school else "", {row.id} if has else set())
    if not shown.open and not (has or shown.mine):
        raise NotFound(*_NONE)
    return replace(shown, files=tuple(files_of(row.material))) if shown.open else shown


def read_file(person: Person, publication_id: int, file_id: int) -> tuple[StoredFile, Kept]:
    """A file of an open publication. NotFound for everything else."""
    shown = one(person, publication_id)
    row = next((f for f in shown.files if f.id == file_id), None)
    path = files.place(row.stored_as) if row else None
    if row is None or path is None or not path.exists():
        raise NotFound("Такого файла нет", "There is no such file")
    return row, path


def take(person: Person, publication_id: int) -> None:
    """Take a material of another school into the own bank's shelf; once. Raises Forbidden, Conflict for one's own."""
    with unit_of_work():
        lock(Publication, publication_id)
        shown = one(person, publication_id)
        if not speaks(person):
            raise Forbidden(*_SPEAKS)
        if shown.mine:
            raise Conflict("Это материал вашей школы", "This is your school’s own")
        if not shown.open:
            raise Conflict("Материал уже отозван", "The material was withdrawn")
        if not shown.taken:
            db.session.add(
                TakenMaterial(publication_id=publication_id, school_id=person.school_id, by_id=person.id, at=now())
            )


def foreign(person: Person) -> list[ForeignMaterial]:
    """Materials that came from other installations by exchange files, the newest first."""
    district = district_of(person)
    query = select(ForeignMaterial).where(
        ForeignMaterial.district_id == district.id, ForeignMaterial.withdrawn_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(ForeignMaterial.at.desc(), ForeignMaterial.id.desc()).limit(200)))


def one_foreign(person: Person, material_id: int) -> ForeignMaterial:
    """One of them. NotFound outside the district and once it was withdrawn."""
    found = db.session.get(ForeignMaterial, material_id)
    if found is None or found.district_id != district_of(person).id or found.withdrawn_at is not None:
        raise NotFound(*_NONE)
    return found
