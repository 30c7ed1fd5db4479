"""Authorizations: which one covers a line, and what the lines covered before have left of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payerrules.model.values import NONE

FALSE, UNKNOWN, TRUE = 0, 1, 2

NAMED = (
    ("authorization.discipline", "line.discipline"),
    ("authorization.habilitative", "line.habilitative"),
    ("authorization.group", "provider.group"),
    ("authorization.provider", "provider.npi"),
)
"""What an authorization may name, and the fact of the line that must be the same."""
AMOUNTS = ("visits", "units", "minutes")


class Authorizations:
    """The authorizations of an encounter, and what its lines have used of them so far."""

    def __init__(self, given: list[dict[str, Any]] | None) -> None:
        self.given = given
        self.spent: dict[int, dict[str, int]] = {}
        self.visits: set[tuple[int, int]] = set()

    def covers(self, view: Mapping[str, Any], status: str) -> int:
        """Whether one of this status covers the line and has something left: true, unknown or false."""
        if self.given is None:
            return UNKNOWN
        return max((self.fits(place, view, status) for place in self.offered(view)), default=FALSE)

    def offered(self, view: Mapping[str, Any]) -> list[int]:
        """The authorizations that may serve a line: the one it names, else all, the earliest first."""
        if self.given is None:
            return []
        named = view.get("line.authorization")
        places = sorted(
            range(len(self.given)),
            key=lambda i: (self.given[i].get("authorization.from") or 0, str(self.given[i].get("authorization.id"))),  # type: ignore[index]  # given is a list here
        )
        if isinstance(named, str):
            return [i for i in places if self.given[i].get("authorization.id") == named]
        return places

    def fits(self, place: int, view: Mapping[str, Any], status: str) -> int:
        """Whether one authorization covers a line, by its status, dates, everything it names, and what is left."""
        one = (self.given or [])[place]
        day = view["line.date"]
        said = one.get("authorization.status")
        found = [same("approved" if said is NONE else said, status)]  # one without a word on it was approved
        found += [at_most(one.get("authorization.from"), day), at_most(day, one.get("authorization.through"))]
        codes = one.get("authorization.codes")
        if isinstance(codes, frozenset) and codes:
            found.append(TRUE if view["line.code"] in codes else FALSE)
        for named, fact in NAMED:
            wanted = one.get(named)
            if wanted is not None and wanted is not NONE:
                found.append(same(view.get(fact), wanted))
        for amount in AMOUNTS:
            most = one.get(f"authorization.{amount}")
            if isinstance(most, int):
                used = one.get("authorization.used")
                before = used if isinstance(used, int) else 0
                found.append(TRUE if before + self.spent.get(place, {}).get(amount, 0) < most else FALSE)
        return min(found)

    def use(self, view: Mapping[str, Any], stands: int, units: int | None) -> None:
        """A line that stands uses up the first authorization that covers it."""
        place = next((i for i in self.offered(view) if self.fits(i, view, "approved") == TRUE), None)
        if place is None or stands != TRUE:
            return
        spent = self.spent.setdefault(place, dict.fromkeys(AMOUNTS, 0))
        if (place, view["line.date"]) not in self.visits:
            self.visits.add((place, view["line.date"]))
            spent["visits"] += 1
        spent["units"] += units or 0
        minutes = view.get("line.minutes")
        spent["minutes"] += minutes if isinstance(minutes, int) else 0


def same(found: Any, wanted: Any) -> int:
    """Whether a fact is what is wanted; one that is not known: unknown."""
    if found is None:
        return UNKNOWN
    return TRUE if found == wanted else FALSE


def at_most(one: Any, other: Any) -> int:
    """Whether a day is not after another; an end that is not given does not bind."""
    if not isinstance(one, int) or not isinstance(other, int):
        return TRUE
    return TRUE if one <= other else FALSE
