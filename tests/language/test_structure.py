"""A file of the wrong shape is told so at the place of the fault, once for each fault, in an analyst's words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from payerrules.language.grammar import COMPARISONS
from payerrules.language.grammar_effects import EFFECTS
from payerrules.language.reader import MAX_DEPTH, read_yaml
from payerrules.language.schemas import read_vocabulary
from payerrules.language.structure import check_structure, read_checked
from payerrules.model.diagnostic import Diagnostic

ROOT = Path(__file__).parents[2]
SHIPPED = read_vocabulary(ROOT / "policies" / "vocabulary.yaml")
EXAMPLES = ROOT / "tests" / "language" / "examples"
HEAD = """policy: example/speech
edition: 1
title: Speech
effective: {from: 2026-01-01, through: 2026-12-31}
sources: {manual: {title: Manual, url: "https://example.org/manual", status: primary}}
"""
RULE = "rules:\n  - id: r\n    title: R\n    source: manual\n"


def check(text: str, schema: str = "policy") -> list[Diagnostic]:
    node, found = read_yaml(text, "p.yaml")
    assert found == []
    assert node is not None
    return check_structure(node, schema, SHIPPED)


def rule(line: str) -> list[tuple[str, str]]:
    """Code and underlined text of what is found in a rule with this line in it."""
    return underlined(HEAD + RULE + f"    {line}\n" + ("" if "then:" in line else "    then: {flag: f}\n"))


def underlined(text: str, schema: str = "policy") -> list[tuple[str, str]]:
    shown = []
    for finding in check(text, schema):
        assert finding.at is not None
        start = finding.at.column - 1
        shown.append((finding.code, finding.at.excerpt[start : start + finding.at.width]))
    return shown


@pytest.mark.parametrize(
    "line",
    [
        "when: {line.code: 92507}",
        "when: {line.code: {in: [92507, 92508]}}",
        "when: {line.units: {above: 2, at_most: line.units_from_minutes}}",
        "when: {any: [{line.code: 92507}, {not: {line.code: 92508}}], unless: {patient.age: {below: 21}}}",
        "when: {line.modifiers: {has_none: [GA, GZ]}, because: A notice says otherwise}",
        "when: {exists_service: {other.date: {within: {days: 30, after: line.date}}}}",
        "when: {count_line: {where: {other.date: line.date}, at_least: 2}}",
        "when: {line.date: {on_or_after: {months: 6, from: plan_of_care.established}}}",
        "when: {limit.visits.after: {above: parameter.ceiling}}",
        "then: pend",
        "then: {require_modifier: {one_of: [96, 97]}, choose: [{add: 96, when: {line.habilitative: yes}}]}",
        "then: {require_modifier: GN, position: [1, 2], if_missing: pend, add_when: {line.units: 1}}",
        "then: {forbid_together: [[KX, GA], [GX, [EY, GL]]], if_present: {return: {group: CO, carc: 4}}}",
        "then: {at_most_one_of: [95, 93, GT]}",
        "then: {replace_modifier: {from: GO, to: GN}}",
        "then: {limit_units: line.units_from_minutes, rest: {deny: {group: CO, carc: 151}}, bill: cut}",
        "then: {require_authorization: approved, if_missing: {deny: {group: CO, carc: 197}}}",
        "then: {require_line: {other.code: {in: line.primaries}}, if_missing: pend}",
        "then: [{flag: f, say: '{line.code}'}, {ask: {do: review, say: Look}}, {say: Look}]",
        "then: {deny: {group: line.kx_denial_group, carc: B15, rarc: [N122, MA130], liable: patient, appealable: yes}}",
        "then: {price: {least_of: [line.charge, {percent: 85, of: line.schedule_amount}], round: unit}}",
        "then: {price: {parts: {work: {times: [line.work_rvu, 2]}}, round: line}}",
        "then: {reduce_payment: {part: work, percent: 50, except: {units: 1, with_highest: work, per: [patient]}}}",
        "then: {derive: {plan_of_care.is_certified: yes}}",
        "then: {instead: [{require_authorization: approved, if_missing: pend}]}",
        "in_force: {through: 2026-06-30, by: coverage.benefit_year_start}",
    ],
)
def test_what_the_language_has_is_accepted(line: str) -> None:
    assert rule(line) == []


@pytest.mark.parametrize(
    ("line", "code", "shown"),
    [
        ("wenn: {line.code: 1}", "unknown-key", "wenn"),
        ("when: {discipline: SLP}", "unknown-key", "discipline"),
        ("when: {line.code: {is_in: x}}", "unknown-key", "is_in"),
        ("when: {line.code: [92507, 92508]}", "wrong-shape", "[92507, 92508]"),
        ("when: [line.code]", "wrong-shape", "[line.code]"),
        ("when: {}", "wrong-shape", "{}"),
        ("when:", "missing-value", "when"),
        ("when: {all: {line.code: 1}}", "wrong-shape", "{line.code: 1}"),
        ("when: {count_line: {where: {line.code: 1}}}", "missing-key", "{where: {line.code: 1}}"),
        ("when: {line.date: {within: {after: line.date}}}", "missing-key", "{after: line.date}"),
        ("when: {line.units: {between: [1]}}", "wrong-shape", "[1]"),
        ("for_each: lines", "unknown-word", "lines"),
        ("stage: benefits", "unknown-word", "benefits"),
        ("priority: high", "wrong-form", "high"),
        ("in_force: {from: 2026-13-01}", "bad-date", "2026-13-01"),
        ("then: {dney: {group: CO, carc: 4}}", "unknown-key", "dney"),
        ("then: {deny: {group: C0, carc: 4}}", "wrong-form", "C0"),
        ("then: {deny: {group: CO, carc: four}}", "wrong-form", "four"),
        ("then: {deny: {group: CO}}", "missing-key", "{group: CO}"),
        ("then: deny", "unknown-word", "deny"),
        ("then: {require_modifier: GN, if_missing: deny}", "unknown-word", "deny"),
        ("then: {require_modifier: {oneof: [GN]}}", "unknown-key", "oneof"),
        ("then: {flag: f, deny: {group: CO, carc: 4}}", "keys-together", "deny"),
        ("then: {flag: f, rest: pend}", "misplaced-key", "rest"),
        ("then: {if_missing: pend}", "misplaced-key", "if_missing"),
        ("then: {flag: Two Words}", "wrong-form", "Two Words"),
        ("then: []", "wrong-shape", "[]"),
        ("then: {ask: {do: sing, say: Sing}}", "unknown-word", "sing"),
        ("then: {pay: {percent: 80}}", "missing-key", "percent"),
        ("then: {price: {amount: line.charge}}", "missing-key", "{amount: line.charge}"),
        ("then: {price: {round: unit}}", "missing-key", "{round: unit}"),
        ("then: {pay: {plus: [1, 2], minus: [1, 2]}}", "keys-together", "minus"),
    ],
)
def test_a_fault_is_underlined(line: str, code: str, shown: str) -> None:
    assert (code, shown) in rule(line)
    assert len(rule(line)) == (2 if line == "then: {if_missing: pend}" else 1)


@pytest.mark.parametrize("word", sorted(EFFECTS))
def test_a_misspelt_effect_is_one_finding_with_the_right_word(word: str) -> None:
    misspelt = word[:-1] + ("s" if word[-1] != "s" else "z")
    found = check(HEAD + RULE + f"    then: {{{misspelt}: x}}\n")
    assert [(finding.code, finding.hint) for finding in found] == [("unknown-key", f"Did you mean `{word}`?")]


@pytest.mark.parametrize("word", sorted(set(COMPARISONS) - {"in", "has"}))
def test_a_misspelt_comparison_is_one_finding_with_the_right_word(word: str) -> None:
    found = check(HEAD + RULE + f"    when: {{line.code: {{{word}x: 1}}}}\n    then: {{flag: f}}\n")
    assert [(finding.code, finding.hint) for finding in found] == [("unknown-key", f"Did you mean `{word}`?")]


def test_a_misspelt_key_is_not_missing_as_well() -> None:
    assert rule("then: {require_modifer: GN, if_missing: pend}") == [("unknown-key", "require_modifer")]


def test_a_key_of_another_thing_says_whose_it_is() -> None:
    assert "a key of the codes of an outcome" in check(HEAD + RULE + "    then: {flag: f, carc: 4}\n")[0].hint


def test_a_fact_without_its_entity_is_offered_with_it() -> None:
    found = check(HEAD + RULE + "    when: {discipline: SLP}\n    then: {flag: f}\n")
    assert [finding.hint for finding in found] == ["Did you mean `line.discipline`?"]


def test_a_missing_key_says_what_it_is_for() -> None:
    found = check(HEAD + "rules:\n  - id: r\n    title: R\n    then: {flag: f}\n")
    assert [(finding.message, finding.hint) for finding in found] == [
        ("a rule needs `source`", "Add source: the source it rests on.")
    ]


def test_all_faults_of_a_file_are_found_at_once_and_in_order() -> None:
    text = HEAD.replace("primary", "primry") + RULE.replace("title", "titel") + "    then: {flg: f}\nlimts: {}\n"
    assert [(finding.code, finding.at and finding.at.line) for finding in check(text)] == [
        ("unknown-word", 5), ("unknown-key", 8), ("unknown-key", 10), ("unknown-key", 11)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "code", "shown"),
    [
        ("parameters:\n  x: {type: money, values: [{from: 2026-01-01, valu: 3}]}", "unknown-key", "valu"),
        (
            "parameters:\n  x: {type: money, values: [{from: 2026-01-01, through: 1.1.2027, value: 3}]}",
            "bad-date",
            "1.1.2027",
        ),
        ("parameters:\n  X: {type: money, values: [{from: 2026-01-01, value: 3}]}", "wrong-form", "X"),
        ("value_sets:\n  x: {source: manual}", "missing-key", "{source: manual}"),
        ("value_sets:\n  x: {codes: 92507, source: manual}", "wrong-shape", "92507"),
        (
            "tables:\n  t: {inputs: [line.code], outputs: [line.x], otherwise: none, source: manual}",
            "missing-key",
            "",
        ),
        ("tables:\n  t: {inputs: [line.code], outputs: [line.x], rows: [[1, 2]], source: manual}", "missing-key", ""),
        (
            "tables:\n  t: {inputs: [line.code], outputs: [line.x], hit: frist, rows: [[1, 2]], otherwise: 0, "
            "source: manual}",
            "unknown-word",
            "frist",
        ),
        (
            "unit_rules:\n  u: {of: {line.code: 1}, minutes_per_unit: 0, last_unit_from: 8, minutes_of: day, "
            "source: manual}",
            "wrong-form",
            "0",
        ),
        (
            "limits:\n  v: {title: V, counts: visit, of: {line.code: 1}, per: patient, period: calendar_year, "
            "steps: {a: {beyond: 1, then: pend}}, source: manual}",
            "unknown-word",
            "visit",
        ),
        ("changes:\n  - {replace: limits.v, because: B, source: manual}", "missing-key", "replace"),
        (
            "changes:\n  - {replace: a, with: b, switch_off: c, because: B, source: manual}",
            "keys-together",
            "switch_off",
        ),
        ("checks:\n  - {id: c, for_each: limit, when: {limit.per: {has: line.code}}}", "missing-key", ""),
        ("defaults: {wrong_modifer: pend}", "unknown-key", "wrong_modifer"),
        ("derive:\n  line.x: {when: 1}", "unknown-key", "when"),
        ("derive:\n  line.x: [{when: {line.code: 1}}]", "missing-key", "{when: {line.code: 1}}"),
        ("applies_to: {payr: x}", "unknown-key", "payr"),
        ("examples:\n  - {name: N, encounter: {}, expect: {outcom: pay}}", "unknown-key", "outcom"),
    ],
)
def test_a_fault_in_a_section_is_underlined(section: str, code: str, shown: str) -> None:
    found = underlined(HEAD + section + "\n")
    assert [one for one, _ in found] == [code]
    assert shown in found[0][1]


def test_conditions_may_be_nested_as_deep_as_a_file_may() -> None:
    deep = MAX_DEPTH - 6
    text = HEAD + RULE + "    when: " + "{not: " * deep + "{line.code: 1}" + "}" * deep + "\n    then: {flag: f}\n"
    assert check(text) == []
    assert sys.getrecursionlimit() == 1000


def test_an_encounter_has_the_keys_of_the_vocabulary() -> None:
    text = "encounter: E\npayer: {id: p}\npatient: {id: P, sexx: F}\nlines: [{code: 92507, modifers: [GN]}]\n"
    assert [(one, shown) for one, shown in underlined(text, "encounter")] == [
        ("unknown-key", "sexx"), ("unknown-key", "modifers")
    ]  # fmt: skip


def test_in_an_encounter_null_is_the_same_as_left_out() -> None:
    text = "encounter: E\npayer: {id: p, plan: null}\npatient: {id: P}\nhistory: null\nlines: [{code: 1, units: ~}]\n"
    assert check(text, "encounter") == []


def test_reading_and_checking_name_an_empty_key_once() -> None:
    _, found = read_checked(HEAD + RULE + "    when: {line.code}\n    then: {flag: f}\n", "p.yaml", "policy")
    assert [finding.code for finding in found] == ["missing-value"]


def test_there_is_no_schema_of_another_name() -> None:
    with pytest.raises(KeyError):
        check("a: 1", "polcy")
