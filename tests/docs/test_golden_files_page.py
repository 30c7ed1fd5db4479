"""The page on golden files: its blocks pass, and everything that a case may expect is on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from payerrules import Engine
from payerrules.golden.compare import CASE_FIELDS, LINE_FIELDS, SUFFIXES
from payerrules.golden.run import CaseResult, run_files

PAGE = Path(__file__).parents[2] / "docs" / "golden_files.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_cases_of_the_page_pass(number: int, tmp_path: Path) -> None:
    path = tmp_path / "page.golden.yaml"
    path.write_text(BLOCKS[number], encoding="utf-8")
    results = list(run_files([path], Engine.open(plugins=False)))
    assert [
        one.report() if isinstance(one, CaseResult) else one.text()
        for one in results
        if not getattr(one, "passed", False)
    ] == []
    assert results != []


@pytest.mark.parametrize("name", sorted({*LINE_FIELDS, *CASE_FIELDS, *SUFFIXES, "not_silent"}))
def test_what_a_case_may_expect_is_on_the_page(name: str) -> None:
    assert re.search(rf"(\b|`){re.escape(name)}", TEXT)
