"""The meaning of a composed edition: every section read, typed and linked, all that is wrong reported at once."""

from __future__ import annotations

from collections.abc import Mapping

from payerrules.language.adjustments import ADJUSTMENTS, not_in_use
from payerrules.language.checks import names
from payerrules.language.composed import Composed, Piece
from payerrules.language.conditions import read_condition
from payerrules.language.derive import read_derived
from payerrules.language.desk import Catalogue, Desk
from payerrules.language.expression import ALWAYS, Condition
from payerrules.language.items import EditionMeaning, Limit, LimitStepRule, Lookup, Rule
from payerrules.language.limits import declare_limits, read_limit
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import Scalar, Sequence
from payerrules.language.outcomes import written
from payerrules.language.parameters import declare_parameters, read_parameter
from payerrules.language.rules import read_limit_step_rule, read_rule
from payerrules.language.sets import read_sets
from payerrules.language.tables import read_table
from payerrules.language.units import read_units
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic


def read_meaning(
    composed: Composed, vocabulary: Vocabulary, catalogues: Mapping[str, Catalogue]
) -> tuple[EditionMeaning, list[Diagnostic]]:
    """Read every section of a composed edition; what could be read is there even where something else is wrong."""
    desk = Desk(composed, vocabulary, catalogues)
    declare_parameters(desk)
    declare_limits(desk)
    read_sets(desk)
    lookups = read_lookups(desk)
    limits, rules = read_limits(desk)
    for piece in composed.derive.values():
        with desk.reading(piece):
            rules += read_derived(piece, desk)
    step_rules: list[LimitStepRule] = []
    for piece in composed.rules.values():
        with desk.reading(piece):
            if is_step_rule(piece):
                step_rule = read_limit_step_rule(piece, desk)
                step_rules += [step_rule] if step_rule else []
            else:
                rule = read_rule(piece, desk)
                rules += [rule] if rule else []
    top = composed.top
    if top.kind != "base":  # a base is in force only within the dates of what extends it
        desk.found += not_in_use(rules, top.effective, catalogues.get(ADJUSTMENTS, {}))
    meaning = EditionMeaning(
        policy=top.policy,
        edition=top.edition,
        title=top.title,
        effective=top.effective,
        verified_through=top.verified_through,
        not_read=top.not_read,
        about=read_about(desk),
        rules=tuple(rules),
        lookups=tuple(lookups),
        limits=tuple(limits),
        limit_step_rules=tuple(step_rules),
        sources=dict(desk.sources),
        must_know=read_must_know(desk),
        modifier_order=read_order(desk),
        layers=tuple(layer.label for layer in composed.layers),
        switched_off=composed.switched_off,
    )
    return meaning, desk.found


def is_step_rule(piece: Piece) -> bool:
    """Whether a rule is about the steps of limits."""
    return isinstance(piece.node, Map) and written(piece.node.get("for_each")) == "limit_step"


def read_lookups(desk: Desk) -> list[Lookup]:
    """Parameters, tables and unit rules."""
    found: list[Lookup | None] = []
    for piece in desk.composed.parameters.values():
        with desk.reading(piece):
            found.append(read_parameter(piece, desk))
    for piece in desk.composed.tables.values():
        with desk.reading(piece):
            found.append(read_table(piece, desk))
    for piece in desk.composed.unit_rules.values():
        with desk.reading(piece):
            found.append(read_units(piece, desk))
    return [lookup for lookup in found if lookup is not None]


def read_limits(desk: Desk) -> tuple[list[Limit], list[Rule]]:
    """Limits, and the rules of their steps."""
    limits: list[Limit] = []
    rules: list[Rule] = []
    for piece in desk.composed.limits.values():
        with desk.reading(piece):
            limit, steps = read_limit(piece, desk)
            limits += [limit] if limit else []
            rules += steps
    return limits, rules


def read_about(desk: Desk) -> Condition:
    """The lines the edition speaks of: as the highest layer that says so has it; none says so: all lines."""
    condition: Condition = ALWAYS
    for piece in desk.composed.about:
        with desk.reading(piece):
            condition = read_condition(piece.node, desk)
            for name in sorted(names(condition)):
                entry = desk.vocabulary.facts.get(name)
                if entry is not None and entry.origin not in ("given", "plugin"):
                    message = (
                        f"`about` reads `{name}`, which is {entry.origin}: not known yet when it is asked of a line"
                    )
                    desk.error("about-not-given", message, piece.node, "Name what is given, such as line.code.")
    return condition


def read_must_know(desk: Desk) -> frozenset[str]:
    """The facts that must be known, whatever the vocabulary says of missing ones."""
    names = set()
    for piece in desk.composed.must_know:
        for item in piece.node.items if isinstance(piece.node, Sequence) else ():
            fact = desk.fact(item.text, item) if isinstance(item, Scalar) else None
            names |= {fact.name} if fact else set()
    return frozenset(names)


def read_order(desk: Desk) -> tuple[str, ...]:
    """The order of modifiers on the bill; "*" is the place of all others."""
    piece = desk.composed.modifier_order
    if piece is None or not isinstance(piece.node, Sequence):
        return ()
    return tuple(
        item.text if item.text == "*" else desk.modifier(item) for item in piece.node.items if isinstance(item, Scalar)
    )
