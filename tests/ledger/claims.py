"""Claims for the tests of the ledger: one speech treatment, by default, of one patient of a plan with one limit."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from payerrules import Encounter, Engine, encounter_from_dict
from payerrules.ledger.history import accounts_of, review
from payerrules.ledger.ledger import Entry, Ledger
from payerrules.ledger.reading import exported, verified

POLICY = Path(__file__).parent / "plan.yaml"


def claim(
    name: str,
    date: str = "2026-05-11",
    *,
    patient: str = "P-1",
    allowed: str | None = "74.00",
    modifiers: tuple[str, ...] = ("GN",),
    code: str = "92507",
    units: int = 1,
    lines: int = 1,
    **more: Any,
) -> dict[str, Any]:
    """A claim as plain data; `more` are keys of the encounter."""
    line: dict[str, Any] = {
        "date": date,
        "code": code,
        "modifiers": list(modifiers),
        "units": units,
        "charge": "2000.00",
    }
    if allowed is not None:
        line["allowed"] = allowed
    return {
        "encounter": name,
        "payer": {"id": "plan"},
        "patient": {"id": patient, "birth_date": "1950-07-19"},
        "provider": {"npi": "1999999984", "role": "slp"},
        "place_of_service": "11",
        "diagnoses": ["R47.1"],
        "documentation": {"medically_necessary": False},
        "lines": [{"line": number, **line} for number in range(1, lines + 1)],
        **more,
    }


def replacing(original: str, frequency: str = "7") -> dict[str, Any]:
    """The keys of a claim that takes the place of another."""
    return {"claim": {"frequency": frequency, "original": original}}


def read(data: dict[str, Any], engine: Engine) -> Encounter:
    """A claim, read."""
    return encounter_from_dict(data, engine.vocabulary)


def post(ledger: Ledger, engine: Engine, data: dict[str, Any]) -> Entry:
    """A claim, decided by a ledger."""
    return ledger.decide(engine, read(data, engine))


def used(entry: Entry) -> tuple[Any, Any]:
    """What the limit of the first line says was used before and after it."""
    found = entry.decision.to_dict()["limits"][0]
    return found["before"], found["after"]


def outcomes(entry: Entry) -> list[str]:
    """The outcomes of the lines as submitted."""
    return [line.as_submitted.outcome for line in entry.decision.lines]


def codes(entry: Entry) -> list[str]:
    """The codes of what a person should know."""
    return [note.code for note in entry.notes]


def everything(ledger: Ledger) -> list[dict[str, Any]]:
    """All that a ledger holds."""
    with ledger.store.reading() as connection:
        accounts = accounts_of(connection, touched=False)
        return [record for one in accounts for record in exported(connection, one)]


def differences(ledger: Ledger) -> list[str]:
    """What in a ledger does not agree with itself."""
    with ledger.store.reading() as connection:
        accounts = accounts_of(connection, touched=False)
        return [wrong.message for one in accounts for wrong in verified(ledger, connection, one)]


def reviewed(ledger: Ledger, engine: Engine, *, touched: bool = True) -> list[tuple[str, str, str]]:
    """The claims whose first line would now be decided otherwise, before and after, as submitted."""
    with ledger.store.reading() as connection:
        accounts = accounts_of(connection, touched=touched)
    return [
        (one.encounter, *(one.lines[0][when]["as_submitted"]["outcome"] for when in ("before", "after")))
        for found in review(ledger, engine, accounts)
        for one in found
    ]


def stream(count: int, patients: int, seed: int = 7) -> list[dict[str, Any]]:
    """Claims of several patients in the order in which they come: some late, some sent twice, replaced or void."""
    chance = random.Random(seed)
    found: list[dict[str, Any]] = []
    for number in range(count):
        day = f"2026-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        patient = f"P-{chance.randrange(patients)}"
        one = claim(
            f"S-{number}", day, patient=patient, allowed=f"{chance.randint(50, 900)}.{chance.randint(0, 99):02d}"
        )
        earlier = [e for e in found if e["patient"]["id"] == patient]
        kind = chance.random()
        if earlier and kind < 0.1:
            one |= replacing(chance.choice(earlier)["encounter"])
        elif earlier and kind < 0.15:
            one |= replacing(chance.choice(earlier)["encounter"], "8")
        elif earlier and kind < 0.2:
            one = chance.choice(earlier)
        found.append(one)
    return found
