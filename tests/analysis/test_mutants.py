"""Mutants: the golden file of a small payer notices every one; without a case, the fault it held off is named, with a case that would notice."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from payerrules.analysis.mutants import CAUGHT, MISSED, REFUSED, SAME, Lab, run_mutants
from payerrules.cli.main import app
from tests.analysis.small import POLICY, write

run = CliRunner().invoke
NAME = ["small/speech"]

PLANTED = [
    ("eighteen today", "adults-only: 18 becomes 19"),
    ("eighteen tomorrow", "adults-only: 18 becomes 17"),
    ("a cent more", "threshold: the value of 2026-01-01: $100.00 becomes $100.01"),
    ("the whole threshold", "threshold: the value of 2026-01-01: $100.00 becomes $99.99"),
    ("last day of the old value", "threshold: the value: through 2026-06-30 becomes 2026-06-29"),
    ("no modifier", "carries-gn: require_modifier: no correction"),
    ("no modifier", "carries-gn: CARC 4 becomes another"),
    ("another code", "small/speech#codes: 92508 left out of the set"),
    ("a physical therapist, much spent", "table/discipline: row: PT becomes"),
]


def test_the_small_golden_file_notices_nearly_everything(tmp_path: Path) -> None:
    policy, cases = write(tmp_path)
    report = run_mutants(policy, [cases], NAME, suggest=False)
    assert [one.name for one in report.of(MISSED) if "crossing" not in one.name] == []
    assert len(report.of(CAUGHT)) >= 35


@pytest.mark.parametrize(("case", "mutant"), PLANTED, ids=[mutant for _, mutant in PLANTED])
def test_without_its_case_a_change_goes_unnoticed_and_a_case_is_given(case: str, mutant: str, tmp_path: Path) -> None:
    extra = [f"{name}, a cent more" for name in ("first day",)] if "$100.00 becomes $100.01" in mutant else []
    extra += ["first day"] if "$99.99" in mutant else []
    extra += ["last day of the old value", "last day of the old value, all of it"] if "threshold" in mutant else []
    extra += ["a physical therapist", "a physician"] if "PT becomes" in mutant else []
    policy, cases = write(tmp_path, POLICY, case, *extra)
    report = run_mutants(policy, [cases], NAME)
    missed = {one.name.removeprefix("small/speech#"): one for one in report.of(MISSED)}
    found = next(
        (one for name, one in missed.items() if mutant.removeprefix("small/speech#") in name or name.endswith(mutant)),
        None,
    )
    assert found is not None, sorted(missed)
    assert found.suggestion is not None


def test_the_suggested_case_notices_the_mutant(tmp_path: Path) -> None:
    from payerrules.golden.written import case_text

    policy, cases = write(tmp_path, POLICY, "eighteen today", "eighteen tomorrow")
    first = run_mutants(policy, [cases], NAME)
    assert first.of(MISSED)
    with cases.open("a") as file:
        for one in (one for one in first.of(MISSED) if "crossing" not in one.name):
            assert one.suggestion is not None, one.name
            file.write(case_text(one.name, one.suggestion.encounter, one.suggestion.expect) + "\n")
    assert run(app, ["test", str(cases), "--policies", str(policy)]).exit_code == 0
    again = run_mutants(policy, [cases], NAME, suggest=False)
    assert [one.name for one in again.of(MISSED) if "crossing" not in one.name] == []


def test_what_means_the_same_is_told_apart_by_proof(tmp_path: Path) -> None:
    twice = POLICY.replace(
        "when: {patient.age: {below: 18}}", "when: {all: [{patient.age: {below: 18}}, {patient.age: {below: 30}}]}"
    )
    policy, cases = write(tmp_path, twice)
    report = run_mutants(policy, [cases], NAME, suggest=False)
    same = {one.name for one in report.of(SAME)}
    assert "small/speech#adults-only: left out: the patient's age is below 30" in same
    assert "small/speech#adults-only: left out: the patient's age is below 18" not in same
    assert not any("18 becomes 19" in name for name in same)


def test_what_check_would_refuse_is_noticed_though_no_case_feels_it(tmp_path: Path) -> None:
    pair = """\
  - id: not-beside-a-group
    title: Not beside a group on one day
    for_each: pair_of_lines
    when: {other.code: 92508, other.date: line.date}
    then: {deny: {group: CO, carc: 236}}
    source: manual
"""
    policy, cases = write(tmp_path, POLICY + pair)
    ends = {one.name.partition("#")[2]: one.end for one in run_mutants(policy, [cases], NAME, suggest=False).judged}
    rule = {name.partition(": ")[2]: end for name, end in ends.items() if name.startswith("not-beside-a-group")}
    refused = [name for name, end in rule.items() if end == REFUSED]
    assert refused == [
        "left out: the other line has the same date",
        "the contrary of: the other line has the same date",
    ]
    assert rule["the rule left out"] == MISSED


def test_a_second_run_runs_only_what_changed(tmp_path: Path) -> None:
    policy, cases = write(tmp_path)
    memory = tmp_path / "memory.json"
    first = run_mutants(policy, [cases], NAME, memory=memory, suggest=False)
    second = run_mutants(policy, [cases], NAME, memory=memory, suggest=False)
    assert (first.kept, second.kept) == (0, len(first.judged))
    assert [one.end for one in second.judged] == [one.end for one in first.judged]
    policy.write_text(POLICY.replace("below: 18", "below: 17"))
    assert run_mutants(policy, [cases], NAME, memory=memory, suggest=False).kept == 0


def test_processes_come_to_the_same_as_one(tmp_path: Path) -> None:
    policy, cases = write(tmp_path, POLICY, "eighteen today")
    one = run_mutants(policy, [cases], NAME)
    two = run_mutants(policy, [cases], NAME, jobs=2)
    assert [(j.name, j.end) for j in two.judged] == [(j.name, j.end) for j in one.judged]


def test_a_fact_that_nothing_makes_any_more_is_missed_by_the_rules_that_want_it_false(tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    policy.write_text(
        """policy: mini/speech
edition: 1
title: Mini
applies_to: {payer: mini}
about: {line.code: 92507}
effective: {from: 2026-01-01, through: 2026-12-31}
sources: {manual: {title: Manual, url: "https://example.org/manual", status: primary}}
derive:
  plan_of_care.is_timely: {plan_of_care.established: {on_or_after: 2026-02-01}}
rules:
  - {id: due, title: Due, when: {plan_of_care.is_timely: no}, then: {flag: plan_review_due}, source: manual}
"""
    )
    golden = tmp_path / "p.golden.yaml"
    golden.write_text(
        """golden:
  - name: established too early
    encounter:
      encounter: A
      payer: {id: mini}
      patient: {id: P}
      documentation: {plan_of_care: {established: 2026-01-31}}
      lines: [{line: 1, date: 2026-05-02, code: 92507}]
    expect: {lines: {1: {flags: [plan_review_due]}}}
"""
    )
    report = run_mutants(tmp_path, [golden], ["mini/speech"], 1, None, suggest=False)
    (left_out,) = [
        one for one in report.judged if one.name == "mini/speech#derive/plan_of_care.is_timely: the rule left out"
    ]
    assert left_out.end == CAUGHT


def test_the_command_fails_under_what_is_asked(tmp_path: Path) -> None:
    policy, cases = write(tmp_path, POLICY, "eighteen today")
    call = ["mutants", str(cases), "--policies", str(policy), "--policy", *NAME, "--memory", str(tmp_path / "m.json")]
    done = run(app, [*call, "--fail-under", "100", "--cases"])
    assert done.exit_code == 1
    assert "adults-only: 18 becomes 19" in done.stdout
    assert "expect:" in done.stdout
    assert run(app, [*call, "--fail-under", "50"]).exit_code == 0


BASE = """policy: mini/base
kind: base
edition: 1
title: Base
effective: {from: 2026-01-01, through: 2026-12-31}
sources: {manual: {title: Manual, url: "https://example.org/manual", status: primary}}
derive:
  line.discipline: # the second and third can never both speak
    - {value: PT, when: {provider.role: pt}}
    - {value: OT, when: {provider.role: ot}}
    - {value: SLP, when: {provider.role: slp, line.code: 92507}}
    - {value: OT, when: {line.code: 92507}}
rules:
  - {id: by-speech, title: Speech, when: {line.discipline: SLP}, then: {flag: spoken}, source: manual}
  - {id: by-hand, title: Hand, when: {line.discipline: OT}, then: {flag: handled}, source: manual}
"""
CARRIED = """policy: {name}
edition: 1
title: {name}
applies_to: {{payer: {payer}}}
about: {{line.code: 92507}}
effective: {{from: 2026-01-01, through: 2026-12-31}}
extends: [mini/base]
"""
SEEN = """golden:
  - name: a speech-language pathologist
    policy: brought.yaml
    encounter: {encounter: A, payer: {id: brought}, patient: {id: P}, provider: {role: slp}, lines: [{line: 1, date: 2026-05-02, code: 92507}]}
    expect: {lines: {1: {flags: [spoken]}}}
"""


def written_base(folder: Path) -> tuple[Path, Path]:
    policies, golden = folder / "policies", folder / "seen.golden.yaml"
    policies.mkdir()
    (policies / "base.yaml").write_text(BASE)
    (policies / "kept.yaml").write_text(CARRIED.format(name="mini/kept", payer="kept"))
    (folder / "brought.yaml").write_text(CARRIED.format(name="mini/brought", payer="brought"))
    golden.write_text(SEEN)
    return policies, golden


def test_a_policy_that_a_case_brings_reaches_what_a_base_says_and_has_no_mutants_itself(tmp_path: Path) -> None:
    policies, golden = written_base(tmp_path)
    lab = Lab.open(policies, [golden], ())
    assert {one.policy for one in lab.mutants} >= {"mini/base", "mini/kept"}
    assert "mini/brought" not in {one.policy for one in lab.mutants}
    (left_out,) = [one for one in lab.mutants if one.name == "mini/base#by-speech: the rule left out"]
    assert lab.judge(left_out, suggest=False).end == CAUGHT


def test_cases_in_another_order_mean_the_same_where_they_cannot_both_speak(tmp_path: Path) -> None:
    policies, golden = written_base(tmp_path)
    report = run_mutants(policies, [golden], ["mini/base"], suggest=False)
    assert {one.policy for one in report.judged} == {"mini/base"}
    name = "derive/line.discipline/{} and derive/line.discipline/{} in the other order"
    ends = {one.name.rpartition(": ")[2]: one.end for one in report.judged}
    assert [ends[name.format(one, one + 1)] for one in (1, 2, 3)] == [SAME, SAME, CAUGHT]


def test_a_policy_that_a_case_brings_for_a_payer_that_has_one_is_left_out(tmp_path: Path) -> None:
    policies, golden = written_base(tmp_path)
    (tmp_path / "brought.yaml").write_text(CARRIED.format(name="mini/brought", payer="kept"))
    own = SEEN.partition("golden:\n")[2].replace("    policy: brought.yaml\n", "").replace("brought", "kept")
    golden.write_text(SEEN + own.replace("encounter: A", "encounter: B"))
    lab = Lab.open(policies, [golden], ["mini/base"])
    assert [lab.ground.cases[n].encounter.id for n in sorted(lab.ground.passing)] == ["B"]
