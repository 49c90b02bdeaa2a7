"""The text of the lesson and the questions to it in the plan, nine indicators in the sheet, the survey of the class."""

from __future__ import annotations

from engine.api import Field, Indicator, Option, Question, Rows, Section, Survey, Text
from plugins.lesson_study import forms as base
from plugins.lesson_study.content import SEEN, SEEN_TITLES

SHEET_HELP = (
    "Смотрим, что ученик делает с текстом. 0 — не проявилось; 1 — только с помощью учителя; 2 — с общей подсказкой; "
    "3 — сам и может показать, как нашёл; «н/н» — на этом уроке не планировалось."
)
#: What kind of text the class reads, and what the questions to it ask for.
KINDS = (
    Option("continuous", Text("сплошной", en="continuous")),
    Option("tables", Text("несплошной: таблица, график, карта", en="non-continuous: table, chart, map")),
    Option("mixed", Text("смешанный", en="mixed")),
    Option("several", Text("несколько текстов", en="several texts")),
)
LEVELS = (
    Option("find", Text("найти", en="find")),
    Option("conclude", Text("связать и сделать вывод", en="connect and conclude")),
    Option("judge", Text("оценить и применить", en="judge and apply")),
)

PLAN = base.PLAN.with_sections(
    Section(
        "text",
        Text("Текст урока", en="The text of the lesson"),
        (
            Field("text_title", "Какой текст читаем и откуда он", max_length=300),
            Field("text_kind", "Вид текста", "choice", options=KINDS),
            Field("text_words", "Сколько в нём слов", "number", minimum=20, maximum=5000),
            Field("text_hard", "Слова и места, на которых споткнутся", "list"),
            Field("text_file", "Сам текст", "files"),
            Rows(
                "text_questions",
                "Вопросы и задания к тексту",
                (
                    Field("level", "Что нужно сделать", "choice", options=LEVELS),
                    Field("question", "Вопрос или задание", "text", required=True, max_length=600),
                    Field("answer", "Какой ответ примем и чем он подтверждается в тексте", "text", max_length=1000),
                ),
                most=12,
            ),
        ),
        help="Хватит одного текста и трёх-пяти заданий: по одному на «найти», «сделать вывод» и «оценить».",
    ),
    before="course",
)


def _indicator(key: str, code: str, title: str, levels: str) -> Indicator:
    none, helped, hinted, alone = levels.split(" | ")
    return Indicator(key, code, title, (none, helped, hinted, alone))


def _section(key: str, title: str, en: str, *indicators: Indicator) -> Section:
    return Section(key, Text(title, en=en), indicators, subjects=SEEN, subject_titles=SEEN_TITLES)


SECTIONS = (
    _section(
        "finding",
        "Находит информацию",
        "Finds information",
        _indicator(
            "rd1",
            "СЧ1",
            "Находит то, что сказано прямо",
            "Ищет не в том месте, называет по памяти | Находит, когда показали абзац | "
            "Находит после вопроса «где об этом?» | Находит сам и показывает строку",
        ),
        _indicator(
            "rd2",
            "СЧ2",
            "Читает таблицу, график, карту, подпись",
            "Пропускает несплошную часть | Читает отдельную ячейку по указанию | "
            "Сопоставляет две величины с подсказкой | Сам переводит таблицу или график в слова",
        ),
        _indicator(
            "rd3",
            "СЧ3",
            "Отделяет главное от второстепенного",
            "Пересказывает всё подряд | Называет главное из предложенных вариантов | "
            "Выделяет главное, лишнее убирает после вопроса | Сам формулирует главную мысль своими словами",
        ),
    ),
    _section(
        "concluding",
        "Связывает и делает выводы",
        "Connects and concludes",
        _indicator(
            "rd4",
            "СЧ4",
            "Делает вывод, которого нет в тексте прямо",
            "Вывода нет или он выдуман | Выбирает вывод из готовых | "
            "Делает вывод, опору находит после вопроса | Делает вывод и называет, из чего он следует",
        ),
        _indicator(
            "rd5",
            "СЧ5",
            "Связывает части текста или два текста",
            "Читает каждую часть отдельно | Видит связь, когда её назвали | "
            "Связывает части, отвечая на вопрос | Сам находит сходство, различие или противоречие",
        ),
        _indicator(
            "rd6",
            "СЧ6",
            "Понимает слово из контекста",
            "Пропускает незнакомое слово | Спрашивает значение и идёт дальше | "
            "Догадывается после подсказки «прочитай вокруг» | Сам объясняет и проверяет догадку по тексту",
        ),
    ),
    _section(
        "judging",
        "Оценивает и применяет",
        "Judges and applies",
        _indicator(
            "rd7",
            "СЧ7",
            "Отличает факт от мнения",
            "Всё принимает за факт | Различает на показанном примере | "
            "Различает, признак называет после вопроса | Различает сам и говорит, как это проверить",
        ),
        _indicator(
            "rd8",
            "СЧ8",
            "Подтверждает своё мнение текстом",
            "Мнение без опоры или его нет | Повторяет чужой довод | "
            "Приводит цитату по просьбе | Сам приводит цитату и поясняет, почему она подходит",
        ),
        _indicator(
            "rd9",
            "СЧ9",
            "Применяет прочитанное в новой ситуации",
            "Возвращается к образцу | Применяет вместе с учителем | "
            "Применяет после напоминания | Применяет сам и говорит, где ещё это пригодится",
        ),
    ),
)


def _options(*titles: str) -> tuple[Option, ...]:
    return tuple(Option(str(n), title) for n, title in enumerate(titles, 1))


CLASS_SURVEY = Survey(
    "class_survey",
    Text("Опрос класса", en="Class survey"),
    (
        Question("q1", "Я понимал(а), зачем мы читаем этот текст."),
        Question("q2", "Я могу своими словами сказать, о чём этот текст."),
        Question("q3", "Мне хватило времени прочитать и подумать."),
        Question("q4", "Я могу показать в тексте место, которое подтверждает мой ответ."),
        Question(
            "q5",
            "Когда встретилось непонятное, я:",
            "single",
            _options("перечитал(а)", "догадался по соседним словам", "спросил(а)", "пропустил(а)"),
        ),
        Question("q6", "Что помогло понять текст?", "open"),
    ),
    respondents="pupils",
)
