"""Payers and roles by data."""

from __future__ import annotations

import pytest

from payerrules.formats.x12_837p import PayerDirectory, PayerDirectoryError
from tests.formats.x12_files import PAYERS


def test_the_first_entry_that_holds_wins():
    one = {"when": {"payer_id": "A", "filing": "MC"}, "payer": {"id": "first"}}
    two = {"when": {"filing": ["MC", "MB"]}, "payer": {"id": "second"}}
    directory = PayerDirectory.of([one, two])
    assert [directory.payer(name, "MC", "")["id"] for name in ("A", "B")] == ["first", "second"]
    assert directory.payer("A", "CI", "")["id"] == "payer:A"


def test_the_state_of_medicaid_is_that_of_the_payer():
    assert PAYERS.payer("X", "MC", "or") == {"id": "medicaid", "state": "OR"}
    assert PAYERS.payer("X", "MC", "") == {"id": "medicaid"}


def test_an_entry_without_an_id_keeps_the_id_of_the_payer():
    assert PAYERS.payer("X", "BL", "TX") == {"id": "payer:X", "program": "commercial"}


def test_a_payer_without_an_id_is_unknown():
    assert PAYERS.payer("", "", "") == {"id": "payer:unknown"}


@pytest.mark.parametrize(
    ("taxonomy", "role"),
    [
        ("235Z00000X", "slp"), ("2355S0801X", "slpa"), ("2355A2700X", None), ("231H00000X", "audiologist"),
        ("225100000X", "pt"), ("2251X0800X", "pt"), ("225200000X", "pta"), ("225X00000X", "ot"),
        ("224Z00000X", "ota"), ("208D00000X", "physician"), ("363LF0000X", "npp"), ("363A00000X", "npp"),
        ("261QR0400X", None), ("", None),
    ],
)  # fmt: skip
def test_the_shipped_taxonomies_give_roles(taxonomy: str, role: str | None):
    assert PAYERS.role(taxonomy) == role


def test_the_longest_prefix_wins():
    directory = PayerDirectory.of([], [{"taxonomy": "2", "role": "any"}, {"taxonomy": "235Z", "role": "slp"}])
    assert [directory.role(code) for code in ("235Z00000X", "208D00000X")] == ["slp", "any"]


@pytest.mark.parametrize(
    ("section", "entry", "key", "says"),
    [
        (
            "payers",
            {"when": {"filling": "MB"}, "payer": {"id": "m"}},
            "filling",
            "payers, entry 1: `filling` is nothing",
        ),
        ("payers", {"when": {}, "payer": {"id": "m"}}, "when", "names at least one of payer_id"),
        ("payers", {"when": {"filing": "MB"}}, "payer", "gives at least one of id"),
        ("payers", {"when": {"filing": 12}, "payer": {"id": "m"}}, "filing", "put a code of digits in quotes"),
        ("payers", {"when": {"filing": "MB"}, "payer": {"name": "m"}}, "name", "is no part of a payer"),
        ("payers", {"when": {"filing": "MB"}, "payer": {"id": 7}}, "id", "is text"),
        ("payers", {"if": {}, "when": {"filing": "MB"}, "payer": {"id": "m"}}, "if", "is no key of an entry"),
        ("taxonomies", {"taxonomy": "235Z"}, "role", "is missing"),
        ("taxonomies", {"taxonomy": "235Z", "role": "slp", "rule": "x"}, "rule", "is no key here"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_by_place_and_key(section: str, entry: dict, key: str, says: str):
    lists = {"payers": [], "taxonomies": [], section: [entry]}
    with pytest.raises(PayerDirectoryError) as raised:
        PayerDirectory.of(lists["payers"], lists["taxonomies"])
    assert (raised.value.section, raised.value.entry, raised.value.key) == (section, 0, key)
    assert says in str(raised.value)
