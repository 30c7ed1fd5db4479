"""Conclusions: what judging an encounter once leads to. Facts, verdicts and standing; no text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from payerrules.language.effect import Ask, Correction, Flag, Hit, Say
from payerrules.language.items import Limit, Rule
from payerrules.model.values import MaybeValue

View = dict[str, Any]
"""All facts of one thing by name; None is unknown. A limit's facts are pairs (low, high). Keys that begin with @ are collections."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one instance of a rule ended: value 2 fired, 1 not evaluated, 0 not fired.

    `view` and `scopes` are what the condition read (kept, so that the reason can be worked out on demand).
    `line` is 0 for the encounter; `other` is the partner line of a pair, or the id of the authorization, or "" .
    """

    rule: Rule
    line: int
    other: str
    value: int
    view: View
    scopes: Mapping[str, View] | None


@dataclass(frozen=True, slots=True)
class Struck:
    """A hit that is true (value 2) or unknown (1) on a line."""

    verdict: Verdict
    hit: Hit
    value: int
    group: str = ""  # the group code, where the outcome names one and it is known


@dataclass(frozen=True, slots=True)
class Benign:
    """A flag, remark or action of a rule that fired."""

    verdict: Verdict
    effect: Flag | Ask | Say


@dataclass(frozen=True, slots=True)
class LimitState:
    """A limit at one line: bounds are in the limit's own unit (cents for money); high None is no bound."""

    limit: Limit
    name: str  # as reported
    line: int
    pool: tuple[tuple[str, MaybeValue], ...]
    period: tuple[int, int]
    before: tuple[int, int | None]
    this: tuple[int, int | None]
    after: tuple[int, int | None]
    counts: int  # Kleene: does the line count
    beyonds: tuple[tuple[str, int | None], ...]  # step name, bound
    counted: tuple[str, ...] = ()  # earlier services counted: "history 2026-02-03 92507", "line 1"
    opened_by: str = ""  # counter | history | nothing | assumption


@dataclass(slots=True)
class LineConclusion:
    """One line, judged."""

    line: int
    code: str
    modifiers: tuple[str, ...]
    outcome: str = "pay"
    stands: int = 2
    struck: list[Struck] = field(default_factory=list)
    benign: list[Benign] = field(default_factory=list)
    units: int | None = None  # submitted
    units_payable: int | None = None
    allowed: int | None = None  # cents
    payment: int | None = None
    patient_share: int | None = None
    why_pending: list[str] = field(default_factory=list)  # reasons that are no rule's: "policy for 99999", a conflict, a value out of its dates
    view: View = field(default_factory=dict)
    unverified: bool = False  # past the edition's verified_through


@dataclass(slots=True)
class Conclusions:
    """All lines, judged once. `verdicts` covers every rule in force at every instance; `out_of_date` lists (rule id, line)."""

    lines: list[LineConclusion]
    benign: list[Benign] = field(default_factory=list)  # of the encounter
    verdicts: list[Verdict] = field(default_factory=list)
    out_of_date: list[tuple[Rule, int]] = field(default_factory=list)
    limits: list[LimitState] = field(default_factory=list)
    view: View = field(default_factory=dict)  # of the encounter
    corrections: list[tuple[int, Struck, Correction]] = field(default_factory=list)
