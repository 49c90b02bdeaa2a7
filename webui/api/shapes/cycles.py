"""Shapes of cycles: where they stand, what may be done and why not, what they have shown, their documents."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from webui.api.shapes.common import Id, In, Moment, Named, Out, Paged, PersonRef, Question, Refusal, Words

Key = Annotated[str, Field(max_length=40)]


class CycleFilters(Paged):
    """Which cycles."""

    state: Literal["open", "closed", "all"] = "all"
    group: Id | None = None
    triad: Id | None = None
    type: Key = ""
    stage: Key = ""


class Cycle(Out):
    """A cycle. `version` grows with every change: it is what `seen` of a press refers to."""

    id: int
    title: str
    triad_id: int
    group_id: int
    type: str
    type_version: str
    stage: Named
    round: int
    rounds: int
    held: bool
    version: int
    opened_at: Moment
    stage_since: Moment
    closed_at: Moment | None
    previous_id: int | None
    period: str


class Cycles(Out):
    """A part of the cycles, the oldest first. `next` is null at the end."""

    items: list[Cycle]
    next: str | None


class Opening(In):
    """The next cycle of a triad."""

    triad_id: Id
    period: Annotated[str, Field(max_length=60)] = ""


class Verdict(Out):
    """An action that leaves the present stage: allowed, or every reason why not."""

    action: str
    title: Words
    kind: str
    target: str | None
    allowed: bool
    refusals: list[Refusal]
    waived: list[Named] = Field(description="Rules that were lifted")
    asks: list[Question] = Field(description="What must be told beside the press, in `given`")


class Explained(Out):
    """Every action of the present stage, for whom the key acts as."""

    cycle_id: int
    version: int
    stage: str
    round: int
    held: bool
    actions: list[Verdict]


class Press(In):
    """A press of a button: the action, the version that was seen, answers to what it asks.

    `once` names this very press: told twice it is carried out once, for as long as the cycle lives.
    """

    action: Key
    seen: Id
    given: dict[str, JsonValue] = {}
    once: Key = ""


class Fired(Out):
    """Where the cycle stands after the press; `repeated` when this very press had been carried out before."""

    cycle_id: int
    stage: str
    round: int
    version: int
    repeated: bool


class Entry(Out):
    """A line of the journal. `stage` and `round` are where the cycle stood after it."""

    seq: int
    at: Moment
    action: str
    text: Words
    actor: PersonRef | None
    source: str
    stage: str
    round: int
    held: bool
    reason: str | None
    waived: list[str] = Field(description="Codes of the rules that were lifted for it")


class Journal(Out):
    """A part of the journal, the oldest first."""

    items: list[Entry]
    next: str | None


class Test(Out):
    """A measure against its threshold. `value` and `met` are null while too little is known."""

    title: Words
    unit: str
    value: float | None
    threshold: float
    at_most: bool
    met: bool | None


class Finding(Out):
    """A criterion in a round: met, not met, or null when something is not known yet."""

    criterion: str
    code: str
    title: Words
    round: int
    met: bool | None
    tests: list[Test]


class Results(Out):
    """What a cycle has shown. Nothing in it is about one teacher."""

    cycle_id: int
    rounds: list[int]
    findings: list[Finding]


class Whose(In):
    """Whose personal document; without it one's own."""

    owner: Id | None = None


class SubmissionLine(Out):
    """A document of a cycle. `state` is "none" for one that waits to be begun; `owner_id` is null for a shared one."""

    form: str
    title: Words
    round: int = Field(description="0: once per cycle")
    owner_id: int | None
    state: Literal["none", "draft", "submitted"]
    version: int
    updated_at: Moment | None
    submitted_at: Moment | None


class Submissions(Out):
    """The documents of a cycle that are open to the key."""

    items: list[SubmissionLine]


class Submission(SubmissionLine):
    """A document with its answers. `base` is what the next save must name, `content_hash` what a confirmation names."""

    values: dict[str, Any]
    fields: list[Question]
    base: int
    content_hash: str | None
    confirmed: list[int] = Field(description="Ids of those who agreed with exactly this text")
    may_confirm: bool
    editable: bool
    closed_because: Words | None
    has_draft: bool


class Writing(In):
    """Answers by field: the whole document. `base` is the version they began from; null answers are empty."""

    values: dict[str, JsonValue]
    base: Id


class DraftKept(Out):
    """When the draft was kept."""

    saved_at: Moment


class Agreement(In):
    """The text that is agreed with, by its hash."""

    content_hash: Annotated[str, Field(max_length=64)]
