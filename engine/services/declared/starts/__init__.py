"""What a new type begins with: a text that is sound from the start, with a word on each part."""

from __future__ import annotations

from pathlib import Path

from engine.core.text import Text
from engine.extension.declared import text_of

#: Start → what it is called on the page.
STARTS: dict[str, Text] = {
    "lesson_study": Text(
        "На трёх уроках (Lesson Study): план, наблюдение, опрос, обсуждение", en="Three lessons (Lesson Study)"
    ),
    "own": Text("Свои этапы и документы, без уроков", en="Own stages and documents, no lessons"),
}


def text_for(start: str, key: str, title: str, purpose: str) -> str:
    """The text of a new type. Raises KeyError for a start there is not."""
    head = {"key": key, "title": title, "purpose": purpose, "version": "1"}
    if STARTS[start] and start != "own":
        head["base"] = start
    body = (Path(__file__).parent / f"{start}.txt").read_text(encoding="utf-8")
    return text_of(head) + body
