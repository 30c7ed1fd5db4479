"""A plan: a program made ready for judging. Its steps in order, and for each date and code the rules that can speak."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from payerrules.language.effect import Derive
from payerrules.language.expression import (
    ALWAYS,
    Compare,
    Condition,
    Constant,
    Count,
    Exists,
    Fact,
    Given,
    Literal,
    Not,
    Total,
    all_of,
)
from payerrules.language.items import LAST_DAY, STAGES, Limit, Lookup, Rule, UnitLookup
from payerrules.limits.authorizations import ASKED
from payerrules.model.values import DATE
from payerrules.program.kept import kept
from payerrules.program.program import Placed, Program
from payerrules.program.reads import pieces_in, spoken_in
from payerrules.runtimes.blocks import Block
from payerrules.runtimes.case import OTHER_PAYERS, PRESUMED_AS, Opening
from payerrules.runtimes.compiled import Known, fold
from payerrules.runtimes.lookups import Look, looker
from payerrules.runtimes.past import Past

MADE_BY_ENGINE = frozenset({"line.stands"}) | ASKED
MANY = 20_000
"""How many dates and codes, or pairs of them, a plan keeps ready; past it, it begins anew, so that memory stays flat."""

Looks = tuple[tuple[Look, frozenset[str]], ...]
"""Look-ups, each with the names of the facts it finds."""


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
    of_lines: bool  # whether it asks something of each line
    of_pairs: bool  # of each pair of lines
    of_encounter: bool  # of the encounter, its authorizations or its diagnoses
    of_whole: bool  # whether what it derives for each line is of the encounter too
    alone: bool  # whether it is all about one line at a time, and reads nothing of another

    @classmethod
    def of(cls, index: int, stage: str, level: int, placed: list[Placed]) -> Step:
        """The step of the items of one stage and level."""
        lookups = tuple(p for p in placed if not isinstance(p.item, Rule))
        rules = tuple(p for p in placed if isinstance(p.item, Rule))
        ranges: dict[str, list[Placed]] = {}
        for p in rules:
            ranges.setdefault(getattr(p.item, "for_each", ""), []).append(p)
        pairs = any(ranges_over(p.item) == "pair_of_lines" for p in lookups if not isinstance(p.item, Rule))
        by_range = {for_each: tuple(found) for for_each, found in ranges.items()}
        of_encounter = bool(by_range.keys() - {"line", "pair_of_lines"})
        of_whole = stage == "derive" and any(
            isinstance(effect, Derive) and not effect.fact.name.startswith("line.")
            for p in by_range.get("line", ())
            for effect in getattr(p.item, "effects", ())
        )
        of_lines, of_pairs = "line" in by_range, "pair_of_lines" in by_range
        alone = not (of_pairs or pairs or of_encounter or any(looks_around(p.item) for p in placed))
        return cls(
            index, stage, level, lookups, rules, by_range, pairs, of_lines, of_pairs, of_encounter, of_whole, alone
        )

    def ranges(self, for_each: str) -> tuple[Placed, ...]:
        """Its rules of one range."""
        return self.by_range.get(for_each, ())


@dataclass(frozen=True, slots=True)
class Speaking:
    """Whether an edition in force speaks of a line: settled by its code, or else a condition; and what it wants known."""

    settled: int | None
    about: Condition
    must_know: frozenset[str]
    verified_through: int


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a plan does with lines of one code and stretch of dates: by step, the rules to ask and the look-ups to make.

    `alone` has, by the first step of each stretch of steps that a line can go through alone, what there is to do in them:
    the standing to note, the look-ups, the rules.
    """

    blocks: tuple[Block | None, ...]
    looks: tuple[Looks, ...]
    alone: dict[int, tuple[tuple[str, Looks, Block | None], ...]]
    speaking: tuple[Speaking, ...]
    late: tuple[Rule, ...]  # not in force


class Plan:
    """A program made ready: steps, dates at which something begins or ends, and blocks made as they are needed."""

    def __init__(self, program: Program) -> None:
        self.program = program
        placed = [ready(p) for p in program.placed]
        spoken = [p.item for p in placed if not isinstance(p.item, Rule) or p.item.effects]
        limited = [limit for limit, _ in program.limits]
        self.reads = frozenset(name for part in (*spoken, *limited) for name in names_spoken(part))
        order = {stage: i for i, stage in enumerate(STAGES)}
        places = sorted({(order[p.stage], p.level) for p in placed})
        self.steps = tuple(
            Step.of(index, STAGES[stage], level, [p for p in placed if (order[p.stage], p.level) == (stage, level)])
            for index, (stage, level) in enumerate(places)
        )
        self.before_benefit = tuple(step for step in self.steps if step.stage != "benefit")
        self.benefit = tuple(step for step in self.steps if step.stage == "benefit")
        self.stands = tuple(
            step.stage
            if f"line.stands@{step.stage}" in self.reads and (i == 0 or self.steps[i - 1].stage != step.stage)
            else ""
            for i, step in enumerate(self.steps)
        )
        self.stretches = stretches(self.before_benefit)
        windows = [p.window for p in placed] + [window for _, window in program.limits]
        windows += [about.effective for about in program.abouts]
        windows += [edition.effective for edition in program.editions]
        # between two borders nothing begins or ends, so all its days are alike
        self.borders = sorted({w.first for w in windows} | {w.last + 1 for w in windows if w.last < LAST_DAY})
        self.blocks: dict[tuple[Any, ...], Block | None] = {}
        self.looks: dict[tuple[Any, ...], Looks] = {}
        self.courses: dict[tuple[int, str], Course] = {}
        self.courses_on: dict[tuple[int, str], Course] = {}  # the same by day, so that most need no search
        periods = {limit.period.kind for limit, _ in program.limits}
        self.authorizes = bool(ASKED & self.reads) or "authorization" in periods
        self.rule_names = {id(p): f"r{i}" for i, p in enumerate(p for step in self.steps for p in step.rules)}
        self.past = Past(self, [p.item for p in placed], limited)
        self.opening = self.open_with()

    def open_with(self) -> Opening:
        """What missing facts are presumed to be, for the facts that this program reads."""
        facts = self.program.vocabulary.facts
        presumed = {
            name: PRESUMED_AS[entry.if_missing]
            for name, entry in facts.items()
            if entry.if_missing in PRESUMED_AS
            and (name in self.reads or (self.authorizes and name.startswith("authorization.")))
        }
        derived = {f.name for step in self.steps for p in step.lookups for f in outputs(p.item)}
        for step in self.steps:
            for p in step.rules:
                if isinstance(p.item, Rule):
                    derived |= {e.fact.name for e in p.item.effects if isinstance(e, Derive)}
        for name in derived:
            presumed.pop(name, None)
        of_provider = frozenset(name for name in facts if name.startswith("provider."))
        of_payer = frozenset(
            n for n, fact in facts.items() if fact.entity == "other_payer" and fact.type.kind == "money"
        )
        others = facts.get(OTHER_PAYERS)
        none = others is not None and others.if_missing == "empty"
        program = self.program
        limited = [limit for limit, _ in program.limits]
        around = any(
            looks_around(part)
            for part in (*(p.item for p in program.placed), *limited, *(a.when for a in program.abouts))
        )
        made = frozenset(derived) | MADE_BY_ENGINE
        return Opening(presumed, made, self.reads, of_provider, around, none, of_payer)

    def course(self, day: int, code: str) -> Course:
        """What to do with a line of this date and code."""
        found = self.courses_on.get((day, code))
        if found is None:
            if len(self.courses_on) >= MANY:
                self.courses_on.clear()
            found = self.courses_on[day, code] = self.course_between(day, code)
        return found

    def course_between(self, day: int, code: str) -> Course:
        """What to do with a line of this code, on any day between the same borders."""
        key = (bisect_right(self.borders, day), code)
        found = self.courses.get(key)
        if found is None:
            if len(self.courses) >= MANY:
                self.courses.clear()
            found = self.courses[key] = self.make_course(day, code)
        return found

    def make_course(self, day: int, code: str) -> Course:
        """What to do with such a line, worked out."""
        blocks = tuple(self.make_block(step, "line", (day,), (code,)) for step in self.steps)
        looks = tuple(self.make_lookups(step, "line", day, (code,)) for step in self.steps)
        placed = [p for step in self.steps for p in step.rules]
        late = tuple(p.item for p in placed if isinstance(p.item, Rule) and not p.window.holds(day))
        alone = {}
        for steps in self.stretches:
            if steps[0].alone:
                every = [(self.stands[step.index], looks[step.index], blocks[step.index]) for step in steps]
                alone[steps[0].index] = tuple(one for one in every if any(one))
        return Course(blocks, looks, alone, self.speaking(day, code), late)

    def speaking(self, day: int, code: str) -> tuple[Speaking, ...]:
        """The editions in force on a day."""
        found = []
        for edition in self.program.editions:
            if edition.effective.holds(day):
                about = fold(edition.about, known_of((code,)))
                settled = about.value if isinstance(about, Constant) else None
                found.append(Speaking(settled, edition.about, edition.must_know, edition.verified_through))
        return tuple(found)

    def block(self, step: Step, for_each: str, days: tuple[int, ...], codes: tuple[str, ...] = ()) -> Block | None:
        """The rules of a step in force on all these days, for these codes (of the line, and of its partner in a pair)."""
        key = (step.index, for_each, tuple(bisect_right(self.borders, day) for day in days), codes)
        try:
            return self.blocks[key]
        except KeyError:
            pass
        if len(self.blocks) >= MANY:
            self.blocks.clear()
        self.blocks[key] = block = self.make_block(step, for_each, days, codes)
        return block

    def make_block(self, step: Step, for_each: str, days: tuple[int, ...], codes: tuple[str, ...]) -> Block | None:
        """The rules of a step in force, if there are any."""
        placed = [p for p in step.ranges(for_each) if all(p.window.holds(day) for day in days)]
        rules = tuple(p.item for p in placed if isinstance(p.item, Rule))
        names = tuple(self.rule_names[id(p)] for p in placed)
        return self.block_of(f"step{step.index}", rules, names, codes) if rules else None

    def block_of(self, step: str, rules: tuple[Rule, ...], names: tuple[str, ...], codes: tuple[str, ...]) -> Block:
        """These rules for these codes, made ready."""
        return Block(step, rules, names, known_of(codes))

    def lookups(self, step: Step, for_each: str, day: int, codes: tuple[str, ...]) -> Looks:
        """The look-ups of a step in force on a day for a code (and that of its partner in a pair)."""
        key = (step.index, for_each, bisect_right(self.borders, day), codes)
        found = self.looks.get(key)
        if found is None:
            if len(self.looks) >= MANY:
                self.looks.clear()
            found = self.looks[key] = self.make_lookups(step, for_each, day, codes)
        return found

    def make_lookups(self, step: Step, for_each: str, day: int, codes: tuple[str, ...]) -> Looks:
        """The look-ups of a step in force, each with the names of the facts it finds."""
        return tuple(
            (self.look_of(p.item, codes), frozenset(f.name for f in outputs(p.item)))
            for p in step.lookups
            if not isinstance(p.item, Rule) and p.window.holds(day) and ranges_over(p.item) == for_each
        )

    def look_of(self, lookup: Lookup, codes: tuple[str, ...]) -> Look:
        """A look-up for these codes, made ready."""
        return looker(lookup, known_of(codes))

    def limits(self, day: int) -> tuple[Limit, ...]:
        """The limits in force on a day."""
        return tuple(limit for limit, window in self.program.limits if window.holds(day))


def known_of(codes: tuple[str, ...]) -> Known:
    """What is known of a line and its partner once their codes are."""
    return {(scope, "line.code"): code for scope, code in zip(("", "other"), codes, strict=False)}


def outputs(lookup: Lookup | Rule) -> tuple[Fact, ...]:
    """The facts that a look-up sets."""
    if isinstance(lookup, Rule):
        return ()
    return getattr(lookup, "outputs", None) or (getattr(lookup, "output", None) or lookup.fact,)  # type: ignore[union-attr]


def ranges_over(lookup: Lookup) -> str:
    """What a look-up is made for each of."""
    return str(getattr(lookup, "for_each", "line"))


def stretches(steps: Sequence[Step]) -> tuple[tuple[Step, ...], ...]:
    """Steps that follow each other, those that a line can go through alone together, every other one by itself."""
    found = groupby(steps, key=lambda step: -1 if step.alone else step.index)
    return tuple(tuple(together) for _, together in found)


@kept
def looks_around(part: Any) -> bool:
    """Whether a lasting piece of meaning, read for one line, looks at other lines or past services."""
    return any(
        isinstance(one, UnitLookup) or (isinstance(one, Exists | Count | Total) and one.over in ("line", "service"))
        for one in pieces_in(part)
    )


@kept
def names_spoken(part: Any) -> frozenset[str]:
    """The names of all facts that a lasting piece of meaning reads or prints."""
    return frozenset(fact.name for fact in spoken_in(part))


def ready(placed: Placed) -> Placed:
    """A placed rule as it is asked."""
    rule = placed.item
    return (
        dataclasses.replace(placed, item=asked(rule, placed.stage, placed.about)) if isinstance(rule, Rule) else placed
    )


@kept
def asked(rule: Rule, stage: str, about: Condition) -> Rule:
    """A rule with its silent conjuncts: its edition speaks of the line, a derived fact was not given, its own dates by a fact."""
    parts: list[Condition] = [] if about == ALWAYS else [about]
    for effect in rule.effects:
        if isinstance(effect, Derive):
            parts.append(Not(Given(effect.fact)))
    if rule.by:
        day = Fact(rule.by, DATE)
        parts.append(Compare(day, "ge", Literal(rule.in_force.first, DATE)))
        parts.append(Compare(day, "le", Literal(rule.in_force.last, DATE)))
    parts.append(rule.when)
    made: Rule = standing(dataclasses.replace(rule, when=all_of(*parts), stage=stage), stage)
    return made


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
