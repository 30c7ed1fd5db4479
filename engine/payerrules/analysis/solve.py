"""A small solver: values of a condition's facts that make it come out as wanted, the fewest changes first; or proof that there are none."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any as Anything

from payerrules.analysis.conditions import Doubt
from payerrules.analysis.domains import FREE, Domain, Slot, domains, freed, tie
from payerrules.language.expression import Condition, Fact
from payerrules.program.evaluate import Scopes, View, truth

MOST_TRIES = 20_000
MOST_PROOF = 60_000
Change = dict[Slot, Anything]
"""New values of some facts, by scope and name."""
Goal = Callable[[Sequence[int]], bool]
"""Whether the Kleene values of some conditions, taken together, are as wanted."""


@dataclass(slots=True)
class Question:
    """Conditions over one thing, and the facts they rest on, each with its representative values.

    `looks` are the looks at other things in the conditions: each is a fact of its own, by the name it stands under.
    """

    conditions: tuple[Condition, ...]
    doubt: Doubt
    view: View = field(default_factory=dict)
    scopes: Scopes = field(default_factory=dict)
    wanted: dict[Slot, set[Anything]] = field(default_factory=dict)  # more values to try, by fact
    looks: dict[Condition, Fact] = field(default_factory=dict)
    known: dict[Slot, Domain] = field(default_factory=dict)
    tests: tuple[Condition, ...] = ()
    values: dict[Slot, list[Anything]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Free the looks, and find the values of every fact."""
        self.tests = tuple(freed(condition, self.looks) for condition in self.conditions)
        self.known = domains(self.tests)
        for slot, extra in self.wanted.items():
            if slot in self.known:
                self.known[slot].numbers |= {n for n in extra if isinstance(n, int) and not isinstance(n, bool)}
                self.known[slot].texts |= {text for text in extra if isinstance(text, str)}
        present = {slot: self.present(*slot) for slot in self.known}
        for slot, current in present.items():
            self.known[slot].fact_values(current, self.doubt.values_of(slot[1]))
        tie(self.tests, self.known)
        for slot, one in self.known.items():
            self.values[slot] = one.values(present[slot], self.may_be_unknown(slot[1]))

    def may_be_unknown(self, name: str) -> bool:
        """Whether a fact, or a look that stands as one, can be unknown."""
        look = next((look for look, fact in self.looks.items() if fact.name == name), None)
        return self.doubt.of_fact(name) if look is None else self.doubt.of_condition(look)

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

    def answers(self, goal: Goal, most: int = MOST_TRIES) -> Iterator[Change]:
        """Changes that reach the goal, those of one fact first, then of two, three and four; what is easily changed first."""
        slots = sorted((slot for slot, values in self.values.items() if len(values) > 1), key=reluctance)
        tries = 0
        for size in range(min(4, len(slots)) + 1):
            for some in itertools.combinations(slots, size):
                for picked in itertools.product(*(self.values[slot][1:] for slot in some)):
                    tries += 1
                    if tries > most:
                        return
                    change = dict(zip(some, picked, strict=True))
                    if goal(self.came_out(change)):
                        yield change

    def came_out(self, change: Change) -> list[int]:
        """How the conditions come out with some facts changed."""
        view = {name: values[0] for (scope, name), values in self.values.items() if not scope}
        scopes: dict[str, View] = {scope: {} for scope, _ in self.values if scope}
        for (scope, name), values in self.values.items():
            if scope:
                scopes[scope][name] = values[0]
        for (scope, name), value in change.items():
            (scopes[scope] if scope else view)[name] = value
        derived = self.view.get("@derived", frozenset(self.doubt.makers))
        view["@derived"] = derived
        for one in scopes.values():
            one["@derived"] = derived
        return [truth(test, view, scopes) for test in self.tests]

    def never(self, goal: Goal) -> bool:
        """Whether it is proved that no values at all reach the goal; false where that is not known."""
        ends = self.ends(goal)
        return ends is not None and True not in ends

    def ends(self, end: Callable[[Sequence[int]], Anything]) -> set[Anything] | None:
        """All that the conditions can come to, by a function of their values; None where not every value can be tried."""
        if not all(one.whole for one in self.known.values()):
            return None
        size = 1
        for values in self.values.values():
            size *= len(values)
        if size > MOST_PROOF:
            return None
        slots = list(self.values)
        every = itertools.product(*(self.values[slot] for slot in slots))
        return {end(self.came_out(dict(zip(slots, picked, strict=True)))) for picked in every}


def reluctance(slot: Slot) -> int:
    """How little one would change a fact: modifiers first, then what is said, other things, limits, at last the service itself."""
    name = slot[1]
    if name in ("line.date", "line.code", "patient.age"):
        return 4
    if name.startswith(("limit.", "parameter.")):
        return 3
    return 2 if name.startswith(FREE) else 0 if name == "line.modifiers" else 1
