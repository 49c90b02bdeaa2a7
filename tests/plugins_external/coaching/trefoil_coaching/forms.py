"""What a pair writes: the agreement, the request, notes of the visit, the talk, the step, and what each decides."""

from __future__ import annotations

from engine.api import Carry, Field, Form, Option, Rows, Section, SoftWarning, Text

PAIR = ("triad_member",)
HELPED = ("lead_teacher",)
COACH = ("observer",)

ADVICE = SoftWarning(
    "advice",
    ("надо было", "нужно было", "следовало", "советую", "лучше бы"),
    "Это уже совет. Попробуйте спросить: «Что вы заметили? Что из этого хотите изменить?»",
)
WARNINGS = (ADVICE,)

DECISIONS = (
    Option("again", Text("Ещё один цикл в этой паре", en="Another cycle in this pair")),
    Option("swap", Text("Продолжим с другими напарниками", en="Go on with other partners")),
    Option("enough", Text("На этом завершаем", en="We finish here")),
)

CONTRACT = Form(
    "contract",
    Text("Договорённость пары", en="Agreement of the pair"),
    (
        Section(
            "contract",
            Text("О чём мы договорились", en="What we agreed on"),
            (
                Field("ours", "Что остаётся между нами", "text", required=True, max_length=2000),
                Field("how", "Как мы даём друг другу обратную связь", "text", required=True, max_length=2000),
                Field("when", "Когда встречаемся", max_length=300, required=True),
                Field("stop", "Как скажем, что разговор пора остановить", max_length=300),
            ),
        ),
    ),
    roles=PAIR,
    confirm=PAIR,
    per_round=False,
    help="Договорённость пишут вместе и подтверждают оба.",
)

REQUEST = Form(
    "request",
    Text("Запрос к коучу", en="Request to the coach"),
    (
        Section(
            "request",
            Text("Чего я хочу", en="What I want"),
            (
                Field("change", "Что хочу изменить в своём уроке", "text", required=True, max_length=1500),
                Field("now", "Как это выглядит сейчас (факты)", "text", required=True, max_length=1500),
                Field("look_at", "На что прошу смотреть", "text", required=True, max_length=1000),
                Field("not_at", "На что прошу не смотреть", "text", max_length=1000),
                Field("where_now", "Где я сейчас от 0 до 10", "number", minimum=0, maximum=10),
            ),
        ),
    ),
    roles=HELPED,
    confirm=COACH,
    readers=PAIR,
    help="Пишет тот, чей урок; коуч подтверждает, что понял запрос.",
)

NOTES = Form(
    "notes",
    Text("Заметки с урока", en="Notes of the visit"),
    (
        Section(
            "notes",
            Text("Только то, о чём просили", en="Only what was asked for"),
            (
                Rows(
                    "facts",
                    "Факты",
                    (
                        Field("minute", "Минута", "number", minimum=0, maximum=90),
                        Field("text", "Что видно и слышно", "text", required=True, max_length=1000, soft=("advice",)),
                    ),
                    least=3,
                ),
                Field("wonder", "О чём хочу спросить", "list", required=True, least=1),
            ),
        ),
    ),
    filling="each",
    roles=COACH,
    readers=PAIR,
)

TALK = Form(
    "talk",
    Text("Коучинговая беседа", en="The talk"),
    (
        Section(
            "talk",
            Text("Спрашивает коуч, думает хозяин урока", en="The coach asks, the owner of the lesson thinks"),
            (
                Rows(
                    "questions",
                    "Открытые вопросы и ответы",
                    (
                        Field("question", "Вопрос", required=True, max_length=300),
                        Field("answer", "Что ответил хозяин урока", "text", required=True, max_length=1500),
                    ),
                    least=1,
                ),
                Field("found", "Что хозяин урока понял сам", "text", required=True, max_length=2000),
            ),
        ),
        Section(
            "step",
            Text("Малый шаг", en="A small step"),
            (
                Field("step", "Что сделаю", "text", required=True, max_length=1000),
                Field("step_by", "До какого дня", "date", required=True),
                Field("technique", "Приём беседы, который помог", "choice", source="techniques"),
            ),
        ),
    ),
    roles=PAIR,
    confirm=HELPED,
)

STEP = Form(
    "step",
    Text("Что вышло из шага", en="What came of the step"),
    (
        Section(
            "step",
            Text("После шага", en="After the step"),
            (
                Field("done", "Что сделал(а)", "text", required=True, max_length=2000),
                Field("seen", "Что изменилось, по чему это видно", "text", required=True, max_length=2000),
                Field("where_after", "Где я теперь от 0 до 10", "number", minimum=0, maximum=10),
                Field("work", "Свидетельства", "files"),
            ),
        ),
    ),
    roles=HELPED,
    readers=PAIR,
    carries=(Carry("done", "talk", "step"),),
)

OUTCOME = Form(
    "outcome",
    Text("Что дальше", en="What next"),
    (
        Section(
            "outcome",
            Text("Каждый за себя, потом вместе", en="Each alone, then together"),
            (
                Field("taken", "Что беру с собой из этих двух кругов", "text", required=True, max_length=2000),
                Field("thanks", "За что благодарю напарника", "text", max_length=1000),
                Field("choice", "Как поступим", "choice", required=True, options=DECISIONS),
            ),
        ),
    ),
    filling="each",
    roles=PAIR,
    readers=PAIR,
    per_round=False,
)

FORMS = (CONTRACT, REQUEST, NOTES, TALK, STEP, OUTCOME)
