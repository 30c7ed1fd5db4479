"""Disputes: the conditions by whose values a mutant differs from the policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from payerrules.analysis.mutations import SECTIONS, Edit, Mutant, edited
from payerrules.analysis.replacing import replaced
from payerrules.analysis.solve import Goal
from payerrules.analysis.study import MeaningKey, key_of
from payerrules.language.effect import Derive, Effect, Hit
from payerrules.language.expression import (
    ALWAYS,
    FALSE,
    NEVER,
    TRUE,
    Compare,
    Condition,
    Fact,
    Literal,
)
from payerrules.language.items import EditionMeaning, Limit, ParameterLookup, Rule, TableLookup, UnitLookup, Window
from payerrules.program.build import silent
from payerrules.program.program import Program
from payerrules.program.reads import facts_in, makes


@dataclass(frozen=True, slots=True)
class Dispute:
    """Conditions by whose values a mutant differs from the policy, of what, on which dates."""

    conditions: tuple[Condition, ...]
    differs: Goal
    for_each: str = "line"
    window: Window | None = None
    provable: bool = True  # that the conditions never differ proves that nothing else does


def disputes(mutant: Mutant, meanings: Mapping[MeaningKey, EditionMeaning], program: Program) -> Iterator[Dispute]:
    """Where a mutant may differ from one program that has the thing it changes."""
    mine = {key_of(m) for m in program.editions}
    for key in dict.fromkeys(edit.key for edit in mutant.edits if edit.key in mine):
        edits = [edit for edit in mutant.edits if edit.key == key]
        facts = {fact for edit in edits for fact in chosen_among(edit, meanings[key])}
        after = edited(meanings[key], edits) if facts else meanings[key]
        for fact in sorted(facts):
            yield of_writers(fact, meanings[key], after)
        for edit in edits:
            if not chosen_among(edit, meanings[key]):
                yield from of_edit(edit, meanings[key], program)


def chosen_among(edit: Edit, meaning: EditionMeaning) -> set[str]:
    """The facts that a changed rule makes as one of several cases, of which the first true one speaks."""
    if edit.section != "rules":
        return set()
    return {derive.fact.name for derive in cases_in(meaning.rules[edit.number])}


def cases_in(rule: Rule) -> list[Derive]:
    """The derived facts of which a rule is one case in turn."""
    return [effect for effect in rule.effects if isinstance(effect, Derive) and not effect.closed]


def of_writers(fact: str, before: EditionMeaning, after: EditionMeaning) -> Dispute:
    """A fact made by cases: with the change another case speaks, or says something else."""
    sides = []
    for meaning in (before, after):
        written = [(r, e) for r in meaning.rules for e in r.effects if isinstance(e, Derive) and e.fact.name == fact]
        sides.append(sorted(written, key=lambda one: -one[0].priority))
    count = len(sides[0])

    def said(found: Sequence[int], side: list[tuple[Rule, Derive]]) -> object:
        unknown: list[object] = []
        for value, (_, derive) in zip(found, side, strict=True):
            if value == TRUE:
                return derive.value if all(one == derive.value for one in unknown) else None
            if value != FALSE:
                unknown.append(derive.value)
        return None

    conditions = tuple(rule.when for side in sides for rule, _ in side)
    return Dispute(conditions, lambda found: said(found[:count], sides[0]) != said(found[count:], sides[1]))


def of_edit(edit: Edit, meaning: EditionMeaning, program: Program) -> Iterator[Dispute]:
    """Where one edit may make a difference."""
    if edit.section == "about":
        yield Dispute((meaning.about, edit.new), two_differ)
    if edit.section == "verified_through":
        day = max(meaning.verified_through, edit.new)
        for rule in meaning.rules:
            hit = next((e for e in rule.effects if isinstance(e, Hit) and e.outcome.kind in ("deny", "return")), None)
            if hit is not None and rule.in_force.holds(day):
                yield Dispute((rule.when, meaning.about, hit.trigger), all_hold, rule.for_each, Window(day, day), False)
    if edit.section not in SECTIONS:
        return
    old = getattr(meaning, edit.section)[edit.number]
    match old:
        case Rule():
            yield from striking(old, edit.new, meaning)
            yield of_rule(old, edit.new, meaning)
            if edit.new is not None and edit.new.in_force != old.in_force:
                for day in {old.in_force.first, edit.new.in_force.first, old.in_force.last, edit.new.in_force.last}:
                    if meaning.effective.holds(day) and old.in_force.holds(day) != edit.new.in_force.holds(day):
                        yield Dispute((old.when, meaning.about), first_speaks, old.for_each, Window(day, day), False)
        case TableLookup():
            yield from of_table(old, edit.new)
        case ParameterLookup():
            yield from of_parameter(old, edit.new, program)
        case Limit():
            stops = (old.stops or ALWAYS, edit.new.stops or ALWAYS)
            yield Dispute(
                (old.of, edit.new.of, *stops),
                pairs_differ,
                provable=old.of != edit.new.of or old.stops != edit.new.stops,
            )
        case UnitLookup():
            yield Dispute((old.of, edit.new.of), two_differ, provable=old.of != edit.new.of)
        case _:
            return


def striking(old: Rule, new: Rule | None, meaning: EditionMeaning) -> Iterator[Dispute]:
    """A rule whose condition comes out otherwise on a line that one of its hits strikes: where that is easiest to see."""
    when = NEVER if new is None else new.when
    for effect in old.effects:
        if isinstance(effect, Hit) and effect.trigger != ALWAYS and when != old.when:
            conditions = (meaning.about, silent(old).when, NEVER if new is None else silent(new).when, effect.trigger)
            yield Dispute(conditions, lambda f: f[0] == TRUE and f[1] != f[2] and f[3] == TRUE, old.for_each)


def of_rule(old: Rule, new: Rule | None, meaning: EditionMeaning) -> Dispute:
    """A rule: its conditions come out otherwise, or it speaks and one of its hits does; or what it does is another thing."""
    about = (
        ALWAYS
        if any(isinstance(e, Derive) for e in old.effects) or old.for_each not in ("line", "pair_of_lines")
        else meaning.about
    )
    before, after = silent(old).when, NEVER if new is None else silent(new).when
    conditions = [about, before, after]
    pairs: list[tuple[int, int]] = []
    triggers: list[int] = []  # of hits whose words change, and which strike alike
    always = new is not None and new.priority != old.priority
    kept = old.effects if new is None else new.effects
    gone = [effect for effect in old.effects if effect not in kept]
    come = [effect for effect in kept if effect not in old.effects]
    for place, one in enumerate(gone):
        other = come[place] if place < len(come) else None
        tests = None if other is None else hit_tests(one, other)
        if isinstance(one, Hit) and isinstance(other, Hit) and one.position != other.position:
            always = True  # which modifier stands where is looked at though none is missing
        if tests is not None:
            for was, now in tests:
                pairs.append((len(conditions), len(conditions) + 1))
                conditions += [was, now]
        elif isinstance(one, Hit) and (other is None or (isinstance(other, Hit) and one.trigger == other.trigger)):
            triggers.append(len(conditions))
            conditions.append(one.trigger)
        elif isinstance(one, Hit) and isinstance(other, Hit):
            triggers += [len(conditions), len(conditions) + 1]
            conditions += [one.trigger, other.trigger]
        else:
            always = True
    speaks_otherwise = always and new is not None
    unmade = new is None and any(isinstance(e, Derive) and alone_gives(e, old, meaning) for e in old.effects)

    def differs(found: Sequence[int]) -> bool:
        if found[0] == FALSE:
            return False
        if unmade or found[1] != found[2] or (speaks_otherwise and found[1] != FALSE):
            return True
        struck = any(found[a] != found[b] for a, b in pairs) or any(found[n] != FALSE for n in triggers)
        return found[1] != FALSE and struck

    return Dispute(tuple(conditions), differs, old.for_each)


def alone_gives(effect: Derive, rule: Rule, meaning: EditionMeaning) -> bool:
    """Whether no other rule makes a fact that this one makes known even where its condition is false: without it it is unknown."""
    known = effect.closed or effect.otherwise is not None
    return known and not any(effect.fact.name in makes(other) for other in meaning.rules if other is not rule)


def hit_tests(one: Effect, other: Effect) -> list[tuple[Condition, Condition]] | None:
    """The pairs of conditions in which two hits differ; None where they differ in anything else."""
    if not isinstance(one, Hit) or not isinstance(other, Hit):
        return None
    pairs = [(one.trigger, other.trigger)] if one.trigger != other.trigger else []
    mine, theirs = one.correction, other.correction
    if mine != theirs:
        if mine is None or theirs is None or mine.kind != theirs.kind or len(mine.choices) != len(theirs.choices):
            return None
        pairs += [(mine.when, theirs.when)] if mine.when != theirs.when else []
        for (term, when), (term2, when2) in zip(mine.choices, theirs.choices, strict=True):
            if term != term2:
                return None
            pairs += [(when, when2)] if when != when2 else []
        if (mine.members, mine.swaps, mine.units) != (theirs.members, theirs.swaps, theirs.units):
            return None
    same = (one.outcome, one.units, one.ask, one.position, one.modifiers) == (
        other.outcome,
        other.units,
        other.ask,
        other.position,
        other.modifiers,
    )
    return pairs if same and pairs else None


def taken(table: TableLookup, found: Sequence[int]) -> object:
    """What a table gives by how its rows come out: terms, all that fit where it collects, None where it is unknown."""
    if table.hit == "collect":
        return tuple((value, row.outputs) for value, row in zip(found, table.rows, strict=True) if value)
    for value, row in zip(found, table.rows, strict=True):
        if value == TRUE or (value != FALSE and table.hit == "first"):
            return row.outputs if value == TRUE else None
    return None if any(found) else table.otherwise


def of_table(old: TableLookup, new: TableLookup) -> Iterator[Dispute]:
    """A table: another row is taken, or the row that is changed is taken."""
    places = len(old.rows)
    conditions = (*(row.when for row in old.rows), *(row.when for row in new.rows))

    def differs(found: Sequence[int]) -> bool:
        return taken(old, found[:places]) != taken(new, found[places:])

    windows = places == len(new.rows) and any(a.window != b.window for a, b in zip(old.rows, new.rows, strict=True))
    if not windows:
        yield Dispute(conditions, differs, old.for_each)
        return
    for row, other in zip(old.rows, new.rows, strict=True):
        for day in {row.window.first, other.window.first, row.window.last, other.window.last}:
            if row.window.holds(day) != other.window.holds(day):
                yield Dispute((row.when,), lambda found: found[0] == TRUE, old.for_each, Window(day, day), False)


def of_parameter(old: ParameterLookup, new: ParameterLookup, program: Program) -> Iterator[Dispute]:
    """A parameter: a rule that reads it comes out otherwise by the changed value; or it has none on a day."""
    for row, other in zip(old.rows, new.rows, strict=True):
        if row == other:
            continue
        for placed in program.placed:
            rule = placed.item
            if not isinstance(rule, Rule) or old.fact not in list(facts_in((rule.when, rule.effects))):
                continue
            key = tuple(Compare(f, "eq", Literal(v, f.type)) for f, v in zip(old.by, row.key, strict=True))
            if row.value != other.value:
                now = replaced(rule.when, old.fact, Literal(other.value, old.fact.type))
                was = replaced(rule.when, old.fact, Literal(row.value, old.fact.type))
                window = meeting(row.window, placed.window)
                yield Dispute((was, now, *key), two_differ_where_all, rule.for_each, window, False)
            else:
                day = row.window.first if other.window.first != row.window.first else row.window.last
                if placed.window.holds(day):
                    was = replaced(rule.when, old.fact, Literal(row.value, old.fact.type))
                    now = replaced(rule.when, old.fact, Fact("@none", old.fact.type))
                    yield Dispute((was, now, *key), two_differ_where_all, rule.for_each, Window(day, day), False)


def meeting(one: Window, other: Window) -> Window:
    """The days two windows share, or the first where there are none."""
    first, last = max(one.first, other.first), min(one.last, other.last)
    return Window(first, last) if first <= last else one


# --- goals ---------------------------------------------------------------------------------------------
def two_differ(found: Sequence[int]) -> bool:
    """The first two come out otherwise."""
    return found[0] != found[1]


def pairs_differ(found: Sequence[int]) -> bool:
    """One of two pairs comes out otherwise."""
    return found[0] != found[1] or found[2] != found[3]


def two_differ_where_all(found: Sequence[int]) -> bool:
    """The first two come out otherwise, and the rest hold."""
    return found[0] != found[1] and all(value == TRUE for value in found[2:])


def all_hold(found: Sequence[int]) -> bool:
    """All of them are true."""
    return all(value == TRUE for value in found)


def first_speaks(found: Sequence[int]) -> bool:
    """The first is true, and the policy speaks of the line."""
    return found[0] == TRUE and found[1] == TRUE


__all__ = ["Dispute", "disputes", "taken", "two_differ"]
