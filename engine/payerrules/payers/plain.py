"""An encounter as plugins see it: plain data, facts by vocabulary name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payerrules.language.vocabulary import Vocabulary
from payerrules.model.encounter import Encounter
from payerrules.model.values import DATE, Value, show


def as_plain(encounter: Encounter, vocabulary: Vocabulary) -> dict[str, Any]:
    """An encounter as plain data: dates and money as text, sets as sorted lists."""
    lines = [
        {
            "line": line.number,
            "date": show(line.date, DATE),
            "code": line.code,
            "modifiers": list(line.modifiers),
            "facts": plain_facts(line.facts, vocabulary),
        }
        for line in encounter.lines
    ]
    return {
        "id": encounter.id,
        "payer": dict(encounter.payer),
        "patient": encounter.patient,
        "facts": plain_facts(encounter.facts, vocabulary),
        "lines": lines,
    }


def plain_facts(facts: Mapping[str, Value], vocabulary: Vocabulary) -> dict[str, Any]:
    """Facts as plain data."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        entry = vocabulary.facts.get(name)
        if isinstance(value, bool):
            found[name] = value
        elif isinstance(value, frozenset):
            found[name] = sorted(value)
        else:
            found[name] = show(value, entry.type if entry else None)
    return found
