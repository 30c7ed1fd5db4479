"""Derived facts: made from a condition, an amount, a date, or the first case that holds."""

from __future__ import annotations

from payerrules.language.composed import Piece
from payerrules.language.conditions import read_condition
from payerrules.language.desk import Desk
from payerrules.language.effect import Derive
from payerrules.language.expression import ALWAYS, Condition, Fact, Literal, Reckoned, Shift, Term
from payerrules.language.grammar import AMOUNT_WORDS, OFFSETS, SUMS
from payerrules.language.items import Rule
from payerrules.language.nodes import Mapping, Node, Sequence
from payerrules.language.terms import read_term
from payerrules.model.values import YES_NO, FactType

OF_EACH = "other_payer"
"""What an encounter holds several of, and facts can be made about each of: read and written in its own scope."""


def read_derived(piece: Piece, desk: Desk) -> list[Rule]:
    """The rules that make one fact known; ids are `policy#derive/fact`, and of cases `policy#derive/fact/1` and so on."""
    key = piece.text.derive
    place = key.key(piece.name) if isinstance(key, Mapping) else None
    if piece.name.startswith(f"{OF_EACH}."):
        with desk.looking_at(OF_EACH):
            return of_fact(desk.fact(piece.name, place or piece.node, made=True), piece, desk)
    return of_fact(desk.fact(piece.name, place or piece.node, made=True), piece, desk)


def of_fact(fact: Fact | None, piece: Piece, desk: Desk) -> list[Rule]:
    """The rules that make a fact known."""
    if fact is None:
        return []
    node = piece.node
    id_ = f"{piece.text.policy}#derive/{piece.name}"
    if isinstance(node, Sequence):
        return cases(node, fact, id_, piece, desk)
    if fact.type.kind == "yes/no" and isinstance(node, Mapping) and not is_term(node):
        effect = Derive(fact, Literal(True, YES_NO), closed=True)
        return [made(id_, read_condition(node, desk), effect, 0, piece)]
    term = fitting(read_term(node, desk, fact.type), fact, node, desk)
    return [] if term is None else [made(id_, ALWAYS, Derive(fact, term), 0, piece)]


def fitting(term: Term | None, fact: Fact, node: Node, desk: Desk) -> Term | None:
    """A term with as many decimals as its fact keeps; one that has more is an error, as it could not be kept exact."""
    if term is None or isinstance(term, Shift) or not (fact.type.numeric and term.type.numeric):
        return term
    lacking = fact.type.decimals - term.type.decimals
    if lacking < 0:
        message = f"the amount has {term.type.decimals} decimals, and `{fact.name}` keeps {fact.type.decimals}"
        desk.error("wrong-type", message, node, "Round it (`round:`), or declare more decimals in the vocabulary.")
        return None
    one = Literal(10**lacking, FactType("number", decimals=lacking))
    return Reckoned("times", (term, one), fact.type) if lacking else term


def is_term(node: Mapping) -> bool:
    """Whether a map is an amount or a moved date rather than a condition."""
    return any(key.text in OFFSETS or key.text in AMOUNT_WORDS or key.text in SUMS for key, _ in node)


def cases(node: Sequence, fact: Fact, id_: str, piece: Piece, desk: Desk) -> list[Rule]:
    """Cases in their order: the first that is true speaks; one without `when` is for all the others."""
    rules = []
    for place, item in enumerate(node.items, 1):
        value = item.get("value") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or value is None:
            continue
        term = fitting(read_term(value, desk, fact.type), fact, value, desk)
        if term is not None:
            when = read_condition(item.get("when"), desk)
            rules.append(made(f"{id_}/{place}", when, Derive(fact, term), len(node.items) - place, piece))
    return rules


def made(id_: str, when: Condition, effect: Derive, priority: int, piece: Piece) -> Rule:
    """A rule that derives."""
    return Rule(
        id=id_,
        title=f"{effect.fact.name} is made from other facts",
        for_each=effect.fact.scope or "line",
        when=when,
        effects=(effect,),
        priority=priority,
        policy=piece.text.policy,
        edition=piece.text.edition,
        at=piece.node.at,
    )
