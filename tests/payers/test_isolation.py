"""A plugin that fails never changes a payment and is named; one that behaves is applied, on the record."""

from __future__ import annotations

import time
from typing import Any

import pytest

from payerrules import Engine, encounter_from_dict, hookimpl
from payerrules.payers import isolation
from payerrules.payers.manager import Plugins

CLAIM = {
    "encounter": "P-1",
    "payer": {"id": "medicare", "program": "part_b"},
    "patient": {"id": "P-1", "birth_date": "1959-02-01"},
    "provider": {"role": "slp"},
    "history": [],
    "lines": [{"line": 1, "date": "2026-05-11", "code": "92507", "modifiers": ["GN"], "units": 1, "allowed": "74.00"}],
}


def decided(**hooks: Any) -> dict[str, Any]:
    """The decision with plugins made of these functions: a name is HOOK or HOOK__PLUGIN."""
    plugins = Plugins(load=False)
    made: dict[str, dict[str, Any]] = {}
    for name, function in hooks.items():
        hook, _, plugin = name.partition("__")
        made.setdefault(plugin or "one", {})[f"payerrules_{hook}"] = staticmethod(hookimpl(function))
    for plugin, functions in made.items():
        plugins.register(type(plugin, (), functions)(), plugin)
    engine = Engine.open(runtime="reference", plugins=plugins)
    return engine.decide(encounter_from_dict(CLAIM, engine.vocabulary)).to_dict()


def needs(found: dict[str, Any]) -> str:
    """What the only line needs, as one text."""
    return "; ".join(found["lines"][0]["needs"])


def test_without_plugins_the_line_pays() -> None:
    assert decided()["outcome"] == "pay"


def test_a_hook_that_raises_pends_and_is_named() -> None:
    def add_facts(encounter: Any, facts: Any) -> Any:
        raise ZeroDivisionError("in the plugin")

    found = decided(add_facts=add_facts)
    assert found["outcome"] == "pend"
    assert "payerrules_add_facts of the plugin one raised ZeroDivisionError: in the plugin" in needs(found)


def test_a_hook_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation.call, "__defaults__", (0.05,))

    def override(encounter: Any, decision: Any) -> Any:
        time.sleep(5)

    found = decided(override=override)
    assert found["outcome"] == "pend"
    assert "took longer than 0.05 seconds" in needs(found)


def test_inputs_cannot_be_changed() -> None:
    def add_facts(encounter: Any, facts: Any) -> Any:
        encounter["lines"][0]["code"] = "99999"

    found = decided(add_facts=add_facts)
    assert (found["outcome"], found["lines"][0]["code"]) == ("pend", "92507")
    assert "TypeError" in needs(found)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"provider.role": "pt"}, "contradicts the encounter about `provider.role`"),
        ({"no.such": 1}, "which is no fact of an encounter"),
        ({"patient.birth_date": "yesterday"}, "is not a date"),
        (["list"], "gave no map of facts"),
    ],
)
def test_facts_that_make_no_sense_pend(given: Any, said: str) -> None:
    found = decided(add_facts=lambda encounter, facts: given)
    assert found["outcome"] == "pend"
    assert said in needs(found)


def test_a_plugin_fills_what_is_unknown() -> None:
    found = decided(add_facts=lambda encounter, facts: {"documentation.skilled": "no"})
    assert found["outcome"] == "deny"


def test_two_plugins_that_contradict_each_other_pend() -> None:
    found = decided(
        add_facts__one=lambda encounter, facts: {"documentation.skilled": "yes"},
        add_facts__two=lambda encounter, facts: {"documentation.skilled": "no"},
    )
    assert found["outcome"] == "pend"
    assert "the plugin two contradicts the plugin one about `documentation.skilled`" in needs(found)


def test_an_override_is_on_the_record() -> None:
    one = {"line": 1, "verdict": "both", "outcome": "deny", "reason": "on a list"}
    found = decided(override=lambda encounter, decision: [one])
    assert found["outcome"] == "deny"
    assert [o["after"] for o in found["overrides"]] == ["deny", "deny"]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"line": 9, "outcome": "pay", "reason": "x"},
        {"line": 1, "outcome": "free", "reason": "x"},
        {"line": 1, "outcome": "pay"},
        7,
    ],
)
def test_an_override_that_makes_no_sense_pends(nonsense: Any) -> None:
    found = decided(override=lambda encounter, decision: [nonsense])
    assert (found["outcome"], found["overrides"]) == ("pend", [])


def test_overrides_that_disagree_are_both_refused() -> None:
    def say(outcome: str) -> Any:
        return lambda encounter, decision: [{"line": 1, "verdict": "both", "outcome": outcome, "reason": "x"}]

    found = decided(override__one=say("deny"), override__two=say("return"))
    assert (found["outcome"], found["overrides"]) == ("pend", [])
    assert "plugins disagree about line 1: one, two" in needs(found)
