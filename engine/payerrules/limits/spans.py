"""Spans: the days that a period holds for a service, as far as they are known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from payerrules.language.items import FIRST_DAY, LAST_DAY, Period
from payerrules.model.values import NONE
from payerrules.program.evaluate import View, shifted, value

FALSE, UNKNOWN, TRUE = 0, 1, 2
BENEFIT_YEAR_START: Final = "coverage.benefit_year_start"
COVERING: Final = "@covering"
"""Where a view keeps the first and last day of the authorization that covers the line: None unknown, () none."""
LONGEST: Final = {"days": 1, "months": 31}


@dataclass(frozen=True, slots=True)
class Span:
    """Days as day numbers, both ends in: those a period may hold, and those it surely holds.

    `applies` is false where the period does not reach the service at all, unknown where that is not known.
    """

    first: int
    last: int
    sure_first: int
    sure_last: int
    applies: int = TRUE
    length: int = 0  # of a rolling period: how many days or months

    @property
    def known(self) -> bool:
        """Whether both ends are known."""
        return (self.first, self.last) == (self.sure_first, self.sure_last)

    def holds(self, day: int) -> int:
        """Whether a day is inside: true, unknown or false."""
        if not self.first <= day <= self.last:
            return FALSE
        return TRUE if self.sure_first <= day <= self.sure_last else UNKNOWN

    def starting(self, day: int | None) -> Span:
        """The part from a day on; a day that is not known may cut anything before the service."""
        if day is None:
            return replace(self, sure_first=self.sure_last)
        return replace(self, first=max(self.first, day), sure_first=max(self.sure_first, day))


def exactly(first: int, last: int) -> Span:
    """A span whose ends are known."""
    return Span(first, last, first, last)


def around(day: int, before: int, after: int, applies: int = TRUE) -> Span:
    """A span that surely holds a day, and may reach so many days back and on."""
    return Span(max(FIRST_DAY, day - before), min(LAST_DAY, day + after), day, day, applies)


NEVER: Final = Span(1, 0, 1, 0, FALSE)
"""The span of a period that does not reach the service."""


def span_of(period: Period, day: int, view: View, first_service: tuple[int | None, int | None] = (None, None)) -> Span:
    """The days of the period that a day lies in. What the period goes by is read from the view of the service.

    `first_service` is for blocks that begin with it: the earliest day it may be on (None: any), and the earliest that is sure
    (None: no earlier service is sure, so this one may be the first).

    >>> day = date(2024, 3, 31).toordinal()
    >>> span = span_of(Period("fiscal_year", start=701), day, {})
    >>> date.fromordinal(span.first).isoformat(), date.fromordinal(span.last).isoformat()
    ('2023-07-01', '2024-06-30')
    """
    match period.kind:
        case "day":
            return exactly(day, day)
        case "week":
            first = day - (date.fromordinal(day).weekday() - period.start) % 7
            return exactly(first, first + 6)
        case "calendar_month":
            first = date.fromordinal(day).replace(day=1).toordinal()
            return exactly(first, shifted(first, 1, "months") - 1)
        case "calendar_year":
            return year_from(day, 101)
        case "fiscal_year":
            return year_from(day, period.start)
        case "benefit_year":
            start = view.get(BENEFIT_YEAR_START)
            return block(start, day, 12, "months", "up") if isinstance(start, int) else around(day, 365, 365)
        case "rolling":
            return rolling(period, day, view)
        case "blocks":
            return blocks(period, day, view, first_service)
        case "since":
            return since(period, day, view)
        case "following":
            return following(period, day, view)
        case "authorization":
            return covering(day, view)
        case other:
            raise ValueError(f"no period is called {other}")


def is_day(found: Any) -> bool:
    """Whether a fact is a known day."""
    return isinstance(found, int) and not isinstance(found, bool)


def count_of(period: Period, view: View) -> int | None:
    """How many days or months a period is long; None where unknown, or no length at all."""
    found = None if period.length is None else value(period.length, view)
    return found if isinstance(found, int) and found > 0 else None


def year_from(day: int, start: int) -> Span:
    """The year that begins on a month and day (701 for 1 July) and holds a day."""
    on = date.fromordinal(day)
    year = on.year if on.month * 100 + on.day >= start else on.year - 1
    first = date(year, start // 100, start % 100)
    return exactly(first.toordinal(), first.replace(year=year + 1).toordinal() - 1)


def rolling(period: Period, day: int, view: View) -> Span:
    """The days or months that end with a day: 180 days are this day and the 179 before it."""
    count = count_of(period, view)
    if count is None:
        return Span(FIRST_DAY, day, day, day)
    first = max(FIRST_DAY, shifted(day, -count, period.unit, period.rounding) + 1)
    return Span(first, day, first, day, TRUE, count)


def block(anchor: int, day: int, count: int, unit: str, rounding: str) -> Span:
    """The block of so many days or months that holds a day, where one of them begins on the anchor.

    Every block is counted from the anchor itself, so that the 31st stays the 31st.
    """
    if unit == "days":
        first = anchor + (day - anchor) // count * count
        return exactly(first, first + count - 1)
    start, on = date.fromordinal(anchor), date.fromordinal(day)
    number = ((on.year - start.year) * 12 + on.month - start.month) // count
    while shifted(anchor, number * count, unit, rounding) > day:
        number -= 1
    while shifted(anchor, (number + 1) * count, unit, rounding) <= day:
        number += 1
    first = shifted(anchor, number * count, unit, rounding)
    return exactly(first, shifted(anchor, (number + 1) * count, unit, rounding) - 1)


def blocks(period: Period, day: int, view: View, first_service: tuple[int | None, int | None]) -> Span:
    """Blocks from a date, or from the first service that counts."""
    count = count_of(period, view)
    if period.anchor is not None:
        anchor = value(period.anchor, view)
    else:
        may, sure = first_service
        earliest = day if sure is None else min(day, sure)
        anchor = earliest if may == earliest else None
    if count is None:
        return Span(FIRST_DAY, LAST_DAY, day, day)
    if isinstance(anchor, int) and is_day(anchor):
        return block(anchor, day, count, period.unit, period.rounding)
    reach = count * LONGEST[period.unit] - 1
    return around(day, reach, reach)


def since(period: Period, day: int, view: View) -> Span:
    """From a date on; a service before it is not reached."""
    anchor = None if period.anchor is None else value(period.anchor, view)
    if anchor is NONE:
        return NEVER
    if not isinstance(anchor, int) or not is_day(anchor):
        return Span(FIRST_DAY, LAST_DAY, day, day, UNKNOWN)
    return exactly(anchor, LAST_DAY) if anchor <= day else NEVER


def following(period: Period, day: int, view: View) -> Span:
    """So many days after an event; day 1 is the day after it."""
    anchor = None if period.anchor is None else value(period.anchor, view)
    count = count_of(period, view)
    if anchor is NONE or (isinstance(anchor, int) and day <= anchor):
        return NEVER
    if not isinstance(anchor, int) or not is_day(anchor) or count is None:
        return Span(FIRST_DAY, LAST_DAY, day, day, UNKNOWN)
    return exactly(anchor + 1, anchor + count) if day <= anchor + count else NEVER


def covering(day: int, view: View) -> Span:
    """The dates of the authorization that covers the line."""
    found = view.get(COVERING)
    if found is None:
        return Span(FIRST_DAY, LAST_DAY, day, day, UNKNOWN)
    if not found:
        return NEVER
    first, last = found
    return exactly(first if is_day(first) else FIRST_DAY, last if is_day(last) else LAST_DAY)
