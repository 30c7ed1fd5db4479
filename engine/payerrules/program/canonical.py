"""The canonical form of a meaning: JSON that is the same for the same meaning, and the hash made of it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from typing import Any as Anything

from payerrules.language.expression import All, Any
from payerrules.language.items import EditionMeaning, Limit
from payerrules.language.long_rows import LongRows
from payerrules.model.diagnostic import Location
from payerrules.model.values import NONE
from payerrules.program.kept import kept
from payerrules.program.reads import parts_of

UNORDERED = ("rules", "lookups", "limits", "limit_step_rules")
"""Fields whose order in the file means nothing."""


def canonical(part: Anything) -> Anything:
    """A piece of meaning as JSON data: sets sorted, positions and comments left out.

    >>> canonical(frozenset({"KX", "GN"})), canonical(NONE)
    (['GN', 'KX'], {'none': True})
    """
    if part is None or isinstance(part, str | bool | int):
        return part
    if part is NONE:
        return {"none": True}
    if isinstance(part, LongRows):
        return part.content
    if isinstance(part, frozenset):
        return sorted(canonical(one) for one in part)
    if isinstance(part, tuple | list):
        return [canonical(one) for one in part]
    if isinstance(part, dict):
        pairs = [(json.dumps(canonical(key), sort_keys=True), canonical(value)) for key, value in part.items()]
        return [list(pair) for pair in sorted(pairs, key=lambda pair: pair[0])]
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        fields: dict[str, Anything] = {"is": type(part).__name__}
        for name in parts_of(type(part)):
            value = getattr(part, name)
            if name == "at" or isinstance(value, Location):
                continue
            found = canonical(value)
            unordered = isinstance(part, EditionMeaning) and name in UNORDERED
            if unordered or isinstance(part, All | Any) or (isinstance(part, Limit) and name == "beyonds"):
                found = sorted(found, key=dumped)
            fields[name] = found
        return fields
    raise TypeError(f"{type(part).__name__} is no part of a meaning")


def dumped(part: object) -> str:
    """Canonical data as text."""
    return json.dumps(part, sort_keys=True)


def ordered(part: Anything) -> Anything:
    """The same meaning with the parts of every `all` and `any` in one order, so that no reason depends on the file's."""
    if isinstance(part, tuple):
        made = tuple(ordered(one) for one in part)
        return part if all(one is other for one, other in zip(made, part, strict=True)) else made
    changed = {}
    for name in parts_of(type(part)):
        old = getattr(part, name)
        new = ordered(old)
        if isinstance(part, All | Any) and name == "parts":
            new = tuple(sorted(new, key=lambda one: dumped(canonical(one))))
        if new is not old:
            changed[name] = new
    return dataclasses.replace(part, **changed) if changed else part


@kept
def digest(part: Anything) -> str:
    """The SHA-256 of a canonical form, as sha256:HEX."""
    text = json.dumps(canonical(part), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def combined(hashes: Iterable[str]) -> str:
    """One hash of several, in any order."""
    return "sha256:" + hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()
