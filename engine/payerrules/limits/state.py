"""The state of a limit at one line: what is used, what fits, what is left, and on which day there is room again."""

from __future__ import annotations

from dataclasses import dataclass

from payerrules.language.items import Limit
from payerrules.limits.counting import NOTHING, Bounds, Counted, Key
from payerrules.limits.spans import TRUE, Span
from payerrules.model.values import NONE, MaybeValue
from payerrules.program.evaluate import View, shifted


@dataclass(frozen=True, slots=True)
class LimitState:
    """A limit at one line: bounds are in the limit's own unit (cents for money, minutes where a unit is a length of time)."""

    limit: Limit
    name: str  # as reported
    line: int
    day: int  # the line's date of service
    pool: Key
    span: Span
    before: Bounds
    this: Bounds
    after: Bounds
    counts: int  # Kleene: does the line count
    beyonds: tuple[tuple[str, int | None], ...]  # step name, bound
    counted: tuple[Counted, ...] = ()
    opening: Bounds = NOTHING
    opened_by: str = ""  # counter | history | nothing | line (where only the line's own use can count)

    @property
    def bound(self) -> int | None:
        """The lowest bound that is known; None where none is."""
        return min((bound for _, bound in self.beyonds if bound is not None), default=None)


def remaining(bound: int | None, before: Bounds) -> Bounds | None:
    """What is left up to a bound; None where no bound is known."""
    if bound is None:
        return None
    low, high = before
    return (0 if high is None else max(0, bound - high)), max(0, bound - low)


def fits(limit: Limit, bound: int | None, before: Bounds, this: Bounds, view: View) -> int | None:
    """How much of a line fits below a bound: cents, or units of the line; None where that is not known.

    A unit of the line is stopped as a whole: of 45 minutes in 3 units, 2 units fit into 40 minutes.
    """
    left = remaining(bound, before)
    units = view.get("line.units_payable", view.get("line.units"))
    if left is None or left[1] is None or this[0] != this[1]:
        return None
    least, most = left[0], left[1]
    if limit.counts == "allowed_amount":
        shares = {min(one, this[0]) for one in (least, most)}
    elif not isinstance(units, int):
        return None
    else:
        shares = {units if this[0] == 0 else min(units, one * units // this[0]) for one in (least, most)}
    return shares.pop() if len(shares) == 1 else None


def sure(state: LimitState) -> bool:
    """Whether all that is used, and by which services, is known one by one."""
    return state.opening == NOTHING and state.span.known and all(exact(one) for one in state.counted)


def exact(one: Counted) -> bool:
    """Whether it is known that a service counts, and how much it is."""
    return one.counts == TRUE and one.size[0] == one.size[1]


def last_date(state: LimitState) -> MaybeValue:
    """The last day before the line on which something was counted; none where there is none, None where unknown."""
    if not sure(state):
        return None
    return max((one.event.day for one in state.counted), default=NONE)


def reached_on(state: LimitState) -> MaybeValue:
    """The day on which what was used before the line came up to the lowest bound; none where it has not, None where unknown."""
    if state.bound is None or not sure(state):
        return None
    used = 0
    for one in sorted(state.counted, key=lambda one: one.event.day):
        used += one.size[0]
        if used >= state.bound:
            return one.event.day
    return NONE


def free_on(state: LimitState) -> MaybeValue:
    """The first day, from the line's on, that has room for a service like it.

    None where unknown; `none` where no such day can be told: more than the bound at once, or a period without an end.
    """
    bound, (this, most) = state.bound, state.this
    if bound is None or not sure(state) or this != most:
        return None
    if this > bound:
        return NONE
    used = state.before[0]
    if used + this <= bound:
        return state.day
    period = state.limit.period
    if period.kind == "rolling":
        for one in sorted(state.counted, key=lambda one: one.event.day):
            used -= one.size[0]
            if used + this <= bound:
                return leaving(one.event.day, state.span.length, period.unit, period.rounding)
    return NONE if period.kind in ("since", "following", "authorization", "rolling") else state.span.last + 1


def leaving(event: int, length: int, unit: str, rounding: str) -> int:
    """The first day whose rolling period of so many days or months no longer holds an event.

    >>> leaving(100, 30, "days", "")
    130
    """
    found = shifted(event, length, unit, "down")
    while shifted(found, -length, unit, rounding) < event:
        found += 1
    return found
