"""Why a pair may not go on yet. Ready rules where they say enough, four of our own where they do not."""

from __future__ import annotations

from engine.api import (
    CycleView,
    Link,
    Refusal,
    Text,
    complete,
    confirmed_by_each,
    refuse,
    rule,
    submitted_by_each,
)
from trefoil_coaching.forms import COACH, DECISIONS, HELPED, PAIR

#: With fewer questions it was a piece of advice.
QUESTIONS = 3

contract_agreed = confirmed_by_each(
    "contract",
    PAIR[0],
    "Договорённость подтверждена обоими",
    "Договорённость подтверждают оба. Ждём: {who}",
    en="Both have confirmed the agreement",
    text_en="Both confirm the agreement. Waiting for: {who}",
    step="Прочитайте договорённость и подтвердите её",
)
request_written = complete(
    "request",
    HELPED,
    "Запрос написан",
    "Напишите запрос: что хотите изменить и на что просите смотреть",
    en="The request is written",
    text_en="Write the request: what you want to change and what to look at",
)
request_understood = confirmed_by_each(
    "request",
    COACH[0],
    "Коуч понял запрос",
    "Коуч подтверждает, что понял запрос. Ждём: {who}",
    en="The coach has understood the request",
    text_en="The coach confirms that the request is understood. Waiting for: {who}",
    step="Прочитайте запрос напарника и подтвердите, что поняли его",
)
notes_handed_in = submitted_by_each(
    "notes",
    COACH[0],
    "Заметки с урока сданы",
    "Коуч сдаёт заметки с урока. Ждём: {who}",
    en="The notes are handed in",
    text_en="The coach hands in the notes. Waiting for: {who}",
    step="Сдайте заметки с урока",
)
talk_agreed = confirmed_by_each(
    "talk",
    HELPED[0],
    "Запись беседы подтверждена",
    "Запись беседы подтверждает тот, чей урок. Ждём: {who}",
    en="The record of the talk is confirmed",
    text_en="The owner of the lesson confirms the record. Waiting for: {who}",
    step="Прочитайте запись беседы и подтвердите её",
)
step_told = complete(
    "step",
    HELPED,
    "О шаге рассказано",
    "Расскажите, что вышло из шага",
    en="The step is told about",
    text_en="Tell what came of the step",
)
outcome_by_each = submitted_by_each(
    "outcome",
    PAIR[0],
    "Каждый сказал, что дальше",
    "Каждый пишет за себя. Ждём: {who}",
    en="Each has said what next",
    text_en="Each writes alone. Waiting for: {who}",
    step="Напишите, что берёте с собой и как поступим дальше",
)


@rule("coaching.visit_dated", "День урока назначен", en="The day of the lesson is set")
def visit_dated(view: CycleView) -> Refusal | None:
    """The coach knows when to come."""
    if view.round_facts().at is not None:
        return None
    return refuse(
        "Назначьте день и время урока, на который придёт коуч",
        "Set the day and time of the lesson the coach comes to",
        roles=PAIR,
        link=Link("schedule", round=view.round),
    )


@rule("coaching.open_questions", "Коуч спрашивал", en="The coach has asked")
def open_questions(view: CycleView) -> Refusal | None:
    """At least three questions were asked: with fewer it was a piece of advice."""
    asked = [row for row in view.values("talk").get("questions") or () if str(row.get("question", "")).strip()]
    if len(asked) >= QUESTIONS:
        return None
    return refuse(
        "Запишите не меньше трёх вопросов, которые задал коуч: пока их {n}",
        "Write down at least three questions of the coach: there are {n} now",
        roles=PAIR,
        form="talk",
        round_=view.round,
        n=len(asked),
    )


@rule("coaching.step_has_a_term", "У шага есть срок", en="The step has a term", waivable=True)
def step_has_a_term(view: CycleView) -> Refusal | None:
    """The day of the step lies ahead on the day of the talk, else nobody will ask about it."""
    named = str(view.values("talk").get("step_by") or "")
    if named and named >= view.today.isoformat():
        return None
    return refuse(
        "Назовите день, до которого сделаете шаг: сегодня или позже",
        "Name the day of the step: today or later",
        roles=PAIR,
        form="talk",
        round_=view.round,
    )


@rule("coaching.one_decision", "Решение общее", en="The decision is common")
def one_decision(view: CycleView) -> Refusal | None:
    """Both chose the same: an own decision of this type, without positions and votes."""
    chosen = {s.person.id: str(s.values.get("choice")) for s in view.sheets_of("outcome", 0) if s.person}
    if len(set(chosen.values())) < 2:
        return None
    titles = {option.key: option.title for option in DECISIONS}
    return refuse(
        "Вы выбрали разное: {choices}. Поговорите и придите к одному",
        "You chose differently: {choices}. Talk and come to one choice",
        roles=PAIR,
        form="outcome",
        step=Text("Поговорите с напарником и выберите одно", en="Talk with your partner and choose one thing"),
        choices=[titles.get(key, key) for key in sorted(set(chosen.values()))],
    )
