"""The detail of a decision, rendered when it is asked for: the trace, the limits, what was presumed, the count of rules."""

from __future__ import annotations

from collections import Counter
from typing import Any

from payerrules.decide.corrections import Corrected
from payerrules.decide.limits import limit
from payerrules.decide.reasons import Reason, why
from payerrules.language.effect import Hit
from payerrules.language.expression import TRUE, UNKNOWN
from payerrules.program.evaluate import truth
from payerrules.program.program import Program
from payerrules.runtimes.conclusions import Conclusions, Verdict

WORDS = {2: "fired", 1: "not evaluated", 0: "not fired"}


def detail(corrected: Corrected, program: Program, presumable: frozenset[str]) -> dict[str, Any]:
    """Limits as corrected, the trace as submitted, what of it differs as corrected, and what was presumed on the way."""
    told = reasons(corrected.submitted)
    first = trace(told, program)
    after = first if corrected.corrected is corrected.submitted else trace(reasons(corrected.corrected), program)
    known = {key(entry): entry for entry in first}
    return {
        "limits": [limit(state, corrected.corrected, program) for state in corrected.corrected.limits],
        "trace": first,
        "trace_corrected": [entry for entry in after if known.get(key(entry)) != entry],
        "rules": counted(corrected.submitted),
        "presumed": presumed(corrected.submitted, told, presumable),
    }


def reasons(done: Conclusions) -> list[tuple[Verdict, Reason]]:
    """Every verdict with its reason."""
    return [(verdict, why(verdict)) for verdict in done.verdicts]


def key(entry: dict[str, Any]) -> tuple[Any, ...]:
    """What a trace entry is about."""
    return entry["rule"], entry["line"], entry.get("other")


def trace(told: list[tuple[Verdict, Reason]], program: Program) -> list[dict[str, Any]]:
    """Every rule's verdict, by line, stage, rule and partner; the pairs a rule did not fire on are one entry with a count."""
    order = {stage: n for n, stage in enumerate(("derive", "edit", "bundle", "depend", "price", "benefit"))}
    found: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    quiet: dict[tuple[int, str], list[tuple[Verdict, Reason]]] = {}
    for verdict, reason in told:
        place = (verdict.line, order.get(verdict.rule.stage, 0), verdict.rule.id, verdict.other)
        if verdict.other and verdict.value not in (TRUE, UNKNOWN):
            quiet.setdefault((verdict.line, verdict.rule.id), []).append((verdict, reason))
            continue
        found.append((place, entry(verdict, reason, program)))
    for (line, rule), verdicts in quiet.items():
        verdict, reason = verdicts[0]
        one = entry(verdict, reason, program)
        one.pop("other", None)
        found.append(((line, order.get(verdict.rule.stage, 0), rule, ""), {**one, "count": len(verdicts)}))
    return [shown for _, shown in sorted(found, key=lambda pair: pair[0])]


def entry(verdict: Verdict, reason: Reason, program: Program) -> dict[str, Any]:
    """One verdict, ready for JSON: what was read, what was missing, why in words, and on whose authority."""
    source = program.sources.get(verdict.rule.source)
    shown: dict[str, Any] = {"rule": verdict.rule.id, "line": verdict.line, "verdict": WORDS[verdict.value]}
    if verdict.other:
        shown["other"] = verdict.other
    hits = [effect for effect in verdict.rule.effects if isinstance(effect, Hit)]
    if hits and verdict.value == TRUE:  # a rule that applies may find all it asks for on the line: then nothing follows
        shown["struck"] = any(truth(hit.trigger, verdict.view, verdict.scopes) == TRUE for hit in hits)
    shown["read"] = dict(reason.read)  # the reason is shared with other verdicts
    if reason.missing:
        shown["missing"] = list(reason.missing)
    shown["because"] = list(reason.sentences)
    shown["sources"] = [source.id] if source else []
    return shown


def counted(done: Conclusions) -> dict[str, int]:
    """How many instances of rules there were: loaded is the sum of the others."""
    values = Counter(value for run in done.runs for value in run.values)
    found = {
        "fired": values[2],
        "not_fired": values[0],
        "not_evaluated": values[1],
        "out_of_date": len(done.out_of_date),
    }
    return {"loaded": sum(found.values()), **found}


def presumed(done: Conclusions, told: list[tuple[Verdict, Reason]], presumable: frozenset[str]) -> dict[int, list[str]]:
    """The facts and lists that decided a rule on each line and were presumed, as nobody gave them."""
    found: dict[int, set[str]] = {}
    for verdict, reason in told:
        given = verdict.view.get("@given", frozenset())
        names = {name for name in (*reason.read, *reason.looked) if name in presumable and name not in given}
        found.setdefault(verdict.line, set()).update(names)
    whole = found.pop(0, set())
    return {line.line: sorted(whole | found.get(line.line, set())) for line in done.lines}
