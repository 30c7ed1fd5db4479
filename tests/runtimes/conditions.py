"""Generated conditions and views, for tests that hold two ways of computing them together."""

from __future__ import annotations

from typing import Any as Anything

from hypothesis import strategies as st

from payerrules.language.expression import (
    All,
    Any,
    CodeSet,
    Compare,
    Constant,
    CountOf,
    Exists,
    Fact,
    Held,
    Literal,
    Member,
    Not,
    Present,
    SetTest,
)
from payerrules.model.values import CODE, CODES, MONEY, NONE, YES_NO

CODE_FACT = Fact("line.code", CODE)
MONEY_FACT = Fact("line.allowed", MONEY)
LIMIT_FACT = Fact("limit.cap@p.after", MONEY)
FLAG_FACT = Fact("patient.is_epsdt", YES_NO)
SET_FACT = Fact("line.modifiers", CODES)

codes = st.sampled_from(["92507", "92508", "97110"])
modifiers = st.frozensets(st.sampled_from(["GN", "KX", "59"]), max_size=3)
sets = st.frozensets(codes, max_size=2).map(lambda c: CodeSet(codes=c)) | st.just(CodeSet(prefixes=("925",)))
modifier_sets = modifiers.map(lambda c: CodeSet(codes=c)) | st.just(CodeSet(prefixes=("K",)))
operators = st.sampled_from(["eq", "gt", "ge", "lt", "le"])
amounts = st.integers(-3, 3)

leaves = st.one_of(
    st.sampled_from([Constant(0), Constant(2)]),
    st.builds(
        Compare, st.sampled_from([MONEY_FACT, LIMIT_FACT]), operators, st.builds(Literal, amounts, st.just(MONEY))
    ),
    st.builds(Compare, st.just(MONEY_FACT), operators, st.just(LIMIT_FACT)),
    st.builds(Compare, st.just(CODE_FACT), st.just("eq"), st.builds(Literal, codes | st.just(NONE), st.just(CODE))),
    st.builds(Compare, st.just(FLAG_FACT), st.just("eq"), st.builds(Literal, st.booleans(), st.just(YES_NO))),
    st.builds(Member, st.just(CODE_FACT), sets),
    st.builds(SetTest, st.just(SET_FACT), st.sampled_from(["has_any"]), modifier_sets),
    st.builds(SetTest, st.just(SET_FACT), st.just("has_all"), modifiers.map(lambda c: CodeSet(codes=c))),
    st.builds(CountOf, st.just(SET_FACT), modifier_sets, operators, amounts),
    st.builds(Present, st.sampled_from([MONEY_FACT, CODE_FACT, SET_FACT])),
    st.builds(Held, st.sampled_from([FLAG_FACT, MONEY_FACT])),
)


def nested(inner: st.SearchStrategy[Anything]) -> st.SearchStrategy[Anything]:
    """Conditions made of conditions."""
    lists = st.lists(inner, min_size=1, max_size=3).map(tuple)
    other = st.builds(Compare, st.just(Fact("line.code", CODE, "other")), st.just("eq"), st.just(CODE_FACT))
    return st.one_of(
        st.builds(All, lists),
        st.builds(Any, lists),
        st.builds(Not, inner),
        st.builds(Exists, st.just("service"), st.tuples(other, inner).map(lambda pair: All(pair))),
    )


conditions = st.recursive(leaves, nested, max_leaves=8)
numbers = st.none() | amounts
bounds = st.none() | st.tuples(amounts, numbers).map(lambda b: (b[0], None if b[1] is None else b[0] + abs(b[1])))
plain_views = st.fixed_dictionaries(
    {
        "line.code": st.none() | codes,
        "line.allowed": numbers | st.just(NONE),
        "limit.cap@p.after": bounds,
        "patient.is_epsdt": st.none() | st.booleans(),
        "line.modifiers": st.none() | modifiers,
    }
)
views = st.tuples(plain_views, st.none() | st.lists(plain_views, max_size=2)).map(lambda v: {**v[0], "@services": v[1]})
