"""What a rule or look-up reads and makes: the arcs of the graph that stages are found by."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from payerrules.language.effect import Derive, Hit, Template
from payerrules.language.expression import Exists, Fact
from payerrules.language.items import LongTableLookup, Lookup, ParameterLookup, Rule, TableLookup, UnitLookup

_PARTS: dict[type, tuple[str, ...]] = {}


def parts_of(kind: type) -> tuple[str, ...]:
    """The names of the parts that things of a kind are made of; none for what is no piece of meaning."""
    found = _PARTS.get(kind)
    if found is None:
        made = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
        found = _PARTS[kind] = tuple(field.name for field in made)
    return found


def facts_in(part: Any) -> Iterator[Fact]:
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


def exists_in(part: Any) -> Iterator[Exists]:
    """Every `exists` in a piece of meaning."""
    if isinstance(part, Exists):
        yield part
    if isinstance(part, tuple):
        for one in part:
            yield from exists_in(one)
    else:
        for name in parts_of(type(part)):
            yield from exists_in(getattr(part, name))


def reads(item: Rule | Lookup) -> list[Fact]:
    """The facts that a rule or look-up reads before it can speak."""
    match item:
        case Rule():
            parts: list[Any] = [item.when]
            for effect in item.effects:
                if isinstance(effect, Derive):
                    parts += [effect.value, effect.otherwise] if effect.otherwise else [effect.value]
                else:
                    parts.append(effect)
            return [fact for part in parts for fact in facts_in(part)]
        case ParameterLookup():
            return list(item.by)
        case TableLookup():
            parts = [item.inputs, tuple(row.when for row in item.rows), tuple(row.outputs for row in item.rows)]
            return [fact for part in (*parts, item.otherwise or ()) for fact in facts_in(part)]
        case LongTableLookup():
            return [*item.inputs, *facts_in(item.otherwise or ())]
        case UnitLookup():
            minutes = Fact("line.minutes", item.output.type)
            return [*facts_in(item.of), minutes]


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
