"""A composed edition: the layers of a policy flattened to pieces, each of which remembers the file it came from."""

from __future__ import annotations

from dataclasses import dataclass

from payerrules.language.items import Window
from payerrules.language.nodes import Node
from payerrules.language.policy import PolicyText


@dataclass(frozen=True, slots=True)
class Piece:
    """A named part of a policy and the file it comes from, which holds its sources and defaults."""

    name: str
    node: Node
    text: PolicyText


@dataclass(frozen=True)
class Composed:
    """The layers of one policy, base first and the policy itself last, as one; rules by their id.

    `windows` are the dates of service for which just these editions of the layers hold together.
    """

    top: PolicyText
    layers: tuple[PolicyText, ...]
    parameters: dict[str, Piece]
    value_sets: dict[str, Piece]
    tables: dict[str, Piece]
    derive: dict[str, Piece]
    unit_rules: dict[str, Piece]
    limits: dict[str, Piece]
    rules: dict[str, Piece]
    checks: tuple[Piece, ...] = ()
    examples: tuple[Piece, ...] = ()
    modifier_order: Piece | None = None
    about: tuple[Piece, ...] = ()
    must_know: tuple[Piece, ...] = ()
    switched_off: tuple[tuple[str, str, str], ...] = ()
    windows: tuple[Window, ...] = (Window(),)
