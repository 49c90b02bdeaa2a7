"""A region is asked by people of all its schools, and every answer is the page."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks import generator, processor, region


@pytest.fixture(scope="module")
def found(postgres_url: str) -> Iterator[region.Found]:
    logging.disable(logging.ERROR)
    yield region.measure(quick=True, cycles_=3 * generator.OF_SCHOOL)
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.postgres
def test_three_schools_are_asked_and_told_of(found: region.Found) -> None:
    assert (found.schools, found.cycles, found.wrong) == (3, 3 * generator.OF_SCHOOL, 0)
    told = {f"{name}{again}" for name in list(region.NAMES.values())[:3] for again in ("", ", again")}
    assert set(found.rows) == {*told, region.NAMES["press"]}
    assert all(row.each and row.rate > 0 and row.web >= 0 and row.database >= 0 for row in found.rows.values())
    assert all(name in region.table(found) for name in found.rows)
    wrong, measured = region.claims(found)
    assert wrong[2:] == ("0", True) and "3 schools" in measured[0]


def test_a_wrong_answer_is_not_a_region_that_holds() -> None:
    found = region.Found(schools=1, wrong=2, rows={"«Мои дела» (/)": region.Row(rate=10, each=[1.0, 2.0])})
    assert region.claims(found)[0][2:] == ("2", False)
    assert region.claims(region.Found()) == []


def test_what_a_process_has_spent_is_counted_with_its_children() -> None:
    before = processor.of_tree(os.getpid())
    work = "sum(n * n for n in range(6_000_000)); print('done', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline() == b"done\n"
        spent = processor.of_tree(os.getpid()) - before
        child.communicate(b"\n")
    assert spent > 0.05
