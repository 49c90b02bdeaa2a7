"""A finding of the lint: one defect with a code, a place, what is wrong and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.text import Text

#: The first word of a place, in both languages.
_PLACES = {
    "stage": "этап",
    "stages": "этапы",
    "action": "действие",
    "form": "форма",
    "survey": "опрос",
    "criterion": "критерий",
    "technique": "приём",
    "type": "тип",
    "indicator": "показатель",
    "rule": "правило",
    "rules": "правила",
    "hint": "подсказка",
    "warning": "предупреждение",
    "process": "процесс",
    "settings": "параметры",
    "initial": "первый этап",
    "loop": "повтор",
    "team": "состав",
    "upgrade": "переход с версии",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: ``code`` for machines, ``place`` inside the definition, ``text`` and ``fix`` for people."""

    code: str
    place: str
    text: str
    fix: str

    @property
    def where(self) -> Text:
        """The place in words."""
        head, space, rest = self.place.partition(" ")
        return Text(f"{_PLACES.get(head, head)}{space}{rest}", en=self.place)

    def __str__(self) -> str:
        return f"{self.code} · {self.place}: {self.text}. {self.fix}"
