"""The canonical form of a meaning: JSON that is the same for the same meaning, and the hash made of it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from payerrules.language.items import EditionMeaning
from payerrules.model.diagnostic import Location
from payerrules.model.values import NONE

UNORDERED = ("rules", "lookups", "limits", "limit_step_rules")
"""Fields whose order in the file means nothing."""


def canonical(part: Any) -> Any:
    """A piece of meaning as JSON data: sets sorted, positions and comments left out.

    >>> canonical(frozenset({"KX", "GN"})), canonical(NONE)
    (['GN', 'KX'], {'none': True})
    """
    if part is None or isinstance(part, str | bool | int):
        return part
    if part is NONE:
        return {"none": True}
    if isinstance(part, frozenset):
        return sorted(canonical(one) for one in part)
    if isinstance(part, tuple | list):
        return [canonical(one) for one in part]
    if isinstance(part, dict):
        pairs = [(json.dumps(canonical(key), sort_keys=True), canonical(value)) for key, value in part.items()]
        return [list(pair) for pair in sorted(pairs, key=lambda pair: pair[0])]
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        fields: dict[str, Any] = {"is": type(part).__name__}
        for field in dataclasses.fields(part):
            value = getattr(part, field.name)
            if field.name == "at" or isinstance(value, Location):
                continue
            found = canonical(value)
            if isinstance(part, EditionMeaning) and field.name in UNORDERED:
                found = sorted(found, key=lambda one: json.dumps(one, sort_keys=True))
            fields[field.name] = found
        return fields
    raise TypeError(f"{type(part).__name__} is no part of a meaning")


def digest(part: Any) -> str:
    """The SHA-256 of a canonical form, as sha256:HEX."""
    text = json.dumps(canonical(part), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def combined(hashes: Iterable[str]) -> str:
    """One hash of several, in any order."""
    return "sha256:" + hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()
