"""Answers fill what is unknown, for the right patient, payer and day; what is broken or contradicts itself pends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import payerrules_eligibility_271 as plugin
from payerrules import Engine, encounter_from_dict
from payerrules.payers.manager import Plugins
from payerrules.testing import Conformance
from payerrules_eligibility_271.answers import read

SAMPLE = Path(__file__).parent / "samples" / "answers.271"
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


def decided(engine: Engine, patient: str = "M-1", day: str = "2026-05-11", **more: Any) -> dict[str, Any]:
    data = {
        "encounter": "E-1",
        "payer": {"id": "eligibility_271_example"},
        "patient": {"id": patient},
        "provider": {"npi": "1999999984", "role": "slp"},
        "coverage": {"authorizations": []},
        "lines": [{"line": 1, "date": day, "code": "92507", "modifiers": ["GN"], "units": 1}],
        **more,
    }
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


def test_a_cut_file_pends_whom_it_may_concern_and_no_one_else(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SAMPLE.read_text()
    (tmp_path / "cut.271").write_text(text[: text.index("HL*4*2*22*0~") + 40])
    monkeypatch.setenv("PAYERRULES_271", str(tmp_path))
    assert decided(engine)["outcome"] == "pay", "the first patient's answer is whole"
    found = decided(engine, patient="M-2", history=[])
    assert found["outcome"] == "pend"
    assert "one may be missing: cut.271, line 24" in "; ".join(found["lines"][0]["needs"])


def test_other_transactions_are_passed_over() -> None:
    assert read(SAMPLE.read_bytes().replace(b"ST*271", b"ST*270")) == ([], "")


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
