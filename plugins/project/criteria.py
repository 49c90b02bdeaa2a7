"""What a project triad counts as achieved. The criteria speak of the project, never of a pupil or a teacher."""

from __future__ import annotations

from engine.api import Agreement, Criterion, Entries, IndicatorMean, Lowest, RoundsWhere, SectionMean, Test, Text, Total
from plugins.project.forms import MARKS

CRITERIA = (
    Criterion(
        "idea_shown",
        "ПД-К1",
        Text("Замысел понят обучающимися", en="The pupils own the idea"),
        (Test(SectionMean("idea"), 2.0, Text("Среднее раздела «Замысел»", en="Mean of the section “Idea”")),),
        rounds=(1,),
        help="На уроке «Запуск и замысел»",
    ),
    Criterion(
        "product_changed",
        "ПД-К2",
        Text("Продукт изменён после экспертизы", en="The critique changed the product"),
        (
            Test(
                Entries("critique", "changes"),
                1,
                Text("Доказанных изменений продукта: версия 1 → версия 2", en="Proven changes, version 1 to version 2"),
                "count",
            ),
        ),
        overall=True,
    ),
    Criterion(
        "defended",
        "ПД-К3",
        Text("Продукт защищён", en="The product is defended"),
        (
            Test(Lowest("defence", MARKS), 1, Text("Наименьшая оценка комиссии", en="The lowest mark"), "marks"),
            Test(Total("defence", MARKS), 7, Text("Сумма оценок из 12", en="Total of 12"), "marks"),
        ),
        overall=True,
    ),
    Criterion(
        "support",
        "ПД-К4",
        Text("Учитель сопровождает, а не делает за ученика", en="The teacher supports and does not do it instead"),
        (
            Test(
                RoundsWhere(IndicatorMean("pd12"), 2),
                2,
                Text("Уроков, где ПД12 не ниже 2", en="Lessons where ПД12 is at least 2"),
                "count",
            ),
        ),
        overall=True,
    ),
    Criterion(
        "our_project",
        "ПД-К5",
        Text("Обучающиеся считают проект своим", en="The pupils call the project their own"),
        (
            Test(
                Agreement("class_survey", "q2"),
                0.70,
                Text("Согласны: «это наш проект»", en="Agree: “this is our project”"),
                "share",
            ),
        ),
    ),
)
