"""Ten defects sown into a real type are ten findings; the types that come with the project have none."""

from __future__ import annotations

import dataclasses

import pytest

from engine.api import (
    Action,
    Answered,
    Criterion,
    Field,
    Form,
    GroupType,
    Section,
    Stage,
    Survey,
    Technique,
    Test,
    at_least,
)
from engine.extension.loader import checked
from engine.extension.roles import absent, holders
from plugins.formative import plc_group_type
from tests.core.installed import BUNDLED

SOUND = plc_group_type()


def _sown() -> GroupType:
    process = SOUND.process.guarded(
        "submit_package", at_least("observation", "observer", 3, "Трое наблюдали", "Ждём: {who}")
    )
    process = process.with_action(
        Action("peek", "Заглянуть", ("setup",), "", ("lab_member",), kind="side"),
        Action("crown", "Короновать", ("setup",), "", ("king",), kind="side"),
    )
    process = dataclasses.replace(process, stages=(*process.stages, Stage("island", "Остров", final=True)))
    lost = Form("lost", "Лист", (Section("s", "С", (Field("a", "В", "choice"),)),), roles=("triad_member",))
    return dataclasses.replace(
        SOUND,
        process=process.showing("setup", "lost", "gone"),
        forms=(*SOUND.forms, lost),
        surveys=(*SOUND.surveys, Survey("guests", "Гости", ())),
        criteria=(*SOUND.criteria, Criterion("k", "К", "К", (Test(Answered("lost", "b"), 1),))),
        techniques=(*SOUND.techniques, Technique("Приём", "Приём")),
        colour="зелёный",
    )


def test_ten_defects_are_ten_findings_each_with_its_own_code() -> None:
    found = checked(_sown())
    assert {f.code: f.place for f in found} == {
        "quorum": "rule at_least.observation.observer.3",
        "nobody": "action peek",
        "unknown_role": "action crown",
        "unreachable": "stage island",
        "no_options": "form lost a",
        "unknown_form": "stage setup",
        "survey_nowhere": "survey guests",
        "unknown_field": "criterion k",
        "bad_key": "technique Приём",
        "bad_colour": "type formative",
    }
    assert len(found) == 10


@pytest.mark.parametrize("definition", BUNDLED, ids=lambda t: t.key)
def test_the_types_that_come_with_the_project_have_none(definition: GroupType) -> None:
    assert checked(definition) == []


@pytest.mark.parametrize(("team", "observers"), [(1, 0), (2, 1), (3, 2)])
def test_how_many_can_watch_follows_from_the_team(team: int, observers: int) -> None:
    made = dataclasses.replace(SOUND, team=team)
    assert holders(made)["observer"] == observers and holders(made)["triad_member"] == team
    assert ("observer" in absent(made)) == (team == 1)


def test_a_team_of_one_cannot_fill_in_the_sheet_of_an_observer() -> None:
    found = {(f.code, f.place) for f in checked(dataclasses.replace(SOUND, team=1))}
    assert ("nobody", "form observation") in found


def test_nobody_leads_a_process_without_rounds() -> None:
    alone = dataclasses.replace(BUNDLED[[t.key for t in BUNDLED].index("lab")])
    assert "lead_teacher" in absent(alone) and "lab_member" not in absent(alone)
