"""Exercise finds a hole of each kind that is planted, says nothing where there is none, and its encounters fill the holes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from payerrules.analysis.exercise import exercise
from payerrules.analysis.holes import fill
from payerrules.analysis.reached import Watch
from payerrules.analysis.seek import Seeker
from payerrules.analysis.study import bench, cases_for, studied, study_data
from payerrules.cli.main import app
from tests.analysis.small import write

run = CliRunner().invoke

PLANTED = [
    ("no policy for the code", ["small/speech#about [not spoken of]"]),
    ("no modifier", ["carries-gn: 1.", "[struck]", "[corrected]"]),
    ("nobody said who", ["carries-gn: the line's discipline is SLP [unknown]"]),
    ("a physician", ["small/speech#table/discipline: no row [taken]"]),
    ("eighteen tomorrow", ["small/speech#adults-only [fired]", "adults-only: the patient's age is below 18 [true]"]),
    ("no birth date", ["adults-only: the patient's age is below 18 [unknown]"]),
]


def test_a_policy_whose_golden_file_reaches_all_of_it_has_no_hole(tmp_path: Path) -> None:
    policy, cases = write(tmp_path)
    done = run(
        app, ["exercise", str(cases), "--policies", str(policy), "--policy", "small/speech", "--fail-under", "100"]
    )
    assert (done.exit_code, done.stdout.startswith("100% exercised")) == (0, True), done.output


@pytest.mark.parametrize(("case", "told"), PLANTED, ids=[case for case, _ in PLANTED])
def test_a_case_left_out_leaves_the_holes_it_filled(case: str, told: list[str], tmp_path: Path) -> None:
    write(tmp_path)
    policy, cases = write(tmp_path, (tmp_path / "small.yaml").read_text(), case)
    done = run(
        app, ["exercise", str(cases), "--policies", str(policy), "--policy", "small/speech", "--fail-under", "100"]
    )
    assert done.exit_code == 1
    assert [part for part in told if part not in done.stdout] == []


def test_the_first_and_last_day_of_every_value_are_asked_for(tmp_path: Path) -> None:
    ends = ("last day of the old value", "last day of the old value, all of it", "first day", "first day, a cent more")
    write(tmp_path)
    policy, cases = write(tmp_path, (tmp_path / "small.yaml").read_text(), *ends)
    done = run(app, ["exercise", str(cases), "--policies", str(policy), "--policy", "small/speech"])
    assert "parameter.threshold: $100.00 [read on its last day, 2026-06-30]" in done.stdout
    assert "parameter.threshold: $100.00 [read on its first day, 2026-01-01]" in done.stdout


def test_the_encounter_given_for_a_hole_fills_it(tmp_path: Path) -> None:
    policy, cases = write(tmp_path)
    text = cases.read_text()
    cases.write_text(text[: text.index("  - name: another code")])
    engine = bench(policy)
    found = list(studied(engine, cases_for(engine, [cases])[0]))
    result = exercise(engine, found, ["small/speech"])
    fill(result, found, Seeker(engine))
    assert len(result.holes) > 15
    assert [hole.text() for hole in result.holes if hole not in result.fills] == []
    for hole, data in result.fills.items():
        study = study_data(engine, data)
        assert study is not None
        assert hole in Watch([hole]).reached(study), hole.text()


def test_what_cannot_be_is_no_hole(tmp_path: Path) -> None:
    policy, cases = write(tmp_path)
    text = policy.read_text()
    policy.write_text(
        text.replace("when: {patient.age: {below: 18}}", "when: {patient.age: {below: 18}, line.code: {in: codes}}")
    )
    done = run(app, ["exercise", str(cases), "--policies", str(policy), "--policy", "small/speech"])
    assert "1 that nothing can reach" in done.stdout, done.stdout
    assert "line's code is one of `codes` [false]" not in done.stdout


def test_the_page_shows_each_rule_with_its_holes(tmp_path: Path) -> None:
    write(tmp_path)
    policy, cases = write(tmp_path, (tmp_path / "small.yaml").read_text(), "eighteen tomorrow")
    page = tmp_path / "page.html"
    done = run(
        app, ["exercise", str(cases), "--policies", str(policy), "--html", str(page), "--policy", "small/speech"]
    )
    assert done.exit_code == 0
    shown = page.read_text()
    assert "Adults only" in shown
    assert '<span class="chip no">fired</span>' in shown
    assert "birth_date: 2009-03-02" in shown or "fill: fired" in shown
