"""Effects on modifiers: required, forbidden, forbidden together, and replaced."""

from __future__ import annotations

from payerrules.language.conditions import read_condition
from payerrules.language.desk import Desk
from payerrules.language.effect import Correction, Effect, Hit
from payerrules.language.expression import (
    ALWAYS,
    CodeSet,
    Condition,
    CountOf,
    Fact,
    Literal,
    Not,
    SetTest,
    Term,
    all_of,
)
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.outcomes import outcome_or_default, read_ask, read_outcome
from payerrules.language.sets import read_members
from payerrules.language.templates import read_template
from payerrules.model.values import CODE, CODES

ON_LINE = Fact("line.modifiers", CODES)


def members(node: Node, desk: Desk) -> CodeSet:
    """Modifiers by name, as a list or as a value set."""
    return read_members(node, desk, modifiers=True)


def on_line(codes: CodeSet) -> Condition:
    """One of these modifiers stands on the line."""
    return SetTest(ON_LINE, "has_any", codes)


def require(node: Mapping, value: Node, desk: Desk) -> list[Effect]:
    """The line needs this modifier, exactly one of several, or at least one of several."""
    wanted, exactly = value, True
    if isinstance(value, Mapping):
        one, several = value.get("one_of"), value.get("any_of")
        wanted, exactly = (one, True) if one is not None else (several or value, False)
    codes = members(wanted, desk)
    missing = outcome_or_default(node, "if_missing", "wrong_modifier", value, desk)
    ask, say = read_ask(node.get("ask"), desk), read_template(node.get("say"), desk)
    positions = node.get("position")
    places = (
        tuple(int(i.text) for i in positions.items if isinstance(i, Scalar)) if isinstance(positions, Sequence) else ()
    )
    fix = addition(node, codes, desk)
    word = "require_modifier"
    made: list[Effect] = [
        Hit(Not(on_line(codes)), missing, fix, ask=ask, say=say, word=word, position=places, modifiers=codes.codes)
    ]
    if exactly and len(codes.codes) > 1:
        several_of = read_outcome(node.get("if_several"), desk) or missing
        trigger = CountOf(ON_LINE, codes, "ge", 2)
        made.append(Hit(trigger, several_of, ask=ask, say=say, word=word, modifiers=codes.codes))
    return made


def addition(node: Mapping, codes: CodeSet, desk: Desk) -> Correction | None:
    """How the missing modifier may be added: always the same one, the one a fact names, or the first choice that holds."""
    when = read_condition(node.get("add_when"), desk)
    choose = node.get("choose")
    choices: list[tuple[Term, Condition]] = []
    if isinstance(choose, Scalar):
        term = modifier_term(choose, desk)
        choices = [(term, ALWAYS)] if term else []
    elif isinstance(choose, Sequence):
        for item in choose.items:
            if isinstance(item, Mapping) and isinstance(add := item.get("add"), Scalar):
                term = modifier_term(add, desk)
                if term is not None:
                    choices.append((term, read_condition(item.get("when"), desk)))
    elif len(codes.codes) == 1:
        choices = [(Literal(next(iter(codes.codes)), CODE), ALWAYS)]
    if not choices:
        return None
    source = desk.source(node, "choose_source")
    proposed = bool(source) and desk.sources[source].status == "unverified"
    return Correction("add", when, tuple(choices), only_proposed=proposed)


def modifier_term(node: Scalar, desk: Desk) -> Term | None:
    """A modifier as written, or the fact that names it."""
    if desk.is_fact(node.text):
        return desk.fact(node.text, node)
    return Literal(desk.modifier(node), CODE)


def forbid(word: str, node: Mapping, value: Node, desk: Desk) -> list[Effect]:
    """These modifiers may not stand on the line: at all, together, or more than one of them."""
    outcome = outcome_or_default(node, "if_present", "wrong_modifier", value, desk)
    ask, say = read_ask(node.get("ask"), desk), read_template(node.get("say"), desk)
    remove_when = node.get("remove_when")
    when = read_condition(remove_when, desk)
    made: list[Effect] = []

    def hit(trigger: Condition, codes: frozenset[str], removable: frozenset[str]) -> None:
        fix = Correction("remove", when, members=removable) if remove_when is not None else None
        made.append(Hit(trigger, outcome, fix, ask=ask, say=say, word=word, modifiers=codes))

    if word == "forbid_together":
        for pair in value.items if isinstance(value, Sequence) else ():
            if isinstance(pair, Sequence) and len(pair.items) == 2:
                one, other = (members(side, desk) for side in pair.items)
                hit(all_of(on_line(one), on_line(other)), one.codes | other.codes, other.codes)
    else:
        codes = members(value, desk)
        trigger = on_line(codes) if word == "forbid_modifiers" else CountOf(ON_LINE, codes, "ge", 2)
        hit(trigger, codes.codes, codes.codes)
    return made


def replace(node: Mapping, value: Node, desk: Desk) -> list[Effect]:
    """A modifier is to be another one."""
    outcome = outcome_or_default(node, "if_present", "wrong_modifier", value, desk)
    ask, say = read_ask(node.get("ask"), desk), read_template(node.get("say"), desk)
    made: list[Effect] = []
    for swap in value.items if isinstance(value, Sequence) else (value,):
        if not isinstance(swap, Mapping):
            continue
        old, new = swap.get("from"), swap.get("to")
        if isinstance(old, Scalar) and isinstance(new, Scalar):
            pair = (desk.modifier(old), desk.modifier(new))
            codes = CodeSet(frozenset({pair[0]}))
            fix = Correction("replace", swaps=(pair,))
            made.append(
                Hit(on_line(codes), outcome, fix, ask=ask, say=say, word="replace_modifier", modifiers=frozenset(pair))
            )
    return made
