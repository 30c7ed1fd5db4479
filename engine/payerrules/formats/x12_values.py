"""Values of X12 elements: amounts, counts, dates and diagnoses as an encounter writes them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

_AMOUNT: Final = re.compile(r"-?(?:\d{1,15}(?:\.\d{0,4})?|\.\d{1,4})\Z")
_WHOLE: Final = re.compile(r"(\d{1,9})(?:\.0*)?\Z")
_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")


def amount(text: str) -> str | None:
    """Money with the figures as written, or None where it is no amount of zero or more.

    >>> amount("110"), amount("8.20"), amount(".5"), amount("-3"), amount("1,100")
    ('110', '8.20', '0.5', None, None)
    """
    if not _AMOUNT.match(text) or text.startswith("-"):
        return None
    return f"0{text}" if text.startswith(".") else text.removesuffix(".")


def signed(text: str) -> Decimal | None:
    """An amount of an adjustment, which may be below zero; None where it is no amount."""
    return Decimal(text) if _AMOUNT.match(text) else None


def total(amounts: list[str]) -> str:
    """The sum of amounts; a single one keeps its figures.

    >>> total(["15.0"]), total(["15.0", "6.89"])
    ('15.0', '21.89')
    """
    return amounts[0] if len(amounts) == 1 else str(sum((Decimal(text) for text in amounts), Decimal(0)))


def whole(text: str) -> int | None:
    """A whole number of units, minutes or a position, or None.

    >>> whole("1"), whole("45.00"), whole("1.5")
    (1, 45, None)
    """
    found = _WHOLE.match(text)
    return int(found[1]) if found else None


def day(text: str) -> str | None:
    """An ISO date from CCYYMMDD, or None where it is no day of the calendar.

    >>> day("20260511"), day("20260230")
    ('2026-05-11', None)
    """
    found = _DAY.match(text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


def days(form: str, text: str) -> tuple[str, str] | None:
    """First and last day of a D8 date or an RD8 range, or None.

    >>> days("D8", "20260511")
    ('2026-05-11', '2026-05-11')
    >>> days("RD8", "20260511-20260513")
    ('2026-05-11', '2026-05-13')
    """
    first, _, last = text.partition("-") if form == "RD8" else (text, "", text)
    start, end = day(first), day(last)
    return (start, end) if form in ("D8", "RD8") and start and end and start <= end else None


def icd_10(text: str) -> str:
    """A diagnosis with its dot restored: after the third character.

    >>> icd_10("I69320"), icd_10("I10")
    ('I69.320', 'I10')
    """
    return _dotted(text, 3)


def icd_9(text: str) -> str:
    """An ICD-9-CM diagnosis with its dot restored: after the fourth character of an E code, else after the third.

    >>> icd_9("4779"), icd_9("E8888"), icd_9("V7389")
    ('477.9', 'E888.8', 'V73.89')
    """
    return _dotted(text, 4 if text[:1].upper() == "E" else 3)


def _dotted(text: str, place: int) -> str:
    code = text.replace(".", "").upper()
    return f"{code[:place]}.{code[place:]}" if len(code) > place else code


__all__ = ["amount", "day", "days", "icd_9", "icd_10", "signed", "total", "whole"]
