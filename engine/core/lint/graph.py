"""The graph: every stage is reached, every stage but the last ones is left, by somebody, and the end is never far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from engine.core.lint.finding import Finding
from engine.core.process import Action, Process
from engine.core.text import Text

_NAME_STAGES = Text("Назовите объявленный этап", en="Name a declared stage")


def graph(process: Process, absent: Set[str]) -> Iterator[Finding]:
    """Every flaw of the graph; ``absent`` are the roles nobody has in a run of this definition."""
    stages = {s.key: s for s in process.stages}
    if unknown := list(_unknown(process)):
        yield from unknown
        return
    edges: dict[str, set[str]] = {key: set() for key in stages}
    for action in process.actions:
        for source in action.source:
            if action.target and action.target != source:
                edges[source].add(action.target)
    finals = {key for key, s in stages.items() if s.final}
    if not finals:
        yield Finding(
            "no_final",
            "stages",
            Text("ни один этап не завершающий", en="no stage is final"),
            Text("Отметьте последний этап: final=True", en="Mark the last stage with final=True"),
        )
    reachable = _reach(process.initial, edges)
    ending = _ending(finals, edges)
    for key, stage in stages.items():
        place = f"stage {key}"
        if key not in reachable:
            yield Finding(
                "unreachable",
                place,
                Text("сюда не ведёт ни одно действие", en="no action leads here"),
                Text("Добавьте действие или уберите этап", en="Add an action or remove the stage"),
            )
        elif stage.final and edges[key]:
            yield Finding(
                "final_left",
                place,
                Text("из завершающего этапа ведут действия", en="a final stage has actions that leave it"),
                Text("Уберите их или отметку final", en="Remove them or the final mark"),
            )
        elif not stage.final and not edges[key]:
            yield Finding(
                "dead_end",
                place,
                Text("из этого этапа не ведёт ни одно действие", en="no action leaves this stage"),
                Text("Добавьте действие, которое ведёт дальше", en="Add an action that leaves it"),
            )
        elif finals and key not in ending:
            yield Finding(
                "trap",
                place,
                Text("отсюда не дойти ни до одного завершающего этапа", en="no final stage can be reached from here"),
                Text("Добавьте действие, которое ведёт к концу", en="Add an action that leads out"),
            )
    yield from _pressed(process, absent, finals)
    yield from _resumed(process, finals)


def _unknown(process: Process) -> Iterator[Finding]:
    """Stages that are named and not declared; actions that leave none."""
    stages = {s.key for s in process.stages}
    named = [("initial", process.initial), *(("loop", end) for end in process.loop)]
    named += [("private_until", process.private_until)] if process.private_until else []
    for action in process.actions:
        place = f"action {action.key}"
        named += [(place, key) for key in (*action.source, *([action.target] if action.target else []))]
        if not action.source:
            yield Finding(
                "no_source",
                place,
                Text("действие не выходит ни из одного этапа", en="it leaves no stage"),
                Text("Назовите этапы, из которых оно ведёт", en="Name its source stages"),
            )
    for place, key in named:
        if key not in stages:
            yield Finding("unknown_stage", place, _no_stage(key), _NAME_STAGES)


def _no_stage(key: str) -> Text:
    return Text(f"этапа «{key}» нет", en=f"there is no stage {key!r}")


def _pressed(process: Process, absent: Set[str], finals: Set[str]) -> Iterator[Finding]:
    """Buttons that nobody can press, and stages that nobody can leave for that."""
    dumb = {a.key for a in process.actions if a.roles and set(a.roles) <= absent}
    told: set[str] = set()
    for stage in process.stages:
        out = [a for a in process.leaving(stage.key) if a.target and a.target != stage.key]
        if out and stage.key not in finals and all(a.key in dumb for a in out):
            told |= {a.key for a in out}
            yield Finding(
                "locked",
                f"stage {stage.key}",
                Text(
                    "этап некому покинуть: ролей его действий никто не имеет",
                    en="nobody can leave it: nobody holds the roles of its actions",
                ),
                Text("Дайте хотя бы одному действию роль участника", en="Give one of its actions a role of the team"),
            )
    for action in process.actions:
        if action.key in dumb - told:
            yield Finding(
                "nobody",
                f"action {action.key}",
                Text(
                    f"никто в команде не имеет роли {', '.join(action.roles)}",
                    en=f"nobody in the team holds {', '.join(action.roles)}",
                ),
                Text("Назовите роль, которая есть в этом процессе", en="Name a role there is in this process"),
            )


def _resumed(process: Process, finals: Set[str]) -> Iterator[Finding]:
    """Stages in which a run can be suspended for ever."""
    resumed = {source for a in process.actions if a.hold is False for source in a.source}
    for action in process.actions:
        places = _after(action) if action.hold else set()
        for key in sorted(places - resumed - finals):
            yield Finding(
                "no_resume",
                f"stage {key}",
                Text(
                    f"«{action.title}» приостанавливает цикл, а возобновить его здесь нечем",
                    en=f"“{action.key}” suspends the run, and nothing resumes it here",
                ),
                Text(
                    "Добавьте действие с hold=False из этого этапа", en="Add an action with hold=False that leaves it"
                ),
            )


def _after(action: Action) -> set[str]:
    return {action.target} if action.target else set(action.source)


def _ending(finals: Set[str], edges: Mapping[str, set[str]]) -> set[str]:
    """The stages from which some final one can be reached."""
    backwards: dict[str, set[str]] = {key: set() for key in edges}
    for source, targets in edges.items():
        for target in targets:
            backwards[target].add(source)
    return set().union(*(_reach(f, backwards) for f in finals)) if finals else set()


def _reach(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        for target in edges[todo.pop()] - seen:
            seen.add(target)
            todo.append(target)
    return seen
