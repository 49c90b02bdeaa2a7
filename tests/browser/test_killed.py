"""A browser that dies while somebody is typing: at most the last seconds are gone."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error

from tests.browser.axe import PHONE
from tests.conftest import CHROMIUM_ARGS
from tests.gates.plugin import Figure
from tests.gates.sizes import size

SEED, KILLS = 20261126, size(3, 20)
#: How old a word may be that is lost, in seconds.
LOST = 5.0
SHEET, FIELD = "/cycles/1/docs/observation/1", "[name=q_helped]"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _open(member: Any, profile: Path) -> tuple[Any, Any]:
    """A browser with a profile of its own on the sheet, signed in; (its context, the page)."""
    kind = member.context.browser.browser_type
    context = kind.launch_persistent_context(
        profile,
        executable_path=os.environ["TREFOIL_CHROMIUM"],
        args=CHROMIUM_ARGS,
        base_url=member.url,
        viewport=PHONE,
        locale="ru-RU",
    )
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(SHEET)
    if "/sign-in" in page.url:  # cookies are written to the disk later than anything else
        page.click(f"button:has-text('{member.name}')")
        page.goto(SHEET)
    return context, page


def _kill(profile: Path) -> int:
    """Every process of the browser with this profile, at once and without a word. Returns how many there were."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            if str(profile) in command:
                os.kill(int(process.name), signal.SIGKILL)
                found += 1
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


@pytest.mark.gate("R-22")
def test_a_killed_browser_loses_a_few_seconds_at_most(lesson: Any, tmp_path: Path, figure: Figure) -> None:
    member, dice, oldest, number = lesson("ПД-1", 0), random.Random(SEED), 0.0, 0
    profile = tmp_path / "profile"
    context, page = _open(member, profile)
    for _ in range(KILLS):
        page.fill(FIELD, "")
        typed: list[tuple[float, str]] = []
        until = time.monotonic() + dice.uniform(1.0, 9.0)
        page.focus(FIELD)
        while time.monotonic() < until:
            number += 1
            page.keyboard.type(f"слово{number} ", delay=15)
            typed.append((time.monotonic(), f"слово{number}"))
        killed = time.monotonic()
        assert _kill(profile)
        with suppress(Error):  # it is gone already
            context.close()
        context, page = _open(member, profile)
        found = page.input_value(FIELD).split()
        missing = [at for at, word in typed if word not in found]
        if missing:
            oldest = max(oldest, killed - min(missing))
        assert oldest <= LOST, (typed[-1], found[-3:])
    context.close()
    figure.reached(f"{KILLS} browsers killed while typing: words of the last {oldest:.1f} s lost", seed=SEED)
