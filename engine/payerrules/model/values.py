"""Values of facts: their types, and how a text becomes a typed value and is shown again.

In the runtimes a value is a `str`, an `int` (money in cents, dates as day numbers, numbers and percents scaled),
a `bool`, a `frozenset` of codes, or NONE, which says *known: none*. `None` says *unknown*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias


class NothingKnown:
    """The type of NONE: it is known that there is none."""

    def __repr__(self) -> str:
        """Show as the word an analyst writes."""
        return "none"

    def __reduce__(self) -> str:
        """Stay one object when copied or pickled."""
        return "NONE"


NONE: Final = NothingKnown()
Value: TypeAlias = str | int | bool | frozenset[str] | NothingKnown
MaybeValue: TypeAlias = Value | None

KINDS: Final = ("code", "text", "money", "count", "number", "percent", "date", "yes/no", "one_of", "codes")
ORDERED: Final = frozenset({"money", "count", "number", "percent", "date"})
NUMERIC: Final = frozenset({"money", "count", "number", "percent"})


@dataclass(frozen=True, slots=True)
class FactType:
    """The type of a fact: its kind, the words of a `one_of`, and the decimals that a scaled integer keeps."""

    kind: str
    words: tuple[str, ...] = ()
    decimals: int = 0

    def __str__(self) -> str:
        """Name the type as an analyst would."""
        return "one of " + ", ".join(self.words) if self.kind == "one_of" else self.kind

    @property
    def ordered(self) -> bool:
        """Whether above, below and between make sense."""
        return self.kind in ORDERED

    @property
    def numeric(self) -> bool:
        """Whether it can be reckoned with."""
        return self.kind in NUMERIC


TEXT: Final = FactType("text")
CODE: Final = FactType("code")
MONEY: Final = FactType("money", decimals=2)
COUNT: Final = FactType("count")
DATE: Final = FactType("date")
YES_NO: Final = FactType("yes/no")
CODES: Final = FactType("codes")

_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d+)?\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_YES_NO: Final = {"yes": True, "true": True, "no": False, "false": False}


def scaled(text: str, decimals: int) -> int:
    """A decimal as written, as an integer with so many decimals.

    Raises ValueError for what is no decimal, or has more decimals than are kept.

    >>> scaled("2410.5", 2)
    241050
    """
    if not _DECIMAL.match(text):
        raise ValueError(f"`{text}` is not a number")
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("+-").partition(".")
    if fraction[decimals:].strip("0"):
        raise ValueError(
            f"`{text}` has more than {decimals} decimals" if decimals else f"`{text}` is not a whole number"
        )
    return sign * int(whole + (fraction + "0" * decimals)[:decimals])


def unscaled(value: int, decimals: int) -> str:
    """A scaled integer as a decimal text.

    >>> unscaled(241050, 2)
    '2410.50'
    """
    if not decimals:
        return str(value)
    sign = "-" if value < 0 else ""
    digits = str(abs(value)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def parse(text: str, kind: FactType) -> Value:
    """A text as a value of a type; `none` is NONE for every type but yes/no.

    Raises ValueError, whose text says what is wrong and what would be right.

    >>> parse("2410.00", MONEY)
    241000
    """
    if text == "none" and kind.kind != "yes/no" and "none" not in kind.words:
        return NONE
    match kind.kind:
        case "money" | "number" | "percent" | "count":
            return scaled(text.replace(",", "") if kind.kind == "money" else text, kind.decimals)
        case "date":
            if not _DATE.match(text):
                raise ValueError(f"`{text}` is not a date: write YEAR-MONTH-DAY, such as 2026-01-31")
            try:
                return date.fromisoformat(text).toordinal()
            except ValueError:
                raise ValueError(f"`{text}` is no day of the calendar") from None
        case "yes/no":
            if text.lower() not in _YES_NO:
                raise ValueError(f"`{text}` is neither yes nor no")
            return _YES_NO[text.lower()]
        case "one_of":
            if text not in kind.words:
                raise ValueError(f"`{text}` is none of {', '.join(kind.words)}")
            return text
        case "codes":
            return frozenset({text})
        case _:
            return text


def show(value: MaybeValue, kind: FactType | None) -> str:
    """A value as a person reads it.

    >>> show(241000, MONEY)
    '2410.00'
    """
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case frozenset():
            return ", ".join(sorted(value)) or "none"
        case int():
            if kind and kind.kind == "date":
                return date.fromordinal(value).isoformat()
            return unscaled(value, kind.decimals if kind else 0)
        case _:
            return str(value)
