"""Diff says every difference in words and follows renamed rules; impact puts each changed claim to the edit that changes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from payerrules.cli.main import app
from tests.analysis.small import POLICY, write

run = CliRunner().invoke

EDITS = [
    ("value: 120.00", "value: 130.00", "parameter.threshold: 2026-07-01 to 2026-12-31: $120.00 -> $130.00"),
    (
        "through: 2026-06-30, value",
        "through: 2026-05-31, value",
        "parameter.threshold: 2026-06-01 to 2026-06-30: $100.00 -> no value",
    ),
    ("- id: adults-only", "- id: grown-ups", "adults-only: is now called grown-ups"),
    ("{below: 18}", "{below: 21}", "adults-only: if the patient's age is below 18 -> if the patient's age is below 21"),
    ("carc: 96", "carc: 204", "PR 96) -> "),
    ("codes: [92507, 92508]", "codes: [92507]", "codes: without 92508"),
    ("codes: [92507, 92508]", "codes: [92507, 92508, 92526]", "codes: with 92526"),
    ("- [pt, PT]", "- [pt, OT]", "table/discipline: where the provider's role is pt: PT -> OT"),
    ("otherwise: none", "otherwise: SLP", "table/discipline: otherwise: none -> SLP"),
    (
        "per: [patient]",
        "per: [patient, line.discipline]",
        "spent: for each the patient -> for each the patient, the line's discipline",
    ),
    ("crossing: whole", "crossing: split", "spent: what crosses is taken whole -> what crosses is taken split"),
    ("title: A small payer\n", "title: A payer\n", 'the title, "A small payer" -> "A payer"'),
    ("through: 2026-12-31}\npublished", "through: 2026-11-30}\npublished", "in force 2026 -> 2026-01-01 to 2026-11-30"),
    (
        "through: 2026-12-31}\npublished",
        "through: 2026-12-31, verified_through: 2026-08-25}\npublished",
        "verified without limit -> through 2026-08-25",
    ),
]


def sides(folder: Path, changed: str) -> tuple[Path, Path, Path]:
    policy, cases = write(folder / "one")
    other, _ = write(folder / "two", changed)
    return policy, other, cases


@pytest.mark.parametrize(("old", "new", "told"), EDITS, ids=[told for _, _, told in EDITS])
def test_each_kind_of_difference_is_told_in_words(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert old in POLICY
    one, other, _ = sides(tmp_path, POLICY.replace(old, new))
    done = run(app, ["diff", str(one), str(other)])
    assert (done.exit_code, told in done.stdout) == (0, True), done.output


def test_an_edition_that_is_verified_through_no_day_anymore_is_no_longer_limited(tmp_path: Path) -> None:
    limited = POLICY.replace("2026-12-31}\npublished", "2026-12-31, verified_through: 2026-08-25}\npublished")
    one, other, _ = sides(tmp_path, limited)
    done = run(app, ["diff", str(other), str(one)])
    assert "verified through 2026-08-25 -> no longer limited" in done.stdout, done.output
    assert "9999" not in done.stdout


def test_a_rule_taken_out_and_a_new_one_are_told(tmp_path: Path) -> None:
    added = "  - id: no-pt\n    title: No other therapy\n    when: {line.discipline: PT}\n    then: {flag: not_speech}\n    source: manual\n"
    start = POLICY.index("  - id: adults-only")
    one, other, _ = sides(tmp_path, POLICY[:start] + added)
    done = run(app, ["diff", str(one), str(other)])
    assert "adults-only: is gone" in done.stdout
    assert "no-pt: is new: No other therapy" in done.stdout


def test_the_same_policy_has_no_difference(tmp_path: Path) -> None:
    one, other, _ = sides(tmp_path, POLICY + "# a remark\n")
    assert run(app, ["diff", str(one), str(other)]).stdout == "they say the same\n"


def test_each_changed_claim_is_put_to_the_edit_that_changes_it(tmp_path: Path) -> None:
    changed = POLICY.replace("value: 120.00", "value: 130.00").replace("{below: 18}", "{below: 19}")
    one, other, cases = sides(tmp_path, changed.replace("title: Speech carries GN", "title: GN"))
    done = run(app, ["impact", str(one), str(other), "--golden", str(cases), "--format", "json"])
    told = json.loads(done.stdout)
    groups = {group["edit"]: group for group in told["groups"]}
    assert told["claims"] == 22
    assert told["changed"] == sum(group["claims"] for group in groups.values()) == 3
    age = groups["adults-only: if the patient's age is below 18 -> if the patient's age is below 19"]
    assert (age["claims"], age["dollars"]) == (1, "-74.00")
    value = groups["parameter.threshold: 2026-07-01 to 2026-12-31: $120.00 -> $130.00"]
    assert (value["claims"], value["dollars"]) == (2, "240.02")
    assert sum("carries-gn" in change["edit"] for change in told["edits"]) == 1


def test_impact_writes_a_table_and_a_page_and_reads_claims_from_files(tmp_path: Path) -> None:
    one, other, cases = sides(tmp_path, POLICY.replace("carc: 96", "carc: 204"))
    claim = tmp_path / "claims.yaml"
    claim.write_text(
        "encounter: C-1\npayer: {id: small}\npatient: {id: P-1, birth_date: 2015-01-01}\nprovider: {npi: '1999999984', role: slp}\n"
        "history: []\nlines: [{line: 1, date: 2026-03-02, code: 92507, modifiers: [GN], allowed: 10.00}]\n"
    )
    table = run(app, ["impact", str(one), str(other), "--claims", str(claim)])
    assert "carc 96 -> 204" in table.stdout
    assert "1 of 1 claims change" in table.stdout
    page = run(
        app, ["impact", str(one), str(other), "--claims", str(claim), "--golden", str(cases), "--format", "html"]
    )
    assert "<b>C-1</b>" in page.stdout
    assert run(app, ["impact", str(one), str(other)]).exit_code == 2


def test_what_is_no_side_is_told(tmp_path: Path) -> None:
    one, _ = write(tmp_path)
    done = run(app, ["diff", str(one), "small/nothing"])
    assert (done.exit_code, "is no file, folder or policy" in done.stderr) == (2, True)


def test_two_editions_each_decide_the_days_of_both() -> None:
    golden = "tests/golden/medicaid/nc.golden.yaml"
    done = run(
        app,
        [
            "impact",
            "medicaid/nc/therapy@2021.07",
            "medicaid/nc/therapy@2024.07",
            "--golden",
            golden,
            "--format",
            "json",
        ],
    )
    found = json.loads(done.stdout)
    groups = {group["edit"]: group for group in found["groups"]}
    asked = "every-visit-is-authorized: is new: Every treatment visit of an adult is authorized"
    assert groups[asked]["first"][0]["encounter"] == "nc-1"
    assert (groups[asked]["first"][0]["before"], groups[asked]["first"][0]["after"]) == ("80.00", "0.00")
    assert "which policy is in force" not in groups
