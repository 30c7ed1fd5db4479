"""What explain says would have to be otherwise is confirmed by deciding; an encounter written out reads back as itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from payerrules.analysis.counterfactual import WhatIf, settling
from payerrules.analysis.study import bench, cases_for, study_data
from payerrules.cli.main import app
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.formats.written import encounter_to_dict
from payerrules.model.encounter import Encounter
from tests.analysis.small import CASES, USUAL, write
from tests.payers.made import engine_of

ROOT = Path(__file__).parents[2]
run = CliRunner().invoke


def test_every_golden_encounter_written_out_reads_back_as_itself() -> None:
    engine = bench()
    cases, _ = cases_for(engine, [ROOT / "tests" / "golden"])
    for case in cases:
        read = encounter_from_dict(case.encounter, engine.vocabulary)
        if not read.unread:
            again = encounter_from_dict(encounter_to_dict(read, engine.vocabulary), engine.vocabulary)
            assert again == read, case.name


@pytest.mark.parametrize(
    ("case", "rule", "told"),
    [
        (
            "the whole threshold",
            "spent/most",
            "would apply if it were otherwise: line 1.allowed: 100.00 -> 100.01 (0.01 more)",
        ),
        ("usual", "adults-only", "would apply if it were otherwise: patient.birth_date: 1990-05-05 ->"),
        ("a physical therapist", "carries-gn", "would apply if it were otherwise: provider.role: pt -> slp"),
    ],
)
def test_for_a_rule_that_did_not_fire_the_least_change_is_told(case: str, rule: str, told: str, tmp_path: Path) -> None:
    policy, path = encounter(tmp_path, case)
    done = run(app, ["explain", str(path), "--line", "1", "--rule", rule, "--policies", str(policy)])
    assert (done.exit_code, told in done.stdout) == (0, True), done.output


def test_a_denial_has_one_reason_that_is_enough_and_what_would_lift_it(tmp_path: Path) -> None:
    policy, path = encounter(tmp_path, "no modifier")
    done = run(app, ["explain", str(path), "--line", "1", "--policies", str(policy)])
    assert "Enough for return: small/speech#carries-gn: Speech carries GN" in done.stdout
    assert "It would not strike if it were otherwise: line 1.modifiers: not said -> GN" in done.stdout


def test_deciding_confirms_the_counterfactual(tmp_path: Path) -> None:
    policy, path = encounter(tmp_path, "usual")
    engine = bench(policy)
    data = encounter_data(path)
    asked = WhatIf.of(engine, encounter_from_dict(data, engine.vocabulary))
    confirmed = 0
    for name in ("spent/most", "adults-only"):
        rule = asked.rules(1, name)[0]
        found = asked.to_fire(1, rule)
        assert found is not None
        after = study_data(engine, found.encounter)
        assert after is not None
        assert after.decision.lines[0].as_submitted.outcome == "deny"
        assert settling(after, 1)[0][0].verdict.rule.id == rule.id
        confirmed += 1
    assert confirmed == 2


def encounter(folder: Path, case: str) -> tuple[Path, Path]:
    policy, _ = write(folder)
    made = {**USUAL, **CASES[case]}
    path = folder / "encounter.yaml"
    path.write_text(
        f"encounter: E\npayer: {{id: small}}\npatient: {{id: P-1{made['born']}}}\n{made['role']}\n{made['history']}\n"
        f"lines: [{{line: 1, date: {made['date']}, code: {made['code']}, modifiers: [{made['modifiers']}], allowed: {made['allowed']}}}]\n"
    )
    return policy, path


def encounter_data(path: Path) -> object:
    from payerrules.language.nodes import plain
    from payerrules.language.reader import read_yaml

    return plain(read_yaml(path.read_bytes(), str(path))[0])


def test_what_a_plugin_knows_counts_for_what_would_have_to_be_otherwise(tmp_path: Path) -> None:
    """A plugin alone knows that a physical therapist treats; were a speech therapist named, the rule would fire."""
    engine = engine_of(add_facts=lambda encounter: {} if "provider.role" in encounter else {"provider.role": "pt"})
    policy, path = encounter(tmp_path, "nobody said who")
    engine = engine.with_policy(policy)
    (found,) = engine.read(path)
    assert isinstance(found, Encounter)
    asked = WhatIf.of(engine, found)
    assert asked.now is not None
    assert asked.now.encounter.facts["provider.role"] == "pt"
    (rule,) = asked.rules(1, "carries-gn")
    told = asked.to_fire(1, rule)
    assert told is not None
    assert told.changes == ("provider.role: not said -> slp",)
    assert asked.confirmed(told.encounter, 1, rule, fires=True)
    assert not asked.confirmed(asked.data, 1, rule, fires=True)
