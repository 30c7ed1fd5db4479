"""The page on plugins does what it says: the package is made, built, installed apart, tested, and used."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from payerrules.cli.main import app

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
OTHERS = ",".join(sorted({p.name for p in metadata.entry_points(group="payerrules")}))


def test_the_commands_of_the_page_print_what_it_shows(tmp_path: Path) -> None:
    ran = []
    for kind, name, body in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "json":
            (tmp_path / name).write_text(body, encoding="utf-8")
            continue
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
            ran.append(command.split()[0])
            assert told(command.split(), tmp_path) == shown, command
    assert ran == ["payerrules", "pip", "payerrules", "pytest", "payerrules", "payerrules"]


def told(command: list[str], folder: Path) -> str:
    """What a command prints in a folder, where packages are installed beside those of the environment."""
    there = folder / "installed"
    environment = {
        **os.environ,
        "COLUMNS": "80",
        "PYTHONPATH": os.pathsep.join([str(there), *(path for path in sys.path if path)]),
        "PIP_TARGET": str(there),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this as: none; hatchling is here
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PAYERRULES_WITHOUT_PLUGINS": OTHERS,
    }
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    lines = [line for line in done.stdout.splitlines(keepends=True) if not without_place(line)]
    return "".join(lines)


def without_place(line: str) -> bool:
    """Whether a line is about this environment: others switched off, warnings of pip, how long tests took."""
    off = any(line == f"-  {name}: switched off\n" for name in OTHERS.split(","))
    return off or line.startswith(("WARNING:", "[notice]")) or bool(re.match(r"\d+ passed in ", line))


def test_a_payer_in_yaml_passes_as_it_is_made(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["new", "payer", "my_plan", "--into", str(tmp_path)]).exit_code == 0
    made = str(tmp_path / "my_plan")
    checked = run(app, ["check", made])
    assert (checked.exit_code, checked.stdout) == (0, "0 errors, 0 warnings\n"), checked.output
    tested = run(app, ["test", made, "--policies", made])
    assert (tested.exit_code, tested.stdout) == (0, "2 passed, 0 failed\n"), tested.output


@pytest.mark.parametrize(
    ("arguments", "folder", "applies_to"),
    [
        (
            ["medicaid", "--extends", "medicaid/epsdt-base", "--state", "wa", "--program", "ffs"],
            "medicaid_wa",
            "{payer: medicaid, state: WA, program: ffs}",
        ),
        (
            ["my_plan", "--extends", "medicaid/tx/therapy", "--program", "mco"],
            "my_plan",
            "{payer: medicaid, state: TX, program: mco, plan: my_plan}",
        ),
        (["my_plan", "--extends", "commercial/essential-benefits"], "my_plan", "{payer: my_plan}"),
        (
            ["my_plan", "--extends", "commercial/fep/therapy"],
            "my_plan",
            "{payer: fep, program: commercial, plan: my_plan}",
        ),
    ],
)
def test_a_payer_over_another_passes_as_it_is_made(
    arguments: list[str], folder: str, applies_to: str, tmp_path: Path
) -> None:
    run = CliRunner().invoke
    assert run(app, ["new", "payer", *arguments, "--into", str(tmp_path)]).exit_code == 0
    made = str(tmp_path / folder)
    assert f"applies_to: {applies_to} #" in (tmp_path / folder / "speech.yaml").read_text()
    checked = run(app, ["check", made])
    assert (checked.exit_code, checked.stdout) == (0, "0 errors, 0 warnings\n"), checked.output
    tested = run(app, ["test", made, "--policies", made])
    assert (tested.exit_code, tested.stdout) == (0, "3 passed, 0 failed\n"), tested.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["My Plan"], "write small letters, digits and _"),
        (["line"], "cannot be a payer's id"),
        (["acme", "--into", "nowhere"], "there is no such folder"),
        (["acme"], "is there already"),
        (["mine", "--extends", "medicaid/zz"], "there is no such policy. Did you mean `medicaid/tx/therapy`?"),
        (
            ["mine", "--extends", "medicaid/il/therapy"],
            "for more than one program (ffs, mco); say which with --program",
        ),
        (["mine", "--extends", "medicaid/tx/therapy", "--plugin"], "--extends does not go with --plugin"),
        (["mine", "--state", "WA"], "--program and --state go with --extends"),
    ],
)
def test_a_careless_call_is_told_what_to_do(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme").mkdir()
    done = CliRunner().invoke(app, ["new", "payer", *arguments])
    assert (done.exit_code, said in done.stderr) == (2, True), done.output
