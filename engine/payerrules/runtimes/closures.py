"""Conditions as functions made once: what `evaluate.truth` says, without looking anew each time at what a condition is.

`evaluate.truth` is the meaning; tests hold the two together. What is rare here is left to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any as Anything

from payerrules.language.expression import (
    FALSE,
    TRUE,
    UNKNOWN,
    All,
    Any,
    Because,
    Compare,
    Condition,
    Constant,
    Exists,
    Fact,
    Held,
    Literal,
    Member,
    Not,
    Present,
    SetTest,
    Term,
)
from payerrules.model.values import NONE
from payerrules.program.evaluate import COLLECTIONS, Scopes, Truth, View, compare, reading, truth

Read = Callable[[View, Scopes], Anything]
KEPT = 50_000
_MADE: dict[int, tuple[Condition, Truth]] = {}
"""By the identity of a condition (which is kept, so that it stays its own): its function."""


def truth_of(condition: Condition) -> Truth:
    """The function that gives a condition's Kleene value.

    >>> from payerrules.model.values import MONEY
    >>> above = Compare(Fact("line.allowed", MONEY), "gt", Literal(1, MONEY))
    >>> [truth_of(above)(view, {}) for view in ({"line.allowed": 2}, {"line.allowed": 1}, {})]
    [2, 0, 1]
    """
    known = _MADE.get(id(condition))
    if known is None:
        if len(_MADE) >= KEPT:
            _MADE.clear()
        known = _MADE[id(condition)] = condition, made(condition)
    return known[1]


def made(condition: Condition) -> Truth:
    """A condition's function, made."""
    match condition:
        case Constant(always):
            return lambda view, scopes: always
        case All(parts):
            return every(tuple(truth_of(part) for part in parts))
        case Any(parts):
            return any_one(tuple(truth_of(part) for part in parts))
        case Not(part):
            inner = truth_of(part)
            return lambda view, scopes: TRUE - inner(view, scopes)
        case Because(_, part):
            return truth_of(part)
        case Compare(left, op, right):
            one, two = read_of(left), read_of(right)
            return lambda view, scopes: compare(op, one(view, scopes), two(view, scopes))
        case Member(left, members):
            plain = not (members.prefixes or members.ranges or members.except_)
            return among(read_of(left), members.codes if plain else members)
        case SetTest(fact, mode, members):
            codes, read = members.codes, read_of(fact)
            test = codes.issubset if mode == "has_all" else members.any_of
            return lambda view, scopes: (
                UNKNOWN
                if (found := read(view, scopes)) is None
                else TRUE
                if found is not NONE and test(found)
                else FALSE
            )
        case Present(fact) if not fact.scope:
            return present_of(fact.name)
        case Held(fact):
            read = read_of(fact)
            return lambda view, scopes: (
                UNKNOWN if (found := read(view, scopes)) is None else FALSE if found is NONE or found is False else TRUE
            )
        case Exists(over, where):
            return exists(*COLLECTIONS[over], truth_of(where))
        case _:
            return lambda view, scopes: truth(condition, view, scopes)


def read_of(term: Term) -> Read:
    """The function that reads a term."""
    match term:
        case Fact(name, _, ""):
            return lambda view, scopes: view.get(name)
        case Fact(name, _, scope):
            return lambda view, scopes: scopes[scope].get(name)
        case Literal(written):
            return lambda view, scopes: written
        case _:
            return lambda view, scopes: reading(term, view, scopes)


def every(parts: tuple[Truth, ...]) -> Truth:
    """Kleene's and: the least of all; nothing is less than false."""

    def value(view: View, scopes: Scopes) -> int:
        least = TRUE
        for part in parts:
            found = part(view, scopes)
            if found < least:
                if found == FALSE:
                    return FALSE
                least = found
        return least

    return value


def any_one(parts: tuple[Truth, ...]) -> Truth:
    """Kleene's or: the most of all; nothing is more than true."""

    def value(view: View, scopes: Scopes) -> int:
        most = FALSE
        for part in parts:
            found = part(view, scopes)
            if found > most:
                if found == TRUE:
                    return TRUE
                most = found
        return most

    return value


def among(read: Read, codes: Anything) -> Truth:
    """Whether what is read is one of some codes."""

    def value(view: View, scopes: Scopes) -> int:
        found = read(view, scopes)
        return UNKNOWN if found is None else TRUE if found in codes else FALSE

    return value


def present_of(name: str) -> Truth:
    """Whether a fact has a value."""

    def value(view: View, scopes: Scopes) -> int:
        found = view.get(name)
        if found is None:
            return UNKNOWN if name in view.get("@derived", ()) else FALSE
        return FALSE if found is NONE or found == frozenset() else TRUE

    return value


def exists(key: str, scope: str, where: Truth) -> Truth:
    """Whether one of the other things fits; a collection that is not known may hold one."""

    def value(view: View, scopes: Scopes) -> int:
        others = view.get(key)
        if others is None:
            return UNKNOWN
        most = FALSE
        for other in others:
            if other is not view:
                found = where(view, {**scopes, scope: other})
                if found > most:
                    if found == TRUE:
                        return TRUE
                    most = found
        return most

    return value
