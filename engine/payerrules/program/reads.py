"""What a rule or look-up reads and makes: the arcs of the graph that stages are found by."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any as Anything

from payerrules.language.effect import Derive, Hit, Template
from payerrules.language.expression import All, Any, Because, Condition, Exists, Fact, Not
from payerrules.language.items import LongTableLookup, Lookup, ParameterLookup, Rule, TableLookup, UnitLookup
from payerrules.program.kept import kept

_PARTS: dict[type, tuple[str, ...]] = {}


def parts_of(kind: type) -> tuple[str, ...]:
    """The names of the parts that things of a kind are made of; none for what is no piece of meaning."""
    found = _PARTS.get(kind)
    if found is None:
        made = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
        found = _PARTS[kind] = tuple(field.name for field in made)
    return found


def facts_in(part: Anything) -> Iterator[Fact]:
    """Every fact that a piece of meaning reads; the facts printed by texts are left out."""
    if isinstance(part, Fact):
        yield part
    elif isinstance(part, Template):
        return
    elif isinstance(part, tuple):
        for one in part:
            yield from facts_in(one)
    else:
        for name in parts_of(type(part)):
            yield from facts_in(getattr(part, name))


def pieces_in(part: Anything) -> Iterator[Anything]:
    """A piece of meaning and every piece inside it, the outer ones first."""
    if isinstance(part, tuple):
        for one in part:
            yield from pieces_in(one)
    elif names := parts_of(type(part)):
        yield part
        for name in names:
            yield from pieces_in(getattr(part, name))


@kept
def facts_of(part: Anything) -> tuple[Fact, ...]:
    """Every fact that a lasting piece of meaning reads, as `facts_in` finds them."""
    return tuple(facts_in(part))


@kept
def pieces_of(part: Anything) -> tuple[Anything, ...]:
    """A lasting piece of meaning and every piece inside it, as `pieces_in` finds them."""
    return tuple(pieces_in(part))


def spoken_in(part: Anything) -> Iterator[Fact]:
    """Every fact that a piece of meaning reads, those printed by texts too."""
    return (one for one in pieces_in(part) if isinstance(one, Fact))


def leaves_in(condition: Condition) -> Iterator[Condition]:
    """The single tests of a condition, from left to right; a look at other things is one test."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves_in(part)
        case Not(part) | Because(_, part):
            yield from leaves_in(part)
        case _:
            yield condition


def exists_in(part: Anything) -> Iterator[Exists]:
    """Every `exists` in a piece of meaning."""
    return (one for one in pieces_in(part) if isinstance(one, Exists))


@kept
def reads(item: Rule | Lookup) -> tuple[Fact, ...]:
    """The facts that a rule or look-up reads before it can speak."""
    match item:
        case Rule():
            parts: list[Anything] = [item.when]
            for effect in item.effects:
                if isinstance(effect, Derive):
                    parts += [effect.value, effect.otherwise] if effect.otherwise else [effect.value]
                else:
                    parts.append(effect)
            return tuple(fact for part in parts for fact in facts_in(part))
        case ParameterLookup():
            return item.by
        case TableLookup():
            parts = [item.inputs, tuple(row.when for row in item.rows), tuple(row.outputs for row in item.rows)]
            return tuple(fact for part in (*parts, item.otherwise or ()) for fact in facts_in(part))
        case LongTableLookup():
            return (*item.inputs, *facts_in(item.otherwise or ()))
        case UnitLookup():
            minutes = Fact("line.minutes", item.output.type)
            return (*facts_in(item.of), minutes)


def makes(item: Rule | Lookup) -> list[str]:
    """The names of the facts that a rule or look-up makes known."""
    match item:
        case Rule():
            return [effect.fact.name for effect in item.effects if isinstance(effect, Derive)]
        case ParameterLookup():
            return [item.fact.name]
        case UnitLookup():
            return [item.output.name]
        case _:
            return [fact.name for fact in item.outputs]


def harms(rule: Rule) -> list[Hit]:
    """The hits of a rule that can deny, return or pend a line."""
    return [effect for effect in rule.effects if isinstance(effect, Hit) and effect.outcome.kind != "pay"]


def shown(name: str) -> str:
    """The name of a fact as people are shown it, without the policy a parameter or limit belongs to."""
    head, mark, rest = name.partition("@")
    _, dot, part = rest.rpartition(".")
    return head + (f".{part}" if mark and dot and head.startswith("limit.") else "")
