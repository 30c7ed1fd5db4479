"""Conclusions: what judging an encounter once leads to. Facts, verdicts and standing; no text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from payerrules.language.effect import Action, Ask, Correction, Flag, Hit, Say
from payerrules.language.items import Rule
from payerrules.limits.state import LimitState
from payerrules.runtimes.blocks import Block

View = dict[str, Any]
"""All facts of one thing by name; None is unknown. A limit's facts are pairs (low, high). Keys that begin with @ are
collections, and `@given` holds the names of the facts that the encounter itself gave."""


@dataclass(slots=True)
class Verdict:
    """How one instance of a rule ended: value 2 fired, 1 not evaluated, 0 not fired.

    `view` and `scopes` are what the condition read, kept so that the reason can be worked out on demand.
    `line` is 0 for the encounter; `other` is the partner line of a pair, the id of the authorization, or "".
    """

    rule: Rule
    line: int
    other: str
    value: int
    view: View
    scopes: Mapping[str, View]


@dataclass(slots=True)
class Run:
    """The rules of a block, asked of one thing, and what they answered.

    `place` is that of the line in the claim, -1 for the encounter. `found` has the verdicts of the rules that were asked;
    those that the date and the code had settled are false.
    """

    block: Block
    place: int
    line: int
    other: str
    view: View
    scopes: Mapping[str, View]
    found: tuple[int, ...] = ()

    @property
    def values(self) -> tuple[int, ...]:
        """The verdicts of all rules of the block, in order."""
        return self.block.values(self.found)

    def asked(self) -> Iterator[tuple[Rule, int]]:
        """The rules that were asked, each with its verdict."""
        return zip(self.block.asked, self.found, strict=True)

    def verdicts(self) -> Iterator[Verdict]:
        """A verdict for each of the rules."""
        for rule, value in zip(self.block.rules, self.values, strict=True):
            yield Verdict(rule, self.line, self.other, value, self.view, self.scopes)


@dataclass(slots=True)
class Struck:
    """A hit that is true (value 2) or unknown (1) on a line; `kind` is what it makes of the line, `group` its group code.

    `kind` is the outcome's own, but `pend` where a denial rests on a date past the edition's verified_through.
    """

    verdict: Verdict
    hit: Hit
    value: int
    kind: str
    group: str = ""
    units: int | None = None  # payable units, of a hit that limits them
    amount: int | None = None  # cents that still fit, of a hit that splits money

    @property
    def partial(self) -> bool:
        """Whether part of the line still stands."""
        return bool(self.units) or bool(self.amount)


@dataclass(slots=True)
class Benign:
    """A flag, remark or action of a rule, with the verdict it comes from."""

    verdict: Verdict
    effect: Flag | Ask | Say
    hit: Hit | None = None  # the hit whose `ask` this is; its modifiers fill {modifier} and {other_modifier}


class LineConclusion:
    """One line, judged. Amounts are cents; None is unknown or not priced.

    `units` are those submitted; `pending` are reasons that are no rule's: "policy for 99999", a conflict.
    """

    # what holds of most lines is said once, of the class
    outcome = "pay"
    stands = 2
    allowed: int | None = None
    payment: int | None = None
    patient_share: int | None = None
    covered_by = ""  # the id of the authorization that the line uses
    unverified = False  # past the edition's verified_through

    def __init__(self, line: int, code: str, modifiers: tuple[str, ...], units: int | None, view: View) -> None:
        self.line = line
        self.code = code
        self.modifiers = modifiers
        self.units = units
        self.units_payable = units
        self.view = view
        self.struck: list[Struck] = []
        self.benign: list[Benign] = []
        self.pending: list[str] = []


class Conclusions:
    """All lines, judged once: every rule in force at every instance has a verdict; `out_of_date` has (rule, line).

    `corrections` are the changes that would lift true hits and may be made, in the order of stages: (line, hit, change).
    `view` is that of the encounter, `benign` what lies beside it; `history` has the views of past services.
    """

    def __init__(self, lines: list[LineConclusion], view: View, history: list[View]) -> None:
        self.lines = lines
        self.view = view
        self.history = history
        self.benign: list[Benign] = []
        self.runs: list[Run] = []
        self.out_of_date: list[tuple[Rule, int]] = []
        self.limits: list[LimitState] = []
        self.corrections: list[tuple[int, Struck, Correction]] = []

    @property
    def verdicts(self) -> list[Verdict]:
        """Every verdict, one an instance."""
        return [verdict for run in self.runs for verdict in run.verdicts()]


__all__ = ["Action", "Benign", "Conclusions", "LimitState", "LineConclusion", "Run", "Struck", "Verdict", "View"]
