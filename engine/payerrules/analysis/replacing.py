"""Putting one piece of meaning in place of another, wherever it stands."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any


def replaced(part: Any, old: Any, new: Any) -> Any:
    """A piece of meaning with every piece equal to `old` put as `new`; places in files stay."""
    if type(part) is type(old) and part == old:
        return new
    if isinstance(part, tuple):
        made = tuple(replaced(one, old, new) for one in part)
        return part if all(a is b for a, b in zip(made, part, strict=True)) else made
    if is_dataclass(part) and not isinstance(part, type):
        changed = {}
        for field in fields(part):
            was = getattr(part, field.name)
            now = was if field.name == "at" else replaced(was, old, new)
            if now is not was:
                changed[field.name] = now
        return replace(part, **changed) if changed else part
    return part
