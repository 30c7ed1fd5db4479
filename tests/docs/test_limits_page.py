"""The page on limits: each example on it is a golden file, and its table is what the engine decided.

`python -m tests.docs.test_limits_page` writes the page anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from payerrules import Engine
from payerrules.golden.cases import GoldenCase, read_cases
from payerrules.golden.run import decided
from payerrules.language import grammar

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "limits.md"
EXAMPLES = ROOT / "tests" / "golden" / "limits"
ORDER = (
    "day", "week", "calendar_month", "calendar_year", "fiscal_year", "benefit_year", "rolling_days", "rolling_months",
    "blocks", "blocks_from_date", "since", "following", "authorization", "money", "hour_a_day", "pools", "known_use",
    "order", "children", "over_midnight", "reach_back",
)  # fmt: skip
MARK = "<!-- What follows is made from tests/golden/limits: python -m tests.docs.test_limits_page -->\n"


def example(name: str, engine: Engine) -> str:
    """One example: the sentence of a manual, the YAML, and what became of each claim."""
    policy = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    golden = EXAMPLES / f"{name}.golden.yaml"
    said = golden.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    body = "\n".join(re.split(r"^sources:\n  manual:.*\n", policy, flags=re.MULTILINE)[1:])
    title = yaml.safe_load(policy)["title"]
    cases, _ = read_cases(golden)
    rows = [row for case in cases for row in rows_of(case, engine)]
    head = "| claim | line | used before it | with it | outcome |\n|---|---|---|---|---|\n"
    link = f"tests/golden/limits/{name}.golden.yaml"
    return f"### {title}\n{said}\n```yaml\n{body}```\n{head}{''.join(rows)}\nHeld by [{link}](../{link}).\n"


def rows_of(case: GoldenCase, engine: Engine) -> list[str]:
    """The rows of one claim."""
    decision, _ = decided(case, engine)
    given = {line["line"]: line for line in case.encounter["lines"]}
    name, rows = case.name, []
    for line in decision["lines"]:
        limits = [limit for limit in decision["limits"] if limit["line"] == line["line"]]
        own = given[str(line["line"])]
        shown = " ".join(
            [
                own["date"],
                own["code"],
                *(f"{own[k]} {k if str(own[k]) != '1' else k[:-1]}" for k in ("units", "minutes") if k in own),
            ]
        )
        if "allowed" in own:
            shown += f" ${own['allowed']}"
        use = [[number(limit[key]) for limit in limits] or ["-"] for key in ("before", "after")]
        rows.append(f"| {name} | {shown} | {', '.join(use[0])} | {', '.join(use[1])} | {outcome(line)} |\n")
        name = ""
    return rows


def number(found: Any) -> str:
    """A number of a limit, or its bounds."""
    if isinstance(found, dict):
        most = found["at_most"]
        return f"{found['at_least']} or more" if most is None else f"{found['at_least']} to {most}"
    return str(found)


def outcome(line: dict[str, Any]) -> str:
    """What became of a line as it came, and what was missing."""
    verdict = line["as_submitted"]
    text = str(verdict["outcome"])
    if verdict["adjustments"]:
        text += " " + ", ".join(f"{a['group']} {a['carc']}" for a in verdict["adjustments"])
    if verdict.get("parts"):
        text += ": " + "; ".join(
            f"{part.get('amount') or str(part['units']) + ' units'} {part['outcome']}" for part in verdict["parts"]
        )
    return text + (f"; missing: {', '.join(line['needs'])}" if line["needs"] else "")


def made() -> str:
    """The page as it should be: what a person wrote above the mark, and the examples below it."""
    engine = Engine.open(runtime="reference", plugins=False)
    written = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return written + MARK + "\n" + "\n".join(example(name, engine) for name in ORDER)


def test_the_page_shows_what_the_engine_decides() -> None:
    assert PAGE.read_text(encoding="utf-8") == made()


def test_every_example_is_on_the_page() -> None:
    assert {path.name.partition(".")[0] for path in EXAMPLES.glob("*.yaml")} == set(ORDER)


def words_of(data: Any) -> set[str]:
    """Every key and word of the examples."""
    if isinstance(data, dict):
        return {str(key) for key in data} | {word for value in data.values() for word in words_of(value)}
    if isinstance(data, list):
        return {word for value in data for word in words_of(value)}
    return {str(data)}


def test_every_period_count_crossing_and_order_has_an_example() -> None:
    policies = [yaml.safe_load(path.read_text()) for path in EXAMPLES.glob("*.yaml") if ".golden" not in path.name]
    shown = {word for policy in policies for word in words_of(policy.get("limits", {}))}
    words = (
        *grammar.COUNTS, *grammar.PERIODS, *grammar.SPANS, *grammar.CROSSINGS, *grammar.ORDERS,
        *grammar.MONTH_ROUNDINGS,
    )  # fmt: skip
    assert set(words) - shown == set()


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
