"""Containers that cannot be changed: what a rule looks at belongs to whoever asks it.

They are still a ``dict`` and a ``list``: they compare, iterate and become JSON like any other; a copy is free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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


class Unfolding(FrozenDict):
    """A mapping of ``names`` whose values are made when somebody looks at them; it is not made to be looked through."""

    __slots__ = ("_make", "_names")

    def __init__(self, names: Iterable[str], make: Callable[[str], Any]) -> None:
        super().__init__()
        self._names, self._make = tuple(dict.fromkeys(names)), make

    def __missing__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        value = frozen(self._make(name))
        dict.__setitem__(self, name, value)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._names else default

    def _whole(self) -> dict[str, Any]:
        return {name: self[name] for name in self._names}

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __eq__(self, other: object) -> bool:
        return self._whole() == other

    __hash__ = None  # type: ignore[assignment]

    def __ne__(self, other: object) -> bool:
        return self._whole() != other

    def __or__(self, other: Any) -> Any:
        return self._whole() | other

    def __ror__(self, other: Any) -> Any:
        return other | self._whole()

    def __repr__(self) -> str:
        return repr(self._whole())

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (self._whole(),)

    def keys(self) -> Any:
        return self._whole().keys()

    def values(self) -> Any:
        return self._whole().values()

    def items(self) -> Any:
        return self._whole().items()

    def copy(self) -> dict[str, Any]:
        return self._whole()


#: What is most of a document: it is returned as it is, without a call for each word.
_WHOLE = frozenset({str, int, float, bool, type(None), FrozenDict, FrozenList, Unfolding})


def frozen(value: Any) -> Any:
    """The same value with every mapping and list inside it frozen; what is frozen already is returned as it is."""
    kind = type(value)
    if kind in _WHOLE:
        return value
    if kind is dict or isinstance(value, dict):
        return FrozenDict({key: item if type(item) in _WHOLE else frozen(item) for key, item in value.items()})
    if kind is list or isinstance(value, list):
        return FrozenList([item if type(item) in _WHOLE else frozen(item) for item in value])
    if kind is tuple:
        return tuple([item if type(item) in _WHOLE else frozen(item) for item in value])
    return value
