"""What every document begins with: the school, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.text import Text, localise
from engine.services.definitions import definition_of
from engine.services.papers.blocks import Block, Paper
from engine.services.teams import worded, worded_whole
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import School

#: The day a document is signed, written in by hand.
DAY = Text("«___» ____________ 20___ г.", en="____________ 20___")
#: The corner of a document that the head of the school puts in force.
APPROVED = (
    Text("УТВЕРЖДАЮ", en="APPROVED"),
    Text("Директор школы", en="Head of the school"),
    Text("____________ / ____________ /"),
    DAY,
)


def school_name(school_id: int) -> str:
    """The school as it stands above a document."""
    school = db.session.get(School, school_id)
    return school.name if school else ""


def of_cycle(cycle: Cycle, title: Text, blocks: Sequence[Block], language: str, *, wide: bool = False) -> Paper:
    """A document of a cycle under the names of its school, group and triad, in the words of its team."""
    size = definition_of(cycle).team
    title = worded(title, size)
    return Paper(
        title,
        worded_whole(tuple(blocks), size),
        head=school_name(cycle.school_id),
        subtitle=f"{cycle.triad.group.title}, {cycle.triad.title}",
        landscape=wide,
        name=f"{localise(title, language)}, {cycle.triad.title}",
    )


def of_school(
    school_id: int,
    title: Text,
    blocks: Sequence[Block],
    language: str,
    *,
    subtitle: str = "",
    wide: bool = False,
    stamp: tuple[str, ...] = (),
) -> Paper:
    """A document of the school."""
    name = localise(title, language)
    return Paper(
        title,
        tuple(blocks),
        head=school_name(school_id),
        subtitle=subtitle,
        landscape=wide,
        stamp=stamp,
        name=f"{name}, {localise(subtitle, language)}" if subtitle else name,
    )
