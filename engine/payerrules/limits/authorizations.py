"""Authorizations: which one covers a line, and what the services covered before have left of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from payerrules.limits.counting import ANYTHING, NOTHING, Bounds, Visits, exact, plus
from payerrules.limits.spans import COVERING, FALSE, TRUE, UNKNOWN
from payerrules.model.values import NONE
from payerrules.program.evaluate import View

NAMED: Final = (
    ("authorization.discipline", ("line.discipline",)),
    ("authorization.habilitative", ("line.is_habilitative", "line.habilitative")),
    ("authorization.group", ("line.is_group",)),
    ("authorization.provider", ("provider.npi",)),
)
"""What an authorization may name, and the facts of the line of which the first that is known must be the same."""
AMOUNTS: Final = ("visits", "units", "minutes")
ASKED: Final = frozenset(
    {"line.authorized", "line.authorization_requested", "line.covered_by", *(f"line.authorized_{a}" for a in AMOUNTS)}
)
"""The facts of a line that this makes."""
STANDING: Final = {TRUE: True, FALSE: False, UNKNOWN: None}


@dataclass(slots=True)
class Use:
    """What services have used of one authorization, as bounds; a visit is a day."""

    spent: dict[str, Bounds] = field(default_factory=lambda: dict.fromkeys(AMOUNTS, NOTHING))
    visits: Visits = field(default_factory=Visits)

    def add(self, view: View, counts: int, units: int | None) -> None:
        """A service that was covered, or may have been."""
        minutes = view.get("line.minutes")
        sizes = {
            "visits": self.visits.size((view["line.date"],), counts),
            "units": exact(units),
            "minutes": exact(minutes if isinstance(minutes, int) else None),
        }
        for amount, (low, high) in sizes.items():
            self.spent[amount] = plus(self.spent[amount], (low if counts == TRUE else 0, high))


class Authorizations:
    """The authorizations of an encounter, and what past services and its own lines have used of them so far.

    `history` is None where it is not known. An authorization that says how much of it is used takes only later services
    of the history into account (after its `as_of`; none without that day), one that does not, all of them.
    """

    def __init__(self, given: list[View] | None, history: Sequence[View] | None) -> None:
        self.given = given
        self.whole = history is not None
        self.uses = [Use() for _ in given or ()]
        if given:
            self.remember(sorted(history or (), key=lambda view: view["line.date"]))

    def remember(self, history: Iterable[View]) -> None:
        """Let past services use up what covered them, and note in their views which one that was, where it is known."""
        for view in history:
            outcome = view.get("line.outcome")
            counts = TRUE if outcome in (None, "pay") else UNKNOWN if outcome == "pend" else FALSE
            fitting = [(place, self.matches(place, view, "approved")) for place in self.offered(view)]
            fitting = [(place, fits) for place, fits in fitting if fits != FALSE]
            sure = isinstance(view.get("line.authorization"), str) or len(fitting) == 1
            known = sure and fitting[0][1] == TRUE if fitting else True
            name = (self.given or [])[fitting[0][0]].get("authorization.id") if fitting else NONE
            view["line.covered_by"] = name if known else None
            for place, fits in fitting if counts != FALSE else ():
                if self.adds(place, view):
                    units = view.get("line.units")
                    surely = min(counts, fits) if sure else UNKNOWN
                    self.uses[place].add(view, surely, units if isinstance(units, int) else None)

    def adds(self, place: int, view: View) -> bool:
        """Whether a past service is not yet in what the authorization says is used."""
        one = (self.given or [])[place]
        if not isinstance(one.get("authorization.used"), int):
            return True
        as_of = one.get("authorization.as_of")
        return isinstance(as_of, int) and view["line.date"] > as_of

    # --- what covers a line -------------------------------------------------------------------------
    def facts(self, view: View) -> View:
        """What a line may read of its authorizations: whether one covers it, which, and what that has left."""
        approved = self.covers(view, "approved")
        found: View = {
            "line.authorized": STANDING[approved],
            "line.authorization_requested": STANDING[self.covers(view, "requested")],
            "line.covered_by": None if approved == UNKNOWN else NONE,
            COVERING: None if approved == UNKNOWN else (),
        }
        place = self.first(view) if approved == TRUE else None
        for amount in AMOUNTS:
            found[f"line.authorized_{amount}"] = found["line.covered_by"] if place is None else self.left(place, amount)
        if place is not None:
            one = (self.given or [])[place]
            found["line.covered_by"] = one.get("authorization.id") or NONE
            found[COVERING] = one.get("authorization.from"), one.get("authorization.through")
        return found

    def covers(self, view: View, status: str) -> int:
        """Whether one of this status covers the line and has something left: true, unknown or false."""
        if self.given is None:
            return UNKNOWN
        return max((self.fits(place, view, status) for place in self.offered(view)), default=FALSE)

    def first(self, view: View) -> int | None:
        """The first authorization that surely covers a line."""
        return next((place for place in self.offered(view) if self.fits(place, view, "approved") == TRUE), None)

    def offered(self, view: View) -> list[int]:
        """The authorizations that may serve a service: the one it names, else all, the earliest first."""
        given = self.given or []
        named = view.get("line.authorization")

        def order(place: int) -> tuple[int, str]:
            first = given[place].get("authorization.from")
            return (first if isinstance(first, int) else 0, str(given[place].get("authorization.id")))

        places = sorted(range(len(given)), key=order)
        if isinstance(named, str):
            return [i for i in places if given[i].get("authorization.id") == named]
        return places

    def fits(self, place: int, view: View, status: str) -> int:
        """Whether one authorization covers a line, and has something left of all that it counts."""
        found = self.matches(place, view, status)
        for amount in AMOUNTS if found != FALSE else ():
            left = self.left(place, amount)
            if left is not NONE:
                low, high = (left, left) if isinstance(left, int) else left
                found = min(found, TRUE if low > 0 else FALSE if high is not None and high <= 0 else UNKNOWN)
        return found

    def matches(self, place: int, view: View, status: str) -> int:
        """Whether one authorization is for a service, by its status, its dates and everything it names."""
        one = (self.given or [])[place]
        day = view["line.date"]
        said = one.get("authorization.status")
        found = [same("approved" if said is NONE else said, status)]  # one without a word on it was approved
        found += [at_most(one.get("authorization.from"), day), at_most(day, one.get("authorization.through"))]
        codes = one.get("authorization.codes")
        if isinstance(codes, frozenset) and codes:
            found.append(TRUE if view["line.code"] in codes else FALSE)
        for named, facts in NAMED:
            wanted = one.get(named)
            if wanted is not None and wanted is not NONE:
                said = next((known for fact in facts if (known := view.get(fact)) is not None), None)
                found.append(same(said, wanted))
        return min(found)

    def left(self, place: int, amount: str) -> Any:
        """What is left of one thing that an authorization counts, a number or bounds; none where it does not count it."""
        one = (self.given or [])[place]
        most = one.get(f"authorization.{amount}")
        if not isinstance(most, int):
            return NONE
        used = one.get("authorization.used")
        opening: Bounds = exact(used) if isinstance(used, int) else NOTHING if self.whole else ANYTHING
        low, high = plus(opening, self.uses[place].spent[amount])
        least, greatest = 0 if high is None else max(0, most - high), max(0, most - low)
        return least if least == greatest else (least, greatest)

    def use(self, view: View, stands: int) -> str:
        """A line that stands, or may, uses up the first authorization that covers it; gives its id, "" where none does."""
        place = self.first(view) if stands != FALSE else None
        if place is None:
            return ""
        units = view.get("line.units_payable", view.get("line.units"))
        self.uses[place].add(view, stands, units if isinstance(units, int) else None)
        return str((self.given or [])[place].get("authorization.id") or "") if stands == TRUE else ""


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
