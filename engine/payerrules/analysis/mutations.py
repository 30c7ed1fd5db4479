"""Mutations: every change of one thing in the policies of a shelf, wherever the thing stands in their editions."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from payerrules.analysis.conditions import tests_in
from payerrules.analysis.replacing import replaced
from payerrules.analysis.study import MeaningKey
from payerrules.analysis.variants import Variant, variants, without_one
from payerrules.language.effect import Derive
from payerrules.language.expression import ALWAYS, CodeSet, Compare, Fact, Literal
from payerrules.language.items import (
    LAST_DAY,
    EditionMeaning,
    Limit,
    LimitStepRule,
    LongTableLookup,
    Lookup,
    ParameterLookup,
    Rule,
)
from payerrules.language.long_rows import LongRows, Row
from payerrules.model.diagnostic import Location
from payerrules.model.values import show
from payerrules.program.reads import shown
from payerrules.program.stages import label

SECTIONS = ("rules", "lookups", "limits", "limit_step_rules")
SAMPLED_ROWS = 30
"""Of a table from a file, at most so many rows are left out in turn, evenly from its first to its last."""
Item = Rule | Lookup | Limit | LimitStepRule


@dataclass(frozen=True, slots=True)
class Edit:
    """One item of one edition put in place of another, or added where its number is -1; `new` None takes it out.

    `section` is one of SECTIONS, or a field of the edition such as `about`, for which the number means nothing.
    """

    key: MeaningKey
    section: str
    number: int
    new: Any


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy with one thing changed, in every edition that has the thing."""

    policy: str
    part: str
    kind: str
    words: str
    edits: tuple[Edit, ...]
    at: Location | None = None

    @property
    def name(self) -> str:
        """The mutant in one line; unique in a run."""
        return f"{self.part}: {self.words}"


def mutants_of(meanings: Mapping[MeaningKey, EditionMeaning]) -> list[Mutant]:
    """Every mutant of these editions, in the order of the policies; two that come to the same are one."""
    found: dict[tuple[str, str], Mutant] = {}
    for mutant in [*of_items(meanings), *of_sets(meanings), *of_editions(meanings)]:
        name, count = mutant.words, 1
        while (mutant.part, name) in found and found[mutant.part, name].edits != mutant.edits:
            count += 1
            name = f"{mutant.words} ({count})"
        found.setdefault((mutant.part, name), replace(mutant, words=name))
    unique: dict[tuple[Edit, ...], Mutant] = {}
    for mutant in found.values():
        unique.setdefault(
            mutant.edits if hashable(mutant.edits) else (Edit(("", mutant.edits[0].key[1]), mutant.name, 0, None),),
            mutant,
        )
    return list(unique.values())


def hashable(part: object) -> bool:
    """Whether a piece can be a key; a table from a file cannot."""
    try:
        hash(part)
    except TypeError:
        return False
    return True


def of_items(meanings: Mapping[MeaningKey, EditionMeaning]) -> Iterator[Mutant]:
    """The mutants of rules, look-ups and limits, each once however many editions have the item from where it is written."""
    found: dict[tuple[Any, ...], list[tuple[MeaningKey, int, Item]]] = {}
    for key, meaning in meanings.items():
        for section in SECTIONS:
            for number, item in enumerate(getattr(meaning, section)):
                written = item.at or (item if hashable(item) else id(item))
                found.setdefault((section, part_of(item), written), []).append((key, number, item))
    for (section, part, _), places in found.items():
        made: dict[tuple[Any, ...], list[Edit]] = {}
        known: list[tuple[Item, list[Variant]]] = []  # the item reads the parameters of each policy under its own name
        for key, number, item in places:
            varied = next((varied for one, varied in known if one == item), None)
            if varied is None:
                varied = list(of_item(item))
                known.append((item, varied))
            times: Counter[tuple[str, str]] = Counter()
            for variant in varied:
                times[variant.kind, variant.words] += 1
                edits = made.setdefault((variant.kind, variant.words, times[variant.kind, variant.words]), [])
                edits.append(Edit(key, section, number, variant.new))
                if isinstance(item, Rule) and item.step and variant.new is not None:
                    edits += bound_too(item, variant.new, meanings[key], key)
        first = places[0][2]
        for (kind, words, _), edits in made.items():
            yield Mutant(first.policy, part, kind, words, tuple(edits), first.at)
    yield from of_priorities(meanings)


def bound_too(old: Rule, new: Rule, meaning: EditionMeaning, key: MeaningKey) -> Iterator[Edit]:
    """Where the bound of a step is changed, the limit's own note of it is changed with it."""
    for number, limit in enumerate(meaning.limits):
        bound = dict(limit.beyonds).get(old.step) if limit.key == old.limit else None
        tests = [test for test in tests_in(new.when) if isinstance(test, Compare) and isinstance(test.right, Literal)]
        other = next((t.right for t in tests if isinstance(t.left, Fact) and t.left.name.startswith("limit.")), None)
        if isinstance(bound, Literal) and other is not None and other != bound:
            beyonds = tuple((step, other if step == old.step else term) for step, term in limit.beyonds)
            yield Edit(key, "limits", number, replace(limit, beyonds=beyonds))


def part_of(item: Item) -> str:
    """The name of an item, as exercise and the trace have it."""
    if isinstance(item, Limit):
        return f"{item.policy}#{item.name}"
    if isinstance(item, ParameterLookup):
        return f"{item.policy}#{shown(item.fact.name)}"
    return item.id if isinstance(item, LimitStepRule) else label(item)


def of_item(item: Item) -> Iterator[Variant]:
    """The variants of an item, and the item left out where something would be missed."""
    if isinstance(item, Rule):
        yield Variant("left out", "the rule left out", None)
    if isinstance(item, LimitStepRule):
        yield Variant("left out", "the rule left out", None)
    if isinstance(item, LongTableLookup):
        yield from of_long_table(item)
        return
    yield from variants(item)


class Fewer(LongRows):
    """The rows of a file without one of them."""

    __slots__ = ("gone", "place", "whole")

    def __init__(self, whole: LongRows, gone: tuple[Any, ...], place: int) -> None:
        super().__init__(f"{whole.content} without {gone} {place}", whole.parts)
        self.keys, self.nested = whole.keys, whole.nested
        self.whole, self.gone, self.place = whole, gone, place

    def get(self, key: Sequence[Any]) -> tuple[Row, ...]:
        """The rows of a key, but for the one that is left out."""
        found = self.whole.get(key)
        return (*found[: self.place], *found[self.place + 1 :]) if tuple(key) == self.gone else found


def of_long_table(table: LongTableLookup) -> Iterator[Variant]:
    """Rows of a table from a file left out, a sample where there are many: of every so many keys the last row."""
    step = max(1, -(-len(table.rows) // SAMPLED_ROWS))
    for key, listed in itertools.islice(table.rows.items(), 0, None, step):
        cells = ", ".join(show(cell, fact.type) for cell, fact in zip(key, table.inputs, strict=True))
        fewer = Fewer(table.rows, tuple(key), len(listed) - 1)
        yield Variant("row", f"row {cells} left out", replace(table, rows=fewer, content=fewer.content))


def of_priorities(meanings: Mapping[MeaningKey, EditionMeaning]) -> Iterator[Mutant]:
    """Cases of one derived fact in another order: each changes places with the next."""
    seen: dict[str, list[Edit]] = {}
    told: dict[str, Mutant] = {}
    for key, meaning in meanings.items():
        writers: dict[str, list[tuple[int, Rule]]] = {}
        for number, rule in enumerate(meaning.rules):
            for effect in rule.effects:
                if isinstance(effect, Derive) and not effect.closed:
                    writers.setdefault(effect.fact.name, []).append((number, rule))
        for fact, listed in writers.items():
            listed.sort(key=lambda one: -one[1].priority)
            for (n, one), (m, other) in itertools.pairwise(listed):
                if one.priority != other.priority:
                    words = f"{one.id.partition('#')[2]} and {other.id.partition('#')[2]} in the other order"
                    seen.setdefault(words, []).extend(
                        (
                            Edit(key, "rules", n, replace(one, priority=other.priority)),
                            Edit(key, "rules", m, replace(other, priority=one.priority)),
                        )
                    )
                    told[words] = Mutant(one.policy, f"{one.policy}#derive/{fact}", "priority", words, (), one.at)
    for words, edits in seen.items():
        yield replace(told[words], edits=tuple(edits))


def of_sets(meanings: Mapping[MeaningKey, EditionMeaning]) -> Iterator[Mutant]:
    """Each code left out of each named set, wherever it is used: in the policy that uses it, or in all that extend a base."""
    users: dict[tuple[str, CodeSet], list[tuple[MeaningKey, str, int, Any, str]]] = {}
    for key, meaning in meanings.items():
        items = [(s, n, item, item.policy) for s in SECTIONS for n, item in enumerate(getattr(meaning, s))]
        for section, number, item, policy in [*items, ("about", 0, meaning.about, meaning.policy)]:
            for one in dict.fromkeys(sets_in(item)):
                users.setdefault((meaning.policy, one), []).append((key, section, number, item, policy))
    owned: dict[tuple[str, CodeSet], list[tuple[MeaningKey, str, int, Any, str]]] = {}
    for (policy, codes), places in users.items():
        of = {place[4] for place in places}
        owned.setdefault((of.pop() if len(of) == 1 else policy, codes), []).extend(places)
    for (owner, codes), places in owned.items():
        for gone, fewer in without_one(codes):
            edits = tuple(Edit(key, section, n, replaced(item, codes, fewer)) for key, section, n, item, _ in places)
            at = next((item.at for _, section, _, item, _ in places if section != "about"), None)
            yield Mutant(owner, f"{owner}#{codes.name}", "code", f"{gone} left out of the set", edits, at)


def sets_in(part: Any) -> Iterator[CodeSet]:
    """Every named set in a piece of meaning."""
    if isinstance(part, CodeSet):
        if part.name:
            yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from sets_in(one)
    elif is_dataclass(part) and not isinstance(part, type) and not isinstance(part, LongTableLookup):
        for field in fields(part):
            if field.name != "at":
                yield from sets_in(getattr(part, field.name))


def of_editions(meanings: Mapping[MeaningKey, EditionMeaning]) -> Iterator[Mutant]:
    """Of an edition as a whole: which lines it speaks of, which facts must be known, until when it was verified."""
    for key, meaning in meanings.items():
        for variant in variants(meaning.about) if meaning.about != ALWAYS else ():
            edit = Edit(key, "about", 0, variant.new)
            yield Mutant(meaning.policy, f"{meaning.policy}#about", variant.kind, variant.words, (edit,))
        for name in sorted(meaning.must_know):
            edit = Edit(key, "must_know", 0, meaning.must_know - {name})
            yield Mutant(meaning.policy, f"{meaning.policy}#must_know", "left out", f"{name} left out", (edit,))
        if meaning.effective.first <= meaning.verified_through < min(LAST_DAY, meaning.effective.last):
            for step in (-1, 1):
                edit = Edit(key, "verified_through", 0, meaning.verified_through + step)
                words = f"verified a day {'longer' if step > 0 else 'less'}"
                yield Mutant(meaning.policy, f"{meaning.policy}#verified_through", "date", words, (edit,))


def edited(meaning: EditionMeaning, edits: Iterable[Edit]) -> EditionMeaning:
    """An edition with some edits made."""
    changed: dict[str, Any] = {}
    for edit in edits:
        if edit.section not in SECTIONS:
            changed[edit.section] = edit.new
            continue
        listed = changed.setdefault(edit.section, list(getattr(meaning, edit.section)))
        if edit.number < 0:
            listed.append(edit.new)
        else:
            listed[edit.number] = edit.new
    for name in changed.keys() & set(SECTIONS):
        changed[name] = tuple(item for item in changed[name] if item is not None)
    return replace(meaning, **changed)
