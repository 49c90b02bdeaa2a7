"""What a СЭР triad counts as achieved (domain brief §2.4): about the class and the environment, never about a child."""

from __future__ import annotations

from engine.api import (
    Agreement,
    ChosenIndicatorMean,
    Criterion,
    Difference,
    OptionShare,
    Participation,
    SectionMean,
    Test,
    Text,
)

HEAVY = ("anxious", "tired")

CRITERIA = (
    Criterion(
        "sel_k1",
        "СЭР-К1",
        Text("Среда", en="Environment"),
        (Test(SectionMean("safety"), 2.0, Text("Раздел «Безопасная среда»", en="Section “Safe environment”")),),
    ),
    Criterion(
        "sel_k2",
        "СЭР-К2",
        Text("Состояние не ухудшилось", en="The state has not got worse"),
        (
            Test(
                Difference(
                    OptionShare("checkin_after", "mood", HEAVY),
                    OptionShare("checkin_before", "mood", HEAVY),
                ),
                0.05,
                Text("Доля «тяжёлых» отметок: после минус до", en="Share of heavy marks: after minus before"),
                "gap",
                at_most=True,
            ),
        ),
    ),
    Criterion(
        "sel_k3",
        "СЭР-К3",
        Text("Участие", en="Participation"),
        (
            Test(
                Participation(("checkin_before", "checkin_after")),
                0.70,
                Text("Участвовали в отметке до и после", en="Took part in both check-ins"),
                "share",
            ),
        ),
        help="«Пропускаю» считается участием",
    ),
    Criterion(
        "sel_k4",
        "СЭР-К4",
        Text("Навык занятия", en="The skill of the session"),
        (
            Test(
                ChosenIndicatorMean("plan", "lead_skill"),
                2.0,
                Text("Показатель ведущего навыка", en="Indicator of the leading skill"),
            ),
        ),
    ),
    Criterion(
        "sel_k5",
        "СЭР-К5",
        Text("На занятии было безопасно", en="The session was safe"),
        (
            Test(
                Agreement("class_survey", "q1"),
                0.80,
                Text("Можно было ошибаться, и никто не смеялся", en="One could make mistakes, nobody laughed"),
                "share",
            ),
        ),
    ),
)
