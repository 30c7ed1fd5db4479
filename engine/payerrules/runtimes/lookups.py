"""Look-ups: parameters by date and key, decision tables, tables from files, and minutes turned into units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from payerrules.language.expression import FALSE, TRUE, UNKNOWN, Constant, Fact, Literal, Term
from payerrules.language.items import LongTableLookup, Lookup, ParameterLookup, TableLookup, UnitLookup
from payerrules.model.values import MaybeValue
from payerrules.program.evaluate import Scopes, View, value
from payerrules.runtimes.closures import truth_of
from payerrules.runtimes.compiled import Known, compile_many, fold

Found = tuple[tuple[str, MaybeValue], ...]
"""Names of facts and what a look-up found for them; None is unknown."""
Look = Callable[[View, Scopes], Found]


class Conflict(Exception):
    """Rows that should agree do not; the line pends, and the text says which table."""


def looker(lookup: Lookup, known: Known) -> Look:
    """A function that looks up, with what is known beforehand put in."""
    match lookup:
        case ParameterLookup():
            return parameter(lookup)
        case TableLookup():
            return table(lookup, known)
        case LongTableLookup():
            return long_table(lookup)
        case UnitLookup():
            return lambda view, scopes: units(lookup, view)


def lacking(view: View, names: tuple[str, ...], facts: Iterable[Fact], scopes: Scopes) -> None:
    """Note in the view which facts an unknown one rests on, for the reasons."""
    missing = tuple(f.name for f in facts if (scopes[f.scope] if f.scope else view).get(f.name) is None)
    for name in names:
        view.setdefault("@lacks", {})[name] = missing


def parameter(lookup: ParameterLookup) -> Look:
    """A parameter: the row of the date and key; no row leaves it unknown and says so."""
    rows = defaultdict(list)
    for row in lookup.rows:
        rows[row.key].append((row.window.first, row.window.last, row.value))
    name, by = lookup.fact.name, lookup.by
    plain = name.partition("@")[0].removeprefix("parameter.")

    def look(view: View, scopes: Scopes) -> Found:
        key: tuple[Any, ...] = tuple(view.get(fact.name) for fact in by)
        if None in key:
            lacking(view, (name,), by, scopes)
            return ((name, None),)
        day = view["line.date"]
        for first, last, found in rows.get(key, ()):
            if first <= day <= last:
                return ((name, found),)
        keyed = f" for {', '.join(str(part) for part in key)}" if key else ""
        none = f"no value of {plain}{keyed} on {date.fromordinal(day).isoformat()}"
        view.setdefault("@why", {})[name] = none
        return ((name, None),)

    return look


def table(lookup: TableLookup, known: Known) -> Look:
    """A table written in place, by its hit policy."""
    names = tuple(fact.name for fact in lookup.outputs)
    folded = [(fold(row.when, known), row) for row in lookup.rows]
    fitting = [(condition, row) for condition, row in folded if condition != Constant(FALSE)]
    run = compile_many([condition for condition, _ in fitting])
    rows = [(row, written(row.outputs)) for _, row in fitting]
    collect, first, agree = lookup.hit == "collect", lookup.hit == "first", lookup.hit == "any"

    def outputs(terms: tuple[Term, ...], view: View, scopes: Scopes) -> tuple[MaybeValue, ...]:
        return tuple(value(term, view, scopes) for term in terms)

    def look(view: View, scopes: Scopes) -> Found:
        day = view["line.date"]
        found = [
            (fits, outputs(row.outputs, view, scopes) if cells is None else cells)
            for fits, (row, cells) in zip(run(view, scopes), rows, strict=True)
            if fits != FALSE and row.window.first <= day <= row.window.last
        ]
        true = [cells for fits, cells in found if fits == TRUE]
        result: tuple[MaybeValue, ...] | None
        if collect:
            columns = zip(*true, strict=True) if true else [()] * len(names)
            result = None if len(true) < len(found) else tuple(frozenset(map(str, column)) for column in columns)
        elif first:
            result = decided(found) if found else otherwise(view, scopes)
        elif true:
            result = true[0]
            if agree and any(cells != result for cells in true):
                raise Conflict(f"rows of table {lookup.id} disagree")
            if agree and any(cells != result for _, cells in found):
                result = None
        else:
            result = None if found else otherwise(view, scopes)
        if result is None:
            lacking(view, names, lookup.inputs, scopes)
            return tuple((name, None) for name in names)
        return tuple(zip(names, result, strict=True))

    def decided(found: list[tuple[int, tuple[MaybeValue, ...]]]) -> tuple[MaybeValue, ...] | None:
        for place, (fits, cells) in enumerate(found):
            if fits == TRUE:
                return cells if all(before == cells for _, before in found[:place]) else None
        return None

    def otherwise(view: View, scopes: Scopes) -> tuple[MaybeValue, ...] | None:
        return None if lookup.otherwise is None else outputs(lookup.otherwise, view, scopes)

    return look


def written(terms: tuple[Term, ...]) -> tuple[MaybeValue, ...] | None:
    """The cells of a row that are written in it; None where one has to be read from elsewhere."""
    cells = [term.value for term in terms if isinstance(term, Literal)]
    return tuple(cells) if len(cells) == len(terms) else None


def long_table(lookup: LongTableLookup) -> Look:
    """A table from a file: equal keys and the date, never a scan."""
    names = tuple(fact.name for fact in lookup.outputs)
    inputs, rows, otherwise = lookup.inputs, lookup.rows, lookup.otherwise
    collect = lookup.hit == "collect"

    def look(view: View, scopes: Scopes) -> Found:
        key: tuple[Any, ...] = tuple((scopes[f.scope] if f.scope else view).get(f.name) for f in inputs)
        if None in key:
            lacking(view, names, inputs, scopes)
            return tuple((name, None) for name in names)
        day = view["line.date"]
        fitting = [cells for window, cells, _ in rows.get(key) if window.first <= day <= window.last]
        if collect and fitting:
            return tuple((name, frozenset(str(c[i]) for c in fitting)) for i, name in enumerate(names))
        if fitting:
            return tuple(zip(names, fitting[0], strict=True))
        if otherwise is None:
            return tuple((name, None) for name in names)
        return tuple((name, value(term, view, scopes)) for name, term in zip(names, otherwise, strict=True))

    return look


def whole_units(minutes: int, per_unit: int, last_from: int) -> int:
    """Units in so many minutes: full ones, and one more when the rest is long enough.

    >>> [whole_units(minutes, 15, 8) for minutes in (7, 8, 22, 23, 37, 38)]
    [0, 1, 1, 2, 2, 3]
    """
    full, rest = divmod(minutes, per_unit)
    return full + (rest >= last_from)


def units(lookup: UnitLookup, view: View) -> Found:
    """How many units a line may have by its minutes; for a day or a code, its part of the units of all of them together.

    The full units of each line come first; what is left goes to the lines with the longest rest, then by line number.
    """
    name = lookup.output.name
    fits = truth_of(lookup.of)(view, {})
    if fits != TRUE:
        return ((name, None),) if fits == UNKNOWN else ()
    minutes = view.get("line.minutes")
    if lookup.minutes_of == "line":
        if not isinstance(minutes, int):
            lacking(view, (name,), (Fact("line.minutes", lookup.output.type),), {})
            return ((name, None),)
        return ((name, whole_units(minutes, lookup.minutes_per_unit, lookup.last_unit_from)),)
    alike: tuple[str, ...] = ("line.date", "line.code" if lookup.minutes_of == "code_on_day" else "line.discipline")
    together = [
        other
        for other in view.get("@lines") or [view]
        if all(other.get(fact) == view.get(fact) for fact in alike) and truth_of(lookup.of)(other, {}) != FALSE
    ]
    if not any(other is view for other in together):  # a past service is allotted by itself
        together = [view]
    known: list[tuple[int, int]] = [(o["line.number"], o["line.minutes"]) for o in together if _counted(o)]
    if len(known) < len(together):
        lacking(view, (name,), (Fact("line.minutes", lookup.output.type),), {})
        return ((name, None),)
    return ((name, allotted(known, lookup.minutes_per_unit, lookup.last_unit_from)[view["line.number"]]),)


def _counted(view: View) -> bool:
    return isinstance(view.get("line.minutes"), int)


def allotted(lines: list[tuple[int, int]], per_unit: int, last_from: int) -> dict[int, int]:
    """The units of each line (number, minutes) when all of them are counted together.

    >>> allotted([(1, 24), (2, 23)], 15, 8)
    {1: 2, 2: 1}
    """
    total = whole_units(sum(minutes for _, minutes in lines), per_unit, last_from)
    parts = {number: minutes // per_unit for number, minutes in lines}
    left = total - sum(parts.values())
    for number, _ in sorted(lines, key=lambda line: (-(line[1] % per_unit), line[0]))[: max(0, left)]:
        parts[number] += 1
    return parts
