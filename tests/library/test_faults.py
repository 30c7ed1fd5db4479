"""A policy with errors of shape: what else is wrong with it is said in the same run, and nothing that mending would mend."""

from __future__ import annotations

import copy
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payerrules.language.policy import read_policy
from payerrules.library.check import beside_faults, check_files
from payerrules.library.library import Library, policy_files
from payerrules.library.shipped import shipped_policies
from payerrules.model.diagnostic import has_error
from tests.library.test_library import BASE, RULE, SOURCES, folder

__all__ = ["folder"]

HEAD = """policy: a/top
edition: 1
title: Top
applies_to: {payer: a}
effective: {from: 2020-01-01, through: 2027-12-31}
sources: {s: {title: A manual, url: "https://example.org/manual", status: primary}}
"""
WRONG = (
    HEAD
    + """parameters:
  cap: {type: count, value: [], values: [{from: 2020-01-01, through: 2027-12-31, value: 3, source: s}]}
rules:
  - id: one
    title: Mends its own
    when: {line.discpline: SLP, line.units: {above: parameter.cap}}
    then: {require_modifier: QQ}
    source: s
  - id: two
    titel: Has more faults than one
    when: {line.units: {above: parameter.capp}}
    then: {flag: seen}
    source: t
"""
)


def test_errors_of_shape_and_of_names_are_told_in_one_run(folder: Path) -> None:
    path = folder / "top.yaml"
    path.write_text(WRONG)
    found = {(finding.code, finding.message.split("`")[1]) for finding in check_files([path])}
    assert found == {
        ("unknown-key", "value"),
        ("unknown-key", "titel"),
        ("unknown-fact", "line.discpline"),
        ("unknown-modifier", "QQ"),
        ("unknown-parameter", "capp"),
        ("unknown-source", "t"),
    }  # and not `cap`, which the faulty parameter defines


def test_a_misspelt_section_does_not_make_its_names_unknown(folder: Path) -> None:
    path = folder / "top.yaml"
    path.write_text(WRONG.replace("parameters:", "paramters:").replace("sources:", "source:"))
    found = [(finding.code, re.findall("`(.*?)`", finding.message)[0]) for finding in check_files([path])]
    assert [pair for pair in found if pair[0] in ("unknown-source", "unknown-parameter")] == [
        ("unknown-parameter", "capp"),
        ("unknown-source", "t"),
    ]


def test_a_policy_that_rests_on_a_misshapen_layer_decides_nothing_and_names_it(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE.replace("open", "2027-12-31") + SOURCES + RULE.replace("when", "wen"))
    (folder / "top.yaml").write_text(HEAD + "extends: [a/base]\n")
    library, _ = Library.open([folder])
    selected = library.program_for({"id": "a"}, {}, [738_000])
    assert selected.program is None
    assert selected.broken == ("a/base 1",)


@cache
def shipped() -> Library:
    return Library.open([shipped_policies()])[0]


KEY = re.compile(r"(?:(?<=[\n{])|(?<=[ ]))([a-z][a-z_]*)(?=: )")
LINE = re.compile(r"(?m)^ *(?:- )?[a-z_]+: (\S.*)$")


@pytest.mark.parametrize("path", policy_files(shipped_policies()), ids=lambda path: path.stem)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_one_fault_in_a_sound_policy_brings_up_nothing_elsewhere(path: Path, data: st.DataObject) -> None:
    text = path.read_text("utf-8")
    misspelt = data.draw(st.booleans())
    places = [found.span(1) for found in (KEY if misspelt else LINE).finditer(text)]
    at = data.draw(st.sampled_from(places))
    damaged = text[: at[0]] + ("x" + text[at[0] :] if misspelt else "[{}]" + text[at[1] :])
    policy, found = read_policy(damaged, str(path), shipped_policies(), shipped().vocabulary)
    if policy is None or not has_error(found):
        return
    library = copy.copy(shipped())
    library.shelf = {**library.shelf, policy.policy: [policy]}
    library.misshapen, library.broken, library.diagnostics = {policy.label}, {policy.label}, found
    line = text[: at[0]].count("\n") + 1
    beside = beside_faults(library, {str(path)})
    assert [finding.text() for finding in beside if finding.at and abs(finding.at.line - line) > 40] == []


def test_a_waiver_in_a_file_with_errors_is_not_called_unused(folder: Path) -> None:
    path = folder / "top.yaml"
    lone = "value_sets:\n  # waive unread-set: for next year\n  later: {codes: [92508], source: s}\n"
    rule = RULE.replace("FLAG", "seen")
    path.write_text(HEAD + lone + rule)
    assert check_files([path]) == []
    path.write_text(HEAD + lone + rule.replace("when", "wen"))
    assert [finding.code for finding in check_files([path])] == ["unknown-key"]


def test_an_error_in_a_layer_below_is_told_of_the_file_that_rests_on_it(folder: Path) -> None:
    path = folder / "old.yaml"
    path.write_text(
        "policy: a/old\nedition: 1\ntitle: Before CARC 22 was in use\napplies_to: {payer: a}\n"
        "effective: {from: 1990-01-01, through: 2027-12-31}\nextends: [common/coordination-of-benefits]\n"
    )
    found = check_files([path])
    assert [finding.code for finding in found] == ["adjustment-not-in-use"]
    assert found[0].at is not None and found[0].at.file.endswith("coordination_of_benefits.yaml")
