"""Inputs that nothing covers: values no row of a table is for, and dates or keys for which a parameter has no value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from payerrules.findings.study import Study, warning
from payerrules.language.effect import Derive, Hit
from payerrules.language.expression import Compare, Condition, Fact, Present, all_of
from payerrules.language.items import ParameterLookup, Rule, TableLookup, Window
from payerrules.model.diagnostic import Diagnostic
from payerrules.program.formulas import Key
from payerrules.program.program import Placed
from payerrules.program.reads import facts_in, shown
from payerrules.program.rows import dated, told
from payerrules.program.solver import FALSE_ONLY, NOT_FALSE, TRUE_ONLY, UNKNOWN_ONLY
from payerrules.program.space import Space


def not_covered(study: Study) -> Iterator[Diagnostic]:
    """Tables with a hole, and parameters without a value that is needed."""
    for placed in study.program.placed:
        if isinstance(placed.item, TableLookup):
            yield from table_holes(study, placed, placed.item)
        elif isinstance(placed.item, ParameterLookup):
            yield from parameter_holes(study, placed.item)


def table_holes(study: Study, placed: Placed, table: TableLookup) -> Iterator[Diagnostic]:
    """Values of the inputs for which a table with `otherwise: unknown` has no row; of codes and texts only those it names."""
    if table.otherwise is not None or not table.rows:
        return
    inputs = [Present(fact) for fact in table.inputs]
    demands: list[tuple[Condition, int]] = [(all_of(*inputs), TRUE_ONLY)]
    demands += [(dated(row), FALSE_ONLY) for row in table.rows]
    space = known_and_named(study.within(placed.window))
    found = study.search_in(demands, space)
    if found.facts is not None:
        name = table.id.rpartition("/")[2]
        message = f"no row of `{name}` is for {told(found.facts, space)}: what it gives is then unknown"
        hint = "Add the row, or say what holds: `otherwise: none`, or a value."
        yield warning("inputs-not-covered", message, table.at, hint, study.example(found.facts, placed.window))


def parameter_holes(study: Study, parameter: ParameterLookup) -> Iterator[Diagnostic]:
    """Dates and keys for which a rule asks a parameter that has no value; the first hole before its values, between and after them."""
    lacking = Compare(parameter.fact, "eq", parameter.fact)
    for window in stretches(study, parameter):
        for placed in study.rules:
            rule = placed.item
            days = shared(window, placed.window)
            if not isinstance(rule, Rule) or days is None or not asks(rule, parameter.fact):
                continue
            space = known_and_named(study.within(days))
            demands: list[tuple[Condition, int]] = [
                (all_of(placed.about, rule.when), NOT_FALSE),
                (lacking, UNKNOWN_ONLY),
            ]
            found = study.search_in(demands, space)
            if found.facts is not None and not between(parameter, found.facts, days):
                yield hole(study, parameter, rule, found.facts, days)
                break


def hole(study: Study, parameter: ParameterLookup, rule: Rule, facts: Mapping[Key, Any], days: Window) -> Diagnostic:
    """The finding of a value that is asked for and not there."""
    name = shown(parameter.fact.name).removeprefix("parameter.")
    keyed = {key: value for key, value in facts.items() if key[1] in {by.name for by in parameter.by}}
    of = f" for {told(keyed, study.space)}" if keyed else ""
    span = f"from {day(days.first)} to {day(days.last)}"
    message = f"`{name}` has no value{of} {span}, and rule `{rule.id}` asks for it"
    hint = "Lines that need it pend. Add the value, or end the edition where nobody knows it."
    return warning("inputs-not-covered", message, parameter.at, hint, study.example(facts, days))


def between(parameter: ParameterLookup, facts: Mapping[Key, Any], days: Window) -> bool:
    """Whether the hole lies between two values of the key; that is a `value-gap`, told where it is written."""
    key = tuple(facts.get(("", by.name)) for by in parameter.by)
    own = [row.window for row in parameter.rows if row.key == key]
    return any(one.last < days.first for one in own) and any(one.first > days.last for one in own)


def asks(rule: Rule, parameter: Fact) -> bool:
    """Whether a rule reads a parameter: in its condition, or in what it does."""
    parts: list[object] = [rule.when, *(hit.trigger for hit in rule.effects if isinstance(hit, Hit))]
    parts += [effect for effect in rule.effects if not isinstance(effect, Hit)]
    parts += [hit.units for hit in rule.effects if isinstance(hit, Hit)]
    parts += [effect.value for effect in rule.effects if isinstance(effect, Derive)]
    return any(fact.name == parameter.name for part in parts for fact in facts_in(part))


def stretches(study: Study, parameter: ParameterLookup) -> list[Window]:
    """The dates of the edition, cut where a value begins or ends, so that each hole is found by itself."""
    whole = study.space.window
    cuts = {whole.first}
    for row in parameter.rows:
        cuts |= {at for at in (row.window.first, row.window.last + 1) if whole.holds(at)}
    starts = sorted(cuts)
    ends = [start - 1 for start in starts[1:]] + [whole.last]
    return [Window(first, last) for first, last in zip(starts, ends, strict=True)]


def shared(one: Window, other: Window) -> Window | None:
    """The days of both windows."""
    return Window(max(one.first, other.first), min(one.last, other.last)) if one.meets(other) else None


def known_and_named(space: Space) -> Space:
    """The space in which only what the policy itself lacks is unknown, and codes and texts are those it names."""
    return replace(space, all_known=True, named_only=True)


def day(number: int) -> str:
    """A day number as a date."""
    return date.fromordinal(number).isoformat()
