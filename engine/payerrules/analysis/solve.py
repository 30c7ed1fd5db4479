"""What would have to change: values of a condition's facts that make it come out as wanted, the fewest changes first; or proof that there are none.

The search is the one of `payerrules check` (program/solver.py), begun at the values that the facts have.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any as Anything

from payerrules.analysis.conditions import Doubt
from payerrules.language.expression import (
    All,
    Any,
    Because,
    Compare,
    Condition,
    Count,
    Exists,
    Fact,
    Given,
    Literal,
    Not,
)
from payerrules.language.items import Window
from payerrules.model.values import NONE, YES_NO
from payerrules.program.evaluate import Scopes, View, truth
from payerrules.program.formulas import ANY_VALUE, Key, Reader
from payerrules.program.solver import Search, outcomes

MOST_STEPS = 3_000
MOST_CHANGES = 4
FREE = "@free"
"""Under this name and a number stands a look at other things, taken as a fact of its own with three values."""
Change = dict[Key, Anything]
"""New values of some facts, by scope and name."""
Goal = Callable[[Sequence[int]], bool]
"""Whether the Kleene values of some conditions, taken together, are as wanted."""
STRANGE = {"line.code": "ZZZZZ", "line.modifiers": "ZZ"}
"""How a code is written that no policy names."""


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
class Question:
    """Conditions over one thing, and what they rest on as it is now.

    `looks` are the looks at other things in the conditions: each is a fact of its own, by the name it stands under. Where
    `only` names a scope, nothing else is changed. `steps` is how many steps the search has
    taken; where they are more than `most` it goes no further.
    """

    conditions: tuple[Condition, ...]
    doubt: Doubt
    view: View = field(default_factory=dict)
    scopes: Scopes = field(default_factory=dict)
    only: str = ""
    looks: dict[Condition, Fact] = field(default_factory=dict)
    tests: tuple[Condition, ...] = ()
    most: float = math.inf
    steps: int = 0

    def __post_init__(self) -> None:
        """Free the looks."""
        self.tests = tuple(freed(condition, self.looks) for condition in self.conditions)

    def answers(self, goal: Goal) -> Iterator[Change]:
        """Changes that reach the goal, those of one fact first, then of two, three and four; what is easily changed first."""
        search = self.search()
        for size in range(MOST_CHANGES + 1):
            if self.steps > self.most:
                break
            search.steps = 0
            found = [self.change(values, search) for values in search.near(size, goal, MOST_STEPS)]
            self.steps += search.steps
            yield from sorted(found, key=lambda change: sum(reluctance(key) for key in change))

    def search(self) -> Search:
        """The search, with the present value of every fact the first of its domain."""
        sure = {fact.name for look, fact in self.looks.items() if not self.doubt.of_condition(look)}
        space = replace(self.doubt.space, known=self.doubt.space.known | sure)
        reader = Reader(dict(space.parameters), dict(space.limits))
        for test in self.tests:
            reader.read(test, {})
        now = {key: self.present(*key) for test in reader.tests for key in keys_of(test)}
        search = Search([(test, ANY_VALUE) for test in self.tests], space, now)
        for key, domain in search.domains.items():
            search.domains[key] = self.begun(key, domain, search)
        return search

    def begun(self, key: Key, domain: list[Anything], search: Search) -> list[Anything]:
        """The values of a fact, the present one first, then those that are near."""
        scope, name = key
        whole, _, code = name.partition("=")
        if code and (scope, whole) in search.candidates.codes:
            now: Anything = code in (self.present(scope, whole) or ())
        elif key in search.candidates.codes:
            held = self.present(scope, name)
            now = "set" if isinstance(held, frozenset) else held
        else:
            now = self.present(scope, name)
        if self.only not in ("", scope):
            return [now]
        left = [one for one in domain if not same(one, now) and not (one is NONE and name.startswith(NEVER_NONE))]
        if isinstance(now, int) and not isinstance(now, bool):
            left.sort(key=lambda one: abs(one - now) if isinstance(one, int) else 0)
        return [now, *left]

    def present(self, scope: str, name: str) -> Anything:
        """The value a fact has; of a look, what it finds."""
        look = next((look for look, fact in self.looks.items() if fact.name == name), None)
        if look is not None:
            return {2: True, 1: None, 0: False}[self.now(look)]
        current = (self.scopes.get(scope, {}) if scope else self.view).get(name)
        if isinstance(current, tuple):
            return current[0] if current[0] == current[1] else None
        return current

    def now(self, look: Condition) -> int:
        """How a look comes out at present; unknown where there is nothing to look from."""
        try:
            return truth(look, self.view, self.scopes)
        except KeyError:
            return 1

    def change(self, values: dict[Key, Anything], search: Search) -> Change:
        """What is new in the values of a search, sets put together from their codes."""
        found: Change = {}
        for key, value in values.items():
            if same(value, search.domains[key][0]):
                continue
            whole = (key[0], key[1].partition("=")[0])
            if whole not in search.candidates.codes:
                found[key] = written(key[1], value)
            elif key == whole and value != "set":
                found[key] = value
            elif whole not in found:
                found[whole] = self.composed(whole, values, search)
        return found

    def composed(self, key: Key, values: dict[Key, Anything], search: Search) -> frozenset[str]:
        """A set fact by the codes it has now and those that were settled."""
        now = self.present(*key)
        held = set(now) if isinstance(now, frozenset) else set()
        for code in search.candidates.codes[key]:
            there = values.get((key[0], f"{key[1]}={code}"))
            if there:
                held.add(written(key[1], code))
            elif there is False:
                held.discard(code)
        return frozenset(held)


def never(conditions: Sequence[Condition], goal: Goal, doubt: Doubt, window: Window | None = None) -> bool:
    """Whether it is proved that no values at all reach the goal, on the days of a window; false where that is not known."""
    found = outcomes(conditions, doubt.proving if window is None else replace(doubt.proving, window=window), goal)
    return found is not None and True not in found


def keys_of(test: Anything) -> Sequence[Key]:
    """The facts that a part of a search reads."""
    if hasattr(test, "keys"):
        keys: Sequence[Key] = test.keys
        return keys
    return (test.left, test.key) if hasattr(test, "left") else (test.key,)


def same(one: Anything, other: Anything) -> bool:
    """Whether two values are one; a yes is no number."""
    return one is other or (type(one) is type(other) and one == other)


def written(name: str, value: Anything) -> Anything:
    """A value as an encounter has it: a code that stands for all that nobody names, as a code of its own."""
    return STRANGE.get(name, value) if isinstance(value, str) and value.startswith("OTHER") else value


NEVER_NONE = ("limit.", "line.date", "line.code", "patient.age")


def reluctance(key: Key) -> int:
    """How little one would change a fact: modifiers first, then what is said, other things, limits, at last the service itself."""
    name = key[1]
    if name in ("line.date", "line.code", "patient.age"):
        return 4
    if name.startswith(("limit.", "parameter.")):
        return 3
    return 2 if name.startswith(FREE) else 0 if name == "line.modifiers" else 1
