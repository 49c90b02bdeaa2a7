"""Make the pictures of the guide from the running demo school: ``python docs/screenshots.py http://127.0.0.1:8000``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
#: Picture → (who, page, size, whole page).
SHOTS = {
    "home": ("Мячиков П. Д.", "/", PHONE, False),
    "cycle": ("Ноткина Ж. Д.", "@СЭР-1", PHONE, False),
    "cycle-desk": ("Абзацева Л. Д.", "@ПД-2", DESK, True),
    "observation": ("Классова", "/cycles/7/docs/observation/2", PHONE, False),
    "results": ("Указкина В. Д.", "/cycles/1/results", DESK, True),
    "plan": ("Закладкина Т. Д.", "@ФО-2", DESK, False),
    "leader": ("Дневникова С. Д.", "/leader", DESK, False),
    "types": ("Журналова В. Д.", "/types", DESK, False),
    "people": ("Журналова В. Д.", "/school/people", PHONE, False),
    "groups": ("Журналова В. Д.", "/groups", DESK, False),
}


def step_in(page: Page, who: str) -> None:
    """Sign in as somebody of the demo school."""
    page.goto("/sign-in")
    page.click(f"button:has-text('{who}')")


def main(url: str) -> None:
    """Take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("TREFOIL_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for name, (who, path, size, whole) in SHOTS.items():
            context = browser.new_context(base_url=url, viewport=size, locale="ru-RU", device_scale_factor=1.5)
            page = context.new_page()
            step_in(page, who)
            if path.startswith("@"):
                page.goto("/cycles")
                page.click(f"main a:has-text('{path[1:]}')")
            else:
                page.goto(path)
            page.screenshot(path=IMAGES / f"{name}.png", full_page=whole)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
