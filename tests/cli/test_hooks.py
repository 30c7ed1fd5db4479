"""The pre-commit hooks and the example workflow run commands that are there, with options they have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
import yaml

from payerrules.cli.main import app

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
WORKFLOW = (ROOT / "examples" / "github" / "policies.yaml").read_text(encoding="utf-8")
COMMANDS = [hook["entry"] for hook in HOOKS] + re.findall(r"run: (payerrules .*)", WORKFLOW)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_is_there_with_its_options(line: str) -> None:
    _, name, *words = line.split()
    command = typer.main.get_group(app).commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_hooks_are_two_and_the_workflow_runs_both_and_shows_the_findings() -> None:
    assert [hook["id"] for hook in HOOKS] == ["payerrules-check", "payerrules-test"]
    jobs = yaml.safe_load(WORKFLOW)["jobs"]["policies"]["steps"]
    used = [step.get("uses", step.get("run", "")) for step in jobs]
    assert any("upload-sarif" in step for step in used)
    assert {step.split()[1] for step in used if step.startswith("payerrules ")} == {"check", "test"}


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("policies/medicare/outpatient_therapy.yaml", True),
        ("policies/codes/modifiers.yaml", False),
        ("policies/vocabulary.yaml", False),
        ("tests/golden/medicare/kx.golden.yaml", False),
    ],
)
def test_the_check_hook_takes_policies_and_nothing_else(path: str, taken: bool) -> None:
    hook = HOOKS[0]
    assert bool(re.search(hook["files"], path) and not re.search(hook["exclude"], path)) is taken
