"""Every fact that was read on Medicare therapy, with its rule and its golden case; what is named is there.

`python -m tests.docs.test_medicare_coverage` writes docs/medicare_coverage.md anew from tests/docs/medicare_facts.yaml.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from payerrules.library.library import Library

ROOT = Path(__file__).parents[2]
FACTS = Path(__file__).with_name("medicare_facts.yaml")
PAGE = ROOT / "docs" / "medicare_coverage.md"
GOLDEN = ROOT / "tests" / "golden" / "medicare"
GRADES = {"P": "primary", "MAC": "contractor", "S": "secondary"}
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
COLUMNS = "| fact | source | grade | rule | golden cases |\n|---|---|---|---|---|\n"


@lru_cache(maxsize=1)
def told() -> dict[str, list[dict[str, Any]]]:
    with FACTS.open(encoding="utf-8") as file:
        return dict(yaml.load(file, Loader=yaml.BaseLoader))


@lru_cache(maxsize=1)
def names() -> dict[str, list[str]]:
    """The names of the cases of each golden file."""
    found = {}
    for path in GOLDEN.glob("*.golden.yaml"):
        with path.open(encoding="utf-8") as file:
            found[path.name.partition(".")[0]] = [
                case["name"] for case in yaml.load(file, Loader=yaml.BaseLoader)["golden"]
            ]
    return found


@lru_cache(maxsize=1)
def items() -> set[str]:
    """Everything of policies/medicare that has a name: rules, limits, parameters, tables, unit rules, sets, derived facts."""
    found = set()
    for path in (ROOT / "policies" / "medicare").glob("*.yaml"):
        with path.open(encoding="utf-8") as file:
            policy = yaml.load(file, Loader=yaml.BaseLoader)
        own = {rule["id"] for rule in policy.get("rules", ())}
        for section in ("limits", "parameters", "tables", "unit_rules", "value_sets", "derive"):
            own |= set(policy.get(section, {}))
        found |= {f"{policy['policy'].partition('/')[2]}#{name}" for name in own}
    return found


def cases(fact: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """The golden files a fact names, what their names hold, and the cases that have it."""
    named = [pair for one in fact.get("golden", ()) for pair in one.items()]
    return [(file, part, [name for name in names().get(file, ()) if part in name]) for file, part in named]


def row(fact: dict[str, Any]) -> str:
    """One row of the table."""
    held = "<br>".join(
        f"[{file}](../tests/golden/medicare/{file}.golden.yaml): {found[0]}"
        + (f" and {len(found) - 1} more" if found[1:] else "")
        for file, _, found in cases(fact)
    )
    why = fact.get("reason", "")
    last = "<br>".join(part for part in (held, f"*{why}*" if why else "", fact.get("note", "")) if part)
    rules = ", ".join(f"`{rule}`" for rule in fact.get("rules", ()))
    cells = [fact["fact"], *([fact["source"], GRADES[fact["grade"]]] if "grade" in fact else []), rules, last]
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |\n"


def made() -> str:
    """The page as it should be."""
    parts = []
    for number, title in SECTIONS.items():
        rows = [row(fact) for fact in told()["facts"] if fact["at"].partition(".")[0] == number]
        parts.append(f"## {number}. {title}\n{COLUMNS}{''.join(rows)}\n")
    parts.append(
        "## CPT 92507, line by line\n| line | rule | golden cases |\n|---|---|---|\n"
        + "".join(map(row, told()["lines"]))
    )
    return HEAD + "".join(parts)


ALL = [*told()["facts"], *told()["lines"]]


@pytest.mark.parametrize("fact", ALL, ids=[re.sub(r"\W+", "-", fact["fact"])[:60] for fact in ALL])
def test_every_rule_and_case_that_is_named_is_there(fact: dict[str, Any]) -> None:
    assert set(fact.get("rules", ())) - items() == set()
    assert [(file, part) for file, part, found in cases(fact) if not found] == []
    assert fact.get("golden") or fact.get("reason"), "a fact has a golden case, or a reason why none"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == made()


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
    PAGE.write_text(made(), encoding="utf-8")
