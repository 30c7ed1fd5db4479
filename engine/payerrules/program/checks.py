"""Checks of a linked program: what an analyst must mend before any claim is decided by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from payerrules.language.effect import Derive, Hit, Source
from payerrules.language.expression import (
    ALWAYS,
    All,
    Because,
    Compare,
    Condition,
    Fact,
    Literal,
    MemberOf,
    Not,
    Present,
)
from payerrules.language.items import (
    LongTableLookup,
    Lookup,
    ParameterLookup,
    Rule,
    TableLookup,
    UnitLookup,
    Window,
)
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.program.formulas import Key
from payerrules.program.program import Placed
from payerrules.program.reads import exists_in, facts_in, harms, makes, reads, shown
from payerrules.program.rows import Fault, row_faults, told
from payerrules.program.solver import TRUE_ONLY, solve
from payerrules.program.space import Space, space_of
from payerrules.program.stages import ORDER, label


def check_rules(placed: list[Placed], vocabulary: Vocabulary, sources: dict[str, Source]) -> Iterator[Diagnostic]:
    """Every check over the rules and look-ups of a program."""
    rules = [p.item for p in placed if isinstance(p.item, Rule)]
    for rule in rules:
        yield from other_line(rule)
        yield from absent_denies(rule, vocabulary)
        yield from pair_without_key(rule, placed)
        yield from provider_only(rule, vocabulary)
    yield from duplicates(placed)
    yield from (fault.finding for fault in faults(placed, space_of(placed, vocabulary)))
    yield from unverified_denies(placed, sources)
    yield from corrections_read_earlier(placed)


def other_line(rule: Rule) -> Iterator[Diagnostic]:
    """A rule may read only its own line's limits: another line's are not yet known, or would depend on the order."""
    for exists in exists_in((rule.when, rule.effects)):
        for fact in facts_in(exists.where):
            if fact.name.startswith("limit.") and fact.scope == "other":
                yield _error("other-line", rule, f"rule `{rule.id}` reads `{shown(fact.name)}` of another line")
    if rule.for_each in ("encounter", "pair_of_lines", "pair_of_diagnoses", "authorization"):
        for fact in reads(rule):
            if fact.name.startswith("limit."):
                message = (
                    f"rule `{rule.id}` is for each {rule.for_each.replace('_', ' ')} and reads `{shown(fact.name)}`"
                )
                yield _error("other-line", rule, message, "A limit is a line's: write the rule for each line.")
                return


def _error(
    code: str, item: Rule | Lookup, message: str, hint: str = "A rule reads its own line's limits only."
) -> Diagnostic:
    return Diagnostic(code, message, item.at, hint)


def absent_denies(rule: Rule, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """A denial may not rest on the absence of a fact whose absence, the vocabulary says, tells nothing."""
    if not harms(rule):
        return
    parts = [rule.when, *(hit.trigger for hit in harms(rule))]
    for fact in (f for part in parts for f in absent_in(part)):
        entry = vocabulary.facts.get(fact.name)
        if entry is not None and entry.if_missing == "unknown" and entry.origin in ("given", "plugin"):
            message = f"rule `{rule.id}` can deny because `{fact.name}` is absent, but the vocabulary says its absence is unknown"
            hint = "Test for no or none, or set `if_missing: none` in the vocabulary."
            yield _error("absent-denies", rule, message, hint)


def absent_in(condition: Any, negated: bool = False) -> Iterator[Fact]:
    """The facts whose absence makes a condition true."""
    match condition:
        case Not(part):
            yield from absent_in(part, not negated)
        case Because(_, part):
            yield from absent_in(part, negated)
        case Present(fact) if negated:
            yield fact
        case _ if hasattr(condition, "parts"):
            for part in condition.parts:
                yield from absent_in(part, negated)


def pair_without_key(rule: Rule, placed: list[Placed]) -> Iterator[Diagnostic]:
    """A pair rule needs something that ties the two lines: an equality, or a table over both of them."""
    if rule.for_each != "pair_of_lines":
        return
    tied = any(ties(part) for part in conjuncts(rule.when))
    tables = {
        name
        for p in placed
        if isinstance(p.item, TableLookup | LongTableLookup) and p.item.for_each == "pair_of_lines"
        for name in makes(p.item)
    }
    if not tied and not any(fact.name in tables for fact in facts_in(rule.when)):
        message = f"rule `{rule.id}` has nothing that ties `line` and `other`, so every two lines would be a pair"
        yield _error("pair-without-key", rule, message, "Add an equality such as `other.date: line.date`.")


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The parts of a conjunction."""
    if isinstance(condition, Because):
        return conjuncts(condition.part)
    return condition.parts if isinstance(condition, All) else (condition,)


def ties(condition: Condition) -> bool:
    """Whether a condition ties a line and its partner."""
    match condition:
        case Compare(Fact(_, _, one), "eq", Fact(_, _, other)):
            return {one, other} == {"", "other"}
        case MemberOf(Fact(_, _, one), Fact(_, _, other)):
            return {one, other} == {"", "other"}
        case Because(_, part):
            return ties(part)
        case _:
            return False


def provider_only(rule: Rule, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Warn where what harms a line reads a fact that only the provider sees: the payer cannot know it when it decides."""
    if not harms(rule) or rule.found_on_review:
        return
    for fact in dict.fromkeys(
        f.name for part in (rule.when, *(h.trigger for h in harms(rule))) for f in facts_in(part)
    ):
        entry = vocabulary.facts.get(fact)
        if entry is not None and entry.seen_by == "provider" and entry.origin == "given":
            message = f"rule `{rule.id}` can stop a line by `{fact}`, which only the provider sees"
            hint = "Say `found_on: review`, or move the fact to `add_when`, `remove_when` or `choose`."
            yield Diagnostic("provider-only-fact", message, rule.at, hint, Severity.WARNING)


def duplicates(placed: list[Placed]) -> Iterator[Diagnostic]:
    """Two rules of one id whose dates meet."""
    seen: dict[str, list[Placed]] = defaultdict(list)
    for p in placed:
        if isinstance(p.item, Rule):
            for other in seen[p.item.id]:
                if p.window.meets(other.window) and isinstance(other.item, Rule) and other.item != p.item:
                    where = f" (also at {other.item.at})" if other.item.at else ""
                    yield _error(
                        "duplicate-rule", p.item, f"there are two rules `{p.item.id}`{where}", "Give one another id."
                    )
            seen[p.item.id].append(p)


def faults(placed: list[Placed], space: Space) -> Iterator[Fault]:
    """What a search for facts shows to be wrong: rows of tables, and two that set one fact."""
    for p in placed:
        if isinstance(p.item, TableLookup):
            yield from row_faults(p.item, replace(space, window=p.window))
    yield from two_writers(placed, space)


def two_writers(placed: list[Placed], space: Space) -> Iterator[Fault]:
    """Two items that set one fact, on one day, without a priority between them, where both can speak and differ."""
    writers: dict[str, list[Placed]] = defaultdict(list)
    for p in placed:
        for name in makes(p.item):
            writers[name].append(p)
    for name, found in writers.items():
        for place, one in enumerate(found):
            for other in found[place + 1 :]:
                if one.window.meets(other.window) and (both := may_differ(name, one, other)) is not None:
                    days = Window(max(one.window.first, other.window.first), min(one.window.last, other.window.last))
                    shared = solve([(both, TRUE_ONLY)], replace(space, window=days))
                    if shared.facts is not None or not shared.sure:
                        yield clash(name, one, other, shared.facts, space)


def clash(name: str, one: Placed, other: Placed, facts: Mapping[Key, Any] | None, space: Space) -> Fault:
    """The finding of two that set one fact."""
    where = f" (line {one.item.at.line})" if one.item.at else ""
    message = f"`{label(one.item)}`{where} and `{label(other.item)}` both set `{shown(name)}`"
    hint = "Give one a `priority`, or make their conditions exclude each other."
    if facts:
        hint += f" Both hold of: {told(facts, space)}."
    return Fault(_error("two-writers", other.item, message, hint), facts)


def may_differ(name: str, one: Placed, other: Placed) -> Condition | None:
    """When both would set a fact, perhaps to different values; None where that cannot be."""
    a, b = one.item, other.item
    if isinstance(a, UnitLookup) and isinstance(b, UnitLookup):
        return All((a.of, b.of))
    if not isinstance(a, Rule) or not isinstance(b, Rule):
        return ALWAYS
    first, second = written_by(a, name), written_by(b, name)
    if first is None or second is None or first == second or a.priority != b.priority:
        return None
    return All((a.when, b.when))


def written_by(rule: Rule, name: str) -> Any:
    """What a rule sets a fact to."""
    return next((e.value for e in rule.effects if isinstance(e, Derive) and e.fact.name == name), None)


def unverified_denies(placed: list[Placed], sources: dict[str, Source]) -> Iterator[Diagnostic]:
    """A rule that denies or returns may not rest on an unverified source: its own, or that of any fact it reads."""
    makers: dict[str, list[Placed]] = defaultdict(list)
    for p in placed:
        for name in makes(p.item):
            makers[name].append(p)
    for p in placed:
        rule = p.item
        if not isinstance(rule, Rule) or not denies(rule):
            continue
        for what, source in rests_on(rule, makers, set()):
            status = sources[source].status if source in sources else ""
            if status == "unverified":
                through = f" through `{what}`" if what else ""
                message = f"rule `{rule.id}` can deny or return a line and rests{through} on `{shown_source(source)}`: unverified"
                hint = "Let it flag instead, or find a source that has been read."
                yield _error("unverified-denies", rule, message, hint)
                break


def denies(rule: Rule) -> bool:
    """Whether a rule can deny or return a line."""
    return any(hit.outcome.kind in ("deny", "return") for hit in harms(rule))


def rests_on(item: Rule | Lookup, makers: dict[str, list[Placed]], seen: set[str]) -> Iterator[tuple[str, str]]:
    """The sources an item rests on: (the fact it does so through, source), its own first."""
    for source in own_sources(item):
        yield "", source
    parts: list[Any] = list(reads(item)) if not isinstance(item, Rule) else judged_by(item)
    for fact in parts:
        if fact.name in seen:
            continue
        seen.add(fact.name)
        for maker in makers.get(fact.name, ()):
            for _, source in rests_on(maker.item, makers, seen):
                yield shown(fact.name), source


def judged_by(rule: Rule) -> list[Fact]:
    """The facts that decide whether a rule harms a line; those of its corrections and codes are left out."""
    parts: list[Any] = [rule.when, *(hit.trigger for hit in harms(rule))]
    parts += [effect.value for effect in rule.effects if isinstance(effect, Derive)]
    return [fact for part in parts for fact in facts_in(part)]


def own_sources(item: Rule | Lookup) -> list[str]:
    """The sources that an item itself names."""
    match item:
        case ParameterLookup():
            return list(
                dict.fromkeys(row.source for row in item.rows if row.source and not only_words(item, row.value))
            )
        case TableLookup():
            return list(dict.fromkeys([*(row.source for row in item.rows if row.source), item.source]))
        case _:
            return [item.source] if item.source else []


def only_words(item: ParameterLookup, value: object) -> bool:
    """Whether a parameter's value is one of several words: then the rule that asks for another word does not rest on it."""
    return item.fact.type.kind == "one_of"


def shown_source(source: str) -> str:
    """A source as its policy names it."""
    return source.partition(":")[2] or source


def corrections_read_earlier(placed: list[Placed]) -> Iterator[Diagnostic]:
    """Warn where one rule may add a modifier that a rule of an earlier stage denies or returns: the correction would fail."""
    harmful: dict[str, list[Placed]] = defaultdict(list)
    for p in placed:
        if isinstance(p.item, Rule):
            for hit in harms(p.item):
                if hit.word in ("forbid_modifiers",):
                    for modifier in hit.modifiers:
                        harmful[modifier].append(p)
    for p in placed:
        if not isinstance(p.item, Rule):
            continue
        for modifier in added_by(p.item):
            for other in harmful.get(modifier, ()):
                if ORDER[other.stage] < ORDER[p.stage] and p.window.meets(other.window):
                    message = f"rule `{p.item.id}` may add {modifier}, which `{label(other.item)}` of an earlier stage forbids"
                    hint = "Add an `unless` to one of them, so that the correction is not refused."
                    yield Diagnostic("correction-reads-earlier", message, p.item.at, hint, Severity.WARNING)


def added_by(rule: Rule) -> set[str]:
    """The modifiers that a rule's corrections may add."""
    found = set()
    for effect in rule.effects:
        if isinstance(effect, Hit) and effect.correction is not None and effect.correction.kind == "add":
            found |= {
                t.value for t, _ in effect.correction.choices if isinstance(t, Literal) and isinstance(t.value, str)
            }
    return found
