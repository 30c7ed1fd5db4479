"""The commands: their exit codes, what goes to which stream, and what a careless user is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from payerrules.cli.main import app

ROOT = Path(__file__).parents[2]
CLAIMS = str(ROOT / "examples" / "encounters" / "medicare_aphasia.yaml")
X12 = ROOT / "examples" / "claims" / "speech_clinic.837"
run = CliRunner().invoke


def test_decide_writes_a_table_and_exits_0() -> None:
    done = run(app, ["decide", CLAIMS])
    assert done.exit_code == 0
    assert "92507-GN-KX" in done.stdout


def test_decide_json_is_one_object_for_one_encounter_and_a_list_for_several(tmp_path: Path) -> None:
    several = json.loads(run(app, ["decide", CLAIMS, "--format", "json"]).stdout)
    assert [one["encounter"] for one in several] == ["E-1001", "E-1002", "E-1003"]
    path = tmp_path / "one.json"
    path.write_text(
        json.dumps(
            {
                "encounter": "X",
                "payer": {"id": "y"},
                "patient": {"id": "P"},
                "lines": [{"date": "2026-01-01", "code": "1"}],
            }
        )
    )
    assert json.loads(run(app, ["decide", str(path), "--format", "json"]).stdout)["encounter"] == "X"


def test_what_is_missing_is_said_once() -> None:
    done = run(app, ["decide", str(X12)])
    assert done.stderr.count("--assume-history none") == 1


def test_a_cut_claim_file_is_decided_as_far_as_it_goes_and_exits_3(tmp_path: Path) -> None:
    text = X12.read_text()
    path = tmp_path / "cut.837"
    path.write_text(text[: len(text) * 2 // 3])
    done = run(app, ["decide", str(path), "--format", "json", "--assume-history", "none"])
    assert done.exit_code == 3
    assert any(one["outcome"] == "pay" for one in json.loads(done.stdout))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["decide", "nowhere.yaml"], 3, "nowhere.yaml: error[file-unreadable]: there is no such file"),
        (["decide", str(ROOT)], 3, "it is a folder"),
        (["decide", CLAIMS, "--out", "nowhere/x.json"], 2, "there is no folder nowhere"),
        (["decide", CLAIMS, "--out", str(ROOT)], 2, "is a folder"),
        (["decide", CLAIMS, CLAIMS], 0, "encounter `E-1001` comes 2 times"),
        (["show", "medicare/outpatient-therapy", "--as-of", "yesterday"], 2, "write YEAR-MONTH-DAY"),
        (["decide", CLAIMS, "--known-on", "yesterday"], 2, "write YEAR-MONTH-DAY"),
        (["decide", CLAIMS, "--runtime", "fast"], 2, "no runtime is called `fast`"),
        (["decide", CLAIMS, "--policies", "nowhere"], 2, "there is no such folder"),
        (["explain", CLAIMS, "--line", "9"], 2, "has no line 9; it has 1"),
        (["explain", CLAIMS, "--line", "1", "--rule", "incured/kx"], 2, "did you mean `incurred/kx`?"),
        (["check", "nowhere.yaml"], 2, "there is no such file"),
        (["show", "medicare/outpatient-therapy", "--as-of", "1999-01-01"], 2, "is in force on 1999-01-01"),
        (["show", "medicare/outpatient-therapy", "--rule", "incurred"], 2, "--rule is for pictures"),
        (
            ["show", "medicare/outpatient-therapy", "--as", "flowchart", "--rule", "incured"],
            2,
            "no rule or limit `incured`",
        ),
        (["show", "medicare/outpatient-therapy", "--out", "nowhere/x.svg"], 2, "there is no folder nowhere"),
        (["show", "medicare/nothing"], 2, "there is no policy"),
        (["show", "medicare/outpatient-therapi"], 2, "Did you mean `medicare/outpatient-therapy`?"),
        (["decide", str(ROOT / "policies/medicare/pair_edits.yaml")], 3, "this is a policy"),
        (["test", str(ROOT / "policies/medicare/pair_edits.yaml")], 1, "this is a policy"),
        (["check", CLAIMS], 1, "this is a file of encounters"),
        (["test", "nowhere"], 2, "there is no such file or folder"),
    ],
)
def test_a_careless_call_is_told_what_to_do(arguments: list[str], code: int, said: str) -> None:
    done = run(app, arguments)
    assert (done.exit_code, said in done.stderr) == (code, True), done.output


def test_standard_input_is_read_as_a_file_is() -> None:
    assert run(app, ["decide", "-"], input=Path(CLAIMS).read_bytes()).stdout == run(app, ["decide", CLAIMS]).stdout
    claims = run(app, ["decide", "-", "--assume-history", "none"], input=X12.read_bytes())
    assert (claims.exit_code, "SC-1001" in claims.stdout) == (0, True)


def test_where_nothing_is_decided_no_table_is_written() -> None:
    done = run(app, ["decide", "nowhere.yaml"])
    assert (done.stdout, "no encounter was decided" in done.stderr) == ("", True)


def test_check_exits_1_on_an_error_and_names_the_place(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        "policy: a/b\nedition: 1\ntitle: T\neffective: {from: 2026-01-01, through: 2026-12-31}\nrulez: []\n"
    )
    done = run(app, ["check", str(path)])
    assert done.exit_code == 1
    assert "p.yaml:5:1: error[unknown-key]" in done.stderr


def test_test_tells_what_differs_and_which_rule_did_it(tmp_path: Path) -> None:
    source = (ROOT / "tests" / "golden" / "medicare" / "worked_encounters.golden.yaml").read_text()
    path = tmp_path / "x.golden.yaml"
    path.write_text(
        source.replace("billed_as: 92507-GN-KX, as_submitted: deny", "billed_as: 92507-GN, as_submitted: deny", 1)
    )
    done = run(app, ["test", str(path)])
    assert done.exit_code == 1
    assert "lines.1.billed_as: expected 92507-GN, got 92507-GN-KX" in done.stderr
    assert "fired: medicare/outpatient-therapy#incurred/kx" in done.stderr


def test_record_writes_what_came_and_keeps_the_rest(tmp_path: Path) -> None:
    source = (ROOT / "tests" / "golden" / "medicare" / "worked_encounters.golden.yaml").read_text()
    path = tmp_path / "x.golden.yaml"
    path.write_text(
        source.replace("billed_as: 92507-GN-KX, as_submitted: deny", "billed_as: 92507-GN, as_submitted: deny", 1)
    )
    assert run(app, ["test", str(path), "--record"]).exit_code == 0
    assert path.read_text() == source


def test_explain_says_why_not() -> None:
    done = run(app, ["explain", CLAIMS, "--line", "1", "--rule", "hospice-unrelated"])
    assert "does not apply, because" in done.stdout
    assert "hospice.elected is none, not on or before line.date (2026-05-11)" in done.stdout


def test_a_line_that_a_limit_may_count_needs_what_would_tell_and_says_so_in_words(tmp_path: Path) -> None:
    path = tmp_path / "claim.yaml"
    path.write_text(
        "encounter: nobody-named\npayer: {id: healthpartners, program: commercial}\npatient: {id: P-1}\nhistory: []\n"
        "diagnoses: [F80.0]\ncoverage: {authorizations: [], other_payers: []}\n"
        "counters: [{limit: habilitative_visits, used: 20, as_of: 2026-05-01}]\n"
        "lines: [{line: 1, date: 2026-05-11, code: 97129, modifiers: [96], units: 1}]\n"
    )
    decision = json.loads(run(app, ["decide", str(path), "--format", "json"]).stdout)
    assert decision["lines"][0]["needs"] == ["provider.role"]
    told = run(app, ["explain", str(path), "--line", "1"]).stdout
    assert "needs: provider.role: Profession of the one who gave the service" in told
