"""Conditions: a map is *all of these*; a fact stands on the left, a literal, a set or another fact on the right."""

from __future__ import annotations

from payerrules.language.desk import Desk
from payerrules.language.expression import (
    ALWAYS,
    All,
    Any,
    Because,
    CodeSet,
    Compare,
    Condition,
    Count,
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
    Term,
    all_of,
)
from payerrules.language.grammar import COLLECTIONS, COMPARISONS
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.sets import read_members
from payerrules.language.spelling import remedy
from payerrules.language.terms import read_term, shift
from payerrules.model.values import COUNT, DATE, NONE, FactType

ORDERINGS = {"above": "gt", "at_least": "ge", "below": "lt", "at_most": "le"}
DATE_ORDERINGS = {"after": "gt", "on_or_after": "ge", "before": "lt", "on_or_before": "le"}
COUNT_OPERATORS = {**ORDERINGS, "exactly": "eq"}
LOOKED_AT = {"line": "other", "service": "other"}


def read_condition(node: Node | None, desk: Desk) -> Condition:
    """A condition; nothing written is ALWAYS. What is wrong is reported, and left out of what comes back."""
    if node is None:
        return ALWAYS
    if not isinstance(node, Mapping):
        desk.error("wrong-shape", "a condition is a map of facts and what they must be", node, "Write {fact: value}.")
        return ALWAYS
    if not node.entries:
        desk.error("empty-condition", "the condition says nothing", node, "Name a fact, or leave the condition out.")
    parts: list[Condition] = []
    because = ""
    for key, value in node:
        match key.text:
            case "because":
                because = value.text if isinstance(value, Scalar) else ""
            case "all" | "any":
                inner = tuple(read_condition(item, desk) for item in items(value, desk))
                parts.append(All(inner) if key.text == "all" else Any(inner))
            case "not" | "unless":
                parts.append(Not(read_condition(value, desk)))
            case word if word.startswith("exists_") and word[7:] in COLLECTIONS:
                parts.append(read_exists(word[7:], value, desk))
            case word if word.startswith("count_") and word[6:] in COLLECTIONS:
                parts.append(read_count(word[6:], value, desk))
            case _:
                parts.append(read_test(key, value, desk))
    whole = all_of(*parts)
    return Because(because, whole) if because else whole


def items(node: Node, desk: Desk) -> tuple[Node, ...]:
    """The conditions of an `all` or `any`."""
    if isinstance(node, Sequence) and node.items:
        return node.items
    desk.error("wrong-shape", "`all` and `any` hold a list of conditions", node, "Write [{...}, {...}].")
    return ()


def scope_of(over: str) -> str:
    """The scope in which the facts of a thing looked at are read."""
    return LOOKED_AT.get(over, over)


def read_exists(over: str, node: Node, desk: Desk) -> Condition:
    """At least one other thing fits."""
    if scope_of(over) in desk.scopes:
        hint = "Inside a pair rule the partner is `other` already; say it in a rule of its own."
        desk.error("scope-taken", f"`{scope_of(over)}` is looked at already", node, hint)
        return ALWAYS
    with desk.looking_at(scope_of(over)):
        return Exists(over, read_condition(node, desk))


def read_count(over: str, node: Node, desk: Desk) -> Condition:
    """How many other things fit: {where: {...}, at_least: 2}."""
    word = next((key for key, _ in node if key.text in COUNT_OPERATORS), None) if isinstance(node, Mapping) else None
    if word is None or not isinstance(node, Mapping):
        desk.error("wrong-shape", "a count needs `where` and a number", node, "Write {where: {...}, at_least: 2}.")
        return ALWAYS
    number_node = node.get(word.text)
    number = read_term(number_node, desk, COUNT) if number_node is not None else None
    if scope_of(over) in desk.scopes:
        desk.error("scope-taken", f"`{scope_of(over)}` is looked at already", node, "Say it in a rule of its own.")
        return ALWAYS
    with desk.looking_at(scope_of(over)):
        where = read_condition(node.get("where"), desk)
    return ALWAYS if number is None else Count(over, where, COUNT_OPERATORS[word.text], number)


def read_test(key: Scalar, node: Node, desk: Desk) -> Condition:
    """What one fact must be."""
    fact = desk.fact(key.text, key)
    return ALWAYS if fact is None else test(fact, node, desk)


def test(fact: Fact, node: Node, desk: Desk) -> Condition:
    """What a fact must be: a value, a fact, present, absent, or comparisons that all hold."""
    if isinstance(node, Sequence):
        desk.error(
            "wrong-shape", "a list alone says nothing", node, f"Write {{in: [...]}} to ask whether {fact.name} is one."
        )
        return ALWAYS
    if isinstance(node, Scalar):
        if node.text == "present":
            return Present(fact)
        if node.text == "absent":
            return Not(Present(fact))
        if fact.type.kind == "codes" and node.text != "none":
            hint = "Write {has: CODE}, {has_any: [...]}, {has_all: [...]} or {has_none: [...]}."
            desk.error(
                "comparison-not-for-type", f"`{fact.name}` is a set of codes and equals no single one", node, hint
            )
            return ALWAYS
        return equality(fact, node, desk)
    if any(key.text not in COMPARISONS for key, _ in node):
        return equality(fact, node, desk) if not any(k.text in COMPARISONS for k, _ in node) else unknown(node, desk)
    return all_of(*(comparison(fact, key, value, desk) for key, value in node))


def unknown(node: Mapping, desk: Desk) -> Condition:
    """Say which word is no comparison."""
    for key, _ in node:
        if key.text not in COMPARISONS:
            hint = remedy(key.text, COMPARISONS, "Comparisons are")
            desk.error("unknown-comparison", f"`{key.text}` is no comparison", key, hint)
    return ALWAYS


def equality(fact: Fact, node: Node, desk: Desk) -> Condition:
    """The fact is this value, or the same as another fact."""
    term = right(fact, node, desk)
    return ALWAYS if term is None else Compare(fact, "eq", term)


def right(fact: Fact, node: Node, desk: Desk) -> Term | None:
    """What stands on the right of a comparison; a fact there must be of the same type."""
    kind = fact.type
    term = read_term(node, desk, kind)
    if isinstance(term, Fact) and not comparable(kind, term.type):
        message = f"`{fact.name}` is {kind} and `{term.name.partition('@')[0]}` is {term.type}"
        desk.error("wrong-type", message, node, "Compare facts of one type.")
        return None
    if isinstance(term, Shift) and kind.kind != "date":
        desk.error("wrong-type", f"`{fact.name}` is {kind} and no date", node, "Compare a date with a date.")
        return None
    return term


def comparable(one: FactType, other: FactType) -> bool:
    """Whether values of two types can be held against each other."""
    loose = {"code", "text", "one_of"}
    if one.kind in loose and other.kind in loose:
        return True
    if one.numeric and other.numeric:
        return one.decimals == other.decimals
    return one.kind == other.kind


def comparison(fact: Fact, word: Scalar, node: Node, desk: Desk) -> Condition:
    """One comparison of a fact."""
    kind, name = fact.type.kind, word.text
    if not fitting(name, fact, word, desk):
        return ALWAYS
    if name in ORDERINGS or name in DATE_ORDERINGS:
        term = right(fact, node, desk)
        op = ORDERINGS.get(name) or DATE_ORDERINGS[name]
        return ALWAYS if term is None else Compare(fact, op, term)
    if name == "between":
        listed = node.items if isinstance(node, Sequence) else (node,)
        if len(listed) != 2:
            desk.error("wrong-shape", "`between` has two ends", node, "Write {between: [1, 5]}.")
            return ALWAYS
        low, high = right(fact, listed[0], desk), right(fact, listed[1], desk)
        if low is None or high is None:
            return ALWAYS
        if isinstance(low, Literal) and isinstance(high, Literal) and low.value > high.value:  # type: ignore[operator]  # one ordered type
            desk.error("bad-range", "the first end is above the second, so nothing is between", node, "Swap the ends.")
        return all_of(Compare(fact, "ge", low), Compare(fact, "le", high))
    if name == "within":
        return within(fact, node, desk)
    if name in ("in", "not_in"):
        found = membership(fact, node, desk)
        return Not(found) if name == "not_in" else found
    if name == "starts_with":
        return StartsWith(fact, node.text) if isinstance(node, Scalar) else ALWAYS
    members = read_members(node, desk, modifiers=fact.name == "line.modifiers")
    if kind == "codes" and name == "has_all":
        return SetTest(fact, "has_all", CodeSet(members.codes, name=members.name))
    found = SetTest(fact, "has_any", members)
    return Not(found) if name == "has_none" else found


def fitting(name: str, fact: Fact, word: Scalar, desk: Desk) -> bool:
    """Whether a comparison makes sense for a fact's type."""
    kind = fact.type.kind
    allowed = (
        ((name in ORDERINGS or name == "between") and fact.type.ordered)
        or ((name in DATE_ORDERINGS or name == "within") and kind == "date")
        or (name.startswith("has") and kind == "codes")
        or (name in ("in", "not_in") and kind in ("code", "text", "one_of", "count", "yes/no"))
        or (name == "starts_with" and kind in ("code", "text"))
    )
    if not allowed:
        right_words = {
            "codes": "has, has_any, has_all, has_none",
            "date": "before, after, on_or_before, on_or_after, between, within",
            "code": "in, not_in, starts_with",
            "text": "in, not_in, starts_with",
            "one_of": "in, not_in",
            "yes/no": "yes, no, present, absent",
        }.get(kind, "above, at_least, below, at_most, between")
        hint = f"For {fact.type} use {right_words}."
        desk.error(
            "comparison-not-for-type", f"`{name}` makes no sense for `{fact.name}`, which is {fact.type}", word, hint
        )
    return allowed


def membership(fact: Fact, node: Node, desk: Desk) -> Condition:
    """The fact is one of a set by its name, of a list, or of a fact that is a set."""
    if isinstance(node, Scalar) and desk.is_fact(node.text):
        other = desk.fact(node.text, node)
        if other is None:
            return ALWAYS
        if other.type.kind != "codes":
            hint = f"Write `{fact.name}: {node.text}` to compare two single facts."
            desk.error("wrong-type", f"`{node.text}` is no set of codes", node, hint)
            return ALWAYS
        return MemberOf(fact, other)
    if fact.type.kind in ("count", "yes/no"):
        listed = node.items if isinstance(node, Sequence) else (node,)
        return Any(tuple(equality(fact, item, desk) for item in listed))
    if fact.type.words and isinstance(node, Sequence):
        for item in node.items:
            desk.value(item, fact.type)
    if isinstance(node, Sequence) and any(isinstance(i, Scalar) and i.text == "none" for i in node.items):
        rest = Sequence(tuple(i for i in node.items if not (isinstance(i, Scalar) and i.text == "none")), node.at)
        none = Compare(fact, "eq", Literal(NONE, fact.type))
        return Any((Member(fact, read_members(rest, desk)), none)) if rest.items else none
    if isinstance(node, Scalar) and node.text not in desk.composed.value_sets:
        hint = remedy(node.text, desk.composed.value_sets, "The policy's sets are")
        desk.error("unknown-set", f"`{node.text}` is no value set of this policy", node, hint + " A list is [A, B].")
        return ALWAYS
    return Member(fact, read_members(node, desk))


def within(fact: Fact, node: Node, desk: Desk) -> Condition:
    """The date is at most so many days after, before, or on either side of another; both ends in."""
    unit = (
        next((k for k, _ in node if k.text in ("days", "working_days", "months")), None)
        if isinstance(node, Mapping)
        else None
    )
    side = (
        next((k for k, _ in node if k.text in ("after", "before", "of")), None) if isinstance(node, Mapping) else None
    )
    if unit is None or side is None or not isinstance(node, Mapping):
        hint = "Write {within: {days: 30, after: FACT}}; `before` and `of` go back, or both ways."
        desk.error(
            "bad-offset", "`within` needs a number of days or months, and the day it is counted from", node, hint
        )
        return ALWAYS
    base_node = node.get(side.text)
    base = read_term(base_node, desk, DATE) if base_node is not None else None
    if base is None:
        return ALWAYS
    last = shift(base, node, unit, desk) if side.text != "before" else base
    first = shift(base, node, unit, desk, -1) if side.text != "after" else base
    if first is None or last is None:
        return ALWAYS
    return all_of(Compare(fact, "ge", first), Compare(fact, "le", last))
