"""Conditions taken apart: their single tests, and whether a test can be unknown at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from payerrules.language.effect import Derive
from payerrules.language.expression import (
    ALWAYS,
    TRUE,
    All,
    Any,
    Because,
    Compare,
    Condition,
    Constant,
    Count,
    Exists,
    Fact,
    Given,
    Literal,
    Not,
    Present,
)
from payerrules.language.items import (
    ANY_DAY,
    FIRST_DAY,
    LAST_DAY,
    LongTableLookup,
    ParameterLookup,
    Rule,
    TableLookup,
    UnitLookup,
    Window,
)
from payerrules.program.program import Program
from payerrules.program.reads import facts_in, leaves_in, makes
from payerrules.program.space import Space, space_of
from payerrules.runtimes.case import PRESUMED_AS

ALWAYS_KNOWN = frozenset(
    {"line.code", "line.date", "line.modifiers", "line.number", "line", "patient", "line.diagnoses@"}
    | {"diagnosis", "diagnosis.code", "diagnosis.position"}
)
"""Facts without which there is no line, or no diagnosis to ask of."""


def tests_in(condition: Condition) -> Iterator[Condition]:
    """The single tests of a condition that somebody wrote, from left to right; a look at other things is one test."""
    for leaf in leaves_in(condition):
        match leaf:
            case Constant() | Given():
                pass
            case Compare(Fact(name), "eq", _) if name.startswith("limit.") and name.endswith(".counts"):
                pass  # the silent part of a rule that reads a limit
            case _:
                yield leaf


class Doubt:
    """Tells what can be unknown in a program: what nobody need give, and what is made from it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.makers: dict[str, list[object]] = {}
        for placed in program.placed:
            for name in makes(placed.item):
                self.makers.setdefault(name, []).append(placed.item)
        self.must_know = frozenset().union(*(edition.must_know for edition in program.editions))
        self.first = min((edition.effective.first for edition in program.editions), default=FIRST_DAY)
        self.last = max((edition.effective.last for edition in program.editions), default=LAST_DAY)
        self.known: dict[str, bool] = {}

    def of_condition(self, condition: Condition, there: frozenset[Fact] = frozenset()) -> bool:
        """Whether a condition can be unknown, where these facts are known to be there."""
        match condition:
            case All(parts):
                there |= {part.fact for part in parts if isinstance(part, Present)}
                return any(self.of_condition(part, there) for part in parts)
            case Any(parts):
                return any(self.of_condition(part, there) for part in parts)
            case Not(part) | Because(_, part):
                return self.of_condition(part, there)
            case Constant() | Given():
                return False
            case Present(fact):
                return fact.name in self.makers and self.of_fact(fact.name)
            case Exists(over, where) | Count(over, where):
                return over != "line" or self.of_condition(where)
            case _:
                return any(fact not in there and self.of_fact(fact.name) for fact in facts_in(condition))

    def of_fact(self, name: str) -> bool:
        """Whether a fact can be unknown."""
        if name not in self.known:
            self.known[name] = False  # while its makers are asked
            self.known[name] = self.found(name)
        return self.known[name]

    @cached_property
    def space(self) -> Space:
        """The space in which facts of the program are looked for, on the dates of its editions."""
        limits = [limit for limit, _ in self.program.limits]
        window = Window(self.first, self.last)
        made = space_of(self.program.placed, self.program.vocabulary, limits, self.must_know, window)
        names = {*self.program.vocabulary.facts, *self.makers}
        return replace(made, known=frozenset(name for name in names if not self.of_fact(name)))

    @cached_property
    def proving(self) -> Space:
        """The same, where nothing need be known of other things: what nobody can reach in it nobody can reach."""
        return replace(self.space, others_doubted=True)

    def found(self, name: str) -> bool:
        """Work it out: by its makers, else by what the vocabulary says of it where nobody gives it."""
        if name in ALWAYS_KNOWN or name.startswith("payer."):
            return False
        makers = self.makers.get(name)
        if makers:
            rules = [one for one in makers if isinstance(one, Rule)]
            if rules == makers and any(one.when == ALWAYS and one.in_force == ANY_DAY for one in rules):  # a last case
                return any(self.of_condition(one.when) or self.of_value(one, name) for one in rules)
            return any(self.of_maker(maker, name) for maker in makers)
        if name.startswith("limit.") or name.startswith("line.stands"):
            return True
        entry = self.program.vocabulary.facts.get(name)
        return name in self.must_know or entry is None or entry.if_missing not in PRESUMED_AS

    def of_maker(self, maker: object, name: str) -> bool:
        """Whether what makes a fact can leave it unknown."""
        match maker:
            case Rule():
                derive = next(e for e in maker.effects if isinstance(e, Derive) and e.fact.name == name)
                if self.of_condition(maker.when):
                    return True
                return not derive.closed and derive.otherwise is None
            case TableLookup():
                rows = any(self.of_condition(row.when) for row in maker.rows)
                return rows or maker.otherwise is None
            case ParameterLookup():
                return any(self.of_fact(fact.name) for fact in maker.by) or not self.covered(maker)
            case LongTableLookup():
                return any(self.of_fact(fact.name) for fact in maker.inputs) or maker.otherwise is None
            case UnitLookup():
                return True
            case _:
                return True

    def of_value(self, rule: Rule, name: str) -> bool:
        """Whether what a rule makes of a fact where it speaks can be unknown."""
        made = (e.value for e in rule.effects if isinstance(e, Derive) and e.fact.name == name)
        return any(not isinstance(value, Literal) for value in made)

    def covered(self, lookup: ParameterLookup) -> bool:
        """Whether a parameter has a value on every date of the editions, for every key it lists."""
        for key in {row.key for row in lookup.rows}:
            day = self.first
            for window in sorted(row.window for row in lookup.rows if row.key == key):
                if window.first > day:
                    return False
                day = max(day, window.last + 1)
            if day <= self.last:
                return False
        return bool(lookup.rows)


__all__ = ["TRUE", "Doubt", "tests_in"]
