"""What the analysis finds is so: the encounter of each finding, decided, shows what the finding says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from payerrules import Engine
from payerrules.formats.native import read_native
from payerrules.library.check import check_files, check_library
from payerrules.library.shipped import shipped_policies
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.encounter import Encounter

BAD = Path(__file__).parents[1] / "policies" / "bad"
HEAD = """policy: example/speech
edition: EDITION
title: An example of a policy
applies_to: {payer: example}
effective: {from: YEAR-01-01, through: YEAR-12-31}
published: 2025-12-01
sources:
  manual: {title: "Example manual, chapter 3", url: "https://example.org/manual", status: primary}
"""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.open(runtime="reference", plugins=False)


def written(folder: Path, body: str, year: int = 2026) -> Path:
    path = folder / f"policy_{year}.yaml"
    path.write_text(HEAD.replace("EDITION", f"{year}.1").replace("YEAR", str(year)) + body, encoding="utf-8")
    return path


def decided(engine: Engine, example: str, **changes: Any) -> dict[str, Any]:
    """The decision on the example of a finding, as a user would get it from a file."""
    (encounter,) = read_native(example, "example.yaml", engine.vocabulary)
    assert isinstance(encounter, Encounter)
    assert encounter.unread == ()
    return engine.decide(encounter).to_dict()


def verdicts(decision: dict[str, Any], rule: str) -> set[str]:
    """What became of a rule: its verdicts, and "struck" where it stopped a line."""
    found = [entry for entry in decision["trace"] if entry["rule"] == rule]
    return {entry["verdict"] for entry in found} | {"struck" for entry in found if entry.get("struck")}


def named(finding: Diagnostic) -> list[str]:
    """The rules that a finding names."""
    return re.findall(r"`(example/speech#[^`]+)`", finding.message)


def of(path: Path, code: str) -> list[Diagnostic]:
    found = [finding for finding in check_files([path]) if finding.code == code]
    assert found
    return found


@pytest.mark.parametrize("name", ["rule-never-fires", "rule-never-fires-2"])
def test_a_rule_that_can_never_fire_does_not_on_the_line_that_comes_nearest(name: str, engine: Engine) -> None:
    for finding in of(BAD / f"{name}.yaml", "rule-never-fires"):
        (rule,) = named(finding)
        found = verdicts(decided(engine.with_policy(BAD / f"{name}.yaml"), finding.example), rule)
        assert "struck" not in found
        assert "never does anything" in finding.message or "fired" not in found


@pytest.mark.parametrize("code", ["always-true", "never-true"])
def test_a_rule_with_an_idle_condition_fires_on_its_example(code: str, engine: Engine) -> None:
    for finding in of(BAD / f"{code}.yaml", code):
        assert verdicts(decided(engine.with_policy(BAD / f"{code}.yaml"), finding.example), *named(finding)) == {
            "fired"
        }


def test_without_the_condition_that_is_always_true_every_line_is_judged_alike(tmp_path: Path, engine: Engine) -> None:
    with_it = (BAD / "always-true.yaml").read_text()
    without = with_it.replace(", line.code: {in: [92507, 92508, 92526]}", "")
    assert without != with_it
    path = tmp_path / "without.yaml"
    path.write_text(without)
    engines = [engine.with_policy(BAD / "always-true.yaml"), engine.with_policy(path)]
    for code in ("92507", "92508", "92526"):
        for units in ("", ", units: 1", ", units: 2", ", units: 3"):
            line = f"{{line: 1, date: 2026-05-11, code: {code}{units}}}"
            example = f"{{encounter: E, payer: {{id: example}}, patient: {{id: P}}, lines: [{line}]}}"
            one, other = (verdicts(decided(each, example), "example/speech#r") for each in engines)
            assert one == other


@pytest.mark.parametrize("name", ["inputs-not-covered", "inputs-not-covered-2"])
def test_where_no_value_is_given_the_rule_cannot_be_evaluated(name: str, engine: Engine) -> None:
    (finding,) = of(BAD / f"{name}.yaml", "inputs-not-covered")
    rule = (named(finding) or ["example/speech#r"])[0]
    assert verdicts(decided(engine.with_policy(BAD / f"{name}.yaml"), finding.example), rule) == {"not evaluated"}


def test_no_modifiers_satisfy_two_rules_that_oppose_each_other(engine: Engine) -> None:
    path = BAD / "rules-oppose.yaml"
    (finding,) = of(path, "rules-oppose")
    outcomes = {}
    for modifiers in ("", "GN", "GO", "GN, GO", "KX"):
        example = finding.example.replace("modifiers: []", f"modifiers: [{modifiers}]")
        decision = decided(engine.with_policy(path), example)
        outcomes[modifiers] = decision["lines"][0]["as_submitted"]["outcome"]
    assert outcomes == {"": "deny", "GN": "return", "GO": "return", "GN, GO": "return", "KX": "deny"}


def test_one_way_out_is_enough_and_nothing_is_said(tmp_path: Path) -> None:
    text = (BAD / "rules-oppose.yaml").read_text()
    wider = text.replace("require_modifier: GN", "require_modifier: {any_of: [GN, GP]}")
    path = tmp_path / "wider.yaml"
    path.write_text(wider)
    assert (wider != text, check_files([path])) == (True, [])


def alone(path: Path, folder: Path, rule: str) -> Path:
    """A policy with one of its rules left out."""
    made = folder / f"without_{rule}.yaml"
    made.write_text("\n".join(line for line in path.read_text().splitlines() if f"id: {rule}," not in line) + "\n")
    return made


def test_two_rules_pay_two_amounts_of_the_example(tmp_path: Path, engine: Engine) -> None:
    path = BAD / "rules-oppose-2.yaml"
    (finding,) = of(path, "rules-oppose")
    paid = {
        rule: decided(engine.with_policy(alone(path, tmp_path, rule)), finding.example)["lines"][0]["as_submitted"][
            "payment"
        ]
        for rule in ("halves", "late")
    }
    assert paid == {"halves": "20.00", "late": "30.00"}
    assert "date: 2026-07-01" in finding.example  # the first day on which both are in force


def test_what_a_rule_says_is_never_seen_where_a_stronger_one_speaks_of_the_same_lines(
    tmp_path: Path, engine: Engine
) -> None:
    path = BAD / "rules-oppose-3.yaml"
    overruled, twice = of(path, "rules-oppose")
    outcomes = [
        decided(engine.with_policy(one), overruled.example)["lines"][0]["as_submitted"]["outcome"]
        for one in (path, alone(path, tmp_path, "denies"))
    ]
    assert outcomes == ["deny", "pend"]
    adjustments = decided(engine.with_policy(path), twice.example)["lines"][0]["as_submitted"]["adjustments"]
    assert [(one["group"], one["carc"]) for one in adjustments] == [("CO", "96"), ("PR", "119")]


def test_rules_whose_dates_do_not_meet_oppose_nothing(tmp_path: Path) -> None:
    text = (BAD / "rules-oppose-2.yaml").read_text()
    apart = tmp_path / "apart.yaml"
    apart.write_text(text.replace("{id: halves, ", "{id: halves, in_force: {through: 2026-06-30}, "))
    assert check_files([apart]) == []


LOST = """rules:
  - {id: relief, title: A relief, WHEN when: {line.code: 92507}, then: {flag: relief}, source: manual}
  - {id: later, title: Begins later, in_force: {from: 2026-06-01}, then: {flag: later}, source: manual}
"""


def test_a_rule_that_lost_its_dates_fires_on_the_day_after_them(tmp_path: Path, engine: Engine) -> None:
    first = written(tmp_path, LOST.replace("WHEN", "in_force: {through: 2026-12-31},"))
    then = written(tmp_path, LOST.replace("WHEN", "").replace("in_force: {from: 2026-06-01},", ""), 2027)
    (finding,) = check_files([first, then])
    assert (finding.code, finding.at and finding.at.file) == ("dates-lost", str(then))
    assert "2027-01-01" in finding.example
    both = engine.with_policy(first).with_policy(then)
    assert verdicts(decided(both, finding.example), "example/speech#relief") == {"fired"}


OVERLAP = """tables:
  t: {inputs: [line.units, line.code], outputs: [line.kx_pool], hit: unique, rows: ROWS, otherwise: none, source: manual}
rules:
  - {id: one, title: One, when: {line.kx_pool: one}, then: {flag: one}, source: manual}
  - {id: two, title: Two, when: {line.kx_pool: two}, then: {flag: two}, source: manual}
"""
FIRST, SECOND = "[{above: 1}, any, one]", "[any, 97130, two]"


def test_two_rows_that_may_fit_together_each_fit_the_example(tmp_path: Path, engine: Engine) -> None:
    (finding,) = of(written(tmp_path, OVERLAP.replace("ROWS", f"[{FIRST}, {SECOND}]")), "rows-overlap")
    fired = []
    for row in (FIRST, SECOND):
        path = written(tmp_path, OVERLAP.replace("ROWS", f"[{row}]"))
        fired.append(decided(engine.with_policy(path), finding.example)["lines"][0]["flags"])
    assert fired == [["one"], ["two"]]


DATED = "[{line.units: any, line.code: 97130, line.kx_pool: one, through: 2026-05-31}, {line.units: 1, line.code: 97130, line.kx_pool: two, from: FROM}]"


def test_two_rows_overlap_only_where_their_dates_meet(tmp_path: Path) -> None:
    apart = written(tmp_path, OVERLAP.replace("ROWS", DATED.replace("FROM", "2026-06-01")))
    assert [one for one in check_files([apart]) if one.code == "rows-overlap"] == []
    (finding,) = of(written(tmp_path, OVERLAP.replace("ROWS", DATED.replace("FROM", "2026-05-31"))), "rows-overlap")
    assert "date: 2026-05-31" in finding.example


@pytest.mark.parametrize(("hit", "expected"), [("collect", []), ("any", ["rows-overlap"]), ("first", [])])
def test_the_hit_policy_decides_whether_rows_may_meet(hit: str, expected: list[str], tmp_path: Path) -> None:
    body = OVERLAP.replace("ROWS", f"[{FIRST}, {SECOND}]").replace("hit: unique", f"hit: {hit}")
    if hit == "collect":
        body = body.replace("outputs: [line.kx_pool]", "outputs: [line.primaries]").partition("rules:")[0]
        body += "rules:\n  - {id: one, title: One, then: {flag: one}, source: manual}\n"
    assert [one.code for one in check_files([written(tmp_path, body)])] == expected


def test_rows_that_together_cover_a_later_one_are_found(tmp_path: Path, engine: Engine) -> None:
    rows = "[[{at_most: 2}, any, one], [{above: 2}, any, one], [{between: [1, 4]}, 97130, two]]"
    body = OVERLAP.replace("ROWS", rows).replace("hit: unique", "hit: first")
    (finding,) = of(written(tmp_path, body), "row-unreachable")
    assert "together" in finding.message
    without = written(tmp_path, body.replace(", [{between: [1, 4]}, 97130, two]", ""))
    assert decided(engine.with_policy(without), finding.example)["lines"][0]["flags"] == ["one"]


def test_two_that_set_one_fact_both_hold_of_the_example(tmp_path: Path, engine: Engine) -> None:
    text = (BAD / "two-writers.yaml").read_text()
    (finding,) = of(BAD / "two-writers.yaml", "two-writers")
    for rule in ("one", "two"):
        other = {"one": "two", "two": "one"}[rule]
        path = tmp_path / f"{rule}.yaml"
        path.write_text("\n".join(line for line in text.splitlines() if f"id: {other}," not in line) + "\n")
        decision = decided(engine.with_policy(path), finding.example)
        assert verdicts(decision, f"example/speech#{rule}") == {"fired"}


def test_the_shipped_policies_have_no_open_finding() -> None:
    assert [finding.text() for finding in check_library(shipped_policies())] == []


def test_a_waiver_is_for_its_line_and_its_code_and_no_other(tmp_path: Path) -> None:
    body = "value_sets:\n  # waive unread-set: read next year\n  a: {codes: [92507], source: manual}\n  b: {codes: [92508], source: manual}\n"
    body += "rules:\n  - {id: r, title: A rule, then: {flag: seen}, source: manual}\n"
    found = check_files([written(tmp_path, body)])
    assert [(one.code, one.message) for one in found] == [("unread-set", "nobody reads the value set `b`")]
