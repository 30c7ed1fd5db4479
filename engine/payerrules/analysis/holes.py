"""Holes: for what no golden case reaches, an encounter that would, made from the cases there are; or why nothing can."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from payerrules.analysis.conditions import tests_in
from payerrules.analysis.encounter_edits import Data
from payerrules.analysis.exercise import Exercise
from payerrules.analysis.reached import Watch, numbered
from payerrules.analysis.seek import MOST_JUDGED, Seeker, rule_of
from payerrules.analysis.solve import Goal, never
from payerrules.analysis.study import Studied, Study
from payerrules.analysis.targets import NAMED, Target
from payerrules.language.effect import Hit
from payerrules.language.expression import FALSE, TRUE, Compare, Condition, Fact, Literal
from payerrules.language.items import LongTableLookup, ParameterLookup, Rule, TableLookup, Window
from payerrules.program.english_conditions import condition_text
from payerrules.program.program import Placed, Program
from payerrules.program.reads import shown
from payerrules.program.stages import label

T = TypeVar("T")
STARTS = 6
VALUES = {name: value for value, name in NAMED.items()}


@dataclass(frozen=True, slots=True)
class Wish:
    """What conditions must come to for a target, of which thing, on which dates."""

    conditions: tuple[Condition, ...]
    goal: Goal
    for_each: str = "line"
    window: Window | None = None


def fill(result: Exercise, cases: Sequence[Studied], seeker: Seeker, most: int = 0) -> None:
    """Find for each hole an encounter that fills it, or that nothing can; at most so many holes, where a number is given."""
    starts = starts_of(cases)
    for target in list(result.holes)[: most or None]:
        program = result.targets[target]
        wish = wish_for(target, program)
        if wish is None:
            continue
        if never(wish.conditions, wish.goal, seeker.doubt(program)):
            result.impossible[target] = "on a line the policy speaks of it never comes out so"
            continue
        seeker.left = MOST_JUDGED
        found = search(wish, target, starts.get(target.policy, ()) or first_of(starts, program), seeker)
        if found is not None:
            result.fills[target] = found


def starts_of(cases: Iterable[Studied]) -> dict[str, list[Data]]:
    """Encounters to start from, by the policies that decide them."""
    found: dict[str, list[Data]] = {}
    for one in cases:
        for meaning in one.study.program.editions if one.study is not None else ():
            for name in {meaning.policy, *(layer.rpartition(" ")[0] for layer in meaning.layers)}:
                found.setdefault(name, []).append(one.case.encounter)
    return found


def first_of(starts: dict[str, list[Data]], program: Program) -> list[Data]:
    """Encounters of the program's own policies."""
    return [data for meaning in program.editions for data in starts.get(meaning.policy, ())]


def spread(listed: Sequence[T], most: int) -> list[T]:
    """A few of many, evenly from the first to the last."""
    step = max(1, len(listed) // most)
    return list(listed[::step])[:most]


def search(wish: Wish, target: Target, starts: Sequence[Data], seeker: Seeker) -> dict[str, Any] | None:
    """Try from a few encounters."""
    watch = Watch([target])

    def reached(study: Study) -> bool:
        return target in watch.reached(study)

    for start in spread(starts, STARTS):
        found = seeker.seek(start, wish.for_each, wish.conditions, wish.goal, reached, wish.window)
        if found is not None:
            return found[0]
    return None


def wish_for(target: Target, program: Program) -> Wish | None:
    """What a target asks of an encounter."""
    window = Window(target.day, target.day) if target.day else None
    if target.kind == "about":
        about = program.abouts[0].when
        wanted = TRUE if target.wants == "spoken of" else FALSE
        return Wish((about,), lambda found: found[0] == wanted)
    placed = rule_of(program, target.part, target.edition)
    if placed is not None and isinstance(placed.item, Rule):
        return wish_of_rule(target, placed, placed.item, window or placed.window)
    for one in program.placed:
        match one.item:
            case TableLookup() as table if table.id == target.part:
                rows = tuple(row.when for row in table.rows)
                place = target.key[0]
                own = window or (table.rows[place].window if isinstance(place, int) and place >= 0 else None)
                return Wish(rows, row_goal(place, table.hit), table.for_each, own)
            case ParameterLookup() as lookup if f"{lookup.policy}#{shown(lookup.fact.name)}" == target.part:
                return Wish(equal(lookup.by, target.key), every_true, "line", window)
            case LongTableLookup() as table if table.id == target.part and isinstance(target.key[0], tuple):
                row = table.rows.get(target.key[0])[int(str(target.key[1]))]
                return Wish(equal(table.inputs, target.key[0]), every_true, table.for_each, row[0])
            case LongTableLookup() as table if table.id == target.part and target.key == ("any",):
                key, listed = next(table.rows.items())
                return Wish(equal(table.inputs, key), every_true, table.for_each, listed[0][0])
            case item if label(item) == target.part and hasattr(item, "of"):
                return Wish((item.of,), every_true)
            case _:
                pass
    return None


def wish_of_rule(target: Target, placed: Placed, rule: Rule, window: Window) -> Wish | None:
    """What a target of a rule asks."""

    def wish(conditions: tuple[Condition, ...], *wanted: int) -> Wish:
        about = (*conditions, placed.about)
        return Wish(
            about, lambda found: tuple(found[: len(wanted)]) == wanted and found[-1] == TRUE, rule.for_each, window
        )

    if target.kind in ("rule", "limit") and not target.words:
        return (
            wish((rule.when,), FALSE if target.wants == "not fired" else TRUE)
            if not target.day
            else wish(
                (),
            )
        )
    tests = {condition_text(test): test for test in tests_in(rule.when)}
    if target.kind == "test":
        return wish((tests[target.words],), VALUES[target.wants])
    if target.kind == "limit":
        test = tests[target.words]
        return wish((Compare(test.left, "eq", test.right),), TRUE) if isinstance(test, Compare) else None
    effect = rule.effects[numbered(target)]
    if not isinstance(effect, Hit):
        return None
    if target.wants == "met":
        return wish((rule.when, effect.trigger), TRUE, FALSE)
    if target.wants == "struck" or effect.correction is None:
        return wish((rule.when, effect.trigger), TRUE, TRUE)
    choice = tuple(when for _, when in effect.correction.choices[:1])
    return wish((rule.when, effect.trigger, effect.correction.when, *choice), TRUE, TRUE, TRUE, *(TRUE for _ in choice))


def row_goal(place: object, hit: str) -> Goal:
    """The goal that a row is taken, or no row where its place is -1."""
    if place == -1:
        return lambda found: not any(found)
    assert isinstance(place, int)
    if hit == "first":
        return lambda found: found[place] == TRUE and not any(found[:place])
    return lambda found: found[place] == TRUE


def every_true(found: Sequence[int]) -> bool:
    """All of them."""
    return all(value == TRUE for value in found)


def equal(facts: Sequence[Fact], key: Sequence[object]) -> tuple[Condition, ...]:
    """The conditions that facts have these values."""
    return tuple(Compare(f, "eq", Literal(v, f.type)) for f, v in zip(facts, key, strict=True))  # type: ignore[arg-type]  # keys hold values
