"""The door for authors of group types. Import from here and from nowhere else in the engine.

Everything here is plain data, pure functions or a marker: a group type can be written and tested without a web
server, a database or a running school.
"""

from engine.core.contribution import Contribution
from engine.core.criteria import Criterion, Test
from engine.core.definition import GroupType, Hint, Technique, Upgrade
from engine.core.forms import (
    Carry,
    Field,
    Form,
    Indicator,
    Option,
    Question,
    Rows,
    Section,
    SoftWarning,
    Survey,
)
from engine.core.measures import (
    Agreement,
    Answered,
    ChosenIndicatorMean,
    ChosenSectionMean,
    Difference,
    Entries,
    Fact,
    FilledRows,
    Growth,
    IndicatorMean,
    KindsWhere,
    Lowest,
    LowestSubjectMean,
    OptionShare,
    Participation,
    RoundsWhere,
    SectionMean,
    Total,
)
from engine.core.process import Action, Process, Stage
from engine.core.rules import Link, Refusal, Rule, missing, names, refuse, rule
from engine.core.text import Text
from engine.core.view import CycleView, Person, RoundFacts, Sheet, Tally
from engine.core.vocabulary import (
    all_of,
    answers,
    any_of,
    at_least,
    complete,
    confirmed_by_each,
    filled,
    submitted_by_each,
)
from engine.extension.declared import declared
from engine.extension.hookspecs import Attempt, Change, Notify
from engine.extension.markers import hookimpl

__all__ = [
    "Action",
    "Agreement",
    "Answered",
    "Attempt",
    "Carry",
    "Change",
    "ChosenIndicatorMean",
    "ChosenSectionMean",
    "Contribution",
    "Criterion",
    "CycleView",
    "Difference",
    "Entries",
    "Fact",
    "Field",
    "FilledRows",
    "Form",
    "GroupType",
    "Growth",
    "Hint",
    "Indicator",
    "IndicatorMean",
    "KindsWhere",
    "Link",
    "Lowest",
    "LowestSubjectMean",
    "Notify",
    "Option",
    "OptionShare",
    "Participation",
    "Person",
    "Process",
    "Question",
    "Refusal",
    "RoundFacts",
    "RoundsWhere",
    "Rows",
    "Rule",
    "Section",
    "SectionMean",
    "Sheet",
    "SoftWarning",
    "Stage",
    "Survey",
    "Tally",
    "Technique",
    "Test",
    "Text",
    "Total",
    "Upgrade",
    "all_of",
    "answers",
    "any_of",
    "at_least",
    "complete",
    "confirmed_by_each",
    "declared",
    "filled",
    "hookimpl",
    "missing",
    "names",
    "refuse",
    "rule",
    "submitted_by_each",
]
