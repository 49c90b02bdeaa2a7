"""Indicators of the life around the triads: the bank, events, visits, trials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import or_, select

from engine.core.text import Text, localise
from engine.services.bank.words import OUTCOMES
from engine.services.events import LEVELS, PRESENTING, RESULTS, ROLES
from engine.services.indicators.scope import Indicator, Record, Scope, count, people_of, share, staff_on
from engine.store.bank import Material, MiniReport, Trial
from engine.store.database import db
from engine.store.events import Event, Participation, Visit


def bank_works(scope: Scope) -> Indicator:
    first, after = scope.moments
    query = select(Material).where(
        Material.school_id == scope.school_id,
        Material.state == "in_bank",
        Material.banked_at >= first,
        Material.banked_at < after,
    )
    if scope.group_id:
        query = query.where(Material.group_id == scope.group_id)
    rows = db.session.scalars(query.order_by(Material.banked_at, Material.id)).all()
    return count(
        "bank_works",
        Text("Работ в методической копилке", en="Works in the school bank"),
        Text("материалы со статусом «В банке», принятые в периоде", en="materials taken into the bank in the period"),
        [Record(m.title, f"{m.banked_at:%d.%m.%Y}") for m in rows],
        warning=Text("Материал, ушедший в архив, больше не считается", en="An archived material no longer counts"),
    )


def _participations(scope: Scope, kind: str) -> list[Participation]:
    query = (
        select(Participation)
        .join(Event, Event.id == Participation.event_id)
        .where(
            Event.school_id == scope.school_id,
            Participation.kind == kind,
            Event.begins.between(scope.begins, scope.ends),
        )
    )
    if scope.group_id and kind == "teacher":
        query = query.where(Participation.person_id.in_(people_of(scope)))
    elif scope.group_id:
        return []
    return list(db.session.scalars(query.order_by(Event.begins, Event.id, Participation.id)))


def _took_part(part: Participation) -> Record:
    who = part.person.full_name if part.person else " ".join(filter(None, (part.pupil_code, part.class_name)))
    place = {"event": f"{part.event.title}, {part.event.begins:%d.%m.%Y}", "level": LEVELS[part.event.level]}
    note = Text("{event}, {level}: {result}", en="{event}, {level}: {result}").fill(
        {**place, "result": RESULTS[part.result]}
    )
    return Record(who, note, f"/events/{part.event_id}")


def teacher_participations(scope: Scope) -> Indicator:
    rows = _participations(scope, "teacher")
    levels = Counter(r.event.level for r in rows)
    results = Counter(r.result for r in rows)
    unique = len({r.person_id for r in rows})
    return count(
        "teacher_participations",
        Text("Участий педагогов в мероприятиях", en="Participations of teachers in events"),
        Text("все участия педагогов в мероприятиях периода", en="every participation of a teacher in the period"),
        [_took_part(r) for r in rows],
        breakdown={LEVELS[k]: levels[k] for k in LEVELS if levels[k]}
        | {RESULTS[k]: results[k] for k in RESULTS if results[k]}
        | {Text("разных педагогов", en="different teachers"): unique},
        warning=Text(
            "Участия — не педагоги: один педагог может выступить не раз",
            en="Participations are not teachers: one teacher may take part more than once",
        ),
    )


def winners(scope: Scope) -> Indicator:
    rows = [r for r in _participations(scope, "teacher") if r.result in ("winner", "prize_winner")]
    results = Counter(r.result for r in rows)
    return count(
        "winners",
        Text("Победителей и призёров", en="Winners and prize-winners"),
        Text("участия педагогов с результатом «победитель» или «призёр»", en="participations that won or took a prize"),
        [_took_part(r) for r in rows],
        breakdown={RESULTS[k]: results[k] for k in ("winner", "prize_winner") if results[k]},
    )


def pupil_participations(scope: Scope) -> Indicator:
    return count(
        "pupil_participations",
        Text("Участий обучающихся", en="Participations of pupils"),
        Text("участия обучающихся в мероприятиях периода", en="participations of pupils in events of the period"),
        [_took_part(r) for r in _participations(scope, "pupil")],
    )


def teachers_presented(scope: Scope) -> Indicator:
    rows = [r for r in _participations(scope, "teacher") if r.role in PRESENTING]
    found: dict[int | None, list[Participation]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return share(
        "teachers_presented",
        Text("Доля педагогов, предъявивших опыт", en="Share of the teachers who presented their experience"),
        Text(
            "разные педагоги с ролью от выступающего / педагоги школы", en="different teachers who presented / teachers"
        ),
        len(found),
        staff_on(scope.school_id, scope.ends),
        [Record(parts[0].person.full_name if parts[0].person else "", _roles(parts)) for parts in found.values()],
        warning=Text("Каждый педагог учтён один раз", en="Each teacher counts once"),
    )


def _roles(parts: Iterable[Participation]) -> Text:
    told = [(f"{p.event.title}: {ROLES[p.role]}", f"{p.event.title}: {localise(ROLES[p.role], 'en')}") for p in parts]
    return Text("; ".join(ru for ru, _ in told), en="; ".join(en for _, en in told))


def visits_held(scope: Scope) -> Indicator:
    first, after = scope.moments
    query = select(Visit).where(
        Visit.school_id == scope.school_id, Visit.status == "held", Visit.at >= first, Visit.at < after
    )
    if scope.group_id:
        people = people_of(scope)
        query = query.where(or_(Visit.guest_id.in_(people), Visit.host_id.in_(people)))
    rows = db.session.scalars(query.order_by(Visit.at, Visit.id)).all()
    return count(
        "visits_held",
        Text("Взаимопосещений", en="Peer visits"),
        Text("взаимопосещения со статусом «Состоялось» в периоде", en="visits held in the period"),
        [Record(f"{v.guest.short_name} → {v.host.short_name}", f"{v.at:%d.%m.%Y}", f"/visits/{v.id}") for v in rows],
    )


def techniques_transferred(scope: Scope) -> Indicator:
    query = (
        select(Trial, Material.title, MiniReport.title)
        .outerjoin(Material, Material.id == Trial.material_id)
        .outerjoin(MiniReport, MiniReport.cycle_id == Trial.cycle_id)
        .where(
            Trial.school_id == scope.school_id,
            Trial.outcome != "",
            Trial.done_on.between(scope.begins, scope.ends),
        )
    )
    if scope.group_id:
        query = query.where(Trial.group_id == scope.group_id)
    rows = db.session.execute(query.order_by(Trial.done_on, Trial.id)).all()
    outcomes = Counter(trial.outcome for trial, _, _ in rows)
    return count(
        "techniques_transferred",
        Text("Перенос приёмов", en="Techniques transferred"),
        Text("пробы «Беру попробовать» с рассказанным результатом", en="trials with a result told"),
        [Record(a or b or "—", f"{trial.done_on:%d.%m.%Y}") for trial, a, b in rows],
        breakdown={OUTCOMES[k]: outcomes[k] for k in OUTCOMES if outcomes[k]},
    )
