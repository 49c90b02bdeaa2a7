"""Shapes that every resource uses: texts in both languages, people, problems, pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from engine.core.forms import Field as FormField
from engine.core.forms import Indicator, Option, Rows, Section
from engine.core.rules import Refusal as CoreRefusal
from engine.core.text import localise
from engine.services.host import host
from webui.links import address

#: An id or a count: what a column of any database holds.
Id = Annotated[int, Field(ge=0, le=999_999_999)]
Moment = AwareDatetime


class Out(BaseModel):
    """Something answered. A later release may add fields, so a program skips those it does not know."""

    model_config = ConfigDict(frozen=True)


class In(BaseModel):
    """Something asked. A field nobody knows is refused: it would be a misspelt one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Out):
    """A text in both languages; where there is no English one the Russian stands in both."""

    ru: str
    en: str


class Named(Out):
    """Something with a stable key and its label."""

    key: str
    title: Words


class PersonRef(Out):
    """Somebody of the school: id and short name."""

    id: int
    name: str


class Link(Out):
    """Where a reason can be resolved: the kind of place, and the path of its page."""

    kind: str
    key: str
    round: int
    path: str


class Refusal(Out):
    """One reason why not. `code` is the rule, for ever; `roles` and `people` say who can resolve it, `link` where."""

    code: str
    text: Words
    title: Words
    step: Words | None = Field(description="The same to those who can resolve it: what to do")
    roles: list[str]
    people: list[PersonRef]
    link: Link | None
    waivable: bool = Field(description="Whether the leader of the group or the Laboratory may lift it")
    owner: str | None = Field(description="The plugin whose rule it is, where that is not the type itself")


class Problem(Out):
    """What went wrong (RFC 9457). `code` is for programs, `detail` for people, in the language asked for."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    text: Words
    errors: dict[str, list[Words]] | None = Field(None, description="By field, when `code` is `invalid`")
    refusals: list[Refusal] | None = Field(None, description="Every reason, when `code` is `refused`")
    version: int | None = Field(None, description="The version that stands now, when somebody was faster")


class Paged(In):
    """Which part of a list: `cursor` is the `next` of the part before."""

    cursor: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class Question(Out):
    """A field of a form: its key, what is asked and what is taken."""

    key: str
    title: Words
    kind: str
    required: bool
    private: bool = Field(description="Words about case pupils: shown to the triad alone until the work is handed over")
    options: list[Named]
    columns: list[Question] = Field(description="Of a table: every row is an object with these keys")
    subjects: list[str] = Field(description="Of an indicator: one score for each of these keys")


def words(text: str) -> Words:
    """A label in both languages."""
    return Words(ru=localise(text, "ru"), en=localise(text, "en"))


def moment(value: datetime) -> datetime:
    """A local moment of the installation with its zone."""
    return value.replace(tzinfo=host().clock.zone)


def maybe(value: datetime | None) -> datetime | None:
    """The same where there may be none."""
    return None if value is None else moment(value)


def refusal(found: CoreRefusal, cycle_id: int, group_id: int) -> Refusal:
    """A reason as a program reads it."""
    link = found.link
    return Refusal(
        code=found.code,
        text=words(found.text),
        title=words(found.title or found.text),
        step=words(found.step) if found.step else None,
        roles=list(found.roles),
        people=[PersonRef(id=p.id, name=p.name) for p in found.people],
        link=Link(kind=link.kind, key=link.key, round=link.round, path=address(link, cycle_id, group_id))
        if link
        else None,
        waivable=found.waivable,
        owner=found.owner or None,
    )


def question(section: Section, item: FormField | Indicator | Rows, offered: Any = None) -> Question:
    """An item of a form; ``offered`` gives the answers known only at run time by their source."""
    kind: Literal["table", "score"] | str = "table" if isinstance(item, Rows) else "score"
    options: tuple[Option, ...] = ()
    required = private = False
    if isinstance(item, FormField):
        kind, required, private = item.kind, item.required, item.private
        options = (*item.options, *(offered or {}).get(item.source, ()))
    return Question(
        key=item.key,
        title=words(item.title),
        kind=kind,
        required=required,
        private=private,
        options=[Named(key=o.key, title=words(o.title)) for o in options],
        columns=[question(section, c, offered) for c in item.columns] if isinstance(item, Rows) else [],
        subjects=list(section.subjects) if isinstance(item, Indicator) else [],
    )
