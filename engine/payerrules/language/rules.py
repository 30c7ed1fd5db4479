"""Rules: a condition and what follows from it; and rules about the steps of limits."""

from __future__ import annotations

from payerrules.language.composed import Piece
from payerrules.language.conditions import read_condition
from payerrules.language.desk import Desk
from payerrules.language.effects import read_effects
from payerrules.language.expression import Condition, Not, all_of
from payerrules.language.items import LimitStepRule, Rule
from payerrules.language.nodes import Mapping, Node, Scalar, plain
from payerrules.language.outcomes import written
from payerrules.language.policy import read_window

SCOPES = {
    "pair_of_lines": ("other", "pair"),
    "pair_of_diagnoses": ("diagnosis", "other_diagnosis"),
    "authorization": ("authorization",),
}
STATIC = ("step.outcome", "limit.period", "limit.counts", "limit.name", "step.name")
"""What is known of a step before any claim: these are settled when the policy is read."""


def read_rule(piece: Piece, desk: Desk) -> Rule | None:
    """One rule; those of `for_each: limit_step` are read by read_limit_step_rule."""
    node = piece.node
    if not isinstance(node, Mapping):
        return None
    for_each = written(node.get("for_each")) or "line"
    with desk.looking_at(*SCOPES.get(for_each, ())):
        when = condition_of(node, desk)
        effects = read_effects(node.get("then"), desk)
    in_force = node.get("in_force")
    by = in_force.get("by") if isinstance(in_force, Mapping) else None
    priority = written(node.get("priority"))
    if isinstance(by, Scalar):
        fact = desk.fact(by.text, by)
        if fact is not None and fact.type.kind != "date":
            desk.error("wrong-type", f"`{by.text}` is no date", by, "Name a date, such as coverage.benefit_year_start.")
    return Rule(
        id=f"{piece.text.policy}#{piece.name}",
        title=written(node.get("title")),
        for_each=for_each,
        when=when,
        effects=effects,
        stage=written(node.get("stage")),
        named_stage=node.get("stage") is not None,
        priority=int(priority) if priority.lstrip("-").isdigit() else 0,
        in_force=read_window(in_force, desk.found),
        by=written(by),
        source=desk.source(node),
        found_on_review=written(node.get("found_on")) == "review",
        policy=piece.text.policy,
        edition=piece.text.edition,
        at=node.at,
    )


def condition_of(node: Mapping, desk: Desk) -> Condition:
    """The condition of a rule: its `when`, and not its `unless`."""
    unless = node.get("unless")
    when = read_condition(node.get("when"), desk)
    return when if unless is None else all_of(when, Not(read_condition(unless, desk)))


def read_limit_step_rule(piece: Piece, desk: Desk) -> LimitStepRule | None:
    """A rule about the steps of limits: what it asks of the step is settled now, what it asks of the claim stays a condition."""
    node = piece.node
    if not isinstance(node, Mapping):
        return None
    static: list[tuple[str, str, frozenset[str]]] = []
    parts: list[Condition] = []
    for key, positive in (("when", True), ("unless", False)):
        inner = node.get(key)
        kept: list[tuple[Scalar, Node]] = []
        for name, value in inner if isinstance(inner, Mapping) else ():
            if name.text in STATIC:
                static += [
                    (name.text, "in" if found == positive else "not_in", words) for found, words in words_of(value)
                ]
            else:
                kept.append((name, value))
        if kept and isinstance(inner, Mapping):
            condition = read_condition(Mapping(tuple(kept), inner.at), desk)
            parts.append(condition if positive else Not(condition))
    then = node.get("then")
    effects_node = then
    if isinstance(then, Mapping) and (instead := then.get("instead")) is not None:
        effects_node = instead
    return LimitStepRule(
        id=f"{piece.text.policy}#{piece.name}",
        title=written(node.get("title")),
        static=tuple(static),
        when=all_of(*parts),
        instead=read_effects(effects_node, desk),
        source=desk.source(node),
        policy=piece.text.policy,
        in_force=read_window(node.get("in_force"), desk.found),
        at=node.at,
    )


def words_of(node: Node) -> list[tuple[bool, frozenset[str]]]:
    """What a test of a step asks: (true, words) for one of them, (false, words) for none of them."""
    if isinstance(node, Scalar):
        return [(True, frozenset({node.text}))]
    found = []
    for key, value in node if isinstance(node, Mapping) else ():
        said = plain(value)
        words = frozenset(str(w) for w in (said if isinstance(said, list) else [said]))
        found.append((key.text == "in", words))
    return found
