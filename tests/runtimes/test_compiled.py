"""Generated code says what the meaning says, with and without facts put in beforehand."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from payerrules.language.expression import (
    FALSE,
    TRUE,
    UNKNOWN,
    All,
    CodeSet,
    Compare,
    Constant,
    Fact,
    Literal,
    Member,
    Not,
)
from payerrules.model.values import CODE, MONEY, NONE
from payerrules.program.evaluate import compare, rounded, shifted, truth
from payerrules.runtimes.closures import truth_of
from payerrules.runtimes.compiled import compile_many, fold
from tests.runtimes.conditions import conditions, views


@settings(max_examples=400, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=4), views)
def test_generated_code_gives_the_values_of_the_meaning(many: list[Any], view: dict[str, Any]) -> None:
    assert compile_many(many)(view, {}) == tuple(truth(one, view) for one in many)


@settings(max_examples=400, deadline=None)
@given(conditions, views)
def test_functions_give_the_values_of_the_meaning(condition: Any, view: dict[str, Any]) -> None:
    assert truth_of(condition)(view, {}) == truth(condition, view)


@settings(max_examples=300, deadline=None)
@given(conditions, views)
def test_folding_in_what_is_known_changes_no_value(condition: Any, view: dict[str, Any]) -> None:
    known = {("", "line.code"): view["line.code"]} if view["line.code"] is not None else {}
    assert truth(fold(condition, known), view) == truth(condition, view)


def test_a_comparison_with_an_unknown_fact_is_unknown() -> None:
    above = Compare(Fact("line.allowed", MONEY), "gt", Literal(0, MONEY))
    assert [truth(above, {}), truth(Not(above), {}), truth(All((above, Constant(FALSE))), {})] == [
        UNKNOWN,
        UNKNOWN,
        FALSE,
    ]


def test_known_none_equals_none_and_is_above_nothing() -> None:
    view = {"line.allowed": NONE}
    fact = Fact("line.allowed", MONEY)
    assert truth(Compare(fact, "eq", Literal(NONE, MONEY)), view) == TRUE
    assert truth(Compare(fact, "gt", Literal(0, MONEY)), view) == FALSE


def test_a_limit_without_an_upper_bound_is_never_below_anything() -> None:
    open_end = (5, None)
    assert [compare(op, open_end, 5) for op in ("gt", "ge", "lt", "le", "eq")] == [
        UNKNOWN,
        TRUE,
        FALSE,
        UNKNOWN,
        UNKNOWN,
    ]


def test_a_rule_about_another_code_is_settled_by_the_code() -> None:
    about = Member(Fact("line.code", CODE), CodeSet(frozenset({"97110"})))
    assert fold(
        All((about, Compare(Fact("line.allowed", MONEY), "gt", Literal(1, MONEY)))), {("", "line.code"): "92507"}
    ) == Constant(FALSE)


def test_months_clamp_to_the_end_of_the_month_and_working_days_skip_weekends() -> None:
    from datetime import date

    end = date(2026, 8, 31).toordinal()
    friday = date(2026, 11, 20).toordinal()
    assert date.fromordinal(shifted(end, 6, "months")) == date(2027, 2, 28)
    assert date.fromordinal(shifted(friday, 1, "working_days")) == date(2026, 11, 23)
    assert date.fromordinal(shifted(friday, -5, "working_days")) == date(2026, 11, 13)


def test_cents_are_rounded_half_up() -> None:
    assert [rounded(n, 3, 2) for n in (1004, 1005, 1014, 1015)] == [100, 101, 101, 102]
