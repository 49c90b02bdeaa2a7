"""The universal rules of a Lesson Study cycle (texts: domain brief §1.6)."""

from __future__ import annotations

import dataclasses

from engine.api import (
    CycleView,
    Link,
    Refusal,
    Text,
    answers,
    any_of,
    complete,
    confirmed_by_each,
    missing,
    names,
    refuse,
    rule,
    submitted_by_each,
)
from plugins.lesson_study.content import INTERVIEW, PUPILS, TEAM

passport_complete = complete(
    "passport",
    TEAM,
    "Паспорт цикла заполнен",
    "Заполните паспорт цикла: исследовательский вопрос, приёмы, класс",
    en="The cycle passport is complete",
    text_en="Fill in the cycle passport: research question, techniques, class",
)


@rule("lesson_study.rules", "Правила тройки приняты каждым", en="Ground rules accepted by each")
def rules_accepted(view: CycleView) -> Refusal | None:
    """Every member accepts the ground rules before the first planning meeting."""
    done = set(view.facts.get("rules_accepted", ()))
    waiting = tuple(p for p in view.holders("triad_member") if p.id not in done)
    if not waiting:
        return None
    return refuse(
        "Сначала все участники тройки принимают правила работы. Ещё не приняли: {who}",
        "First every member accepts the ground rules. Not yet: {who}",
        people=waiting,
        roles=TEAM,
        link=Link("rules"),
        step=Text("Прочитайте и примите правила тройки", en="Read and accept the ground rules"),
        who=names(waiting),
    )


@rule("lesson_study.schedule", "График трёх уроков составлен", en="Three lessons are scheduled")
def schedule_made(view: CycleView) -> Refusal | None:
    """Each lesson has a date, a class, a subject and somebody who teaches it."""
    for facts in view.rounds:
        if facts.at is None or not facts.facts.get("subject") or not facts.facts.get("lead"):
            return refuse(
                "В графике не хватает урока {n}: укажите дату, предмет, тему и ведущего",
                "Lesson {n} is not in the schedule: give its date, subject, topic and teacher",
                roles=TEAM,
                link=Link("schedule", round=facts.n),
                step=Text("Составьте график трёх уроков", en="Schedule the three lessons"),
                n=facts.n,
            )
    return None


plan_complete = complete(
    "plan",
    TEAM,
    "План урока заполнен",
    "План урока ещё не готов",
    en="The lesson plan is complete",
    text_en="The lesson plan is not ready",
    step=Text("Составьте план урока", en="Write the lesson plan"),
)
plan_agreed = confirmed_by_each(
    "plan",
    "triad_member",
    "План согласован всеми тремя",
    "План ещё не согласован. Ждём: {who}",
    en="All three agree on the plan",
    text_en="The plan is not agreed yet. Waiting for: {who}",
    step=Text("Прочитайте план урока и подтвердите его", en="Read the lesson plan and confirm it"),
)


@rule("lesson_study.results", "Назван хотя бы один результат", en="At least one planned result")
def result_named(view: CycleView) -> Refusal | None:
    """A plan names a subject, metasubject or personal result."""
    values = view.values("plan")
    if not values or any(not missing(values, f"result_{kind}") for kind in ("subject", "meta", "personal")):
        return None
    return refuse(
        "Запишите хотя бы один планируемый результат: предметный, метапредметный или личностный",
        "Write down at least one planned result",
        roles=TEAM,
        form="plan",
        round_=view.round,
    )


#: By pupil, the column of a stage that says what is expected.
_EXPECTED = tuple((code, f"expected_{code.lower()}") for code in PUPILS)


@rule("lesson_study.forecast", "Для каждого ученика записан прогноз", en="A forecast for every case pupil")
def forecast_written(view: CycleView) -> Refusal | None:
    """Every stage of the plan says what A, B and C are expected to do."""
    for row in view.values("plan").get("stages", ()):
        for code, expected in _EXPECTED:
            if missing(row, expected):
                return refuse(
                    "Для ученика {pupil} не записано ожидаемое поведение на этапе «{stage}»",
                    "Nothing is expected of pupil {pupil} at the stage “{stage}”",
                    roles=TEAM,
                    form="plan",
                    round_=view.round,
                    pupil=code,
                    stage=row.get("title") or "?",
                )
    return None


@rule("lesson_study.observer", "У каждого ученика есть наблюдатель", en="Every case pupil has an observer")
def observers_assigned(view: CycleView) -> Refusal | None:
    """Each case pupil has exactly one responsible observer of this lesson."""
    watch = view.round_facts().facts.get("watch", {})
    able = {p.id for p in view.holders("observer")}
    lacking = [code for code in PUPILS if watch.get(code) not in able]
    if not lacking:
        return None
    return refuse(
        Text("У ученика {pupil} нет ответственного наблюдателя")
        if len(lacking) == 1
        else Text("Нет ответственных наблюдателей у учеников: {pupil}"),
        "No responsible observer for pupil {pupil}",
        roles=TEAM,
        link=Link("observers", round=view.round),
        step=Text("Назначьте, кто наблюдает за A, B и C", en="Say who observes A, B and C"),
        pupil=lacking,
    )


_sheets = submitted_by_each(
    "observation",
    "observer",
    "Листы наблюдения сданы обоими наблюдателями",
    "Не заполнен лист наблюдения: {who}",
    en="Both observers have submitted their sheets",
    text_en="No observation sheet yet: {who}",
    step=Text("Заполните и сдайте лист наблюдения", en="Fill in and submit the observation sheet"),
)


def _sheets_or_lesson(view: CycleView) -> Refusal | None:
    """Until the lesson has begun nobody is late with a sheet: everybody is told when it is."""
    refusal = _sheets.check(view)
    if refusal is None or (at := view.round_facts().at) is None or view.now >= at:
        return refusal
    return refuse(
        "Урок ещё впереди: {when}. После него ждём листы наблюдения: {who}",
        "The lesson is still ahead: {when}. Observation sheets come after it: {who}",
        people=view.holders("triad_member"),
        roles=("observer",),
        link=refusal.link,
        step=Text(
            "Урок {when}: ведёт {lead}, наблюдают {who}", en="The lesson is on {when}: {lead} teaches, {who} observe"
        ),
        when=f"{at:%d.%m, %H:%M}",
        lead=names(view.holders("lead_teacher")),
        who=names(view.holders("observer")),
    )


sheets_submitted = dataclasses.replace(_sheets, check=_sheets_or_lesson)


@rule("lesson_study.interviewed", "Опрошен хотя бы один исследуемый ученик", en="A case pupil was interviewed")
def interviewed(view: CycleView) -> Refusal | None:
    """The interview holds an answer of at least one case pupil."""
    values = view.values("interview")
    if any(not missing(values, f"{key}_{code.lower()}") for code in PUPILS for key, *_ in INTERVIEW):
        return None
    return refuse(
        "Нет ни одного ответа исследуемого ученика",
        "No case pupil has answered yet",
        roles=TEAM,
        form="interview",
        round_=view.round,
    )


pupils_asked = any_of(
    "lesson_study.survey",
    "Ученики опрошены",
    "Нужен ответ хотя бы одного исследуемого ученика или не менее 5 анкет класса",
    interviewed,
    answers(
        "class_survey",
        5,
        TEAM,
        "Не менее 5 анкет",
        "Анкет: {n} из {least}",
        en="At least 5 answers",
        text_en="Answers: {n} of {least}",
    ),
    en="Pupils were asked",
    text_en="One case pupil's answer or at least 5 class answers are needed",
    step=Text("Опросите учеников: хотя бы одного из A, B, C или весь класс", en="Ask the pupils"),
)

protocol_complete = complete(
    "discussion",
    TEAM,
    "Протокол обсуждения заполнен",
    "Протокол обсуждения ещё не готов",
    en="The discussion protocol is complete",
    text_en="The discussion protocol is not ready",
    step=Text("Обсудите урок и заполните протокол", en="Discuss the lesson and write the protocol"),
)


@rule("lesson_study.discussion", "Есть вывод и решение", en="A conclusion and a decision")
def concluded(view: CycleView) -> Refusal | None:
    """The protocol holds at least one conclusion and one decision for the next lesson."""
    values = view.values("discussion")
    if values.get("conclusions") and values.get("decisions"):
        return None
    return refuse(
        "Запишите хотя бы один вывод и одно решение для следующего урока",
        "Write down at least one conclusion and one decision for the next lesson",
        roles=TEAM,
        form="discussion",
        round_=view.round,
    )


@rule("lesson_study.concluded", "Есть вывод о приёме", en="A conclusion about the technique")
def concluded_last(view: CycleView) -> Refusal | None:
    """After the last lesson a conclusion is enough: there is no next lesson to decide about."""
    if view.values("discussion").get("conclusions"):
        return None
    return refuse(
        "Запишите хотя бы один вывод о приёме",
        "Write down at least one conclusion about the technique",
        roles=TEAM,
        form="discussion",
        round_=view.round,
    )


summary_complete = complete(
    "summary",
    TEAM,
    "Итоговые выводы записаны",
    "Запишите итоговые выводы тройки",
    en="Conclusions are written",
    text_en="Write the conclusions of the triad",
)


@rule("lesson_study.package", "Пакет полный", en="The package is complete", waivable=True)
def package_complete(view: CycleView) -> Refusal | None:
    """The leader gets three plans, every observation sheet and every protocol."""
    lacking: list[Text] = []
    for facts in view.rounds:
        plan = view.sheet("plan", facts.n)
        if plan is None or not plan.submitted:
            lacking.append(Text(f"конспект урока {facts.n}", en=f"plan of lesson {facts.n}"))
        written = {s.person.id for s in view.sheets_of("observation", facts.n) if s.person and s.submitted}
        for person in facts.facts.get("observers", ()):
            if person.id not in written:
                lacking.append(Text(f"лист урока {facts.n}, {person.name}", en=f"sheet {facts.n}, {person.name}"))
        protocol = view.sheet("discussion", facts.n)
        if protocol is None or not protocol.submitted:
            lacking.append(Text(f"протокол урока {facts.n}", en=f"protocol of lesson {facts.n}"))
    if not lacking:
        return None
    return refuse(
        "Пакет неполный: нет — {lacking}",
        "The package is incomplete: missing {lacking}",
        roles=TEAM,
        link=Link("package"),
        step=Text("Дополните пакет: нет — {lacking}", en="Complete the package: missing {lacking}"),
        lacking=lacking,
    )


review_written = complete(
    "review",
    ("group_leader",),
    "Заключение написано",
    "Напишите заключение: что принято и на что обратить внимание",
    en="The conclusion is written",
    text_en="Write the conclusion",
)
