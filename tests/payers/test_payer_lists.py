"""A plugin's list of payers may add payers and roles and change none; one that is broken is named, and nothing else fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from payerrules import Encounter, Engine
from payerrules.cli.main import app
from payerrules.formats.payer_lists import PAYERS_FILE, payer_directory
from payerrules.payers.manager import WITHOUT
from tests.payers.made import CLAIM, INSTALLED, Install, engine_of

ROOT = Path(__file__).parents[2]
KNOWN = ROOT / "examples" / "claims" / "speech_clinic.837"
"""Claims of payers that the list that ships knows."""
UNKNOWN = ROOT / "tests" / "formats" / "x12" / "siblings.837"
"""Claims of a payer that it does not know."""
OWN = """
payers:
  - {when: {payer_id: OURS}, payer: {id: ours, program: commercial}}
  - {when: {filing: MC}, payer: {id: medicaid, state: from_claim}}
  - {when: {filing: CI}, payer: {program: commercial}}
taxonomies:
  - {taxonomy: "235Z", role: slp}
"""
CASES = yaml.safe_load((Path(__file__).parent / "payer_lists.yaml").read_text(encoding="utf-8"))


def listed(folder: Path, text: str) -> Path:
    path = folder / PAYERS_FILE
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_plugins_add(tmp_path: Path, case: dict[str, Any]) -> None:
    own = listed(tmp_path / "own", OWN)
    plugins = {name: [listed(tmp_path / name, text)] for name, text in case["plugins"].items()}
    found, alone = payer_directory([own], plugins), payer_directory([own])
    assert [one.message for one in found.wrong] == case.get("wrong", [])
    for said, expected in (case.get("payers") or {}).items():
        assert found.payer(*said.split("/")) == expected
    for said in case.get("unchanged", ["OURS/CI/", "X/MC/TX", "Y/CI/"]):
        assert found.payer(*said.split("/")) == alone.payer(*said.split("/"))
    for taxonomy, role in {"235Z00000X": "slp", **(case.get("roles") or {})}.items():
        assert found.role(taxonomy) == role


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return listed(tmp_path / "brought", "payers:\n  - {when: {payer: OURS}, payer: {id: ours}}\n")


def outcomes(engine: Engine, path: Path) -> list[tuple[str, bool]]:
    """Outcomes of a file, and whether the plugin is named."""
    made = [engine.decide(one) for one in engine.read(path) if isinstance(one, Encounter)]
    return [(one.outcome, "the plugin one" in str(one.lines[0].needs)) for one in made]


def test_claims_of_837p_files_pend_for_a_broken_list_and_all_others_are_decided(tmp_path: Path, broken: Path) -> None:
    engine = engine_of(policies=lambda: [broken])
    assert [(one.code, one.at and (one.at.line, one.at.column)) for one in engine.diagnostics] == [
        ("payers-unusable", (2, 5))
    ]
    for path in (KNOWN, UNKNOWN):
        assert set(outcomes(engine, path)) == {("pend", True)}
    claim = tmp_path / "claim.json"
    claim.write_text(json.dumps(CLAIM))
    assert outcomes(engine, claim) == [("pay", False)]


def test_a_list_of_one_s_own_that_is_broken_is_named_too(broken: Path) -> None:
    done = CliRunner().invoke(
        app, ["decide", str(KNOWN), "--policies", str(broken), "--format", "json"], env={"COLUMNS": "200"}
    )
    assert f"{broken / PAYERS_FILE}:2:5: error[payers-unusable]: payers, entry 1: `payer` is nothing" in done.stderr
    outcomes = {one["outcome"] for one in json.loads(done.stdout)}
    assert (done.exit_code, outcomes) == (0, {"pend"}), done.output
    assert "lists of payers that can be used: payers, entry 1" in done.stdout


def test_the_commands_name_a_broken_list_of_an_installed_plugin(install: Install, broken: Path) -> None:
    install("made", f"@hookimpl\ndef payerrules_policies():\n    return [{str(broken)!r}]")
    environment = {WITHOUT: ",".join(INSTALLED), "COLUMNS": "200"}
    done = CliRunner().invoke(app, ["plugins"], env=environment)
    assert (done.exit_code, "the plugin made: payers, entry 1" in done.stderr) == (1, True), done.output
    done = CliRunner().invoke(app, ["decide", str(KNOWN)], env=environment)
    assert (done.exit_code, "the plugin made: payers, entry 1" in done.stderr) == (0, True), done.output
    done = CliRunner().invoke(app, ["decide", str(KNOWN), "--without-plugin", "made"], env=environment)
    assert (done.exit_code, "the plugin made" in done.output) == (0, False), done.output
