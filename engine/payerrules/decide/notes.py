"""Notes on a claim line whoever pays it: more modifiers than a line has room for, and modifiers that no list has."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from payerrules.language.items import Limit
from payerrules.language.spelling import remedy
from payerrules.model.decision import LineDecision
from payerrules.model.encounter import Encounter
from payerrules.program.program import Program

ROOM: Final = 4
"""How many modifiers a claim line holds: SV101-3 to SV101-6 of an 837P, field 24D of a CMS-1500."""
TOO_MANY: Final = "too_many_modifiers"
UNLISTED: Final = "unlisted_modifier"
COUNTER: Final = "the counter"
"""How the remark on a counter that no limit reads begins."""


def note(line: LineDecision, listed: Collection[str]) -> None:
    """Flag what a claim line as it should be billed cannot carry, or what nobody has read about."""
    extra = line.modifiers[ROOM:]
    if extra:
        told = f"A claim line has room for {ROOM} modifiers, and {', '.join(extra)} would be left off"
        add(line, TOO_MANY, told)
    for modifier in line.modifiers:
        if listed and modifier not in listed:
            add(line, UNLISTED, f"{modifier} is not in the list of modifiers, and no rule can know it")


def unread_counters(encounter: Encounter, program: Program) -> list[str]:
    """What to say of counters that no limit of the policies reads, so that what they tell is not in the decision."""
    limits = [limit for limit, _ in program.limits]
    told = [c.limit for c in encounter.counters if not any(is_called(limit, c.limit) for limit in limits)]
    names = sorted({limit.report_as.text for limit in limits})
    return [
        f"{COUNTER} `{name}` is of no limit of this policy, and was not counted. {remedy(name, names, 'Its limits are')}"
        for name in dict.fromkeys(told)
    ]


def is_called(limit: Limit, name: str) -> bool:
    """Whether a counter may call a limit so: by its own name, or as its pools are reported, whatever the pool."""
    parts = re.split(r"\{[^}]*\}", limit.report_as.text)
    return name == limit.name or re.fullmatch(".*".join(map(re.escape, parts)), name) is not None


def add(line: LineDecision, flag: str, remark: str) -> None:
    """Add a flag and what to say of it."""
    line.flags = sorted({*line.flags, flag})
    line.remarks.append(remark)
