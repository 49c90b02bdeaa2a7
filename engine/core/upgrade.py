"""What becomes of one run when it goes on with another definition: planned from values, nothing is touched. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.core.definition import GroupType, Upgrade
from engine.core.forms import Form
from engine.core.text import Text
from engine.core.wording import items_of, place_after, stage_after, steps_from


@dataclass(frozen=True, slots=True)
class Written:
    """A document of the run: which form, in which round (0: once per run), and the places answered in it."""

    form: str
    round: int
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands, as far as its upgrade depends on it."""

    version: str
    stage: str
    round: int
    rounds: int
    team: int
    written: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """The run may go on: from which stage to which (titles for people), with what the definition gains and loses."""

    upgrades: tuple[Upgrade, ...]
    source: str
    target: str
    source_title: str
    target_title: str
    rules_gained: tuple[str, ...] = ()
    rules_lost: tuple[str, ...] = ()
    changes: tuple[Text, ...] = ()
    rounds_added: int = 0


@dataclass(frozen=True, slots=True)
class Blocked:
    """The run stays where it is; every reason why."""

    reasons: tuple[Text, ...]


def plan(old: GroupType, new: GroupType, state: Standing) -> Step | Blocked:
    """How a run of ``old`` that stands at ``state`` would go on with ``new``, or every reason why it cannot."""
    steps = steps_from(new, state.version)
    if steps is None:
        return Blocked((_no_way(state.version, new.version),))
    target = stage_after(steps, state.stage)
    stages = {stage.key: stage for stage in new.process.stages}
    reasons = [
        *_stage(old, new, state.stage, target),
        *_rounds(old, new, state),
        *_documents(old, new, steps, state.written),
    ]
    if state.team != new.team:
        reasons.append(
            Text(
                "Команда из {n}, а новой версии нужно {m}", en="The team has {n} people, the new version needs {m}"
            ).fill({"n": str(state.team), "m": str(new.team)})
        )
    if reasons:
        return Blocked(tuple(reasons))
    return Step(
        steps,
        state.stage,
        target,
        old.process.stage(state.stage).title,
        stages[target].title,
        tuple(r.title for key, r in new.rules.items() if key not in old.rules),
        tuple(r.title for key, r in old.rules.items() if key not in new.rules),
        tuple(changes(old, new, steps)),
        new.process.rounds - state.rounds if new.process.loop else 0,
    )


def _no_way(version: str, wanted: str) -> Text:
    return Text(
        "Автор типа не описал переход с версии {a} на версию {b}",
        en="The author of the type has not described the way from version {a} to version {b}",
    ).fill({"a": version, "b": wanted})


def _stage(old: GroupType, new: GroupType, stage: str, target: str) -> Iterator[Text]:
    title = old.process.stage(stage).title
    found = {s.key: s for s in new.process.stages}.get(target)
    if found is None:
        yield Text(
            "Этапа «{stage}» в новой версии нет, и автор не сказал, куда он перешёл",
            en="The new version has no stage “{stage}”, and its author has not said where it went",
        ).fill({"stage": title})
    elif found.final:
        yield Text(
            "Этап «{stage}» стал последним: закончить за команду переход не может",
            en="The stage “{stage}” has become a final one: an upgrade cannot finish for the team",
        ).fill({"stage": title})


def _rounds(old: GroupType, new: GroupType, state: Standing) -> Iterator[Text]:
    if bool(old.process.loop) != bool(new.process.loop):
        yield Text("В одной из версий нет повторов", en="One of the versions has no rounds")
    elif new.process.loop and new.process.rounds < state.rounds:
        yield Text(
            "В новой версии меньше повторов: {m} вместо {n}", en="The new version has fewer rounds: {m} instead of {n}"
        ).fill({"m": str(new.process.rounds), "n": str(state.rounds)})


def _documents(
    old: GroupType, new: GroupType, steps: tuple[Upgrade, ...], written: Iterable[Written]
) -> Iterator[Text]:
    """What was written must have a place, or be retired by the author's word (or with the plugin that had added it)."""
    before, after = {f.key: f for f in old.forms}, {f.key: f for f in new.forms}
    places: dict[str, set[str]] = {}
    for sheet in written:
        places.setdefault(sheet.form, set()).update(sheet.places)
    taken: dict[str, str] = {}
    for key, answers in places.items():
        form = before.get(key)
        target = place_after(steps, key)
        if form is None or target is None:
            continue
        if target not in after:
            if not form.owner:
                yield Text(
                    "Документ «{form}» в новой версии пропал: автор не назвал его ни новым, ни снятым",
                    en="The document “{form}” is gone in the new version: the author neither renamed nor retired it",
                ).fill({"form": form.title})
            continue
        if (form.filling, form.per_round) != (after[target].filling, after[target].per_round):
            yield Text(
                "Документ «{form}» заполняют теперь иначе: написанное не переносится",
                en="The document “{form}” is filled in by others or in other rounds now: it cannot be carried over",
            ).fill({"form": form.title})
        elif target in taken:
            yield Text(
                "Два документа слились в один: «{a}» и «{b}»", en="Two documents have become one: “{a}” and “{b}”"
            ).fill({"a": before[taken[target]].title, "b": form.title})
        else:
            taken[target] = key
            yield from _answers(form, after[target], steps, answers)


def _answers(form: Form, target: Form, steps: tuple[Upgrade, ...], answers: set[str]) -> Iterator[Text]:
    titles = {place: item.title for place, _, item in items_of(form)}
    known = {place for place, _, _ in items_of(target)}
    taken: dict[str, str] = {}
    for place in sorted(answers):
        moved = place_after(steps, f"{form.key}.{place}")
        if moved is None:
            continue
        where = moved.partition(".")[2]
        if where not in known:
            yield Text(
                "Вопрос «{field}» документа «{form}» пропал: автор не назвал его ни новым, ни снятым",
                en="The question “{field}” of “{form}” is gone: the author neither renamed nor retired it",
            ).fill({"field": titles.get(place, place), "form": form.title})
        elif where in taken:
            yield Text(
                "Два вопроса документа «{form}» слились в один: «{a}» и «{b}»",
                en="Two questions of “{form}” have become one: “{a}” and “{b}”",
            ).fill({"form": form.title, "a": titles[taken[where]], "b": titles[place]})
        else:
            taken[where] = place


def changes(old: GroupType, new: GroupType, steps: tuple[Upgrade, ...]) -> Iterator[Text]:
    """What changes in documents and questions, told in titles."""
    after = {f.key: f for f in new.forms}
    met: set[str] = set()
    for form in old.forms:
        target = after.get(place_after(steps, form.key) or "")
        if target is None:
            yield Text("Больше не заполняют: «{form}»", en="Filled in no more: “{form}”").fill({"form": form.title})
            continue
        met.add(target.key)
        if form.title != target.title:
            yield Text("«{a}» теперь «{b}»", en="“{a}” is now “{b}”").fill({"a": form.title, "b": target.title})
        yield from _questions(form, target, steps)
    for form in new.forms:
        if form.key not in met:
            yield Text("Новый документ: «{form}»", en="A new document: “{form}”").fill({"form": form.title})


def _questions(form: Form, target: Form, steps: tuple[Upgrade, ...]) -> Iterator[Text]:
    after = {place: item.title for place, _, item in items_of(target)}
    met: set[str] = set()
    for place, _, item in items_of(form):
        moved = place_after(steps, f"{form.key}.{place}")
        where = moved.partition(".")[2] if moved else ""
        if where not in after:
            yield Text("«{form}»: больше не спрашивают «{field}»", en="“{form}”: no longer asked: “{field}”").fill(
                {"form": target.title, "field": item.title}
            )
            continue
        met.add(where)
        if item.title != after[where]:
            yield Text("«{form}»: «{a}» теперь «{b}»", en="“{form}”: “{a}” is now “{b}”").fill(
                {"form": target.title, "a": item.title, "b": after[where]}
            )
    for place, title in after.items():
        if place not in met:
            yield Text("«{form}»: новый вопрос «{field}»", en="“{form}”: a new question “{field}”").fill(
                {"form": target.title, "field": title}
            )
