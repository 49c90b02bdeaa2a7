"""What a period of the Laboratory counts as achieved; figures come from the host and from the plan."""

from __future__ import annotations

from engine.api import Criterion, Fact, FilledRows, Test, Text

CRITERIA = (
    Criterion(
        "coverage",
        "ЛАБ-К1",
        Text("Охват", en="Coverage"),
        (Test(Fact("coverage"), 0.80, Text("Доля педагогов в тройках", en="Share of the staff in triads"), "share"),),
        overall=True,
    ),
    Criterion(
        "full_packages",
        "ЛАБ-К2",
        Text("Полнота", en="Completeness"),
        (
            Test(
                Fact("full_packages"),
                0.80,
                Text(
                    "Доля завершённых циклов с полным пакетом",
                    en="Share of the finished cycles with a full package",
                ),
                "share",
            ),
        ),
        overall=True,
    ),
    Criterion(
        "grounded_plan",
        "ЛАБ-К3",
        Text("Обоснованность", en="Grounds"),
        (
            Test(
                FilledRows("plan", "measures", ("basis",)),
                1.0,
                Text(
                    "Доля мероприятий плана, связанных с дефицитом или выводом",
                    en="Share of the measures linked to a deficit or a finding",
                ),
                "share",
            ),
        ),
        overall=True,
    ),
    Criterion(
        "closed_deficits",
        "ЛАБ-К4",
        Text("Динамика", en="Progress"),
        (
            Test(
                Fact("closed_deficits"),
                0.0,
                Text("Доля закрытых дефицитов за период", en="Share of the deficits closed in the period"),
                "share",
            ),
        ),
        overall=True,
        help="Порог не задан: долю сравнивают с прошлым периодом. Руководитель ПОС может назначить свой порог.",
    ),
    Criterion(
        "transfer",
        "ЛАБ-К5",
        Text("Перенос", en="Transfer"),
        (
            Test(
                Fact("bank_per_cycle"),
                1.0,
                Text("Материалов в банке на завершённый цикл", en="Materials in the bank per finished cycle"),
                "count",
            ),
        ),
        overall=True,
    ),
)
