"""The documents of a Lesson Study cycle: passport, plan, sheet, interview, protocol, conclusions, review."""

from __future__ import annotations

from engine.api import Carry, Field, Form, Option, Question, Rows, Section, Survey, Text
from plugins.lesson_study.content import (
    DECISION_KINDS,
    INTERVIEW,
    LESSON_STAGES,
    MATCH,
    PUPILS,
    TEAM,
)

PASSPORT = Form(
    "passport",
    Text("Паспорт цикла", en="Cycle passport"),
    (
        Section(
            "focus",
            "Зачем нам этот цикл",
            (
                Field(
                    "research_question",
                    "Исследовательский вопрос",
                    "text",
                    required=True,
                    max_length=600,
                    help="Как [приём] влияет на [умение или поведение] [обучающихся класса] при [условие]?",
                ),
                Field("why", "Зачем он нам", "text", max_length=2000),
                Field(
                    "technique_ids",
                    "Приёмы, которые исследуем",
                    "choices",
                    required=True,
                    source="techniques",
                ),
                Field(
                    "observable",
                    "Что увидим, если приём сработает",
                    "text",
                    required=True,
                    max_length=1000,
                    help="Хотя бы одно поведение учеников, которое можно увидеть или услышать",
                ),
            ),
        ),
        Section(
            "class",
            "Класс",
            (
                Field("class_name", "Класс", required=True, max_length=20, help="например, 6 «Б»"),
                Field("class_size", "Число обучающихся", "number", required=True, minimum=1, maximum=60),
            ),
        ),
    ),
    roles=TEAM,
    per_round=False,
)


def _pupil(code: str) -> tuple[Field, ...]:
    low = code.lower()
    return (
        Field(
            f"profile_{low}",
            f"Ученик {code}: исходное состояние",
            "text",
            required=True,
            max_length=300,
            private=True,
            soft=("surname",),
            help="что умеет, где затруднения; без имени",
        ),
        Field(
            f"result_{low}",
            f"Ученик {code}: что сможет к концу урока",
            "text",
            required=True,
            max_length=600,
            private=True,
            soft=("surname",),
        ),
    )


STAGE_ROWS = Rows(
    "stages",
    "Этапы урока",
    (
        Field("kind", "Этап", "choice", options=LESSON_STAGES),
        Field("title", "Название", required=True, max_length=120),
        Field("minutes", "Минуты", "number", minimum=1, maximum=120),
        Field("teacher", "Деятельность учителя", "text", max_length=2000),
        Field("pupils", "Деятельность обучающихся", "text", max_length=2000),
        Field("technique", "Приём", "choice", source="techniques"),
        Field("materials", "Материалы", max_length=300),
        *(
            Field(
                f"expected_{code.lower()}",
                f"Ожидаем от ученика {code}",
                "text",
                max_length=600,
                private=True,
                soft=("surname",),
            )
            for code in PUPILS
        ),
    ),
    least=3,
)

PLAN = Form(
    "plan",
    Text("План (конспект) исследуемого урока", en="Research lesson plan"),
    (
        Section(
            "focus",
            "Фокус",
            (
                Field("research_question", "Исследовательский вопрос цикла", "text", required=True, max_length=600),
                Field("lesson_focus", "Фокус этого урока", "text", required=True, max_length=1000),
                Field("technique_ids", "Исследуемые приёмы", "choices", required=True, source="techniques"),
                Field(
                    "learning_goal",
                    "Цель урока (чему научится каждый)",
                    "text",
                    required=True,
                    max_length=1000,
                ),
            ),
        ),
        Section(
            "previous",
            "Что берём из предыдущего урока",
            (
                Rows(
                    "from_previous",
                    "Решения прошлого обсуждения",
                    (
                        Field("kind", "Что делаем", "choice", options=DECISION_KINDS),
                        Field("text", "Решение", "text", max_length=1000),
                        Field("who", "Ответственный", max_length=120),
                    ),
                ),
            ),
            help="Решения прошлого обсуждения перенесены сюда; лишнее уберите, на этом уроке меняйте одно-два.",
            rounds=(2, 3),
        ),
        Section(
            "results",
            "Планируемые результаты",
            (
                Field("result_subject", "Предметные", "text", max_length=1000, help="заполните хотя бы одно из трёх"),
                Field("result_meta", "Метапредметные", "text", max_length=1000),
                Field("result_personal", "Личностные", "text", max_length=1000),
            ),
        ),
        Section(
            "pupils",
            "Исследуемые ученики",
            tuple(f for code in PUPILS for f in _pupil(code)),
            help="Только коды A, B, C. A — уверенно осваивает материал, B — осваивает с отдельными затруднениями, "
            "C — нуждается в поддержке.",
        ),
        Section("course", "Ход урока", (STAGE_ROWS,)),
        Section(
            "evidence",
            "Данные и поддержка",
            (
                Field(
                    "evidence_plan",
                    "Какие данные соберём",
                    "list",
                    required=True,
                    help="по одному в строке: работы, записи речи, фото работ без лиц, билеты",
                ),
                Field("risks", "Что может пойти не так и как поступим", "text", max_length=2000),
                Field("differentiation", "Поддержка и усложнение", "text", max_length=2000),
                Field("attachments", "Раздаточные материалы, презентация, конспект", "files"),
                Field("video", "Ссылка на видео", "url", max_length=500),
            ),
        ),
    ),
    roles=TEAM,
    confirm=TEAM,
    carries=(
        Carry("research_question", "plan", "research_question", 1),
        Carry("research_question", "passport", "research_question"),
        Carry("technique_ids", "plan", "technique_ids", 1),
        Carry("technique_ids", "passport", "technique_ids"),
        *(Carry(f"profile_{c.lower()}", "plan", f"profile_{c.lower()}", 1) for c in PUPILS),
        Carry("from_previous", "discussion", "decisions", 1),
    ),
    view="plan",
)

OBSERVATION = Form(
    "observation",
    Text("Лист наблюдения", en="Observation sheet"),
    (
        Section(
            "log",
            "Ход урока",
            (
                Rows(
                    "facts",
                    "Записи наблюдателя",
                    (
                        Field("time", "Время", "time"),
                        Field("stage", "Этап урока", "choice", source="plan.stages.title"),
                        Field(
                            "who",
                            "О ком",
                            "choice",
                            options=(*(Option(c, f"Ученик {c}") for c in PUPILS), Option("class", "Класс в целом")),
                        ),
                        Field(
                            "text",
                            "Наблюдали",
                            "text",
                            required=True,
                            max_length=2000,
                            private=True,
                            soft=("judging", "surname"),
                            help="что сделал, сказал, написал",
                        ),
                        Field("evidence", "Свидетельство", max_length=500, private=True, help="цитата, работа, минута"),
                        Field("match", "Совпадение с прогнозом", "choice", options=MATCH),
                        Field("photos", "Фото работы", "files", private=True),
                    ),
                    least=1,
                    most=200,
                ),
            ),
        ),
        Section(
            "conclusions",
            "Выводы наблюдателя",
            (
                Field("helped", "Что помогало учиться", "text", required=True, max_length=3000, soft=("surname",)),
                Field("hindered", "Что мешало", "text", max_length=3000, soft=("surname",)),
                Field("patterns", "Закономерности (одинаковое у A, B, C)", "text", max_length=3000, private=True),
                Field("unexpected", "Неожиданное", "text", max_length=3000, soft=("surname",)),
                Field("questions", "Вопросы к обсуждению", "text", max_length=3000),
            ),
        ),
    ),
    filling="each",
    roles=("observer",),
    readers=TEAM,
    view="observation",
)


def _interviewed(code: str) -> Section:
    low = code.lower()
    return Section(
        f"pupil_{low}",
        f"Ученик {code}",
        (
            Field(f"asked_by_{low}", "Кто опрашивал", "person", source="team"),
            Field(f"minute_{low}", "Через сколько минут после урока", "number", minimum=0, maximum=10000),
            *(
                Field(
                    f"{key}_{low}",
                    middle,
                    "text",
                    max_length=2000,
                    private=True,
                    soft=("surname",),
                    help=f"1–4 классы: {young} · 10–11 классы: {old}",
                )
                for key, young, middle, old in INTERVIEW
            ),
            Field(f"notes_{low}", "Заметки", "text", max_length=2000, private=True),
        ),
    )


INTERVIEWS = Form(
    "interview",
    Text("Интервью с учениками A, B, C", en="Interview with pupils A, B, C"),
    tuple(_interviewed(code) for code in PUPILS),
    roles=TEAM,
    help="Лучше сразу после урока, не дольше пяти минут. Записывайте слова ученика дословно.",
)

CLASS_SURVEY = Survey(
    "class_survey",
    Text("Опрос класса", en="Class survey"),
    (
        Question("understood", "Я понимал(а), чему мы учимся на этом уроке."),
        Question("helped", "То, как был построен урок, помогло мне учиться."),
        Question("best", "Что было самым полезным?", "open"),
        Question("change", "Что бы ты поменял в этом уроке?", "open"),
    ),
    respondents="pupils",
)
