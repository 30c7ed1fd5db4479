"""Proof that a mutant means the same as the policy, by meaning: never by trying some cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from payerrules.analysis.conditions import Doubt
from payerrules.analysis.disputes import cases_in, disputes, taken, two_differ
from payerrules.analysis.mutations import Edit, Mutant
from payerrules.analysis.replacing import replaced
from payerrules.analysis.solve import never
from payerrules.analysis.study import MeaningKey, key_of
from payerrules.language.effect import Derive, Hit
from payerrules.language.expression import ALWAYS, FALSE, Condition, Fact, Literal
from payerrules.language.items import EditionMeaning, Limit, Rule, TableLookup
from payerrules.program.program import Program
from payerrules.program.reads import facts_in, makes, reads
from payerrules.program.solver import FALSE_ONLY, TRUE_ONLY, UNKNOWN_ONLY, outcomes, solve

MASKS = (FALSE_ONLY, UNKNOWN_ONLY, TRUE_ONLY)


def same_meaning(mutant: Mutant, meanings: Mapping[MeaningKey, EditionMeaning], program: Program, doubt: Doubt) -> str:
    """Why a mutant cannot differ in this program from the policy; "" where that is not proved."""
    mine = {key_of(meaning) for meaning in program.editions}
    edits = [edit for edit in mutant.edits if edit.key in mine]
    if all(unread(edit, meanings[edit.key], program) for edit in edits):
        return "nothing reads what it makes"
    if all(keeps_apart_alike(edit, meanings[edit.key], doubt) for edit in edits):
        return "what is left out is the same for all services that are counted together"
    if all(alike_to_readers(edit, meanings[edit.key], program, doubt) for edit in edits):
        return "all that reads the table takes the two values alike"
    if all(pends_alike(edit, meanings[edit.key]) for edit in edits):
        return "past the day until which the edition was verified, a denial and a return wait for a person alike"
    if all(weighed_alike([e for e in edits if e.key == key], meanings[key], doubt) for key in {e.key for e in edits}):
        return "a case before it, or the same value, speaks wherever it would differ"
    found = list(disputes(mutant, meanings, program))
    if not found or not all(one.provable for one in found):
        return ""
    if all(never(one.conditions, one.differs, doubt, one.window) for one in found):
        return "no values of the facts tell it from the policy"
    return ""


def weighed_alike(edits: Sequence[Edit], meaning: EditionMeaning, doubt: Doubt) -> bool:
    """Whether a case of a derived fact, changed or in another order, differs only where a case before it is true.

    Of cases in turn the first true one speaks, and one that is unknown before it only keeps quiet what differs from it.
    """
    rules = [(meaning.rules[edit.number], edit.new) for edit in edits if edit.section == "rules"]
    facts = {derive.fact.name for old, _ in rules for derive in cases_in(old)}
    if len(rules) != len(edits) or len(rules) > 2 or len(facts) != 1 or any(new is None for _, new in rules):
        return False
    writers = [rule for rule in meaning.rules if any(d.fact.name in facts for d in cases_in(rule))]
    if any(len(rule.effects) != 1 for rule in writers):
        return False
    first = max(old.priority for old, _ in rules)
    days = {(old.in_force, old.by) for old, _ in rules}
    earlier = [rule for rule in writers if rule.priority > first and {(rule.in_force, rule.by)} == days]
    before = [(rule.when, FALSE_ONLY | UNKNOWN_ONLY) for rule in earlier]  # those in force on the same days
    if len(rules) == 1:
        ((old, new),) = rules
        if (old.effects, old.priority, old.in_force, old.by) != (new.effects, new.priority, new.in_force, new.by):
            return False
        ways = [((old.when, one), (new.when, other)) for one in MASKS for other in MASKS if one != other]
    else:
        (one, new_one), (other, new_other) = rules
        swapped = (one.when, one.effects, other.when, other.effects)
        if swapped != (new_one.when, new_one.effects, new_other.when, new_other.effects):
            return False
        if one.effects == other.effects:
            return True
        ways = [
            ((one.when, TRUE_ONLY), (other.when, TRUE_ONLY | UNKNOWN_ONLY)),
            ((one.when, UNKNOWN_ONLY), (other.when, TRUE_ONLY)),
        ]
    return all(impossible([*way], doubt) or impossible([*way, *before], doubt) for way in ways)


def impossible(demands: list[tuple[Condition, int]], doubt: Doubt) -> bool:
    """Whether it is proved that no facts let all conditions be what is demanded."""
    found = solve(demands, doubt.proving)
    return found.facts is None and found.sure


def alike_to_readers(edit: Edit, meaning: EditionMeaning, program: Program, doubt: Doubt) -> bool:
    """Whether a table only gives another of its values, and no condition that reads the fact can tell the two apart."""
    if edit.section != "lookups":
        return False
    old, new = meaning.lookups[edit.number], edit.new
    if not isinstance(old, TableLookup) or len(old.outputs) != 1 or old.hit == "collect":
        return False
    fact = old.outputs[0]
    places = len(old.rows)
    conditions = (*(row.when for row in old.rows), *(row.when for row in new.rows))
    ends = outcomes(conditions, doubt.proving, lambda found: (taken(old, found[:places]), taken(new, found[places:])))
    if ends is None:
        return False
    pairs = [(read_as(fact, one), read_as(fact, other)) for one, other in ends if one != other]
    if not pairs or any(one is None or other is None for one, other in pairs):
        return False
    for placed in program.placed:
        if placed.item is old or fact.name not in {f.name for f in reads(placed.item)}:
            continue
        if not isinstance(placed.item, Rule) or fact.name in {f.name for f in facts_in(placed.item.effects)}:
            return False
        if not all(told_alike(placed.item.when, fact, pair, doubt) for pair in pairs):
            return False
    return all(counted_alike(limit, fact, pair, doubt) for limit, _ in program.limits for pair in pairs)


def told_alike(condition: Condition, fact: Fact, pair: tuple[Any, Any], doubt: Doubt) -> bool:
    """Whether a condition comes out the same for both values of a fact, of the line as of other things."""
    sides = [condition, condition]
    for scope in {f.scope for f in facts_in(condition) if f.name == fact.name}:
        here = Fact(fact.name, fact.type, scope)
        values = [Fact(one.name, one.type, scope) if isinstance(one, Fact) else one for one in pair]
        sides = [replaced(side, here, value) for side, value in zip(sides, values, strict=True)]
    return never(sides, two_differ, doubt)


def counted_alike(limit: Limit, fact: Fact, pair: tuple[Any, Any], doubt: Doubt) -> bool:
    """Whether a limit counts a service of either value alike; where it keeps them apart by the fact, whether it counts neither."""
    wholes = (limit.of, limit.stops or ALWAYS)
    apart = {f.name for f in facts_in((limit.per, limit.one_per, limit.report_as.facts))}
    if fact.name in apart:
        return all(
            never((replaced(limit.of, fact, one),), lambda found: found[0] != FALSE, doubt) for one in pair
        ) and told_alike(wholes[1], fact, pair, doubt)
    return all(told_alike(whole, fact, pair, doubt) for whole in wholes)


def read_as(fact: Fact, end: object) -> Literal | Fact | None:
    """What a table's end is for those that read the fact; None for what is no single written value."""
    if end is None:
        return Fact("@none", fact.type)
    term = end[0] if isinstance(end, tuple) and end else None
    return term if isinstance(term, Literal) else None


def keeps_apart_alike(edit: Edit, meaning: EditionMeaning, doubt: Doubt) -> bool:
    """Whether a limit only loses a fact in which what it counts together cannot differ.

    So is the one patient, a fact by which the pools are apart already, and one of which it counts a single value.
    """
    if edit.section != "limits":
        return False
    old, new = meaning.limits[edit.number], edit.new
    if new is None or {f.name for f in old.per} - {f.name for f in new.per} - {"patient"}:
        return False  # the pools are told by name in what a decision says of the limit
    if old.per != new.per:
        return bool(new.one_per == old.one_per)
    lost = [f for f in old.one_per if f not in new.one_per]
    alike = {f.name for f in old.per} | {"patient"}
    return bool(lost) and all(f.name in alike or single_valued(f, old.of, doubt) for f in lost)


def single_valued(fact: Fact, of: Condition, doubt: Doubt) -> bool:
    """Whether a limit counts services of one value of a fact only."""
    return (
        sum(
            not never((replaced(of, fact, Literal(word, fact.type)),), lambda found: found[0] != FALSE, doubt)
            for word in fact.type.words
        )
        == 1
    )


def pends_alike(edit: Edit, meaning: EditionMeaning) -> bool:
    """Whether a rule that is only in force past the verified day denies where it returned, or the contrary, and nothing else."""
    if edit.section != "rules" or edit.new is None:
        return False
    old, new = meaning.rules[edit.number], edit.new
    if old.by or max(old.in_force.first, meaning.effective.first) <= meaning.verified_through:
        return False
    return bool(old != new and denying(old) == denying(new))


def denying(rule: Rule) -> Rule:
    """A rule whose returns are denials."""
    effects = tuple(
        replace(effect, outcome=replace(effect.outcome, kind="deny"))
        if isinstance(effect, Hit) and effect.outcome.kind in ("deny", "return")
        else effect
        for effect in rule.effects
    )
    return replace(rule, effects=effects)


def unread(edit: Edit, meaning: EditionMeaning, program: Program) -> bool:
    """Whether an edit changes something that only makes facts, which nothing that acts reads, directly or through others."""
    if edit.section not in ("rules", "lookups"):
        return False
    old = getattr(meaning, edit.section)[edit.number]
    if isinstance(old, Rule) and not all(isinstance(effect, Derive) for effect in old.effects):
        return False
    return not set(makes(old)) & read_by_what_acts(program)


_ACTING: dict[int, tuple[Program, frozenset[str]]] = {}


def read_by_what_acts(program: Program) -> frozenset[str]:
    """The facts that rules with effects, limits and abouts read, directly or through what they are made from."""
    known = _ACTING.get(id(program))
    if known is not None and known[0] is program:
        return known[1]
    makers = [(set(makes(p.item)), {f.name for f in reads(p.item)}) for p in program.placed]
    found: set[str] = {f.name for limit, _ in program.limits for f in facts_in((limit, limit.report_as.facts))}
    found |= {f.name for about in program.abouts for f in facts_in(about.when)}
    for placed in program.placed:
        if isinstance(placed.item, Rule) and not all(isinstance(e, Derive) for e in placed.item.effects):
            found |= {f.name for f in reads(placed.item)}
    grown = True
    while grown:
        grown = False
        for made, read in makers:
            if made & found and not read <= found:
                found |= read
                grown = True
    _ACTING[id(program)] = program, frozenset(found)
    return _ACTING[id(program)][1]


__all__ = ["same_meaning"]
