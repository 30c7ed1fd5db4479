"""The space that a search for facts goes through: what can be given, what is made, what is looked up, on which days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any as Anything

from payerrules.language.effect import Derive
from payerrules.language.expression import Literal, Term
from payerrules.language.items import (
    ANY_DAY,
    Limit,
    LongTableLookup,
    ParameterLookup,
    Rule,
    TableLookup,
    UnitLookup,
    Window,
)
from payerrules.language.vocabulary import Vocabulary
from payerrules.program.evaluate import View, truth
from payerrules.program.formulas import DATE_OF_LINE, Key, Test
from payerrules.program.program import Placed
from payerrules.program.reads import facts_of, makes

ALWAYS_KNOWN = ("line.date", "line.code", "line.modifiers")
"""Facts that every line has, or that are empty where nobody gives them."""


@dataclass(frozen=True, slots=True)
class Space:
    """What is known of facts beside the conditions: their vocabulary, the dates, parameters and limits that can be looked into.

    `made` has, for texts that only the policy itself makes, what it makes; `derived` are facts that may be unknown.
    `all_known` leaves out that a fact may be unknown, `named_only` the codes and texts that nobody names. `known` are facts
    that are shown never to be unknown; with `others_doubted` nothing need be known of other things.
    """

    vocabulary: Vocabulary
    window: Window = ANY_DAY
    parameters: Mapping[str, ParameterLookup] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    made: Mapping[str, frozenset[Anything]] = field(default_factory=dict)
    derived: frozenset[str] = frozenset()
    must_know: frozenset[str] = frozenset()
    all_known: bool = False
    named_only: bool = False
    known: frozenset[str] = frozenset()
    others_doubted: bool = False

    def may_be_unknown(self, name: str, scope: str = "") -> bool:
        """Whether a fact can be unknown."""
        if scope and self.others_doubted:
            return True
        if self.all_known or name in self.known:
            return False
        entry = self.vocabulary.facts.get(name)
        if entry is None or name in self.must_know or name in self.derived:
            return name not in ALWAYS_KNOWN
        return entry.if_missing == "unknown" and name not in ALWAYS_KNOWN

    def may_be_none(self, name: str, kind: str) -> bool:
        """Whether a fact can be known to be none."""
        entry = self.vocabulary.facts.get(name)
        if entry is not None and entry.if_missing == "none":
            return True
        return kind != "yes/no" and name not in ALWAYS_KNOWN and not name.startswith("limit.")


def valued(test: Test, values: Mapping[Key, Anything], space: Space) -> int:
    """What a test comes to for values of its keys, with the parameters it reads looked up."""
    view: View = {"@derived": space.derived}
    scopes: dict[str, View] = {}
    for fact in facts_of(test.condition):
        where = scopes.setdefault(fact.scope, {"@derived": space.derived}) if fact.scope else view
        lookup = space.parameters.get(fact.name)
        if lookup is None:
            where[fact.name] = values[test.scopes.get(fact.scope, fact.scope), fact.name]
            continue
        day = values[DATE_OF_LINE]
        key = tuple(values[test.scopes.get(by.scope, by.scope), by.name] for by in lookup.by)
        rows = (row.value for row in lookup.rows if row.key == key and row.window.holds(day))
        view[fact.name] = next(rows, None)
    return truth(test.condition, view, scopes)


def space_of(
    placed: Iterable[Placed],
    vocabulary: Vocabulary,
    limits: Iterable[Limit] = (),
    must_know: frozenset[str] = frozenset(),
    window: Window = ANY_DAY,
) -> Space:
    """The space of the rules and look-ups of a program."""
    items = [p.item for p in placed]
    return Space(
        vocabulary,
        window,
        {item.fact.name: item for item in items if isinstance(item, ParameterLookup)},
        {limit.key: limit for limit in limits},
        made_texts(items, vocabulary),
        frozenset(name for item in items if not isinstance(item, ParameterLookup) for name in makes(item)),
        must_know,
    )


def made_texts(items: Iterable[Anything], vocabulary: Vocabulary) -> dict[str, frozenset[Anything]]:
    """What the policy makes of each text that only it makes: the cells of its tables, and what its rules derive."""
    found: dict[str, set[Anything]] = defaultdict(set)
    open_ended: set[str] = set()
    for name, term in (pair for item in items for pair in made_by(item)):
        entry = vocabulary.facts.get(name)
        if entry is None or entry.origin not in ("derived", "table") or entry.type.kind not in ("text", "code"):
            continue
        if isinstance(term, Literal):
            found[name].add(term.value)
        else:
            open_ended.add(name)
    return {name: frozenset(values) for name, values in found.items() if name not in open_ended}


def made_by(item: Anything) -> Iterable[tuple[str, Term | None]]:
    """Each fact that an item makes, with what it makes of it (None where that cannot be listed)."""
    match item:
        case Rule():
            for effect in item.effects:
                if isinstance(effect, Derive):
                    yield effect.fact.name, effect.value
        case TableLookup():
            for outputs in (*(row.outputs for row in item.rows), item.otherwise or ()):
                yield from zip((fact.name for fact in item.outputs), outputs, strict=False)
        case LongTableLookup():
            yield from ((fact.name, None) for fact in item.outputs)
        case UnitLookup():
            yield item.output.name, None
