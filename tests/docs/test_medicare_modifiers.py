"""The table of every modifier on a 92507 line: each row is decided, none is written by hand.

`python -m tests.docs.test_medicare_modifiers` writes docs/medicare_modifiers.md anew; read the difference, it is law.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from payerrules import Engine
from payerrules.formats.encounter_reader import encounter_from_dict

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "medicare_modifiers.md"
CATALOGUE = ROOT / "policies" / "codes" / "modifiers.yaml"
HEAD = """# Every modifier on a 92507 line, Medicare
What becomes of one line of 92507, billed by a speech-language pathologist in an office on 2026-05-11 below the threshold, history
known, with GN and one other modifier of the [catalogue](../policies/codes/modifiers.yaml). Each row is decided by the shipped policy;
`python -m tests.docs.test_medicare_modifiers` writes the page anew, and a test holds it current.

- “As billed” is what the payer does with the line as it came; “put right” is the line as it should be billed, and what becomes of it.
- Where a modifier is wrong but only the record can say what is right, nothing is taken off: the line stays returned, and a person is asked.
- A modifier without remark changes nothing here.

"""
COLUMNS = "| modifier | what it says | as billed | put right | remarks |\n|---|---|---|---|---|\n"


@lru_cache(maxsize=1)
def engine() -> Engine:
    return Engine.open(runtime="reference", plugins=False)


@lru_cache(maxsize=1)
def modifiers() -> dict[str, dict[str, Any]]:
    """The catalogue, codes as they are written."""
    with CATALOGUE.open(encoding="utf-8") as file:
        listed = yaml.load(file, Loader=yaml.BaseLoader)["codes"]
    return dict(listed)


def line_with(billed: list[str], of_line: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """What is decided of one line with these modifiers; `of_line` is added to the line, `more` to the encounter."""
    line = {"line": "1", "date": "2026-05-11", "code": "92507", "modifiers": billed, "units": "1", "allowed": "74.00"}
    encounter = {
        "encounter": "M-1",
        "payer": {"id": "medicare", "program": "part_b"},
        "patient": {"id": "P-1", "birth_date": "1959-02-01"},
        "provider": {"npi": "1999999984", "role": "slp"},
        "place_of_service": "11",
        "diagnoses": ["I69.320"],
        "documentation": {"medically_necessary": "yes", "skilled": "yes"},
        "history": [],
        "lines": [{**line, **(of_line or {})}],
        **more,
    }
    read = encounter_from_dict(encounter, engine().vocabulary)
    decided: dict[str, Any] = engine().decide(read).to_dict()["lines"][0]
    return decided


def verdict(told: dict[str, Any]) -> str:
    """An outcome with its group code, CARC and RARC."""
    codes = "; ".join(f"{a['group']} {' '.join([a['carc'], *a['rarc']])}" for a in told["adjustments"])
    return f"{told['outcome']}: {codes}" if codes else str(told["outcome"])


def row(code: str) -> str:
    """One row of the table."""
    line = line_with([code] if code == "GN" else ["GN", code])
    asked = [action["say"] for action in line["actions"]]
    flags = [f"`{flag}`" for flag in line["flags"]]
    remarks = "; ".join([*flags, *asked, *(["needs " + ", ".join(line["needs"])] if line["needs"] else [])])
    right = f"{line['billed_as']}, {verdict(line['as_corrected'])}"
    return f"| {code} | {modifiers()[code]['label']} | {verdict(line['as_submitted'])} | {right} | {remarks} |\n"


def made() -> str:
    """The page as it should be, by kinds of modifiers."""
    kinds: dict[str, list[str]] = {}
    for code, entry in modifiers().items():
        kinds.setdefault(entry["kind"], []).append(code)
    parts = [
        f"## {kind.replace('_', ' ').capitalize()}\n{COLUMNS}{''.join(map(row, codes))}"
        for kind, codes in kinds.items()
    ]
    return HEAD + "\n".join(parts)


def test_the_page_shows_what_the_policy_decides() -> None:
    assert PAGE.read_text(encoding="utf-8") == made()


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
