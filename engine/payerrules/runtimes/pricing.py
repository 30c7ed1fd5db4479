"""Prices: the allowed amount of each line from its parts, reductions among the lines of a day, cents rounded once, half up."""

from __future__ import annotations

from collections.abc import Iterable

from payerrules.language.effect import Price, Reduce
from payerrules.language.expression import FALSE, TRUE, UNKNOWN, Shift, Term
from payerrules.program.evaluate import NO_SCOPES, View, rounded, value
from payerrules.runtimes.conclusions import LineConclusion, Verdict

CENTS = 2
EVERY = "all"  # what a reduction names that is of every part
PRECISE = 12  # decimals in which the parts of a price are added up: more than any product of declared decimals needs


class Pricing:
    """The prices and reductions that rules of the price stage set, by line, kept until all of them are known."""

    __slots__ = ("prices", "reductions")

    def __init__(self) -> None:
        self.prices: dict[int, list[tuple[Verdict, Price]]] = {}
        self.reductions: dict[int, list[tuple[Verdict, Reduce]]] = {}

    def price(self, lines: Iterable[LineConclusion], verdict: Verdict, effect: Price) -> None:
        """A rule prices these lines (or may, where its verdict is unknown)."""
        for line in lines:
            self.prices.setdefault(line.line, []).append((verdict, effect))

    def reduce(self, lines: Iterable[LineConclusion], verdict: Verdict, effect: Reduce) -> None:
        """A rule reduces a part of the price of these lines."""
        for line in lines:
            self.reductions.setdefault(line.line, []).append((verdict, effect))

    def settle(self, lines: list[LineConclusion]) -> None:
        """Give every line its allowed amount in cents: the one the encounter gave, else the priced one, else unknown."""
        parts = {line.line: self.parts(line) for line in lines} if self.prices else {}
        for line in lines:
            if "line.allowed" in line.view["@given"]:
                line.allowed = given(line)
            elif parts:
                line.allowed = self.allowed(line, lines, parts)
            line.view["line.allowed"] = line.allowed

    def cut(self, line: LineConclusion, before: int | None, lines: list[LineConclusion]) -> None:
        """Price a line anew whose payable units a limit has cut: by its price, else by its share of the given amount."""
        units = line.units_payable
        if before is None or units is None or units >= before or line.allowed is None:
            return
        if line.line in self.prices and "line.allowed" not in line.view["@given"]:
            line.allowed = self.allowed(line, lines, {one.line: self.parts(one) for one in lines})
        else:
            line.allowed = share(line.allowed, units, before)
        line.view["line.allowed"] = line.allowed

    def parts(self, line: LineConclusion) -> dict[str, int] | None:
        """The parts of one unit's price, scaled; None where there is no price or it is not known."""
        found = self.prices.get(line.line, [])
        priced = [
            {name: amount(term, line.view) for name, term in price.parts} for v, price in found if v.value == TRUE
        ]
        if len(found) > len(priced) or not priced:
            return None
        if any(other != priced[0] for other in priced[1:]):
            line.pending.append("two prices: " + ", ".join(sorted(v.rule.id for v, _ in found)))
            line.stands = min(line.stands, UNKNOWN)
            return None
        known = {name: part for name, part in priced[0].items() if part is not None}
        return known if len(known) == len(priced[0]) else None

    def allowed(
        self, line: LineConclusion, lines: list[LineConclusion], parts: dict[int, dict[str, int] | None]
    ) -> int | None:
        """The allowed amount of a line; None where something it needs is unknown."""
        own, units = parts[line.line], line.units_payable
        if own is None or units is None:
            return None
        rounding = self.prices[line.line][0][1].round
        prices = [own]  # what the parts of a unit may be worth, with what reduces every unit taken off
        spared = []
        for verdict, reduction in self.reductions.get(line.line, []):
            percent = amount(reduction.percent, line.view)
            if percent is None:
                return None
            if reduction.spared or reduction.with_highest:
                spared.append((verdict, reduction, percent))
                continue
            lower = [less(price, reduction.part, percent) for price in prices]
            prices = lower if verdict.value == TRUE else prices + lower
        amounts = set()
        for price in prices:
            cheap, dear = price, {units}  # what the units that are not spared are worth, and how many may be spared
            for verdict, reduction, percent in spared:
                cheap = less(cheap, reduction.part, percent)
                larger = self.larger(line, lines, parts, reduction)
                dear = {min(units, reduction.spared)} if larger != TRUE else set()
                dear |= {0} if larger != FALSE else set()
                dear |= {units} if verdict.value == UNKNOWN else set()
            full, part = sum(price.values()), sum(cheap.values())
            amounts |= {total(full, part, many, units, rounding) for many in dear}
        return amounts.pop() if len(amounts) == 1 else None

    def larger(
        self,
        line: LineConclusion,
        lines: list[LineConclusion],
        parts: dict[int, dict[str, int] | None],
        reduction: Reduce,
    ) -> int:
        """Whether another line that stands has a higher such part: true, unknown or false. Equal parts: the lower line number."""
        if not reduction.with_highest:
            return FALSE
        own = parts[line.line] or {}
        mine = (own.get(reduction.with_highest, 0), -line.line)
        found = FALSE
        for other in lines:
            ranked = [
                v.value for v, r in self.reductions.get(other.line, []) if r.with_highest == reduction.with_highest
            ]
            if other is line or not ranked:
                continue
            if any(other.view.get(f.name) != line.view.get(f.name) for f in reduction.per):
                continue
            theirs = parts[other.line]
            if theirs is None:
                found = max(found, min(other.stands, UNKNOWN))
            elif (theirs.get(reduction.with_highest, 0), -other.line) > mine:
                found = max(found, min(other.stands, max(ranked)))
        return found


def given(line: LineConclusion) -> int | None:
    """The allowed amount that the encounter gave, which is for all units billed: the share of those that are payable."""
    cents, units, billed = line.view["line.allowed"], line.units_payable, line.units
    if not isinstance(cents, int) or units is None or billed is None or units >= billed:
        return cents if isinstance(cents, int) else None
    return share(cents, units, billed)


def share(cents: int, units: int, of: int) -> int:
    """The part of an amount that so many of its units are worth, rounded half up to the cent.

    >>> share(10000, 2, 3)
    6667
    """
    return (2 * cents * units + of) // (2 * of)


def less(price: dict[str, int], part: str, percent: int) -> dict[str, int]:
    """A price with so many percent (scaled) off one part, or off all of them.

    >>> less({"work": 1000, "practice": 500}, "practice", 50 * 10**PRECISE)
    {'work': 1000, 'practice': 250}
    >>> less({"work": 1000, "practice": 500}, "all", 15 * 10**PRECISE)
    {'work': 850, 'practice': 425}
    """
    return {
        name: worth - worth * percent // (100 * 10**PRECISE) if part in (name, EVERY) else worth
        for name, worth in price.items()
    }


def amount(term: Term, view: View) -> int | None:
    """An amount, scaled so that parts can be added; None where unknown."""
    found = value(term, view, NO_SCOPES)
    if not isinstance(found, int) or isinstance(found, bool):
        return None
    return rounded(found, decimals_of(term), PRECISE)


def decimals_of(term: Term) -> int:
    """The decimals of a term's value."""
    return 0 if isinstance(term, Shift) else term.type.decimals


def cents(term: Term, view: View, verdict: int) -> int | None:
    """An amount a payer or a patient pays, rounded half up to the cent; None where it or the rule is unknown."""
    found = value(term, view, NO_SCOPES)
    if verdict != TRUE or not isinstance(found, int) or isinstance(found, bool):
        return None
    return rounded(found, decimals_of(term), CENTS)


def total(full: int, cheap: int, dear: int, units: int, rounding: str) -> int:
    """Cents for so many units, `dear` of them at the full price; rounded half up for each unit, or once for the line.

    >>> total(12_345 * 10**9, 10_000 * 10**9, 1, 2, "unit")
    2235
    """
    if rounding == "unit":
        return rounded(full, PRECISE, CENTS) * dear + rounded(cheap, PRECISE, CENTS) * (units - dear)
    return rounded(full * dear + cheap * (units - dear), PRECISE, CENTS)
