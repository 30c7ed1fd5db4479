"""Rules that say different things of one line: two amounts, or an outcome that another rule on the same lines always overrules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from payerrules.findings.coverage import shared
from payerrules.findings.study import Study, rule_of, warning
from payerrules.language.effect import STRENGTH, Hit, PatientShare, Pay, Price
from payerrules.language.expression import Condition, all_of
from payerrules.language.items import Rule, Window
from payerrules.model.diagnostic import Diagnostic
from payerrules.program.english_effects import effect_text
from payerrules.program.program import Placed
from payerrules.program.reads import facts_in
from payerrules.program.solver import NOT_TRUE, TRUE_ONLY

AMOUNTS: Final = {
    Pay: "what the payer pays of the line",
    PatientShare: "what the patient owes of the line",
    Price: "the allowed amount of the line",
}


def clashing(study: Study) -> Iterator[Diagnostic]:
    """Pairs of rules that can give one line two amounts, and pairs of which one overrules the other on every line."""
    yield from two_amounts(study)
    yield from overruled(study)


def two_amounts(study: Study) -> Iterator[Diagnostic]:
    """Two rules that set one amount to different things, where both can fire on one day; which of them is kept nobody wrote."""
    setting = [
        (placed, effect)
        for placed in study.rules
        for effect in rule_of(placed).effects
        if isinstance(effect, Pay | PatientShare | Price)
    ]
    for place, (one, effect) in enumerate(setting):
        for other, second in setting[place + 1 :]:
            days = shared(one.window, other.window)
            if one is other or days is None or type(effect) is not type(second) or effect == second:
                continue
            both = all_of(one.about, rule_of(one).when, rule_of(other).when)
            found = study.search([(both, TRUE_ONLY)], days)
            if found.facts is not None:
                what = AMOUNTS[type(effect)]
                message = f"{named(one, other)} both set {what}, to different amounts"
                hint = "Make their conditions exclude each other, or say both in one amount (least_of, greatest_of)."
                yield warning("rules-oppose", message, rule_of(other).at, hint, study.example(found.facts, days))


@dataclass(frozen=True, slots=True)
class Striking:
    """A hit of a rule, and when it strikes."""

    placed: Placed
    hit: Hit
    when: Condition
    reads: frozenset[str]

    @property
    def rule(self) -> Rule:
        """The rule it is of."""
        return rule_of(self.placed)


def overruled(study: Study) -> Iterator[Diagnostic]:
    """Two rules on the same lines: one's outcome is never seen for the other's, or both say of the same lines something else."""
    told: set[tuple[str, str]] = set()
    hits = [striking(placed, hit) for placed in study.rules for hit in plain_hits(rule_of(placed))]
    for one in hits:
        for other in hits:
            days = shared(one.placed.window, other.placed.window)
            names = (one.rule.id, other.rule.id)
            if one.rule is other.rule or days is None or not may_overrule(one, other, days) or names in told:
                continue
            if not implies(study, one, other, days):
                continue
            stronger = STRENGTH[other.hit.outcome.kind] > STRENGTH[one.hit.outcome.kind]
            if not stronger and not (
                one.hit.outcome.kind == other.hit.outcome.kind and implies(study, other, one, days)
            ):
                continue
            found = study.search([(all_of(one.placed.about, one.when), TRUE_ONLY)], days)
            if found.facts is not None:
                told |= {names, names[::-1]}
                yield finding(study, one, other, stronger, study.example(found.facts, days))


def plain_hits(rule: Rule) -> list[Hit]:
    """The hits that only make something of a line: nothing is corrected and nobody is asked."""
    hits = [effect for effect in rule.effects if isinstance(effect, Hit)]
    return [hit for hit in hits if hit.correction is None and hit.ask is None and hit.amount is None]


def striking(placed: Placed, hit: Hit) -> Striking:
    """A hit with the condition on which it strikes."""
    when = all_of(rule_of(placed).when, hit.trigger)
    return Striking(placed, hit, when, frozenset(fact.name for fact in facts_in((placed.about, when))))


def may_overrule(one: Striking, other: Striking, days: Window) -> bool:
    """Whether it is worth asking: the same things on all days of the first, said differently, by facts that the first knows."""
    alike = one.rule.for_each == other.rule.for_each and days == one.placed.window
    return alike and other.reads <= one.reads and said(one.hit) != said(other.hit)


def said(hit: Hit) -> object:
    """What a hit makes of a line."""
    outcome = hit.outcome
    return outcome.kind, outcome.group, outcome.carc, outcome.rarc, hit.units


def implies(study: Study, one: Striking, other: Striking, days: Window) -> bool:
    """Whether the second strikes wherever the first does."""
    about = one.placed.about
    found = study.search([(all_of(about, one.when), TRUE_ONLY), (other.when, NOT_TRUE)], days)
    return found.facts is None and found.sure


def finding(study: Study, one: Striking, other: Striking, stronger: bool, example: str) -> Diagnostic:
    """The finding of two rules of which one is idle, or which say of the same lines two things."""
    both = named(one.placed, other.placed)
    if stronger:
        kinds = f"{one.hit.outcome.kind}, and {other.hit.outcome.kind} is stronger"
        message = f"{both} strike the same lines: the first says {kinds}, so the first is never seen"
    else:
        texts = f"“{effect_text(one.hit)}” and “{effect_text(other.hit)}”"
        message = f"{both} say of the same lines {texts}"
    hint = "Make their conditions exclude each other, or keep one of them."
    return warning("rules-oppose", message, one.rule.at, hint, example)


def named(one: Placed, other: Placed) -> str:
    """Two rules by their names, and where the second stands."""
    at = rule_of(other).at
    return f"rules `{rule_of(one).id}` and `{rule_of(other).id}`{f' (line {at.line})' if at else ''}"
