"""The inputs of an open document: which were refused, whether any is asked for, what their texts call for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.fields import name, soft_warnings
from engine.core.forms import Field, Rows
from webui.texts import here


def _inputs(page: Any) -> Iterator[tuple[str, str, Any]]:
    """Every input of the page in its order: where it is, its label, the input or table itself."""
    for section, item in page.form.items(page.place.round or None):
        title = here(item.title)
        if isinstance(item, Rows):
            table = page.bound[name(item.key)]
            yield f"rows-{item.key}", title, table
            for number, row in enumerate(table, 1):
                for column in item.columns:
                    cell = row.form[name(column.key)]
                    yield cell.id, f"{title}, {number}: {here(column.title)}", cell
        elif isinstance(item, Field):
            yield name(item.key), title, page.bound[name(item.key)]
        else:
            titles = section.subject_titles or section.subjects or ("",)
            for subject, of in zip(section.subjects or ("",), titles, strict=False):
                bound = page.bound[name(item.key, subject)]
                yield bound.id, f"{item.code} {title}" + (f": {here(of)}" if of else ""), bound


def listed(page: Any, errors: Mapping[str, object]) -> list[tuple[str, str]]:
    """Every input that was refused, as a place to go to and its label."""
    return [(anchor, label) for anchor, label, bound in _inputs(page) if bound.name in errors]


def starred(page: Any) -> bool:
    """Whether the page asks for anything, so that the star is explained."""
    tables = any(isinstance(item, Rows) and item.least for _section, item in page.form.items(page.place.round or None))
    return page.editable and (tables or any(bound.flags.wanted for _anchor, _label, bound in _inputs(page)))


def warnings(page: Any) -> dict[str, list[str]]:
    """Soft warnings by input name, for texts as they stand."""
    found: dict[str, list[str]] = {}
    known = {w.key: w for w in page.definition.warnings}
    for _section, item in page.form.items(page.place.round or None):
        fields = item.columns if isinstance(item, Rows) else (item,) if isinstance(item, Field) else ()
        for field in fields:
            if not field.soft:
                continue
            words = [known[k] for k in field.soft if k in known]
            bound = page.bound[name(item.key)]
            places = [e.form[name(field.key)] for e in bound] if isinstance(item, Rows) else [bound]
            for place in places:
                text = place.data if isinstance(place.data, str) else "\n".join(place.data or ())
                if hints := soft_warnings(words, text):
                    found[place.name] = hints
    return found
