"""The page on the ledger does what it says: its files are written, its commands run, and their output is the page's.

`python -m tests.docs.test_ledger_page --record` writes the outputs anew.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner

from payerrules.cli import common
from payerrules.cli.main import app
from tests.docs.test_tutorial import BLOCK

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"
COMMAND = re.compile(r"^\$ payerrules (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def output(arguments: list[str]) -> str:
    """What a command prints, both streams together as a person sees them; all commands run in this process, which starts once."""
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"}).output


def ran(folder: Path) -> list[tuple[str, str, str]]:
    """Every command of the page, what the page shows, and what it prints."""
    opened = functools.cache(common.opened)  # the commands open the same engine: here once
    with (
        contextlib.chdir(folder),
        patch("payerrules.cli.main.opened", opened),
        patch("payerrules.cli.ledger.opened", opened),
    ):
        return commands(folder)


def commands(folder: Path) -> list[tuple[str, str, str]]:
    """The same, in the folder."""
    found = []
    for kind, name, body in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "yaml":
            (folder / name).write_text(body, encoding="utf-8")
        elif kind == "console":
            found += [(command, shown, output(command.split())) for command, shown in COMMAND.findall(body)]
    return [
        (command, shown, "".join(f"{line.rstrip()}\n" for line in got.splitlines())) for command, shown, got in found
    ]


def test_the_commands_of_the_page_print_what_it_shows(tmp_path: Path) -> None:
    found = ran(tmp_path)
    assert [shown for _, shown, _ in found] == [got for _, _, got in found]
    assert len(found) == 8


if __name__ == "__main__" and "--record" in sys.argv:
    with tempfile.TemporaryDirectory() as place:
        text, start = PAGE.read_text(encoding="utf-8"), 0
        for command, shown, got in ran(Path(place)):
            start = text.index(f"$ payerrules {command}\n{shown}", start) + len(f"$ payerrules {command}\n")
            text = text[:start] + got + text[start + len(shown) :]
        PAGE.write_text(text, encoding="utf-8")
