"""The published example claims of X12, where they stand beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from payerrules.model.diagnostic import Severity
from tests.formats.x12_files import ROOT, read

SAMPLES = sorted((ROOT.parent / "shared/data/edi").glob("**/*.837"))
needs_samples = pytest.mark.skipif(not SAMPLES, reason="the published example files are not beside the project")


@needs_samples
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_each_published_example_is_read_or_says_exactly_why_not(path: Path):
    claims, problems = read(path.read_bytes())
    assert claims
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    for claim in claims:
        errors = [problem for problem in claim.problems if problem.severity is Severity.ERROR]
        assert claim.readable or errors
        assert all(problem.segment and problem.segment_id and problem.claim for problem in errors)


@needs_samples
def test_only_the_examples_with_another_separator_than_their_header_are_not_read():
    unread = {}
    for path in SAMPLES:
        for claim in read(path.read_bytes())[0]:
            if not claim.readable:
                unread[path.name] = [problem.code for problem in claim.problems]
    expected = {path.name for path in SAMPLES if "HC>" in path.read_text()}
    assert unread == {name: ["x12-component-separator"] for name in expected}
