"""Every document of a whole school year in the programs people have: it opens without repair and can be printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from pptx import Presentation

from engine.services import demo, events, indicators
from engine.services.papers.catalogue import KINDS
from engine.services.reports import reports
from engine.services.reports.numbers import number
from engine.store.database import db
from engine.store.groups import Group
from engine.store.people import Person, SchoolYear
from tests.conftest import missing
from tests.webui.conftest import close, person_id
from tests.webui.crawling import step_in, walk
from webui import create_app

pytestmark = pytest.mark.slow
#: Words that an instance of a hostile person would type, put where documents take them from.
FORMULA = '=HYPERLINK("http://x.example","нажми")'


@pytest.fixture(scope="module")
def soffice() -> str:
    path = os.environ.get("TREFOIL_SOFFICE") or shutil.which("soffice")
    if not path or not shutil.which("pdftotext"):
        missing("LibreOffice and poppler: not installed (make test sets them up)")
    return path


@pytest.fixture(scope="module")
def year(loaded_year: Path, tmp_path_factory: pytest.TempPathFactory):
    """The demo school at the end of its year, with a formula for the name of an event."""
    made = create_app(shutil.copytree(loaded_year, tmp_path_factory.mktemp("year") / "instance"), demo=True)
    with made.app_context():
        demo.load(whole_year=True)  # it is; the clock is set
        admin = db.session.get(Person, _id(made, "Журналова"))
        day = db.session.scalars(db.select(SchoolYear)).first().begins
        event = events.add(
            admin, {"title": FORMULA, "form": "seminar", "level": "school", "begins": day, "place": "@SUM(1)"}
        )
        events.take_part(
            admin,
            event.id,
            {"kind": "teacher", "person_id": admin.id, "topic": "+7", "role": "speaker", "result": "member"},
        )
    yield made
    close(made)


def _id(app: Flask, name: str) -> int:
    return db.session.scalars(db.select(Person.id).where(Person.last_name == name)).one()


@pytest.fixture(scope="module")
def folder(year: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The largest file of every kind and format, and a form of every type."""
    found: dict[str, bytes] = {}
    for name in ("Указкина", "Дневникова", "Графикова", "Макетов"):
        client = step_in(year, person_id(year, name))
        for page in walk(year, client):
            kind = re.match(r"/papers/(\w+)\.(\w+)", page.path)
            deck = page.path.endswith(".pptx")
            if page.status == 200 and (kind or deck):
                form = re.search(r"form=(\w+)", page.path)
                slides = "figures.pptx" if "figures" in page.path else "deck.pptx"
                key = slides if deck else f"{kind[1]}{f'-{form[1]}' if form else ''}.{kind[2]}"
                if len(page.data) > len(found.get(key, b"")):
                    found[key] = page.data
    out = tmp_path_factory.mktemp("papers")
    for key, content in found.items():
        (out / key).write_bytes(content)
    return out


@pytest.fixture(scope="module")
def printed(folder: Path, soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything as PDF."""
    out = tmp_path_factory.mktemp("pdf")
    for ending in ("docx", "pptx", "xlsx"):
        (out / ending).mkdir()
        _convert(soffice, "pdf", out / ending, sorted(folder.glob(f"*.{ending}")))
        for made in (out / ending).glob("*.pdf"):
            made.rename(out / f"{made.stem}-{ending}.pdf")
    return out


def _pdf(printed: Path, path: Path) -> Path:
    return printed / f"{path.stem}-{path.suffix[1:]}.pdf"


def _convert(soffice: str, to: str, out: Path, files: list[Path]) -> None:
    profile = f"-env:UserInstallation=file://{out}/profile"
    done = subprocess.run(
        [soffice, profile, "--headless", "--convert-to", to, "--outdir", str(out), *map(str, files)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert "Error" not in done.stderr, done.stderr


def test_every_kind_was_made(folder: Path) -> None:
    made = {(p.name.partition("-")[0].partition(".")[0], p.suffix[1:]) for p in folder.iterdir()}
    wanted = {(kind.key, ending) for kind in KINDS.values() for ending in kind.formats}
    wanted |= {("deck", "pptx"), ("figures", "pptx")}
    assert wanted - made == {("act", "docx")}, "nobody was erased in the demo: tests of the erasure open the act"
    assert len([p for p in folder.iterdir() if p.name.startswith("form-")]) >= 10


def test_each_opens_and_prints(folder: Path, printed: Path) -> None:
    for path in folder.iterdir():
        pdf = _pdf(printed, path)
        assert pdf.exists(), path.name
        text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
        assert len(text.split()) > 5, path.name
        assert not re.search(r"\{\{|%\(|None\b|<\w+ object|\bTrue\b|\bFalse\b", text), (path.name, text[:500])


def test_pages_are_a4_and_nothing_is_cut_off(folder: Path, printed: Path) -> None:
    for path in folder.glob("*.docx"):
        told = subprocess.run(["pdfinfo", str(_pdf(printed, path))], capture_output=True, text=True, check=True)
        size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", told.stdout)
        sides = sorted(round(float(side)) for side in size.groups())
        assert sides == [595, 842], (path.name, sides)


def test_each_is_a_picture_with_something_on_it(printed: Path, tmp_path: Path) -> None:
    from PIL import Image

    for pdf in sorted(printed.glob("*.pdf")):
        subprocess.run(["pdftoppm", "-r", "30", "-l", "1", "-png", str(pdf), str(tmp_path / pdf.stem)], check=True)
        (page,) = tmp_path.glob(f"{pdf.stem}-*.png")
        with Image.open(page) as picture:
            assert picture.convert("L").getextrema()[0] < 120, pdf.name
        page.unlink()


@pytest.mark.gate("R-12", "0 formula cells after recalculation")
def test_no_cell_is_a_formula_after_recalculation(folder: Path, soffice: str, tmp_path: Path) -> None:
    files = sorted(folder.glob("*.xlsx"))
    _convert(soffice, "xlsx:Calc MS Excel 2007 XML", tmp_path, files)
    seen = False
    for path in files:
        for sheet in openpyxl.load_workbook(tmp_path / path.name):
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", (path.name, cell.coordinate, cell.value)
                    seen |= isinstance(cell.value, str) and FORMULA in cell.value
    assert seen, "the hostile title is in the list of events, as words"


def test_the_charts_of_a_deck_hold_the_numbers_of_the_page(year: Flask) -> None:
    with year.app_context():
        leader = db.session.scalars(db.select(Person).where(Person.last_name == "Дневникова")).one()
        group = db.session.scalars(db.select(Group).where(Group.leader_id == leader.id)).first()
        chosen = db.session.scalars(db.select(SchoolYear)).first()
        page = reports.page(leader, group.id, chosen.id)
        told = {number(m) for c in page.facts["cycles"] for s in c["sections"] for m in s["means"] if m is not None}
        path = f"/reports/{group.id}/{chosen.id}"
    client = step_in(year, person_id(year, "Дневникова"))
    slides = Presentation(BytesIO(client.get(f"{path}/deck.pptx").data)).slides
    assert len(slides) == 8
    charts = [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]
    values = {v for c in charts for plot in c.plots for s in plot.series for v in s.values if v is not None}
    words = set(re.findall(r"\d+(?:,\d+)?", re.sub(r"<[^>]+>", " ", client.get(path).text)))

    def on_the_page(value: float) -> bool:
        share = number(value * 100, 1)
        return bool({number(value), share, str(int(value)) if value == int(value) else share} & words)

    assert told & {number(v) for v in values}
    assert [v for v in values if not on_the_page(v)] == []


def test_the_year_in_figures_holds_the_indicators(year: Flask) -> None:
    with year.app_context():
        chosen = db.session.scalars(db.select(SchoolYear).order_by(SchoolYear.id)).first()
        found = {i.key: i for i in indicators.of_school(chosen.school_id, chosen.begins, chosen.ends)}
        number_ = chosen.id
    client = step_in(year, person_id(year, "Графикова"))
    slides = Presentation(BytesIO(client.get(f"/conference/{number_}/figures.pptx").data)).slides
    assert len(slides) == 5
    charts = [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]
    values = [v for c in charts for plot in c.plots for s in plot.series for v in s.values]
    for key in ("lessons_held", "cycles_finished", "bank_works", "teacher_participations", "winners"):
        assert found[key].numerator in values, key
    assert round(found["staff_in_triads"].value * 100, 1) in values
    assert sum(charts[-1].plots[0].series[0].values) >= found["teacher_participations"].numerator
    assert client.get("/conference/999/figures.pptx").status_code == 404
