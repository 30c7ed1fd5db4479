"""Facts of plugins fill what is unknown; what contradicts, or makes no sense, pends and is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.payers.made import decided, engine_of, needs


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"provider.role": "pt"}, "the plugin one contradicts the encounter about `provider.role`"),
        ({"no.such": 1}, "gave `no.such`, which is no fact of an encounter"),
        ({"line.units": 2}, "gave `line.units`, which is no fact of an encounter"),
        ({"limit.before": 2}, "which is no fact of an encounter"),
        ({"encounter.history": []}, "which is no fact of an encounter"),
        ({"payer.id": "another"}, "which is no fact of an encounter"),
        ({"documentation.order_signed": "yesterday"}, "`yesterday` is not a date"),
        ({"patient.sex": ["a list"]}, "gave `patient.sex`: its value cannot be read"),
        (["list"], "gave no map of facts"),
        ({"payer.program": "part_a"}, "contradicts the encounter about `payer.program`"),
        ({"lines": {2: {"line.minutes": 30}}}, "gave facts of line '2', which the encounter has not"),
        ({"lines": {1: {"line.units": 3}}}, "contradicts the encounter about `line.units` of line 1"),
        ({"lines": {1: {"line.code": "92508"}}}, "gave `line.code` of line 1, which is no fact of a line"),
        ({"lines": 7}, "which the encounter has not"),
        ({"counters": [{"limit": "pt_slp_incurred"}]}, "a counter names its limit and what is used"),
        ({"coverage.authorizations": [{"no_such": 1}]}, "gave what cannot be read"),
    ],
)
def test_facts_that_make_no_sense_pend(given: Any, said: str) -> None:
    found = decided(engine_of(add_facts=lambda encounter, facts: given))
    assert found["outcome"] == "pend"
    assert said in needs(found)


def test_a_plugin_fills_what_is_unknown_and_is_named() -> None:
    found = decided(engine_of(add_facts=lambda encounter, facts: {"documentation.skilled": "no"}))
    assert (found["outcome"], found["plugin_facts"]) == ("deny", {"documentation.skilled": "one"})


def test_a_plugin_may_say_again_what_is_known() -> None:
    found = decided(engine_of(add_facts=lambda encounter: {"provider.role": "slp"}))
    assert (found["outcome"], found["plugin_facts"]) == ("pay", {})


def test_a_plugin_fills_facts_of_a_line() -> None:
    line = {"line": 1, "date": "2026-05-11", "code": "92507", "modifiers": ["GN"], "units": 1}
    engine = engine_of(add_facts=lambda encounter: {"lines": {"1": {"line.allowed": "70.00"}}})
    found = decided(engine, lines=[line])
    assert (found["lines"][0]["allowed"], found["plugin_facts"]) == ("70.00", {"line 1: line.allowed": "one"})


def test_a_plugin_gives_counters() -> None:
    counter = {"limit": "pt_slp_incurred", "used": "2450.00", "as_of": "2026-05-10"}
    found = decided(engine_of(add_facts=lambda encounter: {"counters": [counter]}), history=None)
    assert found["limits"][0]["before"] == "2450.00"
    assert found["outcome"] == "deny"
    assert list(found["plugin_facts"].values()) == ["one"]


def test_a_counter_that_says_something_else_pends() -> None:
    counter = {"limit": "pt_slp_incurred", "used": "2450.00", "as_of": "2026-05-10"}
    engine = engine_of(add_facts=lambda encounter: {"counters": [{**counter, "used": "10.00"}]})
    assert "contradicts the encounter about the counter of `pt_slp_incurred`" in needs(
        decided(engine, counters=[counter])
    )


def test_a_plugin_gives_other_payers() -> None:
    engine = engine_of(add_facts=lambda encounter: {"coverage.other_payers": [{"id": "aetna", "status": "pending"}]})
    assert decided(engine)["plugin_facts"] == {"coverage.other_payers": "one"}
    assert "contradicts the encounter about `coverage.other_payers`" in needs(
        decided(engine, coverage={"other_payers": [{"id": "medicare"}]})
    )


def test_a_plugin_gives_authorizations() -> None:
    engine = engine_of(add_facts=lambda encounter: {"coverage.authorizations": [{"id": "A1", "codes": ["92507"]}]})
    assert decided(engine)["plugin_facts"] == {"coverage.authorizations": "one"}
    assert "contradicts the encounter about `coverage.authorizations`" in needs(
        decided(engine, coverage={"authorizations": []})
    )


def test_a_plugin_fills_the_plan() -> None:
    engine = engine_of(add_facts=lambda encounter: {"payer.program": "part_b"})
    found = decided(engine, payer={"id": "medicare"})
    assert (found["outcome"], found["plugin_facts"]) == ("pay", {"payer.program": "one"})


def test_two_plugins_that_contradict_each_other_pend() -> None:
    found = decided(
        engine_of(
            add_facts__one=lambda encounter, facts: {"documentation.skilled": "yes"},
            add_facts__two=lambda encounter, facts: {"documentation.skilled": "no"},
        )
    )
    assert found["outcome"] == "pend"
    assert "the plugin two contradicts the plugin one about `documentation.skilled`" in needs(found)


# --- vocabularies ----------------------------------------------------------------------------------
ENTRY = {"type": "yes/no", "from": "plugin", "if_missing": "no", "seen_by": "payer", "meaning": "A fact of a test"}


def vocabulary(name: str, fact: str, **more: Any) -> Any:
    return lambda: {"vocabulary": name, "facts": {fact: {**ENTRY, **more}}}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (vocabulary("acme", "line.code"), "`line.code` of the vocabulary `acme` is already a fact"),
        (vocabulary("acme", "line.tier"), "may add facts under `acme.` only"),
        (vocabulary("line", "line.tier"), "calls its vocabulary `line`, which is the engine's"),
        (vocabulary("acme", "acme.tier", type="float"), "`float` is no type of a fact"),
        (
            lambda: {"vocabulary": "acme", "facts": {"acme.tier": {"type": "code"}}},
            "the vocabulary of the plugin one is wrong",
        ),
        (lambda: 7, "the vocabulary of the plugin one is wrong"),
    ],
)
def test_a_vocabulary_that_is_wrong_or_takes_what_is_taken_pends(given: Any, said: str) -> None:
    found = decided(engine_of(vocabulary=given))
    assert found["outcome"] == "pend"
    assert said in needs(found)


def test_a_prefix_belongs_to_one_plugin() -> None:
    engine = engine_of(vocabulary__a=vocabulary("acme", "acme.tier"), vocabulary__b=vocabulary("acme", "acme.other"))
    assert "the plugin b calls its vocabulary `acme`, which is the plugin a's" in needs(decided(engine))


def test_a_fact_of_another_plugin_is_not_filled() -> None:
    engine = engine_of(
        vocabulary__a=vocabulary("acme", "acme.tier"), add_facts__b=lambda encounter: {"acme.tier": "yes"}
    )
    assert "the plugin b gave `acme.tier`, which is a fact of the plugin a" in needs(decided(engine))
