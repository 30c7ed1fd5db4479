"""Conditions and amounts once they are read: typed, immutable, without positions, and hashed as they stand.

A condition has three values, Kleene's: FALSE 0, UNKNOWN 1, TRUE 2. An amount has a value or is unknown (None).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from payerrules.model.values import FactType, Value

FALSE: Final = 0
UNKNOWN: Final = 1
TRUE: Final = 2

SCOPES: Final = ("", "other", "pair", "authorization", "other_payer", "diagnosis", "other_diagnosis")
"""Where a fact is read: "" is the thing judged; the rest are things looked at beside it."""


# --- terms: what has a value -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Fact:
    """A fact by its vocabulary name, in a scope: `other.code` is Fact("line.code", CODE, "other").

    Beside vocabulary names there are `parameter.NAME@POLICY`, `limit.NAME@POLICY.after` (an interval), `line.stands`,
    and the identities `patient`, `provider`, `line` (a bare entity name).
    """

    name: str
    type: FactType
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the policy."""

    value: Value
    type: FactType


@dataclass(frozen=True, slots=True)
class Shift:
    """A date moved by days, working days or months (negative: back).

    `by` is a fact or parameter that says how many (`count` is then 1 or -1). `rounding` says what becomes of a day that a
    month has not: down, its last day, or up, the first of the next. `holidays` are day numbers that are no working days;
    `calendar` names them for people, and years it does not speak of make the date unknown.
    """

    base: Term
    count: int
    unit: str  # days | working_days | months
    by: Term | None = None
    rounding: str = "down"
    holidays: frozenset[int] = frozenset()
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """An amount made of amounts. `word` is plus, minus, times, percent (rate, of), least_of, greatest_of or round."""

    word: str
    terms: tuple[Term, ...]
    type: FactType


@dataclass(frozen=True, slots=True)
class Total:
    """An amount of each other thing that fits, added up. `over` is line, service, authorization or other_payer; `of` is read of each."""

    over: str
    of: Term
    where: Condition
    type: FactType


Term: TypeAlias = Fact | Literal | Shift | Reckoned | Total


# --- conditions: what is true, false or unknown -------------------------------------------------
@dataclass(frozen=True, slots=True)
class CodeSet:
    """Codes by name, prefix and range, already flattened: `codes` exact ones, `prefixes` such as F84., `ranges` of equal-length codes, less `except_`."""

    codes: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    except_: CodeSet | None = None
    name: str = ""  # as the analyst named it, for reasons; a set written in place has none

    def __contains__(self, code: object) -> bool:
        """Whether a code is one of them.

        >>> "F84.0" in CodeSet(prefixes=("F84.",)), "92523" in CodeSet(ranges=(("92521", "92524"),))
        (True, True)
        """
        if not isinstance(code, str):
            return False
        found = (
            code in self.codes
            or any(code.startswith(prefix) for prefix in self.prefixes)
            or any(len(code) == len(low) and low <= code <= high for low, high in self.ranges)
        )
        return found and not (self.except_ is not None and code in self.except_)

    def any_of(self, codes: frozenset[str]) -> bool:
        """Whether any of the codes is one of them."""
        if not self.prefixes and not self.ranges and self.except_ is None:
            return not self.codes.isdisjoint(codes)
        return any(code in self for code in codes)


@dataclass(frozen=True, slots=True)
class Constant:
    """A condition that is always the same (no condition at all is TRUE)."""

    value: int = TRUE


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of these."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Because:
    """A condition with the analyst's reason for it."""

    text: str
    part: Condition


@dataclass(frozen=True, slots=True)
class Compare:
    """Two terms of one type: op is eq, gt, ge, lt or le (ne is Not of eq)."""

    left: Term
    op: str
    right: Term


@dataclass(frozen=True, slots=True)
class Member:
    """A single fact is one of a set of codes or words."""

    left: Term
    members: CodeSet


@dataclass(frozen=True, slots=True)
class MemberOf:
    """A single fact is one of a set that is itself a fact: `other.code: {in: line.primaries}`."""

    left: Term
    members: Fact


@dataclass(frozen=True, slots=True)
class StartsWith:
    """A code or text begins with these characters."""

    left: Term
    prefix: str


@dataclass(frozen=True, slots=True)
class SetTest:
    """A fact that is a set of codes: has_any of the members, or has_all (then `members.codes` lists them). has_none is Not of has_any."""

    fact: Fact
    mode: str  # has_any | has_all
    members: CodeSet


@dataclass(frozen=True, slots=True)
class Present:
    """The fact has a value. Known none: false. Not given: false. Derived and unknown: unknown."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Held:
    """A document or statement is there: yes or any value is true, no or none is false, not given is unknown."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Given:
    """The encounter itself says this fact, so that nothing derives it. Never unknown."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Exists:
    """At least one other thing fits. `over`: line, service, authorization, other_payer, diagnosis."""

    over: str
    where: Condition


@dataclass(frozen=True, slots=True)
class Count:
    """How many other things fit, compared with a number (op as in Compare)."""

    over: str
    where: Condition
    op: str
    number: Term


@dataclass(frozen=True, slots=True)
class CountOf:
    """How many codes of a set a set fact holds, compared with a number: two discipline modifiers on one line."""

    fact: Fact
    members: CodeSet
    op: str
    number: int


Condition: TypeAlias = (
    Constant
    | All
    | Any
    | Not
    | Because
    | Compare
    | Member
    | MemberOf
    | StartsWith
    | SetTest
    | Present
    | Held
    | Given
    | Exists
    | Count
    | CountOf
)

ALWAYS: Final = Constant(TRUE)
NEVER: Final = Constant(FALSE)


def all_of(*parts: Condition) -> Condition:
    """The conjunction, flattened; none is ALWAYS."""
    flat: list[Condition] = []
    for part in parts:
        if isinstance(part, All):
            flat.extend(part.parts)
        elif part != ALWAYS:
            flat.append(part)
    if not flat:
        return ALWAYS
    return flat[0] if len(flat) == 1 else All(tuple(flat))
