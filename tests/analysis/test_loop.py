"""Try shows what a save changes; test --changed runs what a change can touch; JUnit tells each case."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from payerrules.analysis.trying import Trial, what_changed
from payerrules.cli.main import app
from payerrules.cli.trying import follow, saves, shown
from payerrules.decide.engine import Engine
from tests.analysis.small import POLICY, write
from tests.analysis.test_counterfactual import encounter

run = CliRunner().invoke


def test_a_save_that_changes_a_decision_is_shown(tmp_path: Path) -> None:
    policy, claim = encounter(tmp_path, "usual")
    trial = Trial(Engine.open(None, "reference", plugins=False), policy, [claim])
    first = trial.attempt()
    policy.write_text(POLICY.replace("below: 18", "below: 99"))
    second = trial.attempt()
    assert [line.startswith("E, line 1: as submitted pay -> deny") for line in what_changed(first, second)] == [True]
    assert what_changed(second, second) == []


def test_a_save_with_an_error_keeps_the_last_decisions_and_says_what_is_wrong(tmp_path: Path) -> None:
    policy, claim = encounter(tmp_path, "usual")
    trial = Trial(Engine.open(None, "reference", plugins=False), policy, [claim])
    first = shown(trial.attempt(), None)

    def broken_then_mended() -> Iterator[object]:
        policy.write_text(POLICY.replace("when: {patient.age", "wehn: {patient.age"))
        assert not trial.attempt().usable
        yield 1
        policy.write_text(POLICY.replace("below: 18", "below: 99"))
        yield 2

    last = follow(trial, first, broken_then_mended())
    assert last.decisions[0].lines[0].as_submitted.outcome == "deny"


def test_a_file_that_is_gone_for_a_moment_is_said_to_be(tmp_path: Path) -> None:
    policy, claim = encounter(tmp_path, "usual")
    trial = Trial(Engine.open(None, "reference", plugins=False), policy, [claim])
    policy.unlink()
    gone = trial.attempt()
    assert ([one.code for one in gone.found], gone.usable) == (["file-unreadable"], False)


def test_saving_the_file_is_noticed(tmp_path: Path) -> None:
    policy, _ = encounter(tmp_path, "usual")
    other = tmp_path / "other.yaml"
    watched = iter(saves([policy]))

    def save() -> None:
        for _ in range(50):
            time.sleep(0.1)
            other.write_text("x: 1\n")
            policy.write_text(POLICY)

    thread = threading.Thread(target=save, daemon=True)
    thread.start()
    changes = next(watched)
    assert {Path(name).name for _, name in changes} == {policy.name}  # type: ignore[attr-defined]


def test_the_command_checks_and_decides_once(tmp_path: Path) -> None:
    policy, claim = encounter(tmp_path, "no modifier")
    done = run(app, ["try", str(policy), str(claim)])
    assert (done.exit_code, "CO 4" in done.stdout) == (0, True), done.output
    policy.write_text("policy: x\n")
    assert run(app, ["try", str(policy), str(claim)]).exit_code == 1
    assert run(app, ["try", str(tmp_path / "nowhere"), str(claim)]).exit_code == 2


OTHER = """\
golden:
  - name: another payer
    encounter:
      encounter: O
      payer: {id: medicare, program: part_b}
      patient: {id: P-1}
      lines: [{line: 1, date: 2026-03-02, code: 99999}]
    expect: {outcome: pend}
"""


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


def test_changed_runs_the_cases_that_a_change_can_touch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy, cases = write(tmp_path / "p")
    (tmp_path / "p" / "other.golden.yaml").write_text(OTHER)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "all")
    monkeypatch.chdir(tmp_path)
    call = ["test", "p", "--changed", "--policies", str(policy)]
    assert run(app, call).stdout == "0 passed, 0 failed\n"
    text = cases.read_text()
    cases.write_text(text + "\n")
    assert run(app, call).stdout == "22 passed, 0 failed\n"
    cases.write_text(text)
    policy.write_text(POLICY.replace("below: 18", "below: 19"))
    changed = run(app, call)
    assert changed.stdout == "21 passed, 1 failed\n"
    assert run(app, [*call, "--since", "nothing"]).exit_code == 2


def test_junit_has_a_suite_a_file_and_a_failure_a_case_that_differs(tmp_path: Path) -> None:
    policy, cases = write(tmp_path, POLICY.replace("below: 18", "below: 19"))
    report = tmp_path / "junit.xml"
    done = run(app, ["test", str(cases), "--policies", str(policy), "--junit", str(report)])
    assert done.exit_code == 1
    root = ElementTree.parse(report).getroot()
    suite = next(one for one in root if one.get("name") == str(cases))
    assert (suite.get("tests"), suite.get("failures")) == ("22", "1")
    failed = next(case for case in suite if case.find("failure") is not None)
    assert failed.get("name") == "eighteen today"
    assert "as_submitted" in (failed.find("failure").get("message") or "")  # type: ignore[union-attr]
