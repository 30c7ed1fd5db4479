"""Variants: a piece of meaning with one thing changed, as a slip of the pen would change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any as Anything

from payerrules.language.effect import Correction, Flag, Hit, Outcome, Reduce, Template
from payerrules.language.expression import (
    All,
    Any,
    Because,
    CodeSet,
    Compare,
    Condition,
    Count,
    CountOf,
    Exists,
    Fact,
    Given,
    Held,
    Literal,
    Member,
    MemberOf,
    Not,
    Present,
    SetTest,
    Shift,
    StartsWith,
)
from payerrules.language.items import (
    FIRST_DAY,
    LAST_DAY,
    Limit,
    LimitStepRule,
    ParameterLookup,
    ParameterRow,
    Period,
    Rule,
    TableLookup,
    TableRow,
    UnitLookup,
    Window,
)
from payerrules.model.values import DATE, NONE, FactType, Value, show
from payerrules.program.english_conditions import condition_text
from payerrules.program.english_terms import value_text
from payerrules.program.reads import shown

ORDERED = {"gt": "ge", "ge": "gt", "lt": "le", "le": "lt"}
SAID = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
OTHER_KIND = {"deny": "return", "return": "deny", "pend": "deny", "pay": "deny"}
OTHER_CODE = "Z9"
FEW_MODIFIERS = 6


@dataclass(frozen=True, slots=True)
class Variant:
    """A piece with one thing changed: which kind of change, and what it is in words."""

    kind: str  # comparison | number | date | modifier | code | row | effect | priority | left out
    words: str
    new: Anything


def variants(part: Anything) -> Iterator[Variant]:
    """Every variant of a piece: its own, then those of the pieces it is made of."""
    yield from own(part)
    match part:
        case Template() | Literal() | Fact() | CodeSet() | Given():
            return
        case Compare(left, op, right):
            for side in (*variants_of_term(left), *variants_of_term(right)):
                sides = (side.new, right) if side.old is left else (left, side.new)
                yield Variant(side.kind, side.words, Compare(sides[0], op, sides[1]))
        case tuple():
            for place, piece in enumerate(part):
                for one in variants(piece):
                    yield Variant(one.kind, one.words, (*part[:place], one.new, *part[place + 1 :]))
        case _ if is_dataclass(part) and not isinstance(part, type):
            for name in inner_fields(part):
                for one in variants(getattr(part, name)):
                    yield Variant(one.kind, one.words, replace(part, **{name: one.new}))


@dataclass(frozen=True, slots=True)
class TermVariant:
    """A changed side of a comparison, and which side it was."""

    kind: str
    words: str
    old: Anything
    new: Anything


def variants_of_term(term: Anything) -> Iterator[TermVariant]:
    """Numbers and dates by their smallest step, moved dates by one unit."""
    match term:
        case Literal(value, kind) if isinstance(value, int) and not isinstance(value, bool):
            for near in neighbours(value, kind):
                words = f"{value_text(value, kind)} becomes {value_text(near, kind)}"
                yield TermVariant("date" if kind == DATE else "number", words, term, Literal(near, kind))
        case Shift(_, count, unit):
            for step in (-1, 1):
                words = f"{abs(count)} {unit} becomes {abs(count + step)}"
                yield TermVariant("date", words, term, replace(term, count=count + step))
        case _:
            return


def inner_fields(part: Anything) -> list[str]:
    """The fields of a piece that are changed for themselves."""
    skipped = {
        "at",
        "say",
        "ask",
        "fact",
        "per",
        "one_per",
        "inputs",
        "report_as",
        "beyonds",
        "members",
        "left",
        "group_source",
        "output",
    }
    if isinstance(part, Hit) and changed_as_a_whole(part):
        skipped |= {"trigger"}
    if isinstance(part, Correction):
        skipped |= {"swaps"}
    if isinstance(part, ParameterLookup):
        skipped |= {"rows", "by"}
    return [
        field.name
        for field in fields(part)
        if field.name not in skipped and not isinstance(getattr(part, field.name), str | int | bool | None)
    ]


def own(part: Anything) -> Iterator[Variant]:
    """The changes of a piece itself."""
    match part:
        case All(parts) | Any(parts):
            for place, piece in enumerate(parts):
                kept = (*parts[:place], *parts[place + 1 :])
                made = kept[0] if len(kept) == 1 else type(part)(kept)
                yield Variant("left out", f"left out: {condition_text(piece)}", made)
        case (
            Compare()
            | Member()
            | MemberOf()
            | StartsWith()
            | SetTest()
            | Present()
            | Held()
            | Exists()
            | Count()
            | CountOf()
        ):
            yield from of_test(part)
        case Hit():
            yield from of_hit(part)
        case Outcome():
            yield from of_outcome(part)
        case Rule():
            yield from of_rule(part)
        case TableRow(_, outputs, window):
            yield from windows(part, "window", window)
            yield from of_outputs(part, "outputs", outputs)
        case TableLookup():
            for place, row in enumerate(part.rows):
                words = f"row {place + 1} left out: {condition_text(row.when)}"
                yield Variant("row", words, replace(part, rows=(*part.rows[:place], *part.rows[place + 1 :])))
            if part.otherwise is not None:
                yield from of_outputs(part, "otherwise", part.otherwise)
        case ParameterLookup():
            for place, dated in enumerate(part.rows):
                for one in of_value_row(dated, part.fact.type):
                    yield Variant(
                        one.kind, one.words, replace(part, rows=(*part.rows[:place], one.new, *part.rows[place + 1 :]))
                    )
        case Limit():
            yield from of_limit(part)
        case LimitStepRule():
            yield from windows(part, "in_force", part.in_force)
        case UnitLookup():
            for name in ("minutes_per_unit", "last_unit_from"):
                for step in (-1, 1):
                    was = getattr(part, name)
                    words = f"{name.replace('_', ' ')} {was} becomes {was + step}"
                    yield Variant("number", words, replace(part, **{name: was + step}))
        case Period(_, length):
            for side in variants_of_term(length):
                yield Variant("number", f"period: {side.words}", replace(part, length=side.new))
        case Reduce():
            if isinstance(part.percent, Literal):
                for near in variants_of_term(part.percent):
                    yield Variant(near.kind, near.words, replace(part, percent=near.new))
        case _:
            return


def of_test(test: Anything) -> Iterator[Variant]:
    """A single test: the contrary, the comparison's edge, codes of a list written in place, a number by one."""
    yield Variant("comparison", f"the contrary of: {condition_text(test)}", Not(test))
    match test:
        case Compare(left, op, right) if op in ORDERED and not isinstance(right, Literal):
            yield Variant(
                "comparison",
                f"{SAID[op]} becomes {SAID[ORDERED[op]]}: {condition_text(test)}",
                Compare(left, ORDERED[op], right),
            )
        case Member(left, codes) if not codes.name:
            for gone, fewer in without_one(codes):
                yield Variant("code", f"{gone} left out of: {condition_text(test)}", Member(left, fewer))
        case SetTest(fact, mode, codes) if not codes.name:
            for gone, fewer in without_one(codes):
                yield Variant("code", f"{gone} left out of: {condition_text(test)}", SetTest(fact, mode, fewer))
        case CountOf(_, _, _, number):
            for near in (number - 1, number + 1):
                yield Variant("number", f"{number} becomes {near}: {condition_text(test)}", replace(test, number=near))
        case Count(_, _, _, Literal(int() as number, kind)):
            for near in (number - 1, number + 1):
                yield Variant(
                    "number",
                    f"{number} becomes {near}: {condition_text(test)}",
                    replace(test, number=Literal(near, kind)),
                )
        case _:
            return


def of_rule(rule: Rule) -> Iterator[Variant]:
    """A rule: each of its effects left out where it has several, its dates by a day, its dates' fact."""
    if len(rule.effects) > 1:
        for place, effect in enumerate(rule.effects):
            kept = (*rule.effects[:place], *rule.effects[place + 1 :])
            yield Variant("effect", f"{named(effect)} left out", replace(rule, effects=kept))
    yield from windows(rule, "in_force", rule.in_force)


def named(effect: Anything) -> str:
    """An effect by its key."""
    if isinstance(effect, Hit):
        return effect.word
    return f"flag {effect.flag}" if isinstance(effect, Flag) else type(effect).__name__.lower()


def changed_as_a_whole(hit: Hit) -> bool:
    """Whether a hit speaks of a few modifiers: then each is changed wherever the hit names it."""
    return 0 < len(hit.modifiers) <= FEW_MODIFIERS


def of_hit(hit: Hit) -> Iterator[Variant]:
    """A hit: another modifier, no correction, nobody asked, any position."""
    if changed_as_a_whole(hit):
        for modifier in sorted(hit.modifiers):
            yield Variant("modifier", f"{hit.word}: {modifier} becomes another", swapped(hit, modifier, OTHER_CODE))
    if hit.correction is not None:
        yield Variant("effect", f"{hit.word}: no correction", replace(hit, correction=None))
    if hit.ask is not None:
        yield Variant("effect", f"{hit.word}: nobody is asked", replace(hit, ask=None))
    if hit.position:
        yield Variant("effect", f"{hit.word}: any position", replace(hit, position=()))
    if isinstance(hit.units, Literal):
        for one in variants_of_term(hit.units):
            yield Variant("number", f"{hit.word}: {one.words}", replace(hit, units=one.new))


def of_outcome(outcome: Outcome) -> Iterator[Variant]:
    """An outcome: another kind, group, CARC, and each RARC left out."""
    other = OTHER_KIND[outcome.kind]
    yield Variant("effect", f"{outcome.kind} becomes {other}", replace(outcome, kind=other))
    if isinstance(outcome.group, Literal):
        yield Variant(
            "effect",
            f"group {outcome.group.value} becomes another",
            replace(outcome, group=Literal(OTHER_CODE, outcome.group.type)),
        )
    if outcome.carc:
        yield Variant("effect", f"CARC {outcome.carc} becomes another", replace(outcome, carc=OTHER_CODE))
    for code in outcome.rarc:
        kept = tuple(one for one in outcome.rarc if one != code)
        yield Variant("effect", f"RARC {code} left out", replace(outcome, rarc=kept))


def of_outputs(part: Anything, name: str, outputs: tuple[Anything, ...]) -> Iterator[Variant]:
    """The outputs of a row: each changed."""
    for place, term in enumerate(outputs):
        if isinstance(term, Literal):
            near = another(term.value, term.type)
            words = f"{value_text(term.value, term.type)} becomes {value_text(near, term.type)}"
            changed = (*outputs[:place], Literal(near, term.type), *outputs[place + 1 :])
            yield Variant(
                "row", f"{'otherwise' if name == 'otherwise' else 'row'}: {words}", replace(part, **{name: changed})
            )


def of_value_row(row: ParameterRow, kind: FactType) -> Iterator[Variant]:
    """A dated value: by its smallest step, and gone on its first or last day."""
    since = "" if row.window.first <= FIRST_DAY else f" of {show(row.window.first, DATE)}"
    keyed = "".join(f" for {key}" for key in row.key)
    for near in near_values(row.value):
        words = f"the value{since}{keyed}: {value_text(row.value, kind)} becomes {value_text(near, kind)}"
        yield Variant("number", words, replace(row, value=near))
    for one in windows(row, "window", row.window, shrinking=True):
        yield Variant(one.kind, f"the value{keyed}: {one.words}", one.new)


def of_limit(limit: Limit) -> Iterator[Variant]:
    """A limit: each fact that keeps counts apart left out, the crossing, its dates."""
    for name in ("per", "one_per"):
        listed = getattr(limit, name)
        for fact in listed if len(listed) > 1 else ():
            kept = tuple(one for one in listed if one != fact)
            yield Variant("left out", f"{name}: {shown(fact.name)} left out", replace(limit, **{name: kept}))  # type: ignore[arg-type]
    if limit.crossing:
        other = "split" if limit.crossing == "whole" else "whole"
        yield Variant("effect", f"crossing: {limit.crossing} becomes {other}", replace(limit, crossing=other))
    for side in variants_of_term(limit.counts_from):
        yield Variant("date", f"counts_from: {side.words}", replace(limit, counts_from=side.new))
    yield from windows(limit, "in_force", limit.in_force)


def windows(part: Anything, name: str, window: Window, *, shrinking: bool = False) -> Iterator[Variant]:
    """Dates by a day; of values that follow each other only so that a day has none."""
    if window.first > FIRST_DAY:
        for step in (1,) if shrinking else (-1, 1):
            moved = Window(window.first + step, window.last)
            if moved.first <= moved.last:
                yield Variant(
                    "date",
                    f"from {show(window.first, DATE)} becomes {show(moved.first, DATE)}",
                    replace(part, **{name: moved}),
                )
    if window.last < LAST_DAY:
        for step in (-1,) if shrinking else (-1, 1):
            moved = Window(window.first, window.last + step)
            if moved.first <= moved.last:
                yield Variant(
                    "date",
                    f"through {show(window.last, DATE)} becomes {show(moved.last, DATE)}",
                    replace(part, **{name: moved}),
                )


# --- values and codes -----------------------------------------------------------------------------
def neighbours(value: int, kind: FactType) -> tuple[int, ...]:
    """A number one smallest step down and up."""
    return (value - 1, value + 1)


def near_values(value: Value) -> tuple[Value, ...]:
    """A value a smallest step down and up; of a word, none at all; of yes, no."""
    if isinstance(value, bool):
        return (not value,)
    return (value - 1, value + 1) if isinstance(value, int) else (NONE,)


def another(value: Value, kind: FactType) -> Value:
    """Another value of a type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if kind.words:
        return next(word for word in (*kind.words, "") if word != value)
    return OTHER_CODE if value is NONE or isinstance(value, str) else NONE


def without_one(codes: CodeSet) -> Iterator[tuple[str, CodeSet]]:
    """A set with one code less: each code named, the ends of its ranges, each prefix, each exception."""
    for code in sorted(codes.codes):
        yield code, replace(codes, codes=codes.codes - {code})
    for place, (low, high) in enumerate(codes.ranges):
        kept = (*codes.ranges[:place], *codes.ranges[place + 1 :])
        for code in dict.fromkeys((low, high)):
            rest = kept if low == high else (*kept, (after(low), high) if code == low else (low, before(high)))
            yield code, replace(codes, ranges=tuple(sorted(rest)))
    for prefix in codes.prefixes:
        yield f"{prefix}-", replace(codes, prefixes=tuple(one for one in codes.prefixes if one != prefix))
    if codes.except_ is not None:
        for code, fewer in without_one(codes.except_):
            yield f"the exception {code}", replace(codes, except_=fewer)


def after(code: str) -> str:
    """The code that follows in a range: its number one up."""
    return moved(code, 1)


def before(code: str) -> str:
    """The code that comes before in a range."""
    return moved(code, -1)


def moved(code: str, step: int) -> str:
    """A code with its last digits moved.

    >>> moved("92521", 1), moved("0770T", 1)
    ('92522', '0770T0')
    """
    digits = len(code) - len(code.rstrip("0123456789"))
    if not digits:
        return code + "0" if step > 0 else code
    return code[:-digits] + str(int(code[-digits:]) + step).rjust(digits, "0")


def swapped(part: Anything, old: str, new: str) -> Anything:
    """A piece with one code in place of another, wherever it stands."""
    if isinstance(part, str):
        return new if part == old else part
    if isinstance(part, frozenset):
        return frozenset(swapped(one, old, new) for one in part)
    if isinstance(part, tuple):
        return tuple(swapped(one, old, new) for one in part)
    if isinstance(part, Template):
        return part
    if is_dataclass(part) and not isinstance(part, type):
        changed = {f.name: swapped(getattr(part, f.name), old, new) for f in fields(part) if f.name != "at"}
        return replace(part, **{name: value for name, value in changed.items() if value is not getattr(part, name)})
    return part


__all__ = ["Because", "Condition", "Variant", "variants", "without_one"]
