"""The things a policy is made of, once they are read: rules, look-ups and limits, each with its dates and authority."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from payerrules.language.effect import Action, Effect, Outcome, Source, Template
from payerrules.language.expression import ALWAYS, Condition, Fact, Term
from payerrules.model.diagnostic import Location
from payerrules.model.values import FactType, Value

if TYPE_CHECKING:
    from payerrules.language.long_rows import LongRows

FIRST_DAY: Final = 1
LAST_DAY: Final = 3_652_059  # 9999-12-31 as a day number

STAGES: Final = ("derive", "edit", "bundle", "depend", "price", "benefit")
RANGES: Final = ("line", "encounter", "pair_of_lines", "pair_of_diagnoses", "authorization")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Dates of service, both ends in, as day numbers."""

    first: int = FIRST_DAY
    last: int = LAST_DAY

    def holds(self, day: int) -> bool:
        """Whether a day is inside."""
        return self.first <= day <= self.last

    def meets(self, other: Window) -> bool:
        """Whether two windows share a day."""
        return self.first <= other.last and other.first <= self.last


ANY_DAY: Final = Window()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a composed edition. `key` is unique in a program; `id` is what people see, `policy#rule`.

    Derived facts written under `derive:` are rules too (id `policy#derive/fact`), and so are the steps of limits (`policy#limit/step`).
    `effective` is the edition's own window, `in_force` the rule's own inside it; `by` names the date fact that in_force goes by ("" the date of service).
    """

    id: str
    title: str
    for_each: str
    when: Condition
    effects: tuple[Effect, ...]
    stage: str = ""  # as named by the analyst; "" until the program finds it
    named_stage: bool = False
    priority: int = 0
    in_force: Window = ANY_DAY
    by: str = ""
    source: str = ""  # source id, key into EditionMeaning.sources
    found_on_review: bool = False
    limit: str = ""  # key of the limit, for its steps
    step: str = ""
    step_outcome: str = ""  # strongest outcome kind of a step, for limit_step rules
    policy: str = ""
    edition: str = ""
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One dated value of a parameter, for one key; `published` (a day number) hides it from earlier `known_on` days."""

    window: Window
    key: tuple[Value, ...]
    value: Value
    source: str
    published: int = FIRST_DAY


@dataclass(frozen=True, slots=True)
class ParameterLookup:
    """Finds a parameter by the date and its key; no row makes it unknown, with that as the reason."""

    fact: Fact  # Fact("parameter.NAME@POLICY", type)
    by: tuple[Fact, ...]
    rows: tuple[ParameterRow, ...]
    policy: str = ""
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the condition its cells make, its outputs, its dates and its source."""

    when: Condition
    outputs: tuple[Term, ...]
    window: Window = ANY_DAY
    source: str = ""
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TableLookup:
    """A decision table written in place. `otherwise` has one term an output, or is None where the outputs are then unknown."""

    id: str
    for_each: str
    inputs: tuple[Fact, ...]
    outputs: tuple[Fact, ...]
    hit: str  # unique | first | any | collect
    rows: tuple[TableRow, ...]
    otherwise: tuple[Term, ...] | None
    in_force: Window = ANY_DAY
    source: str = ""
    policy: str = ""
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LongTableLookup:
    """A table from a file, looked up by equal keys and dates, never scanned."""

    id: str
    for_each: str
    inputs: tuple[Fact, ...]
    outputs: tuple[Fact, ...]
    hit: str  # unique | collect
    rows: LongRows = field(hash=False)
    otherwise: tuple[Term, ...] | None
    content: str = ""  # hash of the file's rows
    in_force: Window = ANY_DAY
    source: str = ""
    policy: str = ""
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class UnitLookup:
    """Turns minutes into units: `line.units_from_minutes` for the lines it is of.

    minutes_of: line (this line's own), code_on_day (all lines of the code that day), day (all lines it is of that day).
    For code_on_day and day the fact says how many units this line may have when the day's units are allotted.
    """

    id: str
    of: Condition
    minutes_per_unit: int
    last_unit_from: int
    minutes_of: str
    output: Fact
    in_force: Window = ANY_DAY
    source: str = ""
    policy: str = ""
    at: Location | None = field(default=None, compare=False)


Lookup: TypeAlias = ParameterLookup | TableLookup | LongTableLookup | UnitLookup


@dataclass(frozen=True, slots=True)
class Period:
    """The span a limit adds up over. `kind` is one of grammar.PERIODS and SPANS.

    `length` and `unit` (days or months) belong to rolling, blocks and following; `rounding` (down, up) says what becomes of
    a day that a month has not; `anchor` is the date that blocks, since and following go by (None: blocks from the first
    service); `start` is the weekday a week begins on (0 Monday), or the month and day of a fiscal year (701 for 07-01).
    """

    kind: str
    length: Term | None = None
    unit: str = "days"
    rounding: str = ""
    anchor: Term | None = None
    start: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """A count: of what, of which lines, for whom, in which period. Its steps are rules of the benefit stage.

    `key` is NAME@POLICY; facts limit.KEY.before, .this, .after, .remaining are intervals (low, high), high None is no bound.
    `report_as` names the pool for reports and counters. `unit_minutes` is the length of a unit in minutes, 0 where a unit
    is what is billed; with it the limit's numbers are minutes. `counts_from` is a day before which nothing counts.
    """

    key: str
    name: str
    title: str
    counts: str  # one of grammar.COUNTS
    one_per: tuple[Fact, ...]
    of: Condition
    stops: Condition | None
    per: tuple[Fact, ...]
    period: Period
    crossing: str  # whole | split | ""
    report_as: Template
    beyonds: tuple[tuple[str, Term], ...] = ()  # step name and its bound, in order
    in_force: Window = ANY_DAY
    source: str = ""
    policy: str = ""
    unit_minutes: int = 0
    counts_from: Term | None = None
    order: str = "receipt"  # receipt | date_of_service
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LimitStepRule:
    """A `for_each: limit_step` rule: for the steps whose static facts fit, the step spares whom `when` fits, and does `instead`."""

    id: str
    title: str
    static: tuple[
        tuple[str, str, frozenset[str]], ...
    ]  # (step.outcome | limit.period | limit.counts | limit.name, in | not_in, words)
    when: Condition
    instead: tuple[Effect, ...]
    source: str = ""
    policy: str = ""
    in_force: Window = ANY_DAY
    at: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class About:
    """Which lines an edition speaks of."""

    policy: str
    edition: str
    when: Condition = ALWAYS
    effective: Window = ANY_DAY


@dataclass(frozen=True)
class EditionMeaning:
    """All that one composed edition (its layers flattened) says, before stages are found."""

    policy: str
    edition: str
    title: str
    effective: Window
    verified_through: int  # LAST_DAY where not stated: later lines are flagged and their denials pend
    not_read: tuple[Window, ...]
    about: Condition
    rules: tuple[Rule, ...]
    lookups: tuple[Lookup, ...]
    limits: tuple[Limit, ...]
    limit_step_rules: tuple[LimitStepRule, ...]
    sources: dict[str, Source]  # key "policy:id"
    must_know: frozenset[str]
    modifier_order: tuple[str, ...]
    layers: tuple[str, ...]  # "policy edition" of each layer, base first
    switched_off: tuple[tuple[str, str, str], ...] = ()  # (rule id, because, source)
    labels: dict[str, FactType] = field(default_factory=dict)  # types of parameter facts and such, by name


__all__ = [
    "ANY_DAY",
    "FIRST_DAY",
    "LAST_DAY",
    "RANGES",
    "STAGES",
    "About",
    "Action",
    "EditionMeaning",
    "Limit",
    "LimitStepRule",
    "LongTableLookup",
    "Lookup",
    "Outcome",
    "ParameterLookup",
    "ParameterRow",
    "Period",
    "Rule",
    "TableLookup",
    "TableRow",
    "UnitLookup",
    "Window",
]
