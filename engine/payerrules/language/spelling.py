"""Did you mean: the nearest of the words that are allowed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

NONE_YET = "There are none of the kind here yet: declare it first, or leave it out."


def closest(word: str, allowed: Iterable[str]) -> str:
    """The allowed word most like the one written, or "" where none is near.

    >>> closest("ttle", ["title", "when", "then"])
    'title'
    """
    options = {option.lower(): option for option in sorted(allowed, reverse=True)}
    found = get_close_matches(word.lower(), sorted(options), n=1, cutoff=0.6)
    return options[found[0]] if found else ""


def near_code(code: str, allowed: Iterable[str]) -> str:
    """The code most like a short one: in other letter case, with a zero for an O, turned round, or as any word is; "" where none is.

    >>> near_code("kx", ["GN", "KX"]), near_code("NG", ["GN", "KX"]), near_code("G0", ["GN", "GO"]), near_code("QQ", ["GN"])
    ('KX', 'GN', 'GO', '')
    """
    options = sorted(allowed)
    for tried in (code.upper(), code.upper().replace("0", "O"), code.upper().replace("O", "0"), code.upper()[::-1]):
        if tried in options:
            return tried
    return closest(code, options)


def remedy(word: str, allowed: Iterable[str], what: str = "") -> str:
    """The sentence that ends a message about an unknown word: "Did you mean", or what there is.

    >>> remedy("ttle", ["title", "when"])
    'Did you mean `title`?'
    >>> remedy("zzz", ["title", "when"], "A rule knows")
    'A rule knows `title`, `when`.'
    """
    options = sorted(set(allowed))
    near = closest(word, options)
    if near:
        return f"Did you mean `{near}`?"
    if not options:
        return NONE_YET
    shown = ", ".join(f"`{option}`" for option in options[:40])
    more = f" and {len(options) - 40} more" if len(options) > 40 else ""
    return f"{what or 'There is'} {shown}{more}."
