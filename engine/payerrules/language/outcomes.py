"""Outcomes and actions: what a hit makes of a line, and what a person is asked to do."""

from __future__ import annotations

from payerrules.language.desk import Desk
from payerrules.language.effect import Action, Outcome, Template
from payerrules.language.expression import Literal, Term
from payerrules.language.grammar import OUTCOMES
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.templates import read_template
from payerrules.model.values import CODE

NOTHING = Outcome("pend")


def read_outcome(node: Node | None, desk: Desk) -> Outcome | None:
    """An outcome: the word pend, or one of deny, return, pend with its codes; None where nothing is written."""
    if isinstance(node, Scalar):
        return Outcome(node.text) if node.text in OUTCOMES else None
    if not isinstance(node, Mapping):
        return None
    for key, value in node:
        if key.text in OUTCOMES:
            return with_codes(key.text, value, desk)
    return None


def with_codes(kind: str, node: Node | None, desk: Desk) -> Outcome:
    """An outcome with its group code, CARC and RARC, and what it remarks."""
    if not isinstance(node, Mapping):
        return Outcome(kind)
    liable, appealable = node.get("liable"), node.get("appealable")
    rarc = node.get("rarc")
    listed = rarc.items if isinstance(rarc, Sequence) else (rarc,) if rarc else ()
    return Outcome(
        kind,
        group_term(node.get("group"), desk),
        written(node.get("carc")),
        tuple(item.text for item in listed if isinstance(item, Scalar)),
        written(liable),
        {"yes": True, "true": True, "no": False, "false": False}.get(written(appealable).lower()),
        desk.source(node, "codes_source"),
        read_template(node.get("say"), desk),
    )


def group_term(node: Node | None, desk: Desk) -> Term | None:
    """A group code as written, or the fact that gives it."""
    if not isinstance(node, Scalar):
        return None
    return desk.fact(node.text, node) if desk.is_fact(node.text) else Literal(node.text, CODE)


def outcome_or_default(owner: Mapping, key: str, default: str, word: Node, desk: Desk) -> Outcome:
    """The outcome an effect names, else the default said once for the policy, else an error."""
    found = read_outcome(owner.get(key), desk)
    if found is None and desk.text.defaults is not None:
        found = read_outcome(desk.text.defaults.get(default), desk)
    if found is None:
        hint = f"Write `{key}: {{deny: {{group: CO, carc: ...}}}}`, or say it once under `defaults: {default}:`."
        desk.error("missing-outcome", f"nothing says what happens: there is no `{key}`", word, hint)
        return NOTHING
    return found


def read_ask(node: Node | None, desk: Desk) -> Action | None:
    """What a person is asked to do, with its text."""
    if not isinstance(node, Mapping):
        return None
    say = read_template(node.get("say"), desk)
    return Action(written(node.get("do")), say or Template(""))


def written(node: Node | None) -> str:
    """The text of a scalar, "" where nothing is written."""
    return node.text if isinstance(node, Scalar) else ""
