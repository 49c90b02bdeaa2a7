"""python-statemachine: a machine bound to the model by its field, saved in one session."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from statemachine import State, StateMachine

from benchmarks import steps
from benchmarks.peers.alchemy import Alchemy, Cycle, History
from benchmarks.peers.base import note, now


def _guard(action: str) -> Any:
    def guard(self: Any, actor: str) -> bool:
        return steps.allowed(self.model.data, self.model.round, action, actor)

    guard.__name__ = f"may_{action}"
    return guard


class LessonStudy(StateMachine):
    forming = State(initial=True)
    planning = State()
    conducting = State()
    surveying = State()
    discussing = State()
    submitted = State()
    deficits = State()
    decided = State(final=True)

    form_triad = forming.to(planning, cond="may_form_triad")
    plan = planning.to(conducting, cond="may_plan")
    conduct = conducting.to(surveying, cond="may_conduct")
    survey = surveying.to(discussing, cond="may_survey")
    next_round = discussing.to(planning, cond="may_next_round", on="count")
    finish_rounds = discussing.to(submitted, cond="may_finish_rounds")
    find_deficits = submitted.to(deficits, cond="may_find_deficits")
    decide = deficits.to(decided, cond="may_decide")

    may_form_triad, may_plan, may_conduct = _guard("form_triad"), _guard("plan"), _guard("conduct")
    may_survey, may_next_round, may_finish_rounds = _guard("survey"), _guard("next_round"), _guard("finish_rounds")
    may_find_deficits, may_decide = _guard("find_deficits"), _guard("decide")

    def count(self) -> None:
        self.model.round += 1

    def after_transition(
        self, event: Any, source: State, target: State, actor: str, session: Session, words: str
    ) -> None:
        told = {"actor": actor, "event": str(event), "source": source.id, "target": target.id}
        session.add(History(cycle_id=self.model.id, at=now(), note=words, **told))


class PythonStatemachine(Alchemy):
    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        with Session(self.engine) as session:
            row = session.get_one(Cycle, cycle)
            LessonStudy(row, state_field="state").send(action, actor=who, session=session, words=note(step))
            session.commit()
