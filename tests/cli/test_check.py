"""`payerrules check` for people, scripts and code hosts; `payerrules schema` for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from payerrules.cli.main import app

BAD = Path(__file__).parents[1] / "policies" / "bad"
WARNED = BAD / "rule-never-fires.yaml"
REFUSED = BAD / "two-writers.yaml"
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
COUNTED = {"type": "integer", "minimum": 1}
REGION = {
    "type": "object",
    "required": ["startLine", "startColumn", "endColumn"],
    "properties": {"startLine": COUNTED, "startColumn": COUNTED, "endColumn": COUNTED, "snippet": TEXT},
    "additionalProperties": False,
}
ARTIFACT = {
    "type": "object",
    "required": ["uri"],
    "properties": {
        "uri": {"type": "string", "pattern": r"^[^\s\\]+$"},
        "uriBaseId": {"const": "SRCROOT"},
    },
    "additionalProperties": False,
}
PHYSICAL = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "properties": {"artifactLocation": ARTIFACT, "region": REGION},
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "items": {"type": "object", "required": ["physicalLocation"], "properties": {"physicalLocation": PHYSICAL}},
        },
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
DRIVER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"const": "payerrules"},
        "version": {"type": "string"},
        "rules": {"type": "array", "uniqueItems": True, "items": {"type": "object", "required": ["id"]}},
    },
    "additionalProperties": False,
}
RUN = {
    "type": "object",
    "required": ["tool", "results"],
    "properties": {
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": DRIVER}},
        "originalUriBaseIds": {"type": "object", "required": ["SRCROOT"]},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "pattern": "sarif-schema-2.1.0.json$"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": RUN},
    },
    "additionalProperties": False,
}
"""The parts of SARIF 2.1.0 that are written, as its schema has them (sections 3.13 to 3.30 of the specification)."""


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [((WARNED,), 0), (("--strict", WARNED), 1), ((REFUSED,), 1), (("--strict", "--format", "json", WARNED), 1)],
)
def test_the_exit_code_is_1_on_an_error_and_with_strict_on_a_warning(words: tuple[Any, ...], code: int) -> None:
    assert run("check", *map(str, words))[0] == code


def test_text_goes_to_standard_error_with_the_encounter_that_shows_a_finding() -> None:
    _, out, err = run("check", str(WARNED))
    assert out == "0 errors, 1 warning\n"
    assert "warning[rule-never-fires]" in err
    assert "= Example: {encounter: EXAMPLE, payer: {id: example}" in err


def test_json_is_a_list_of_findings_alone_on_standard_output() -> None:
    _, out, err = run("check", "--format", "json", str(WARNED))
    (finding,) = json.loads(out)
    assert (finding["code"], finding["severity"], finding["line"]) == ("rule-never-fires", "warning", 10)
    assert (finding["file"], err) == (str(WARNED), "")
    assert finding["example"].startswith("{encounter: EXAMPLE")


def test_sarif_has_the_shape_that_its_schema_wants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my policies"
    folder.mkdir()
    (folder / "writers.yaml").write_text(REFUSED.read_text())
    monkeypatch.chdir(tmp_path)
    code, _, _ = run("check", "--format", "sarif", "--out", "found.sarif", "my policies")
    log = json.loads((tmp_path / "found.sarif").read_text())
    Draft202012Validator(SARIF).validate(log)
    (told,) = log["runs"]
    rules = [rule["id"] for rule in told["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in told["results"]] == [one["ruleId"] for one in told["results"]]
    assert (code, [result["level"] for result in told["results"]]) == (1, ["error"])
    place = told["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "my%20policies/writers.yaml", "uriBaseId": "SRCROOT"}


def test_a_clean_file_gives_an_empty_list_and_a_run_without_results(tmp_path: Path) -> None:
    clean = tmp_path / "clean.yaml"
    head = WARNED.read_text().partition("rules:")[0]
    clean.write_text(head + "rules:\n  - {id: r, title: A rule, then: {flag: seen}, source: manual}\n")
    assert run("check", "--strict", "--format", "json", str(clean))[:2] == (0, "[]\n")
    assert json.loads(run("check", "--format", "sarif", str(clean))[1])["runs"][0]["results"] == []


def test_schema_writes_beside_the_policy_and_names_itself_in_its_first_line(tmp_path: Path) -> None:
    policy = tmp_path / "mine.yaml"
    text = (BAD / "unread-set.yaml").read_text()
    policy.write_text("# yaml-language-server: $schema=elsewhere.json\n" + text)
    code, out, _ = run("schema", str(policy))
    written = tmp_path / ".schema" / "mine.schema.json"
    assert (code, "".join(out.split())) == (0, "".join(f"wrote {written}".split()))
    assert policy.read_text() == "# yaml-language-server: $schema=.schema/mine.schema.json\n" + text
    names = json.loads(written.read_text())["$defs"]
    assert names["names_source_word"]["enum"] == ["manual"]
    assert names["names_members_word"]["enum"] == ["evaluation", "treatment"]
    Draft202012Validator.check_schema(json.loads(written.read_text()))


def test_schema_with_out_touches_no_policy_and_what_is_no_policy_is_named(tmp_path: Path) -> None:
    policy, target, other = tmp_path / "mine.yaml", tmp_path / "s.json", tmp_path / "notes.yaml"
    policy.write_text((BAD / "unread-set.yaml").read_text())
    other.write_text("a: 1\n")
    assert run("schema", "--out", str(target), str(policy))[0] == 0
    assert policy.read_text() == (BAD / "unread-set.yaml").read_text()
    code, _, err = run("schema", str(other))
    assert (code, "is no policy" in err) == (1, True)
    assert run("schema", "--out", str(target), str(policy), str(other))[0] == 2


def test_facts_of_plugins_are_known_where_a_policy_names_them(tmp_path: Path) -> None:
    pytest.importorskip("payerrules_gold_card")
    policy = tmp_path / "p.yaml"
    policy.write_text(
        "policy: own/gold\nedition: 1\ntitle: T\napplies_to: {payer: own}\n"
        "effective: {from: 2026-01-01, through: 2026-12-31}\nsources: {s: {title: Manual, url: 'https://example.org/manual', status: primary}}\n"
        "rules: [{id: gold, title: Gold, when: {gold_card.holder: yes}, then: {flag: gold}, source: s}]\n"
    )
    assert CliRunner().invoke(app, ["check", str(policy)]).exit_code == 0
    without = CliRunner().invoke(app, ["check", str(policy), "--without-plugin", "gold_card"])
    assert (without.exit_code, "unknown-fact" in without.stderr) == (1, True)


def test_a_plugin_that_is_not_there_cannot_be_done_without(tmp_path: Path) -> None:
    policy = tmp_path / "mine.yaml"
    policy.write_text((BAD / "unread-set.yaml").read_text())
    code, _, err = run("check", str(policy), "--without-plugin", "nobody")
    assert (code, "no plugin is called `nobody`" in err) == (2, True)
