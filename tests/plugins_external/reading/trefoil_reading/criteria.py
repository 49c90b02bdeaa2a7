"""What counts as achieved. The criteria speak of the technique, never of a pupil or a teacher."""

from __future__ import annotations

from engine.api import Agreement, Criterion, Growth, IndicatorMean, SectionMean, Test, Text

CRITERIA = (
    Criterion(
        "found",
        "СЧ-1",
        Text("Ученики находят нужное в тексте", en="Pupils find what they need"),
        (Test(SectionMean("finding"), 2.0, Text("Среднее раздела «Находит информацию»", en="Mean of “Finds”")),),
    ),
    Criterion(
        "concluded",
        "СЧ-2",
        Text("Выводы опираются на текст", en="Conclusions rest on the text"),
        (
            Test(IndicatorMean("rd4"), 1.5, Text("Среднее показателя СЧ4", en="Mean of СЧ4")),
            Test(IndicatorMean("rd8"), 1.5, Text("Среднее показателя СЧ8", en="Mean of СЧ8")),
        ),
    ),
    Criterion(
        "growth",
        "СЧ-3",
        Text("Рост в цикле", en="Growth over the cycle"),
        (
            Test(
                Growth(SectionMean("concluding")),
                0.4,
                Text("Прирост раздела «Связывает и делает выводы»", en="Rise of “Connects and concludes”"),
            ),
        ),
        overall=True,
    ),
    Criterion(
        "shown",
        "СЧ-4",
        Text("Ученики могут показать, откуда ответ", en="Pupils can show where the answer comes from"),
        (
            Test(
                Agreement("class_survey", "q4"),
                0.70,
                Text("Согласны, что могут показать место в тексте", en="Agree that they can show the place"),
                "share",
            ),
        ),
    ),
)
