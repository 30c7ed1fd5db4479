"""What the solver finds holds, by the meaning of conditions itself; where it is sure that there is nothing, nothing is found by trying."""

from __future__ import annotations

import random
from datetime import date
from itertools import product
from typing import Any as Anything

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payerrules.language.expression import (
    All,
    Any,
    CodeSet,
    Compare,
    Condition,
    CountOf,
    Exists,
    Fact,
    Literal,
    Member,
    MemberOf,
    Not,
    Present,
    SetTest,
    Shift,
    StartsWith,
)
from payerrules.language.items import ParameterLookup, ParameterRow, Window
from payerrules.language.vocabulary import FactEntry, Vocabulary
from payerrules.model.values import CODE, CODES, COUNT, DATE, MONEY, NONE, YES_NO, FactType
from payerrules.program.evaluate import truth
from payerrules.program.solver import FALSE_ONLY, TRUE_ONLY, UNKNOWN_ONLY, solve
from payerrules.program.space import Space

COLOUR = FactType("one_of", ("red", "green"))
FACTS = {
    "line.code": CODE,
    "line.units": COUNT,
    "line.minutes": COUNT,
    "line.colour": COLOUR,
    "line.school": YES_NO,
    "line.modifiers": CODES,
    "line.date": DATE,
    "line.signed": DATE,
}
VOCABULARY = Vocabulary({name: FactEntry(name, kind) for name, kind in FACTS.items()})
DAY = date(2026, 3, 2).toordinal()
SPACE = Space(VOCABULARY, Window(DAY, DAY + 40))


def fact(name: str) -> Fact:
    return Fact(name, FACTS[name])


CODES_OF = st.frozensets(st.sampled_from(["A1", "A2", "B1"]), min_size=1, max_size=2).map(lambda codes: CodeSet(codes))
NUMBERS = st.integers(0, 3).map(lambda n: Literal(n, COUNT))
OPS = st.sampled_from(["eq", "gt", "ge", "lt", "le"])
TESTS = st.one_of(
    CODES_OF.map(lambda codes: Member(fact("line.code"), codes)),
    st.sampled_from(["A", "B"]).map(lambda prefix: StartsWith(fact("line.code"), prefix)),
    st.builds(Compare, st.just(fact("line.units")), OPS, NUMBERS),
    st.builds(Compare, st.just(fact("line.units")), OPS, st.just(fact("line.minutes"))),
    st.builds(Compare, st.just(fact("line.minutes")), OPS, NUMBERS),
    st.sampled_from(["red", "green"]).map(lambda word: Compare(fact("line.colour"), "eq", Literal(word, COLOUR))),
    st.just(Compare(fact("line.colour"), "eq", Literal(NONE, COLOUR))),
    st.booleans().map(lambda value: Compare(fact("line.school"), "eq", Literal(value, YES_NO))),
    st.sampled_from(["line.school", "line.colour", "line.units"]).map(lambda name: Present(fact(name))),
    st.builds(SetTest, st.just(fact("line.modifiers")), st.sampled_from(["has_any", "has_all"]), CODES_OF),
    st.builds(CountOf, st.just(fact("line.modifiers")), CODES_OF, st.just("ge"), st.just(2)),
    st.just(MemberOf(fact("line.code"), fact("line.modifiers"))),
    st.builds(
        lambda op, days: Compare(fact("line.signed"), op, Shift(fact("line.date"), days, "days")),
        OPS,
        st.integers(-2, 2),
    ),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)
VALUES: dict[str, list[Anything]] = {
    "line.code": ["A1", "A2", "B1", "A", "C1"],
    "line.units": [0, 1, 2, 3, 4, NONE, None],
    "line.minutes": [0, 1, 2, 3, 4, NONE, None],
    "line.colour": ["red", "green", NONE, None],
    "line.school": [True, False, None],
    "line.modifiers": [frozenset(c) for c in ((), ("A1",), ("A1", "A2"), ("B1",), ("A1", "A2", "B1"), ("C1",))],
    "line.date": [DAY, DAY + 1, DAY + 40],
    "line.signed": [DAY - 3, DAY - 1, DAY, DAY + 1, DAY + 2, DAY + 40, NONE, None],
}


def views(seed: int) -> list[dict[str, Anything]]:
    chance = random.Random(seed)
    return [{name: chance.choice(values) for name, values in VALUES.items()} for _ in range(400)]


VIEWS = views(1)


@given(CONDITIONS, st.sampled_from([TRUE_ONLY, UNKNOWN_ONLY, FALSE_ONLY]))
@settings(max_examples=400, deadline=None)
def test_what_is_found_holds_and_what_is_ruled_out_is_nowhere(condition: Condition, wanted: int) -> None:
    found = solve([(condition, wanted)], SPACE)
    if found.facts is None:
        assert found.sure
        assert [view for view in VIEWS if (1 << truth(condition, view)) & wanted] == []
        return
    told = {name: value for (_, name), value in found.facts.items()}
    left_out = [name for name in FACTS if name not in told]
    for values in product(*(VALUES[name][:2] for name in left_out[:4])):
        view = {**VIEWS[0], **dict(zip(left_out, values, strict=False)), **told}
        assert (1 << truth(condition, view)) & wanted


def test_a_fact_that_does_not_matter_is_left_out() -> None:
    condition = Any((Compare(fact("line.units"), "gt", Literal(2, COUNT)), Present(fact("line.school"))))
    found = solve([(condition, TRUE_ONLY)], SPACE)
    assert found.facts == {("", "line.school"): True}


def test_a_parameter_is_looked_up_by_date_and_key() -> None:
    bound = Fact("parameter.bound@p/q", MONEY)
    rows = (
        ParameterRow(Window(DAY, DAY + 9), ("red",), 10_000, "s"),
        ParameterRow(Window(DAY + 10, DAY + 40), ("red",), 20_000, "s"),
    )
    space = Space(VOCABULARY, Window(DAY, DAY + 40), {bound.name: ParameterLookup(bound, (fact("line.colour"),), rows)})
    late = Compare(bound, "eq", Literal(20_000, MONEY))
    found = solve([(late, TRUE_ONLY)], space)
    assert found.facts == {("", "line.colour"): "red", ("", "line.date"): DAY + 10}
    never = Compare(bound, "eq", Literal(30_000, MONEY))
    assert (solve([(never, TRUE_ONLY)], space).facts, solve([(never, TRUE_ONLY)], space).sure) == (None, True)


def test_another_line_is_put_beside_the_line_where_one_is_looked_for() -> None:
    other = Fact("line.code", CODE, "other")
    looked = Exists("line", Compare(other, "eq", Literal("A1", CODE)))
    found = solve([(looked, TRUE_ONLY)], SPACE)
    assert found.facts == {("@there", "other#0"): True, ("other#0", "line.code"): "A1"}
    assert solve([(All((looked, Not(looked))), TRUE_ONLY)], SPACE).facts is None


@pytest.mark.parametrize("unit", ["months", "working_days"])
def test_nothing_is_called_certain_where_months_are_counted(unit: str) -> None:
    late = Compare(fact("line.signed"), "gt", Shift(fact("line.date"), 2, unit))
    early = Compare(fact("line.signed"), "lt", Shift(fact("line.date"), 2, unit))
    found = solve([(late, TRUE_ONLY), (early, TRUE_ONLY)], SPACE)
    assert (found.facts, found.sure) == (None, False)
