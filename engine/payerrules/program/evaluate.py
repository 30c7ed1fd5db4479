"""What conditions and terms mean: three values for a condition, a value or none for a term, read from one thing.

This page is the meaning of the language. Everything else that computes conditions (generated code, durable_rules)
is held to it by tests. A `View` maps the names of facts to values; a name that is not there, or None, is unknown;
a pair (low, high) is a number known only within bounds (high None: no bound).
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any as Anything
from typing import TypeAlias

from payerrules.language.expression import (
    FALSE,
    TRUE,
    UNKNOWN,
    All,
    Any,
    Because,
    Compare,
    Condition,
    Constant,
    Count,
    CountOf,
    Exists,
    Fact,
    Given,
    Held,
    Literal,
    Member,
    MemberOf,
    Not,
    Present,
    Reckoned,
    SetTest,
    Shift,
    StartsWith,
    Term,
    Total,
)
from payerrules.model.values import NONE, MaybeValue

View: TypeAlias = dict[str, Anything]
Scopes: TypeAlias = Mapping[str, View]
Truth: TypeAlias = Callable[[View, Scopes], int]

NO_SCOPES: Scopes = {}
COLLECTIONS = {
    "line": ("@lines", "other"),
    "service": ("@services", "other"),
    "authorization": ("@authorizations", "authorization"),
    "other_payer": ("@other_payers", "other_payer"),
    "diagnosis": ("@diagnoses", "diagnosis"),
}
"""For each thing that can be looked at: where a view keeps it, and the scope its facts are read in."""


def truth(condition: Condition, view: View, scopes: Scopes = NO_SCOPES) -> int:
    """The Kleene value of a condition: 2 true, 1 unknown, 0 false."""
    match condition:
        case Constant(always):
            return always
        case All(parts):
            return min((truth(part, view, scopes) for part in parts), default=TRUE)
        case Any(parts):
            return max((truth(part, view, scopes) for part in parts), default=FALSE)
        case Not(part):
            return TRUE - truth(part, view, scopes)
        case Because(_, part):
            return truth(part, view, scopes)
        case Compare(left, op, right):
            return compare(op, reading(left, view, scopes), reading(right, view, scopes))
        case Member(left, members):
            return tested(reading(left, view, scopes), lambda code: code in members)
        case MemberOf(left, fact):
            code, codes = reading(left, view, scopes), reading(fact, view, scopes)
            if codes is None or code is None:
                return UNKNOWN
            return TRUE if isinstance(codes, frozenset) and code in codes else FALSE
        case StartsWith(left, prefix):
            return tested(reading(left, view, scopes), lambda code: isinstance(code, str) and code.startswith(prefix))
        case SetTest(fact, mode, members):
            if mode == "has_all":
                return tested(reading(fact, view, scopes), lambda codes: codes is not NONE and members.codes <= codes)
            return tested(reading(fact, view, scopes), lambda codes: codes is not NONE and members.any_of(codes))
        case CountOf(fact, members, op, number):
            codes = reading(fact, view, scopes)
            if codes is None:
                return UNKNOWN
            return compare(op, 0 if codes is NONE else sum(code in members for code in codes), number)
        case Present(fact):
            return present(fact, view, scopes)
        case Held(fact):
            found = reading(fact, view, scopes)
            return UNKNOWN if found is None else FALSE if found is NONE or found is False else TRUE
        case Given(fact):
            return TRUE if fact.name in thing(fact, view, scopes).get("@given", ()) else FALSE
        case Exists(over, where):
            return max(each(over, where, view, scopes), default=FALSE)
        case Count(over, where, op, number):
            return compare(op, tally(over, where, view, scopes), reading(number, view, scopes))


def thing(fact: Fact, view: View, scopes: Scopes) -> View:
    """The facts of the thing that a fact is read from."""
    return scopes[fact.scope] if fact.scope else view


def reading(term: Term, view: View, scopes: Scopes = NO_SCOPES) -> Anything:
    """What a term reads: a value, None where unknown, or a pair of bounds."""
    match term:
        case Fact(name, _, scope):
            return (scopes[scope] if scope else view).get(name)
        case Literal(written):
            return written
        case Shift():
            return moved(term, view, scopes)
        case Reckoned():
            return reckon(term, view, scopes)
        case Total():
            return added(term, view, scopes)


def value(term: Term, view: View, scopes: Scopes = NO_SCOPES) -> MaybeValue:
    """The value of a term; None where it is unknown or known only within bounds."""
    found = reading(term, view, scopes)
    if isinstance(found, tuple):
        low, high = found
        return low if low == high else None
    return found  # type: ignore[no-any-return]  # a view holds values of the types its facts declare


def tested(found: Anything, is_true: Callable[[Anything], bool]) -> int:
    """A two-valued test of a value that may be unknown."""
    if found is None:
        return UNKNOWN
    return TRUE if is_true(found) else FALSE


def compare(op: str, left: Anything, right: Anything) -> int:
    """Compare two values; one that is unknown makes it unknown, bounds are held against bounds.

    >>> compare("gt", (0, None), 248000), compare("gt", (250000, None), 248000), compare("le", 3, 3)
    (1, 2, 2)
    """
    if left is None or right is None:
        return UNKNOWN
    if left is NONE or right is NONE:
        return TRUE if op == "eq" and left is right else FALSE
    if isinstance(left, tuple) or isinstance(right, tuple):
        return compare_bounds(op, left, right)
    match op:
        case "eq":
            holds = left == right
        case "gt":
            holds = left > right
        case "ge":
            holds = left >= right
        case "lt":
            holds = left < right
        case _:
            holds = left <= right
    return TRUE if holds else FALSE


def compare_bounds(op: str, left: Anything, right: Anything) -> int:
    """Compare where at least one side is a pair of bounds: true if it holds for all, false if for none."""
    low, high = left if isinstance(left, tuple) else (left, left)
    least, most = right if isinstance(right, tuple) else (right, right)
    above_all = most is not None and low > most  # left > right whatever they are
    not_below = most is not None and low >= most  # left >= right whatever they are
    below_all = high is not None and high < least
    not_above = high is not None and high <= least
    match op:
        case "gt":
            return TRUE if above_all else FALSE if not_above else UNKNOWN
        case "ge":
            return TRUE if not_below else FALSE if below_all else UNKNOWN
        case "lt":
            return TRUE if below_all else FALSE if not_below else UNKNOWN
        case "le":
            return TRUE if not_above else FALSE if above_all else UNKNOWN
        case _:
            if low == high == least == most:
                return TRUE
            return FALSE if above_all or below_all else UNKNOWN


def present(fact: Fact, view: View, scopes: Scopes) -> int:
    """Whether a fact has a value: a given one that is missing has none, a derived one that is unknown may have one."""
    where = thing(fact, view, scopes)
    found = where.get(fact.name)
    if found is None:
        return UNKNOWN if fact.name in where.get("@derived", ()) else FALSE
    return FALSE if found is NONE or found == frozenset() else TRUE


def each(over: str, where: Condition, view: View, scopes: Scopes) -> Iterable[int]:
    """The value of a condition at each of the other things; one UNKNOWN for a collection that is not known."""
    key, scope = COLLECTIONS[over]
    found = view.get(key)
    if found is None:
        yield UNKNOWN
        return
    for other in found:
        if other is not view:
            yield truth(where, view, {**scopes, scope: other})


def tally(over: str, where: Condition, view: View, scopes: Scopes) -> tuple[int, int | None]:
    """How many other things fit, as bounds: those that do, and those that may; a part nobody knows has no bound."""
    key, scope = COLLECTIONS[over]
    found = view.get(key)
    if found is None:
        return 0, None
    least, most, bounded = 0, 0, True
    for other in found:
        if other is view:
            continue
        fits = truth(where, view, {**scopes, scope: other})
        if "@many" in other:  # stands for services that nobody told us of
            bounded = bounded and fits == FALSE
            continue
        least += fits == TRUE
        most += fits != FALSE
    return least, most if bounded else None


def added(term: Total, view: View, scopes: Scopes) -> int | None:
    """The sum over the other things that fit; None where one that fits, or may fit, has no amount anybody knows."""
    key, scope = COLLECTIONS[term.over]
    found = view.get(key)
    if found is None:
        return None
    whole = 0
    for other in found:
        if other is view:
            continue
        inner = {**scopes, scope: other}
        fits = truth(term.where, view, inner)
        if fits == FALSE:
            continue
        amount = value(term.of, view, inner)
        if not isinstance(amount, int) or isinstance(amount, bool) or (amount and fits == UNKNOWN) or "@many" in other:
            return None
        whole += amount
    return whole


def moved(term: Shift, view: View, scopes: Scopes) -> MaybeValue:
    """The day that an offset comes to; unknown where how many is not known, or a year's holidays are not, or no calendar has it."""
    day = value(term.base, view, scopes)
    count = term.count if term.by is None else value(term.by, view, scopes)
    if not isinstance(day, int):
        return day
    if not isinstance(count, int):
        return None
    try:
        found = shifted(day, count if term.by is None else count * term.count, term.unit, term.rounding, term.holidays)
    except (ValueError, OverflowError):  # beyond the years 1 to 9999
        return None
    if not date.min.toordinal() <= found <= date.max.toordinal():
        return None
    if term.calendar:
        spoken = {date.fromordinal(holiday).year for holiday in term.holidays}
        first, last = sorted((date.fromordinal(day).year, date.fromordinal(found).year))
        if not spoken.issuperset(range(first, last + 1)):
            return None
    return found


def shifted(day: int, count: int, unit: str, rounding: str = "down", holidays: frozenset[int] = frozenset()) -> int:
    """A day number moved by days, working days (Monday to Friday and no holiday) or months.

    A month that has no such day: its last day (down), or the first day of the next month (up).

    >>> [date.fromordinal(shifted(date(2024, 1, 31).toordinal(), 1, "months", way)).isoformat() for way in ("down", "up")]
    ['2024-02-29', '2024-03-01']
    """
    match unit:
        case "days":
            return day + count
        case "months":
            start = date.fromordinal(day)
            months = start.year * 12 + start.month - 1 + count
            year, month = divmod(months, 12)
            last = calendar.monthrange(year, month + 1)[1]
            over = int(rounding == "up" and start.day > last)
            return date(year, month + 1, min(start.day, last)).toordinal() + over
        case _:
            step = 1 if count > 0 else -1
            left = abs(count)
            while left:
                day += step
                if date.fromordinal(day).weekday() < 5 and day not in holidays:
                    left -= 1
            return day


def reckon(term: Reckoned, view: View, scopes: Scopes) -> int | None:
    """An amount made of amounts, exact, as an integer with the decimals of the term's type; None where a part is unknown."""
    parts: list[tuple[int, int]] = []
    for part in term.terms:
        found = value(part, view, scopes)
        if not isinstance(found, int) or isinstance(found, bool):
            return None
        parts.append((found, part.type.decimals if not isinstance(part, Shift) else 0))
    wanted = term.type.decimals
    match term.word:
        case "times":
            number, decimals = 1, 0
            for amount, places in parts:
                number, decimals = number * amount, decimals + places
        case "percent":
            (rate, places), (whole, more) = parts
            number, decimals = rate * whole, places + more + 2
        case "round":
            number, decimals = parts[0]
            return rounded(number, decimals, wanted)
        case word:
            decimals = max(places for _, places in parts)
            amounts = [amount * 10 ** (decimals - places) for amount, places in parts]
            match word:
                case "plus":
                    number = sum(amounts)
                case "minus":
                    number = amounts[0] - sum(amounts[1:])
                case "least_of":
                    number = min(amounts)
                case _:
                    number = max(amounts)
    return rounded(number, decimals, wanted)


def rounded(number: int, decimals: int, wanted: int) -> int:
    """A scaled integer with other decimals, half up where some are lost (exact where none are).

    >>> rounded(12345, 3, 2), rounded(-12345, 3, 2), rounded(5, 0, 2)
    (1235, -1235, 500)
    """
    if decimals <= wanted:
        return number * int(10 ** (wanted - decimals))
    unit: int = 10 ** (decimals - wanted)
    sign = -1 if number < 0 else 1
    return sign * ((2 * abs(number) + unit) // (2 * unit))
