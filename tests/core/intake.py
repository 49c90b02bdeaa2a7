"""A tiny definition that knows no school: an application is filed, reviewed and heard twice, granted or withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.api import (
    Action,
    Agreement,
    Carry,
    Criterion,
    CycleView,
    Entries,
    Fact,
    Field,
    Form,
    GroupType,
    Hint,
    Indicator,
    IndicatorMean,
    Option,
    Person,
    Process,
    Question,
    Refusal,
    RoundFacts,
    Rows,
    Section,
    SectionMean,
    Sheet,
    SoftWarning,
    Stage,
    Survey,
    Tally,
    Technique,
    Test,
    Text,
    answers,
    complete,
    confirmed_by_each,
    filled,
    refuse,
    rule,
    submitted_by_each,
)

#: The roles of the example, as a host names them for the lint.
ROLES = {"clerk": 1, "expert": 2, "head": 1}
CLERK, ANNA, BORIS, HEAD = (
    Person(n, name) for n, name in enumerate(("Клерк К.", "Анна А.", "Борис Б.", "Глава Г."), 1)
)
HOLDERS = {"clerk": (CLERK,), "expert": (ANNA, BORIS), "head": (HEAD,)}
LEVELS = ("нет", "слабо", "хорошо", "отлично")
NOW = datetime.fromisoformat("2026-03-02T10:00")


@rule("intake.fee_paid", "Сбор уплачен", en="The fee is paid")
def fee_paid(view: CycleView) -> Refusal | None:
    """The fee is in the facts of the host."""
    if view.facts.get("fee"):
        return None
    return refuse("Сбор не уплачен", "The fee is not paid", roles=("clerk",))


ENOUGH_VISITORS = answers(
    "visitors", 5, ("clerk",), "Пять ответов", "Ответов {n} из {least}", text_en="{n} of {least} answers", waivable=True
)

APPLICATION = Form(
    "application",
    Text("Заявка", en="Application"),
    (
        Section(
            "about",
            "О деле",
            (
                Field("subject", Text("Предмет", en="Subject"), required=True, max_length=80, soft=("judging",)),
                Field("sum", "Сумма", "number", minimum=0, maximum=900),
                Field("other_sum", "Другая сумма", "number"),
                Field("grounds", "Основания", "list"),
                Field("lead", "Главное", "choice", options=(Option("merits", "Суть"), Option("heirs", "Стороны"))),
                Field("urgent", "Срочно", "flag"),
                Rows("papers", "Бумаги", (Field("name", "Название"), Field("pages", "Листов", "number"))),
            ),
        ),
    ),
    roles=("clerk",),
    confirm=("expert",),
    per_round=False,
)

OPINION = Form(
    "opinion",
    "Мнение",
    (
        Section(
            "merits", "Суть", (Indicator("clear", "М1", "Ясно", LEVELS), Indicator("proven", "М2", "Доказано", LEVELS))
        ),
        Section(
            "heirs",
            "Стороны",
            (Indicator("fair", "М3", "Справедливо", LEVELS),),
            subjects=("a", "b"),
            subject_titles=("Сторона А", "Сторона Б"),
        ),
        Section("words", "Слова", (Field("advice", "Совет", "text"),)),
    ),
    filling="each",
    roles=("expert",),
    readers=("head",),
    carries=(Carry("advice", "opinion", "advice", back=1),),
)

VISITORS = Survey(
    "visitors",
    "Посетители",
    (
        Question("fair", "Со мной обошлись честно"),
        Question("mood", "Я ухожу", "single", options=(Option("calm", "спокойным"), Option("upset", "расстроенным"))),
        Question("say", "Что сказать", "open"),
    ),
)

_RUNNING = ("filing", "review", "hearing")
PROCESS = Process(
    stages=(
        Stage("filing", Text("Подача", en="Filing"), forms=("application",)),
        Stage("review", Text("Разбор", en="Review"), forms=("opinion",), also=("application",), petal="think"),
        Stage("hearing", Text("Слушание", en="Hearing"), surveys=("visitors",), petal="listen"),
        Stage("granted", Text("Решено", en="Granted"), final=True),
        Stage("withdrawn", Text("Отозвано", en="Withdrawn"), final=True),
    ),
    actions=(
        Action(
            "accept",
            Text("Принять", en="Accept"),
            ("filing",),
            "review",
            ("clerk",),
            (
                complete("application", ("clerk",), "Заявка цела", "Заполните заявку", text_en="Fill in the form"),
                confirmed_by_each("application", "expert", "Заявку видели", "Ждём: {who}", text_en="Waiting: {who}"),
                fee_paid,
            ),
        ),
        Action(
            "hear",
            Text("Слушать", en="Hear"),
            ("review",),
            "hearing",
            ("clerk",),
            (submitted_by_each("opinion", "expert", "Мнения поданы", "Ждём: {who}", text_en="Waiting: {who}"),),
        ),
        Action(
            "again",
            "Ещё круг",
            ("hearing",),
            "review",
            ("clerk",),
            (ENOUGH_VISITORS,),
            when="more",
            next_round=True,
            mark="heard",
        ),
        Action(
            "grant",
            "Решить",
            ("hearing",),
            "granted",
            ("head", "clerk"),
            (ENOUGH_VISITORS, filled("application", "grounds", ("clerk",), "Основания", "Назовите два", least=2)),
            when="last",
        ),
        Action(
            "back",
            "Вернуть",
            ("hearing",),
            "review",
            ("clerk",),
            kind="back",
            asks=(Field("reason", "Почему", "text", required=True),),
        ),
        Action("hold", "Отложить", _RUNNING, "", ("head",), kind="side", hold=True),
        Action("resume", "Возобновить", _RUNNING, "", ("head",), kind="side", hold=False),
        Action("withdraw", "Отозвать", _RUNNING, "withdrawn", ("clerk",), kind="side"),
    ),
    initial="filing",
    rounds=2,
    loop=("review", "hearing"),
    round_titles=(Text("Круг первый", en="First round"), Text("Круг второй", en="Second round")),
    feeds=("fee",),
)

INTAKE = GroupType(
    key="intake",
    title=Text("Приём заявок", en="Intake"),
    purpose="Рассмотреть заявку дважды",
    version="1",
    process=PROCESS,
    forms=(APPLICATION, OPINION),
    surveys=(VISITORS,),
    criteria=(
        Criterion("clarity", "К1", "Ясность", (Test(IndicatorMean("clear"), 2),)),
        Criterion(
            "sound", "К2", "Обоснованность", (Test(SectionMean("merits"), 2), Test(Entries("application", "papers"), 1))
        ),
        Criterion("trust", "К3", "Доверие", (Test(Agreement("visitors", "fair"), 0.7, unit="share"),), rounds=(2,)),
        Criterion("cheap", "К4", "Дешевизна", (Test(Fact("fee"), 100, at_most=True),), overall=True),
    ),
    techniques=(Technique("walk", "Осмотр", tags=("place",)),),
    hints=(Hint("clear", "language", "Писать проще"),),
    warnings=(SoftWarning("judging", ("плох",), "Опишите, а не оценивайте"),),
    kinds=(Option("open", "Открытое"), Option("closed", "Закрытое")),
)


def view(stage: str = "filing", round_: int = 1, actor: Person | None = CLERK, **changes: Any) -> CycleView:
    """The facts of a run: everybody is there, nothing is written, nothing is paid."""
    return CycleView(stage, round_, **{"now": NOW, "actor": actor, "roles": HOLDERS, **changes})


def application(state: str = "submitted", confirmed: tuple[Person, ...] = (), **values: Any) -> Sheet:
    """The shared document of the run."""
    return Sheet("application", 0, None, values, state, frozenset(p.id for p in confirmed))  # type: ignore[arg-type]


def opinion(person: Person, round_: int = 1, state: str = "submitted", **values: Any) -> Sheet:
    """The document of one expert in one round."""
    return Sheet("opinion", round_, person, values, state)  # type: ignore[arg-type]


def tally(round_: int = 1, n: int = 5, **changes: Any) -> Tally:
    """The survey of a round with ``n`` answers."""
    return Tally("visitors", round_, True, n, **changes)


def kinds(*names: str) -> tuple[RoundFacts, ...]:
    """Rounds 1, 2, … of the given kinds."""
    return tuple(RoundFacts(n, kind) for n, kind in enumerate(names, 1))
