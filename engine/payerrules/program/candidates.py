"""The values worth trying for each fact: few enough to try them all, and chosen so that no test could tell another one apart."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any as Anything

from payerrules.language.expression import CodeSet, Compare, Reckoned, Shift, Term
from payerrules.language.items import FIRST_DAY, LAST_DAY
from payerrules.model.values import NONE, FactType
from payerrules.program.formulas import AmongSet, Key, SetOf, Test, literals, members_of
from payerrules.program.reads import facts_in
from payerrules.program.space import Space, valued

MOST = 400
"""How many values of one fact are tried at most."""
MOST_JUMPS = 60
"""How many ways there are at most to come from one date to another by what they are moved."""


class Candidates:
    """The values worth trying, by key; `unsure` are the keys of which one that matters may be left out.

    `seeds` are values that facts have at present: each stands for its sort.
    """

    def __init__(
        self, space: Space, tests: Iterable[Test | SetOf | AmongSet], seeds: Mapping[Key, Anything] | None = None
    ) -> None:
        self.space = space
        self.seeds = {k: v for k, v in (seeds or {}).items() if isinstance(v, int | str) and not isinstance(v, bool)}
        self.types: dict[Key, FactType] = {}
        self.domains: dict[Key, list[Anything]] = {}
        self.codes: dict[Key, list[str]] = {}
        self.unsure: set[Key] = set()
        self.group: dict[Key, set[Key]] = {}
        self.shifts: dict[Key, set[int]] = defaultdict(set)
        self.pools: dict[Key, list[Anything]] = defaultdict(list)
        self.alone: dict[Key, list[Test]] = defaultdict(list)
        self.together: set[Key] = set()
        found = list(tests)
        singles = [test for test in found if isinstance(test, Test)]
        self.among = [test for test in found if isinstance(test, AmongSet)]
        for test in singles:
            self.gather(test)
        for among in self.among:
            self.group.setdefault(among.left, {among.left})
            self.types.setdefault(among.left, FactType("code"))
        sets = [test for test in found if isinstance(test, SetOf)]
        for key in {test.key for test in sets} | {one.key for one in self.among}:
            self.domains[key] = self.states(key)
        for group in {id(g): g for g in self.group.values()}.values():
            self.fill(sorted(group), sets)
        self.fill_sets(sets)

    # --- gathering ------------------------------------------------------------------------------
    def gather(self, test: Test) -> None:
        """Note what one test names: its keys together, the values, and what is added to dates."""
        kinds = {(test.scopes.get(f.scope, f.scope), f.name): f.type for f in facts_in(test.condition)}
        for key in test.keys:
            self.types.setdefault(key, kinds.get(key) or self.type_of(key))
            self.group.setdefault(key, {key})
        if len(test.keys) == 1:
            self.alone[test.keys[0]].append(test)
        else:
            self.together |= set(test.keys)
        values: list[Anything] = []
        if isinstance(test.condition, Compare):
            terms = (test.condition.left, test.condition.right)
            values = [value for term in terms for value in literals(term)]
            for shift in (s for term in terms for s in shifts_of(term)):
                self.note_shift(test.keys, shift)
            if any(isinstance(term, Reckoned) for term in terms):
                self.unsure |= set(test.keys)
        sets = members_of(test.condition)
        values += [code for members in sets for code in sample(members)]
        direct = [key for key in test.keys if key in kinds]
        for fact in facts_in(test.condition):
            lookup = self.space.parameters.get(fact.name)
            if lookup is None:
                continue
            for row in lookup.rows:
                values.append(row.value)
                days = [row.window.first, row.window.last, row.window.last + 1]
                self.pools["", "line.date"] += [day for day in days if self.space.window.holds(day)]
                for by, part in zip(lookup.by, row.key, strict=True):
                    self.pools["", by.name].append(part)
        for key in direct:
            self.pools[key] += values
        for one, other in itertools.pairwise(direct):
            self.join(one, other)

    def note_shift(self, keys: tuple[Key, ...], shift: Shift) -> None:
        """Note by how much a date is moved."""
        by = abs(shift.count)
        for key in keys:
            match shift.unit:
                case "days":
                    self.shifts[key] |= {by}
                case "months":
                    self.shifts[key] |= {28 * by, 30 * by, 31 * by}
                    self.unsure.add(key)
                case _:
                    self.shifts[key] |= {by, by + 2, 7 * by // 5, 7 * by // 5 + 2}
                    self.unsure.add(key)

    def join(self, one: Key, other: Key) -> None:
        """Two facts that are held against each other share their values."""
        merged = self.group[one] | self.group[other]
        for key in merged:
            self.group[key] = merged

    def type_of(self, key: Key) -> FactType:
        """The type of a fact that only stands behind a parameter."""
        entry = self.space.vocabulary.facts.get(key[1])
        return entry.type if entry else FactType("text")

    # --- filling --------------------------------------------------------------------------------
    def fill(self, group: list[Key], sets: list[SetOf]) -> None:
        """The values of facts that are held against each other, or of one alone."""
        seeds = [self.seeds[key] for key in group if key in self.seeds]
        pool = list(dict.fromkeys([*seeds, *(v for key in group for v in self.pools[key] if v is not NONE)]))
        for among in self.among:
            if among.left in group:
                pool += [code for test in sets if test.key == among.key for code in sample(test.members)]
        ordered = any(self.types[key].ordered for key in group)
        shared = self.numbers(group, pool) if ordered else self.texts(group, pool)
        for key in group:
            kind = self.types[key]
            if kind.kind == "yes/no":
                values: list[Anything] = [True, False]
            elif kind.words:
                values = [*(v for v in shared if v in kind.words), *(w for w in kind.words if w not in shared)]
            else:
                values = self.allowed(key, shared)
            self.domains[key] = [*values, *self.states(key)[1:]]

    def allowed(self, key: Key, values: list[Anything]) -> list[Anything]:
        """The values that a fact may have: dates of lines in the window, only what is made, each told apart once."""
        name = key[1]
        if name == "line.date":
            values = [day for day in values if self.space.window.holds(day)]
        made = self.space.made.get(name)
        if made is not None:
            values = [*(v for v in values if v in made), *sorted(v for v in made if v not in values and v is not NONE)]
        if key not in self.together and len(self.group[key]) == 1 and not any(a.left == key for a in self.among):
            told: dict[tuple[int, ...], Anything] = {}
            for value in values:
                told.setdefault(tuple(result(test, key, value, self.space) for test in self.alone[key]), value)
            values = list(told.values())
        if len(values) > MOST:
            self.unsure.add(key)
        return values[:MOST]

    def numbers(self, group: list[Key], pool: list[Anything]) -> list[int]:
        """Whole numbers at, below and above each that is named; as many steps as there are facts held against each other."""
        written = [value for value in pool if isinstance(value, int) and not isinstance(value, bool)]
        kind = self.types[group[0]]
        is_date = kind.kind == "date"
        window = self.space.window
        if not written or ("", "line.date") in group:
            first = window.first if is_date and window.first > FIRST_DAY else 737_000 if is_date else 10**kind.decimals
            written += [first, *([window.last] if is_date and window.last < LAST_DAY else [])]
        count = len(group)
        moved = {by for key in group for by in self.shifts[key]}
        around = [0, *(step * sign for step in range(1, count + 1) for sign in (-1, 1))]
        if count == 1:
            around = [0, -1, 1]
        jumps = {0}
        for _ in range(count - 1 or 1):  # a date may be held against another that is itself held against a third
            jumps |= {jump + by * sign for jump in jumps for by in moved for sign in (-1, 1)}
            if len(jumps) > MOST_JUMPS:
                self.unsure |= set(group)
                break
        least = 1 if is_date else 0
        steps = dict.fromkeys(a + j for j in sorted(jumps, key=abs) for a in around)
        found = dict.fromkeys(value + step for value in written for step in steps)
        return [value for value in found if least <= value <= LAST_DAY or (not is_date and value >= least)]

    def texts(self, group: list[Key], pool: list[Anything]) -> list[Anything]:
        """The texts that are named, one of each sort where many are alike, and others that no test names."""
        count = len(group) + sum(among.left in group for among in self.among)
        sorts: dict[tuple[Anything, ...], list[Anything]] = defaultdict(list)
        tests = [(test, key) for key in group for test in self.alone[key]]
        keep_all = any(among.left in group for among in self.among)
        fresh = [] if self.space.named_only else [f"OTHER{number or ''}" for number in range(count)]
        for value in [*pool, *fresh]:
            alike = sorts[tuple(result(test, key, value, self.space) for test, key in tests)]
            if keep_all or len(alike) < count:
                alike.append(value)
        kept = {id(value) for values in sorts.values() for value in values}
        return [value for value in [*pool, *fresh] if id(value) in kept]

    def states(self, key: Key) -> list[Anything]:
        """What a fact may be beside its values: none, and unknown."""
        name = key[1]
        found: list[Anything] = ["set"]
        kind = self.types[key].kind if key in self.types else "codes"
        if kind != "codes" and self.space.may_be_none(name, kind):
            found.append(NONE)
        if kind == "codes" and (entry := self.space.vocabulary.facts.get(name)) and entry.if_missing == "none":
            found.append(NONE)
        if self.space.may_be_unknown(name, key[0]):
            found.append(None)
        return found

    def fill_sets(self, sets: list[SetOf]) -> None:
        """The codes of each set fact that tests tell apart, and one that no test names."""
        for key in {test.key for test in sets} | {one.key for one in self.among}:
            own = [test for test in sets if test.key == key]
            named = dict.fromkeys(code for test in own for code in sample(test.members))
            single: set[str] = {code for test in own if test.how == "all" for code in test.members.codes}
            for among in self.among:
                if among.key == key:
                    single |= {value for value in self.domains[among.left] if isinstance(value, str) and value != "set"}
            most = max((test.number + 1 for test in own if test.how == "count"), default=1)
            sorts: dict[tuple[bool, ...], int] = defaultdict(int)
            kept: list[str] = []
            for code in [*single, *named, "OTHER"]:
                alike = tuple(code in test.members for test in own)
                if code in single or sorts[alike] < most:
                    kept.append(code)
                    sorts[alike] += 1
            self.codes[key] = list(dict.fromkeys(kept))
            for code in self.codes[key]:
                self.domains[key[0], f"{key[1]}={code}"] = [False, True]


def result(test: Test, key: Key, value: Anything, space: Space) -> int:
    """What a test of one fact comes to for a value; -1 where it makes no sense of it."""
    try:
        return valued(test, {key: value}, space)
    except TypeError:
        return -1


def sample(members: CodeSet) -> list[str]:
    """Codes that stand for a set: each that is named, the ends of its ranges, one for each prefix, and what it leaves out."""
    found = sorted(members.codes)
    for prefix in members.prefixes:
        found += [prefix, f"{prefix}0"]
    for low, high in members.ranges:
        found += [low, high]
    return [*found, *(sample(members.except_) if members.except_ else [])]


def shifts_of(term: Term) -> list[Shift]:
    """The moved dates in a term."""
    match term:
        case Shift(base, _, _):
            return [term, *shifts_of(base)]
        case Reckoned(_, terms):
            return [shift for one in terms for shift in shifts_of(one)]
        case _:
            return []
