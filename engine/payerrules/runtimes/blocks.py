"""Blocks: the rules of a step that can speak of one date and code, with what these two settle worked out beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from payerrules.language.effect import Derive, Effect, Hit
from payerrules.language.expression import ALWAYS, FALSE, UNKNOWN, Condition, Constant, Literal
from payerrules.language.items import Rule
from payerrules.model.values import MaybeValue
from payerrules.program.reads import spoken_in
from payerrules.runtimes.compiled import Known, Many, compile_many, fold
from payerrules.runtimes.deriving import Writer, derived
from payerrules.runtimes.lookups import Conflict

SETTLED = 1_000
"""How many combinations of verdicts a block keeps the consequences of."""


@dataclass(frozen=True, slots=True)
class Act:
    """An effect of a rule, with the trigger of a hit made ready, and its group code where that is no fact.

    `plain` is a hit that has nothing to be read: no trigger, no part that still pays, no correction, no question.
    """

    effect: Effect
    trigger: Many | None = None
    group: str | None = None
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the verdicts of a block lead to: the derived facts, where they follow from the verdicts alone, and what acts.

    `facts` is None where a value, an unknown or a conflict has to be looked at; `acting` has the place, verdict and acts of
    each rule that does something.
    """

    facts: dict[str, MaybeValue] | None
    acting: tuple[tuple[int, int, tuple[Act, ...]], ...]


def ready_effect(effect: Effect) -> Act:
    """An effect made ready: the trigger of a hit as generated code; none where it is always true."""
    if not isinstance(effect, Hit):
        return Act(effect)
    group = effect.outcome.group
    written = "" if group is None else group.value if isinstance(group, Literal) else None
    trigger = None if effect.trigger == ALWAYS else compiled(effect.trigger)
    read = (trigger, effect.units, effect.amount, effect.correction, effect.ask)
    plain = isinstance(written, str) and not any(part is not None for part in read)
    return Act(effect, trigger, written if isinstance(written, str) else None, plain)


_COMPILED: dict[Condition, Many] = {}


def compiled(condition: Condition) -> Many:
    """One condition as generated code, made once."""
    found = _COMPILED.get(condition)
    if found is None:
        found = _COMPILED[condition] = compile_many([condition])
    return found


class Block:
    """The rules of a step that are in force for one date and code.

    Those whose condition the date and the code make false are `rules` that are never asked; the others are `asked`, and only
    their verdicts are worked out, in the order in which they stand there.
    """

    def __init__(self, step: str, rules: tuple[Rule, ...], names: tuple[str, ...], known: Known) -> None:
        self.step = step
        self.known = known
        self.rules = rules
        folded = [fold(rule.when, known) for rule in rules]
        self.places = tuple(i for i, condition in enumerate(folded) if condition != Constant(FALSE))
        self.asked = tuple(rules[i] for i in self.places)
        self.names = tuple(names[i] for i in self.places)  # of those that are asked, unique in the plan
        self.folded = tuple(folded[i] for i in self.places)
        self.acts = tuple(
            tuple(ready_effect(e) for e in rule.effects if not isinstance(e, Derive)) for rule in self.asked
        )
        self.derives = self.writers()
        self.derives_of = frozenset(name for name, _ in self.derives)
        self.derives_for_all = tuple(
            (n, w) for n, w in self.derives if not n.startswith("line.")
        )  # of the encounter too
        self.idle = not self.asked and not self.derives
        self.plain = all(w.plain for _, writers in self.derives for w in writers)
        self.settled: dict[tuple[int, ...], Told] = {}
        self.prepared: Any = None  # what a runtime has made of it

    @cached_property
    def many(self) -> Many:
        """The verdicts of the rules that are asked, all at once."""
        return compile_many(self.folded)

    def values(self, found: tuple[int, ...]) -> tuple[int, ...]:
        """The verdicts of all its rules, from those of the rules that were asked."""
        if len(found) == len(self.rules):
            return found
        every = [FALSE] * len(self.rules)
        for place, one in zip(self.places, found, strict=True):
            every[place] = one
        return tuple(every)

    def writers(self) -> tuple[tuple[str, tuple[Writer, ...]], ...]:
        """The facts that its rules derive, each with its writers from the highest priority down."""
        asked = {place: number for number, place in enumerate(self.places)}
        found: dict[str, list[Writer]] = {}
        for place, rule in enumerate(self.rules):
            for effect in rule.effects:
                if isinstance(effect, Derive):
                    one = Writer(rule, effect, asked.get(place, -1), tuple(spoken_in(rule.when)))
                    found.setdefault(effect.fact.name, []).append(one)
        return tuple((name, tuple(sorted(w, key=lambda w: -w.rule.priority))) for name, w in found.items())

    def told(self, found: tuple[int, ...]) -> Told:
        """What verdicts lead to, worked out once for each combination of them."""
        try:
            return self.settled[found]
        except KeyError:
            pass
        acting = tuple(
            (place, value, self.acts[place]) for place, value in enumerate(found) if value and self.acts[place]
        )
        told = Told(self.facts(found), acting)
        if len(self.settled) < SETTLED:
            self.settled[found] = told
        return told

    def facts(self, found: tuple[int, ...]) -> dict[str, MaybeValue] | None:
        """The derived facts that verdicts lead to by themselves; None where a value, an unknown or a conflict has to be looked at."""
        if not self.plain or UNKNOWN in found:
            return None
        try:
            facts = {name: derived(writers, found, {}) for name, writers in self.derives}
        except Conflict:
            return None
        return None if None in facts.values() else facts
