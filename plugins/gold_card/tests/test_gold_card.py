"""Cards lift the denial for a missing authorization, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

import payerrules_gold_card
from payerrules import Engine, encounter_from_dict
from payerrules.payers.manager import Plugins
from payerrules.testing import Conformance


@pytest.fixture(scope="module")
def engine() -> Engine:
    plugins = Plugins(load=False)
    plugins.register(payerrules_gold_card, "gold_card", "1.0.0")
    return Engine.open(plugins=plugins)


def decided(
    engine: Engine, npi: str = "1999999984", day: str = "2026-05-11", code: str = "92507", **more: Any
) -> dict[str, Any]:
    """The decision on one line without an authorization."""
    data = {
        "encounter": "G-1",
        "payer": {"id": "gold_card_example"},
        "patient": {"id": "P-1"},
        "provider": {"npi": npi, "role": "slp"},
        "coverage": {"authorizations": []},
        "lines": [{"line": 1, "date": day, "code": code, "units": 1}],
        **more,
    }
    return engine.decide(encounter_from_dict(data, engine.vocabulary)).to_dict()


def test_a_holder_is_paid_without_an_authorization_and_the_override_is_on_the_record(engine: Engine) -> None:
    found = decided(engine)
    assert found["outcome"] == "pay"
    assert found["lines"][0]["flags"] == ["gold_card_holder"]
    assert [(one["plugin"], one["before"], one["after"]) for one in found["overrides"]] == [
        ("gold_card", "deny", "pay")
    ] * 2
    assert "gold card list" in found["overrides"][0]["reason"]


def test_the_override_brings_the_amount_and_keeps_what_it_lifted(engine: Engine) -> None:
    line = {"line": 1, "date": "2026-05-11", "code": "92507", "units": 1, "allowed": "74.00"}
    found = decided(engine, lines=[line])
    assert (found["lines"][0]["allowed"], found["lines"][0]["as_submitted"]["adjustments"]) == ("74.00", [])
    assert found["overrides"][0]["lifted"] == [{"group": "CO", "carc": "197", "rarc": []}]


def test_a_card_of_one_payer_says_nothing_to_another(engine: Engine) -> None:
    found = decided(engine, payer={"id": "medicaid", "state": "TX", "program": "ffs"})
    assert (found["overrides"], found["plugin_facts"]) == ([], {})


@pytest.mark.parametrize("change", [{"npi": "1999999976"}, {"day": "2026-12-31", "npi": "1234567893"}])
def test_another_provider_is_denied(engine: Engine, change: dict[str, str]) -> None:
    found = decided(engine, **change)
    assert (found["outcome"], found["overrides"]) == ("deny", [])


def test_an_approved_authorization_needs_no_card(engine: Engine) -> None:
    coverage = {"authorizations": [{"id": "A1", "status": "approved", "from": "2026-01-01", "through": "2026-12-31"}]}
    found = decided(engine, npi="1999999976", coverage=coverage)
    assert (found["outcome"], found["overrides"]) == ("pay", [])


class TestConformance(Conformance):
    """Installed, it keeps what a plugin has to keep."""

    plugin = "gold_card"
    encounters = (
        {
            "encounter": "G-1",
            "payer": {"id": "gold_card_example"},
            "patient": {"id": "P-1"},
            "provider": {"npi": "1999999984", "role": "slp"},
            "coverage": {"authorizations": []},
            "lines": [{"date": "2026-05-11", "code": "92507"}],
        },
    )
