"""Comparing: only what is named, in the way it is named, and nothing that no decision has."""

from __future__ import annotations

from pathlib import Path

import pytest

from payerrules import Engine
from payerrules.golden.cases import read_cases
from payerrules.golden.run import CaseResult, run_case, run_files
from payerrules.model.diagnostic import Diagnostic

CASE = """golden:
  - name: a case
    oracle: by hand
    encounter:
      encounter: E-1
      payer: {id: medicare, program: part_b}
      patient: {id: P-1}
      provider: {role: slp}
      counters: [{limit: pt_slp_incurred, used: 2450.00, as_of: 2026-05-10}]
      documentation: {medically_necessary: yes, skilled: yes}
      lines: [{line: 1, date: 2026-05-11, code: 92507, modifiers: [GN], units: 1, allowed: 74.00}]
    expect: EXPECT
"""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.open(runtime="reference", plugins=False)


def result(engine: Engine, tmp_path: Path, expect: str) -> CaseResult:
    path = tmp_path / "x.golden.yaml"
    path.write_text(CASE.replace("EXPECT", expect))
    cases, _ = read_cases(path)
    return run_case(cases[0], engine)


@pytest.mark.parametrize(
    "expect",
    [
        "{lines: {1: {billed_as: 92507-GN-KX, as_submitted: deny, as_corrected: pay, allowed: 74.00, group: CO, liability: provider}}}",
        "{lines: {1: {as_submitted_in: [deny, return], carc_include: [119], adjustments_include: [{carc: 119}], units_payable_at_most: 1}}}",
        "{lines: {1: {as_corrected_in: [pay, pend], actions_absent: [attest], needs_absent: [history], as_submitted: {parts: none}}}}",
        "{flags_absent: [targeted_medical_review], actions_absent: [attest], needs_absent: [history]}",
        "{lines: {1: {flags_absent: [targeted_medical_review], modifiers_include: [KX], as_submitted: {outcome: deny}}}}",
        "{outcome: pay, not_silent: no, limits_include: [{limit: pt_slp_incurred, before: 2450.00, after: 2524.00}], complete: no}",
    ],
)
def test_what_is_as_expected_passes(engine: Engine, tmp_path: Path, expect: str) -> None:
    assert result(engine, tmp_path, expect).differences == ()
    assert result(engine, tmp_path, expect).wrong == ()


@pytest.mark.parametrize(
    "expect",
    [
        "{lines: {1: {billed_as: 92507-GN}}}",
        "{lines: {2: {billed_as: 92507}}}",
        "{outcome: deny}",
        "{lines: {1: {carc_absent: [119]}}}",
        "{not_silent: yes}",
        "{lines: {1: {as_corrected_in: [deny, return]}}}",
        "{lines: {1: {as_submitted: {liabilty: none}}}}",
        "{limits_include: [{limit: pt_slp_incurred, befor: none}]}",
    ],
)
def test_what_is_not_fails_and_the_free_keys_are_shown(engine: Engine, tmp_path: Path, expect: str) -> None:
    found = result(engine, tmp_path, expect)
    assert not found.passed
    assert "oracle: by hand" in found.report()


def test_an_unknown_expectation_is_an_error(engine: Engine, tmp_path: Path) -> None:
    found = result(engine, tmp_path, "{lines: {1: {billed: 92507}}}")
    assert [one.code for one in found.wrong] == ["unknown-expectation"]
    assert "Did you mean `billed_as`?" in found.report()


@pytest.mark.parametrize(
    "expect", ["{lines: {1: pay}}", "{lines: {1: {}}}", "{lines: {1: {units_payable_at_most: many}}}"]
)
def test_what_can_never_differ_is_an_error(engine: Engine, tmp_path: Path, expect: str) -> None:
    assert [one.code for one in result(engine, tmp_path, expect).wrong] == ["unknown-expectation"]


def test_a_misspelt_key_of_the_encounter_is_an_error_at_its_place(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "x.golden.yaml"
    path.write_text(CASE.replace("EXPECT", "{outcome: pend}").replace("units:", "unit:"))
    cases, _ = read_cases(path)
    (wrong,) = run_case(cases[0], engine).wrong
    assert wrong.text().startswith(f"{path}:11:79: error[encounter-unknown-key]: `unit` is no key of an encounter here")


def test_a_case_about_a_policy_expects_diagnostics_and_names_a_file_that_is_there(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "p.yaml").write_text("policy: a/b\nrulez: []\n")
    path = tmp_path / "x.golden.yaml"
    path.write_text(
        "golden:\n"
        "  - {name: one, policy: p.yaml, expect: {diagnostics_include: [unknown-key]}}\n"
        "  - {name: two, policy: p.yaml, expect: {diagnostics_include: [cycle]}}\n"
        "  - {name: three, policy: q.yaml, expect: {diagnostics_include: [unknown-key]}}\n"
    )
    one, two, three = [run_case(case, engine) for case in read_cases(path)[0]]
    assert (one.passed, two.passed, [found.code for found in three.wrong]) == (True, False, ["file-unreadable"])


def test_what_is_wrong_in_the_shape_of_a_case_fails_it(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "x.golden.yaml"
    path.write_text(CASE.replace("EXPECT", "{not_silent: maybe}"))
    (found,) = run_files([path], engine)
    assert isinstance(found, CaseResult)
    assert [one.code for one in found.wrong] == ["unknown-word"]


def test_a_case_without_an_expectation_is_an_error(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "x.golden.yaml"
    path.write_text(CASE.replace("    expect: EXPECT\n", ""))
    cases, _ = read_cases(path)
    assert [one.code for one in run_case(cases[0], engine).wrong] == ["missing-expectation"]


def test_a_file_that_cannot_be_read_is_told_and_stops_nothing(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.golden.yaml").write_text("golden:\n  - name: one: two\n", encoding="utf-8")
    found = list(run_files([tmp_path], engine))
    assert [one.code for one in found if isinstance(one, Diagnostic)] == ["text-needs-quotes"]
