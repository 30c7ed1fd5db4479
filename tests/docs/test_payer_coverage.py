"""Every fact that was read on Medicaid, commercial plans and coordination, with its rule and its golden case, or why not.

`python -m tests.docs.test_payer_coverage` writes docs/payers/coverage.md anew from tests/docs/payer_facts.yaml.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.docs.coverage import ROOT, Coverage, ids

HEAD = """# What was read on Medicaid, commercial plans and coordination, and where it is held
Every fact of a primary or a secondary source, with its grade, the rule that has it and the golden cases that hold it, or the reason why
not. Facts that are only inferred or unverified are not listed: their rules say so in their sources, and none of them denies alone. What
was followed where sources differ: [states](medicaid.md), [plans](commercial.md). `python -m tests.docs.test_payer_coverage` writes this
page from [its data](../../tests/docs/payer_facts.yaml); a test holds it current, and that every rule and case it names is there.

"""
PAGE = Coverage(
    facts=ROOT / "tests" / "docs" / "payer_facts.yaml",
    page=ROOT / "docs" / "payers" / "coverage.md",
    golden=ROOT / "tests" / "golden",
    folders=("medicaid", "commercial", "common", "codes"),
    family="",
    head=HEAD,
    sections={
        "M": "Medicaid as a whole",
        "T": "Modifiers of payers",
        "TX": "Texas",
        "OR": "Oregon",
        "NC": "North Carolina",
        "OH": "Ohio",
        "IL": "Illinois",
        "Z": "States without a policy here",
        "K": "Schools",
        "E": "Essential health benefits",
        "B": "Benchmarks and plan documents",
        "P": "Practice of payers",
        "A": "Parity and autism",
        "C": "Coordination of benefits",
    },
)


@pytest.mark.parametrize("fact", PAGE.all, ids=ids(PAGE))
def test_every_rule_and_case_that_is_named_is_there(fact: dict[str, Any]) -> None:
    PAGE.check(fact)


def test_every_section_has_a_fact_and_every_fact_a_grade_and_a_source() -> None:
    assert {fact["at"] for fact in PAGE.all} == set(PAGE.sections)
    assert [fact["fact"] for fact in PAGE.all if fact["grade"] not in ("P", "S") or not fact["source"]] == []


def test_the_page_is_current() -> None:
    assert PAGE.page.read_text(encoding="utf-8") == PAGE.made()


if __name__ == "__main__":
    PAGE.write()
