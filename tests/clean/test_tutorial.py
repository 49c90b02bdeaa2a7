"""The tutorial, followed to the letter: commands in order, files as told, outputs compared where they are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clean import school
from tests.clean.browser import Browser
from tests.clean.venv import Clean

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(\S+)(?: file=(\S+))?\n(.*?)^```$", re.M | re.S)
pytestmark = pytest.mark.slow


@dataclass
class Reader:
    """Somebody who does what the page says, in a folder and a shell of their own."""

    clean: Clean
    folder: Path
    exported: dict[str, str] = field(default_factory=dict)
    printed: str = ""
    served: bool = False

    def follow(self, text: str) -> int:
        """Every block in order; returns how many there were."""
        blocks = _BLOCK.findall(text)
        for kind, file, body in blocks:
            if file:
                (self.folder / file).write_text(body, encoding="utf-8")
            else:
                assert kind == "console", f"nobody knows what to do with a block of {kind}"
                self._console(body)
        return len(blocks)

    def _console(self, body: str) -> None:
        for part in re.split(r"^(?=\$ )", body, flags=re.M)[1:]:
            command, _, expected = part[2:].partition("\n")
            if command.startswith("export "):
                name, _, value = command.removeprefix("export ").partition("=")
                self.exported[name] = str(self.folder / value)
            elif command.startswith("trefoil serve"):
                self.served = True  # it goes on until the reader stops it: the rest of the page is done in a browser
            else:
                self._run(command, expected)

    def _run(self, command: str, expected: str) -> None:
        told = self.clean.run(f"{command} 2>&1", self.folder, **self.exported)
        self.printed += told
        assert _same(expected, told), f"$ {command}\nshown:\n{expected}\nprinted:\n{told}"


def _same(shown: str, printed: str) -> bool:
    """Whether what is printed is what is shown; … stands for anything, on a line of its own for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in shown.rstrip("\n").split("\n")
    )
    return not shown.strip() or re.fullmatch(pattern, printed.rstrip("\n") + "\n") is not None


@pytest.fixture
def reader(clean: Clean, tmp_path: Path):
    yield Reader(clean, tmp_path)
    clean.run("pip uninstall -q -y trefoil-reading", tmp_path)


def test_the_tutorial_works(reader: Reader) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert reader.follow(text) == 10 and reader.served
    instance = Path(reader.exported["TREFOIL_INSTANCE"])
    link = re.search(r"/link/\S+", reader.printed)[0]
    with reader.clean.server(instance) as address:
        admin = Browser(address)
        names = {"last_name": "Главный", "first_name": "Глеб", "patronymic": "Демович"}
        login = {"login": "glavny", "password": school.PASSWORD}
        admin.send(admin.get(link).forms[-1], school="Школа № 0", district="", **names, **login)
        assert "Смысловое чтение" in admin.get("/types").text
        school.enable(admin, "reading")
        team = school.seat(admin, address, "reading")
        page = next(iter(team.people.values())).get(f"/cycles/{team.cycle}")
    assert page.status == 200 and "Смысловое чтение" in page.text


def test_every_file_of_the_tutorial_is_whole() -> None:
    """What is written at the end is what `trefoil new-type` wrote, file by file."""
    files = {file for _kind, file, _body in _BLOCK.findall(PAGE.read_text(encoding="utf-8")) if file}
    module = "reading/trefoil_reading"
    assert files == {
        *(f"{module}/{name}.py" for name in ("__init__", "content", "forms", "rules")),
        "reading/tests/test_reading.py",
    }
