"""Documents of professional growth: the map of deficits, a route (ИОМ), the plan of a triad, the decision."""

from __future__ import annotations

from dataclasses import replace

from engine.core.text import Text, localise
from engine.services import decisions, deficits, plans
from engine.services.access import NO_CYCLE, cycle_at, members
from engine.services.errors import NotFound
from engine.services.papers.blocks import Block, Grid, Heading, Pairs, Paper, Signatures, Words
from engine.services.papers.heads import DAY, of_cycle, school_name
from engine.services.reports.numbers import day
from engine.store.cycles import Cycle
from engine.store.database import db
from engine.store.growth import Deficit, DevelopmentPlan
from engine.store.people import Person

_TRIAD = Text("тройка в целом", en="the triad as a whole")


def deficit_map(person: Person, cycle: int, *, language: str = "ru") -> Paper:
    """«Карта дефицитов» of a cycle as far as the reader may see them."""
    found = cycle_at(person, cycle, "deficits")
    names = {m.person_id: m.person.short_name for m in members(found.triad)}
    rows = tuple(
        (
            names.get(d.person_id, "—") if d.person_id else _TRIAD,
            deficits.GROUPS[d.group_key][0],
            d.text,
            d.evidence,
            deficits.LEVELS[d.level],
            deficits.STATES[d.status],
            d.closing,
        )
        for d in deficits.of_cycle(person, found)
        if d.confirmed
    )
    heads = (
        Text("Педагог", en="Teacher"),
        Text("Группа", en="Kind"),
        Text("Формулировка", en="Wording"),
        Text("Свидетельство", en="Evidence"),
        Text("Уровень", en="Level"),
        Text("Состояние", en="State"),
        Text("Чем подтверждено устранение", en="Evidence of closing"),
    )
    blocks: tuple[Block, ...] = (Grid(heads, rows),) if rows else (Words(Text("Дефициты не названы", en="None named")),)
    return of_cycle(found, Text("Карта профессиональных дефицитов", en="Map of deficits"), blocks, language, wide=True)


def route(person: Person, cycle: int, owner: int = 0, *, language: str = "ru") -> Paper:
    """«Индивидуальный образовательный маршрут педагога» (domain brief §3.2)."""
    found, plan = plans.plan_for(person, cycle, "route", owner or person.id)
    who = db.session.get(Person, owner or person.id)
    if plan is None or who is None:
        raise NotFound(*NO_CYCLE)
    mentor = db.session.get(Person, plan.mentor_id) if plan.mentor_id else None
    leader = found.triad.group.leader
    title = Text("Индивидуальный образовательный маршрут педагога", en="Learning route of a teacher")
    blocks: list[Block] = [
        Heading(Text("1. Общие сведения", en="1. General")),
        Pairs(
            (
                (Text("Фамилия, имя, отчество", en="Name"), who.full_name),
                (Text("Должность, предмет", en="Post, subject"), who.position or "—"),
                (Text("Образовательная организация", en="School"), school_name(found.school_id)),
                (Text("Период", en="Period"), f"{day(plan.begins)} – {day(plan.ends)}"),
                (Text("ПОС и тройка", en="Group and triad"), f"{found.triad.group.title}, {found.triad.title}"),
                (Text("Наставник (тьютор)", en="Mentor"), mentor.full_name if mentor else "—"),
                (Text("Состояние", en="State"), plans.STATES[plan.status]),
            )
        ),
        Heading(Text("2. Основание", en="2. Grounds")),
        Words("\n".join(filter(None, (plan.basis, str(plan.details.get("method", ""))))) or "—"),
        Heading(Text("3. Дефициты и образовательная цель", en="3. Deficits and aim")),
        Words(plan.goal or "—"),
        Heading(Text("4. Образовательные события", en="4. Educational events")),
        _steps(plan, found, person),
    ]
    rest = (
        (Text("5. Применение на практике", en="5. In practice"), str(plan.details.get("practice", ""))),
        (Text("6. Промежуточная рефлексия и корректировка", en="6. Half way"), str(plan.details.get("interim", ""))),
        (Text("7. Итоговая рефлексия", en="7. Reflection"), plan.reflection),
        (Text("8. Заключение наставника (руководителя ПОС)", en="8. Conclusion"), plan.conclusion),
    )
    for heading, text in rest:
        blocks += [Heading(heading), Words(text or "____________________")]
    blocks.append(
        Signatures(
            (
                (Text("Педагог", en="Teacher"), who.short_name),
                (Text("Наставник", en="Mentor"), mentor.short_name if mentor else ""),
                (Text("Руководитель ПОС", en="Group leader"), leader.short_name if leader else ""),
            )
        )
    )
    signed = f"____________ {leader.short_name if leader else ''}"
    stamp = (Text("СОГЛАСОВАНО", en="AGREED"), Text("Руководитель ПОС", en="Group leader"), signed, DAY)
    name = localise(Text("ИОМ, {who}", en="Learning route, {who}").fill({"who": who.short_name}), language)
    paper = of_cycle(found, title, tuple(blocks), language, wide=True)
    return replace(paper, subtitle=who.full_name, stamp=stamp, name=name)


def remedy(person: Person, cycle: int, *, language: str = "ru") -> Paper:
    """«План ликвидации дефицитов» of a triad (domain brief §3.3)."""
    found, plan = plans.plan_for(person, cycle, "remedy")
    if plan is None:
        raise NotFound(*NO_CYCLE)
    blocks: tuple[Block, ...] = (
        Pairs(
            (
                (Text("Цель", en="Aim"), plan.goal or "—"),
                (Text("Срок", en="Period"), f"{day(plan.begins)} – {day(plan.ends)}"),
                (Text("Состояние", en="State"), plans.STATES[plan.status]),
            )
        ),
        _steps(plan, found, person),
        Signatures(tuple((Text("Участник тройки", en="Member"), m.person.short_name) for m in members(found.triad))),
    )
    return of_cycle(found, Text("План ликвидации дефицитов", en="Plan against deficits"), blocks, language, wide=True)


def _steps(plan: DevelopmentPlan, cycle: Cycle, person: Person) -> Grid:
    known: dict[int, Deficit] = {d.id: d for d in plans.choosable(person, cycle, plan.kind)}
    heads = (
        Text("Дефицит", en="Deficit"),
        Text("Что делаем", en="What is done"),
        Text("Форма", en="Form"),
        Text("Кто и с кем", en="Who and with whom"),
        Text("Срок", en="Term"),
        Text("Как поймём, что устранено", en="How it will show"),
        Text("Отметка о выполнении и результат", en="Done and result"),
    )
    done, open_ = Text("выполнено", en="done"), Text("не выполнено", en="open")
    rows = tuple(
        (
            known[s.deficit_id].text if s.deficit_id in known else "—",
            s.text,
            s.form or "—",
            " / ".join(filter(None, (s.who, s.partner))) or "—",
            day(s.due),
            s.measure or "—",
            Text("{mark}. {result}", en="{mark}. {result}").fill(
                {"mark": done if s.done else open_, "result": s.result}
            ),
        )
        for s in plan.steps
    )
    return Grid(heads, rows)


def decision(person: Person, cycle: int, *, language: str = "ru") -> Paper:
    """«Решение по итогам цикла» with everybody's position and dissent. NotFound while there is none."""
    found = cycle_at(person, cycle, "decision")
    made = decisions.decision_of(found)
    if made is None:
        raise NotFound("Решение ещё не принято", "There is no decision yet")
    said = decisions.positions(found)
    seats = members(found.triad)
    positions = tuple(
        (m.person.short_name, decisions.CHOICES[said[m.person_id].choice], said[m.person_id].reason)
        for m in seats
        if m.person_id in said
    )
    rows = [
        (Text("Решение", en="Decision"), decisions.CHOICES[made.choice]),
        (Text("Обоснование", en="Grounds"), made.grounds),
        (Text("Что меняем и почему", en="What changes and why"), made.what_changes),
        (Text("Следующий исследовательский вопрос", en="Next research question"), made.next_question),
        (Text("Следующие шаги", en="Next steps"), made.next_steps),
        (Text("Особое мнение", en="Dissent"), made.dissent),
        (Text("Дата", en="Day"), day(made.at.date())),
    ]
    blocks: list[Block] = [Pairs(tuple((label, value) for label, value in rows if value))]
    if positions:
        heads = (Text("Участник", en="Member"), Text("Позиция", en="Position"), Text("Почему", en="Why"))
        blocks += [Heading(Text("Позиции участников", en="Positions")), Grid(heads, positions)]
    blocks.append(Signatures(tuple((Text("Участник тройки", en="Member"), m.person.short_name) for m in seats)))
    return of_cycle(found, Text("Решение тройки по итогам цикла", en="Decision of the triad"), tuple(blocks), language)
