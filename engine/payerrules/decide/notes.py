"""Notes on a claim line whoever pays it: more modifiers than a line has room for, and modifiers that no list has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from payerrules.model.decision import LineDecision

ROOM: Final = 4
"""How many modifiers a claim line holds: SV101-3 to SV101-6 of an 837P, field 24D of a CMS-1500."""
TOO_MANY: Final = "too_many_modifiers"
UNLISTED: Final = "unlisted_modifier"


def note(line: LineDecision, listed: Collection[str]) -> None:
    """Flag what a claim line as it should be billed cannot carry, or what nobody has read about."""
    extra = line.modifiers[ROOM:]
    if extra:
        told = f"A claim line has room for {ROOM} modifiers, and {', '.join(extra)} would be left off"
        add(line, TOO_MANY, told)
    for modifier in line.modifiers:
        if listed and modifier not in listed:
            add(line, UNLISTED, f"{modifier} is not in the list of modifiers, and no rule can know it")


def add(line: LineDecision, flag: str, remark: str) -> None:
    """Add a flag and what to say of it."""
    line.flags = sorted({*line.flags, flag})
    line.remarks.append(remark)
