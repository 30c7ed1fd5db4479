"""The ten-rule flow, once as data: three rules derive, seven read what was derived. All engines get the same encounters."""

from __future__ import annotations

from random import Random
from typing import Any

ALWAYS = ["92507", "92508", "92526", "97110"]
THRESHOLD, REVIEW = 248000, 300000
RULES = ["gn-missing", "wrong-discipline", "kx-contradicted", "expected-denial", "kx-missing", "review", "units"]
OUTCOME = {"gn-missing": "return", "wrong-discipline": "return", "kx-contradicted": "return", "expected-denial": "deny",
           "kx-missing": "deny", "units": "deny"}  # fmt: skip
STRENGTH = {"pay": 0, "deny": 1, "return": 2}
"""Derived: is-slp (role slp: SLP), is-pt (role pt: PT), always-therapy (code). Then: an always-therapy line of an SLP without GN;
GO or GP on an SLP's line; KX beside GA, GZ or GY; GZ; used and allowed above the threshold without KX; above the review amount;
more than one unit of an SLP's always-therapy code."""


def encounters(count: int, lines: int, seed: int = 7) -> list[dict[str, Any]]:
    """Encounters in the flow's own plain form; money in cents."""
    random = Random(seed)
    found = []
    for number in range(count):
        used = random.choice([0, 100000, 245000, 296000])
        made = []
        for line in range(1, lines + 1):
            modifiers = [
                m
                for m, chance in (("GN", 0.8), ("KX", 0.3), ("GP", 0.05), ("GA", 0.05), ("GZ", 0.05))
                if random.random() < chance
            ]
            made.append({"line": line, "code": random.choice(ALWAYS), "modifiers": modifiers, "units": random.choice([1, 1, 1, 2]),
                         "used": used, "allowed": 7400})  # fmt: skip
        found.append({"id": f"B-{number}", "role": random.choice(["slp", "slp", "slp", "pt"]), "lines": made})
    return found


def outcome(fired: list[str]) -> str:
    """The strongest outcome of the rules that fired."""
    return max((OUTCOME.get(rule, "pay") for rule in fired), key=lambda word: STRENGTH[word], default="pay")
