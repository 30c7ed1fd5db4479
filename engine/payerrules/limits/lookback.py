"""How far back a program looks: the first day whose past services can matter to an encounter, so that older ones stay unread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from payerrules.language.expression import (
    All,
    Because,
    Compare,
    Condition,
    Count,
    Exists,
    Fact,
    Literal,
    Shift,
    Term,
    Total,
)
from payerrules.language.items import FIRST_DAY, Limit, Lookup, ParameterLookup, Rule
from payerrules.limits.authorizations import ASKED, NAMED
from payerrules.limits.spans import COVERING, span_of
from payerrules.model.encounter import Encounter
from payerrules.program.evaluate import View, value
from payerrules.program.kept import kept
from payerrules.program.program import Program
from payerrules.program.reads import facts_in, facts_of, makes, pieces_of

DATE_OF_SERVICE: Final = "line.date"


def first_day_needed(program: Program, encounter: Encounter) -> int | None:
    """The first day, as a day number, of the past services that can matter to an encounter; None where all may.

    Nothing is guessed: where a period's ends are not known, or a rule looks at all past services, it is None.
    """
    days = sorted({line.date for line in encounter.lines})
    looks, authorizes = looks_of(program)
    found: list[int] = [days[0]] if days else []
    for day in days:
        view: View = {**encounter.facts, DATE_OF_SERVICE: day}
        for look in looks:
            back = None if look is None else value(look, view)
            if not isinstance(back, int):
                return None
            found.append(back)
        for limit, window in program.limits:
            if window.holds(day):
                back = reach(limit, day, view, encounter, program)
                if back is None:
                    return None
                found.append(back)
    if authorizes:
        back = authorized_from(encounter)
        if back is None:
            return None
        found.append(back)
    return min(found, default=None)


def reach(limit: Limit, day: int, view: View, encounter: Encounter, program: Program) -> int | None:
    """The first day that the period of a limit may hold for a service of a day; None where that is not known."""
    period = limit.period
    if isinstance(period.length, Fact) and period.length.name.startswith("parameter."):
        longest = largest(period.length.name, program)
        period = replace(period, length=None if longest is None else Literal(longest, period.length.type))
    if period.kind == "blocks" and period.anchor is None:
        return None
    if period.kind == "authorization":
        return authorized_from(encounter)
    span = span_of(period, day, {**view, COVERING: ()})
    if not span.applies:
        return day
    first = span.first
    since = None if limit.counts_from is None else value(limit.counts_from, view)
    if isinstance(since, int):
        first = max(first, since)
    return None if first <= FIRST_DAY else min(first, day)


def largest(name: str, program: Program) -> int | None:
    """The largest value that a parameter has on any day."""
    for placed in program.placed:
        if isinstance(placed.item, ParameterLookup) and placed.item.fact.name == name:
            values = [row.value for row in placed.item.rows]
            return max((one for one in values if isinstance(one, int)), default=None)
    return None


def authorized_from(encounter: Encounter) -> int | None:
    """The first day of any authorization, as services of that time may have used it; None where one has no first day."""
    if encounter.authorizations is None:
        return encounter.first_date
    found = [one.get("authorization.from") for one in encounter.authorizations]
    days = [day for day in found if isinstance(day, int)]
    return None if len(days) < len(found) else min([encounter.first_date, *days])


@lru_cache(maxsize=256)
def looks_of(program: Program) -> tuple[tuple[Term | None, ...], bool]:
    """The earliest day that each look at past services may reach (None: any), and whether authorizations are asked for."""
    looks: list[Term | None] = []
    authorizes = False
    for placed in program.placed:
        authorizes = authorizes or any(fact.name in ASKED for fact in facts_of(placed.item))
        for where in services_in(placed.item):
            derived = isinstance(placed.item, Rule) and placed.stage == "derive"
            looks.append(None if derived else earliest(where))
    return tuple(looks), authorizes


def facts_of_past(items: Iterable[Rule | Lookup], limits: Iterable[Limit]) -> frozenset[str]:
    """The facts of past services that can matter: what limits, authorizations and looks at them read, and what those rest on.

    What else rules derive is of no use to a service that was decided long ago, and costs as much as for a line.
    """
    kept = list(items)
    found = {fact.name for limit in limits for part in (limit.of, limit.per, limit.one_per) for fact in facts_in(part)}
    found |= {fact for _, facts in NAMED for fact in facts}
    found |= {fact.name for item in kept for where in services_in(item) for fact in facts_in(where) if fact.scope}
    totals = (one for item in kept for one in pieces_of(item) if isinstance(one, Total) and one.over == "service")
    found |= {fact.name for total in totals for fact in facts_in(total.of) if fact.scope}
    while True:
        more = {fact.name for item in kept if not found.isdisjoint(makes(item)) for fact in facts_of(item)} - found
        if not more:
            return frozenset(found)
        found |= more


@kept
def services_in(item: Rule | Lookup) -> tuple[Condition, ...]:
    """The conditions of every look at lines and past services in an item."""
    looks = (one for one in pieces_of(item) if isinstance(one, Exists | Count | Total))
    return tuple(one.where for one in looks if one.over == "service")


def earliest(where: Condition) -> Term | None:
    """The day before which no service can fit a condition, told by the date of service; None where it says none."""
    match where:
        case All(parts):
            return next((found for part in parts if (found := earliest(part)) is not None), None)
        case Because(_, part):
            return earliest(part)
        case Compare(Fact(name, _, "other"), op, right) if name == DATE_OF_SERVICE and op in ("eq", "ge", "gt"):
            base = right
            while isinstance(base, Shift):
                base = base.base
            by_date = isinstance(base, Fact) and (base.name, base.scope) == (DATE_OF_SERVICE, "")
            return right if by_date else None
        case _:
            return None
