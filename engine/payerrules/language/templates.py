"""Texts for people with facts in braces: `{line.code} is part of {other.code}`."""

from __future__ import annotations

import re

from payerrules.language.desk import Desk
from payerrules.language.effect import Template
from payerrules.language.expression import Fact
from payerrules.language.nodes import Node, Scalar

BRACES = re.compile(r"\{([^{}]*)\}")
WORDS = ("modifier", "other_modifier", "limit", "step", "used", "bound")
"""Words in braces that are no facts: what the hit or the limit itself speaks of."""


def read_template(node: Node | None, desk: Desk) -> Template | None:
    """A text with its facts; an unknown name in braces is an error."""
    if not isinstance(node, Scalar):
        return None
    facts: list[tuple[str, Fact]] = []
    for name in BRACES.findall(node.text):
        if name in WORDS:
            continue
        fact = desk.fact(name, node)
        if fact is not None:
            facts.append((name, fact))
    return Template(node.text, tuple(facts))
