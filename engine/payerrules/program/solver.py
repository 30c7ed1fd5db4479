"""A small solver: facts for which conditions are true, false or unknown, as wished; or the certainty that there are none.

Conditions are tests of single facts, so a handful of values of each stands for all of them (candidates.py); the rest is a
search that leaves a branch as soon as what is settled rules it out. Each single test is worked out by `evaluate`, so what
the solver finds is what a decision will say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any as Anything

from payerrules.language.expression import Condition
from payerrules.model.values import NONE
from payerrules.program.candidates import Candidates
from payerrules.program.evaluate import compare
from payerrules.program.formulas import (
    ANY_VALUE,
    FALSE_ONLY,
    GREATER,
    LESSER,
    NOT_FALSE,
    NOT_TRUE,
    TRUE_ONLY,
    UNKNOWN_ONLY,
    AmongSet,
    Formula,
    Free,
    Joined,
    Key,
    Reader,
    SetOf,
    Some,
    Test,
    flattened,
    turned,
)
from payerrules.program.space import Space, valued

MOST_STEPS = 20_000
"""How many branches are tried before giving up, as a promise that `check` ends soon."""
SETTLED = {FALSE_ONLY: 0, UNKNOWN_ONLY: 1, TRUE_ONLY: 2}
"""The masks of a single value."""

__all__ = ["FALSE_ONLY", "NOT_FALSE", "NOT_TRUE", "TRUE_ONLY", "UNKNOWN_ONLY", "Found", "Space", "outcomes", "solve"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the facts (by scope and name; None where there are none), and whether that is certain.

    Facts that do not matter are left out. `sure` is False for a search that gave up, or could not follow every test.
    """

    facts: dict[Key, Anything] | None
    sure: bool


class TooLong(Exception):
    """The search has tried enough."""


class Search:
    """One search: demands on formulas, the values that may be tried, those that are settled."""

    def __init__(
        self, demands: Sequence[tuple[Condition, int]], space: Space, seeds: Mapping[Key, Anything] | None = None
    ) -> None:
        self.space = space
        self.reader = Reader(dict(space.parameters), dict(space.limits))
        formulas = [(self.reader.read(condition, {}), wanted) for condition, wanted in demands]
        self.reader.finish()
        self.formulas = [formula for formula, _ in formulas]
        self.goals = [goal for formula, wanted in formulas for goal in flattened(formula, wanted)]
        self.candidates = Candidates(space, self.reader.tests, seeds)
        self.domains = dict(self.candidates.domains)
        for number in range(1, self.reader.free + 1):
            self.domains["@free", str(number)] = [2, 0, 1]
        for instances in self.reader.things.values():
            for instance in instances:
                self.domains["@there", instance] = [False, True]
        self.values: dict[Key, Anything] = {}
        self.narrowed: list[Key] = []
        self.spans: dict[tuple[Anything, ...], int] = {}
        self.steps = 0

    def fix(self, facts: Mapping[Key, Anything]) -> None:
        """Hold facts to values that were found before."""
        for key, value in facts.items():
            if key in self.candidates.codes:
                for code in self.candidates.codes[key]:
                    self.values[key[0], f"{key[1]}={code}"] = isinstance(value, frozenset) and code in value
            if key in self.domains:
                self.values[key] = "set" if isinstance(value, frozenset) else value

    def run(self) -> Found:
        """Search; see Found."""
        for formula, wanted in self.goals:
            if isinstance(formula, Test) and len(formula.keys) == 1 and formula.keys[0] not in self.values:
                key = formula.keys[0]
                self.narrowed.append(key)
                self.domains[key] = [v for v in self.domains[key] if (1 << self.value(formula, {key: v})) & wanted]
                if not self.domains[key]:
                    return Found(None, key not in self.candidates.unsure)
        try:
            there_is = self.search()
        except TooLong:
            return Found(None, False)
        if not there_is:
            return Found(None, not self.candidates.unsure)
        self.leave_out()
        return Found(self.facts(), True)

    def leave_out(self) -> None:
        """Let go of the values that turned out not to matter."""
        for key in reversed(list(self.values)):
            value = self.values.pop(key)
            if any(self.mask(formula) & ~wanted for formula, wanted in self.goals):
                self.values[key] = value

    def search(self) -> bool:
        """Whether the values that are settled can be completed; they are then in `values`."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooLong
        undecided: Formula | None = None
        for formula, wanted in self.goals:
            may_be = self.mask(formula)
            if not may_be & wanted:
                return False
            if may_be & ~wanted and undecided is None:
                undecided = formula
        if undecided is None:
            return True
        key = min(self.unsettled(undecided), key=lambda k: len(self.domains[k]))
        for value in self.domains[key]:
            self.values[key] = value
            if self.search():
                return True
            del self.values[key]
        return False

    # --- all that there is, and what is nearest ---------------------------------------------------
    def every(self, settled: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
        """All that the conditions can come to together, as Kleene values; some may come twice. TooLong where there is too much.

        `settled` is what the first of them have come to.
        """
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooLong
        settled, undecided = self.settle(settled)
        if undecided is None:
            yield settled
            return
        key = min(self.unsettled(undecided), key=lambda k: len(self.domains[k]))
        for value in self.domains[key]:
            self.values[key] = value
            yield from self.every(settled)
            del self.values[key]

    def near(
        self, changes: int, goal: Callable[[Sequence[int]], bool], most: int, settled: tuple[int, ...] = ()
    ) -> Iterator[dict[Key, Anything]]:
        """The values with which the conditions reach a goal where so many facts, no more and no fewer, are not the first of their domain."""
        self.steps += 1
        if self.steps > most:
            return
        settled, undecided = self.settle(settled)
        if undecided is None:
            if not changes and goal(settled):
                yield dict(self.values)
            return
        key = next(self.unsettled(undecided))
        for place, value in enumerate(self.domains[key]):
            if place and not changes:
                break
            self.values[key] = value
            yield from self.near(changes - (place > 0), goal, most, settled)
            del self.values[key]

    def settle(self, settled: tuple[int, ...]) -> tuple[tuple[int, ...], Formula | None]:
        """What the first conditions have come to, begun with those that are known, and the first that is still open."""
        found = list(settled)
        for formula in self.formulas[len(settled) :]:
            mask = self.mask(formula)
            if mask not in SETTLED:
                return tuple(found), formula
            found.append(SETTLED[mask])
        return tuple(found), None

    # --- what a formula may be -------------------------------------------------------------------
    def mask(self, formula: Formula) -> int:
        """What a formula may still be."""
        match formula:
            case int():
                return formula
            case Joined("not", (part,)):
                return turned(self.mask(part))
            case Joined(how, parts):
                found, settles = (TRUE_ONLY, FALSE_ONLY) if how == "all" else (FALSE_ONLY, TRUE_ONLY)
                table = LESSER if how == "all" else GREATER
                for part in parts:
                    found = table[found][self.mask(part)]
                    if found == settles:
                        break
                return found
            case Test():
                return self.mask_of_test(formula)
            case SetOf():
                return self.mask_of_set(formula)
            case AmongSet(left, key):
                return self.mask_among(left, key)
            case Free(key):
                return 1 << self.values[key] if key in self.values else sum(1 << v for v in self.domains[key])
            case Some(_, things):
                found = FALSE_ONLY
                for there, where in things:
                    held = self.values.get(there)
                    if held is not False:
                        fits = self.mask(where)
                        found = GREATER[found][fits if held else fits | FALSE_ONLY]
                return found

    def mask_of_test(self, test: Test) -> int:
        """What a test of single values may be."""
        values = self.values
        open_keys = [key for key in test.keys if key not in values]
        if not open_keys:
            return 1 << self.value(test, values)
        if len(open_keys) > 1:
            return 7
        key = open_keys[0]
        settled = {k: values[k] for k in test.keys if k != key}
        at = (id(test), key, *settled.values())
        if at not in self.spans:
            found = 0
            for value in self.domains[key]:
                found |= 1 << self.value(test, {**settled, key: value})
                if found == 7:
                    break
            self.spans[at] = found
        return self.spans[at]

    def mask_of_set(self, test: SetOf) -> int:
        """What a test of a set may be: by whether the set is known, and which codes it holds."""
        found = 0
        states = [self.values[test.key]] if test.key in self.values else self.domains[test.key]
        for state in states:
            if state is None:
                found |= FALSE_ONLY if test.how == "present" and not self.derived(test.key) else UNKNOWN_ONLY
            elif test.how == "none":
                found |= TRUE_ONLY if state is NONE else FALSE_ONLY
            elif state is NONE:
                found |= 1 << compare(test.op, 0, test.number) if test.how == "count" else FALSE_ONLY
            else:
                found |= self.mask_of_codes(test)
        return found

    def mask_of_codes(self, test: SetOf) -> int:
        """What a test of a known set may be."""
        held, may = 0, 0
        for code in self.candidates.codes[test.key]:
            if test.how == "present" or code in test.members:
                there = self.values.get((test.key[0], f"{test.key[1]}={code}"))
                held += there is True
                may += there is not False
        if test.how == "count":
            value = compare(test.op, (held, may), test.number)
            return 1 << value if value != 1 else FALSE_ONLY | TRUE_ONLY
        wanted = len(test.members.codes) if test.how == "all" else 1
        if held >= wanted:
            return TRUE_ONLY
        return FALSE_ONLY if may < wanted else FALSE_ONLY | TRUE_ONLY

    def mask_among(self, left: Key, key: Key) -> int:
        """Whether a value may be in a set."""
        states = [self.values[key]] if key in self.values else self.domains[key]
        values = [self.values[left]] if left in self.values else self.domains[left]
        found = 0
        for value in values:
            for state in states:
                if value is None or state is None:
                    found |= UNKNOWN_ONLY
                elif state is NONE or value is NONE or value not in self.candidates.codes[key]:
                    found |= FALSE_ONLY
                else:
                    there = self.values.get((key[0], f"{key[1]}={value}"))
                    found |= {True: TRUE_ONLY, False: FALSE_ONLY, None: TRUE_ONLY | FALSE_ONLY}[there]
        return found

    def derived(self, key: Key) -> bool:
        """Whether a fact is derived, so that nobody knows of an unknown one whether it is there."""
        return key[1] in self.space.derived

    def value(self, test: Test, values: Mapping[Key, Anything]) -> int:
        """What a test comes to; kept, as it is asked for often."""
        at = tuple((key, values[key]) for key in test.keys)
        found = test.known.get(at)
        if found is None:
            found = test.known[at] = valued(test, values, self.space)
        return found

    # --- what is not settled ---------------------------------------------------------------------
    def unsettled(self, formula: Formula) -> Iterator[Key]:
        """The keys that the first part that is not settled still waits for."""
        match formula:
            case Joined(_, parts):
                for part in parts:
                    if self.mask(part) not in (1, 2, 4):
                        yield from self.unsettled(part)
                        return
            case Test():
                yield from (key for key in formula.keys if key not in self.values)
            case SetOf(key):
                yield from self.open_codes(key, formula)
            case AmongSet(left, key):
                yield from (k for k in (left, key) if k not in self.values)
                if left in self.values and key in self.values:
                    yield key[0], f"{key[1]}={self.values[left]}"
            case Free(key):
                yield key
            case Some(_, things):
                for there, where in things:
                    if there not in self.values:
                        yield there
                        return
                    if self.values[there] and self.mask(where) not in (1, 2, 4):
                        yield from self.unsettled(where)
                        return

    def open_codes(self, key: Key, test: SetOf) -> Iterator[Key]:
        """What a test of a set waits for: whether the set is known, then one of its codes."""
        if key not in self.values:
            yield key
            return
        for code in self.candidates.codes[key]:
            bit = (key[0], f"{key[1]}={code}")
            if bit not in self.values and (test.how == "present" or code in test.members):
                yield bit
                return

    # --- the facts that were found ----------------------------------------------------------------
    def facts(self) -> dict[Key, Anything]:
        """The facts that are settled, sets put together from their codes."""
        found: dict[Key, Anything] = {key: self.domains[key][0] for key in self.narrowed}
        for key, value in self.values.items():
            if "=" not in key[1] and key not in self.candidates.codes:
                found[key] = value
        for key, codes in self.candidates.codes.items():
            settled = {code: self.values.get((key[0], f"{key[1]}={code}")) for code in codes}
            if key in self.values or any(there is not None for there in settled.values()):
                state = self.values.get(key, "set")
                held = frozenset(code for code, there in settled.items() if there)
                found[key] = held if state == "set" else state
        return found


def outcomes(
    conditions: Sequence[Condition], space: Space, end: Callable[[Sequence[int]], Anything]
) -> set[Anything] | None:
    """All that conditions can come to, by a function of their Kleene values; None where not everything could be tried."""
    search = Search([(condition, ANY_VALUE) for condition in conditions], space)
    if search.candidates.unsure:
        return None
    try:
        return {end(found) for found in set(search.every())}
    except TooLong:
        return None


def solve(demands: list[tuple[Condition, int]], space: Space) -> Found:
    """Facts for which each condition is one of what its mask wants (FALSE_ONLY, UNKNOWN_ONLY, TRUE_ONLY, or several added up)."""
    return Search(demands, space).run()
