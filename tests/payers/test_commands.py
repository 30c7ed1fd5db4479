"""The commands and plugins: which use them and can do without one, and which read claims in their formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner, Result

from payerrules.cli.main import app
from payerrules.payers.manager import WITHOUT
from tests.payers.made import CLAIM, INSTALLED, Install

POLICY = """\
policy: made-up/speech
edition: {edition}
title: A payer for a test
applies_to: {{payer: made_up}}
about: {{line.code: {{in: [92507]}}}}
effective: {{from: 2026-01-01, through: 2026-12-31}}
published: 2025-12-01
sources: {{manual: {{title: A manual, url: "https://example.org/manual", status: primary, checked: 2026-08-25}}}}
rules:
  - {{id: adults-only, title: Adults only, when: {{patient.age: {{below: {age}}}}}, then: {{deny: {{group: PR, carc: 96}}}}, source: manual}}
"""
MADE_UP = {**CLAIM, "payer": {"id": "made_up"}, "patient": {"id": "P-1", "birth_date": "2006-02-01"}}
READER = f"""
CLAIM = {MADE_UP!r}
def read(content, name):
    return [{{**CLAIM, "encounter": row}} for row in content.decode().split()]
@hookimpl
def payerrules_formats():
    return {{"rows": {{"endings": [".rows"], "read": read}}}}
@hookimpl
def payerrules_add_facts(encounter):
    raise RuntimeError("asked")
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200", WITHOUT: ",".join(INSTALLED)})


def options(*names: str) -> set[str]:
    found: Any = typer.main.get_group(app)
    for name in names:
        found = found.commands[name]
    return {option for parameter in found.params for option in parameter.opts}


@pytest.fixture
def rows(install: Install, tmp_path: Path) -> list[str]:
    """Two editions of a policy, and claims in the format of a plugin whose facts fail."""
    install("made", READER)
    for name, age in (("now", 18), ("next", 21)):
        (tmp_path / f"{name}.yaml").write_text(POLICY.format(edition="2026.1", age=age))
    (tmp_path / "claims.rows").write_text("A-1 A-2\n")
    return [str(tmp_path / name) for name in ("now.yaml", "next.yaml", "claims.rows")]


@pytest.mark.parametrize(
    ("command", "takes_part"),
    [
        *((name, True) for name in ("decide", "explain", "test", "try", "show", "check", "plugins")),
        *((f"ledger {name}", True) for name in ("review", "rebuild")),
        ("impact", True),  # which reads claims in their formats, and asks them nothing else
        *((name, False) for name in ("exercise", "mutants", "diff")),
    ],
)
def test_where_plugins_take_part_one_can_be_left_out(command: str, takes_part: bool) -> None:
    assert ("--without-plugin" in options(*command.split())) is takes_part


def test_try_reads_the_format_of_a_plugin_and_asks_it(rows: list[str]) -> None:
    now, _, claims = rows
    done = run("try", now, claims)
    assert (done.exit_code, done.stdout.count("of the plugin made raised")) == (0, 2), done.output
    renamed = Path(claims).rename(Path(claims).with_suffix(".yaml"))
    assert "A-2" in run("try", now, str(renamed), "--read-as", "rows").stdout
    assert run("try", now, str(renamed), "--read-as", "row").exit_code == 2


def test_try_does_without_a_plugin(rows: list[str], tmp_path: Path) -> None:
    claim = tmp_path / "claim.json"
    claim.write_text(json.dumps(MADE_UP))
    assert " pend " in run("try", rows[0], str(claim)).stdout
    assert " pay " in run("try", rows[0], str(claim), "--without-plugin", "made").stdout


def test_impact_reads_the_format_of_a_plugin_and_asks_it_nothing_else(rows: list[str]) -> None:
    now, after, claims = rows
    done = run("impact", now, after, "--claims", claims, "--format", "json")
    found = json.loads(done.stdout)
    assert (done.exit_code, done.stderr, found["changed"]) == (0, "", 2), done.output


def test_impact_names_a_plugin_that_cannot_be_used_and_reads_the_rest(
    rows: list[str], install: Install, tmp_path: Path
) -> None:
    install("broken", "import not_there")
    claim = tmp_path / "claim.json"
    claim.write_text(json.dumps(MADE_UP))
    done = run("impact", rows[0], rows[1], "--claims", str(claim), "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)["changed"]) == (0, 1), done.output
    assert "the plugin broken cannot be loaded" in done.stderr
    assert run("impact", *rows[:2], "--claims", str(claim), "--without-plugin", "nobody").exit_code == 2


def test_review_and_rebuild_do_without_a_plugin(rows: list[str], tmp_path: Path) -> None:
    claim, ledger = tmp_path / "claim.json", str(tmp_path / "claims.db")
    claim.write_text(json.dumps(MADE_UP))
    options = ("--ledger", ledger, "--policies", rows[0])
    assert run("decide", str(claim), *options).exit_code == 0
    assert run("ledger", "review", "--all", *options).exit_code == 0
    without = run("ledger", "review", "--all", *options, "--without-plugin", "made")
    assert (without.exit_code, "pend" in without.stdout, "pay" in without.stdout) == (1, True, True), without.output
    done = run("ledger", "rebuild", "--yes", *options, "--without-plugin", "made")
    assert done.stdout == "rebuilt 1 account; 1 decision changed\n", done.output
