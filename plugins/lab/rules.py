"""The rules of the Laboratory's cycle (texts: domain brief §2.5 and §2.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.api import CycleView, Refusal, Text, missing, refuse, rule

TEAM = ("triad_member",)
COUNCIL = (*TEAM, "group_leader")
#: The share of finished cycles whose summaries are enough to go on without giving reasons.
ENOUGH = 0.8
SOURCES_NEEDED = 2

_MEASURE_NEEDS = (
    (("due",), Text("срок", en="due date")),
    (("owner", "owner_id"), Text("ответственный", en="person responsible")),
    (("expected",), Text("ожидаемый результат", en="expected result")),
)


#: Grounds of plans written with version 1: a kind, and what it is in words.
_KINDS = ("deficit", "finding")


def _rows(view: CycleView, form: str, rows: str) -> Sequence[Mapping[str, Any]]:
    return view.values(form).get(rows) or ()


def _handed_in(view: CycleView, form: str) -> bool:
    sheet = view.sheet(form)
    return sheet is not None and sheet.submitted


def _handovers(view: CycleView, *, received: bool) -> list[Mapping[str, Any]]:
    return [h for h in view.facts.get("handovers") or () if bool(h["received"]) is received]


def _leaders(view: CycleView) -> dict[str, str]:
    """Names by id; somebody who leads two groups is asked once."""
    return {str(p["id"]): str(p["name"]) for p in view.facts.get("leaders") or ()}


@rule("lab.coverage", "Поступили сводки завершённых циклов", en="Summaries of the finished cycles have come")
def coverage(view: CycleView) -> Refusal | None:
    """Summaries of at least 80 % of the finished cycles are there, or every missing one has a reason."""
    absent = _handovers(view, received=False)
    n = len(_handovers(view, received=True))
    total = n + len(absent)
    if not absent or n / total >= ENOUGH:
        return None
    explained = {r.get("which") for r in _rows(view, "collection", "missing") if not missing(r, "reason")}
    if all(h["key"] in explained for h in absent):
        return None
    # 79,6 % would be shown as the 80 % that it is not.
    share = min(int(100 * n / total + 0.5), int(100 * ENOUGH) - 1)
    return refuse(
        "Поступили сводки {n} из {total} {cycles} ({share} %). Дождитесь остальных или укажите причину по каждому",
        "Summaries of {n} of {total} {cycles} have come ({share} %). Wait for the others or give a reason for each",
        roles=TEAM,
        form="collection",
        n=n,
        total=total,
        share=share,
        cycles=_of_cycles(total),
    )


def _of_cycles(total: int) -> Text:
    one = total % 10 == 1 and total % 100 != 11
    return Text("цикла" if one else "циклов", en="cycle" if total == 1 else "cycles")


@rule("lab.checked", "Каждая сводка рассмотрена, уточнения закрыты", en="Every summary is read and clarified")
def checked(view: CycleView) -> Refusal | None:
    """Every summary that has come is marked accepted or to be clarified, and no clarification is open."""
    rows = [r for r in _rows(view, "checks", "summaries") if not missing(r, "status")]
    marked = {r.get("summary") for r in rows}
    waiting = [str(h["title"]) for h in _handovers(view, received=True) if h["key"] not in marked]
    if waiting:
        return refuse(
            "Отметьте «Принята» или «Уточнить» у сводок: {titles}",
            "Mark these summaries as accepted or to be clarified: {titles}",
            roles=TEAM,
            form="checks",
            titles=waiting,
        )
    unclear = {r.get("summary") for r in rows if r["status"] == "clarify" and missing(r, "clarified")}
    if unclear:
        titles = {h["key"]: str(h["title"]) for h in _handovers(view, received=True)}
        return refuse(
            "Не закрыты уточнения по сводкам: {titles}",
            "These summaries still wait for a clarification: {titles}",
            roles=TEAM,
            form="checks",
            titles=[titles.get(key, str(key)) for key in sorted(unclear, key=str)],
        )
    return None


@rule("lab.findings", "Выводы опираются на источники", en="The findings rest on sources")
def findings_grounded(view: CycleView) -> Refusal | None:
    """There is at least one finding, and each rests on two sources or more."""
    rows = _rows(view, "findings", "findings")
    for row in rows:
        if len(set(row.get("sources") or ())) < SOURCES_NEEDED:
            return refuse(
                "Вывод «{finding}» опирается меньше чем на два источника. "
                "Отметьте листы, опросы, дефициты или посещения",
                "The finding “{finding}” rests on fewer than two sources. Mark sheets, surveys, difficulties or visits",
                roles=TEAM,
                form="findings",
                finding=row.get("text") or "?",
            )
    if rows:
        if _handed_in(view, "findings"):
            return None
        return refuse(
            "Выводы записаны, но ещё не сданы",
            "The findings are written but not handed in yet",
            roles=TEAM,
            form="findings",
        )
    return refuse(
        "Запишите хотя бы один вывод и укажите, на какие источники он опирается",
        "Write down at least one finding and the sources it rests on",
        roles=TEAM,
        form="findings",
    )


@rule("lab.session", "Выводы обсуждены с руководителями ПОС", en="The findings are discussed with the leaders")
def session_held(view: CycleView) -> Refusal | None:
    """All leaders of the groups were present, or a dissenting opinion is recorded."""
    if not _handed_in(view, "session"):
        return refuse(
            "Заполните протокол аналитической сессии: дата, участники, согласованные выводы",
            "Fill in the minutes of the session: date, those present, the agreed findings",
            roles=TEAM,
            form="session",
        )
    values = view.values("session")
    present = set(values.get("present") or ())
    absent = [name for id_, name in _leaders(view).items() if id_ not in present]
    if not absent or not missing(values, "dissent"):
        return None
    return refuse(
        "Пригласите на сессию всех руководителей ПОС или внесите особое мнение. Не были: {who}",
        "Invite all the leaders to the session or record a dissenting opinion. Absent: {who}",
        roles=TEAM,
        form="session",
        who=absent,
    )


@rule("lab.plan_traceability", "Каждое мероприятие обосновано", en="Every measure has its grounds")
def plan_traceability(view: CycleView) -> Refusal | None:
    """Every measure follows from a deficit or a finding, has a date, somebody responsible and an expected result."""
    rows = _rows(view, "plan", "measures")
    for row in rows:
        measure = row.get("measure") or "?"
        if missing(row, "basis") or (row["basis"] in _KINDS and missing(row, "basis_text")):
            return refuse(
                "Мероприятие «{measure}» не связано ни с одним дефицитом или выводом",
                "The measure “{measure}” is linked to no deficit or finding",
                roles=TEAM,
                form="plan",
                measure=measure,
            )
        lacking = [title for keys, title in _MEASURE_NEEDS if all(missing(row, key) for key in keys)]
        if lacking:
            return refuse(
                "У мероприятия «{measure}» не указано: {what}",
                "The measure “{measure}” lacks: {what}",
                roles=TEAM,
                form="plan",
                measure=measure,
                what=lacking,
            )
    if rows:
        if _handed_in(view, "plan"):
            return None
        return refuse(
            "План методической работы ещё не сдан",
            "The plan of methodical work is not handed in yet",
            roles=TEAM,
            form="plan",
        )
    return refuse(
        "Заполните план методической работы: нужно хотя бы одно мероприятие",
        "Fill in the plan of methodical work: it needs at least one measure",
        roles=TEAM,
        form="plan",
    )


@rule("lab.council", "Указан протокол методического совета", en="The minutes of the council are named")
def council_held(view: CycleView) -> Refusal | None:
    """The approval has the number and the date of the minutes."""
    values = view.values("council")
    if _handed_in(view, "council") and not missing(values, "protocol") and not missing(values, "date"):
        return None
    return refuse(
        "Укажите номер и дату протокола методического совета",
        "Give the number and the date of the minutes of the methodical council",
        roles=COUNCIL,
        form="council",
    )


@rule("lab.conference_gate", "Приняты годовые отчёты всех ПОС", en="The year reports of all groups are accepted")
def conference_gate(view: CycleView) -> Refusal | None:
    """The year report of every leader of a group is accepted: on its page, or marked so in the form."""
    marked = {r.get("leader") for r in _rows(view, "conference", "reports") if not missing(r, "accepted")}
    open_ = {str(p["id"]) for p in view.facts.get("leaders") or () if not p.get("accepted")} - marked
    waiting = [name for id_, name in _leaders(view).items() if id_ in open_]
    if not waiting:
        return None
    return refuse(
        "Не приняты годовые отчёты: {who}",
        "Year reports not accepted yet: {who}",
        roles=COUNCIL,
        form="conference",
        who=waiting,
    )
