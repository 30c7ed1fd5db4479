"""Terms: values, facts, dates moved by days or months, and amounts made of amounts."""

from __future__ import annotations

from payerrules.language.desk import Desk
from payerrules.language.expression import ALWAYS, Condition, Literal, Reckoned, Shift, Term, Total
from payerrules.language.grammar import AMOUNT_WORDS, OFFSETS, SUMS
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.spelling import remedy
from payerrules.model.values import DATE, MONEY, FactType, parse

LARGEST = {"money": 10**11, "count": 10**6, "percent": 10**5}
"""The largest scaled value that a kind is taken to have, for the check that no product overflows; numbers: below 1,000."""
MANY = 10**3
"""How many things a sum is taken to add up at most, for the same check."""
ROOM = 2**63


def read_term(node: Node, desk: Desk, kind: FactType | None) -> Term | None:
    """A value of a type, or a fact, an offset or an amount; None where it is wrong, which is reported."""
    if isinstance(node, Scalar):
        if desk.is_fact(node.text) or node.text in ("patient", "provider", "diagnosis", "other_diagnosis"):
            return desk.fact(node.text, node)
        if kind is None:
            kind = guessed(node.text)
        value = desk.value(node, kind)
        return None if value is None else Literal(value, kind)
    if isinstance(node, Mapping):
        if any(key.text in OFFSETS for key, _ in node):
            return read_offset(node, desk)
        return read_amount(node, desk, kind)
    desk.error("wrong-type", "one value, fact or amount is wanted here, and not a list", node, "Write a single one.")
    return None


def guessed(text: str) -> FactType:
    """The type of a number written where nothing else tells it: as many decimals as it has."""
    return FactType("number", decimals=len(text.partition(".")[2]))


def read_offset(node: Mapping, desk: Desk) -> Term | None:
    """A date so many days, working days or months from another: {days: 30, from: FACT}; negative goes back."""
    unit = next(key for key, _ in node if key.text in OFFSETS)
    base_node = node.get("from")
    if base_node is None:
        desk.error("bad-offset", f"`{unit.text}` needs a number, and `from` the day it is counted from", node)
        return None
    base = read_term(base_node, desk, DATE)
    if base is not None and not isinstance(base, Shift) and base.type.kind != "date":
        desk.error("wrong-type", "days are counted from a date", base_node, "Name a fact that is a date.")
        return None
    return None if base is None else shift(base, node, unit, desk)


def shift(base: Term, node: Mapping, unit: Scalar, desk: Desk, sign: int = 1) -> Shift | None:
    """A date moved as a map says: how many of a unit, how months are rounded, which days are holidays."""
    count_node = node.get(unit.text)
    if not isinstance(count_node, Scalar):
        desk.error("bad-offset", f"`{unit.text}` needs a number, a parameter or a fact", node)
        return None
    count, by = sign, None
    if desk.is_fact(count_node.text):
        by = desk.fact(count_node.text, count_node)
        if by is None or by.type.kind not in ("count", "number"):
            desk.error("wrong-type", "so many days are a count", count_node, "Name a parameter or fact that counts.")
            return None
    else:
        said = desk.value(count_node, FactType("count"))
        if not isinstance(said, int):
            return None
        count = said * sign
    rounding, calendar = node.get("rounding"), node.get("holidays")
    rounded = rounding.text if isinstance(rounding, Scalar) else "down"
    named = calendar.text if isinstance(calendar, Scalar) else ""
    return Shift(base, count, unit.text, by, rounded, holidays(calendar, desk), named)


def holidays(node: Node | None, desk: Desk) -> frozenset[int]:
    """The days of a value set of dates."""
    if not isinstance(node, Scalar):
        return frozenset()
    codes = desk.sets.get(node.text)
    if codes is None:
        hint = remedy(node.text, desk.composed.value_sets, "The policy's sets are")
        desk.error("unknown-set", f"`{node.text}` is no value set of this policy", node, hint)
        return frozenset()
    days = set()
    for code in codes.codes:
        try:
            day = parse(code, DATE)
        except ValueError:
            day = None
        if not isinstance(day, int):
            desk.error(
                "wrong-type", f"the set `{node.text}` holds `{code}`, which is no date", node, "List dates only."
            )
            return frozenset()
        days.add(day)
    return frozenset(days)


def read_amount(node: Node, desk: Desk, kind: FactType | None = None) -> Term | None:
    """An amount: a number, a fact, a parameter, one of the eight words with amounts inside, or a sum over other things."""
    if isinstance(node, Scalar):
        term = read_term(node, desk, kind)
        if term is not None and not isinstance(term, Shift) and not term.type.numeric:
            desk.error("wrong-type", f"`{node.text}` is no amount but {term.type}", node, "Name money or a number.")
            return None
        return term
    words = AMOUNT_WORDS | SUMS
    word = next((key for key, _ in node if key.text in words), None) if isinstance(node, Mapping) else None
    if word is None or not isinstance(node, Mapping):
        desk.error("wrong-type", "this is no amount", node, f"An amount is made of {', '.join(words)}.")
        return None
    inner = node.get(word.text)
    if word.text in SUMS:
        return None if inner is None else read_total(word, inner, desk, kind)
    if word.text in ("percent", "of"):
        nodes = [node.get("percent"), node.get("of")]
    elif isinstance(inner, Sequence):
        nodes = list(inner.items)
    else:
        nodes = [inner]
    terms = [read_amount(n, desk, kind if word.text not in ("times", "percent", "of") else None) for n in nodes if n]
    if not terms or any(term is None for term in terms):
        return None
    return checked(reckoned(word.text, [t for t in terms if t is not None]), node, desk)


def read_total(word: Scalar, node: Node, desk: Desk, kind: FactType | None) -> Term | None:
    """An amount of each other thing that fits, added up: {of: FACT, where: {...}}."""
    from payerrules.language.conditions import (
        LOOKED_AT,
        read_condition,
    )  # conditions are made of terms, and this term of one

    over = word.text.removeprefix("sum_")
    scope = LOOKED_AT.get(over, over)
    of_node = node.get("of") if isinstance(node, Mapping) else None
    if of_node is None or not isinstance(node, Mapping):
        desk.error(
            "wrong-shape", f"`{word.text}` needs `of`, the amount of each", node, "Write {of: FACT, where: {...}}."
        )
        return None
    if scope in desk.scopes:
        desk.error(
            "scope-taken", f"`{scope}` is looked at already", node, "Say it in a rule or a derived fact of its own."
        )
        return None
    with desk.looking_at(scope):
        of = read_amount(of_node, desk, kind)
        where: Condition = read_condition(node.get("where"), desk) if node.get("where") is not None else ALWAYS
    return None if of is None or isinstance(of, Shift) else Total(over, of, where, of.type)


def reckoned(word: str, terms: list[Term]) -> Reckoned:
    """The amount that a word makes of others, with the decimals it needs to stay exact."""
    decimals = [0 if isinstance(term, Shift) else term.type.decimals for term in terms]
    kinds = {"number" if isinstance(term, Shift) else term.type.kind for term in terms}
    match word:
        case "times":
            kind = FactType("number", decimals=sum(decimals))
        case "percent" | "of":
            word, kind = "percent", FactType("number", decimals=sum(decimals) + 2)
        case "round":
            kind = MONEY
        case _:
            kind = FactType("money" if kinds == {"money"} else "number", decimals=max(decimals))
    return Reckoned(word, tuple(terms), kind)


def checked(amount: Reckoned, node: Node, desk: Desk) -> Term | None:
    """The amount, if no value it may take passes 64 bits."""
    if size(amount) < ROOM:
        return amount
    hint = "Round a part first (`round:`), or keep fewer decimals in its facts."
    desk.error("amount-overflow", "this amount may pass 64 bits and could not be kept exact", node, hint)
    return None


def size(term: Term) -> int:
    """The largest scaled integer a term may come to."""
    match term:
        case Literal(value):
            return abs(value) if isinstance(value, int) else 0
        case Reckoned(word, terms, kind):
            sizes = [size(one) for one in terms]
            if word in ("times", "percent"):
                product = 1
                for one in sizes:
                    product *= max(1, one)
                return product
            if word == "round":
                lost = 0 if isinstance(terms[0], Shift) else max(0, terms[0].type.decimals - kind.decimals)
                return sizes[0] // int(10**lost)
            widths = [one.type.decimals if not isinstance(one, Shift) else 0 for one in terms]
            spread = [one * 10 ** (max(widths) - width) for one, width in zip(sizes, widths, strict=True)]
            return sum(spread) if word == "plus" else max(spread)
        case Shift():
            return 10**7
        case Total(_, of):
            return size(of) * MANY
        case _:
            return LARGEST.get(term.type.kind, 0) if term.type.kind != "number" else 10 ** (3 + term.type.decimals)
