"""Looking back: what is too old to matter is told from what is not, and leaving it out changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from payerrules import Encounter
from payerrules.decide.engine import Engine
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.limits.lookback import first_day_needed
from payerrules.program.program import Program
from tests.fuzz.generate import encounter, policy
from tests.fuzz.pairs import PolicyRefused, engines

HEAD = """policy: example/looks
edition: 1
title: An example
applies_to: {payer: example}
effective: {from: 2020-01-01, through: 2027-12-31}
published: 2019-12-01
sources: {manual: {title: A manual, url: "https://example.org", status: primary, checked: 2026-11-24}}
"""
LIMIT = """limits:
  some: {{title: Some, counts: services, of: {{line.code: 92507}}, per: [patient], period: {period}, steps: {{cap: {{beyond: 1, then: pend}}}}, source: manual}}
"""
RULE = """rules:
  - {{id: beside, title: Beside, when: {{exists_service: {{other.code: 92523, {date}}}}}, then: {{flag: beside}}, source: manual}}
"""
ON = date(2026, 5, 11)


def program_of(text: str, tmp_path: Path) -> tuple[Program, Encounter]:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + text)
    engine = Engine.open(runtime="reference", plugins=False, extra=[path])
    data = {
        "encounter": "E-1",
        "payer": {"id": "example"},
        "patient": {"id": "P-1"},
        "coverage": {"benefit_year_start": "2025-09-15", "discharged_on": "2026-04-20"},
        "lines": [{"date": ON.isoformat(), "code": "92507"}],
    }
    one = encounter_from_dict(data, engine.vocabulary)
    selected = engine.library.program_for(one.payer, one.facts, {ON.toordinal()}, None)
    assert selected.program is not None
    return selected.program, one


def shown(program: Program, one: Encounter) -> str | None:
    found = first_day_needed(program, one)
    return None if found is None else date.fromordinal(found).isoformat()


@pytest.mark.parametrize(
    ("period", "first"),
    [
        ("day", "2026-05-11"),
        ("{week: sunday}", "2026-05-10"),
        ("calendar_month", "2026-05-01"),
        ("calendar_year", "2026-01-01"),
        ("{fiscal_year: 07-01}", "2025-07-01"),
        ("benefit_year", "2025-09-15"),
        ("{rolling: {days: 180}}", "2025-11-13"),
        ("{rolling: {months: 6, rounding: down}}", "2025-11-12"),
        ("{blocks: {months: 12, rounding: down, from: coverage.benefit_year_start}}", "2025-09-15"),
        ("{blocks: {months: 12, rounding: down, from: first_service}}", None),
        ("{since: spell_of_illness.from}", None),
        ("{since: coverage.benefit_year_start}", "2025-09-15"),
        ("{following: {event: coverage.discharged_on, days: 30}}", "2026-04-21"),
    ],
)
def test_a_period_reaches_back_to_its_first_day(period: str, first: str | None, tmp_path: Path) -> None:
    program, one = program_of(LIMIT.format(period=period), tmp_path)
    assert shown(program, one) == first


@pytest.mark.parametrize(
    ("when", "first"),
    [
        ("other.date: line.date", "2026-05-11"),
        ("other.date: {within: {days: 30, before: line.date}}", "2026-04-11"),
        ("other.date: {on_or_after: {months: -6, from: line.date}}", "2025-11-11"),
        ("other.date: {before: line.date}", None),
    ],
)
def test_a_look_at_services_reaches_back_as_far_as_its_dates_say(when: str, first: str | None, tmp_path: Path) -> None:
    program, one = program_of(RULE.format(date=when), tmp_path)
    assert shown(program, one) == first


def test_leaving_out_what_is_too_old_changes_no_decision() -> None:
    compared = 0
    for seed in range(80):
        if compared >= 10:
            break
        random = Random(seed)
        try:
            (engine, *_) = engines(policy(random))
        except PolicyRefused:
            continue
        for number in range(8):
            one = encounter_from_dict(encounter(random, number), engine.vocabulary)
            old = [replace(line, date=line.date - 4000) for line in one.history or ()]
            if not old:
                continue
            selected = engine.library.program_for(one.payer, one.facts, {line.date for line in one.lines}, None)
            if selected.program is None or first_day_needed(selected.program, one) is None:
                continue
            longer = replace(one, history=(*old, *(one.history or ())))
            assert engine.decide(longer).to_dict() == engine.decide(one).to_dict()
            compared += 1
    assert compared >= 10
