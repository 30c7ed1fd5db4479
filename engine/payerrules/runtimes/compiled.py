"""Conditions as generated Python: many at once, plain booleans where all is known, Kleene's values where something is not.

`evaluate.truth` is the meaning; what is generated here only says it faster, and tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    Fact,
    Given,
    Literal,
    Member,
    Not,
    SetTest,
    Shift,
    Term,
)
from payerrules.model.values import NONE, Value
from payerrules.program.evaluate import Scopes, View, compare, reading
from payerrules.runtimes.closures import truth_of

Known = Mapping[tuple[str, str], Value]
"""Facts that are fixed beforehand, by scope and name: the code of the line, for one."""
Many = Callable[[View, Scopes], tuple[int, ...]]

OPERATORS = {"eq": "==", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def fold(condition: Condition, known: Known) -> Condition:
    """The condition with what is known put in: leaves that read only known facts become constants, and so up.

    >>> from payerrules.language.expression import CodeSet
    >>> from payerrules.model.values import CODE
    >>> speech = Member(Fact("line.code", CODE), CodeSet(frozenset({"92507"})))
    >>> fold(All((speech, Not(speech))), {("", "line.code"): "92507"})
    Constant(value=0)
    """
    match condition:
        case All(parts):
            return folded_all([fold(part, known) for part in parts])
        case Any(parts):
            kept = [part for part in (fold(part, known) for part in parts) if part != Constant(FALSE)]
            if Constant(TRUE) in kept:
                return Constant(TRUE)
            return Constant(FALSE) if not kept else kept[0] if len(kept) == 1 else Any(tuple(kept))
        case Not(part):
            inner = fold(part, known)
            return Constant(TRUE - inner.value) if isinstance(inner, Constant) else Not(inner)
        case Because(_, part):
            return fold(part, known)
        case Compare(left, op, right):
            found = [fixed(term, known) for term in (left, right)]
            return condition if None in found else Constant(compare(op, *found))
        case Member(Fact() as fact, members):
            code = fixed(fact, known)
            return condition if code is None else Constant(TRUE if code in members else FALSE)
        case _:
            return condition


def folded_all(parts: Sequence[Condition]) -> Condition:
    """A conjunction of parts that are folded already."""
    kept = [part for part in parts if part != Constant(TRUE)]
    if Constant(FALSE) in kept:
        return Constant(FALSE)
    return Constant(TRUE) if not kept else kept[0] if len(kept) == 1 else All(tuple(kept))


def fixed(term: Term, known: Known) -> Value | None:
    """The value of a term, where it is fixed beforehand."""
    match term:
        case Literal(value):
            return value
        case Fact(name, _, scope):
            return known.get((scope, name))
        case _:
            return None


class Source:
    """The text of one generated function, as it grows: its facts, constants and helpers."""

    def __init__(self) -> None:
        self.facts: dict[tuple[str, str], str] = {}
        self.guards: dict[str, None] = {}  # what the fast path of the present condition must be sure of
        self.constants: dict[str, Anything] = {}
        self.names: dict[int, str] = {}
        self.helpers: dict[Condition | Term, str] = {}
        self.shares: dict[str, str] = {}
        self.calls: list[str] = []

    def fact(self, fact: Fact, kind: str) -> str:
        """The local name of a fact; `kind` says what the fast path must be sure of: known, int or frozenset."""
        name = self.facts.setdefault((fact.scope, fact.name), f"f{len(self.facts)}")
        sure = f"{name} is not None" if kind == "known" else f"{name}.__class__ is {kind}"
        self.guards[sure] = None
        return name

    def constant(self, value: Anything) -> str:
        """The name of a constant."""
        name = self.names.get(id(value))
        if name is None or self.constants[name] is not value:
            name = self.names[id(value)] = f"k{len(self.constants)}"
            self.constants[name] = value
        return name

    def helper(self, condition: Condition) -> str:
        """The local name of a condition that is worked out by its meaning, once a call."""
        name = self.helpers.get(condition)
        if name is None:
            name = self.helpers[condition] = f"q{len(self.helpers)}"
            self.calls.append(f"{name} = {self.constant(truth_of(condition))}(x, s)")
        self.guards[f"{name} != {UNKNOWN}"] = None
        return name

    def shared(self, text: str) -> str:
        """The local name of an expression, worked out once a call."""
        name = self.shares.get(text)
        if name is None:
            name = self.shares[text] = f"e{len(self.shares)}"
            self.calls.append(f"{name} = {text}")
        return name

    def term(self, term: Term, kind: str) -> str:
        """The local name or constant of a term."""
        match term:
            case Fact():
                return self.fact(term, kind)
            case Literal(value):
                return self.constant(value)
            case _:
                name = self.helpers.get(term)
                if name is None:
                    name = self.helpers[term] = f"q{len(self.helpers)}"
                    self.calls.append(f"{name} = reading({self.constant(term)}, x, s)")
                self.guards[f"{name}.__class__ is int"] = None
                return name

    def both(self, condition: Condition) -> tuple[str, str]:
        """A condition as a boolean expression for the fast path, and as a Kleene value for the other."""
        match condition:
            case Constant(value):
                return ("True" if value == TRUE else "False"), str(value)
            case All(parts) | Any(parts) if parts:
                texts = [self.both(part) for part in parts]
                word, pick = (" and ", "min") if isinstance(condition, All) else (" or ", "max")
                if len(texts) == 1:
                    return texts[0]
                return f"({word.join(f for f, _ in texts)})", f"{pick}({', '.join(k for _, k in texts)})"
            case Not(part):
                fast, kleene = self.both(part)
                return f"(not {fast})", f"({TRUE} - {kleene})"
            case Because(_, part):
                return self.both(part)
            case Compare(left, op, right) if not any(isinstance(t, Literal) and t.value is NONE for t in (left, right)):
                kind = "known" if op == "eq" and not isinstance(left, Shift) and not left.type.ordered else "int"
                one, two = self.term(left, kind), self.term(right, kind)
                return f"{one} {OPERATORS[op]} {two}", f"compare({op!r}, {one}, {two})"
            case Member(Fact() as fact, members):
                name = self.fact(fact, "known")
                plain = not (members.prefixes or members.ranges or members.except_)
                codes = self.constant(members.codes if plain else members)
                return (
                    f"{name} in {codes}",
                    f"({UNKNOWN} if {name} is None else {TRUE} if {name} in {codes} else {FALSE})",
                )
            case SetTest(fact, mode, members) if mode == "has_all" or not (
                members.prefixes or members.ranges or members.except_
            ):
                name, codes = self.fact(fact, "frozenset"), self.constant(members.codes)
                asked = f"{codes} <= {name}" if mode == "has_all" else f"not {codes}.isdisjoint({name})"
                none = f"{UNKNOWN} if {name} is None else {FALSE} if {name} is NONE"
                return f"({asked})", f"({none} else {TRUE} if {asked} else {FALSE})"
            case Given(Fact(name, _, scope)):
                given = f"s[{scope!r}].get('@given', ())" if scope else "x.get('@given', ())"
                asked = f"{name!r} in {self.shared(given)}"
                return asked, f"({TRUE} if {asked} else {FALSE})"
            case _:
                name = self.helper(condition)
                return f"{name} == {TRUE}", name


def compile_many(conditions: Sequence[Condition]) -> Many:
    """One function that gives the values of many conditions, in their order."""
    if not conditions:
        return lambda x, s: ()
    source = Source()
    fast, either, guards = [], [], dict[str, None]()
    for condition in conditions:
        source.guards = {}
        sure, kleene = source.both(condition)
        fast.append(f"{TRUE} if {sure} else {FALSE}")
        guard = " and ".join(source.guards)
        either.append(f"(({fast[-1]}) if {guard} else {kleene})" if guard else f"({fast[-1]})")
        guards |= source.guards
    lines = []
    for scope in sorted({scope for scope, _ in source.facts if scope}):
        lines.append(f"{scope}_get = s[{scope!r}].get")
    lines += [
        f"{name} = {f'{scope}_get' if scope else 'get'}({fact!r})" for (scope, fact), name in source.facts.items()
    ]
    lines += source.calls
    lines.append(f"if {' and '.join(guards) or 'True'}:")
    lines.append(f"    return ({', '.join(fast)},)")
    lines.append(f"return ({', '.join(either)},)")
    body = "\n".join(f"    {line}" for line in lines)
    text = f"def many(x, s):\n    get = x.get\n{body}\n"
    space: dict[str, Anything] = {
        **source.constants,
        "reading": reading,
        "compare": compare,
        "NONE": NONE,
    }
    exec(compile(text, "<conditions>", "exec"), space)
    made: Many = space["many"]
    return made
