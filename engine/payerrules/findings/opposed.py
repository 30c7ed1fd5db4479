"""Rules that ask opposite things of one line: whatever modifiers it carries, one of them stops it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any as Anything

from payerrules.findings.coverage import shared
from payerrules.findings.study import Study, rule_of, warning
from payerrules.language.effect import Hit
from payerrules.language.expression import All, Any, Because, CodeSet, Condition, CountOf, Not, SetTest, all_of
from payerrules.language.items import Rule, Window
from payerrules.language.modifiers import ON_LINE
from payerrules.model.diagnostic import Diagnostic
from payerrules.program.formulas import NOT_TRUE, Key
from payerrules.program.program import Placed
from payerrules.program.reads import harms
from payerrules.program.solver import FALSE_ONLY, TRUE_ONLY, Search
from payerrules.program.space import Space


def opposed(study: Study) -> Iterator[Diagnostic]:
    """Pairs of rules of which one requires a modifier, and the other stops the line that carries it."""
    asking = [(placed, hit) for placed in study.rules for hit in harms(rule_of(placed)) if asks_for(hit)]
    stopping = [
        (placed, hit, all_of(rule_of(placed).when, hit.trigger))
        for placed in study.rules
        for hit in harms(rule_of(placed))
    ]
    told: set[tuple[str, str]] = set()
    for one, demand in asking:
        for other, refusal, condition in stopping:
            if not minds(condition, demand.modifiers):
                continue
            rules = rule_of(one), rule_of(other)
            days = shared(one.window, other.window)
            names = (rules[0].id, rules[1].id)
            if one is other or days is None or names in told or rules[0].for_each != rules[1].for_each:
                continue
            facts = no_way_out(study, strikes(one, demand), strikes(other, refusal), demand, days)
            if facts is not None:
                told.add(names)
                yield finding(study, rules, demand, facts, days)


def asks_for(hit: Hit) -> bool:
    """Whether a hit strikes a line for want of a modifier."""
    return hit.word == "require_modifier" and bool(hit.modifiers) and not isinstance(hit.trigger, SetTest)


def minds(condition: Condition, modifiers: frozenset[str]) -> bool:
    """Whether a condition asks for one of these modifiers on the line."""
    match condition:
        case SetTest(fact, _, members) | CountOf(fact, members, _, _):
            return fact.name == ON_LINE.name and not fact.scope and members.any_of(modifiers)
        case All(parts) | Any(parts):
            return any(minds(part, modifiers) for part in parts)
        case Not(part) | Because(_, part):
            return minds(part, modifiers)
        case _:
            return False


def strikes(placed: Placed, hit: Hit) -> Condition:
    """When a hit strikes."""
    return all_of(placed.about, rule_of(placed).when, hit.trigger)


def no_way_out(
    study: Study, demand: Condition, refusal: Condition, hit: Hit, days: Window
) -> Mapping[Key, Anything] | None:
    """Facts of a line that each rule alone lets pass with some modifiers, and both together with none; None where there are none."""
    space = study.within(days)
    carries: Condition = SetTest(ON_LINE, "has_any", code_set(hit))
    first = Search([(demand, TRUE_ONLY), (refusal, NOT_TRUE)], space).run()
    if first.facts is None:
        return None
    held = Search([(refusal, TRUE_ONLY), (carries, TRUE_ONLY)], space).run()
    if held.facts is None:
        return None
    line = {key: value for key, value in held.facts.items() if key[1] != ON_LINE.name}
    base = {key: value for key, value in first.facts.items() if key[1] != ON_LINE.name}
    for facts in ({**base, **line}, {**line, **base}):
        if stuck(demand, refusal, facts, space):
            bare = fixed([(demand, TRUE_ONLY)], facts, space)
            return bare if bare is not None else facts
    return None


def stuck(demand: Condition, refusal: Condition, facts: Mapping[Key, Anything], space: Space) -> bool:
    """Whether no modifiers let a line of these facts pass both, and some let it pass each."""
    each_alone = all(fixed([(one, FALSE_ONLY)], facts, space) is not None for one in (demand, refusal))
    apart = fixed([(demand, TRUE_ONLY), (refusal, FALSE_ONLY)], facts, space) is not None
    together = Search([(demand, FALSE_ONLY), (refusal, FALSE_ONLY)], space)
    together.fix(facts)
    found = together.run()
    return each_alone and apart and found.facts is None and found.sure


def fixed(
    demands: list[tuple[Condition, int]], facts: Mapping[Key, Anything], space: Space
) -> Mapping[Key, Anything] | None:
    """The facts with modifiers that fit the demands; None where no modifiers do."""
    search = Search(demands, space)
    search.fix(facts)
    found = search.run()
    return None if found.facts is None else {**facts, **found.facts}


def code_set(hit: Hit) -> CodeSet:
    """The modifiers that a hit speaks of, as a set."""
    return CodeSet(hit.modifiers)


def finding(
    study: Study, rules: tuple[Rule, Rule], demand: Hit, facts: Mapping[Key, Anything], days: Window
) -> Diagnostic:
    """The finding of two rules that leave a line no way out."""
    wanted = " or ".join(sorted(demand.modifiers))
    where = f" (line {rules[1].at.line})" if rules[1].at else ""
    message = (
        f"rule `{rules[0].id}` stops a line without {wanted}, and rule `{rules[1].id}`{where} stops it with {wanted}"
    )
    hint = "Add an `unless` to one of them, so that a line can satisfy both."
    return warning("rules-oppose", message, rules[0].at, hint, study.example(facts, days))
