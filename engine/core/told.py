"""What differs between two definitions, in the titles people know. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.core.definition import GroupType
from engine.core.text import Text
from engine.core.upgrade import changes

#: What has a title, by what it is called in a sentence.
_LISTS: tuple[tuple[Text, str], ...] = (
    (Text("Критерий", en="Criterion"), "criteria"),
    (Text("Приём", en="Technique"), "techniques"),
    (Text("Опрос", en="Survey"), "surveys"),
    (Text("Вид круга", en="Kind of a round"), "kinds"),
)


def told(old: GroupType, new: GroupType) -> list[Text]:
    """The differences, a sentence each; what no title tells of is left to the author's own diff."""
    found = [*_title(old, new), *_process(old, new), *changes(old, new, ())]
    for what, name in _LISTS:
        before = {item.key: item.title for item in getattr(old, name)}
        after = {item.key: item.title for item in getattr(new, name)}
        found += _pairs(what, before, after)
    for survey in old.surveys:
        match = next((s for s in new.surveys if s.key == survey.key), None)
        if match is not None:
            what = Text("Вопрос опроса", en="Question of the survey")
            found += _pairs(what, {q.key: q.title for q in survey.questions}, {q.key: q.title for q in match.questions})
    return found


def _title(old: GroupType, new: GroupType) -> Iterator[Text]:
    if old.title != new.title:
        yield _renamed(Text("Тип", en="Type"), old.title, new.title)
    if old.purpose != new.purpose:
        yield Text("Изменилось описание типа", en="The purpose of the type is worded anew")


def _process(old: GroupType, new: GroupType) -> Iterator[Text]:
    before, after = ({s.key: s.title for s in d.process.stages} for d in (old, new))
    yield from _pairs(Text("Этап", en="Stage"), before, after)
    if set(before) == set(after) and list(before) != list(after):
        yield Text("Этапы идут в другом порядке", en="The stages come in another order")
    actions, moved = ({a.key: a for a in d.process.actions} for d in (old, new))
    yield from _pairs(
        Text("Действие", en="Action"),
        {k: a.title for k, a in actions.items()},
        {k: a.title for k, a in moved.items()},
    )
    for key in actions.keys() & moved.keys():
        was, now = actions[key], moved[key]
        for rule in (r for r in now.rules if r.key not in {x.key for x in was.rules}):
            yield Text("«{action}»: новое условие «{rule}»", en="“{action}”: a new rule “{rule}”").fill(
                {"action": now.title, "rule": rule.title}
            )
        for rule in (r for r in was.rules if r.key not in {x.key for x in now.rules}):
            yield Text("«{action}»: нет условия «{rule}»", en="“{action}”: the rule “{rule}” is gone").fill(
                {"action": now.title, "rule": rule.title}
            )
        if was.target != now.target:
            yield Text("«{action}» ведёт на другой этап", en="“{action}” leads to another stage").fill(
                {"action": now.title}
            )
        if was.roles != now.roles:
            yield Text("«{action}» делают другие люди", en="“{action}” is done by others").fill({"action": now.title})


def _pairs(what: Text, before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[Text]:
    for key, title in before.items():
        if key not in after:
            yield Text("{what}: нет «{title}»", en="{what}: “{title}” is gone").fill({"what": what, "title": title})
        elif after[key] != title:
            yield _renamed(what, title, after[key])
    for key, title in after.items():
        if key not in before:
            yield Text("{what}: новый «{title}»", en="{what}: “{title}” is new").fill({"what": what, "title": title})


def _renamed(what: Text, before: str, after: str) -> Text:
    return Text("{what}: «{a}» теперь «{b}»", en="{what}: “{a}” is now “{b}”").fill(
        {"what": what, "a": before, "b": after}
    )
