"""The page on imports does what it says: an imported file takes the place of the table that ships, by the block of the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from payerrules import Engine
from payerrules.cli.main import app
from payerrules.formats.encounter_reader import encounter_from_dict
from tests.imports.published import PTP, pair, zipped

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "imports.md"
HEAD = """policy: example/whole-file
edition: 2026.1
title: Medicare with the whole file of the quarter
applies_to: {payer: medicare, program: part_b}
about: {line.code: {in: codes_spoken_of}}
effective: {from: 2026-07-01, through: 2026-09-30}
published: 2026-07-01
sources:
  ncci-2026q3: {title: "NCCI edits of the third quarter of 2026, made up", url: "https://example.org/manual", status: primary, checked: 2026-07-01}
"""


def lines(*codes: str) -> list[dict[str, Any]]:
    return [
        {"line": str(n), "date": "2026-08-11", "code": c, "modifiers": ["GN"], "units": "1", "allowed": "50.00"}
        for n, c in enumerate(codes, 1)
    ]


def decided(engine: Engine, *codes: str) -> list[dict[str, Any]]:
    """The lines of a claim with these codes."""
    encounter = {
        "encounter": "E-1", "payer": {"id": "medicare", "program": "part_b"}, "patient": {"id": "P-1"}, "history": [],
        "provider": {"npi": "1999999984", "role": "slp"}, "place_of_service": "11", "diagnoses": ["I69.320"], "lines": lines(*codes),
    }  # fmt: skip
    found: list[dict[str, Any]] = engine.decide(encounter_from_dict(encounter, engine.vocabulary)).to_dict()["lines"]
    return found


def own_policy(folder: Path, text: str) -> Engine:
    """The shipped policies with one more, beside its imported tables."""
    path = folder / "mine.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    made = Engine.open(runtime="reference", plugins=False).with_policy(path)
    assert [one.text() for one in made.diagnostics if one.at and one.at.file.endswith("mine.yaml")] == []
    return made


def test_the_imported_pairs_take_the_place_of_those_that_ship(tmp_path: Path) -> None:
    file = zipped(
        tmp_path / "ccipra-v322r0-f1.zip",
        {"ccipra-v322r0-f1.txt": PTP + pair("92507", "92526", "20260701", indicator="0")},
    )
    done = CliRunner().invoke(app, ["import", "ncci", str(file), "--data", str(tmp_path / "data")])
    assert done.exit_code == 0, done.output
    block = next(
        b for b in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL) if "extends:" in b
    )
    engine = own_policy(tmp_path, block)
    new = decided(engine, "92507", "92526")[1]["as_submitted"]
    assert (new["outcome"], new["adjustments"][0]["carc"]) == ("deny", "236")
    gone = decided(engine, "92507", "97129")[1]
    assert gone["as_submitted"]["outcome"] == "pay", "a pair that the new file does not have is none"
    assert "pair_edit_of_another_quarter" not in gone["flags"]
    shipped = Engine.open(runtime="reference", plugins=False)
    assert [line["as_submitted"]["outcome"] for line in decided(shipped, "92507", "92526")] == ["pay", "pay"]


def test_a_file_alone_is_replaced_from_beside_the_policy_that_says_so(tmp_path: Path) -> None:
    shipped = (ROOT / "policies/medicare/tables/relative_values.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "data").mkdir()
    rows = [re.sub(r",rvu-[\w-]+$", "", row) for row in shipped[1:]]
    table = "\n".join([shipped[0].removesuffix(",source"), *rows]).replace("92507,A,5,1.30", "92507,A,5,2.60")
    (tmp_path / "data" / "mine.csv").write_text(table + "\n", encoding="utf-8")
    text = "extends: [medicare/outpatient-therapy]\nchanges:\n"
    text += "  - {replace: tables.relative_values.from, with: data/mine.csv, because: A trial, source: ncci-2026q3}\n"
    engine = own_policy(tmp_path, text)
    priced = {"encounter": "E-2", "payer": {"id": "medicare", "program": "part_b"}, "patient": {"id": "P-1"}, "history": [],
              "provider": {"npi": "1999999984", "role": "slp"}, "place_of_service": "11", "locality": "1520200", "diagnoses": ["I69.320"],
              "lines": [{"line": "1", "date": "2026-08-11", "code": "92507", "modifiers": ["GN"], "units": "1", "charge": "200.00"}]}  # fmt: skip
    amounts = [
        one.decide(encounter_from_dict(priced, one.vocabulary)).to_dict()["lines"][0]["allowed"]
        for one in (Engine.open(runtime="reference", plugins=False), engine)
    ]
    assert float(amounts[1]) - float(amounts[0]) > 40, amounts


def test_the_block_on_coverage_articles_is_that_of_the_golden_policy() -> None:
    page = (ROOT / "docs" / "coverage_articles.md").read_text(encoding="utf-8")
    policy = (ROOT / "tests/golden/medicare/coverage_article.yaml").read_text(encoding="utf-8")
    block = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    first, rest = block.split("\n", 1)
    assert first in policy and rest in policy
