"""Examples: facts for which a condition holds, found by trying the values that its own tests name."""

from __future__ import annotations

from itertools import product
from typing import Any

from payerrules.language.expression import TRUE, Compare, Condition, CountOf, Fact, Literal, Member, SetTest, StartsWith
from payerrules.model.values import NONE, show
from payerrules.program.evaluate import truth
from payerrules.program.reads import facts_in, shown

MOST = 20_000
"""How many combinations are tried before giving up."""


def example_of(condition: Condition) -> str | None:
    """Facts for which the condition is true, in words; "" where too many would have to be tried, None where there are none."""
    values = candidates(condition)
    if any(fact.scope for fact in values):
        return ""
    total = 1
    for found in values.values():
        total *= max(1, len(found))
        if total > MOST:
            return ""
    facts = list(values)
    for combination in product(*(values[fact] for fact in facts)):
        view: dict[str, Any] = {fact.name: value for fact, value in zip(facts, combination, strict=True)}
        if truth(condition, view) == TRUE:
            told = [
                f"{shown(f.name)} = {show(v, f.type)}" for f, v in zip(facts, combination, strict=True) if v is not NONE
            ]
            return ", ".join(told) or "any line"
    return None


def candidates(condition: Condition) -> dict[Fact, list[Any]]:
    """For each fact of a condition the values that its tests tell apart."""
    found: dict[Fact, list[Any]] = {fact: [] for fact in facts_in(condition)}
    for part in tests(condition):
        match part:
            case Compare(Fact() as fact, _, Literal(value)):
                found[fact] += (
                    [value - 1, value, value + 1] if isinstance(value, int) and not isinstance(value, bool) else [value]
                )
            case Member(Fact() as fact, members):
                found[fact] += [*sorted(members.codes)[:3], *(f"{prefix}0" for prefix in members.prefixes[:1])]
            case StartsWith(Fact() as fact, prefix):
                found[fact].append(prefix)
            case SetTest(fact, _, members) | CountOf(fact, members, _, _):
                codes = sorted(members.codes)
                found[fact] += [frozenset(codes[:1]), frozenset(codes[:2]), frozenset(codes)]
            case _:
                pass
    for fact, values in found.items():
        kind = fact.type
        if kind.kind == "yes/no":
            values += [True, False]
        elif kind.kind == "codes":
            values.append(frozenset())
        elif kind.words:
            values += [*kind.words, NONE]
        elif not values:
            values += [1, NONE] if kind.ordered else ["X", NONE]
        else:
            values.append(NONE)
        found[fact] = list(dict.fromkeys(values))
    return found


def tests(part: Any) -> list[Any]:
    """The single tests of a condition."""
    inner = getattr(part, "parts", None)
    if inner is None and hasattr(part, "part"):
        inner = (part.part,)
    if inner is None:
        return [part]
    return [one for child in inner for one in tests(child)]
