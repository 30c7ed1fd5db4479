"""The page on Medicare: its tables come from the policy and from what it decides.

`python -m tests.docs.test_medicare_page` writes the tables of docs/medicare.md anew.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from tests.docs.test_medicare_modifiers import line_with, verdict

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "medicare.md"
BLOCK = re.compile(r"(<!-- made: (\w+) -->\n)(.*?)(<!-- end -->\n)", re.DOTALL)
ABOVE = {"counters": [{"limit": "pt_slp_incurred", "used": "2450.00"}]}
LIABILITY = ("KX", "GA", "GX", "GY", "GZ")
INSTITUTIONAL = {"revenue_code": "0440"}
SIGNED = {"documentation": {"medically_necessary": "yes", "skilled": "yes", "abn": "yes"}}


@lru_cache(maxsize=1)
def policy() -> dict[str, Any]:
    with (ROOT / "policies/medicare/outpatient_therapy.yaml").open(encoding="utf-8") as file:
        return dict(yaml.load(file, Loader=yaml.BaseLoader))


def thresholds() -> str:
    """The amounts by year, with the source of each and how sure it is."""
    rows = policy()["parameters"]["kx_threshold"]["values"]
    years = {row["from"][:4]: {} for row in rows}
    for row in rows:
        years[row["from"][:4]][row["line.kx_pool"]] = row
    out = "| year | PT and SLP together | OT | source | status |\n|---|---|---|---|---|\n"
    for year, pools in years.items():
        source = policy()["sources"][pools["pt_slp"]["source"]]
        amounts = [f"${float(pools[pool]['value']):,.2f}" for pool in ("pt_slp", "ot")]
        out += f"| {year} | {amounts[0]} | {amounts[1]} | {source['title']} | {source['status']} |\n"
    return out


def telehealth() -> str:
    """The days on which therapists were telehealth practitioners."""
    words = {"before": "denied, CO 96 N776", "open": "open", "disputed": "flagged `telehealth_lapse`, not denied"}
    out = "| from | through | a line with 95, 93 or GT |\n|---|---|---|\n"
    for row in policy()["parameters"]["slp_telehealth"]["values"]:
        out += f"| {row['from']} | {row['through']} | {words[row['value']]} |\n"
    return out


def liability() -> str:
    """Each liability modifier and each pair of them, below and above the threshold, without a notice on file and with one."""
    rows: list[tuple[str, list[str], dict[str, Any]]] = [("nothing", [], {})]
    rows += [(one, [one], {}) for one in LIABILITY]
    rows.insert(3, ("GA, institutional claim", ["GA"], INSTITUTIONAL))
    rows += [(" ".join(pair), list(pair), {}) for pair in combinations(LIABILITY, 2)]
    out = "| beside GN | below the threshold | crossing it | crossing it, notice on file | who owes then |\n|---|---|---|---|---|\n"
    for name, extra, claim in rows:
        lines = [line_with(["GN", *extra], claim, **more) for more in ({}, ABOVE, {**ABOVE, **SIGNED})]
        told = [verdict(line["as_submitted"]) for line in lines]
        owes = lines[2]["as_submitted"].get("liability") or "nobody, it pays"
        out += f"| {name} | {' | '.join(told)} | {owes} |\n"
    return out


MADE = {"thresholds": thresholds, "telehealth": telehealth, "liability": liability}


def made() -> str:
    """The page as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    return BLOCK.sub(lambda found: found[1] + MADE[found[2]]() + found[4], text)


def test_the_tables_are_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {found[1] for found in BLOCK.findall(text)} == set(MADE)
    assert text == made()


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
