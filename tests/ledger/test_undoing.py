"""Replacements (frequency 7) and voids (8): what they replace no longer counts, whatever the order in which they come."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from payerrules import Engine
from payerrules.ledger.ledger import Ledger
from tests.ledger.claims import claim, codes, differences, post, replacing, used


def test_a_replacement_counts_instead_of_what_it_replaces(any_url: str, engine: Engine) -> None:
    with Ledger(any_url) as ledger:
        post(ledger, engine, claim("E-1", allowed="74.00"))
        replacement = post(ledger, engine, claim("E-2", allowed="80.00", **replacing("E-1")))
        assert used(replacement) == ("0.00", "80.00")
        assert replacement.decision.ledger == {"receipt": 2, "undoes": ["E-1"], "set_aside": []}
        assert used(post(ledger, engine, claim("E-3"))) == ("80.00", "154.00")


def test_a_void_takes_away_and_counts_nothing(any_url: str, engine: Engine) -> None:
    with Ledger(any_url) as ledger:
        post(ledger, engine, claim("E-1"))
        void = post(ledger, engine, claim("E-2", **replacing("E-1", "8")))
        assert void.decision.ledger == {"receipt": 2, "undoes": ["E-1"], "set_aside": []}
        assert used(post(ledger, engine, claim("E-3"))) == ("0.00", "74.00")
        assert differences(ledger) == []


def test_a_replacement_may_have_the_id_of_its_original(ledger: Ledger, engine: Engine) -> None:
    original = claim("E-1", allowed="74.00")
    post(ledger, engine, original)
    post(ledger, engine, claim("E-1", allowed="80.00", claim={"frequency": "7"}))
    assert codes(post(ledger, engine, original)) == ["ledger-superseded"]
    assert used(post(ledger, engine, claim("E-2"))) == ("80.00", "154.00")


def test_the_original_may_be_named_by_the_number_of_its_claim(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1", claim={"id": "ICN-1"}))
    assert used(post(ledger, engine, claim("E-2", **replacing("ICN-1")))) == ("0.00", "74.00")


@pytest.mark.parametrize("about", ["E-1", "E-2"])
def test_what_replaces_a_replaced_claim_takes_the_place_of_the_last_one(
    ledger: Ledger, engine: Engine, about: str
) -> None:
    post(ledger, engine, claim("E-1", allowed="70.00"))
    post(ledger, engine, claim("E-2", allowed="80.00", **replacing("E-1")))
    third = post(ledger, engine, claim("E-3", allowed="90.00", **replacing(about)))
    assert (used(third), third.decision.ledger["undoes"] if third.decision.ledger else None) == (
        ("0.00", "90.00"),
        ["E-2 (frequency 7)"],
    )


def test_a_replacement_of_nothing_we_hold_is_kept_and_named(ledger: Ledger, engine: Engine) -> None:
    entry = post(ledger, engine, claim("E-1", **replacing("LOST")))
    assert (used(entry), codes(entry)) == (("0.00", "74.00"), ["ledger-no-original"])


FAMILY: list[dict[str, Any]] = [
    claim("E-1", allowed="70.00"),
    claim("E-2", allowed="80.00", **replacing("E-1")),
    claim("E-3", allowed="5.00"),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whatever_comes_first_only_the_replacement_and_the_third_claim_stand(
    ledger: Ledger, engine: Engine, order: tuple[int, ...]
) -> None:
    for place in order:
        post(ledger, engine, FAMILY[place])
    assert used(post(ledger, engine, claim("E-4", allowed="1.00"))) == ("85.00", "86.00")
    assert differences(ledger) == []


def test_a_void_before_its_original_lets_nothing_of_it_count(ledger: Ledger, engine: Engine) -> None:
    void, original = claim("E-2", **replacing("E-1", "8")), claim("E-1")
    found = [codes(post(ledger, engine, one)) for one in (void, original, original)]
    assert found == [["ledger-no-original"], ["ledger-superseded"], []]
    assert used(post(ledger, engine, claim("E-3"))) == ("0.00", "74.00")


def test_a_replacement_that_corrects_the_patient_takes_the_claim_from_the_wrong_one(
    any_url: str, engine: Engine
) -> None:
    with Ledger(any_url) as ledger:
        post(ledger, engine, claim("E-1", patient="P-wrong"))
        moved = post(ledger, engine, claim("E-2", patient="P-right", **replacing("E-1")))
        assert codes(moved) == ["ledger-moved"]
        assert used(post(ledger, engine, claim("E-3", patient="P-wrong"))) == ("0.00", "74.00")
        assert used(post(ledger, engine, claim("E-4", patient="P-right"))) == ("74.00", "148.00")
        assert differences(ledger) == []


def test_two_patients_may_have_claims_of_one_id_and_both_stand(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1"))
    assert codes(post(ledger, engine, claim("E-1", patient="P-2"))) == ["ledger-same-id"]
    assert used(post(ledger, engine, claim("E-2"))) == ("74.00", "148.00")


def test_a_claim_that_was_void_may_be_sent_anew(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1", allowed="70.00"))
    post(ledger, engine, claim("E-1", allowed="70.00", claim={"frequency": "8"}))
    post(ledger, engine, claim("E-1", allowed="75.00"))
    assert used(post(ledger, engine, claim("E-2"))) == ("75.00", "149.00")
