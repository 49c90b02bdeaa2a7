"""Forms of WTForms with what forms of ours need of them, and no more: a page binds and judges forty inputs at once.

Inputs are made once and copied for each page. No question of ours has a filter or a default, none waits for what is
typed into the others, and whatever judges an answer stands with its question: what WTForms looks for beside that is not
looked for.
"""

from __future__ import annotations

import weakref
from typing import Any

import wtforms
from wtforms import validators
from wtforms.fields.core import Label, UnboundField
from wtforms.meta import DefaultMeta
from wtforms.utils import unset_value

#: How a form of WTForms makes and draws its inputs: all of ours the same way.
_META = DefaultMeta()
_new = object.__new__


class Copied(UnboundField):  # type: ignore[type-arg]  # not generic at run time
    """An input of a form; a form is bound to copies of the one that is made here.

    What WTForms makes of a question (its checks and their flags, the answers it offers) is the same on every page and
    nobody changes it. A page gives its name and its form, and fills in what is typed. The one that is made here belongs
    to no form: nothing of anybody stays in it.
    """

    def __init__(self, of: Any) -> None:
        vars(self).update(vars(of))  # its place in the order of the form, too
        made = of.bind(None, "made", _meta=DefaultMeta())
        self._kind, self._made = type(made), vars(made)

    def bind(self, form: Any, name: str, prefix: str = "", translations: Any = None, **given: Any) -> Any:
        """The input under a name of this form; ``given`` is what a table gives its rows: their id, and its meta."""
        field = _new(self._kind)  # made by its class, it would be made anew
        known = field.__dict__ = self._made.copy()
        known["_form"], known["meta"], known["short_name"] = form, form.meta, name
        known["name"] = known["id"] = prefix + name
        if given:
            known["id"], known["meta"] = given["id"], given["_meta"]
        label = known["label"]
        known["label"] = Label(label.field_id and known["id"], label.text)  # radio buttons have none
        if translations is not None:
            known["_translations"] = translations
        return field


class Sheet(wtforms.Form):
    """A form whose inputs are judged by their own checks alone."""

    def __init__(
        self, formdata: Any = None, obj: Any = None, prefix: str = "", data: Any = None, meta: Any = None, **given: Any
    ) -> None:
        """As WTForms makes one of inputs that know the form's own way; a row of a table tells its form by ``meta``."""
        known: Any = vars(self)
        known["meta"], known["_prefix"] = _META, prefix
        known["_parent_form"] = meta and meta["_parent_form"]
        known["_form_error_key"], known["form_errors"] = "", []
        unbound: Any = self._unbound_fields
        form = weakref.proxy(self)  # a page whose inputs hold it would wait for the collector, with all that was typed
        known["_fields"] = fields = {name: one.bind(form, name, prefix) for name, one in unbound}
        known.update(fields)
        self.process(formdata, obj, data, **given)

    def process(
        self, formdata: Any = None, obj: Any = None, data: Any = None, extra_filters: Any = None, **given: Any
    ) -> None:
        """Take what is stored, by the names of inputs, or what was sent."""
        form: Any = self  # the stubs are older
        values = {**data, **given} if data else given
        if values:
            for name, field in form._fields.items():
                field.process(formdata, values.get(name, unset_value))
        else:
            for field in form._fields.values():
                field.process(formdata)

    def validate(self, extra_validators: Any = None) -> bool:
        """Judge every input, each to the end: whoever has typed is told all that is wrong."""
        judged = [field.validate(self) for field in self._fields.values()]
        return all(judged)


class Input(wtforms.Field):
    """One input, as :class:`Sheet` takes and judges it; what it is made of comes from a class of WTForms."""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take what is stored, and over it what was sent."""
        self.process_errors = errors = []
        self.object_data = value = None if data is unset_value else data
        try:
            self.process_data(value)
        except ValueError as wrong:
            errors.append(wrong.args[0])
        if formdata is not None:
            self.raw_data = formdata.getlist(self.name)
            try:
                self.process_formdata(self.raw_data)
            except ValueError as wrong:
                errors.append(wrong.args[0])

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Judge what was taken. A check that stops the others may do so in silence."""
        self.errors = list(self.process_errors)
        try:
            self.pre_validate(form)
        except validators.ValidationError as wrong:
            self.errors.append(wrong.args[0])
        try:
            checks: Any = self.validators
            for check in checks:
                try:
                    check(form, self)
                except validators.ValidationError as wrong:
                    self.errors.append(wrong.args[0])
        except validators.StopValidation as end:
            self.errors += end.args[:1] if end.args and end.args[0] else ()
        return not self.errors
