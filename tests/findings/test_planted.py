"""A fault of each kind, planted in a copy of a shipped policy, is found by `check`, and its encounter is one that can be decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from payerrules import Engine
from payerrules.formats.native import read_native
from payerrules.library.check import check_files
from payerrules.library.shipped import shipped_policies
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.encounter import Encounter

Edits = list[tuple[str, str]]
ND, TX, EHB = "commercial/bcbsnd/speech.yaml", "commercial/bcbstx/speech.yaml", "commercial/ehb_plan/speech.yaml"
FEP, COMMON = "commercial/fep/therapy.yaml", "common/outpatient_therapy.yaml"
LATER = """
  - {id: nobody, title: Of no line, when: {line.code: 97110}, then: {flag: seen}, source: bcbsnd-policy}
  - {id: idle, title: Of every line, when: {line.code: {in: speech_codes}, patient.age: {below: 3}}, then: {flag: young}, source: bcbsnd-policy}
  - {id: no-gn, title: Groups carry no GN, when: {line.code: 92508}, then: {forbid_modifiers: [GN]}, source: bcbsnd-policy}
  - {id: held, title: Young ones are held, when: {line.code: 92609, patient.age: {below: 2}}, then: {pend: {}}, source: bcbsnd-policy}
  - {id: refused, title: Refused, when: {line.code: 92609}, then: {deny: {group: PR, carc: 96, codes_source: pairing}}, source: bcbsnd-policy}
value_sets:
  unused: {codes: [92507], source: bcbsnd-policy}
parameters:
  forgotten: {type: count, values: [{from: 2018-01-01, value: 3, source: bcbsnd-policy}]}

modifier_order"""
COPIES: dict[str, tuple[str, Edits]] = {
    "nd.yaml": (ND, [("\nmodifier_order", LATER)]),
    "tx.yaml": (TX, [("through: open, verified_through: 2017-12-31", "through: 2017-12-31")]),
    "tx_next.yaml": (
        TX,
        [
            ("edition: 2017.1", "edition: 2018.1"),
            ("from: 2017-01-01, through: open, verified_through: 2017-12-31", "from: 2018-01-01, through: 2018-12-31"),
            ("    in_force: {from: 2017-01-01, through: 2017-12-31}\n", ""),
        ],
    ),
    "ehb.yaml": (EHB, [("  # waive uncited-source: where `one_per` of the limits comes from\n", "")]),
    "fep.yaml": (FEP, [("# waive inputs-not-covered: ", "# ")]),
    "common.yaml": (
        COMMON,
        [("      - [audiologist, any, AUD]\n", "      - [audiologist, any, AUD]\n      - [slp, any, SLP]\n")],
    ),
}
FOUND = [
    ("nd.yaml", "rule-never-fires", "#nobody`"),
    ("nd.yaml", "always-true", "#idle`"),
    ("nd.yaml", "rules-oppose", "#no-gn`"),
    ("nd.yaml", "rules-oppose", "#held` and `commercial/bcbsnd/speech#refused`"),
    ("nd.yaml", "unread-set", "`unused`"),
    ("nd.yaml", "unread-parameter", "`forgotten`"),
    ("tx.yaml", "rule-never-fires", "#habilitative-carries-96`"),
    ("tx_next.yaml", "rules-oppose", "stops it with SZ"),
    ("tx_next.yaml", "dates-lost", "#habilitative-carries-sz`"),
    ("ehb.yaml", "uncited-source", "one-visit"),
    ("fep.yaml", "inputs-not-covered", "payer.plan = none from 2023-01-01"),
    ("fep.yaml", "inputs-not-covered", "payer.plan = standard from 2024-01-01"),
    ("common.yaml", "row-unreachable", "discipline"),
]
WITHOUT_EXAMPLE = ("unread-set", "unread-parameter", "uncited-source")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Diagnostic]:
    folder = tmp_path_factory.mktemp("copies")
    for name, (shipped, edits) in COPIES.items():
        text = (shipped_policies() / shipped).read_text("utf-8")
        for old, new in edits:
            assert text.count(old) == 1, (name, old)
            text = text.replace(old, new)
        (folder / name).write_text(text, "utf-8")
    base = folder / "common.yaml"  # its fault is an error, and nothing more is said of what rests on it
    return [*check_files([base]), *check_files([path for path in sorted(folder.iterdir()) if path != base])]


@pytest.mark.parametrize(("name", "code", "said"), FOUND, ids=[f"{code} in {name}" for name, code, _ in FOUND])
def test_a_planted_fault_is_found_with_an_encounter(name: str, code: str, said: str, found: list[Diagnostic]) -> None:
    here = [one for one in found if one.code == code and one.at is not None and Path(one.at.file).name == name]
    (finding,) = [one for one in here if said in one.message]
    assert bool(finding.example) == (code not in WITHOUT_EXAMPLE)
    if finding.example:
        engine = Engine.open(runtime="reference", plugins=False)
        (encounter,) = read_native(finding.example, "example.yaml", engine.vocabulary)
        assert isinstance(encounter, Encounter)
        assert encounter.unread == ()
        assert engine.decide(encounter).to_dict()["lines"]


def test_nothing_else_is_said(found: list[Diagnostic]) -> None:
    wanted = [(name, code) for name, code, _ in FOUND]
    told = [(Path(one.at.file).name if one.at else "", one.code) for one in found]
    assert sorted(told) == sorted(wanted), [one.text() for one in found]
