"""Rows of tables written in place: those that can never be reached, and those that may fit together and say different things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from payerrules.language.expression import ALWAYS, Compare, Condition, Fact, Literal, all_of
from payerrules.language.items import ANY_DAY, TableLookup, TableRow, Window
from payerrules.model.diagnostic import Diagnostic, Location
from payerrules.model.values import DATE, MONEY, NONE, show
from payerrules.program.formulas import Key
from payerrules.program.reads import shown
from payerrules.program.solver import FALSE_ONLY, TRUE_ONLY, solve
from payerrules.program.space import Space

DAY = Fact("line.date", DATE)


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding with the facts that show it (by scope and name; None where none could be found)."""

    finding: Diagnostic
    facts: Mapping[Key, Any] | None = None


def row_faults(table: TableLookup, space: Space) -> Iterator[Fault]:
    """Rows that can never be reached, and rows of which only one may fit that may both."""
    tests = [dated(row) for row in table.rows]
    name = table.id.rpartition("/")[2]
    for place, row in enumerate(table.rows):
        found = solve([(tests[place], TRUE_ONLY)], space)
        if found.facts is None:
            if found.sure:
                message = f"this row of `{name}` can never be reached: no line fits all of its cells and dates"
                yield Fault(Diagnostic("row-unreachable", message, row.at, "Mend the row, or take it out."))
            continue
        if table.hit != "collect":
            yield from beside_earlier(table, name, place, tests, found.facts, space)


def beside_earlier(
    table: TableLookup, name: str, place: int, tests: list[Condition], facts: Mapping[Key, Any], space: Space
) -> Iterator[Fault]:
    """What is wrong with a row beside those before it."""
    row = table.rows[place]
    covered = None if table.hit == "any" else covering(table.rows, place, tests, space)
    if covered is not None:
        hint = "Take it out, or put the narrower row first." if table.hit == "first" else "Take one of them out."
        message = f"this row of `{name}` can never be reached: {covered}"
        yield Fault(Diagnostic("row-unreachable", message, row.at, hint), facts)
        return
    if table.hit == "first":
        return
    for earlier in range(place):
        if table.rows[earlier].outputs == row.outputs:
            continue
        both = solve([(tests[earlier], TRUE_ONLY), (tests[place], TRUE_ONLY)], space)
        if both.facts is not None:
            message = f"this row of `{name}` and the row of {where(table.rows[earlier], row)} may fit together"
            hint = (
                f"Narrow one of them, or say `hit: first` where the order decides. Both fit {told(both.facts, space)}."
            )
            yield Fault(Diagnostic("rows-overlap", message, row.at, hint), both.facts)
            return


def covering(rows: tuple[TableRow, ...], place: int, tests: list[Condition], space: Space) -> str | None:
    """Which earlier rows take all that a row would fit; None where it can be reached."""
    for earlier in range(place):
        found = solve([(tests[place], TRUE_ONLY), (tests[earlier], FALSE_ONLY)], space)
        if found.facts is None and found.sure:
            return f"the row of {where(rows[earlier], rows[place])} covers it"
    found = solve([(tests[place], TRUE_ONLY), *((test, FALSE_ONLY) for test in tests[:place])], space)
    return "the rows before it cover it together" if place and found.facts is None and found.sure else None


def dated(row: TableRow) -> Condition:
    """What a row asks, its dates included."""
    return all_of(row.when, on_days(row.window))


def on_days(window: Window) -> Condition:
    """That the date of service lies in a window."""
    if window == ANY_DAY:
        return ALWAYS
    return all_of(Compare(DAY, "ge", Literal(window.first, DATE)), Compare(DAY, "le", Literal(window.last, DATE)))


def where(row: TableRow, seen_from: TableRow) -> str:
    """The place of a row in words."""
    at: Location | None = row.at
    if at is None:
        return "another layer"
    same = seen_from.at is not None and seen_from.at.file == at.file
    return f"line {at.line}" if same else f"{at.file}:{at.line}"


def told(facts: Mapping[Key, Any], space: Space) -> str:
    """Facts in words: each that has a value, by its name."""
    found = []
    for (scope, name), value in sorted(facts.items(), key=lambda item: item[0]):
        if scope.startswith("@") or value is None:
            continue
        head, _, rest = name.partition(".")
        called = f"{scope.partition('#')[0]}.{rest}" if scope.startswith("other") and head == "line" else shown(name)
        entry = space.vocabulary.facts.get(name)
        said = "none" if value is NONE else show(value, entry.type if entry else MONEY)
        found.append(f"{called} = {said}")
    return ", ".join(found) or "any line"
