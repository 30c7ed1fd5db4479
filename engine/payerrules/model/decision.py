"""A decision: what this payer would do with each line as submitted and as corrected, and why. Data, ready for JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Override:
    """A plugin's word on the finished decision: who said it, of which line and verdict, what it was and became, why.

    `lifted` are the adjustments that stood before and went with the outcome.
    """

    plugin: str
    line: int
    verdict: str  # as_submitted | as_corrected
    before: str
    after: str
    reason: str
    lifted: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "plugin": self.plugin,
            "line": self.line,
            "verdict": self.verdict,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
            "lifted": self.lifted,
        }


@dataclass(slots=True)
class VerdictOnLine:
    """One of the two verdicts on a line. Money is text with two decimals, None where it is not known."""

    outcome: str  # pay | pend | deny | return
    adjustments: list[dict[str, Any]] = field(default_factory=list)  # group, carc, rarc
    allowed: str | None = None
    units: dict[str, int | None] = field(default_factory=dict)  # submitted, payable
    liability: str = ""  # patient | provider, of a denial
    payment: str | None = None
    patient_share: str | None = None
    parts: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As JSON; what is not there is left out, apart from the amounts that every verdict has."""
        found: dict[str, Any] = {
            "outcome": self.outcome,
            "adjustments": self.adjustments,
            "allowed": self.allowed,
            "units": self.units,
        }
        for name in ("liability", "payment", "patient_share", "parts"):
            if value := getattr(self, name):
                found[name] = value
        return found


@dataclass(slots=True)
class LineDecision:
    """One line, decided: how to bill it, the two verdicts, and what is left for a person to do."""

    line: int
    code: str
    billed_as: str
    modifiers: list[str]
    as_submitted: VerdictOnLine
    as_corrected: VerdictOnLine
    corrections: list[dict[str, Any]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    presumed: list[str] = field(default_factory=list)
    authorization: str | None = None  # the id of the one that the line uses

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "line": self.line,
            "code": self.code,
            "billed_as": self.billed_as,
            "modifiers": self.modifiers,
            "as_submitted": self.as_submitted.to_dict(),
            "as_corrected": self.as_corrected.to_dict(),
            "corrections": self.corrections,
            "flags": self.flags,
            "actions": self.actions,
            "needs": self.needs,
            "remarks": self.remarks,
            "presumed": self.presumed,
            "authorization": self.authorization,
            "units": self.as_corrected.units,
            "allowed": self.as_corrected.allowed,
        }


@dataclass(slots=True)
class Decision:
    """The decision on an encounter. `detail` renders the limits, the trace and what was presumed when they are asked for."""

    encounter: str
    outcome: str
    complete: bool
    lines: list[LineDecision]
    flags: list[str] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    presumed: list[str] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    plugin_facts: dict[str, str] = field(default_factory=dict)  # fact: the plugin that gave it
    unread: list[str] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    program: str = ""
    engine: str = ""
    runtime: str = ""
    plugins: dict[str, str] = field(default_factory=dict)
    rounds: int = 1
    ledger: dict[str, Any] | None = None  # what a ledger did: receipt, undoes, set_aside
    detail: Callable[[], dict[str, Any]] = field(default=dict, repr=False)

    def to_dict(self, *, whole: bool = True) -> dict[str, Any]:
        """The decision as JSON; money is text with two decimals.

        Not `whole`: without the trace, the limits and what rules presumed, which take most of the time to put into words.
        """
        detail = self.detail() if whole else {}
        presumed: dict[int, list[str]] = detail.pop("presumed", {})
        for line in self.lines:
            line.presumed = sorted({*self.presumed, *presumed.get(line.line, ())})
        found = {
            "encounter": self.encounter,
            "outcome": self.outcome,
            "complete": self.complete,
            "lines": [line.to_dict() for line in self.lines],
            "flags": self.flags,
            "actions": self.actions,
            "presumed": self.presumed,
            "limits": detail.get("limits", []),
            "trace": detail.get("trace", []),
            "trace_corrected": detail.get("trace_corrected", []),
            "rules": detail.get("rules", {}),
            "overrides": [override.to_dict() for override in self.overrides],
            "plugin_facts": self.plugin_facts,
            "unread": self.unread,
            "policies": self.policies,
            "program": self.program,
            "plugins": self.plugins,
            "engine": self.engine,
        }
        return found if self.ledger is None else {**found, "ledger": self.ledger}
