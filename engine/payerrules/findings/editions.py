"""Rules that lost their dates from one edition to the next, and so hold on days on which they did not before."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, TypeAlias

from payerrules.findings.coverage import shared
from payerrules.findings.study import Study, rule_of, warning
from payerrules.language.items import ANY_DAY, Limit, LongTableLookup, Rule, TableLookup, TableRow, Window
from payerrules.model.diagnostic import Diagnostic
from payerrules.program.english_conditions import condition_text

Dated: TypeAlias = Rule | Limit | TableLookup | LongTableLookup | TableRow


def lost_dates(studies: Sequence[Study]) -> Iterator[Diagnostic]:
    """Compare each edition of a policy with the one before it; `studies` are those of one policy, in the order of their dates."""
    for before, after in itertools.pairwise(studies):
        if before.meaning.edition == after.meaning.edition:
            continue
        was = dict(dated(before))
        for name, thing in dated(after):
            old = was.get(name)
            if old is None or window_of(thing) != ANY_DAY:
                continue
            days = outside(window_of(old), after.space.window)
            if days is not None:
                yield finding(before, after, name, thing, old, days)


def dated(study: Study) -> Iterator[tuple[str, Dated]]:
    """The things of an edition that may have dates of their own, by a name that editions share."""
    meaning = study.meaning
    yield from ((f"rule `{rule.id}`", rule) for rule in meaning.rules if not rule.by)
    yield from ((f"limit `{limit.name}`", limit) for limit in meaning.limits)
    for lookup in meaning.lookups:
        if isinstance(lookup, TableLookup | LongTableLookup):
            name = lookup.id.rpartition("/")[2]
            yield f"table `{name}`", lookup
            if isinstance(lookup, TableLookup):
                yield from ((f"the row of `{name}` for {condition_text(row.when)}", row) for row in lookup.rows)


def window_of(thing: Any) -> Window:
    """The dates of its own."""
    found: Window = thing.window if isinstance(thing, TableRow) else thing.in_force
    return found


def outside(window: Window, edition: Window) -> Window | None:
    """The first days of an edition on which a thing of these dates would not hold; None where there are none."""
    if window == ANY_DAY:
        return None
    if edition.first < window.first:
        return Window(edition.first, min(edition.last, window.first - 1))
    return Window(max(edition.first, window.last + 1), edition.last) if window.last < edition.last else None


def finding(before: Study, after: Study, name: str, thing: Dated, old: Dated, days: Window) -> Diagnostic:
    """The finding of dates that were lost, with a line on the first day on which that matters."""
    window = window_of(old)
    held = f"from {shown(window.first)}" if window.first > ANY_DAY.first else ""
    held += f"{' ' if held else ''}through {shown(window.last)}" if window.last < ANY_DAY.last else ""
    message = f"{name} held {held} in edition {before.meaning.edition}, and has no dates here: it now holds on {shown(days.first)}"
    hint = "Give it its `in_force` again; or say why it holds on those days too."
    return warning("dates-lost", message, thing.at, hint, example(after, thing, days))


def example(after: Study, thing: Dated, days: Window) -> str:
    """A line on those days for which the rule fires, or that the thing would judge."""
    for placed in after.rules:
        if rule_of(placed).id == getattr(thing, "id", None) and (both := shared(placed.window, days)) is not None:
            return after.example(after.search(after.fires(placed), both).facts, both)
    return after.example({}, days)


def shown(number: int) -> str:
    """A day number as a date."""
    return date.fromordinal(number).isoformat()
