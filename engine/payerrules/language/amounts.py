"""Effects on money: the price and its parts, reductions of a part, what the payer pays and the patient owes."""

from __future__ import annotations

from payerrules.language.desk import Desk
from payerrules.language.effect import Effect, PatientShare, Pay, Price, Reduce
from payerrules.language.expression import Fact
from payerrules.language.grammar import AMOUNT_WORDS, SUMS
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.outcomes import written
from payerrules.language.terms import read_amount
from payerrules.model.values import MONEY, FactType

PERCENT = FactType("percent", decimals=2)
WHOLE = "price"
"""The name of the only part of a price that is written as one amount."""


def read_price(node: Node, desk: Desk) -> list[Effect]:
    """The allowed amount: one amount or named parts, rounded by unit or by line."""
    if not isinstance(node, Mapping):
        return []
    parts = node.get("parts")
    named = [(key.text, value) for key, value in parts] if isinstance(parts, Mapping) else [(WHOLE, amount_in(node))]
    read = [(name, read_amount(value, desk, MONEY)) for name, value in named if value is not None]
    found = tuple((name, term) for name, term in read if term is not None)
    return [Price(found, written(node.get("round")) or "unit")] if len(found) == len(named) else []


def amount_in(node: Mapping) -> Node | None:
    """The amount of a price that has no parts: under `amount`, or as one of the words of amounts in place."""
    if (amount := node.get("amount")) is not None:
        return amount
    kept = tuple((key, value) for key, value in node if key.text in AMOUNT_WORDS | SUMS and key.text != "round")
    return Mapping(kept, node.at) if kept else None


def read_reduction(node: Node, desk: Desk) -> list[Effect]:
    """A percentage off one part, except for some units of the line with the highest such part."""
    if not isinstance(node, Mapping):
        return []
    percent_node = node.get("percent")
    percent = read_amount(percent_node, desk, PERCENT) if percent_node is not None else None
    if percent is None:
        return []
    spared = node.get("except")
    units, highest, per = 0, "", []
    if isinstance(spared, Mapping):
        units = int(written(spared.get("units")) or 0)
        highest = written(spared.get("with_highest"))
        listed = spared.get("per")
        items = listed.items if isinstance(listed, Sequence) else (listed,)
        found = [desk.fact(item.text, item) for item in items if isinstance(item, Scalar)]
        per = [fact for fact in found if isinstance(fact, Fact)]
    return [Reduce(written(node.get("part")), percent, units, highest, tuple(per))]


def read_pay(word: str, node: Node, desk: Desk) -> list[Effect]:
    """What this payer pays, or what the patient owes."""
    amount = read_amount(node, desk, MONEY)
    if amount is None:
        return []
    return [Pay(amount) if word == "pay" else PatientShare(amount)]
