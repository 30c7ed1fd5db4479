"""Counting: what of a limit is used before a line, as bounds, from counters, history and the lines before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from payerrules.language.items import Limit, Period
from payerrules.model.values import MaybeValue

FALSE, UNKNOWN, TRUE = 0, 1, 2
Bounds: TypeAlias = tuple[int, int | None]
"""The least and the most it can be; None is no bound."""
NOTHING: Bounds = (0, 0)
ANYTHING: Bounds = (0, None)


@dataclass(frozen=True, slots=True)
class Event:
    """A service that may use up a limit: when, of which pool, how much, and whether it counts (Kleene)."""

    day: int
    pool: tuple[MaybeValue, ...]
    size: Bounds
    counts: int
    visit: tuple[MaybeValue, ...]
    label: str


def period_of(period: Period, day: int) -> tuple[int, int]:
    """The first and last day of the period that a day lies in.

    >>> from datetime import date
    >>> [date.fromordinal(d).isoformat() for d in period_of(Period("calendar_year"), date(2026, 5, 11).toordinal())]
    ['2026-01-01', '2026-12-31']
    """
    match period.kind:
        case "calendar_year":
            year = date.fromordinal(day).year
            return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        case other:
            raise ValueError(f"no period is called {other}")


def alike(one: tuple[MaybeValue, ...], other: tuple[MaybeValue, ...]) -> int:
    """Whether two keys are the same: false if a part differs, unknown if a part is unknown, else true."""
    found = TRUE
    for mine, theirs in zip(one, other, strict=True):
        if mine is None or theirs is None:
            found = min(found, UNKNOWN)
        elif mine != theirs:
            return FALSE
    return found


def plus(one: Bounds, other: Bounds) -> Bounds:
    """The sum of two pairs of bounds."""
    return one[0] + other[0], None if one[1] is None or other[1] is None else one[1] + other[1]


def used(
    limit: Limit, opening: Bounds, events: Iterable[Event], pool: tuple[MaybeValue, ...]
) -> tuple[Bounds, tuple[str, ...]]:
    """What a pool has used after an opening balance and these events, which are in order; and which of them counted."""
    total, counted, visits = opening, [], _Visits(limit)
    for event in events:
        counts = min(event.counts, alike(event.pool, pool))
        if counts == FALSE:
            continue
        size = visits.size(event.visit, counts) if limit.counts == "visits" else event.size
        total = plus(total, size if counts == TRUE else (0, size[1]))
        counted.append(event.label if counts == TRUE else f"{event.label} (perhaps)")
    return total, tuple(counted)


def size_of(
    limit: Limit, amount: Bounds, visit: tuple[MaybeValue, ...], pool: tuple[MaybeValue, ...], events: Iterable[Event]
) -> Bounds:
    """How much a line would use: its allowed amount, or a visit unless an earlier event is part of the same one."""
    if limit.counts != "visits":
        return amount
    visits = _Visits(limit)
    for event in events:
        counts = min(event.counts, alike(event.pool, pool))
        if counts != FALSE:
            visits.size(event.visit, counts)
    return visits.size(visit, TRUE)


class _Visits:
    """Tells the first service of a visit from the others of the same one."""

    def __init__(self, limit: Limit) -> None:
        self.seen: dict[tuple[MaybeValue, ...], int] = {}

    def size(self, visit: tuple[MaybeValue, ...], counts: int) -> Bounds:
        """A visit is 1 unless one alike was counted before: then 0, and in doubt either."""
        same = max((min(alike(visit, other), known) for other, known in self.seen.items()), default=FALSE)
        self.seen[visit] = max(counts, self.seen.get(visit, FALSE))
        return {TRUE: NOTHING, UNKNOWN: (0, 1)}.get(same, (1, 1))
