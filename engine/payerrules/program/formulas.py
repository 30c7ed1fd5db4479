"""Conditions taken apart for solving: tests with the facts they read, joined by all, any and not; each a set of possible values.

What a part may be is a mask: bit 0 false, bit 1 unknown, bit 2 true. A fact is a key (scope, name); each code that a set
fact may hold is a key of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any as Anything
from typing import TypeAlias

from payerrules.language.expression import (
    All,
    Any,
    Because,
    CodeSet,
    Compare,
    Condition,
    Constant,
    Count,
    CountOf,
    Exists,
    Fact,
    Given,
    Held,
    Literal,
    Member,
    MemberOf,
    Not,
    Present,
    Reckoned,
    SetTest,
    Shift,
    StartsWith,
    Term,
    Total,
)
from payerrules.language.items import Limit, ParameterLookup
from payerrules.model.values import NONE
from payerrules.program.reads import facts_in

Key: TypeAlias = tuple[str, str]
FALSE_ONLY, UNKNOWN_ONLY, TRUE_ONLY, ANY_VALUE = 1, 2, 4, 7
NOT_TRUE, NOT_FALSE = 3, 6
DATE_OF_LINE: Key = ("", "line.date")


@dataclass(slots=True, eq=False)
class Test:
    """A test of single values: the condition itself, the keys it reads, and the scope of each as the condition writes it."""

    condition: Condition
    keys: tuple[Key, ...]
    scopes: dict[str, str]
    known: dict[Anything, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class SetOf:
    """A test of a set of codes: `how` is any, all, count, present or none."""

    key: Key
    how: str
    members: CodeSet = field(default_factory=CodeSet)
    op: str = ""
    number: int = 0


@dataclass(slots=True, eq=False)
class AmongSet:
    """Whether a single value is one of a set fact."""

    left: Key
    key: Key


@dataclass(slots=True, eq=False)
class Free:
    """Something that is not followed: it may be anything."""

    key: Key


@dataclass(slots=True, eq=False)
class Joined:
    """All, any or not of parts."""

    how: str
    parts: tuple[Formula, ...]


@dataclass(slots=True, eq=False)
class Some:
    """At least one other thing fits: `things` are those that may be there, each with the condition read of it; `over` may be unknown."""

    over: Key
    things: list[tuple[Key, Formula]]


Formula: TypeAlias = Test | SetOf | AmongSet | Free | Joined | Some | int


@dataclass(slots=True)
class Reader:
    """Takes conditions apart. `parameters` and `limits` are looked into; `things` are the others that may be looked at."""

    parameters: dict[str, ParameterLookup]
    limits: dict[str, Limit]
    things: dict[str, list[str]] = field(default_factory=dict)  # scope: its instances
    waiting: list[tuple[Some, Exists, dict[str, str]]] = field(default_factory=list)
    tests: list[Test | SetOf | AmongSet] = field(default_factory=list)
    free: int = 0

    def read(self, condition: Condition, scopes: dict[str, str]) -> Formula:
        """A condition, its scopes renamed."""
        match condition:
            case Constant(value):
                return 1 << value
            case All(parts) | Any(parts):
                how = "all" if isinstance(condition, All) else "any"
                return Joined(how, tuple(self.read(part, scopes) for part in parts))
            case Not(part):
                return Joined("not", (self.read(part, scopes),))
            case Because(_, part):
                return self.read(part, scopes)
            case Exists(over, _):
                scope = "other" if over in ("line", "service") else over
                instances = self.things.setdefault(scope, [])
                instances.append(f"{scope}#{len(instances)}")
                some = Some(("@", over), [])
                self.waiting.append((some, condition, scopes))
                return some
            case Count() | Given():
                return self.anything()
            case Compare() if adds_up(condition):
                return self.anything()
            case SetTest(fact, mode, members):
                return self.of_set(fact, "all" if mode == "has_all" else "any", scopes, members)
            case CountOf(fact, members, op, number):
                return self.of_set(fact, "count", scopes, members, op, number)
            case MemberOf(Fact() as left, fact):
                among = AmongSet(self.key(left, scopes), self.key(fact, scopes))
                self.tests.append(among)
                return among
            case MemberOf():
                return self.anything()
            case Present(fact) | Held(fact) if fact.type.kind == "codes":
                return self.of_set(fact, "present", scopes)
            case Compare(Fact() as fact, "eq", Literal(value)) if fact.type.kind == "codes":
                return self.of_set(fact, "none", scopes) if value is NONE else self.anything()
            case Compare(Fact(name), "eq", Literal(True)) if self.membership(name) is not None:
                inner = self.membership(name)
                assert inner is not None  # as the guard says
                return self.read(inner, scopes)
            case _:
                return self.test(condition, scopes)

    def membership(self, name: str) -> Condition | None:
        """The condition behind `limit.X.counts` and `limit.X.applies`."""
        key, _, part = name.removeprefix("limit.").rpartition(".")
        limit = self.limits.get(key) if name.startswith("limit.") else None
        if limit is None or part not in ("counts", "applies"):
            return None
        return limit.of if part == "counts" or limit.stops is None else limit.stops

    def anything(self) -> Free:
        """Something that may have any value."""
        self.free += 1
        return Free(("@free", str(self.free)))

    def of_set(
        self,
        fact: Fact,
        how: str,
        scopes: dict[str, str],
        members: CodeSet = CodeSet(),  # noqa: B008  # immutable
        op: str = "",
        number: int = 0,
    ) -> SetOf:
        """A test of a set fact."""
        found = SetOf(self.key(fact, scopes), how, members, op, number)
        self.tests.append(found)
        return found

    def test(self, condition: Condition, scopes: dict[str, str]) -> Test:
        """A test of single values; a parameter is read by the date and its key."""
        keys: dict[Key, None] = {}
        for fact in facts_in(condition):
            lookup = self.parameters.get(fact.name)
            if lookup is None:
                keys[self.key(fact, scopes)] = None
            else:
                keys |= {DATE_OF_LINE: None} | {self.key(by, scopes): None for by in lookup.by}
        found = Test(condition, tuple(keys), scopes)
        self.tests.append(found)
        return found

    @staticmethod
    def key(fact: Fact, scopes: dict[str, str]) -> Key:
        """The key of a fact."""
        return (scopes.get(fact.scope, fact.scope), fact.name)

    def finish(self) -> None:
        """Give each `exists` all the things that may be looked at, once they are all known."""
        while self.waiting:
            some, exists, scopes = self.waiting.pop()
            scope = "other" if exists.over in ("line", "service") else exists.over
            for instance in self.things[scope]:
                there = ("@there", instance)
                some.things.append((there, self.read(exists.where, {**scopes, scope: instance})))


def adds_up(part: Anything) -> bool:
    """Whether a comparison holds a sum over other things, which is not followed."""
    match part:
        case Total():
            return True
        case Compare(left, _, right):
            return adds_up(left) or adds_up(right)
        case Reckoned(_, terms):
            return any(adds_up(one) for one in terms)
        case Shift(base, _, _, by):
            return adds_up(base) or adds_up(by)
        case _:
            return False


def flattened(formula: Formula, wanted: int) -> list[tuple[Formula, int]]:
    """A demand as several, where it comes to demands on the parts."""
    if isinstance(formula, Joined):
        if formula.how == "not":
            return flattened(formula.parts[0], turned(wanted))
        alone = TRUE_ONLY if formula.how == "all" else FALSE_ONLY
        floor = NOT_FALSE if formula.how == "all" else NOT_TRUE
        if wanted in (alone, floor):
            return [one for part in formula.parts for one in flattened(part, wanted)]
    return [(formula, wanted)]


def turned(mask: int) -> int:
    """The mask of the contrary."""
    return (mask & 2) | (mask & 1) << 2 | (mask & 4) >> 2


def lesser(one: int, other: int) -> int:
    """What the smaller of two values may be."""
    return sum(1 << value for value in range(3) if any((one >> a) & 1 and (other >> b) & 1 for a, b in SMALLER[value]))


SMALLER = {value: [(a, b) for a in range(3) for b in range(3) if min(a, b) == value] for value in range(3)}
LESSER = [[lesser(one, other) for other in range(8)] for one in range(8)]
GREATER = [[turned(LESSER[turned(one)][turned(other)]) for other in range(8)] for one in range(8)]
"""Masks of min and max, looked up."""


def literals(term: Term) -> list[Anything]:
    """The values written in a term."""
    match term:
        case Literal(value):
            return [value]
        case Shift(base, _, _):
            return literals(base)
        case Reckoned(_, terms):
            return [value for one in terms for value in literals(one)]
        case _:
            return []


def members_of(condition: Condition) -> list[CodeSet]:
    """The sets of codes that a test of a single value names."""
    match condition:
        case Member(_, members):
            return [members]
        case StartsWith(_, prefix):
            return [CodeSet(prefixes=(prefix,))]
        case _:
            return []
