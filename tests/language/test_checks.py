"""What a check compares: words, sets and numbers, with what is written or with another field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from payerrules.language.checks import fits

FIELDS = {
    "limit.counts": "visits",
    "limit.per": {"patient", "line.discipline"},
    "limit.beyond": Decimal("20"),
    "other_limit.counts": "visits",
    "other_limit.beyond": Decimal("20.5"),
    "limit.unknown": None,
}


@pytest.mark.parametrize(
    ("field", "wanted", "expected"),
    [
        ("limit.counts", "visits", True),
        ("limit.counts", "units", False),
        ("limit.counts", "other_limit.counts", True),
        ("limit.counts", {"in": ["units", "visits"]}, True),
        ("limit.counts", {"not_in": ["units", "visits"]}, False),
        ("limit.per", "patient", True),
        ("limit.per", {"has": "line.code"}, False),
        ("limit.per", {"has_all": ["patient", "line.discipline"]}, True),
        ("limit.per", {"has_none": ["patient"]}, False),
        ("limit.beyond", {"below": "other_limit.beyond"}, True),
        ("limit.beyond", {"at_least": "other_limit.beyond"}, False),
        ("limit.beyond", {"at_least": "20"}, True),
        ("limit.beyond", {"above": "20"}, False),
        ("limit.beyond", {"at_most": "20", "above": "19.99"}, True),
        ("limit.beyond", {"below": "twenty"}, False),
        ("limit.unknown", {"below": "other_limit.beyond"}, False),
        ("limit.unknown", {"at_least": "0"}, False),
    ],
)
def test_a_field_fits_what_is_wanted(field: str, wanted: Any, expected: bool) -> None:
    assert fits(FIELDS[field], wanted, FIELDS) is expected
