"""The tutorial does what it says: its files are written, its edits made, its commands run, and their output is the page's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_commands_of_the_tutorial_print_what_it_shows(tmp_path: Path) -> None:
    ran = 0
    for kind, name, body in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        path = tmp_path / name
        match kind:
            case "yaml" | "json":
                path.parent.mkdir(exist_ok=True)
                path.write_text(body, encoding="utf-8")
            case "append":
                path.write_text(path.read_text(encoding="utf-8") + body, encoding="utf-8")
            case "edit":
                old, new = (part.strip() for part in body.split("->"))
                text = path.read_text(encoding="utf-8")
                assert old in text
                path.write_text(text.replace(old, new), encoding="utf-8")
            case _:
                for command, shown in re.findall(r"^\$ payerrules (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
                    ran += 1
                    assert output(command.split(), tmp_path) == shown
    assert ran == 6


def output(arguments: list[str], folder: Path) -> str:
    """What a command prints, both streams together as a person sees them."""
    done = subprocess.run(
        [sys.executable, "-m", "payerrules", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout
