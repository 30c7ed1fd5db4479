"""The sentences of a rule or limit, one a thing that can change, and dates, sets and tables in few words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from payerrules.language.expression import ALWAYS, All, Because, CodeSet, Condition
from payerrules.language.items import ANY_DAY, FIRST_DAY, LAST_DAY, Limit, Rule, TableLookup, Window
from payerrules.model.values import DATE, show
from payerrules.program.english_conditions import condition_text
from payerrules.program.english_effects import effect_text
from payerrules.program.english_terms import codes_text, fact_text, term_text


def verified_words(one: int, other: int) -> str:
    """Until when two editions were checked to hold; the last day there is stands for no limit.

    >>> verified_words(date(2026, 8, 25).toordinal(), LAST_DAY)
    'verified through 2026-08-25 -> no longer limited'
    """
    if one == LAST_DAY:
        return f"verified without limit -> through {show(other, DATE)}"
    return f"verified through {show(one, DATE)} -> {'no longer limited' if other == LAST_DAY else show(other, DATE)}"


def span_words(window: Window) -> str:
    """Dates in few words: a whole year by its number.

    >>> span_words(Window(date(2026, 1, 1).toordinal(), date(2026, 12, 31).toordinal()))
    '2026'
    """
    if window == ANY_DAY:
        return "always"
    if window.last >= LAST_DAY:
        return f"from {show(window.first, DATE)} on"
    if window.first <= FIRST_DAY:
        return f"through {show(window.last, DATE)}"
    first, last = date.fromordinal(window.first), date.fromordinal(window.last)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"
    return first.isoformat() if first == last else f"{first} to {last}"


def code_words(old: CodeSet, new: CodeSet) -> str:
    """What came into a set and what left it."""
    gone = sorted(listed(old) - listed(new))
    come = sorted(listed(new) - listed(old))
    parts = [f"without {codes_text(gone)}"] if gone else []
    parts += [f"with {codes_text(come)}"] if come else []
    return "; ".join(parts) or "the same codes, said otherwise"


def listed(codes: CodeSet) -> set[str]:
    """The codes of a set: ranges written out where their ends are numbers."""
    found = set(codes.codes) | {f"{prefix}-" for prefix in codes.prefixes}
    for low, high in codes.ranges:
        if low.isdigit() and high.isdigit() and int(high) - int(low) < 10_000:
            found |= {str(n).rjust(len(low), "0") for n in range(int(low), int(high) + 1)}
        else:
            found.add(f"{low}-{high}")
    return found - (listed(codes.except_) if codes.except_ is not None else set())


def conjuncts(condition: Condition) -> Iterator[Condition]:
    """What a condition asks for, one by one."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from conjuncts(part)
    elif isinstance(condition, Because):
        yield from conjuncts(condition.part)
    elif condition != ALWAYS:
        yield condition


def rule_words(rule: Rule) -> Iterator[str]:
    """The sentences of a rule."""
    for condition in conjuncts(rule.when):
        yield f"if {condition_text(condition)}"
    for effect in rule.effects:
        yield effect_text(effect)
    if rule.in_force != ANY_DAY:
        yield f"in force {span_words(rule.in_force)}"
    if rule.title:
        yield f'called "{rule.title}"'
    if rule.source:
        yield f"rests on {rule.source.rpartition(':')[2]}"


def limit_words(limit: Limit | Any) -> Iterator[str]:
    """The sentences of a limit, or of a rule about the steps of limits."""
    if not isinstance(limit, Limit):
        yield f"if {condition_text(limit.when)}"
        yield from (effect_text(effect) for effect in limit.instead)
        return
    yield f"counts {limit.counts.replace('_', ' ')}"
    for condition in conjuncts(limit.of):
        yield f"of lines where {condition_text(condition)}"
    for condition in conjuncts(limit.stops) if limit.stops is not None else ():
        yield f"stops lines where {condition_text(condition)}"
    yield f"for each {', '.join(fact_text(fact) for fact in limit.per)}"
    if limit.one_per:
        yield f"services alike in {', '.join(fact_text(fact) for fact in limit.one_per)} are one"
    length = "" if limit.period.length is None else f" of {term_text(limit.period.length)} {limit.period.unit}"
    yield f"over {limit.period.kind.replace('_', ' ')}{length}"
    if limit.crossing:
        yield f"what crosses is taken {limit.crossing}"
    if limit.title:
        yield f'called "{limit.title}"'
    if limit.source:
        yield f"rests on {limit.source.rpartition(':')[2]}"


def table_words(old: TableLookup, new: TableLookup) -> str:
    """Which rows of a table came, went or give something else."""
    mine = {condition_text(row.when): row for row in old.rows}
    theirs = {condition_text(row.when): row for row in new.rows}
    parts = []
    for words in dict.fromkeys([*mine, *theirs]):
        was, now = mine.get(words), theirs.get(words)
        if was is None and now is not None:
            parts.append(f"new row where {words}: {outputs(now.outputs)}")
        elif now is None and was is not None:
            parts.append(f"no row any more where {words}")
        elif was is not None and now is not None and was.outputs != now.outputs:
            parts.append(f"where {words}: {outputs(was.outputs)} -> {outputs(now.outputs)}")
        elif was is not None and now is not None and was.window != now.window:
            parts.append(f"where {words}: {span_words(was.window)} -> {span_words(now.window)}")
    if old.otherwise != new.otherwise:
        parts.append(f"otherwise: {outputs(old.otherwise or ())} -> {outputs(new.otherwise or ())}")
    return "; ".join(parts) or "its rows stand in another order, or rest on other sources"


def outputs(terms: tuple[Any, ...]) -> str:
    """The outputs of a row."""
    return ", ".join(term_text(term) for term in terms) or "unknown"
