"""SQLAlchemy alone, ``transitions`` in its usual and in its best shape, and python-statemachine, all over one model."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from transitions import Machine

from benchmarks import steps
from benchmarks.peers.base import CYCLES, HISTORY, Peer, note, now
from benchmarks.timing import safe


class Base(DeclarativeBase):
    """Base of the two tables."""


class Cycle(Base):
    __tablename__ = CYCLES
    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    state: Mapped[str] = mapped_column(sa.Text)
    round: Mapped[int]
    version: Mapped[int] = mapped_column()
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    __mapper_args__ = {"version_id_col": version}


class History(Base):
    __tablename__ = HISTORY
    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{CYCLES}.id"))
    actor: Mapped[str] = mapped_column(sa.Text)
    event: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text)
    target: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(sa.Text)


class Alchemy(Peer):
    """A pooled engine over the two tables."""

    def url(self) -> str:
        """The address as SQLAlchemy takes it."""
        if self.postgres:
            return self.place.replace("postgresql:", "postgresql+psycopg:", 1)
        return f"sqlite:///{self.place}"

    def open(self) -> None:
        super().open()
        self.engine = sa.create_engine(self.url())
        if not self.postgres:
            sa.event.listen(self.engine, "connect", lambda connection, _: safe(connection))

    def create(self, count: int) -> list[int]:
        with Session(self.engine) as session:
            made = [Cycle(state="forming", round=1, data=steps.data()) for _ in range(count)]
            session.add_all(made)
            session.commit()
            return [cycle.id for cycle in made]

    def close(self) -> None:
        self.engine.dispose()


C, H = Cycle.__table__, History.__table__


class Core(Alchemy):
    """No engine: statements built once, one transaction."""

    SELECT = sa.select(C.c.state, C.c.round, C.c.version, C.c.data).where(C.c.id == sa.bindparam("i"))
    UPDATE = (
        sa.update(C)
        .where(C.c.id == sa.bindparam("i"), C.c.version == sa.bindparam("v"))
        .values(state=sa.bindparam("s"), round=sa.bindparam("r"), version=C.c.version + 1)
    )
    INSERT = sa.insert(H).inline()

    def decided(self, state: str, round_: int, data: dict[str, Any], action: str, who: str) -> tuple[str, int]:
        """The stage and round after the press."""
        source, target, *_ = steps.WAYS[action]
        if state != source or not steps.allowed(data, round_, action, who):
            raise steps.Refused(action)
        return target, round_ + (action == "next_round")

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        with self.engine.begin() as connection:
            state, round_, version, data = connection.execute(self.SELECT, {"i": cycle}).one()
            target, after = self.decided(state, round_, data, action, who)
            said = connection.execute(self.UPDATE, {"i": cycle, "v": version, "s": target, "r": after})
            if said.rowcount != 1:
                raise steps.Refused("stale")
            row = {"cycle_id": cycle, "actor": who, "event": action, "source": state, "target": target}
            connection.execute(self.INSERT, row | {"at": now(), "note": note(step)})


class Orm(Alchemy):
    """No engine: the model changed in a session."""

    def move(self, cycle: Cycle, action: str, who: str) -> None:
        """Change the model, or refuse."""
        source, target, *_ = steps.WAYS[action]
        if cycle.state != source or not steps.allowed(cycle.data, cycle.round, action, who):
            raise steps.Refused(action)
        cycle.state = target
        cycle.round += action == "next_round"

    def fire(self, cycle: int, step: int, action: str, who: str) -> None:
        with Session(self.engine) as session:
            row = session.get_one(Cycle, cycle)
            source = row.state
            self.move(row, action, who)
            told = {"actor": who, "event": action, "source": source, "target": row.state}
            session.add(History(cycle_id=cycle, at=now(), note=note(step), **told))
            session.commit()


def _guard(action: str) -> Any:
    return lambda event: steps.allowed(event.model.data, event.model.round, action, event.kwargs["actor"])


def _count(event: Any) -> None:
    event.model.round += 1


def _transitions() -> list[dict[str, Any]]:
    return [
        {
            "trigger": action,
            "source": source,
            "dest": target,
            "conditions": _guard(action),
            "after": _count if action == "next_round" else None,
        }
        for action, source, target, *_ in steps.STEPS
    ]


class MachineEach(Orm):
    """``transitions`` as its README shows it: a machine around each object that is loaded."""

    def move(self, cycle: Cycle, action: str, who: str) -> None:
        Machine(
            model=cycle,
            states=list(steps.STAGES),
            transitions=_transitions(),
            initial=cycle.state,
            send_event=True,
            auto_transitions=False,
        )
        if not cycle.trigger(action, actor=who):  # type: ignore[attr-defined]
            raise steps.Refused(action)


SHARED = Machine(
    model=None,
    states=list(steps.STAGES),
    transitions=_transitions(),
    initial="forming",
    send_event=True,
    auto_transitions=False,
)


class MachineShared(Orm):
    """``transitions`` at its best with the ORM: one machine for the definition."""

    def move(self, cycle: Cycle, action: str, who: str) -> None:
        if not SHARED.events[action].trigger(cycle, actor=who):
            raise steps.Refused(action)


class Instance:
    """The little that a machine needs of a row."""

    __slots__ = ("data", "round", "state")

    def __init__(self, state: str, round_: int, data: dict[str, Any]) -> None:
        self.state, self.round, self.data = state, round_, data


class MachineCore(Core):
    """``transitions`` at its best: one machine over rows of Core."""

    def decided(self, state: str, round_: int, data: dict[str, Any], action: str, who: str) -> tuple[str, int]:
        row = Instance(state, round_, data)
        if not SHARED.events[action].trigger(row, actor=who):
            raise steps.Refused(action)
        return row.state, row.round
