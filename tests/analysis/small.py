"""A small payer for the analysis tests: one policy with a rule, a table, a dated value and a limit, and golden cases that hold it whole."""

from __future__ import annotations

from pathlib import Path

POLICY = """\
policy: small/speech
edition: 2026.1
title: A small payer
applies_to: {payer: small}
about: {line.code: {in: codes}}
effective: {from: 2026-01-01, through: 2026-12-31}
published: 2025-12-01
sources:
  manual: {title: "Manual of a small payer", url: "https://payer.example/manual", status: primary, checked: 2026-08-25}
defaults: {wrong_modifier: {return: {group: CO, carc: 4}}}
parameters:
  threshold:
    type: money
    values:
      - {from: 2026-01-01, through: 2026-06-30, value: 100.00, source: manual}
      - {from: 2026-07-01, through: 2026-12-31, value: 120.00, source: manual}
value_sets:
  codes: {codes: [92507, 92508], source: manual}
tables:
  discipline:
    inputs: [provider.role]
    outputs: [line.discipline]
    rows:
      - [slp, SLP]
      - [pt, PT]
    otherwise: none
    hit: unique
    source: manual
limits:
  spent:
    title: Spent this year
    counts: allowed_amount
    of: {line.discipline: SLP}
    per: [patient]
    period: calendar_year
    crossing: whole
    steps:
      most: {beyond: parameter.threshold, then: {deny: {group: PR, carc: 119}}}
    source: manual
rules:
  - id: carries-gn
    title: Speech carries GN
    when: {line.discipline: SLP}
    then: {require_modifier: GN}
    source: manual
  - id: adults-only
    title: Adults only
    when: {patient.age: {below: 18}}
    then: {deny: {group: PR, carc: 96}}
    source: manual
"""

CASE = """\
  - name: {name}
    encounter:
      encounter: E
      payer: {{id: small}}
      patient: {{id: P-1{born}}}
      {role}
      {history}
      lines: [{{line: 1, date: {date}, code: {code}, modifiers: [{modifiers}], allowed: {allowed}}}]
    expect:
      lines: {{1: {{{expect}}}}}
"""
USUAL = {
    "born": ", birth_date: 1990-05-05",
    "role": "provider: {npi: '1999999984', role: slp}",
    "history": "history: []",
    "date": "2026-03-02",
    "code": "92507",
    "modifiers": "GN",
    "allowed": "74.00",
    "expect": "as_submitted: pay",
}
CASES: dict[str, dict[str, str]] = {
    "usual": {},
    "another code": {"code": "92508"},
    "no policy for the code": {"code": "97110", "expect": "as_submitted: pend"},
    "no modifier": {
        "modifiers": "",
        "expect": "billed_as: 92507-GN, as_submitted: return, group: CO, carc: ['4'], as_corrected: pay",
    },
    "a physical therapist": {"role": "provider: {npi: '1999999984', role: pt}", "modifiers": ""},
    "a physical therapist, much spent": {
        "role": "provider: {npi: '1999999984', role: pt}",
        "modifiers": "",
        "allowed": "999.00",
    },
    "a physician": {"role": "provider: {npi: '1999999984', role: physician}", "modifiers": "", "allowed": "999.00"},
    "nobody said who": {"role": "place_of_service: 11", "modifiers": "", "expect": "as_submitted: pend"},
    "eighteen today": {"born": ", birth_date: 2008-03-02"},
    "eighteen tomorrow": {"born": ", birth_date: 2008-03-03", "expect": "as_submitted: deny, group: PR, carc: ['96']"},
    "no birth date": {"born": "", "expect": "as_submitted: pend"},
    "no history": {"history": "place_of_service: 11", "expect": "as_submitted: pend"},
    "the whole threshold": {"allowed": "100.00"},
    "a cent more": {"allowed": "100.01", "expect": "as_submitted: deny, group: PR, carc: ['119']"},
    "first day": {"date": "2026-01-01", "allowed": "100.00"},
    "first day, a cent more": {"date": "2026-01-01", "allowed": "100.01", "expect": "as_submitted: deny"},
    "last day of the old value": {"date": "2026-06-30", "allowed": "100.01", "expect": "as_submitted: deny"},
    "last day of the old value, all of it": {"date": "2026-06-30", "allowed": "100.00"},
    "first day of the new value": {"date": "2026-07-01", "allowed": "120.00"},
    "first day of the new value, a cent more": {
        "date": "2026-07-01",
        "allowed": "120.01",
        "expect": "as_submitted: deny",
    },
    "last day": {"date": "2026-12-31", "allowed": "120.00"},
    "last day, a cent more": {"date": "2026-12-31", "allowed": "120.01", "expect": "as_submitted: deny"},
}


def golden(*without: str, **changed: dict[str, str]) -> str:
    """The golden file, without some cases."""
    made = [
        CASE.format(name=name, **{**USUAL, **case, **changed.get(name, {})})
        for name, case in CASES.items()
        if name not in without
    ]
    return "golden:\n" + "".join(made)


def write(folder: Path, policy: str = POLICY, *without: str) -> tuple[Path, Path]:
    """The policy and its golden file in a folder."""
    folder.mkdir(exist_ok=True)
    path, cases = folder / "small.yaml", folder / "small.golden.yaml"
    path.write_text(policy, encoding="utf-8")
    cases.write_text(golden(*without), encoding="utf-8")
    return path, cases
