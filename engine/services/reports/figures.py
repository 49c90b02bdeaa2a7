"""«Год ПОС в цифрах»: the slides of the Laboratory's opening talk, native charts over the very indicators."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE

from engine.core.text import Text, localise
from engine.services import indicators
from engine.services.indicators.scope import Indicator
from engine.services.reports.deck import HEIGHT, LEAF, WIDTH, Slide
from engine.services.reports.numbers import percent
from engine.services.reports.reports import year_for
from engine.store.database import db
from engine.store.people import Person, School

TITLE = Text("Год ПОС в цифрах", en="The year in figures")
_SHARES = Text("Доли, %", en="Shares, %")
_COUNTS = Text("Сколько сделано", en="What was done")
_LEVELS = Text("Участия педагогов по уровням", en="Teachers’ participations by level")
_ALL = Text("Все показатели", en="All indicators")


def year_in_figures(person: Person, year_id: int, language: str = "ru") -> bytes:
    """The presentation of a school year: a first slide, shares, counts, participations by level, the whole table.

    Raises NotFound for a year of another school.
    """
    year = year_for(person, year_id)
    school = db.session.get(School, person.school_id)
    found = indicators.of_school(person.school_id, year.begins, year.ends)
    made = Presentation()
    made.slide_width, made.slide_height = WIDTH, HEIGHT
    made.core_properties.title = localise(TITLE, language)
    first = Slide(made)
    first.text([localise(TITLE, language)], 2.3, 1.2, 44, bold=True, colour=LEAF)
    first.text([school.name if school else "", year.title], 3.9, 1.4, 24)
    shares = [i for i in found if i.unit == "share" and i.value is not None]
    counts = [i for i in found if i.unit != "share"]
    _bars(made, _SHARES, shares, language)
    _bars(made, _COUNTS, counts, language)
    levels = next(i for i in found if i.key == "teacher_participations").breakdown
    if levels:
        slide = Slide(made)
        slide.head(localise(_LEVELS, language))
        slide.chart(
            XL_CHART_TYPE.BAR_CLUSTERED,
            [localise(label, language) for label in levels],
            [(localise(_LEVELS, language), list(levels.values()))],
            "0",
        )
    table = Slide(made)
    table.head(localise(_ALL, language))
    heads = [localise(Text("Показатель", en="Indicator"), language), localise(Text("Значение", en="Value"), language)]
    table.table(heads, [(localise(i.title, language), _shown(i)) for i in found])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _bars(made: object, title: Text, found: Sequence[Indicator], language: str) -> None:
    if not found:
        return
    slide = Slide(made)
    slide.head(localise(title, language))
    values = [round(i.value * 100, 1) if i.unit == "share" and i.value is not None else i.numerator for i in found]
    form = "0.0" if found[0].unit == "share" else "0"
    names = [localise(i.title, language) for i in found]
    slide.chart(XL_CHART_TYPE.BAR_CLUSTERED, names, [(localise(title, language), values)], form)


def _shown(indicator: Indicator) -> str:
    if indicator.unit == "share":
        return f"{percent(indicator.value)} ({indicator.numerator} / {indicator.denominator})"
    return str(indicator.numerator)
