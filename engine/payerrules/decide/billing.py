"""Billing: the order of modifiers, and the line as it should be billed, such as 92507-GN-KX."""

from __future__ import annotations

from collections.abc import Sequence

from payerrules.language.effect import Hit
from payerrules.language.expression import TRUE
from payerrules.runtimes.conclusions import Conclusions, LineConclusion

OTHERS = "*"


def in_order(
    modifiers: Sequence[str], order: Sequence[str], positions: dict[str, tuple[int, ...]] | None = None
) -> list[str]:
    """Modifiers in the policy's order, the others where "*" stands (else last) as they were submitted; positions are kept.

    >>> in_order(["95", "KX", "XX", "GN"], ["GN", "KX", "*", "95"])
    ['GN', 'KX', 'XX', '95']
    """
    if not order:
        found = list(modifiers)
    else:
        rank = {modifier: place for place, modifier in enumerate(order)}
        rest = rank.get(OTHERS, len(order))
        found = sorted(modifiers, key=lambda m: rank.get(m, rest))
    for modifier, allowed in sorted((positions or {}).items()):
        if modifier in found and found.index(modifier) + 1 not in allowed:
            found.remove(modifier)
            found.insert(min(allowed) - 1, modifier)
    return found


def billed_as(code: str, modifiers: Sequence[str]) -> str:
    """A line as it is billed.

    >>> billed_as("92507", ["GN", "KX"])
    '92507-GN-KX'
    """
    return "-".join((code, *modifiers))


def positions(done: Conclusions, line: LineConclusion) -> dict[str, tuple[int, ...]]:
    """The positions that rules which fired ask of modifiers on a line."""
    found: dict[str, tuple[int, ...]] = {}
    for run in done.runs:
        if run.line == line.line and TRUE in run.found:
            for rule, value in run.asked():
                if value == TRUE:
                    for effect in rule.effects:
                        if isinstance(effect, Hit) and effect.position:
                            found |= {modifier: effect.position for modifier in effect.modifiers}
    return found
