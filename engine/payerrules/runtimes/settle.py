"""What a hit makes of a line: its outcome, its standing, the correction that would lift it, and what a person is asked."""

from __future__ import annotations

from payerrules.language.effect import Action, Ask, Correction, Flag, Hit, Outcome, Say, Template
from payerrules.language.expression import FALSE, TRUE, UNKNOWN
from payerrules.program.evaluate import Scopes, View, value
from payerrules.runtimes.blocks import Act
from payerrules.runtimes.closures import truth_of
from payerrules.runtimes.conclusions import Benign, Conclusions, LineConclusion, Struck, Verdict

LEFT_STANDING = {"deny": FALSE, "return": FALSE, "pend": UNKNOWN}


def strike(
    done: Conclusions,
    line: LineConclusion,
    verdict: Verdict,
    hit: Hit,
    act: Act,
    view: View,
    scopes: Scopes,
) -> None:
    """Hold a hit against a line: hit = when and trigger; true it harms, unknown it leaves the standing open."""
    if act.plain and verdict.value == TRUE and not line.unverified:
        line.struck.append(Struck(verdict, hit, TRUE, hit.outcome.kind, act.group or ""))
        line.stands = min(line.stands, LEFT_STANDING.get(hit.outcome.kind, TRUE))
        return
    found = verdict.value if act.trigger is None else min(verdict.value, act.trigger(view, scopes)[0])
    if found == FALSE:
        return
    kind, units, amount = hit.outcome.kind, None, None
    for part in (hit.units, hit.amount):  # of a hit that leaves part of the line
        if part is not None:
            most = value(part, view, scopes)
            if not isinstance(most, int):
                found = UNKNOWN
            elif part is hit.units:
                units = max(0, most)
            else:
                amount = max(0, most)
    if found == UNKNOWN and verdict.rule.found_on_review:
        put_benign(done, line, verdict, Ask(hit.ask or on_review(verdict)), hit)
        return
    if line.unverified and kind in ("deny", "return"):
        kind = "pend"
    group = group_code(hit.outcome, view, scopes) if act.group is None else act.group
    struck = Struck(verdict, hit, found, kind, group, units, amount)
    line.struck.append(struck)
    line.stands = min(line.stands, standing(struck))
    if found == TRUE:
        if units:
            line.units_payable = units if line.units_payable is None else min(line.units_payable, units)
            view["line.units_payable"] = line.units_payable
        if amount:
            line.allowed = amount if line.allowed is None else min(line.allowed, amount)
            view["line.allowed"] = line.allowed
        if hit.correction is not None or hit.ask is not None:
            propose(done, line, struck, view, scopes)


def standing(struck: Struck) -> int:
    """What a hit leaves of the standing of its line."""
    if struck.value == UNKNOWN:
        return TRUE if struck.kind == "pay" else UNKNOWN
    if struck.partial:
        return TRUE
    return LEFT_STANDING.get(struck.kind, TRUE)


def group_code(outcome: Outcome, view: View, scopes: Scopes) -> str:
    """The group code of an outcome, which may be a fact; "" where it is unknown."""
    found = None if outcome.group is None else value(outcome.group, view, scopes)
    return found if isinstance(found, str) else ""


def propose(done: Conclusions, line: LineConclusion, struck: Struck, view: View, scopes: Scopes) -> None:
    """The correction of a true hit, if it may be made; where only a person knows, the question for that person."""
    correction = struck.hit.correction
    may = UNKNOWN if correction is None else truth_of(correction.when)(view, scopes)
    if correction is not None and may == TRUE:
        may = chosen(correction, view, scopes) if correction.kind == "add" else TRUE
        if may == TRUE and not correction.only_proposed:
            done.corrections.append((line.line, struck, correction))
            return
        may = UNKNOWN if may == TRUE else may
    if may == UNKNOWN and struck.hit.ask is not None:
        put_benign(done, line, struck.verdict, Ask(struck.hit.ask), struck.hit)


def chosen(correction: Correction, view: View, scopes: Scopes) -> int:
    """Whether the modifier to add is settled: true, unknown, or false where none of the choices fits."""
    for term, when in correction.choices:
        fits = truth_of(when)(view, scopes)
        if fits != FALSE:
            return fits if isinstance(value(term, view, scopes), str) else UNKNOWN
    return FALSE


def on_review(verdict: Verdict) -> Action:
    """What a person is asked where only a look at the record can tell."""
    return Action("review", Template(f"Look in the record: {verdict.rule.title}"))


def put_benign(
    done: Conclusions, line: LineConclusion | None, verdict: Verdict, effect: Flag | Ask | Say, hit: Hit | None = None
) -> None:
    """Put a flag, a question or a remark beside a line, or beside the encounter."""
    (done.benign if line is None else line.benign).append(Benign(verdict, effect, hit))
