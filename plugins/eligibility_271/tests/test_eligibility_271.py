"""Answers fill what is unknown, for the right patient, payer and day; what is broken or contradicts itself pends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import payerrules_eligibility_271 as plugin
from payerrules import Engine, encounter_from_dict
from payerrules.payers.manager import Plugins
from payerrules.testing import Conformance
from payerrules_eligibility_271.reading import read

HERE = Path(__file__).parent
SAMPLE = HERE / "samples" / "answers.271"
PAYER = "eligibility_271_example"
PAST = {"code": "92507", "units": 1, "discipline": "SLP"}


@pytest.fixture(scope="module")
def engine() -> Engine:
    plugins = Plugins(load=False)
    plugins.register(plugin, "eligibility_271", "1.0.0")
    return Engine.open(runtime="reference", plugins=plugins)


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PAYERRULES_271", str(SAMPLE))
    yield
    plugin.answers_in.cache_clear()


def claim(day: str = "2026-05-11", **more: Any) -> dict[str, Any]:
    return {
        "encounter": "E-1",
        "payer": {"id": PAYER},
        "patient": {"id": "M-1"},
        "provider": {"npi": "1999999984", "role": "slp"},
        "coverage": {"authorizations": []},
        "lines": [{"line": 1, "date": day, "code": "92507", "modifiers": ["GN"], "units": 1}],
        **more,
    }


def decided(engine: Engine, patient: str = "M-1", day: str = "2026-05-11", **more: Any) -> dict[str, Any]:
    data = claim(day, patient={"id": patient}, **more)
    return engine.decide(encounter_from_dict(data, engine.vocabulary)).to_dict()


def test_the_visits_used_plan_and_benefit_year_come_from_the_answer(engine: Engine) -> None:
    found = decided(engine)
    (limit,) = found["limits"]
    assert (found["outcome"], limit["before"], limit["after"]) == ("pay", "18", "19")
    assert limit["period"] == {"from": "2026-03-01", "through": "2027-02-28"}
    assert set(found["plugin_facts"].values()) == {"eligibility_271"}
    assert "coverage.copay" in found["plugin_facts"]


def test_visits_after_the_answer_are_added(engine: Engine) -> None:
    history = [{**PAST, "date": day} for day in ("2026-05-01", "2026-05-05", "2026-05-06")]
    found = decided(engine, history=history)
    assert (found["outcome"], found["limits"][0]["before"]) == ("deny", "20")
    assert found["lines"][0]["as_submitted"]["adjustments"][0]["carc"] == "119"


def test_who_is_not_covered_is_not_paid_for(engine: Engine) -> None:
    found = decided(engine, patient="M-2", history=[])
    assert [one["carc"] for one in found["lines"][0]["as_submitted"]["adjustments"]] == ["27"]


def test_an_authorization_is_asked_for_where_the_payer_said_so(engine: Engine) -> None:
    found = decided(engine, patient="M-3")
    assert [one["carc"] for one in found["lines"][0]["as_submitted"]["adjustments"]] == ["197"]
    assert found["limits"][0]["before"] == "3"


def test_figures_that_contradict_each_other_pend(engine: Engine) -> None:
    found = decided(engine, patient="M-4")
    assert found["outcome"] == "pend"
    assert "contradicts itself: of 20 visits 18 are used and 5 are left" in "; ".join(found["lines"][0]["needs"])


@pytest.mark.parametrize("change", [{"patient": "M-5"}, {"patient": "M-9"}, {"day": "2026-05-03"}])
def test_without_an_answer_nothing_is_said(engine: Engine, change: dict[str, str]) -> None:
    assert decided(engine, **change)["plugin_facts"] == {}


def test_without_a_setting_nothing_is_said(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAYERRULES_271")
    assert decided(engine)["plugin_facts"] == {}


def test_visits_with_a_purpose_are_counters_of_their_own(engine: Engine) -> None:
    facts = plugin.facts_of(next(one for one in read(SAMPLE.read_bytes())[0] if one.payer_id == "EX271-EHB"))
    assert facts["counters"] == [
        {"limit": "habilitative_visits", "used": 34, "as_of": "2026-05-04"},
        {"limit": "rehabilitative_visits", "used": 30, "as_of": "2026-05-04"},
    ]
    assert (facts["coverage.habilitative_visit_limit"], facts["coverage.rehabilitative_visit_limit"]) == (35, 30)
    payer = {"id": "ehb_plan", "program": "commercial"}
    coverage = {"habilitative_benefit": True}
    habilitative = decided(engine, payer=payer, diagnoses=["F80.2"], coverage=coverage)
    rehabilitative = decided(engine, payer=payer, diagnoses=["I69.320"], coverage=coverage)
    assert (habilitative["outcome"], rehabilitative["outcome"]) == ("pay", "deny")


CASES = [
    pytest.param({**case, "files": case.get("files") or found["samples"]}, id=case["name"])
    for found in (
        yaml.load((HERE / name).read_text(), yaml.BaseLoader) for name in ("patients.cases.yaml", "files.cases.yaml")
    )
    for case in found["cases"]
]


@pytest.mark.parametrize("case", CASES)
def test_whose_an_answer_is_and_what_of_a_file_is_taken(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: dict[str, Any]
) -> None:
    for name, parts in case["files"].items():
        (tmp_path / name).write_text("".join(made(part) for part in parts))
    monkeypatch.setenv("PAYERRULES_271", str(tmp_path))
    said = {"pends": case["pends"]} if "pends" in case else case.get("plan", "none")
    for patient, expected in case.get("decided", {case.get("patient", {}).get("id"): said}).items():
        data = claim(payer={"id": case.get("payer", PAYER)}, patient={**case.get("patient", {}), "id": patient})
        data["coverage"] |= {"relationship": case.get("relationship")}
        encounter = encounter_from_dict(data, engine.vocabulary)
        assert encounter.unread == ()
        filled = engine.filled(encounter)
        if isinstance(expected, dict):
            assert [expected["pends"] in fault for fault in filled.faults] == [True], (patient, filled.faults)
            assert engine.decide(encounter).outcome == "pend"
        else:
            plan = filled.encounter.facts.get("eligibility_271.plan", "none")
            assert (plan, filled.faults) == (expected, []), patient


def test_the_answers_of_dependents_decide_their_837p_claims(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYERRULES_271", str(HERE / "samples" / "family.271"))
    eldest, twin = (engine.decide(one) for one in engine.read(HERE / "samples" / "family.837"))
    assert [one["carc"] for one in eldest.lines[0].as_submitted.adjustments] == ["119"], "all visits are used"
    assert (twin.lines[0].as_submitted.outcome, twin.plugin_facts["eligibility_271.plan"]) == (
        "pend",
        "eligibility_271",
    )
    assert "eligibility_271.visits_limit" in twin.lines[0].needs, "which the answer does not say"


def made(part: dict[str, Any]) -> str:
    """A part of a file: a sample, with its changes."""
    text: str = part.get("text") or (HERE / "samples" / part["sample"]).read_text()
    for old, new in part.get("replace", {}).items():
        assert old in text, f"{old} is not in {part['sample']}"
        text = text.replace(old, new)
    if cut := part.get("cut_after"):
        assert cut in text, f"{cut} is not in {part['sample']}"
        return text[: text.index(cut) + len(cut)]
    return text


class TestConformance(Conformance):
    """Installed, it keeps what a plugin has to keep."""

    plugin = "eligibility_271"
    encounters = (
        {
            "encounter": "C-1",
            "payer": {"id": "eligibility_271_example"},
            "patient": {"id": "M-1"},
            "lines": [{"date": "2026-05-11", "code": "92507"}],
        },
    )
