"""Every fact that was read on Medicare therapy, with its rule and its golden case; what is named is there.

`python -m tests.docs.test_medicare_coverage` writes docs/medicare_coverage.md anew from tests/docs/medicare_facts.yaml.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from payerrules.library.library import Library
from tests.docs.coverage import ROOT, Coverage, ids

SECTIONS = {
    "1": "Thresholds and review", "2": "Discipline modifiers", "3": "Codes and units", "4": "Pair edits", "5": "Prices",
    "6": "Modifiers and telehealth", "7": "Plan of care and record", "8": "Denials", "9": "Diagnoses",
}  # fmt: skip
HEAD = """# What was read on Medicare therapy, and where it is held
Every fact of a primary source, a contractor or a secondary source that the policy rests on, with its grade, the rule that has it and
the golden cases that hold it, or the reason why no case can. Facts that are only inferred or unverified are not listed: their rules say
so in their sources, and none of them denies. `python -m tests.docs.test_medicare_coverage` writes this page from
[its data](../tests/docs/medicare_facts.yaml); a test holds it current, and that every rule and case it names is there.

"""
PAGE = Coverage(
    facts=ROOT / "tests" / "docs" / "medicare_facts.yaml",
    page=ROOT / "docs" / "medicare_coverage.md",
    golden=ROOT / "tests" / "golden" / "medicare",
    folders=("medicare",),
    family="medicare/",
    head=HEAD,
    sections=SECTIONS,
)


@pytest.mark.parametrize("fact", PAGE.all, ids=ids(PAGE))
def test_every_rule_and_case_that_is_named_is_there(fact: dict[str, Any]) -> None:
    PAGE.check(fact)


def test_the_page_is_current() -> None:
    assert PAGE.page.read_text(encoding="utf-8") == PAGE.made()


def test_no_denial_of_medicare_names_the_group_code_of_payers() -> None:
    library = Library.open([ROOT / "policies"])[0]
    texts = [
        Path(text.path).read_text(encoding="utf-8")
        for name in library.shelf
        if name.startswith("medicare/")
        for text in library.shelf[name]
    ]
    assert texts and not any("group: PI" in text for text in texts)


if __name__ == "__main__":
    PAGE.write()
