"""Limits told to people: which services were counted, which were not and why, what is next and how much is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from payerrules.cli.main import app

CLAIM = """encounter: E-1
payer: {id: medicare, program: part_b}
patient: {id: P-1, birth_date: 1950-04-01}
provider: {role: slp}
documentation: {skilled: yes, medically_necessary: yes}
history:
  - {date: 2026-02-02, code: 92507, modifiers: [GN], allowed: 2400.00}
  - {date: 2026-02-03, code: 97110, modifiers: [GO], allowed: 90.00}
  - {date: 2026-02-04, code: 92507, modifiers: [GN], allowed: 74.00, outcome: deny}
lines:
  - {line: 1, date: 2026-05-11, code: 92507, modifiers: [GN], units: 1, allowed: 74.00}
  - {line: 2, date: 2026-05-12, code: 92507, modifiers: [GN, KX], units: 1, allowed: 74.00}
"""


@pytest.fixture
def claim(tmp_path: Path) -> str:
    path = tmp_path / "claim.yaml"
    path.write_text(CLAIM)
    return str(path)


def words(text: str) -> str:
    """The text of a table without its lines, in one row."""
    return re.sub(r"[\s│┃]+", " ", text)


def test_explain_lists_what_was_counted_and_what_was_not(claim: str) -> None:
    told = CliRunner().invoke(app, ["explain", claim, "--line", "2"]).stdout
    limit = told[told.index("Limit pt_slp_incurred") :]
    assert limit.startswith(
        "Limit pt_slp_incurred (Therapy expenses this year), 2026-01-01 to 2026-12-31, in USD: "
        "2474.00 used before, 74.00 by this line, 2548.00 after; 452.00 left up to 3000.00 (review).\n"
        "  counted: 2026-02-02 92507, 2400.00\n"
        "  counted: 2026-05-11 92507 (line 1), 74.00\n"
    )
    assert "  not counted: 2026-02-03 97110, another pool: line.kx_pool ot\n" in limit
    assert "  not counted: 2026-02-04 92507, denied\n" in limit


def test_the_table_of_limits_is_beside_the_table_of_lines(claim: str) -> None:
    plain = CliRunner().invoke(app, ["decide", claim]).stdout
    told = words(CliRunner().invoke(app, ["decide", claim, "--limits"]).stdout)
    assert "pt_slp_incurred" not in plain
    assert "2400.00 74.00 2474.00 6.00 left up to" in told
