"""Overrides stand on the record, bring their amounts with them, and are refused where they make no sense or disagree."""

from __future__ import annotations

from typing import Any

import pytest

from tests.payers.made import CLAIM, decided, engine_of, needs


def test_an_override_is_on_the_record() -> None:
    one = {"line": 1, "verdict": "both", "outcome": "deny", "reason": "on a list", "group": "CO", "carc": "197"}
    found = decided(engine_of(override=lambda encounter, decision: [one]))
    assert found["outcome"] == "deny"
    assert found["overrides"] == [
        {
            "plugin": "one",
            "line": 1,
            "verdict": verdict,
            "before": "pay",
            "after": "deny",
            "reason": "on a list",
            "lifted": [],
        }
        for verdict in ("as_submitted", "as_corrected")
    ]
    verdict = found["lines"][0]["as_corrected"]
    assert verdict["adjustments"] == [{"group": "CO", "carc": "197", "rarc": []}]
    assert (verdict["allowed"], verdict["units"]["payable"], verdict["liability"]) == ("0.00", 0, "provider")


def test_a_denial_that_is_lifted_pays_its_amount_and_keeps_what_was_lifted() -> None:
    def override(encounter: Any, decision: Any) -> Any:
        assert decision["lines"][0]["as_corrected"]["outcome"] == "deny"
        return [{"line": 1, "verdict": "as_corrected", "outcome": "pay", "reason": "on a list"}]

    found = decided(engine_of(override=override), documentation={"skilled": False})
    verdict = found["lines"][0]["as_corrected"]
    assert (found["outcome"], verdict["adjustments"], verdict["allowed"]) == ("pay", [], "74.00")
    assert verdict["units"] == {"submitted": 1, "payable": 1}
    assert found["lines"][0]["as_submitted"]["outcome"] == "deny"
    assert [len(one["lifted"]) for one in found["overrides"]] == [1]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"line": 9, "outcome": "pay", "reason": "x"},
        {"line": True, "outcome": "pay", "reason": "x"},
        {"line": 1, "outcome": "free", "reason": "x"},
        {"line": 1, "outcome": "pay"},
        {"line": 1, "outcome": "pay", "reason": " "},
        {"line": 1, "outcome": "pay", "reason": "x", "verdict": "later"},
        {"line": 1, "outcome": "pay", "reason": "x", "group": "CO", "carc": "45"},
        {"line": 1, "outcome": "deny", "reason": "x", "group": "XX", "carc": "45"},
        {"line": 1, "outcome": "deny", "reason": "x", "group": "CO", "carc": "no such"},
        {"line": 1, "outcome": "deny", "reason": "x", "group": "CO", "carc": "45", "rarc": 7},
        7,
    ],
)
def test_an_override_that_makes_no_sense_pends(nonsense: Any) -> None:
    found = decided(engine_of(override=lambda encounter, decision: [nonsense]))
    assert (found["outcome"], found["overrides"]) == ("pend", [])
    assert "gave an override that makes no sense" in needs(found)


def say(outcome: str, verdict: str = "both") -> Any:
    return lambda encounter, decision: [{"line": 1, "verdict": verdict, "outcome": outcome, "reason": "x"}]


def test_overrides_that_disagree_are_both_refused() -> None:
    found = decided(engine_of(override__one=say("deny"), override__two=say("return")))
    assert (found["outcome"], found["overrides"]) == ("pend", [])
    assert "plugins disagree about line 1: one, two" in needs(found)


def test_overrides_of_different_verdicts_do_not_disagree() -> None:
    found = decided(engine_of(override__one=say("deny", "as_submitted"), override__two=say("pend", "as_corrected")))
    assert [one["after"] for one in found["overrides"]] == ["deny", "pend"]


def test_a_line_that_was_not_read_stays_as_it_is() -> None:
    lines = [*CLAIM["lines"], {"line": 2, "date": "2026-05-11"}]
    override = [{"line": 2, "outcome": "pay", "reason": "x"}]
    found = decided(engine_of(override=lambda encounter, decision: override), lines=lines)
    assert (found["lines"][1]["as_corrected"]["outcome"], found["overrides"]) == ("pend", [])
