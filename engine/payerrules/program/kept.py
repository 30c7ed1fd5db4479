"""Functions of frozen pieces of meaning whose results are kept, by the identity of the pieces: equality would look at all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, TypeVarTuple

Things = TypeVarTuple("Things")
R = TypeVar("R")
MOST = 20_000
"""How many results of a function are kept; past it, it begins anew, so that memory stays flat."""


def kept(make: Callable[[*Things], R]) -> Callable[[*Things], R]:
    """The same function, which works a result out once for the same things. They must never change, nor may the result.

    >>> looked_at = []
    >>> @kept
    ... def first_letter(words):
    ...     looked_at.append(words)
    ...     return words[0][0]
    >>> words = ("speech", "therapy")
    >>> first_letter(words), first_letter(words), len(looked_at)
    ('s', 's', 1)
    """
    known: dict[tuple[int, ...], tuple[tuple[*Things], R]] = {}

    @wraps(make)
    def found(*things: *Things) -> R:
        key = tuple(map(id, things))
        one = known.get(key)
        if one is None:
            if len(known) >= MOST:
                known.clear()
            one = known[key] = (
                things,
                make(*things),
            )  # the things are held, so that their identity stays theirs
        return one[1]

    return found
