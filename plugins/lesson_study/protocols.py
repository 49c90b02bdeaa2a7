"""Documents of the meetings: the discussion protocol, the conclusions of the triad, the leader's conclusion."""

from __future__ import annotations

from engine.api import Carry, Field, Form, Option, Rows, Section, Text
from plugins.lesson_study.content import DECISION_KINDS, PROGRESS, PUPILS, TEAM

DISCUSSION = Form(
    "discussion",
    Text("Протокол обсуждения", en="Discussion protocol"),
    (
        Section(
            "meeting",
            "Встреча",
            (
                Field("held_on", "Дата обсуждения", "date", required=True),
                Field("held_at", "Время начала", "time", required=True),
                Field(
                    "late_reason",
                    "Если прошло больше суток после урока — почему",
                    "text",
                    max_length=600,
                    help="Детали забываются: обсуждение лучше провести в течение 24 часов",
                ),
                Field("moderator", "Модератор обсуждения", "person", source="not_lead", required=True),
                Field("recorder", "Секретарь (ведёт протокол)", "person", source="team", required=True),
                Field("final_commentator", "Итоговый комментатор (если был)", max_length=160),
            ),
        ),
        Section(
            "pupils",
            "Круг 1. Ученики A → B → C",
            (
                Rows(
                    "progress",
                    "Прогноз и факт",
                    (
                        Field(
                            "who",
                            "Ученик",
                            "choice",
                            required=True,
                            options=tuple(Option(c, f"Ученик {c}") for c in PUPILS),
                        ),
                        Field("expected", "Что ожидали", "text", max_length=1500, private=True, soft=("surname",)),
                        Field("observed", "Что увидели", "text", max_length=1500, private=True, soft=("surname",)),
                        Field("because", "Почему так", "text", max_length=1500, private=True, soft=("surname",)),
                        Field("progress", "Продвижение", "choice", options=PROGRESS),
                    ),
                ),
            ),
        ),
        Section(
            "voices",
            "Голос учеников и класс в целом",
            (
                Field("voices", "Что сказали ученики в интервью и опросе", "text", max_length=3000, soft=("surname",)),
                Field("class_wide", "Что общего; кто ещё учился так же, как A, B или C", "text", max_length=3000),
                Field("lead_word", "Слово ведущего: где отошли от плана и почему", "text", max_length=3000),
                Field("surprise", "Что нас удивило", "text", max_length=3000, soft=("surname",)),
            ),
        ),
        Section(
            "technique",
            "Круг 3. Приём и ход урока",
            (
                Field("conclusions", "Выводы о приёме", "list", help="по одному в строке"),
                Field("answer", "Ответ на исследовательский вопрос (пока)", "text", max_length=3000),
                Field("open_questions", "Вопросы, на которые пока нет ответа", "list"),
            ),
        ),
        Section(
            "next",
            "Что берём в следующий урок",
            (
                Rows(
                    "decisions",
                    "Решения",
                    (
                        Field("kind", "Что делаем", "choice", required=True, options=DECISION_KINDS),
                        Field("text", "Решение", "text", required=True, max_length=1000),
                        Field("who", "Ответственный", max_length=120),
                    ),
                ),
                Field("learned", "Чему я научился сегодня (по фразе от каждого)", "list"),
            ),
        ),
    ),
    roles=TEAM,
    carries=(Carry("open_questions", "discussion", "open_questions", 1),),
    view="discussion",
)

SUMMARY = Form(
    "summary",
    Text("Итоговые выводы тройки", en="Conclusions of the triad"),
    (
        Section(
            "report",
            "Что мы узнали",
            (
                Field("question", "Исследовательский вопрос и зачем он нам", "text", required=True, max_length=2000),
                Field("done", "Что сделали (три урока, приёмы)", "text", required=True, max_length=4000),
                Field(
                    "pupils",
                    "Как учились ученики A, B, C (динамика от урока к уроку)",
                    "text",
                    required=True,
                    max_length=4000,
                    private=True,
                    soft=("surname",),
                ),
                Field("voices", "Что сказали обучающиеся", "text", max_length=4000, soft=("surname",)),
                Field(
                    "technique",
                    "Что узнали о приёме: условия, при которых работает и не работает",
                    "text",
                    required=True,
                    max_length=4000,
                ),
                Field(
                    "recommendations",
                    "Рекомендации коллегам: типичные затруднения учеников и что с ними делать",
                    "text",
                    required=True,
                    max_length=4000,
                ),
                Field("bank", "Что передаём в школьный банк", "list"),
                Field("learned", "Чему научились мы", "text", max_length=4000),
                Field("untested", "Что осталось непроверенным", "text", max_length=2000),
            ),
        ),
    ),
    roles=TEAM,
    per_round=False,
    carries=(
        Carry("question", "plan", "research_question"),
        Carry("voices", "discussion", "voices"),
    ),
)

REVIEW = Form(
    "review",
    Text("Заключение руководителя ПОС", en="Leader's conclusion"),
    (
        Section(
            "review",
            "Заключение",
            (
                Field("remarks", "Замечания и вопросы", "text", max_length=4000),
                Field("conclusion", "Заключение", "text", max_length=4000),
            ),
        ),
    ),
    roles=("group_leader",),
    readers=TEAM,
    per_round=False,
)
