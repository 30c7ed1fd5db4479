"""Three lines an encounter, some facts unknown: forty Medicare-like rules, and the Medicare policy that ships; our runtimes only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

TOGETHER = [
    ("92507", "97129", "97130"),
    ("92507", "92526", "92610"),
    ("92508", "92507", "92526"),
    ("92523", "92507", "92526"),
    ("92507", "97110", "96125"),
    ("92523", "92522", "92507"),
]
SELDOM = ["GA", "GZ", "GY", "GP", "25", "79", "96", "GV", "CQ", "95"]
Counts = list[int]


def encounters(count: int, payer: dict[str, str], seed: int = 1) -> list[dict[str, Any]]:
    """Encounters as they are read: at the threshold and below it, one fact in sixteen not given."""
    random = Random(seed)
    found = []
    for number in range(count):
        month, day = random.randrange(4, 11), random.randrange(1, 29)
        one: dict[str, Any] = {
            "encounter": f"M-{number}",
            "payer": payer,
            "patient": {"id": "P-1", "birth_date": "1950-07-19"},
            "provider": {"npi": "1999999984", "role": random.choice(["slp"] * 7 + ["pt", "slpa"])},
            "place_of_service": random.choice(["11", "11", "11", "10"]),
            "diagnoses": random.sample(["I69.320", "R47.01", "F80.0", "R13.12"], 2),
            "documentation": {
                "medically_necessary": True,
                "skilled": True,
                "plan_of_care": {"established": "2025-01-05", "certified": "2025-01-20"},
            },
            "counters": [
                {
                    "limit": "pt_slp_incurred",
                    "used": f"{random.choice([0, 900, 1800, 2450, 2960])}.00",
                    "as_of": "2025-03-31",
                }
            ],
            "history": [],
        }
        for key in ("place_of_service", "diagnoses", "documentation", "counters", "provider"):
            if random.random() < 0.06:
                del one[key]
        one["lines"] = []
        for line, code in enumerate(random.choice(TOGETHER), 1):
            modifiers = [m for m, chance in (("GN", 0.85), ("KX", 0.25), ("59", 0.2)) if random.random() < chance]
            if random.random() < 0.04:
                modifiers.append(random.choice(SELDOM))
            one["lines"].append({"line": line, "date": f"2025-{month:02d}-{day:02d}", "code": code, "modifiers": modifiers,
                                 "units": random.choice([1, 1, 1, 1, 2]), "minutes": 45, "charge": "110.00", "allowed": "74.00"})  # fmt: skip
        found.append(one)
    return found


def prepare(which: str, runtime: str, way: str) -> tuple[Callable[[int], Any], Callable[[int], Counts]]:
    """A function that decides the encounter of a number, and one that counts its verdicts: all, fired, not evaluated.

    `which` is "forty rules" or "Medicare policy"; `way` is judge (once, the verdict of every rule kept) or json (the whole
    decision with every reason, as text). Encounters are read beforehand.
    """
    from payerrules.decide.engine import Engine
    from payerrules.formats.encounter_reader import reader_for
    from payerrules.payers.manager import Plugins

    forty = which == "forty rules"
    here = Path(__file__).parent / "rules40.yaml"
    engine = Engine.open(runtime=runtime, plugins=Plugins(load=False), extra=[here] if forty else [])
    assert not [d for d in engine.diagnostics if d.severity.value == "error"], [d.text() for d in engine.diagnostics]
    payer = {"id": "bench40"} if forty else {"id": "medicare", "program": "part_b"}
    read = reader_for(engine.vocabulary).read
    claims = [read(one) for one in encounters(300, payer)]

    def judged(number: int) -> Any:
        claim = claims[number]
        selected = engine.library.program_for(claim.payer, claim.facts, [line.date for line in claim.lines])
        assert selected.program is not None
        return engine.judge.judge(selected.program, claim)

    def decided(number: int) -> Any:
        return json.dumps(engine.decide(claims[number]).to_dict())

    def counted(number: int) -> Counts:
        values = [value for run in judged(number).runs for value in run.values]
        return [len(values), values.count(2), values.count(1)]

    return (judged if way == "judge" else decided), counted
