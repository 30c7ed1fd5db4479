"""The limits table of a decision: what each limit counted, what it did not and why, what is next and how much is left."""

from __future__ import annotations

from typing import Any

from payerrules.decide.reasons import reason_of
from payerrules.language.expression import FALSE, TRUE, Condition, Not
from payerrules.language.items import FIRST_DAY, LAST_DAY
from payerrules.limits.counting import Counted, Key, alike
from payerrules.limits.state import LimitState, free_on, last_date, reached_on
from payerrules.model.values import COUNT, DATE, MONEY, NONE, FactType, MaybeValue, show, unscaled
from payerrules.program.evaluate import NO_SCOPES, View, truth
from payerrules.program.program import Program
from payerrules.runtimes.benefit import pool_of
from payerrules.runtimes.conclusions import Conclusions


def limit(state: LimitState, done: Conclusions, program: Program) -> dict[str, Any]:
    """A limit at a line: what was used before, what the line uses, what is next, how much is left, and what was counted."""
    kind = MONEY if state.limit.counts == "allowed_amount" else COUNT
    source = program.sources.get(state.limit.source)
    found = {
        "limit": state.name,
        "line": state.line,
        "title": state.limit.title,
        "pool": pool(state),
        "period": {"from": day(state.span.first), "through": day(state.span.last)},
        "before": bounds(state.before, kind),
        "this": bounds(state.this, kind),
        "after": bounds(state.after, kind),
        "unit": unit(state),
        "next": following(state, kind),
        "counted": [entry(one, kind) for one in state.counted],
        "not_counted": not_counted(state, done),
        "opened_by": state.opened_by,
        "sources": [source.id] if source else [],
    }
    if not state.span.known:
        found["period"]["known"] = False
    if state.opened_by == "counter":
        found["opening"] = bounds(state.opening, kind)
    for name, when in (("last_date", last_date), ("reached_on", reached_on), ("free_on", free_on)):
        answer = when(state)
        if isinstance(answer, int):
            found[name] = show(answer, DATE)
    return found


def unit(state: LimitState) -> str:
    """What the numbers of a limit are."""
    if state.limit.unit_minutes:
        return "minutes"
    return "USD" if state.limit.counts == "allowed_amount" else state.limit.counts


def day(number: int) -> str | None:
    """An end of a period; None where it has none."""
    return None if number in (FIRST_DAY, LAST_DAY) else show(number, DATE)


def pool(state: LimitState) -> dict[str, str]:
    """The facts that tell this pool from the limit's others, without those that its name already says."""
    named = {fact.name for _, fact in state.limit.report_as.facts} | {"patient"}
    facts = [(fact.name, fact.type) for fact in state.limit.per]
    found = {name: show(what, kind) for (name, kind), what in zip(facts, state.pool, strict=False) if name not in named}
    if len(state.pool) > len(facts) and isinstance(state.pool[-1], str):
        found["authorization"] = state.pool[-1]
    return found


def entry(one: Counted, kind: FactType) -> dict[str, Any]:
    """A service that was counted, and how much it is."""
    found: dict[str, Any] = {"service": one.event.label, "used": bounds(one.size, kind)}
    if one.counts != TRUE:
        found["sure"] = False
    return found


def not_counted(state: LimitState, done: Conclusions) -> list[dict[str, str]]:
    """The services of the period that a limit passed over, each with the reason; what is of another pool as well."""
    found = []
    seen = [(f"{show(view['line.date'], DATE)} {view['line.code']}", view, None) for view in done.history]
    lines = {line.line: line for line in done.lines}
    own = lines[state.line].view["line.date"]
    for line in done.lines:
        if (line.view["line.date"], line.line) < (own, state.line):
            label = f"{show(line.view['line.date'], DATE)} {line.code} (line {line.line})"
            seen.append((label, line.view, line.outcome))  # type: ignore[arg-type]  # a line has an outcome, the past may not
    for label, view, outcome in seen:
        if state.span.holds(view["line.date"]) == FALSE:
            continue
        because = why_not(state, view, outcome or view.get("line.outcome") or "pay")
        if because:
            found.append({"service": label, "because": because})
    return found


def why_not(state: LimitState, view: View, outcome: str) -> str:
    """Why a service did not count; "" where it did, or may have."""
    condition: Condition = state.limit.of
    if truth(condition, view) == FALSE:
        return "; ".join(reason_of(Not(condition), view, NO_SCOPES).sentences)
    other = pool_of(state.limit, view)
    if alike(other, state.pool) == FALSE:
        return "another pool: " + ", ".join(differences(state, other))
    return {"deny": "denied", "return": "returned"}.get(outcome, "")


def differences(state: LimitState, other: Key) -> list[str]:
    """In which facts a service is of another pool."""
    names: list[tuple[str, FactType]] = [(fact.name, fact.type) for fact in state.limit.per]
    return [
        f"{name} {shown(theirs, kind)}"
        for (name, kind), mine, theirs in zip(names, state.pool, other, strict=False)
        if mine != theirs
    ]


def shown(value: MaybeValue, kind: FactType) -> str:
    """A value as people read it."""
    return "none" if value is NONE else show(value, kind)


def bounds(found: tuple[int, int | None], kind: FactType) -> Any:
    """A number as text; where it is not exact, at least and at most."""
    low, high = found
    if low == high:
        return unscaled(low, kind.decimals)
    return {
        "at_least": unscaled(low, kind.decimals),
        "at_most": None if high is None else unscaled(high, kind.decimals),
    }


def following(state: LimitState, kind: FactType) -> dict[str, Any] | None:
    """The next step that the limit comes to, and how much is left up to it, None where its bound is not known; None past the last one."""
    used = state.after[0]
    unknown = [step for step, bound in state.beyonds if bound is None]
    ahead = [(bound, step) for step, bound in state.beyonds if bound is not None and bound >= used]
    if not ahead:
        return {"step": unknown[0], "at": None, "remaining": None} if unknown else None
    bound, step = min(ahead)
    return {"step": step, "at": unscaled(bound, kind.decimals), "remaining": unscaled(bound - used, kind.decimals)}
