"""Of each kind of hole and of each kind of slip one is planted by leaving its cases out, and found; with the cases none is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from payerrules.analysis.exercise import Exercise, exercise
from payerrules.analysis.mutants import CAUGHT, MISSED, Report, run_mutants
from payerrules.analysis.study import bench, cases_for, studied
from tests.analysis.small import CASE, CASES, POLICY, USUAL, golden

NAMES = ["small/speech"]
WHOLE = (
    POLICY.replace(
        "limits:\n",
        """derive:
  line.is_habilitative:
    - {value: yes, when: {line.modifiers: {has: 96}}}
    - {value: no, when: {line.modifiers: {has: 97}}}
limits:
""",
    )
    + """  - id: habilitative
    title: Habilitative lines are told
    in_force: {from: 2026-02-01}
    when: {line.is_habilitative: yes}
    then: {flag: habilitative}
    source: manual
"""
)
MORE = {
    "habilitative": {"modifiers": "GN, 96", "expect": "as_submitted: pay, flags: [habilitative]"},
    "not habilitative": {"modifiers": "GN, 97", "expect": "as_submitted: pay, flags: []"},
    "neither": {"expect": "as_submitted: pay, flags: []"},
    "both": {"modifiers": "GN, 96, 97", "expect": "as_submitted: pay, flags: [habilitative]"},
    "habilitative, a day early": {
        "date": "2026-01-31",
        "modifiers": "GN, 96",
        "expect": "as_submitted: pay, flags: []",
    },
    "habilitative, on the first day": {
        "date": "2026-02-01",
        "modifiers": "GN, 96",
        "expect": "as_submitted: pay, flags: [habilitative]",
    },
}
HOLES = ("about", "effect", "limit", "row", "rule", "test", "value")
SLIPS = ("code", "comparison", "date", "effect", "left out", "modifier", "number", "priority", "row")


def written(folder: Path, text: str) -> tuple[Path, Path]:
    policy, cases = folder / "small.yaml", folder / "small.golden.yaml"
    policy.write_text(WHOLE, "utf-8")
    cases.write_text(text, "utf-8")
    return policy, cases


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """The policy with a golden file of one case, and with one that holds it whole."""
    bare = "golden:\n" + CASE.format(name="a physical therapist", **{**USUAL, **CASES["a physical therapist"]})
    whole = golden() + "".join(CASE.format(name=name, **{**USUAL, **case}) for name, case in MORE.items())
    return [written(tmp_path_factory.mktemp("kinds"), text) for text in (bare, whole)]


@pytest.fixture(scope="module")
def slips(files: list[tuple[Path, Path]]) -> list[Report]:
    return [run_mutants(policy, [cases], NAMES, suggest=False) for policy, cases in files]


@pytest.fixture(scope="module")
def holes(files: list[tuple[Path, Path]]) -> list[Exercise]:
    found = []
    for policy, cases in files:
        engine = bench(policy)
        found.append(exercise(engine, list(studied(engine, cases_for(engine, [cases])[0])), NAMES))
    return found


@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_of_each_kind_goes_unnoticed_without_its_cases_and_not_with_them(kind: str, slips: list[Report]) -> None:
    bare, whole = ([one.name for one in report.of(MISSED) if one.kind == kind] for report in slips)
    assert bare
    assert [name for name in whole if "crossing" not in name and "derive/line.is_habilitative/2" not in name] == []
    assert [one for one in slips[1].of(CAUGHT) if one.kind == kind]


@pytest.mark.parametrize("kind", HOLES)
def test_a_hole_of_each_kind_is_told_without_its_cases_and_not_with_them(kind: str, holes: list[Exercise]) -> None:
    bare, whole = ([target.text() for target in found.holes if target.kind == kind] for found in holes)
    assert bare
    assert whole == []


def test_there_is_no_other_kind(slips: list[Report], holes: list[Exercise]) -> None:
    assert {one.kind for one in slips[0].judged} == set(SLIPS)
    assert {target.kind for target in holes[0].targets} == set(HOLES)
