"""What a formative assessment triad counts as achieved (domain brief §2.3; thresholds can be changed by the leader)."""

from __future__ import annotations

from engine.api import Agreement, Answered, Criterion, IndicatorMean, SectionMean, Test, Text


def _reaches(indicator: str, code: str) -> Test:
    return Test(IndicatorMean(indicator), 2.0, code)


CRITERIA = (
    Criterion(
        "fo_k1",
        "ФО-К1",
        Text("Критерии работают", en="Criteria work"),
        (
            _reaches("fo2", "ФО2"),
            Test(
                Agreement("class_survey", "q2"),
                0.75,
                Text("Знали, по каким признакам работа выполнена хорошо", en="Knew the signs of good work"),
                "share",
            ),
        ),
    ),
    Criterion(
        "fo_k2",
        "ФО-К2",
        Text("Данные собраны и использованы", en="Evidence is gathered and used"),
        (_reaches("fo5", "ФО5"), _reaches("fo6", "ФО6")),
    ),
    Criterion(
        "fo_k3",
        "ФО-К3",
        Text("Отклик двигает вперёд", en="Feedback moves learning on"),
        (_reaches("fo7", "ФО7"), _reaches("fo8", "ФО8")),
    ),
    Criterion(
        "fo_k4",
        "ФО-К4",
        Text("Ученик — хозяин учения", en="Pupils own their learning"),
        (Test(SectionMean("self_assessment"), 2.0, Text("Раздел «Самооценивание»", en="Section “Self-assessment”")),),
    ),
    Criterion(
        "fo_k5",
        "ФО-К5",
        Text("Без отметок", en="No marks"),
        (
            Test(
                Answered("discussion", "no_marks", "yes"),
                1.0,
                Text("Отметки не выставлялись", en="No marks were given"),
                "flag",
            ),
        ),
    ),
)
