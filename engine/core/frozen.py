"""Containers that cannot be changed: what a rule looks at belongs to whoever asks it.

They are still a ``dict`` and a ``list``: they compare, iterate and become JSON like any other; a copy is free.
"""

from __future__ import annotations

from typing import Any, NoReturn


def _refuse(self: object, *args: Any, **kwargs: Any) -> NoReturn:
    raise TypeError("what a view holds cannot be changed: copy it first")


class FrozenDict(dict[str, Any]):
    """A mapping that refuses every change."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (dict(self),)


class FrozenList(list[Any]):
    """A list that refuses every change."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = pop = remove = clear = sort = reverse = _refuse

    def __reduce__(self) -> tuple[type[list[Any]], tuple[list[Any]]]:
        return list, (list(self),)


#: What is most of a document: it is returned as it is, without a call for each word.
_WHOLE = frozenset({str, int, float, bool, type(None), FrozenDict, FrozenList})
#: Most lists of a document are empty, and nobody can change this one.
_NOTHING = FrozenList()


def frozen(value: Any) -> Any:
    """The same value with every mapping and list inside it frozen; what is frozen already is returned as it is."""
    kind = type(value)
    if kind in _WHOLE:
        return value
    if kind is list or (kind is not dict and isinstance(value, list)):
        if not value:
            return _NOTHING
        all_ = FrozenList(value)
        for place, item in enumerate(value):
            if type(item) not in _WHOLE:
                list.__setitem__(all_, place, frozen(item))
        return all_
    if kind is dict or isinstance(value, dict):
        made = FrozenDict(value)
        for key, item in value.items():
            if type(item) not in _WHOLE:
                dict.__setitem__(made, key, frozen(item))
        return made
    if kind is tuple:
        return tuple([item if type(item) in _WHOLE else frozen(item) for item in value])
    return value
