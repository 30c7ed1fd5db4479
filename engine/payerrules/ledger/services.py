"""Services: what of a decided claim counts from then on, and how it is read as history by the claims that follow."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from payerrules.ledger.coding import facts_of, listed, plain_facts, text_of, unlisted
from payerrules.model.encounter import Encounter, Facts, Line
from payerrules.model.values import NONE, Value, scaled

RECORDS = ("as_corrected", "as_submitted")
OF_THE_PATIENT = ("patient.", "coverage.", "payer.", "encounter.")
"""What a past service takes from the claim that is being decided, and not from its own."""
Row = dict[str, Any]
"""A row of the table of services, by column."""


def services_of(encounter: Encounter, decided: Mapping[str, Any], records: str) -> list[Row]:
    """What a decision, as plain data, lets a claim's lines count as; a line that could not be read counts as nothing."""
    given = {line.number: line for line in encounter.lines}
    stopped = {
        one["line"] for one in decided["overrides"] if one["verdict"] == records and one["before"] in ("deny", "return")
    }  # where the engine stopped a line and a plugin did not, the engine's amounts say nothing
    found = []
    for said in decided["lines"]:
        line = given.get(said["line"])
        if line is not None:
            found.append(service(encounter, line, said, records, said["line"] in stopped))
    return found


def service(encounter: Encounter, line: Line, said: Mapping[str, Any], records: str, unpriced: bool) -> Row:
    """One line as the service that it is from now on."""
    verdict = said[records]
    unpriced = unpriced and not verdict["units"].get("payable")
    modifiers = said["modifiers"] if records == "as_corrected" else list(line.modifiers)
    units = None if unpriced else verdict["units"].get("payable")
    if units is None and verdict["outcome"] in ("pay", "pend"):
        submitted = line.facts.get("line.units")
        units = submitted if isinstance(submitted, int) else None
    allowed = None if unpriced or verdict["allowed"] is None else scaled(verdict["allowed"], 2)
    if allowed is None:
        own = line.facts.get("line.allowed")
        allowed = own if isinstance(own, int) else None
    used = {"line.authorization": said["authorization"]} if said["authorization"] else {}
    shared = {name: value for name, value in encounter.facts.items() if not name.startswith(OF_THE_PATIENT)}
    return {
        "line": line.number,
        "date": line.date,
        "code": line.code,
        "modifiers": " ".join(modifiers),
        "outcome": verdict["outcome"],
        "allowed": allowed,
        "units": units,
        "facts": details({**shared, **used, **line.facts}, line, encounter.diagnoses),
    }


def opening_services(encounter: Encounter, known: Iterable[tuple[int, str]]) -> list[Row]:
    """The history that opens an account, as services; those of a date and code that the ledger holds already are left out."""
    held = Counter(known)
    found: list[Row] = []
    for place, line in enumerate(encounter.history or (), 1):
        if held[line.date, line.code]:
            held[line.date, line.code] -= 1
            continue
        outcome, allowed, units = (line.facts.get(f"line.{name}") for name in ("outcome", "allowed", "units"))
        found.append(
            {
                "line": place,
                "date": line.date,
                "code": line.code,
                "modifiers": " ".join(line.modifiers),
                "outcome": outcome if isinstance(outcome, str) else None,
                "allowed": allowed if isinstance(allowed, int) else None,
                "units": units if isinstance(units, int) else None,
                "facts": details(line.facts, line, encounter.diagnoses),
            }
        )
    return found


def details(facts: Facts, line: Line, codes: tuple[str, ...] | None) -> str:
    """Everything else that was given of a service, its diagnoses by their codes."""
    kept: dict[str, Value] = {name: value for name, value in facts.items() if name not in COLUMNS}
    if codes is not None:
        pointed = codes if line.diagnoses is None else [codes[p - 1] for p in line.diagnoses if 0 < p <= len(codes)]
        kept["line.diagnoses"] = frozenset(pointed)
        kept["line.first_diagnosis"] = pointed[0] if pointed else NONE
    said: dict[str, Any] = {"facts": plain_facts(kept)}
    if line.other_payers is not None:
        said["other_payers"] = listed(line.other_payers)
    return text_of(said)


COLUMNS = frozenset({"line.outcome", "line.allowed", "line.units", "line.modifiers"})
"""Facts that have a column of their own."""


def past_line(row: Any) -> Line:
    """A row of the table of services as a past service of an encounter's history."""
    said = json.loads(row.facts)
    facts = facts_of(said["facts"])
    for name in ("outcome", "allowed", "units"):
        value = getattr(row, name)
        if value is not None:
            facts[f"line.{name}"] = value
    return Line(
        number=row.line,
        date=row.date,
        code=row.code,
        modifiers=tuple(row.modifiers.split()),
        facts=facts,
        other_payers=unlisted(said.get("other_payers")),
        receipt=0 if row.claim is None else row.receipt,
    )
