"""Editions: from which day a published file holds, told from its name or its first lines, and until when."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = "|".join(MONTHS)
LETTERS: Final = {"a": 1, "b": 4, "c": 7, "d": 10}
"""The quarter of a letter in names such as RVU26C."""


def begins(names: list[str], span: str) -> date | None:
    """The first day of an edition, by the first name that tells one; a year alone tells the year of a yearly file.

    >>> begins(["MCR_MUE_PractitionerServices_Eff_01-01-2026.csv"], "quarter")
    datetime.date(2026, 1, 1)
    >>> begins(["ccipra-v302r0-f1.txt"], "quarter"), begins(["PPRRVU2026_Jul_nonQPP.csv"], "quarter")
    (datetime.date(2024, 7, 1), datetime.date(2026, 7, 1))
    >>> begins(["rvu25d.zip"], "quarter"), begins(["icd10cm_order_2026.txt"], "fiscal_year")
    (datetime.date(2025, 10, 1), datetime.date(2025, 10, 1))
    """
    for name in names:
        found = in_name(name.lower(), span)
        if found is not None:
            return found
    return None


def in_name(name: str, span: str) -> date | None:
    """The first day of an edition that one name tells."""
    if found := re.search(r"(?<!\d)(\d{1,2})[-_/](\d{1,2})[-_/](20\d\d)", name):
        month, day, year = (int(part) for part in found.groups())
        return _day(year, month, day)
    if found := re.search(r"(20\d\d)-(\d\d)-(\d\d)", name):
        return _day(*(int(part) for part in found.groups()))
    if found := re.search(r"(20\d\d)[ _-]?q([1-4])", name):
        return _day(int(found[1]), int(found[2]) * 3 - 2, 1)
    if found := re.search(rf"(20\d\d)[ _-]?({_MONTH})[a-z]*(?![a-z])", name):
        return _day(int(found[1]), MONTHS.index(found[2]) + 1, 1)
    if found := re.search(rf"(?<![a-z])({_MONTH})[a-z]*[ _-]?(?:\d{{1,2}},[ _-]?)?(20\d\d)", name):
        return _day(int(found[2]), MONTHS.index(found[1]) + 1, 1)
    if found := re.search(r"(?:^|[^a-z])[a-z]*rvu(\d\d)([a-d])(?![a-z])", name):
        return _day(2000 + int(found[1]), LETTERS[found[2]], 1)
    if found := re.search(r"v(\d\d)([0-3])r\d", name):  # version 30.2 is the third quarter of the 30th year after 1994
        return _day(1994 + int(found[1]), int(found[2]) * 3 + 1, 1)
    if (found := re.search(r"(?<!\d)(20\d\d)(?!\d)", name)) and span != "quarter":
        year = int(found[1])
        return _day(year - 1, 10, 1) if span == "fiscal_year" else _day(year, 1, 1)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def ends(first: date, span: str) -> date:
    """The last day of an edition: of its quarter, its year, or its fiscal year, which ends with September.

    >>> ends(date(2026, 7, 1), "quarter"), ends(date(2025, 10, 1), "fiscal_year")
    (datetime.date(2026, 9, 30), datetime.date(2026, 9, 30))
    """
    if span == "year":
        return date(first.year, 12, 31)
    if span == "fiscal_year":
        return date(first.year + (first.month >= 10), 9, 30)
    month = (first.month - 1) // 3 * 3 + 3
    return date(first.year, month, monthrange(first.year, month)[1])
