"""Overrides on the finished decision: applied last, on the record; a plugin that failed never lets a line be paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from payerrules.decide.verdict import adjustments_of, money, parts_of, true_hits
from payerrules.model.decision import Decision, Override, VerdictOnLine
from payerrules.payers.overrides import Asked
from payerrules.runtimes.conclusions import LineConclusion

VERDICTS = ("as_submitted", "as_corrected")


def apply(decision: Decision, asked: Iterable[Asked], conclusions: Mapping[tuple[int, str], LineConclusion]) -> None:
    """Apply overrides; `conclusions` are those behind each line and verdict. A line without them was not decided, and stays."""
    lines = {line.line: line for line in decision.lines}
    for one in asked:
        for name in VERDICTS:
            behind = conclusions.get((one.line, name))
            if not one.about(name) or behind is None:
                continue
            verdict: VerdictOnLine = getattr(lines[one.line], name)
            lifted = [] if one.outcome == verdict.outcome else list(verdict.adjustments)
            record = Override(one.plugin, one.line, name, verdict.outcome, one.outcome, one.reason, lifted)
            decision.overrides.append(record)
            setattr(lines[one.line], name, overridden(verdict, one, behind))


def overridden(verdict: VerdictOnLine, one: Asked, behind: LineConclusion) -> VerdictOnLine:
    """A verdict with another outcome, and the amounts that go with it; nothing is judged again."""
    if one.outcome == verdict.outcome:
        return verdict
    submitted = verdict.units.get("submitted")
    if one.outcome in ("deny", "return"):
        adjustment = {"group": one.group, "carc": one.carc, "rarc": list(one.rarc)}
        return VerdictOnLine(
            one.outcome,
            [adjustment] if one.group else [],
            allowed="0.00",
            units={"submitted": submitted, "payable": 0},
            liability="patient" if one.group == "PR" else "provider",
            payment="0.00" if behind.payment is not None else None,
        )
    return VerdictOnLine(
        one.outcome,
        adjustments_of([struck for struck in true_hits(behind) if struck.units]),
        allowed=money(behind.allowed),
        units={"submitted": submitted, "payable": behind.units_payable},
        payment=money(behind.payment),
        patient_share=money(behind.patient_share),
        parts=parts_of(behind),
    )


def hold(decision: Decision, faults: Sequence[str], lines: Iterable[int] | None = None) -> None:
    """Let lines that would be paid pend, and say why; all lines, if none are named."""
    chosen = None if lines is None else set(lines)
    for line in decision.lines:
        if chosen is not None and line.line not in chosen:
            continue
        line.needs = sorted({*line.needs, *faults})
        for verdict in (line.as_submitted, line.as_corrected):
            verdict.outcome = "pend" if verdict.outcome == "pay" else verdict.outcome
