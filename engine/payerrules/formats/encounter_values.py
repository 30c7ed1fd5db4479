"""Values of encounters as they are written: texts, codes, numbers and the words for none, as JSON and YAML alike give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from payerrules.model.values import NONE, FactType, Value, parse

NONE_WORDS: Final = frozenset({"none", "false"})
"""Words that say of any fact: known to be none."""
NO_WORDS: Final = frozenset({"none", "false", "no"})
"""The same for facts that are no text: dates, amounts, lists and maps."""
_UNSIGNED: Final = ("count", "money")


def text(value: Any) -> str:
    """A scalar as text; "" for nothing, a list, a map or a truth value."""
    if value.__class__ is str:
        return str(value).strip()
    return "" if value is None or isinstance(value, bool | Mapping | Sequence | frozenset | set) else str(value)


def says_none(value: Any) -> bool:
    """Whether a value says of a list or a map that there is none: false, no, none, or an empty one.

    >>> says_none([]), says_none("none"), says_none(None), says_none("A1")
    (True, True, False, False)
    """
    if isinstance(value, str):
        return value.strip().lower() in NO_WORDS
    return value is False or (isinstance(value, Mapping | Sequence | frozenset | set) and not value)


def listed(value: Any) -> Sequence[Any] | None:
    """The items of a list (none where the value says so); None where it is no list."""
    if says_none(value):
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence | frozenset | set):
        return None
    return value if isinstance(value, Sequence) else sorted(value, key=str)


def codes_of(value: Any) -> tuple[str, ...]:
    """Codes of a list, or of a text with spaces or commas between them; none is empty.

    Raises ValueError for what is no list of codes.

    >>> codes_of("gn, KX"), codes_of(["GN"]), codes_of("none")
    (('GN', 'KX'), ('GN',), ())
    """
    items: Sequence[Any] | None
    if isinstance(value, str) and not says_none(value):
        items = value.replace(",", " ").split()
    elif isinstance(value, int) and not isinstance(value, bool):
        items = (str(value),)
    else:
        items = listed(value)
    if items is None:
        raise ValueError("a list of codes is wanted")
    found = tuple([text(item).upper() for item in items])
    if "" in found:
        raise ValueError("every code of the list is a text, such as [GN, KX]")
    return found


def whole(value: Any) -> int:
    """A whole number above zero, as lines and diagnoses are counted.

    Raises ValueError for anything else.
    """
    said = text(value)
    if not (said.isascii() and said.isdigit() and len(said) <= 9 and int(said)):
        raise ValueError("a whole number above 0 is wanted")
    return int(said)


def typed(value: Any, kind: FactType) -> Value:
    """A plain value as a value of a type; false, [] and none say that it is known to be none.

    Raises ValueError, whose text says what is wrong, where it is no value of the type.

    >>> from payerrules.model.values import DATE, MONEY, YES_NO
    >>> typed("74.00", MONEY), typed(False, DATE), typed("no", YES_NO)
    (7400, none, False)
    """
    name = kind.kind
    if value.__class__ is str:
        said = value.strip()
    elif name == "yes/no" and isinstance(value, bool):
        return value
    elif name != "codes" and says_none(value):
        return False if name == "yes/no" else NONE
    elif name != "codes" and isinstance(value, bool | Mapping | Sequence | frozenset | set):
        raise ValueError("yes is no value here" if value is True else "a single value is wanted, not a list or a map")
    else:
        said = text(value)
    if name == "codes":
        return frozenset(codes_of(value))
    if name == "text" or name == "code":
        if said in NONE_WORDS or not said:
            return none_or_refuse(said)
        return said.upper() if name == "code" else said
    if not said:
        return none_or_refuse(said)
    if name == "yes/no":
        return False if said.lower() == "none" else parse(said, kind)
    if said.lower() in (NONE_WORDS if name == "one_of" else NO_WORDS) and said not in kind.words:
        return NONE
    found = parse(said, kind)
    if name in _UNSIGNED and isinstance(found, int) and found < 0:
        raise ValueError(f"`{said}` is below zero")
    return found


def none_or_refuse(said: str) -> Value:
    """NONE for a word that says none; raises ValueError where nothing is written."""
    if said:
        return NONE
    raise ValueError("a value is wanted, and nothing is written")


def none_of(kind: FactType) -> Value:
    """What a fact of a type is where there is known to be none.

    >>> none_of(FactType("yes/no")), none_of(FactType("date"))
    (False, none)
    """
    return False if kind.kind == "yes/no" else frozenset() if kind.kind == "codes" else NONE


__all__ = ["codes_of", "listed", "none_of", "says_none", "text", "typed", "whole"]
