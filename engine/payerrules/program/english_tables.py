"""Parameters, tables and unit rules as English and as grids, with their dates and sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from payerrules.language.effect import Source
from payerrules.language.expression import (
    ALWAYS,
    All,
    Compare,
    Condition,
    Fact,
    Literal,
    Member,
    Not,
    Present,
    SetTest,
    StartsWith,
)
from payerrules.language.items import (
    ANY_DAY,
    FIRST_DAY,
    LAST_DAY,
    LongTableLookup,
    ParameterLookup,
    ParameterRow,
    TableLookup,
    TableRow,
    UnitLookup,
    Window,
)
from payerrules.model.values import DATE, NONE, show
from payerrules.program.english_conditions import VERBS, condition_text
from payerrules.program.english_terms import (
    PLAIN,
    Voice,
    choice,
    fact_text,
    listed,
    none_of,
    single,
    term_text,
    value_text,
)
from payerrules.program.reads import facts_in, shown

HIT: Final = {
    "unique": "At most one row fits.",
    "first": "The first row that fits speaks.",
    "any": "Several rows may fit; they say the same.",
    "collect": "All rows that fit are put together.",
}
MINUTES: Final = {
    "line": "of the line's own minutes",
    "day": "of the minutes of all such lines of the day together",
    "code_on_day": "of the minutes of all lines of the code that day together",
}


# --- dates and sources -----------------------------------------------------------------------------
def dates(window: Window) -> str:
    """A window in words; whole calendar years by their numbers.

    >>> dates(Window(736695, 737059)), dates(Window(737425, 737426))
    ('2018', '2020-01-01 to 2020-01-02')
    """
    if window == ANY_DAY:
        return "on all dates"
    first, last = show(window.first, DATE), show(window.last, DATE)
    if window.last == LAST_DAY:
        return f"from {first} on"
    if window.first == FIRST_DAY:
        return f"through {last}"
    if first == last:
        return first
    if first.endswith("-01-01") and last.endswith("-12-31"):
        years = date.fromordinal(window.first).year, date.fromordinal(window.last).year
        return str(years[0]) if years[0] == years[1] else f"{years[0]} to {years[1]}"
    return f"{first} to {last}"


def source_text(source: Source | None) -> str:
    """A source with its status: "CMS, Therapy Services, CY 2026 (primary)"."""
    return f"{source.title or source.url} ({source.status})" if source else ""


def grid(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# --- parameters ------------------------------------------------------------------------------------
def parameter_name(lookup: ParameterLookup) -> str:
    """The name of a parameter as an analyst writes it."""
    return shown(lookup.fact.name).removeprefix("parameter.")


def values_of(lookup: ParameterLookup, as_of: int | None) -> list[tuple[ParameterRow, list[str]]]:
    """The rows of a parameter in force on a day, each with its keys in words; rows that differ in the key alone are one."""
    merged: dict[object, tuple[ParameterRow, list[list[str]]]] = {}
    for row in lookup.rows:
        if as_of is None or row.window.holds(as_of):
            keys = [value_text(value, fact.type) for value, fact in zip(row.key, lookup.by, strict=True)]
            same = (row.window, row.value, row.source, row.published) if len(lookup.by) == 1 else id(row)
            merged.setdefault(same, (row, []))[1].append(keys)
    return [
        (row, [listed(sorted(set(some)), "or") for some in zip(*keys, strict=True)]) for row, keys in merged.values()
    ]


def parameter_text(
    lookup: ParameterLookup, sources: dict[str, Source], as_of: int | None = None, voice: Voice = PLAIN
) -> str:
    """A parameter as a grid of its values, each with its dates and source."""
    head = ["dates of service", *(fact_text(fact, voice) for fact in lookup.by), "value", "source"]
    rows = []
    for row, keys in values_of(lookup, as_of):
        known = "" if row.published == FIRST_DAY else f"; published {show(row.published, DATE)}"
        told = source_text(sources.get(row.source)) + known
        rows.append([dates(row.window), *keys, value_text(row.value, lookup.fact.type), told])
    return grid(head, rows) if rows else "It has no value on this day."


# --- tables ----------------------------------------------------------------------------------------
def table_text(lookup: TableLookup | LongTableLookup, sources: dict[str, Source], voice: Voice = PLAIN) -> str:
    """A table in words: what it gives by what, its rows, and what holds where none fits."""
    outputs = listed([fact_text(fact, voice) for fact in lookup.outputs])
    inputs = listed([fact_text(fact, voice) for fact in lookup.inputs])
    each = "" if lookup.for_each == "line" else f", for each {lookup.for_each.replace('_', ' ')}"
    head = f"It gives {outputs} by {inputs}{each}. {HIT[lookup.hit]}"
    rest = otherwise_text(lookup, voice)
    if isinstance(lookup, LongTableLookup):
        number = len(lookup.rows)
        return f"{head} Its rows are a file of {number:,} key{'s' * (number != 1)}. {rest}"
    return f"{head}\n\n{rows_text(lookup, sources, voice)}\n\n{rest}"


def otherwise_text(lookup: TableLookup | LongTableLookup, voice: Voice) -> str:
    """What holds where no row fits."""
    if lookup.otherwise is None:
        return "Where no row fits, it is unknown."
    return f"Where no row fits: {listed([term_text(term, voice) for term in lookup.otherwise])}."


def rows_text(lookup: TableLookup, sources: dict[str, Source], voice: Voice) -> str:
    """The rows as a grid; columns for dates and sources only where a row has its own."""
    dated = any(row.window != ANY_DAY for row in lookup.rows)
    cited = any(row.source not in ("", lookup.source) for row in lookup.rows)
    head = [*(fact_text(fact, voice) for fact in (*lookup.inputs, *lookup.outputs))]
    head += ["dates of service"] * dated + ["source"] * cited
    rows = []
    for row in lookup.rows:
        cells = [*cells_of(row, lookup.inputs, voice), *(term_text(term, voice) for term in row.outputs)]
        cells += [dates(row.window)] * dated + [source_text(sources.get(row.source))] * cited
        rows.append(cells)
    return grid(head, rows)


def cells_of(row: TableRow, inputs: tuple[Fact, ...], voice: Voice) -> list[str]:
    """What a row asks of each input."""
    parts = row.when.parts if isinstance(row.when, All) else () if row.when == ALWAYS else (row.when,)
    cells: dict[str, list[str]] = {fact.name + fact.scope: [] for fact in inputs}
    for part in parts:
        about = next((f.name + f.scope for f in facts_in(part) if f.name + f.scope in cells), None)
        if about is not None:
            cells[about].append(cell_text(part, voice))
    return [" and ".join(texts) or "any" for texts in cells.values()]


def cell_text(condition: Condition, voice: Voice = PLAIN, negated: bool = False) -> str:
    """What a cell asks of its own fact: "slp or slpa", "GN", "not known", "above 3"."""
    match condition:
        case Not(part) if not negated:
            return cell_text(part, voice, negated=True)
        case Present():
            return "not given" if negated else "given"
        case Compare(Fact(), "eq", Literal(value, kind)):
            return f"{'not ' if negated else ''}{'none' if value is NONE else value_text(value, kind)}"
        case Compare(Fact(), op, right) if not negated:
            return f"{VERBS[op].removeprefix('is ')} {term_text(right, voice)}"
        case Member(Fact(_, kind), members):
            if kind.words:
                members = replace(members, codes=frozenset(word.replace("_", " ") for word in members.codes))
            return (
                f"not {choice(members)}"
                if negated and single(members)
                else none_of(members)
                if negated
                else choice(members)
            )
        case SetTest(_, "has_any", members):
            return (
                f"no {choice(members)}"
                if negated and single(members)
                else none_of(members)
                if negated
                else choice(members)
            )
        case StartsWith(_, prefix) if not negated:
            return f"begins with {prefix}"
        case _:
            return condition_text(condition, negated, voice)


# --- unit rules ------------------------------------------------------------------------------------
def unit_text(lookup: UnitLookup, voice: Voice = PLAIN) -> str:
    """A unit rule in words."""
    of = "" if lookup.of == ALWAYS else f"Where {condition_text(lookup.of, False, voice)}: "
    text = (
        f"{lookup.minutes_per_unit} minutes {MINUTES[lookup.minutes_of]} are one unit, and the last unit counts from "
    )
    text += f"{lookup.last_unit_from} minute{'s' * (lookup.last_unit_from != 1)} on."
    return of + text
