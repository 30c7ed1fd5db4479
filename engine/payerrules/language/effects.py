"""Effects: each one an analyst can write, read into hits that can harm a line and effects that never do."""

from __future__ import annotations

from payerrules.language.amounts import read_pay, read_price, read_reduction
from payerrules.language.conditions import read_condition
from payerrules.language.desk import Desk
from payerrules.language.effect import Action, Ask, Correction, Derive, Effect, Flag, Hit, Outcome, Say, Template
from payerrules.language.expression import (
    ALWAYS,
    Compare,
    Exists,
    Fact,
    Held,
    Literal,
    Not,
    all_of,
)
from payerrules.language.grammar import EFFECTS_THAT_FORBID, OUTCOMES
from payerrules.language.modifiers import forbid, replace, require
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.outcomes import outcome_or_default, read_ask, with_codes, written
from payerrules.language.templates import read_template
from payerrules.language.terms import read_amount, read_term
from payerrules.model.values import COUNT, YES_NO

UNITS = Fact("line.units", COUNT)
STANDS = Fact("line.stands", YES_NO, "other")
YES = Literal(True, YES_NO)


def read_effects(node: Node | None, desk: Desk) -> tuple[Effect, ...]:
    """What a rule does: one effect, a list of them, or the word pend."""
    if isinstance(node, Scalar):
        return (Hit(ALWAYS, Outcome("pend"), word="pend"),)
    listed = node.items if isinstance(node, Sequence) else (node,)
    return tuple(effect for item in listed if isinstance(item, Mapping) for effect in read_effect(item, desk))


def read_effect(node: Mapping, desk: Desk) -> list[Effect]:
    """One effect with the keys that belong to it."""
    made: list[Effect] = []
    for key, value in node:
        match key.text:
            case "require_modifier":
                made += require(node, value, desk)
            case word if word in EFFECTS_THAT_FORBID:
                made += forbid(word, node, value, desk)
            case "replace_modifier":
                made += replace(node, value, desk)
            case "limit_units":
                made += limit_units(node, value, desk)
            case "require_authorization":
                made.append(require_authorization(node, key, value, desk))
            case "require_document":
                made += require_document(node, key, value, desk)
            case "require_line":
                made.append(require_line(node, key, value, desk))
            case word if word in OUTCOMES:
                ask, say = read_ask(node.get("ask"), desk), read_template(node.get("say"), desk)
                made.append(Hit(ALWAYS, with_codes(word, value, desk), ask=ask, say=say, word=word))
            case "flag":
                made.append(Flag(written(value), read_template(node.get("say"), desk)))
                made += asked(node, desk)
            case "derive":
                made += read_derive(value, desk)
            case "price":
                made += read_price(value, desk)
            case "reduce_payment":
                made += read_reduction(value, desk)
            case "pay" | "patient_share":
                made += read_pay(key.text, value, desk)
            case _:
                pass
    return made or [*asked(node, desk), *said(node, desk)]


def asked(node: Mapping, desk: Desk) -> list[Effect]:
    """The question to a person that stands beside an effect."""
    ask = read_ask(node.get("ask"), desk)
    return [Ask(ask)] if ask else []


def said(node: Mapping, desk: Desk) -> list[Effect]:
    """The remark that stands alone."""
    say = read_template(node.get("say"), desk)
    return [Say(say)] if say else []


def limit_units(node: Mapping, value: Node, desk: Desk) -> list[Effect]:
    """No more units than this are payable; the rest has its own outcome, and is cut from the corrected claim."""
    most = read_amount(value, desk, COUNT)
    if most is None:
        return []
    rest = outcome_or_default(node, "rest", "over_limit", value, desk)
    cut = None if written(node.get("bill")) == "keep" else Correction("cut", units=most)
    trigger = Compare(UNITS, "gt", most)
    say = read_template(node.get("say"), desk)
    return [Hit(trigger, rest, cut, most, read_ask(node.get("ask"), desk), say, "limit_units")]


def require_authorization(node: Mapping, key: Scalar, value: Node, desk: Desk) -> Hit:
    """An approved (or at least requested) authorization must cover the line."""
    approved = written(value) != "requested"
    fact = Fact("line.authorized" if approved else "line.authorization_requested", YES_NO)
    outcome = outcome_or_default(node, "if_missing", "no_authorization", key, desk)
    ask = read_ask(node.get("ask"), desk)
    if ask is None:
        text = "Request an authorization for {line.code} on {line.date}"
        ask = Action("request_authorization", template(text, desk, key))
    say = read_template(node.get("say"), desk)
    return Hit(Not(Compare(fact, "eq", YES)), outcome, ask=ask, say=say, word=key.text)


def require_document(node: Mapping, key: Scalar, value: Node, desk: Desk) -> list[Effect]:
    """A document or statement must be there."""
    fact = desk.fact(value.text, value) if isinstance(value, Scalar) else None
    if fact is None:
        return []
    outcome = outcome_or_default(node, "if_missing", "no_document", key, desk)
    ask = read_ask(node.get("ask"), desk)
    if ask is None:
        entry = desk.vocabulary.facts.get(fact.name)
        ask = Action("attach_document", Template(f"Attach: {entry.meaning if entry else fact.name}"))
    say = read_template(node.get("say"), desk)
    return [Hit(Not(Held(fact)), outcome, ask=ask, say=say, word=key.text)]


def require_line(node: Mapping, key: Scalar, value: Node, desk: Desk) -> Hit:
    """The line pays only beside another line that pays and fits."""
    with desk.looking_at("other"):
        where = read_condition(value, desk)
    trigger = Not(Exists("line", all_of(where, Compare(STANDS, "eq", YES))))
    outcome = outcome_or_default(node, "if_missing", "no_line", key, desk)
    ask, say = read_ask(node.get("ask"), desk), read_template(node.get("say"), desk)
    return Hit(trigger, outcome, ask=ask, say=say, word=key.text)


def read_derive(node: Node, desk: Desk) -> list[Effect]:
    """Facts that a rule makes known when it fires."""
    made: list[Effect] = []
    for key, value in node if isinstance(node, Mapping) else ():
        fact = desk.fact(key.text, key)
        term = read_term(value, desk, fact.type) if fact else None
        if fact is not None and term is not None:
            made.append(Derive(fact, term, closed=fact.type.kind == "yes/no" and term == Literal(True, fact.type)))
    return made


def template(text: str, desk: Desk, node: Node) -> Template:
    """A text of the engine's own, with its facts."""
    found = read_template(Scalar(text, node.at), desk)
    return found or Template(text)
