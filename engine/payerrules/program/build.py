"""Building a program: editions linked, limit-step rules applied, stages found, checked, and hashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from payerrules.language.effect import Effect, Hit
from payerrules.language.expression import ALWAYS, Compare, Condition, Fact, Literal, Not, all_of
from payerrules.language.items import (
    ANY_DAY,
    STAGES,
    About,
    EditionMeaning,
    Limit,
    LimitStepRule,
    Lookup,
    Rule,
    Window,
)
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.values import YES_NO
from payerrules.program.canonical import combined, digest, ordered
from payerrules.program.checks import check_rules
from payerrules.program.kept import kept
from payerrules.program.program import Placed, Program
from payerrules.program.reads import facts_in
from payerrules.program.stages import ORDER, Graph, check_standing, label

YES = Literal(True, YES_NO)


def build(
    meanings: Sequence[EditionMeaning], vocabulary: Vocabulary, *, checked: bool = True
) -> tuple[Program, list[Diagnostic]]:
    """Link editions into a program; every check that fails is reported, and the program is there all the same.

    Without the checks only what cannot be put in an order is reported.
    """
    found: list[Diagnostic] = []
    placed: list[Placed] = []
    for meaning in meanings:
        placed += place(meaning, found)
    sources = {key: source for meaning in meanings for key, source in meaning.sources.items()}
    if checked:
        found += check_rules(once(placed), vocabulary, sources)
    order = next((meaning.modifier_order for meaning in meanings if meaning.modifier_order), ())
    program = Program(
        editions=tuple(meanings),
        vocabulary=vocabulary,
        placed=tuple(sorted(once(placed), key=lambda p: (ORDER[p.stage], p.level, label(p.item), p.window))),
        limits=tuple(limits_of(meanings)),
        abouts=tuple(About(m.policy, m.edition, m.about, m.effective) for m in meanings),
        modifier_order=order,
        sources=sources,
        hash=combined(digest(meaning) for meaning in meanings),
    )
    return program, found


def once(placed: list[Placed]) -> list[Placed]:
    """The same item of a base that two policies extend, once for each date window; deriving says nothing of any line."""
    kept: dict[object, Placed] = {}
    for p in placed:
        same = (label(p.item), p.window) if not isinstance(p.item, Rule) or ORDER[p.stage] == 0 else id(p)
        other = kept.setdefault(same, p)
        if other is not p and other.item != p.item:
            kept[id(p)] = p
    return list(kept.values())


def limits_of(meanings: Sequence[EditionMeaning]) -> list[tuple[Limit, Window]]:
    """The limits of all editions with the dates they are in force."""
    found = {}
    for meaning in meanings:
        for limit in meaning.limits:
            window = meet(meaning.effective, limit.in_force)
            if window is not None:
                found[limit.key, window] = limit
    return [(limit, window) for (_, window), limit in sorted(found.items(), key=lambda item: item[0])]


def place(meaning: EditionMeaning, found: list[Diagnostic]) -> list[Placed]:
    """The rules and look-ups of one edition, each in its stage and level."""
    items: list[Rule | Lookup] = [*with_step_rules(meaning), *meaning.lookups]
    items = [settled(item) if isinstance(item, Rule) else item for item in items]
    graph = Graph(items)
    for item in items:
        if isinstance(item, Rule) and (standing := check_standing(item)) is not None:
            found.append(standing)
    graph.find()
    found += graph.found
    placed = []
    for number, item in enumerate(items):
        own = ANY_DAY if isinstance(item, Rule) and item.by else getattr(item, "in_force", ANY_DAY)
        window = meet(meaning.effective, own)
        if window is None:
            continue
        stage = STAGES[graph.stages[number]]
        about = in_order(meaning.about) if isinstance(item, Rule) and stage != "derive" else ALWAYS
        if isinstance(item, Rule) and item.for_each not in ("line", "pair_of_lines"):
            about = ALWAYS
        placed.append(Placed(item, stage, graph.levels[number], window, about))
    return placed


def meet(one: Window, other: Window) -> Window | None:
    """The days two windows share; None where there are none."""
    return Window(max(one.first, other.first), min(one.last, other.last)) if one.meets(other) else None


@kept
def settled(rule: Rule) -> Rule:
    """A rule as it stands in a program: with its silent conjunct, its parts in one order."""
    made: Rule = ordered(silent(rule))
    return made


@kept
def in_order(condition: Condition) -> Condition:
    """A condition with its parts in one order."""
    made: Condition = ordered(condition)
    return made


def silent(rule: Rule) -> Rule:
    """A rule that reads a limit speaks only of lines the limit counts: that is its silent conjunct."""
    if rule.limit:
        return rule
    keys = sorted(
        {f.name.rpartition(".")[0] for f in facts_in((rule.when, rule.effects)) if f.name.startswith("limit.")}
    )
    parts: list[Condition] = [Compare(Fact(f"{key}.counts", YES_NO), "eq", YES) for key in keys]
    return replace(rule, when=all_of(*parts, rule.when)) if parts else rule


def with_step_rules(meaning: EditionMeaning) -> list[Rule]:
    """The rules of an edition, the steps of its limits changed as `for_each: limit_step` rules say."""
    limits = {limit.key: limit for limit in meaning.limits}
    rules: list[Rule] = []
    for rule in meaning.rules:
        changed = rule
        for step_rule in meaning.limit_step_rules if rule.step else ():
            limit = limits.get(rule.limit)  # one that is compared may have a step without its limit
            if limit is not None and fits(step_rule, rule, limit):
                rules.append(instead(step_rule, rule))
                changed = replace(changed, when=all_of(changed.when, Not(step_rule.when)))
        rules.append(changed)
    return rules


def fits(step_rule: LimitStepRule, rule: Rule, limit: Limit) -> bool:
    """Whether a step is one that a limit-step rule is about."""
    said = {
        "step.outcome": rule.step_outcome,
        "step.name": rule.step,
        "limit.period": limit.period.kind,
        "limit.counts": limit.counts,
        "limit.name": limit.name,
    }
    return all((said[name] in words) == (word == "in") for name, word, words in step_rule.static)


def instead(step_rule: LimitStepRule, rule: Rule) -> Rule:
    """What a limit-step rule does at one step, in place of the step's own effects."""
    return replace(
        rule,
        id=f"{step_rule.id}/{rule.id.partition('#')[2]}",
        title=step_rule.title,
        when=all_of(rule.when, step_rule.when),
        effects=step_rule.instead,
        source=step_rule.source,
        step_outcome=strongest(step_rule.instead),
        policy=step_rule.policy,
        at=step_rule.at,
    )


def strongest(effects: tuple[Effect, ...]) -> str:
    """The kind of the first outcome among effects."""
    return next((effect.outcome.kind for effect in effects if isinstance(effect, Hit)), "pay")
