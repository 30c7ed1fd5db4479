"""The commands of docs/show.md, as they stand there, and what they give."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from payerrules.cli.main import app

PAGE = (Path(__file__).parents[2] / "docs" / "show.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\| `payerrules (show [^`]+)` \|", PAGE, re.MULTILINE)
BEGINS = {"html": "<!doctype html>", "flowchart": "<svg ", "mermaid": "---\ntitle: ", "page": "# "}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_gives_what_the_page_says(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = shlex.split(command)
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    form = arguments[arguments.index("--as") + 1] if "--as" in arguments else "page"
    text = Path(arguments[-1]).read_text(encoding="utf-8") if "--out" in arguments else done.stdout
    assert text.startswith(BEGINS[form])


def test_every_form_is_on_the_page() -> None:
    assert {word for command in COMMANDS for word in command.split()} >= {
        "html",
        "flowchart",
        "mermaid",
        "--rule",
        "--as-of",
    }


def test_the_rule_that_is_quoted_reads_so() -> None:
    quoted = " ".join(line.removeprefix("> ") for line in PAGE.splitlines() if line.startswith("> "))
    shown = CliRunner().invoke(app, ["show", "medicare/outpatient-therapy"]).stdout
    assert quoted in " ".join(shown.split())
