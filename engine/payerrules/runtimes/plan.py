"""A plan: a program made ready for judging. Its steps in order, and for each date and code the rules that can speak."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from payerrules.language.effect import Derive, Effect, Hit
from payerrules.language.expression import (
    ALWAYS,
    FALSE,
    Compare,
    Condition,
    Constant,
    Fact,
    Given,
    Literal,
    Not,
    all_of,
)
from payerrules.language.items import LAST_DAY, STAGES, Limit, Lookup, Rule, Window
from payerrules.model.values import CODE, DATE
from payerrules.program.program import Placed, Program
from payerrules.runtimes.case import PRESUMED_AS, Opening
from payerrules.runtimes.compiled import Known, Many, compile_many, fold
from payerrules.runtimes.lookups import Look, looker

MADE_BY_ENGINE = frozenset({"line.stands", "line.authorized", "line.authorization_requested"})


def facts_in(part: Any) -> Iterator[Fact]:
    """Every fact that a piece of meaning speaks of."""
    if isinstance(part, Fact):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from facts_in(one)
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from facts_in(getattr(part, field.name))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of judging: what of a stage and level can be asked at once."""

    index: int
    stage: str
    level: int
    lookups: tuple[Placed, ...]
    rules: tuple[Placed, ...]
    by_range: dict[str, tuple[Placed, ...]]
    pair_lookups: bool

    @classmethod
    def of(cls, index: int, stage: str, level: int, placed: list[Placed]) -> Step:
        """The step of the items of one stage and level."""
        lookups = tuple(p for p in placed if not isinstance(p.item, Rule))
        rules = tuple(p for p in placed if isinstance(p.item, Rule))
        ranges: dict[str, list[Placed]] = {}
        for p in rules:
            ranges.setdefault(getattr(p.item, "for_each", ""), []).append(p)
        pairs = any(ranges_over(p.item) == "pair_of_lines" for p in lookups if not isinstance(p.item, Rule))
        return cls(index, stage, level, lookups, rules, {k: tuple(v) for k, v in ranges.items()}, pairs)

    def ranges(self, for_each: str) -> tuple[Placed, ...]:
        """Its rules of one range."""
        return self.by_range.get(for_each, ())


@dataclass(frozen=True, slots=True)
class Act:
    """An effect of a rule, with the trigger of a hit made ready."""

    effect: Effect
    trigger: Many | None


def ready_effect(effect: Effect) -> Act:
    """An effect made ready: the trigger of a hit as generated code."""
    return Act(effect, compiled(effect.trigger) if isinstance(effect, Hit) else None)


_COMPILED: dict[Condition, Many] = {}


def compiled(condition: Condition) -> Many:
    """One condition as generated code, made once."""
    found = _COMPILED.get(condition)
    if found is None:
        found = _COMPILED[condition] = compile_many([condition])
    return found


class Block:
    """The rules of a step that are in force for one date and code, with what that fixes put into their conditions.

    `fixed` has the verdicts that are settled by it (0 or 2), `open` the places of the others.
    """

    def __init__(self, step: str, rules: tuple[Rule, ...], names: tuple[str, ...], known: Known) -> None:
        self.step = step
        self.known = known
        self.rules = rules
        self.names = names  # of each rule, unique in the plan
        folded = [fold(rule.when, known) for rule in rules]
        self.base = [c.value if isinstance(c, Constant) else FALSE for c in folded]
        self.open = tuple(i for i, c in enumerate(folded) if not isinstance(c, Constant))
        self.folded = folded
        self.idle = not self.open and not any(self.base)
        self.whole = len(self.open) == len(rules)
        self.derives = derives(rules)
        self.reads = tuple(tuple(facts_in(rule.when)) for rule in rules) if self.derives else ()
        self.acts = tuple(tuple(ready_effect(e) for e in rule.effects if not isinstance(e, Derive)) for rule in rules)

    @cached_property
    def many(self) -> Many:
        """The verdicts of the open rules, all at once."""
        return compile_many([self.folded[i] for i in self.open])

    def verdicts(self, view: dict[str, Any], scopes: Any) -> tuple[int, ...]:
        """The verdict of every rule, in order."""
        found = self.many(view, scopes)
        if self.whole:
            return found
        values = self.base.copy()
        for i, value in zip(self.open, found, strict=True):
            values[i] = value
        return tuple(values)


def derives(rules: tuple[Rule, ...]) -> tuple[tuple[str, tuple[tuple[int, int, Derive], ...]], ...]:
    """The derived facts that rules set: name, and (priority, place of the rule, effect) from the highest priority down."""
    found: dict[str, list[tuple[int, int, Derive]]] = {}
    for place, rule in enumerate(rules):
        for effect in rule.effects:
            if isinstance(effect, Derive):
                found.setdefault(effect.fact.name, []).append((rule.priority, place, effect))
    return tuple((name, tuple(sorted(writers, key=lambda w: (-w[0], w[1])))) for name, writers in found.items())


class Plan:
    """A program made ready: steps, dates at which something begins or ends, and blocks made as they are needed."""

    def __init__(self, program: Program) -> None:
        self.program = program
        placed = [ready(p, program) for p in program.placed]
        order = {stage: i for i, stage in enumerate(STAGES)}
        places = sorted({(order[p.stage], p.level) for p in placed})
        self.steps = tuple(
            Step.of(index, STAGES[stage], level, [p for p in placed if (order[p.stage], p.level) == (stage, level)])
            for index, (stage, level) in enumerate(places)
        )
        windows = [p.window for p in placed] + [window for _, window in program.limits]
        windows += [about.effective for about in program.abouts]
        self.borders = sorted({w.first for w in windows} | {w.last + 1 for w in windows if w.last < LAST_DAY})
        self.late: dict[int, tuple[Rule, ...]] = {}
        self.blocks: dict[tuple[Any, ...], Block | None] = {}
        self.looks: dict[tuple[Any, ...], tuple[tuple[Look, frozenset[str]], ...]] = {}
        self.reads = frozenset(
            fact.name for p in placed for fact in facts_in(p.item) if not isinstance(p.item, Rule) or p.item.effects
        ) | frozenset(f.name for limit, _ in program.limits for f in facts_in(limit))
        self.rule_names = {id(p): f"r{i}" for i, p in enumerate(p for step in self.steps for p in step.rules)}
        self.opening = self.open_with()

    def open_with(self) -> Opening:
        """What missing facts are presumed to be, for the facts that this program reads."""
        facts = self.program.vocabulary.facts
        presumed = {
            name: PRESUMED_AS[entry.if_missing]
            for name, entry in facts.items()
            if entry.if_missing in PRESUMED_AS and name in self.reads
        }
        derived = {f.name for step in self.steps for p in step.lookups for f in outputs(p.item)}
        for step in self.steps:
            for p in step.rules:
                if isinstance(p.item, Rule):
                    derived |= {e.fact.name for e in p.item.effects if isinstance(e, Derive)}
        for name in derived:
            presumed.pop(name, None)
        return Opening(presumed, frozenset(derived) | MADE_BY_ENGINE, self.reads)

    def segment(self, day: int) -> int:
        """Which stretch of dates a day lies in: inside one, nothing begins or ends."""
        return bisect_right(self.borders, day)

    def block(self, step: Step, for_each: str, days: tuple[int, ...], codes: tuple[str, ...]) -> Block | None:
        """The rules of a step in force on all these days, for these codes (of the line, and of its partner in a pair)."""
        key = (step.index, for_each, tuple(self.segment(day) for day in days), codes)
        try:
            return self.blocks[key]
        except KeyError:
            pass
        placed = [p for p in step.ranges(for_each) if all(p.window.holds(day) for day in days)]
        known: dict[tuple[str, str], Any] = {}
        for scope, code in zip(("", "other"), codes, strict=False):
            known[scope, "line.code"] = code
        rules = tuple(p.item for p in placed if isinstance(p.item, Rule))
        names = tuple(self.rule_names[id(p)] for p in placed)
        self.blocks[key] = block = Block(f"step{step.index}", rules, names, known) if rules else None
        return block

    def lookups(
        self, step: Step, for_each: str, day: int, codes: tuple[str, ...]
    ) -> tuple[tuple[Look, frozenset[str]], ...]:
        """The look-ups of a step in force on a day for a code, each with the names of the facts it finds."""
        key = (step.index, for_each, self.segment(day), codes)
        found = self.looks.get(key)
        if found is None:
            known: dict[tuple[str, str], Any] = {}
            for scope, code in zip(("", "other"), codes, strict=False):
                known[scope, "line.code"] = code
            found = self.looks[key] = tuple(
                (looker(p.item, known), frozenset(f.name for f in outputs(p.item)))
                for p in step.lookups
                if not isinstance(p.item, Rule) and p.window.holds(day) and ranges_over(p.item) == for_each
            )
        return found

    def out_of_date(self, day: int) -> tuple[Rule, ...]:
        """The rules of this program that are not in force on a day."""
        segment = self.segment(day)
        if segment not in self.late:
            self.late[segment] = tuple(
                p.item
                for step in self.steps
                for p in step.rules
                if isinstance(p.item, Rule) and not p.window.holds(day)
            )
        return self.late[segment]

    def limits(self, day: int) -> tuple[Limit, ...]:
        """The limits in force on a day."""
        return tuple(limit for limit, window in self.program.limits if window.holds(day))


def outputs(lookup: Lookup | Rule) -> tuple[Fact, ...]:
    """The facts that a look-up sets."""
    if isinstance(lookup, Rule):
        return ()
    return getattr(lookup, "outputs", None) or (getattr(lookup, "output", None) or lookup.fact,)  # type: ignore[union-attr]


def ranges_over(lookup: Lookup) -> str:
    """What a look-up is made for each of."""
    return str(getattr(lookup, "for_each", "line"))


def ready(placed: Placed, program: Program) -> Placed:
    """A placed rule with its silent conjuncts: its edition speaks of the line, a derived fact was not given, its own dates by a fact."""
    rule = placed.item
    if not isinstance(rule, Rule):
        return placed
    parts: list[Condition] = [] if placed.about == ALWAYS else [placed.about]
    for effect in rule.effects:
        if isinstance(effect, Derive):
            parts.append(Not(Given(effect.fact)))
    if rule.by:
        day = Fact(rule.by, DATE)
        parts.append(Compare(day, "ge", Literal(rule.in_force.first, DATE)))
        parts.append(Compare(day, "le", Literal(rule.in_force.last, DATE)))
    parts.append(rule.when)
    changed = dataclasses.replace(rule, when=all_of(*parts), stage=placed.stage)
    return dataclasses.replace(placed, item=standing(changed, placed.stage))


def standing(part: Any, stage: str) -> Any:
    """The same meaning, with `line.stands` read as it is when the stage begins."""
    if isinstance(part, Fact):
        return dataclasses.replace(part, name=f"line.stands@{stage}") if part.name == "line.stands" else part
    if isinstance(part, tuple):
        return tuple(standing(one, stage) for one in part)
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        changed = {}
        for field in dataclasses.fields(part):
            old = getattr(part, field.name)
            new = standing(old, stage)
            if new is not old and new != old:
                changed[field.name] = new
        return dataclasses.replace(part, **changed) if changed else part
    return part


__all__ = ["CODE", "Block", "Plan", "Step", "Window", "facts_in"]
