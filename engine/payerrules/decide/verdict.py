"""From conclusions to the decision on a line: adjustments, liability, flags, actions, needs and amounts."""

from __future__ import annotations

from typing import Any

from payerrules.decide.billing import billed_as, in_order, positions
from payerrules.decide.corrections import Corrected
from payerrules.decide.reasons import lacks, shown_value, why
from payerrules.language.effect import STRENGTH, Ask, Derive, Flag, Hit, Say, Template
from payerrules.language.expression import TRUE, UNKNOWN
from payerrules.model.decision import LineDecision, VerdictOnLine
from payerrules.model.values import unscaled
from payerrules.program.evaluate import truth
from payerrules.program.program import Program
from payerrules.runtimes.conclusions import Benign, Conclusions, LineConclusion, Struck, Verdict, View

PAST_VERIFIED = "past_verified_date"
MISPLACED = "modifier_position"


def money(cents: int | None) -> str | None:
    """An amount as text with two decimals; None where it is not known."""
    return None if cents is None else unscaled(cents, 2)


def line_decision(place: int, corrected: Corrected, program: Program | None) -> LineDecision:
    """The decision on one line, from both verdicts."""
    first, last = corrected.submitted.lines[place], corrected.corrected.lines[place]
    order = program.modifier_order if program else ()
    places = positions(corrected.corrected, last) if program else {}
    modifiers = in_order(last.modifiers, order, places)
    flags = flags_of(first) | flags_of(last)
    if any(m in first.modifiers and first.modifiers.index(m) + 1 not in allowed for m, allowed in places.items()):
        flags.add(MISPLACED)
    needs = needs_of(first) + needs_of(last) + corrected.refused.get(first.line, [])
    submitted, after = verdict_on(first), verdict_on(last)
    if first.line in corrected.refused and after.outcome == "pay":
        after.outcome = "pend"
    return LineDecision(
        line=first.line,
        code=first.code,
        billed_as=billed_as(last.code, modifiers),
        modifiers=modifiers,
        as_submitted=submitted,
        as_corrected=after,
        corrections=[{**made.what, "rule": made.rule} for made in corrected.made if made.line == first.line],
        flags=sorted(flags),
        actions=actions_of([*last.benign, *first.benign]),
        needs=sorted(dict.fromkeys(needs)),
        remarks=remarks_of(first, last),
        authorization=last.covered_by or None,
    )


def verdict_on(line: LineConclusion) -> VerdictOnLine:
    """One verdict on a line."""
    stopped = line.outcome in ("deny", "return")
    return VerdictOnLine(
        outcome=line.outcome,
        adjustments=adjustments_of(true_hits(line)),
        allowed="0.00" if stopped else money(line.allowed),
        units={"submitted": line.units, "payable": 0 if stopped else line.units_payable},
        liability=liability_of(line) if stopped else "",
        payment="0.00" if stopped and line.payment is not None else money(line.payment),
        patient_share=None if stopped else money(line.patient_share),
        parts=[] if stopped else parts_of(line),
    )


def true_hits(line: LineConclusion) -> list[Struck]:
    """The hits that are true and adjust something."""
    return [struck for struck in line.struck if struck.value == TRUE and struck.hit.outcome.kind != "pay"]


def adjustments_of(struck: list[Struck]) -> list[dict[str, Any]]:
    """The adjustments of hits, by strength, group code, CARC and rule, without repeats."""
    hits = [one for one in struck if one.hit.outcome.carc]
    hits.sort(key=lambda s: (-STRENGTH[s.kind], s.group, s.hit.outcome.carc, s.verdict.rule.id))
    found: list[dict[str, Any]] = []
    for hit in hits:
        outcome = hit.hit.outcome
        one = {"group": hit.group, "carc": outcome.carc, "rarc": list(outcome.rarc)}
        if one not in found:
            found.append(one)
    return found


def liability_of(line: LineConclusion) -> str:
    """Who owes a line that is stopped: the patient only if every denial says so."""
    said = [s.hit.outcome.liable or ("patient" if s.group == "PR" else "provider") for s in stopping(line)]
    return "patient" if said and all(one == "patient" for one in said) else "provider"


def stopping(line: LineConclusion) -> list[Struck]:
    """The hits that deny or return the line."""
    return [s for s in true_hits(line) if s.kind in ("deny", "return") and not s.partial]


def parts_of(line: LineConclusion) -> list[dict[str, Any]]:
    """The parts of a line that is split: the units, or the amount, that pay, and what becomes of the rest."""
    if line.units is not None and line.units_payable is not None and line.units_payable < line.units:
        rest = min((s for s in line.struck if s.units), key=lambda s: (s.units or 0, s.verdict.rule.id))
        return [
            {"units": line.units_payable, "outcome": "pay", "reason": ""},
            {"units": line.units - line.units_payable, "outcome": rest.kind, "reason": rest.verdict.rule.id},
        ]
    splits = [s for s in line.struck if s.amount and s.value == TRUE]
    if not splits:
        return []
    rest = min(splits, key=lambda s: (s.amount or 0, s.verdict.rule.id))
    whole = rest.verdict.view.get(f"limit.{rest.verdict.rule.limit}.this")
    beyond = whole[0] - (rest.amount or 0) if isinstance(whole, tuple) else None
    return [
        {"amount": money(rest.amount), "outcome": "pay", "reason": ""},
        {"amount": money(beyond), "outcome": rest.kind, "reason": rest.verdict.rule.id},
    ]


def flags_of(line: LineConclusion) -> set[str]:
    """The flags of the rules that fired, and that of a date past the edition's verified_through."""
    found = {benign.effect.flag for benign in line.benign if isinstance(benign.effect, Flag)}
    return found | {PAST_VERIFIED} if line.unverified else found


def actions_of(benign: list[Benign]) -> list[dict[str, Any]]:
    """What a person is asked to do, by kind, rule and text, without repeats."""
    found = {
        (one.effect.action.do, one.verdict.rule.id, filled(one.effect.action.say, one.verdict, one.hit))
        for one in benign
        if isinstance(one.effect, Ask)
    }
    return [{"do": do, "say": say, "rule": rule} for do, rule, say in sorted(found)]


def needs_of(line: LineConclusion) -> list[str]:
    """What was missing: of every hit that might have struck, and what is no rule's."""
    found = list(line.pending)
    for struck in line.struck:
        if struck.value == UNKNOWN:
            found += hit_lacks(struck)
    return found


def hit_lacks(struck: Struck) -> list[str]:
    """What a hit that may strike would need to be settled."""
    verdict = struck.verdict
    found = why(verdict).missing if verdict.value == UNKNOWN else []
    if truth(struck.hit.trigger, verdict.view, verdict.scopes) == UNKNOWN:
        found = [*found, *lacks(struck.hit.trigger, verdict.view, verdict.scopes)]
    return found


def remarks_of(first: LineConclusion, last: LineConclusion) -> list[str]:
    """What rules that fired have to say, on the claim as it came and as it is corrected."""
    found = []
    for line in (first, last):
        for struck in line.struck:
            said = (struck.hit.say, struck.hit.outcome.say) if struck.value == TRUE else ()
            found += [filled(say, struck.verdict, struck.hit) for say in said if say is not None]
        for benign in line.benign:
            say = benign.effect.say if isinstance(benign.effect, Flag | Say) else None
            if say is not None:
                found.append(filled(say, benign.verdict, benign.hit))
    return list(dict.fromkeys(found))


def filled(template: Template, verdict: Verdict, hit: Hit | None) -> str:
    """A text with its facts put in."""
    text = template.text
    for written, fact in template.facts:
        where: View = verdict.scopes.get(fact.scope, {}) if fact.scope else verdict.view
        text = text.replace("{" + written + "}", shown_value(where.get(fact.name), fact.type))
    if "modifier}" in text:
        there = verdict.view.get("@modifiers", ())
        spoken = [m for m in there if hit is not None and m in hit.modifiers] or sorted(hit.modifiers if hit else ())
        text = text.replace("{modifier}", spoken[0] if spoken else "the modifier")
        text = text.replace("{other_modifier}", spoken[1] if len(spoken) > 1 else "another modifier")
    return text.replace("{limit}", verdict.rule.limit.partition("@")[0]).replace("{step}", verdict.rule.step)


def strongest(outcomes: list[str]) -> str:
    """The strongest of several outcomes; none is pay."""
    return max(outcomes, key=lambda outcome: STRENGTH[outcome], default="pay")


def is_complete(done: Conclusions) -> bool:
    """Whether every rule could be evaluated, but for those that only a review of the record can find.

    A derived fact that stays unknown is no gap by itself: where a rule reads it, that rule is not evaluated.
    """
    if any(line.pending for line in done.lines):
        return False
    return not any(
        value == UNKNOWN and not rule.found_on_review and not all(isinstance(e, Derive) for e in rule.effects)
        for run in done.runs
        if UNKNOWN in run.found
        for rule, value in run.asked()
    )
