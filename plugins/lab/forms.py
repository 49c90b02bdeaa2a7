"""What the Laboratory writes: reasons, checks, findings, minutes, the plan and the conference."""

from __future__ import annotations

from engine.api import Field, Form, Option, Rows, Section, Text
from plugins.lab.monitoring import MONITORING, READERS
from plugins.lab.rules import COUNCIL, SOURCES_NEEDED, TEAM

COLLECTION = Form(
    "collection",
    Text("Недостающие сводки", en="Missing summaries"),
    (
        Section(
            "gaps",
            Text("Чего не хватает и почему", en="What is missing and why"),
            (
                Rows(
                    "missing",
                    Text("Недостающие сводки", en="Missing summaries"),
                    (
                        Field("which", Text("Цикл", en="Cycle"), "choice", required=True, source="handovers"),
                        Field("reason", Text("Причина", en="Reason"), "text", required=True, max_length=1000),
                    ),
                ),
            ),
            help="Если поступили не все сводки, укажите причину по каждой недостающей.",
        ),
    ),
    roles=TEAM,
    readers=READERS,
    per_round=False,
)

CHECKS = Form(
    "checks",
    Text("Проверка сводок", en="Reading of the summaries"),
    (
        Section(
            "reading",
            Text("Сводки циклов", en="Summaries of the cycles"),
            (
                Rows(
                    "summaries",
                    Text("Сводки", en="Summaries"),
                    (
                        Field("summary", Text("Сводка", en="Summary"), "choice", required=True, source="handovers"),
                        Field(
                            "status",
                            Text("Статус", en="Status"),
                            "choice",
                            required=True,
                            options=(
                                Option("accepted", Text("Принята", en="Accepted")),
                                Option("clarify", Text("Уточнить", en="To be clarified")),
                            ),
                        ),
                        Field("note", Text("Что уточнить", en="What to clarify"), "text", max_length=1000),
                        Field("clarified", Text("Уточнено", en="Clarified"), "flag"),
                    ),
                ),
            ),
        ),
    ),
    roles=TEAM,
    readers=READERS,
    per_round=False,
    help="Смотрим на полноту и ясность документов, а не оцениваем тройку.",
)

FINDINGS = Form(
    "findings",
    Text("Выводы периода", en="Findings of the period"),
    (
        Section(
            "findings_list",
            Text("Выводы", en="Findings"),
            (
                Rows(
                    "findings",
                    Text("Выводы", en="Findings"),
                    (
                        Field("text", Text("Вывод", en="Finding"), "text", required=True, max_length=2000),
                        Field(
                            "sources",
                            Text("Источники", en="Sources"),
                            "choices",
                            required=True,
                            least=SOURCES_NEEDED,
                            options=(
                                Option("sheets", Text("листы", en="sheets")),
                                Option("surveys", Text("опросы", en="surveys")),
                                Option("deficits", Text("дефициты", en="deficits")),
                                Option("visits", Text("посещения", en="visits")),
                            ),
                            help="не меньше двух",
                        ),
                        Field(
                            "about",
                            Text("О чём вывод", en="What it is about"),
                            "choice",
                            options=(
                                Option("technique", Text("приём", en="a technique")),
                                Option("deficit", Text("дефицит", en="a deficit")),
                                Option("organisation", Text("организация работы", en="how work is organised")),
                                Option("support", Text("помощь тройке", en="support for a triad")),
                            ),
                        ),
                    ),
                    least=1,
                ),
            ),
        ),
    ),
    roles=TEAM,
    readers=READERS,
    per_round=False,
    help="Дефицит обобщаем, если он отмечен не менее чем у трёх педагогов. Имена педагогов в выводы не входят.",
)

SESSION = Form(
    "session",
    Text("Протокол аналитической сессии", en="Minutes of the session"),
    (
        Section(
            "minutes",
            Text("Сессия с руководителями ПОС", en="Session with the group leaders"),
            (
                Field("date", Text("Дата", en="Date"), "date", required=True),
                Field("present", Text("Присутствовали", en="Present"), "choices", source="leaders"),
                Field("agreed", Text("Согласованные выводы", en="Agreed findings"), "text", required=True),
                Field(
                    "dissent",
                    Text("Особое мнение", en="Dissenting opinion"),
                    "text",
                    max_length=3000,
                    help="если кто-то из руководителей не был на сессии или не согласен с выводами",
                ),
            ),
        ),
    ),
    roles=TEAM,
    readers=(*READERS, "group_leader"),
    per_round=False,
)

PLAN = Form(
    "plan",
    Text("План методической работы", en="Plan of methodical work"),
    (
        Section(
            "work",
            Text("Мероприятия", en="Measures"),
            (
                Rows(
                    "measures",
                    Text("Мероприятия", en="Measures"),
                    (
                        Field("measure", Text("Мероприятие", en="Measure"), required=True, max_length=300),
                        Field(
                            "basis",
                            Text("Основание", en="Grounds"),
                            "choice",
                            required=True,
                            source="bases",
                            help="дефицит с карты школы или согласованный вывод периода",
                        ),
                        Field(
                            "basis_text",
                            Text("Пояснение к основанию", en="More about the grounds"),
                            "text",
                            max_length=1000,
                        ),
                        Field("due", Text("Срок", en="Due date"), "date", required=True),
                        Field("owner_id", Text("Ответственный", en="Responsible"), "choice", source="staff"),
                        Field(
                            "owner",
                            Text("Или ответственные словами", en="Or those responsible in words"),
                            max_length=200,
                        ),
                        Field(
                            "expected",
                            Text("Ожидаемый результат", en="Expected result"),
                            "text",
                            required=True,
                            max_length=1000,
                        ),
                    ),
                    least=1,
                ),
            ),
        ),
    ),
    roles=TEAM,
    readers=(*READERS, "group_leader"),
    per_round=False,
)

COUNCIL_MINUTES = Form(
    "council",
    Text("Протокол методического совета", en="Minutes of the methodical council"),
    (
        Section(
            "approval",
            Text("Утверждение плана", en="Approval of the plan"),
            (
                Field("protocol", Text("Номер протокола", en="Number of the minutes"), required=True, max_length=40),
                Field("date", Text("Дата протокола", en="Date of the minutes"), "date", required=True),
            ),
        ),
    ),
    roles=COUNCIL,
    readers=READERS,
    per_round=False,
)

CONFERENCE = Form(
    "conference",
    Text("Методическая конференция", en="Methodical conference"),
    (
        Section(
            "reports_section",
            Text("Годовые отчёты руководителей ПОС", en="Year reports of the group leaders"),
            (
                Rows(
                    "reports",
                    Text("Отчёты", en="Reports"),
                    (
                        Field(
                            "leader", Text("Руководитель ПОС", en="Leader"), "choice", required=True, source="leaders"
                        ),
                        Field("accepted", Text("Отчёт принят", en="The report is accepted"), "flag"),
                    ),
                ),
            ),
        ),
        Section(
            "course",
            Text("Программа и решение", en="Programme and resolution"),
            (
                Field("programme", Text("Заметки к программе", en="Notes on the programme"), "text"),
                Field("resolution", Text("Резолюция конференции", en="Resolution of the conference"), "text"),
            ),
        ),
    ),
    roles=COUNCIL,
    readers=READERS,
    per_round=False,
)

FORMS = (COLLECTION, CHECKS, MONITORING, FINDINGS, SESSION, PLAN, COUNCIL_MINUTES, CONFERENCE)
