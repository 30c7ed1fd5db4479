"""History of plugins: asked where the encounter knows none, for a period, and never added to what is known."""

from __future__ import annotations

from typing import Any

from tests.payers.made import decided, engine_of, needs

PAST = {
    "date": "2026-02-03",
    "code": "92507",
    "modifiers": ["GN"],
    "units": 1,
    "allowed": "2450.00",
    "discipline": "SLP",
}


def test_an_encounter_without_history_takes_that_of_a_plugin() -> None:
    asked = []

    def history(patient: str, period: tuple[str, str]) -> Any:
        asked.append((patient, tuple(period)))
        return [PAST]

    found = decided(engine_of(history=history), history=None)
    assert asked == [("P-1", ("2024-01-01", "2026-05-11"))]
    assert found["limits"][0]["before"] == "2450.00"
    assert found["plugin_facts"] == {"encounter.history": "one"}


def test_an_empty_list_says_that_there_was_none_and_none_says_nothing() -> None:
    assert decided(engine_of(history=lambda patient, period: []), history=None)["outcome"] == "pay"
    found = decided(engine_of(history=lambda patient, period: None), history=None)
    assert (found["outcome"], found["plugin_facts"]) == ("pend", {})


def test_a_given_history_is_not_asked_for() -> None:
    def history(patient: str, period: tuple[str, str]) -> Any:
        raise AssertionError("not to be asked")

    assert decided(engine_of(history=history))["outcome"] == "pay"


def test_what_comes_before_a_given_history_is_asked_for() -> None:
    periods = []

    def history(patient: str, period: tuple[str, str]) -> Any:
        periods.append(tuple(period))
        return [PAST]

    found = decided(engine_of(history=history), history_known_from="2026-03-01")
    assert periods == [("2024-01-01", "2026-02-28")]
    assert found["limits"][0]["before"] == "2450.00"


def test_a_service_outside_the_period_pends() -> None:
    found = decided(engine_of(history=lambda patient, period: [{**PAST, "date": "2019-01-01"}]), history=None)
    assert "the plugin one gave a service of 2019-01-01, outside 2024-01-01 to 2026-05-11" in needs(found)


def test_entries_that_cannot_be_read_pend() -> None:
    found = decided(engine_of(history=lambda patient, period: [{"code": "92507"}]), history=None)
    assert "the plugin one gave a history that cannot be read" in needs(found)
    assert "cannot be read" in needs(decided(engine_of(history=lambda patient, period: 7), history=None))


def test_two_plugins_that_answer_differently_pend() -> None:
    engine = engine_of(history__a=lambda patient, period: [], history__b=lambda patient, period: [PAST])
    assert "the plugins a and b give different histories of the patient" in needs(decided(engine, history=None))


def test_a_plugin_that_knows_goes_before_what_an_option_assumes() -> None:
    engine = engine_of(history=lambda patient, period: [PAST])
    engine.assume_no_history = True
    assert decided(engine, history=None)["limits"][0]["before"] == "2450.00"
