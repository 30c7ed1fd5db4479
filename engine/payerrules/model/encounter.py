"""An encounter: what came in, typed by the vocabulary, immutable.

That nothing is set anew is held by the type checker (`Final`): a class that guards itself takes three times as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from payerrules.model.diagnostic import Diagnostic
from payerrules.model.values import Value

Facts = Mapping[str, Value]
OF_UNITS = ("line.charge", "line.allowed", "line.schedule_amount")
"""Amounts that a line has for all its units together."""


@dataclass(slots=True)
class Line:
    """A service line, or an earlier service of the history, which is read as a line.

    `facts` holds what was given, by vocabulary name (`line.code`, `line.units`, and `provider.role` where the line names its own provider);
    a fact that is not there was not given. Modifiers keep their order.
    """

    number: Final[int]
    date: Final[int]  # day number of the date of service
    code: Final[str]
    modifiers: Final[tuple[str, ...]] = ()
    facts: Final[Facts] = field(default_factory=dict)
    diagnoses: Final[tuple[int, ...] | None] = None  # pointers into the encounter's diagnoses, from 1; None: not given
    other_payers: Final[tuple[Facts, ...] | None] = None  # the line's paid_by_others
    receipt: Final[int | None] = (
        None  # of a past service that a ledger holds: the place at which its claim was received
    )

    def corrected(self, modifiers: tuple[str, ...], units: int | None, with_minutes: bool = False) -> Line:
        """The line with other modifiers and, where given, fewer units; its amounts (and minutes, if asked) fall with them."""
        facts = dict(self.facts)
        facts["line.modifiers"] = frozenset(modifiers)
        before = facts.get("line.units")
        if units is not None:
            facts["line.units"] = units
            for name in (*OF_UNITS, "line.minutes") if with_minutes else OF_UNITS:
                whole = facts.get(name)
                if isinstance(whole, int) and isinstance(before, int) and units < before:
                    part = (
                        whole * units // before
                        if name == "line.minutes"
                        else (2 * whole * units + before) // (2 * before)
                    )
                    facts[name] = part
        return replace(self, modifiers=modifiers, facts=facts)


@dataclass(slots=True)
class CounterGiven:
    """A number the payer gave: how much of a limit is used, as of a day; `pool` names the pool by facts."""

    limit: Final[str]
    used: Final[int]  # as written: hundredths where it was written with a point, whole ones where it was not
    used_text: Final[str]
    as_of: Final[int | None] = None
    pool: Final[Facts] = field(default_factory=dict)

    def used_of(self, *, money: bool) -> int:
        """What is used: cents of a limit of money, whole ones of any other (a part of one counts as one).

        >>> [CounterGiven("l", 2450, "2450").used_of(money=True), CounterGiven("l", 2000, "20.0").used_of(money=False)]
        [245000, 20]
        """
        if "." in self.used_text:
            return self.used if money else -(-self.used // 100)
        return self.used * 100 if money else self.used


@dataclass(slots=True)
class Encounter:
    """One encounter. A collection that is None was not given; an empty one is known to be empty.

    `facts` are those of the encounter as a whole by vocabulary name (`patient.birth_date`, `coverage.*`, `documentation.*`, `provider.*`,
    and line facts given once for all lines). `payer` has id, program, state, plan, rank as far as given.
    `unread` names what could not be read; lines that could not be read are listed by number in `unreadable_lines`, and pend.
    """

    id: Final[str]
    payer: Final[Mapping[str, str]]
    patient: Final[str]
    lines: Final[tuple[Line, ...]]
    facts: Final[Facts] = field(default_factory=dict)
    diagnoses: Final[tuple[str, ...] | None] = None
    history: Final[tuple[Line, ...] | None] = None
    history_known_from: Final[int | None] = None
    authorizations: Final[tuple[Facts, ...] | None] = None
    other_payers: Final[tuple[Facts, ...] | None] = None
    counters: Final[tuple[CounterGiven, ...]] = ()
    received: Final[int | None] = None
    # its place in a ledger's account, by which it is told what was received before and after
    receipt: Final[int | None] = None
    presumed: Final[tuple[str, ...]] = ()  # what an option presumed, such as "history" under --assume-history none
    unread: Final[tuple[Diagnostic, ...]] = field(default=(), compare=False)
    unreadable_lines: Final[tuple[int, ...]] = ()
    # line number (0: any) and what was wrong there; such a line is never paid
    doubtful: Final[tuple[tuple[int, str], ...]] = ()

    @property
    def first_date(self) -> int:
        """The first date of service, as a day number; 0 where no line could be read."""
        return min((line.date for line in self.lines), default=0)


__all__ = ["CounterGiven", "Encounter", "Facts", "Line"]
