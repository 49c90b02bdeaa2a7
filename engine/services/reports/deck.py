"""The leader's slides for the conference: eight, with native charts that hold the very numbers of the report."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Emu, Inches, Pt

from engine.services.decisions import CHOICES
from engine.services.journal import text_of
from engine.services.papers.typography import clean
from engine.services.reports.facts import Facts
from engine.services.reports.words import kind_of_deficit

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
INK, LEAF = RGBColor(0x1F, 0x29, 0x33), RGBColor(0x1B, 0x6E, 0x4B)
SHADES = ("1B6E4B", "4C6FBF", "B26A00", "8A4F9E", "2E8C9A", "7A7A2E")


def deck(facts: Facts) -> bytes:
    """The presentation (.pptx) of a group's year."""
    made = Presentation()
    made.slide_width, made.slide_height = WIDTH, HEIGHT
    made.core_properties.title = clean(f"{facts['group'][:200]}: {facts['year']}")
    made.core_properties.author = clean(facts["group"][:200])
    for slide in (_first, _people, _question, _figures, _criteria, _voices, _deficits, _ahead):
        slide(Slide(made), facts)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


class Slide:
    """A blank slide with the few things we put on one."""

    def __init__(self, made: Any) -> None:
        self._slide = made.slides.add_slide(made.slide_layouts[6])

    def text(
        self,
        lines: Sequence[str],
        top: float,
        height: float,
        size: int = 20,
        *,
        left: float = 0.7,
        width: float = 11.9,
        bold: bool = False,
        colour: RGBColor = INK,
    ) -> None:
        """Lines of text; a long list gets smaller letters so that it stays on the slide."""
        box = self._slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height)).text_frame
        box.word_wrap, box.vertical_anchor = True, MSO_ANCHOR.TOP
        size = _fitting(lines, size, width, height)
        for number, line in enumerate(lines):
            paragraph = box.paragraphs[0] if number == 0 else box.add_paragraph()
            run = paragraph.add_run()
            run.text = clean(line)
            run.font.size, run.font.bold, run.font.name = Pt(size), bold, "Arial"
            run.font.color.rgb = colour
            paragraph.space_after = Pt(6)

    def head(self, title: str) -> None:
        """The heading of the slide."""
        self.text([title], 0.45, 0.9, 30, bold=True, colour=LEAF)

    def chart(
        self,
        kind: XL_CHART_TYPE,
        names: Sequence[str],
        rows: Sequence[tuple[str, Sequence[float | None]]],
        form: str,
        top: float = 1.5,
        height: float = 5.4,
        highest: float | None = None,
        left: float = 0.7,
        width: float = 11.9,
    ) -> None:
        """A native chart: categories ``names``, a series for each row."""
        data = CategoryChartData(number_format=form)
        data.categories = [clean(name) for name in names]
        for title, values in rows:
            data.add_series(clean(title), values)
        frame = self._slide.shapes.add_chart(kind, Inches(left), Inches(top), Inches(width), Inches(height), data)
        chart = frame.chart
        chart.font.size, chart.font.name = Pt(14 if width > 8 else 11), "Arial"
        chart.has_title = False
        chart.has_legend = len(rows) > 1
        if chart.has_legend:
            chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        if highest is not None:
            chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, highest
        if form == "0":
            chart.value_axis.major_unit = max(1, max(int(v or 0) for _, values in rows for v in values) // 5)
        chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = form, False
        plot = chart.plots[0]
        plot.has_data_labels = True
        plot.data_labels.number_format, plot.data_labels.number_format_is_linked = form, False
        plot.data_labels.font.size = Pt(12 if width > 8 else 9)
        if kind == XL_CHART_TYPE.BAR_STACKED:
            plot.data_labels.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
        for number, series in enumerate(plot.series):
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = RGBColor.from_string(SHADES[number % len(SHADES)])

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], top: float = 1.5) -> None:
        """A table over the width of the slide; the first column takes half of it."""
        shown = [heads, *rows]
        height = min(5.5, 0.42 * len(shown))
        shape = self._slide.shapes.add_table(
            len(shown), len(heads), Inches(0.7), Inches(top), Inches(11.9), Inches(height)
        )
        first = Emu(int(Inches(11.9) * (0.5 if len(heads) > 2 else 0.7)))
        shape.table.columns[0].width = first
        for column in range(1, len(heads)):
            shape.table.columns[column].width = Emu((Inches(11.9) - first) // (len(heads) - 1))
        for y, cells in enumerate(shown):
            for x, text in enumerate(cells):
                cell = shape.table.cell(y, x)
                cell.text = clean(text)
                font = cell.text_frame.paragraphs[0].runs[0].font if text else None
                if font is not None:
                    font.size, font.name = Pt(14 if len(shown) < 12 else 11), "Arial"
                if y == 0:
                    cell.fill.solid()
                    cell.fill.fore_color.rgb = LEAF


def _fitting(lines: Sequence[str], size: int, width: float, height: float) -> int:
    """The largest letters, down to 11 points, in which the lines fit a box of inches."""
    for points in range(size, 11, -1):
        across = max(1, int(width * 72 / (points * 0.52)))
        rows = sum(-(-max(1, len(line)) // across) for line in lines)
        if rows * points * 1.35 <= height * 72:
            return points
    return 11


def _title(data: Any) -> str:
    return str(text_of(data))


def _first(slide: Slide, facts: Facts) -> None:
    slide.text([facts["group"]], 2.3, 1.4, 44, bold=True, colour=LEAF)
    slide.text([f"Итоги {facts['year']} учебного года", f"Руководитель: {facts['leader'] or '—'}"], 3.9, 1.4, 24)


def _people(slide: Slide, facts: Facts) -> None:
    cycles = facts["cycles"]
    slide.head("Кто мы и что провели")
    slide.text([f"{t['title']}: {', '.join(m['name'] for m in t['members'])}" for t in facts["triads"]], 1.5, 1.7)
    slide.chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED,
        ["Уроки и занятия", "Начатые циклы", "Завершённые циклы", "Взаимопосещения", "Материалы"],
        [
            (
                "Год",
                (
                    facts["lessons"] + facts["sessions"],
                    len(cycles),
                    sum(c["finished"] for c in cycles),
                    facts["visits"],
                    len(facts["materials"]),
                ),
            )
        ],
        "0",
        top=3.3,
        height=3.7,
    )


def _question(slide: Slide, facts: Facts) -> None:
    slide.head("Что мы исследовали")
    lines = []
    for c in facts["cycles"]:
        lines.append(f"{c['triad']}: {c.get('question') or '—'}")
        used = ", ".join(f"«{_title(t)}»" for t in c.get("techniques", ()))
        lines += [f"Приёмы: {used}"] if used else []
    slide.text(lines or ["Циклы ещё не начаты"], 1.5, 5.4, 22)


def _figures(slide: Slide, facts: Facts) -> None:
    slide.head("Показатели от урока к уроку (0–3)")
    told = [c for c in facts["cycles"] if any(mean is not None for mean in c["overall"])]
    rows = [
        (c, [*((_title(s["title"]), s["means"]) for s in c["sections"]), ("Все показатели", c["overall"])])
        for c in told
    ]
    _side_by_side(slide, rows, "0.00", 3, "Листы наблюдений ещё не сданы")


def _side_by_side(
    slide: Slide, told: Sequence[tuple[Facts, Sequence[tuple[str, Any]]]], form: str, highest: float, nothing: str
) -> None:
    """A chart for each of the last two cycles, each with its own legend: triads are not compared with one another."""
    shown = told[-2:]
    if not shown:
        slide.text([nothing], 1.5, 1)
    width = 11.9 if len(shown) == 1 else 5.9
    for place, (cycle, rows) in enumerate(shown):
        left = 0.7 + 6.0 * place
        slide.text([cycle["triad"]], 1.3, 0.5, 16, left=left, width=width, bold=True)
        names = [_title(r).split(". ")[0] for r in cycle["rounds"]]
        slide.chart(XL_CHART_TYPE.COLUMN_CLUSTERED, names, rows, form, 1.8, 5.2, highest, left, width)


def _criteria(slide: Slide, facts: Facts) -> None:
    slide.head("Критерии")
    words = {True: "да", False: "нет", None: "нет данных", "": "—"}
    rows = [
        [f"{c['triad']}: {x['code']} «{_title(x['title'])}»", *(words[m] for m in x["met"])]
        for c in facts["cycles"]
        if any(mean is not None for mean in c["overall"])
        for x in c["criteria"]
    ]
    if not rows:
        slide.text(["Критерии считают после первого проведённого урока"], 1.5, 1)
        return
    longest = max(len(row) for row in rows)
    heads = ["Критерий", *(f"Урок {n}" for n in range(1, longest))]
    slide.table(heads, [[*row, *["—"] * (longest - len(row))] for row in rows[:14]])


def _voices(slide: Slide, facts: Facts) -> None:
    slide.head("Голос обучающихся: доля согласия")
    told = []
    for c in facts["cycles"]:
        rows = [(_title(a["question"]), a["shares"]) for a in c["agreement"] if any(s is not None for s in a["shares"])]
        told += [(c, rows)] if rows else []
    _side_by_side(slide, told, "0%", 1, "Показываем от пяти ответов; пока их меньше")


def _deficits(slide: Slide, facts: Facts) -> None:
    slide.head("Дефициты и опыт")
    kinds = facts["deficits"]["kinds"]
    if kinds:
        slide.chart(
            XL_CHART_TYPE.BAR_STACKED,
            [str(kind_of_deficit(k["kind"])) for k in kinds],
            [("Устранено", [k["closed"] for k in kinds]), ("Сохраняется", [k["found"] - k["closed"] for k in kinds])],
            "0",
            height=3.4,
        )
    else:
        slide.text(["Дефициты называют после трёх уроков"], 1.5, 1)
    slide.text(
        [
            f"Материалы: {'; '.join(m['title'] for m in facts['materials']) or 'пока нет'}",
            f"Участий в мероприятиях: {len(facts['events'])}",
        ],
        5.1,
        1.9,
        18,
    )


def _ahead(slide: Slide, facts: Facts) -> None:
    slide.head("Выводы и перспективы")
    lines = []
    for c in facts["cycles"]:
        made = c.get("decision") or {}
        lines += [c["words"]["technique"]] if c["words"].get("technique") else []
        lines += [f"{c['triad']}: {CHOICES[made['choice']]}"] if made.get("choice") else []
        lines += [f"Следующий вопрос: {made['next_question']}"] if made.get("next_question") else []
        lines += [] if c["finished"] else [f"{c['triad']}: цикл продолжается («{_title(c['stage'])}»)"]
    slide.text(lines or ["Темы троек определим на первой встрече"], 1.5, 5.4, 20)
