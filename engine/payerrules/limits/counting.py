"""Counting: what of a limit is used before a line, as bounds, from counters, history and the lines before it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from payerrules.language.grammar import ONE_PER_COUNTS
from payerrules.language.items import Limit
from payerrules.limits.spans import FALSE, TRUE, UNKNOWN, Span
from payerrules.model.values import MaybeValue
from payerrules.program.evaluate import View

Bounds: TypeAlias = tuple[int, int | None]
"""The least and the most it can be; None is no bound."""
NOTHING: Bounds = (0, 0)
ANYTHING: Bounds = (0, None)
Key: TypeAlias = tuple[MaybeValue, ...]
"""The values by which services are alike."""


@dataclass(frozen=True, slots=True)
class Event:
    """A service that may use up a limit: when, of which pool, how much, of which visit, and whether it counts (Kleene)."""

    day: int
    pool: Key
    size: Bounds
    counts: int
    visit: Key
    label: str
    later: bool = False  # of a claim that was received after this one


@dataclass(frozen=True, slots=True)
class Counted:
    """A service as it was counted: how much it used, and whether that is sure (true) or may be (unknown)."""

    event: Event
    size: Bounds
    counts: int


def alike(one: Key, other: Key) -> int:
    """Whether two keys are the same: false if a part differs, unknown if a part is unknown, else true."""
    found = TRUE
    for mine, theirs in zip(one, other, strict=True):
        if mine is None or theirs is None:
            found = UNKNOWN
        elif mine != theirs:
            return FALSE
    return found


def plus(one: Bounds, other: Bounds) -> Bounds:
    """The sum of two pairs of bounds."""
    return one[0] + other[0], None if one[1] is None or other[1] is None else one[1] + other[1]


def in_days(events: Sequence[Event], first: int, last: int) -> Sequence[Event]:
    """The events of some days, of events in the order of their days."""
    return events[bisect_left(events, first, key=day_of) : bisect_right(events, last, key=day_of)]


def day_of(event: Event) -> int:
    """The day of an event."""
    return event.day


def use_of(limit: Limit, events: Iterable[Event], pool: Key, span: Span) -> list[Counted]:
    """What a pool has used by these events, which are in order: each that counts, or may, and how much."""
    found: list[Counted] = []
    visits = Visits() if limit.counts in ONE_PER_COUNTS else None
    for event in events:
        counts = min(event.counts, alike(event.pool, pool), span.holds(event.day))
        if counts == FALSE:
            continue
        size = event.size if visits is None else visits.size(event.visit, counts)
        found.append(Counted(event, size, counts))
    return found


def total(opening: Bounds, counted: Iterable[Counted]) -> Bounds:
    """An opening balance and all that was counted; what only may count adds nothing to the least."""
    low, high = opening
    for one in counted:
        if one.counts == TRUE:
            low += one.size[0]
        high = None if high is None or one.size[1] is None else high + one.size[1]
    return low, high


def size_of(limit: Limit, amount: Bounds, visit: Key, counted: Iterable[Counted]) -> Bounds:
    """How much a line would use: its own amount, or a visit unless an earlier event is part of the same one."""
    if limit.counts not in ONE_PER_COUNTS:
        return amount
    visits = Visits()
    for one in counted:
        visits.size(one.event.visit, one.counts)
    return visits.size(visit, TRUE)


def amount_of(limit: Limit, view: View) -> Bounds:
    """How much of a limit a service is, before visits are told apart; what is not known has no upper bound."""
    match limit.counts:
        case "allowed_amount":
            allowed, charge = view.get("line.allowed"), view.get("line.charge")
            if isinstance(allowed, int):
                return allowed, allowed
            return (0, charge) if isinstance(charge, int) else ANYTHING  # allowed is never above the charge
        case "units":
            return minutes_of(view, limit.unit_minutes) if limit.unit_minutes else exact(units_of(view))
        case "minutes":
            return minutes_of(view, 0)
        case _:
            return 1, 1


def exact(found: int | None) -> Bounds:
    """A number as bounds; one that is not known is anything."""
    return ANYTHING if found is None else (found, found)


def units_of(view: View) -> int | None:
    """The units of a service: those that are payable, where that is known already."""
    for name in ("line.units_payable", "line.units"):
        if isinstance(found := view.get(name), int):
            return found
    return None


def minutes_of(view: View, unit_minutes: int) -> Bounds:
    """The minutes of a service: as recorded, of the payable part of its units; else so many for each of its units."""
    minutes, units, billed = view.get("line.minutes"), units_of(view), view.get("line.units")
    if isinstance(minutes, int):
        if isinstance(units, int) and isinstance(billed, int) and 0 <= units < billed:
            minutes = minutes * units // billed
        return minutes, minutes
    return exact(units * unit_minutes) if units is not None and unit_minutes else ANYTHING


class Visits:
    """Tells the first service of a visit from the others of the same one."""

    def __init__(self) -> None:
        self.seen: dict[Key, int] = {}
        self.unsure: list[Key] = []  # keys with a part that is not known

    def size(self, visit: Key, counts: int) -> Bounds:
        """A visit is 1 unless one alike was counted before: then 0, and in doubt either."""
        if None in visit:
            same = max((min(alike(visit, other), known) for other, known in self.seen.items()), default=FALSE)
            self.unsure.append(visit)
        else:
            same = self.seen.get(visit, FALSE)
            if same != TRUE and any(alike(visit, other) != FALSE for other in self.unsure):
                same = max(same, UNKNOWN)
        self.seen[visit] = max(counts, self.seen.get(visit, FALSE))
        return {TRUE: NOTHING, UNKNOWN: (0, 1)}.get(same, (1, 1))
