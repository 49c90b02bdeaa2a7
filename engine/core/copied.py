"""Inputs that WTForms makes once: a page with forty of them takes a copy of each, instead of each anew."""

from __future__ import annotations

from typing import Any

from wtforms.fields.core import Label, UnboundField
from wtforms.meta import DefaultMeta


class Copied(UnboundField):  # type: ignore[type-arg]  # not generic at run time
    """An input of a form; a form is bound to copies of the one that is made here.

    What WTForms makes of a question (its checks and their flags, the answers it offers) is the same on every page and
    nobody changes it. A page gives its name and its form, and fills in what is typed. The one that is made here belongs
    to no form: nothing of anybody stays in it.
    """

    def __init__(self, of: Any) -> None:
        vars(self).update(vars(of))  # its place in the order of the form, too
        made = of.bind(None, "", _meta=DefaultMeta())
        self._kind, self._made = type(made), vars(made)

    def bind(
        self,
        form: Any,
        name: str,
        prefix: str = "",
        translations: Any = None,
        **given: Any,
    ) -> Any:
        """The input under a name of this form; ``given`` is what a table gives its rows: their id, and its meta."""
        field = object.__new__(self._kind)  # made by its class, it would be made anew
        vars(field).update(self._made)
        field._form, field.meta = form, given.get("_meta") or form.meta
        field.short_name, field.name = name, prefix + name
        field.id = given.get("id") or field.name
        field.label = Label(field.label.field_id and field.id, field.label.text)
        if translations is not None:
            field._translations = translations
        return field
