"""The plan lies over the state; its files are read and written; its extract is history."""

from __future__ import annotations

from pathlib import Path

import pytest

import payerrules_tx_mco_example as plugin
from payerrules import Diagnostic, Encounter, Engine
from payerrules.payers.manager import Plugins
from payerrules.testing import Conformance

HERE = Path(__file__).parent
CLAIMS = HERE / "claims.mco.csv"


@pytest.fixture(scope="module")
def engine() -> Engine:
    plugins = Plugins(load=False)
    plugins.register(plugin, "tx_mco_example", "1.0.0")
    return Engine.open(runtime="reference", plugins=plugins, assume_history_none=True)


def test_a_file_of_the_plan_is_read_decided_and_written(engine: Engine) -> None:
    found = list(engine.read(CLAIMS))
    encounters = [one for one in found if isinstance(one, Encounter)]
    (problem,) = [one for one in found if isinstance(one, Diagnostic)]
    assert (problem.message, problem.at and problem.at.line) == ("the row has no date", 6)
    decisions = [engine.decide(one) for one in encounters]
    assert bytes(engine.formats.write("tx_mco_csv", decisions, encounters)).decode().splitlines() == [
        "claim,line,billed_as,as_submitted,as_corrected,carc,allowed",
        "C-1,1,92507-GN-U5,pay,pay,,",
        "C-2,1,92507-GN-U5,deny,deny,197,0.00",
        "C-3,1,92523,pay,pay,,",
        "C-4,1,92507-GN-U5-93,return,pay,4,",
    ]


def test_the_plan_runs_in_place_of_the_state_s_policy_and_not_beside_it(engine: Engine) -> None:
    (first, *_) = [one for one in engine.read(CLAIMS) if isinstance(one, Encounter)]
    assert engine.decide(first).policies == ["tx-mco-example/speech 2026.1"]


def test_the_extract_is_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(plugin.EXTRACT, raising=False)
    assert plugin.payerrules_history("P-1", ("2026-05-12", "2026-05-31")) is None
    monkeypatch.setenv(plugin.EXTRACT, str(CLAIMS))
    found = plugin.payerrules_history("P-1", ("2026-05-12", "2026-05-31"))
    assert [one["date"] for one in found or ()] == ["2026-05-12", "2026-05-13", "2026-05-14"]
    assert plugin.payerrules_history("P-9", ("2026-05-12", "2026-05-31")) is None


class TestConformance(Conformance):
    """Installed, it keeps what a plugin has to keep."""

    plugin = "tx_mco_example"
    golden = (HERE,)
    files = (CLAIMS,)
