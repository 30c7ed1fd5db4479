"""Encounters and past services as text and back, without loss; and the names under which the ledger keeps them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import CounterGiven, Encounter, Facts, Line
from payerrules.model.values import NONE, NothingKnown, Value

PAYER_KEYS = ("id", "program", "state", "plan")
"""What makes a payer of its own; its rank on a claim does not."""


def text_of(data: Any) -> str:
    """Plain data as canonical JSON.

    >>> text_of({"b": 1, "a": ["x"]})
    '{"a":["x"],"b":1}'
    """
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def payer_key(payer: Mapping[str, str]) -> str:
    """The name of a payer's accounts: id, program, state and plan.

    >>> payer_key({"id": "medicaid", "state": "TX", "rank": "secondary"})
    'medicaid//TX/'
    """
    return "/".join(quote(payer.get(key, ""), safe=" ") for key in PAYER_KEYS)


def payer_words(key: str) -> str:
    """A payer's key as a person reads it.

    >>> payer_words("medicaid//TX/")
    'medicaid TX'
    """
    return " ".join(unquote(part) for part in key.split("/") if part)


def plain_facts(facts: Facts) -> dict[str, Any]:
    """Facts as plain data: a set as a sorted list, *known: none* as null; the rest is plain already."""
    return {name: plain(value) for name, value in facts.items()}


def plain(value: Value) -> Any:
    """One value as plain data."""
    if isinstance(value, frozenset):
        return sorted(value)
    return None if isinstance(value, NothingKnown) else value


def facts_of(data: Mapping[str, Any]) -> dict[str, Value]:
    """Facts from plain data.

    >>> facts_of(plain_facts({"line.units": 2, "documentation.abn": NONE, "line.modifiers": frozenset({"GN"})}))
    {'line.units': 2, 'documentation.abn': none, 'line.modifiers': frozenset({'GN'})}
    """
    return {
        name: NONE if value is None else frozenset(value) if isinstance(value, list) else value
        for name, value in data.items()
    }


def listed(things: tuple[Facts, ...] | None) -> list[dict[str, Any]] | None:
    """Authorizations or other payers as plain data."""
    return None if things is None else [plain_facts(facts) for facts in things]


def unlisted(data: list[dict[str, Any]] | None) -> tuple[Facts, ...] | None:
    """Authorizations or other payers from plain data."""
    return None if data is None else tuple(facts_of(facts) for facts in data)


def plain_line(line: Line) -> dict[str, Any]:
    """A line as plain data."""
    return {
        "number": line.number,
        "date": line.date,
        "code": line.code,
        "modifiers": list(line.modifiers),
        "facts": plain_facts(line.facts),
        "diagnoses": None if line.diagnoses is None else list(line.diagnoses),
        "other_payers": listed(line.other_payers),
    }


def line_of(data: Mapping[str, Any]) -> Line:
    """A line from plain data."""
    return Line(
        number=data["number"],
        date=data["date"],
        code=data["code"],
        modifiers=tuple(data["modifiers"]),
        facts=facts_of(data["facts"]),
        diagnoses=None if data["diagnoses"] is None else tuple(data["diagnoses"]),
        other_payers=unlisted(data["other_payers"]),
    )


def plain_counter(counter: CounterGiven) -> dict[str, Any]:
    """A counter as plain data."""
    return {
        "limit": counter.limit,
        "used": counter.used,
        "used_text": counter.used_text,
        "as_of": counter.as_of,
        "pool": plain_facts(counter.pool),
    }


def counter_of(data: Mapping[str, Any]) -> CounterGiven:
    """A counter from plain data."""
    return CounterGiven(data["limit"], data["used"], data["used_text"], data["as_of"], facts_of(data["pool"]))


def plain_encounter(encounter: Encounter) -> dict[str, Any]:
    """An encounter as plain data, without what it says of the past: the ledger knows that itself."""
    return {
        "id": encounter.id,
        "payer": dict(encounter.payer),
        "patient": encounter.patient,
        "lines": [plain_line(line) for line in encounter.lines],
        "facts": plain_facts(encounter.facts),
        "diagnoses": None if encounter.diagnoses is None else list(encounter.diagnoses),
        "authorizations": listed(encounter.authorizations),
        "other_payers": listed(encounter.other_payers),
        "received": encounter.received,
        "unreadable_lines": list(encounter.unreadable_lines),
        "doubtful": [list(doubt) for doubt in encounter.doubtful],
    }


def encounter_text(encounter: Encounter, content: Mapping[str, Any]) -> str:
    """An encounter as the ledger keeps it: its content, and what could not be read of it."""
    unread = [[one.code, one.message, one.hint, str(one.severity)] for one in encounter.unread]
    return text_of({**content, "unread": unread})


def encounter_from(text: str) -> Encounter:
    """The encounter that the ledger keeps as this text; where in a file something stood is not kept."""
    data = json.loads(text)
    return Encounter(
        id=data["id"],
        payer=data["payer"],
        patient=data["patient"],
        lines=tuple(line_of(line) for line in data["lines"]),
        facts=facts_of(data["facts"]),
        diagnoses=None if data["diagnoses"] is None else tuple(data["diagnoses"]),
        authorizations=unlisted(data["authorizations"]),
        other_payers=unlisted(data["other_payers"]),
        received=data["received"],
        unread=tuple(Diagnostic(c, message, None, hint, Severity(s)) for c, message, hint, s in data["unread"]),
        unreadable_lines=tuple(data["unreadable_lines"]),
        doubtful=tuple((number, message) for number, message in data["doubtful"]),
    )


def content_hash(content: Mapping[str, Any]) -> str:
    """The mark by which a claim is known to have been received before."""
    return hashlib.sha256(text_of(content).encode()).hexdigest()
