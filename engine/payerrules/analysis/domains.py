"""Representative values of facts: one for every way in which some conditions can tell values apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any as Anything

from payerrules.language.expression import (
    TRUE,
    All,
    Any,
    Because,
    CodeSet,
    Compare,
    Condition,
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
)
from payerrules.model.values import NONE, YES_NO

NO_CODE = "ZZZZZ"
"""A code that is in no set."""
FREE = "@free"
"""Under this name and a number stands a look at other things, taken as a fact of its own with three values."""
MOST_CLASSES = 6
Slot = tuple[str, str]
"""A fact's scope and name."""


def freed(condition: Condition, looks: dict[Condition, Fact]) -> Condition:
    """A condition in which every look at other things is a fact of its own; `looks` tells which stands for which."""
    match condition:
        case All(parts):
            return All(tuple(freed(part, looks) for part in parts))
        case Any(parts):
            return Any(tuple(freed(part, looks) for part in parts))
        case Not(part):
            return Not(freed(part, looks))
        case Because(_, part):
            return freed(part, looks)
        case Exists() | Count() | Given():
            fact = looks.setdefault(condition, Fact(f"{FREE}{len(looks)}", YES_NO))
            return Compare(fact, "eq", Literal(True, YES_NO))
        case _:
            return condition


@dataclass(slots=True)
class Domain:
    """What conditions hold one fact against. `whole` tells whether the values stand for all there are."""

    fact: Fact
    sets: list[CodeSet] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    prefixes: set[str] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)
    everything: set[frozenset[str]] = field(default_factory=set)  # of has_all
    none: bool = True
    whole: bool = True

    def values(self, current: Anything, unknown: bool) -> list[Anything]:
        """The representative values, the present one first."""
        kind = self.fact.type.kind
        found: list[Anything]
        empty: Anything = frozenset() if kind == "codes" else NONE
        if self.fact.name.startswith("limit.") and kind != "yes/no":
            found = [number for number in sorted(self.around()) if number >= 0]
        elif kind == "yes/no":
            found = [True, False]
        elif kind == "codes":
            near = self.near(current) if isinstance(current, frozenset) else []
            found = list[Anything]([*near, *self.subsets()])
        elif self.fact.type.ordered:
            floor = 1 if kind == "date" else -(10**9)
            found = [number for number in sorted(self.around()) if number >= floor]
        else:
            found = list[Anything](self.codes())
        if isinstance(current, int) and not isinstance(current, bool):
            found.sort(key=lambda one: abs(one - current) if isinstance(one, int) else 0)
        if (
            self.none
            and kind not in ("yes/no",)
            and not self.fact.name.startswith(("limit.", "line.date", "line.code", "patient.age"))
        ):
            found.append(empty)
        if unknown:
            found.append(None)
        listed = [current, *found]
        return [
            v for n, v in enumerate(listed) if not any(v is o or (type(v) is type(o) and v == o) for o in listed[:n])
        ]

    def fact_values(self, current: Anything, others: Iterable[Anything]) -> None:
        """Note the value the fact has at present, and others it is known to have at times."""
        for value in (current, *others):
            note(self, value)

    def around(self) -> set[int]:
        """Each number that is compared with, and its neighbours by the smallest step."""
        return {n + step for n in self.numbers for step in (-1, 0, 1)} or {0, 1}

    def pool(self) -> list[str]:
        """The codes that stand for all others: one or two of each class that the sets and texts tell apart."""
        words = set(self.texts) | {f"{prefix}0" for prefix in self.prefixes}
        for one in self.sets:
            words |= members(one)
        words |= set(self.fact.type.words)
        classes: dict[tuple[bool, ...], list[str]] = {}
        for word in sorted(words):
            classes.setdefault(self.signature(word), []).append(word)
        return [word for listed in classes.values() for word in listed[:1]]

    def signature(self, word: str) -> tuple[bool, ...]:
        """How the sets, texts and prefixes see a code."""
        return (
            *(word in one for one in self.sets),
            *(word == text for text in sorted(self.texts)),
            *(word.startswith(prefix) for prefix in sorted(self.prefixes)),
            *(word in one for one in sorted(self.everything, key=sorted)),
        )

    def codes(self) -> list[str]:
        """Single codes or words."""
        found = self.pool()
        if self.fact.type.kind == "one_of":
            return [word for word in found if word in self.fact.type.words]
        return [*found, NO_CODE]

    def near(self, current: frozenset[str]) -> list[frozenset[str]]:
        """The present codes with one more, or one less."""
        seen = [code for code in sorted(current) if any(self.signature(code))]
        return [current | {code} for code in self.pool() if code not in current] + [current - {code} for code in seen]

    def subsets(self) -> list[frozenset[str]]:
        """Sets of codes: any union of the classes."""
        pool = self.pool()
        if len(pool) > MOST_CLASSES:
            self.whole = False
            sizes: Iterable[int] = (0, 1, 2)
        else:
            sizes = range(len(pool) + 1)
        found = [frozenset(some) for size in sizes for some in itertools.combinations(pool, size)]
        return [*found, *(one for one in self.everything if one not in found)]


def members(codes: CodeSet) -> set[str]:
    """Codes of a set: those named, the ends of its ranges, one of each prefix."""
    found = set(codes.codes) | {f"{prefix}0" for prefix in codes.prefixes}
    for low, high in codes.ranges:
        found |= {low, high}
    if codes.except_ is not None:
        found |= members(codes.except_)
    return found


def domains(conditions: Iterable[Condition]) -> dict[Slot, Domain]:
    """The domains of every fact that some (freed) conditions read."""
    found: dict[Slot, Domain] = {}
    for condition in conditions:
        for test in leaves(condition):
            gather(test, found)
    tie(conditions, found)
    return found


def leaves(condition: Condition) -> Iterator[Condition]:
    """The tests of a freed condition."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part) | Because(_, part):
            yield from leaves(part)
        case _:
            yield condition


def domain(fact: Fact, found: dict[Slot, Domain]) -> Domain:
    """The domain of a fact."""
    return found.setdefault((fact.scope, fact.name), Domain(fact))


def gather(test: Condition, found: dict[Slot, Domain]) -> None:
    """Note what a test holds its facts against."""
    match test:
        case Compare(left, _, right):
            for term in (left, right):
                spread(term, found)
            for one, other in ((left, right), (right, left)):
                if isinstance(one, Fact) and isinstance(other, Literal):
                    note(domain(one, found), other.value)
        case Member(Fact() as fact, codes):
            domain(fact, found).sets.append(codes)
        case StartsWith(Fact() as fact, prefix):
            domain(fact, found).prefixes.add(prefix)
        case SetTest(fact, mode, codes):
            mine = domain(fact, found)
            mine.sets += (
                [codes] if mode != "has_all" else [CodeSet(codes=frozenset({code})) for code in sorted(codes.codes)]
            )
            if mode == "has_all":
                mine.everything.add(codes.codes)
        case CountOf(fact, codes, _, number):
            mine = domain(fact, found)
            mine.sets.append(codes)
            some = sorted(members(codes))
            mine.everything |= {frozenset(some[:size]) for size in range(max(0, number - 1), number + 2)}
            mine.whole = False
        case MemberOf(left, fact):
            mine = domain(fact, found)
            mine.whole = False
            if isinstance(left, Fact):
                domain(left, found).whole = False
        case Present(fact) | Held(fact):
            domain(fact, found)
        case _:
            pass


def spread(term: Term, found: dict[Slot, Domain]) -> None:
    """The facts of a term have domains too; those of sums and moved dates are not whole."""
    match term:
        case Fact():
            domain(term, found)
        case Shift(base, _, _):
            spread(base, found)
            for one in facts_of(base):
                domain(one, found).whole = False
        case Reckoned(_, terms, _):
            for part in terms:
                spread(part, found)
                for one in facts_of(part):
                    domain(one, found).whole = False
        case _:
            pass


def facts_of(term: Term) -> Iterator[Fact]:
    """The facts of a term."""
    match term:
        case Fact():
            yield term
        case Shift(base, _, _):
            yield from facts_of(base)
        case Reckoned(_, terms, _):
            for part in terms:
                yield from facts_of(part)
        case _:
            return


def note(domain: Domain, value: Anything) -> None:
    """Note a value that a fact is compared with."""
    if isinstance(value, bool) or value is NONE:
        return
    if isinstance(value, int):
        domain.numbers.add(value)
    elif isinstance(value, str):
        domain.texts.add(value)


def tie(conditions: Iterable[Condition], found: dict[Slot, Domain]) -> None:
    """Facts compared with each other can have each other's values."""
    for condition in conditions:
        for test in leaves(condition):
            match test:
                case Compare(Fact() as one, _, Fact() as other):
                    mine, theirs = domain(one, found), domain(other, found)
                    mine.numbers |= theirs.numbers
                    theirs.numbers |= mine.numbers
                    mine.texts |= theirs.texts
                    theirs.texts |= mine.texts
                case _:
                    pass


__all__ = ["FREE", "TRUE", "Domain", "Slot", "domains", "freed"]
