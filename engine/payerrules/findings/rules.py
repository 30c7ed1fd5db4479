"""Rules that can never fire, and conditions that are always or never true beside the others."""

from __future__ import annotations

from collections.abc import Iterator

from payerrules.findings.study import Study, rule_of, warning
from payerrules.language.effect import Hit
from payerrules.language.expression import ALWAYS, Any, Because, Condition, all_of
from payerrules.language.items import Rule, Window
from payerrules.model.diagnostic import Diagnostic
from payerrules.program.build import meet
from payerrules.program.checks import conjuncts
from payerrules.program.english_conditions import condition_text
from payerrules.program.program import Placed
from payerrules.program.reads import facts_in
from payerrules.program.solver import FALSE_ONLY, NOT_TRUE, TRUE_ONLY, UNKNOWN_ONLY


def never_fire(study: Study) -> Iterator[Diagnostic]:
    """Rules for which no line can be thought of, and rules whose every effect is ruled out by their own condition."""
    own = study.composed.top.policy
    for written in study.meaning.rules:
        outside = meet(study.meaning.effective, written.in_force) is None
        if outside and not written.by and written.policy == own:
            message = f"rule `{written.id}` can never fire: its dates lie outside those of the edition"
            example = study.example({}, study.space.window)
            yield warning("rule-never-fires", message, written.at, "Mend `in_force`, or take the rule out.", example)
    for placed in study.rules:
        rule = rule_of(placed)
        demands = study.fires(placed)
        found = study.search(demands, placed.window)
        if found.facts is None:
            if found.sure:
                yield contradicted(study, placed, rule)
            continue
        hits = [effect for effect in rule.effects if isinstance(effect, Hit)]
        if hits and len(hits) == len(rule.effects) and all(cannot(study, placed, hit) for hit in hits):
            words = " and ".join(f"`{word}`" for word in dict.fromkeys(hit.word for hit in hits))
            message = f"rule `{rule.id}` never does anything: where its condition holds, its {words} asks for nothing"
            hint = "Take out what the effect itself says from the condition."
            yield warning("rule-never-fires", message, rule.at, hint, study.example(found.facts, placed.window))


def cannot(study: Study, placed: Placed, hit: Hit) -> bool:
    """Whether a hit can never strike where its rule fires."""
    found = study.search([*study.fires(placed), (hit.trigger, TRUE_ONLY)], placed.window)
    return found.facts is None and found.sure


def contradicted(study: Study, placed: Placed, rule: Rule) -> Diagnostic:
    """The finding of a rule that cannot fire: which of its conditions stands against the rest, and how near a line can come."""
    parts = [part for part in conjuncts(rule.when) if part != ALWAYS]
    for place, part in enumerate(parts):
        rest = all_of(placed.about, *parts[:place], *parts[place + 1 :])
        found = study.search([(rest, TRUE_ONLY)], placed.window)
        if found.facts is not None:
            alone = study.search([(part, TRUE_ONLY)], placed.window).facts is None
            against = "the others" if len(parts) > 1 else "the lines that the policy is about"
            what = "holds of no line" if alone else f"stands against {against}"
            message = f"rule `{rule.id}` can never fire: “{condition_text(part)}” {what}"
            example = study.example(found.facts, placed.window)
            return warning("rule-never-fires", message, rule.at, "Mend the condition, or take the rule out.", example)
    message = f"rule `{rule.id}` can never fire: its conditions contradict each other"
    hint = "Mend the condition, or take the rule out."
    return warning("rule-never-fires", message, rule.at, hint, study.example({}, placed.window))


def always_true(study: Study) -> Iterator[Diagnostic]:
    """Conditions that change nothing, as the others, the dates or the lines the policy is about imply them."""
    for placed in study.rules:
        rule = rule_of(placed)
        parts = [part for part in conjuncts(rule.when) if part != ALWAYS]
        kept = list(parts)
        for part in parts:
            if silent(part):
                continue
            rest = [one for one in kept if one is not part]
            if implied(study, all_of(placed.about, *rest), part, placed.window):
                kept = rest
                beside = "the rest of the rule" if rest else "the lines that the policy is about"
                message = f"in rule `{rule.id}` “{condition_text(part)}” is always true beside {beside}"
                facts = study.search(study.fires(placed), placed.window).facts
                hint = "Take it out: it changes nothing. If it was meant to, mend it."
                yield warning("always-true", message, rule.at, hint, study.example(facts, placed.window))
            elif isinstance(bare(part), Any):
                yield from never_true(study, placed, rule, part, all_of(placed.about, *rest))


def implied(study: Study, rest: Condition, part: Condition, window: Window) -> bool:
    """Whether a condition never makes a difference: it is true where the rest is, and not false where the rest is unknown."""
    for demands in ([(rest, TRUE_ONLY), (part, NOT_TRUE)], [(rest, UNKNOWN_ONLY), (part, FALSE_ONLY)]):
        found = study.search(demands, window)
        if found.facts is not None or not found.sure:
            return False
    return True


def never_true(study: Study, placed: Placed, rule: Rule, part: Condition, rest: Condition) -> Iterator[Diagnostic]:
    """Alternatives of an `any` that can never hold beside the rest."""
    alternatives = bare(part)
    assert isinstance(alternatives, Any)  # as the caller saw
    for one in alternatives.parts:
        found = study.search([(rest, TRUE_ONLY), (one, TRUE_ONLY)], placed.window)
        if found.facts is None and found.sure:
            message = f"in rule `{rule.id}` “{condition_text(one)}” can never hold beside the rest of the rule"
            facts = study.search(study.fires(placed), placed.window).facts
            hint = "Take the alternative out, or mend it."
            yield warning("never-true", message, rule.at, hint, study.example(facts, placed.window))


def bare(condition: Condition) -> Condition:
    """A condition without its reason."""
    return bare(condition.part) if isinstance(condition, Because) else condition


def silent(condition: Condition) -> bool:
    """Whether the engine put a condition in, so that nobody wrote it."""
    return any(fact.name.endswith((".counts", ".applies")) for fact in facts_in(condition))
