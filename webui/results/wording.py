"""Figures in words: what was measured, what came out, what is needed; and what a round of a process is called."""

from __future__ import annotations

from flask_babel import gettext as _

from engine.core.criteria import Measured, Test
from engine.core.definition import GroupType
from engine.core.measures import IndicatorMean
from engine.core.process import Process
from engine.services.papers.typography import NBSP
from webui.texts import here, number, percent, quoted

#: Units that a person reads and types in percent.
PERCENT = ("share", "gap")


def _points() -> str:
    """Percentage points, held together."""
    return _("п. п.").replace(" ", NBSP)


def amount(test: Test, value: float, places: int) -> str:
    """A value in the unit of the test: «1,50», «72,7 %», «−20,0 п. п.», «7»."""
    if test.unit == "share":
        return percent(value, places)
    if test.unit == "gap":
        return number(value * 100, places) + NBSP + _points()
    whole = test.unit in ("count", "marks")
    return number(value, (0 if value == int(value) else places) if whole else max(places, 1))


def measure_title(test: Test, definition: GroupType) -> str:
    """What is measured: an indicator by code and title, a condition as such, anything else by its own title."""
    title = here(test.title)
    if isinstance(test.measure, IndicatorMean) and test.measure.indicator in definition.indicators:
        indicator = definition.indicators[test.measure.indicator]
        return f"{indicator.code}. {here(indicator.title)}"
    return _("Условие %(title)s", title=quoted(title)) if test.unit == "flag" else title


def need(test: Test, threshold: float) -> str:
    """What the criterion asks for; empty for a condition, which is met or not."""
    if test.unit == "flag":
        return ""
    if not test.asks(threshold):
        return _("порог не задан")
    shown = amount(test, threshold, 0)
    return _("нужно не больше %(n)s", n=shown) if test.at_most else _("нужно не меньше %(n)s", n=shown)


def editable(test: Test, value: float) -> str:
    """A threshold as it stands in its field: shares in percent, no noughts at the end."""
    return number(value * 100 if test.unit in PERCENT else value, 4).rstrip("0").rstrip(",.").replace("−", "-")


def typed(test: Test, text: str) -> float | None:
    """A threshold out of its field; None for an empty one. Raises ValueError when it is no number."""
    plain = text.strip().rstrip("%").strip().replace(",", ".").replace("−", "-")
    if not plain:
        return None
    value = float(plain)
    return round(value / 100, 6) if test.unit in PERCENT else value


def scale(test: Test, low: float, high: float) -> str:
    """«от 0 до 3», «от 0 до 100 %»."""
    times, unit = (100, "%" if test.unit == "share" else _points()) if test.unit in PERCENT else (1, "")
    span = _("от %(low)s до %(high)s", low=number(low * times, 0), high=number(high * times, 0))
    return span + (NBSP + unit if unit else "")


def came_out(found: Measured) -> str:
    """The value in words."""
    if found.value is None:
        return _("нет данных")
    if found.test.unit == "flag":
        return _("выполнено") if found.met else _("не выполнено")
    return amount(found.test, found.value, 2 if found.test.unit == "score" else 1)


def verdict(met: bool | None) -> str:
    """A verdict in a word."""
    return _("нет данных") if met is None else _("да") if met else _("нет")


def round_name(process: Process, n: int) -> str:
    """«Урок 2» as the process itself calls it, without the explanation after the point; empty without a loop."""
    return here(process.round_title(n)).partition(". ")[0] if process.loop else ""


def round_inside(process: Process, n: int) -> str:
    """The same inside a sentence."""
    name = round_name(process, n)
    return name[:1].lower() + name[1:]
