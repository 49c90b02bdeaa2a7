"""In a clean environment: ``trefoil new-type x && pip install ./x && pytest x``, then a school works with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clean import school
from tests.clean.venv import Clean

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(clean: Clean, tmp_path_factory: pytest.TempPathFactory) -> tuple[Clean, Path, str]:
    """The environment with the new type in it, where it was made, and what pytest said."""
    folder = tmp_path_factory.mktemp("author")
    command = "trefoil new-type two_voices --title 'Два голоса' && pip install -q ./two_voices && pytest -q two_voices"
    yield clean, folder, clean.run(command, folder)
    clean.run("pip uninstall -q -y trefoil-two-voices", folder)


def test_it_is_green(installed: tuple[Clean, Path, str]) -> None:
    assert "12 passed" in installed[2]


def test_it_appears_is_enabled_and_runs_a_cycle_to_its_end(installed: tuple[Clean, Path, str], tmp_path: Path) -> None:
    clean, folder, _said = installed
    assert "two_voices\tДва голоса\t1\ttrefoil-two_voices 1.0.0" in clean.run("trefoil types list", folder)
    instance = tmp_path / "instance"
    with clean.server(instance) as address:
        admin = school.begin(clean, instance, address)
        assert "Два голоса" in admin.get("/types").text
        school.enable(admin, "two_voices")
        team = school.seat(admin, address, "two_voices")
        stages = team.to_the_end()
        assert stages[-1].startswith("Цикл завершён") and len(stages) == 20, stages
        assert "Включённость" in next(iter(team.people.values())).get(f"/cycles/{team.cycle}/results").text
        recorded = clean.run(f"trefoil types record {team.cycle}", folder, TREFOIL_INSTANCE=str(instance))
    test = folder / "two_voices" / "tests" / "test_recorded.py"
    test.write_text(recorded, encoding="utf-8")
    try:
        assert "13 passed" in clean.run("pytest -q two_voices", folder)
    finally:
        test.unlink()


def test_the_contract_of_any_installed_type_is_kept(installed: tuple[Clean, Path, str], tmp_path: Path) -> None:
    clean, _folder, _said = installed
    assert "8 passed" in clean.run("pytest -q --trefoil-type two_voices", tmp_path)
    wrong = "pytest -q --trefoil-type nobody 2>&1 | tee told; grep -q 'no such group type is installed: nobody' told"
    clean.run(f"set +e; {wrong}", tmp_path)


def test_what_no_test_has_met_is_told(installed: tuple[Clean, Path, str]) -> None:
    clean, folder, _said = installed
    told = clean.run("cd two_voices && pytest -q --trefoil-cover", folder)
    assert "group type two_voices" in told
    assert "never seen to refuse" in told and "never pressed: return_package" in told
    assert "two_voices.technique_chosen" not in told.partition("never seen to refuse")[2].splitlines()[0]
    failed = clean.run("cd two_voices && ! pytest -q --trefoil-cover-under 100 > told && cat told", folder)
    assert "FAIL: under 100 %" in failed
