"""The pupil survey: anonymous by construction.

A page hands out a one-time token; an answer spends it. Answers lie apart from tokens, under random keys, without a
time, an order, an address or a device. Nothing but a counter is shown while a survey is open, and no result below the
number of answers the survey asks for.
"""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from engine.core.forms import Option, Question, Survey
from engine.core.text import Text
from engine.core.view import Tally
from engine.services import ballots, tallies
from engine.services.access import NO_CYCLE, relations
from engine.services.definitions import STILL, definition_of, pinned
from engine.services.editions import Editions
from engine.services.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services.host import now
from engine.services.reading import shows_private
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.people import Person
from engine.store.reading import direct
from engine.store.surveys import PaperSummary, SurveyCount, SurveyRun, SurveyText
from engine.store.unit import driver_unit, lock, unit_of_work

BANDS = {
    "1-4": Text("1–4 классы", en="Grades 1–4"),
    "5-9": Text("5–9 классы", en="Grades 5–9"),
    "10-11": Text("10–11 классы", en="Grades 10–11"),
}
#: Answers of ``scale4``: for the youngest three faces, mapped to 1, 2.5 and 4 (domain brief §2).
SCALE4 = (
    Option("1", Text("нет", en="no")),
    Option("2", Text("скорее нет", en="rather no")),
    Option("3", Text("скорее да", en="rather yes")),
    Option("4", Text("да", en="yes")),
)
FACES = (
    Option("1", Text("нет", en="no")),
    Option("2.5", Text("не знаю", en="not sure")),
    Option("4", Text("да", en="yes")),
)
#: The answer by which a check-in is passed on purpose: such a sheet is an answer even when nothing is chosen.
SKIP = "skip"
MAX_TEXT = 500
CLOSED = ("Опрос закрыт. Спасибо!", "The survey is closed. Thank you!")
STOPPED = ("Сейчас опрос закрыт. Спросите учителя", "The survey is closed now. Ask the teacher")
EMPTY = ("Ответь хотя бы на один вопрос", "Please answer at least one question")


@dataclass(frozen=True, slots=True)
class Page:
    """A survey as the person who answers sees it."""

    run: SurveyRun | ballots.Run
    survey: Survey
    token: str

    @property
    def asks_pupils(self) -> bool:
        """Whether pupils of a class are asked: adults have neither an age band nor a lesson they attended."""
        return self.survey.respondents in ("", "pupils")

    def has_faces(self, question: Question) -> bool:
        """Whether the answers are shown as faces."""
        return question.kind == "scale4" and self.asks_pupils and self.run.band == "1-4"

    def options(self, question: Question) -> tuple[Option, ...]:
        """The answers offered to this age."""
        if question.kind == "scale4":
            return FACES if self.has_faces(question) else SCALE4
        return question.options

    @property
    def may_be_empty(self) -> bool:
        """Whether a sheet without a single answer says something: only where passing is an answer of its own."""
        return self.survey.counts_only and any(o.key == SKIP for q in self.survey.questions for o in self.options(q))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _survey(run: SurveyRun | ballots.Run) -> Survey:
    if isinstance(run, ballots.Run) and not run.upgrades:
        found = pinned(run.fingerprint, run.type_key).surveys
        return next(survey for survey in found if survey.key == run.survey_key)
    cycle = db.session.get(Cycle, run.cycle_id)
    assert cycle is not None
    return Editions(cycle).survey(run.survey_key)


def _checked(run: ballots.Run | None) -> ballots.Run:
    """NotFound for a wrong link, Forbidden once the survey is closed, or while the administrator has the type of the
    group disabled."""
    if run is None:
        raise NotFound("Такого опроса нет", "There is no such survey")
    if not run.is_open:
        raise Forbidden(*CLOSED)
    if run.switch in STILL:
        raise Forbidden(*STOPPED)
    return run


def open_page(link: str) -> Page:
    """The survey behind a link with a fresh one-time token. NotFound for a wrong link, Forbidden when it is closed."""
    run = _checked(ballots.run_at(direct, link))
    survey, token = _survey(run), secrets.token_urlsafe(18)
    with driver_unit() as hand:
        ballots.hand_out(hand, _digest(token), run.id)
    return Page(run, survey, token)


def answer(link: str, token: str, given: Mapping[str, str]) -> bool:
    """Take one sheet of answers. Returns False when this token had been spent before (nothing is counted twice).

    Raises Conflict for a token that was never handed out, Forbidden once the survey is closed, Invalid for a sheet
    without a single answer (it would pass for a voice). Answers that are not offered are left out.
    """
    with driver_unit() as hand:
        run = _checked(ballots.locked(hand, link))
        of_run, used = ballots.token_of(hand, _digest(token)) or (0, False)
        if of_run != run.id:
            raise Conflict("Страница устарела. Ответы на месте — отправьте ещё раз", "Send the answers once more")
        if used:
            return False
        page = Page(run, _survey(run), token)
        if page.survey.counts_only and ballots.on_paper(hand, run.id):
            raise Forbidden(*STOPPED)  # one voice more on top of counts somebody knows would be told by the difference
        choices, words = _sorted(page, given)
        ballots.spend(hand, _digest(token), run.id)
        if page.survey.counts_only:
            ballots.count(hand, run.id, choices)
        ballots.keep(hand, run.id, None if page.survey.counts_only else choices, words)
        return True


def _sorted(page: Page, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The choices and the words of a sheet, by question. Raises Invalid where nothing is answered."""
    choices: dict[str, str] = {}
    words: dict[str, str] = {}
    for question in page.survey.questions:
        value = given.get(question.key, "").strip()
        if question.kind == "open" and value:
            words[question.key] = value[:MAX_TEXT]
        elif value in {o.key for o in page.options(question)}:
            choices[question.key] = value
    if not choices and not words and not page.may_be_empty:
        raise Invalid(*EMPTY)
    return choices, words


def run_for(person: Person, cycle_id: int, key: str, round_: int) -> tuple[Cycle, SurveyRun, Survey]:
    """A survey of a cycle for its triad (and its leader once the package is handed over). NotFound otherwise."""
    cycle = db.session.get(Cycle, cycle_id)
    held = relations(person, cycle) if cycle else set()
    run = db.session.scalar(
        select(SurveyRun).where(SurveyRun.cycle_id == cycle_id, SurveyRun.survey_key == key, SurveyRun.round == round_)
    )
    if cycle is None or run is None or not shows_private(person, cycle, definition_of(cycle), held):
        raise NotFound(*NO_CYCLE)
    return cycle, run, Editions(cycle).survey(key)


def tally_of(run: SurveyRun) -> Tally:
    """The numbers of one run."""
    return next(t for t in tallies.of_cycle(run.cycle_id) if t.survey == run.survey_key and t.round == run.round)


def texts(run: SurveyRun, survey: Survey) -> dict[str, list[str]]:
    """Open answers by question, shuffled; nothing while the survey is open or answers are too few."""
    if run.is_open or run.answered < survey.least:  # sheets on paper hide nobody: whoever entered them knows them
        return {}
    found: dict[str, list[str]] = {}
    for row in db.session.scalars(select(SurveyText).where(SurveyText.run_id == run.id)):
        found.setdefault(row.question, []).append(row.text)
    for lines in found.values():
        random.SystemRandom().shuffle(lines)
    return found


def _mine(person: Person, cycle_id: int, key: str, round_: int) -> SurveyRun:
    cycle, run, _ = run_for(person, cycle_id, key, round_)
    if "triad_member" not in relations(person, cycle):
        raise Forbidden("Опрос ведёт тройка", "The triad runs the survey")
    locked: SurveyRun = lock(SurveyRun, run.id)
    if not locked.is_open:
        raise Forbidden("Опрос уже закрыт", "The survey is closed")
    return locked


def set_run(
    person: Person,
    cycle_id: int,
    key: str,
    round_: int,
    *,
    band: str = "",
    present: int | None = None,
    skipped_because: str = "",
) -> None:
    """Age band (until the first answer), how many were present, or why the check-in was not held."""
    with unit_of_work():
        run = _mine(person, cycle_id, key, round_)
        if band and band != run.band:
            if band not in BANDS:
                raise Invalid("Выберите возраст", "Choose the age")
            if run.answered:
                raise Invalid("Ответы уже есть: возраст менять поздно", "There are answers already")
            run.band = band
        if present is not None:
            if not 0 <= present <= 100:
                raise Invalid("Проверьте число присутствующих", "Check how many were present")
            run.present = present
        run.skipped_because = skipped_because.strip()[:600]


def set_paper(
    person: Person, cycle_id: int, key: str, round_: int, sheets: int, counts: Mapping[str, Mapping[str, int]]
) -> None:
    """Enter answers on paper as a summary: how many sheets, and how many of each answer. Entering again replaces it.

    Raises Invalid when the answers to a question are more than the sheets.
    """
    with unit_of_work():
        run = _mine(person, cycle_id, key, round_)
        page = Page(run, _survey(run), "")
        errors: dict[str, list[str]] = {}
        rows: list[SurveyCount] = []
        for question in page.survey.questions:
            given = counts.get(question.key, {})
            offered = {o.key for o in page.options(question)}
            if any(o not in offered or n < 0 for o, n in given.items()) or sum(given.values()) > sheets:
                errors[question.key] = [Text("Ответов больше, чем анкет", en="More answers than sheets")]
            rows += [
                SurveyCount(run_id=run.id, question=question.key, option=o, n=n) for o, n in given.items() if n > 0
            ]
        if not 0 <= sheets <= 100 or errors:
            known = errors or {"sheets": [Text("Проверьте число анкет", en="Check the number of sheets")]}
            raise Invalid("Проверьте числа", "Check the numbers", known)
        if page.survey.counts_only and run.answered:
            raise Invalid("Отметки уже собраны по ссылке", "Answers came by link already")
        db.session.execute(delete(SurveyCount).where(SurveyCount.run_id == run.id))
        db.session.add_all(rows)
        summary = db.session.get(PaperSummary, run.id)
        if summary is None:
            summary = PaperSummary(run_id=run.id)
            db.session.add(summary)
        summary.sheets, summary.entered_by, summary.entered_at = sheets, person.id, now()


def paper_of(run: SurveyRun) -> tuple[int, dict[str, dict[str, int]]]:
    """The paper summary as it was entered: sheets, and counts by question and answer."""
    summary = db.session.get(PaperSummary, run.id)
    counts: dict[str, dict[str, int]] = {}
    if summary is not None:
        for row in db.session.scalars(select(SurveyCount).where(SurveyCount.run_id == run.id)):
            counts.setdefault(row.question, {})[row.option] = row.n
    return (summary.sheets if summary else 0), counts
