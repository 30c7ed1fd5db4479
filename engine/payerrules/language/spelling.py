"""Did you mean: the nearest of the words that are allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

NONE_YET = "There are none of the kind here yet: declare it first, or leave it out."
MEANT: Final = {
    **dict.fromkeys(("min", "minimum", "gte", "ge", ">=", "from", "no_less_than"), "at_least"),
    **dict.fromkeys(("max", "maximum", "lte", "le", "<=", "to", "through", "no_more_than", "up_to"), "at_most"),
    **dict.fromkeys(("gt", ">", "more_than", "greater_than", "over", "exceeds", "beyond"), "above"),
    **dict.fromkeys(("lt", "<", "less_than", "fewer_than", "under"), "below"),
    **dict.fromkeys(("one_of", "any_of", "is_in", "among"), "in"),
    **dict.fromkeys(("none_of", "not_one_of", "is_not_in", "ne", "!=", "not_equal", "is_not"), "not_in"),
    **dict.fromkeys(("contains", "includes", "include"), "has"),
    **dict.fromkeys(("since", "starting", "not_before"), "on_or_after"),
    **dict.fromkeys(("until", "by", "not_after"), "on_or_before"),
    "begins_with": "starts_with",
    "prefix": "starts_with",
    "range": "between",
}
"""Words of other languages and of manuals, each with the comparison that it stands for."""
SPELT: Final = MEANT | {word: word for word in (*MEANT.values(), "before", "after")}
"""What a text may begin with that spells out a comparison."""


def closest(word: str, allowed: Iterable[str]) -> str:
    """The allowed word that means the one written, or is most like it; "" where none is near.

    >>> closest("ttle", ["title", "when", "then"]), closest("min", ["in", "at_least"])
    ('title', 'at_least')
    """
    options = {option.lower(): option for option in sorted(allowed, reverse=True)}
    if (other := MEANT.get(word.lower(), "")) in options:
        return other
    found = get_close_matches(word.lower(), sorted(options), n=1, cutoff=0.6)
    return options[found[0]] if found else ""


def comparison_meant(text: str) -> tuple[str, str] | None:
    """The comparison that a text spells out, with what it compares to; None where it spells none.

    >>> comparison_meant("< 3"), comparison_meant("at least 15"), comparison_meant("3")
    (('below', '3'), ('at_least', '15'), None)
    """
    found = re.fullmatch(r"([<>]=?|[a-z][a-z ]*[a-z])\s*([\d.-]+)", text.strip().lower())
    if found is None:
        return None
    word = SPELT.get(found.group(1).replace(" ", "_"))
    return (word, found.group(2)) if word else None


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
