"""What a decision says: verdicts, counts, hashes, and what becomes of encounters that are wrong or unknown."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import jsonschema
import pytest

from payerrules import Engine, encounter_from_dict
from payerrules.language.schemas import schema

LINE = {"line": 1, "date": "2026-05-11", "code": "92507", "modifiers": ["GN"], "units": 1, "allowed": "74.00"}
CLAIM: dict[str, Any] = {
    "encounter": "D-1",
    "payer": {"id": "medicare", "program": "part_b"},
    "patient": {"id": "P-1", "birth_date": "1959-02-01"},
    "provider": {"role": "slp"},
    "documentation": {"medically_necessary": True, "skilled": True},
    "history": [],
    "lines": [LINE],
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.open(runtime="reference", plugins=False)


def decided(engine: Engine, **changes: Any) -> dict[str, Any]:
    """The decision on the claim with changes; a change to None leaves the key out."""
    data = {key: value for key, value in {**CLAIM, **changes}.items() if value is not None}
    return engine.decide(encounter_from_dict(data, engine.vocabulary)).to_dict()


def test_a_decision_fits_the_published_schema(engine: Engine) -> None:
    for changes in (
        {},
        {"history": None},
        {"payer": {"id": "nobody"}},
        {"lines": [{**LINE, "modifiers": ["GN", "GZ"], "units": 3}]},
    ):
        jsonschema.validate(decided(engine, **changes), schema("decision", engine.vocabulary))


def test_every_rule_in_force_has_a_verdict_and_the_counts_add_up(engine: Engine) -> None:
    found = decided(engine)
    rules = found["rules"]
    assert rules["loaded"] == rules["fired"] + rules["not_fired"] + rules["not_evaluated"] + rules["out_of_date"]
    assert {entry["verdict"] for entry in found["trace"]} <= {"fired", "not fired", "not evaluated"}
    assert len(found["trace"]) == rules["loaded"] - rules["out_of_date"]


def test_the_same_encounter_gives_the_same_bytes_alone_and_beside_others(engine: Engine) -> None:
    first = json.dumps(decided(engine), sort_keys=True)
    decided(engine, encounter="D-2", lines=[{**LINE, "date": "2019-03-03"}])
    assert json.dumps(decided(Engine.open(runtime="reference", plugins=False)), sort_keys=True) == first
    assert json.dumps(decided(engine), sort_keys=True) == first


def test_the_trace_as_corrected_holds_only_what_differs(engine: Engine) -> None:
    found = decided(engine, lines=[{**LINE, "modifiers": []}])
    same = [entry for entry in found["trace_corrected"] if entry in found["trace"]]
    assert same == []
    assert decided(engine)["trace_corrected"] == []


def test_an_unknown_payer_pends_and_says_which(engine: Engine) -> None:
    found = decided(engine, payer={"id": "nobody", "program": "x"})
    assert (found["outcome"], found["complete"]) == ("pend", False)
    assert found["lines"][0]["needs"] == ["policy for nobody x on 2026-05-11"]


def test_a_misspelt_key_is_named_and_nothing_is_paid_on_a_guess(engine: Engine) -> None:
    found = decided(engine, hospise={"elected": "2026-01-01"})
    assert found["outcome"] == "pend"
    assert found["unread"] == ["hospise: `hospise` is no key of an encounter here"]


def test_one_bad_line_pends_and_the_others_are_decided(engine: Engine) -> None:
    lines = [
        LINE,
        {"line": 2, "date": "2026-13-01", "code": "92507"},
        {**LINE, "line": 3, "code": "92526", "units": "two"},
        {**LINE, "line": 4, "date": "2026-05-12"},
    ]
    found = decided(engine, lines=lines)
    assert [line["as_corrected"]["outcome"] for line in found["lines"]] == ["pay", "pend", "pend", "pay"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"lines": []},
        {"lines": [7]},
        {"encounter": "E", "payer": "x", "patient": {}, "lines": [{}]},
    ],
)
def test_whatever_comes_in_a_decision_comes_out(engine: Engine, data: Any) -> None:
    found = engine.decide(encounter_from_dict(data, engine.vocabulary)).to_dict()
    assert found["outcome"] == "pend"
    assert found["unread"]


def test_an_assumed_history_is_recorded_as_presumed() -> None:
    engine = Engine.open(runtime="reference", plugins=False, assume_history_none=True)
    found = decided(engine, history=None)
    assert (found["outcome"], found["presumed"]) == ("pay", ["history"])
    assert "history" in found["lines"][0]["presumed"]


def test_what_was_published_later_is_not_known_earlier() -> None:
    early = Engine.open(runtime="reference", plugins=False, known_on=date(2025, 11, 20).toordinal())
    assert decided(early)["lines"][0]["needs"] == ["policy for medicare part_b on 2026-05-11"]
    late = Engine.open(runtime="reference", plugins=False, known_on=date(2025, 11, 21).toordinal())
    assert decided(late)["outcome"] == "pay"


def test_a_claim_over_two_years_takes_each_line_by_its_own_date(engine: Engine) -> None:
    counters = [{"limit": "pt_slp_incurred", "used": "2450.00", "as_of": "2026-01-01"}]
    lines = [{**LINE, "date": "2025-12-31"}, {**LINE, "line": 2, "date": "2026-01-02"}]
    found = decided(engine, lines=lines, counters=counters, history=[])
    assert [line["billed_as"] for line in found["lines"]] == ["92507-GN", "92507-GN-KX"]


def test_presumed_facts_that_decided_are_listed(engine: Engine) -> None:
    assert "hospice.elected" in decided(engine)["lines"][0]["presumed"]


def test_other_payers_that_nobody_speaks_of_are_listed_as_presumed(engine: Engine) -> None:
    said = {"coverage": {"other_payers": []}}
    found = [decided(engine, **changes)["lines"][0]["presumed"] for changes in ({"coverage": None}, said)]
    assert ["coverage.other_payers" in presumed for presumed in found] == [True, False]


def test_more_modifiers_than_a_line_has_room_for_are_flagged_and_named(engine: Engine) -> None:
    (line,) = decided(engine, lines=[{**LINE, "modifiers": ["GN", "KX", "59", "95", "X2"]}])["lines"]
    assert "too_many_modifiers" in line["flags"]
    assert "A claim line has room for 4 modifiers, and X2 would be left off" in line["remarks"]


def test_a_modifier_that_no_list_has_is_flagged_and_named(engine: Engine) -> None:
    (line,) = decided(engine, lines=[{**LINE, "modifiers": ["GN", "ZZ"]}])["lines"]
    assert line["flags"] == ["unlisted_modifier"]
    assert line["remarks"] == ["ZZ is not in the list of modifiers, and no rule can know it"]


def test_an_outcome_may_say_why_a_line_waits(engine: Engine) -> None:
    texas = {
        "payer": {"id": "medicaid", "state": "TX", "program": "ffs"},
        "patient": {"id": "P-1", "birth_date": "2005-01-01"},
        "coverage": {"authorizations": []},
    }
    evaluation = {"line": 1, "date": "2012-12-03", "code": "92506", "units": 1, "allowed": "80.00"}
    (line,) = decided(engine, **texas, history=[{"date": "2012-06-07", "code": "92506"}], lines=[evaluation])["lines"]
    assert line["as_submitted"]["outcome"] == "pend"
    assert "The last one was on 2012-06-07, the next may be on 2012-12-04" in line["remarks"]


@pytest.mark.parametrize("changes", [{"units": 0}, {"units": -1}, {"allowed": "-74.00"}, {"code": "92507-GN"}])
def test_a_line_with_a_value_that_cannot_be_is_never_paid(engine: Engine, changes: dict[str, Any]) -> None:
    (line,) = decided(engine, lines=[{**LINE, **changes}])["lines"]
    assert (line["as_submitted"]["outcome"], line["as_corrected"]["outcome"]) == ("pend", "pend")


def test_a_counter_that_no_limit_reads_is_named_and_the_decision_is_not_complete(engine: Engine) -> None:
    decision = decided(engine, counters=[{"limit": "pt_slp_incured", "used": 100, "as_of": "2026-01-01"}])
    assert decision["unread"][0].startswith("the counter `pt_slp_incured` is of no limit of this policy")
    assert "`{line.kx_pool}_incurred`" in decision["unread"][0]
    assert decision["complete"] is False
