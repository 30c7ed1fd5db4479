"""What there is to reach in a policy, by meaning: rules, tests, rows, dated values, effects and the steps of limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from payerrules.analysis.conditions import Doubt, tests_in
from payerrules.language.effect import Hit
from payerrules.language.expression import ALWAYS, FALSE, TRUE, UNKNOWN, Compare, Constant, Fact
from payerrules.language.items import (
    FIRST_DAY,
    LAST_DAY,
    EditionMeaning,
    LongTableLookup,
    ParameterLookup,
    Rule,
    TableLookup,
    UnitLookup,
    Window,
)
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Location
from payerrules.model.values import DATE, show
from payerrules.program.build import build, meet
from payerrules.program.english_conditions import condition_text
from payerrules.program.english_effects import effect_text
from payerrules.program.english_terms import term_text, value_text
from payerrules.program.program import Placed, Program
from payerrules.program.reads import shown
from payerrules.program.stages import label

NAMED = {TRUE: "true", FALSE: "false", UNKNOWN: "unknown"}
FEW_ROWS = 60
"""A table from a file with more rows than this is reached as a whole: by a row, and by no row."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to reach: of which part of a policy, what of it, and how it should come out.

    `kind` is rule, test, effect, row, value, limit or about; `words` tells what of the part; `wants` how it should be seen.
    """

    policy: str
    part: str
    kind: str
    words: str
    wants: str
    edition: str = ""
    day: int = 0  # the date of service it wants, where it wants one
    key: tuple[object, ...] = field(default=(), compare=False)  # of a row or value: its key
    at: Location | None = field(default=None, compare=False)

    def text(self) -> str:
        """Tell it in one line."""
        what = f": {self.words}" if self.words else ""
        return f"{self.part}{what} [{self.wants}]"


def targets_of(meanings: Iterable[EditionMeaning], vocabulary: Vocabulary) -> dict[Target, Program]:
    """Every target of these editions, once, with a program in which it can be reached."""
    found: dict[Target, Program] = {}
    for meaning in meanings:
        program, _ = build([meaning], vocabulary)
        for target in in_program(program, meaning):
            found.setdefault(target, program)
    return found


def in_program(program: Program, meaning: EditionMeaning) -> Iterator[Target]:
    """The targets of one edition."""
    doubt = Doubt(program)
    if meaning.about != ALWAYS:
        for wants in ("spoken of", "not spoken of"):
            yield Target(meaning.policy, f"{meaning.policy}#about", "about", "", wants, meaning.edition)
    for placed in program.placed:
        match placed.item:
            case Rule():
                yield from of_rule(placed, placed.item, meaning, doubt)
            case TableLookup():
                yield from of_table(placed.item, meaning)
            case ParameterLookup():
                yield from of_parameter(placed.item, meaning)
            case LongTableLookup():
                yield from of_long_table(placed.item, meaning)
            case UnitLookup() as units:
                yield Target(units.policy, label(units), "row", condition_text(units.of), "counted", at=units.at)


def of_rule(placed: Placed, rule: Rule, meaning: EditionMeaning, doubt: Doubt) -> Iterator[Target]:
    """A rule: fired and not fired, its tests, its effects, and the ends of its own dates."""

    def made(kind: str, words: str, wants: str, day: int = 0) -> Target:
        return Target(rule.policy, rule.id, kind, words, wants, rule.edition, day, at=rule.at)

    kind = "limit" if rule.limit else "rule"
    yield made(kind, "", "fired")
    if rule.when != ALWAYS:
        yield made(kind, "", "not fired")
    for test in dict.fromkeys(tests_in(rule.when)):
        words = condition_text(test)
        values = (TRUE, FALSE, UNKNOWN) if doubt.of_condition(test) else (TRUE, FALSE)
        for value in values:
            if not (isinstance(test, Compare) and settled(test, meaning, value)):
                yield made("test", words, NAMED[value])
        if rule.limit and isinstance(test, Compare) and of_limit(test):
            yield made("limit", words, "used up to the bound and not beyond")
    for place, effect in enumerate(rule.effects):
        if isinstance(effect, Hit):
            words = f"{place + 1}. {effect_text(effect)}"
            yield made("effect", words, "struck")
            if effect.trigger != ALWAYS and not isinstance(effect.trigger, Constant):
                yield made("effect", words, "met")
            if effect.correction is not None and not effect.correction.only_proposed:
                yield made("effect", words, "corrected")
    if not rule.by:
        yield from ends(made, kind, meet(meaning.effective, rule.in_force), meaning.effective)


def settled(test: Compare, meaning: EditionMeaning, value: int) -> bool:
    """Whether a test of the date of service cannot come out so on the dates of the edition."""
    if not isinstance(test.left, Fact) or test.left.name != "line.date" or test.left.scope:
        return False
    bound = getattr(test.right, "value", None)
    if not isinstance(bound, int):
        return False
    first, last = meaning.effective.first, meaning.effective.last
    always = {"ge": first >= bound, "gt": first > bound, "le": last <= bound, "lt": last < bound}.get(test.op, False)
    never = {"ge": last < bound, "gt": last <= bound, "le": first > bound, "lt": first >= bound}.get(test.op, False)
    return (always and value == FALSE) or (never and value == TRUE)


def of_limit(test: Compare) -> bool:
    """Whether a test holds what is used of a limit against a bound."""
    return isinstance(test.left, Fact) and test.left.name.startswith("limit.") and test.op in ("gt", "ge", "lt", "le")


def ends(made: object, kind: str, window: Window | None, effective: Window) -> Iterator[Target]:
    """The first and last day of something that has dates of its own inside those of its edition."""
    if window is None or window == effective:
        return
    if window.first != effective.first:
        yield made(kind, "", f"in force on its first day, {show(window.first, DATE)}", window.first)  # type: ignore[operator]
    if window.last != effective.last:
        yield made(kind, "", f"in force on its last day, {show(window.last, DATE)}", window.last)  # type: ignore[operator]


def of_table(table: TableLookup, meaning: EditionMeaning) -> Iterator[Target]:
    """A table: each row, and no row; the ends of the dates of a row that has some."""
    for place, row in enumerate(table.rows, 1):
        outputs = ", ".join(term_text(term) for term in row.outputs)
        words = f"row {place}, {condition_text(row.when)}: {outputs}"
        yield Target(table.policy, table.id, "row", words, "taken", key=(place - 1,), at=row.at or table.at)
        window = meet(meaning.effective, row.window)
        for day, wants in () if window is None else edges(window, meaning.effective):
            yield Target(table.policy, table.id, "row", words, wants, "", day, (place - 1,), row.at or table.at)
    if table.otherwise is not None:
        yield Target(table.policy, table.id, "row", "no row", "taken", key=(-1,), at=table.at)


def edges(window: Window, effective: Window) -> Iterator[tuple[int, str]]:
    """The days on which a window begins and ends inside the dates of its edition, in words."""
    if window.first != effective.first:
        yield window.first, f"taken on its first day, {show(window.first, DATE)}"
    if window.last != effective.last and window.last != window.first:
        yield window.last, f"taken on its last day, {show(window.last, DATE)}"


def of_parameter(lookup: ParameterLookup, meaning: EditionMeaning) -> Iterator[Target]:
    """A parameter: each of its values, on its first and on its last day."""
    name = shown(lookup.fact.name)
    for row in lookup.rows:
        window = meet(meaning.effective, row.window)
        if window is None:
            continue
        keyed = "".join(f" for {value_text(v, f.type)}" for v, f in zip(row.key, lookup.by, strict=True))
        words = f"{value_text(row.value, lookup.fact.type)}{keyed}"
        part = f"{lookup.policy}#{name}"
        for day, end in dict.fromkeys([(window.first, "first"), (window.last, "last")]):
            if FIRST_DAY < day < LAST_DAY:
                wants = f"read on its {end} day, {show(day, DATE)}"
                yield Target(lookup.policy, part, "value", words, wants, "", day, row.key, lookup.at)
        if window.last >= LAST_DAY and window.first <= FIRST_DAY:
            yield Target(lookup.policy, part, "value", words, "read", "", 0, row.key, lookup.at)


def of_long_table(table: LongTableLookup, meaning: EditionMeaning) -> Iterator[Target]:
    """A table from a file: each row where they are few, else any row; and no row."""
    if len(table.rows) <= FEW_ROWS:
        listed = [(key, n, row) for key, rows in table.rows.items() for n, row in enumerate(rows)]
        for key, place in [(key, n) for key, n, row in listed if row[0].meets(meaning.effective)]:
            cells = ", ".join(show(value, f.type) for value, f in zip(key, table.inputs, strict=True))
            words = f"row {cells}" + (f" ({place + 1})" if place else "")
            yield Target(table.policy, table.id, "row", words, "taken", key=(key, place), at=table.at)
    else:
        words = f"any row of {len(table.rows):,} keys"
        yield Target(table.policy, table.id, "row", words, "taken", key=("any",), at=table.at)
    if table.otherwise is not None:
        yield Target(table.policy, table.id, "row", "no row", "taken", key=("none",), at=table.at)
