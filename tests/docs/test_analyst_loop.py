"""The page on the analyst's loop does what it says: its files are written, its commands run, and their output is the page's."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.test_tutorial import output

PAGE = Path(__file__).parents[2] / "docs" / "analyst_loop.md"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?(?: to=(\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_commands_of_the_analysts_loop_print_what_the_page_shows(tmp_path: Path) -> None:
    ran = []
    for kind, name, to, body in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "yaml" and name:
            (tmp_path / name).write_text(body, encoding="utf-8")
        elif kind == "edit":
            old, new = (part.strip() for part in body.split("->"))
            text = (tmp_path / name).read_text(encoding="utf-8")
            assert old in text
            (tmp_path / to).write_text(text.replace(old, new), encoding="utf-8")
        elif kind == "console":
            command, shown = re.fullmatch(r"\$ payerrules (.*)\n((?:.*\n)*)", body).groups()  # type: ignore[union-attr]
            ran.append(command.split()[0])
            assert output(command.split(), tmp_path) == shown
    assert ran == ["try", "explain", "test", "exercise", "mutants", "diff", "impact"]
