"""Both runtimes decide alike, trace and all, and the order in a file changes nothing."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payerrules.runtimes.ruleset import available
from tests.fuzz.generate import encounter, policy
from tests.fuzz.pairs import decisions, differences, engines


@pytest.mark.skipif(not available(), reason="durable_rules does not load on this Python without its build flag")
@settings(max_examples=70, deadline=None, database=None)
@given(st.integers(0, 2**32))
def test_durable_and_reference_decide_alike(seed: int) -> None:
    _, found, _ = differences(seed, 8)
    assert found == []


def shuffled(data: Any, random: Random) -> Any:
    """The same policy with its keys, rules and sections in another order; lists whose order means something are kept."""
    if isinstance(data, dict):
        items = [(key, shuffled(value, random)) for key, value in data.items()]
        random.shuffle(items)
        return dict(items)
    return data


@settings(max_examples=30, deadline=None, database=None)
@given(st.integers(0, 2**32))
def test_the_order_in_a_file_changes_neither_the_hash_nor_a_decision(seed: int) -> None:
    random = Random(seed)
    data = policy(random)
    other = shuffled(data, random)
    random.shuffle(other["rules"])
    one, two = engines(data)[-1], engines(other)[-1]
    for number in range(3):
        claim = encounter(random, number)
        first, second = decisions([one], claim)[0], decisions([two], claim)[0]
        assert first == second
