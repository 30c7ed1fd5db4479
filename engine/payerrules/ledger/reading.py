"""Reading a ledger: what an account holds, everything as JSON, and whether the record agrees with itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payerrules.ledger.accounts import Account
from payerrules.ledger.coding import content_hash, encounter_from, payer_words, plain_encounter
from payerrules.ledger.ledger import Ledger
from payerrules.ledger.services import services_of
from payerrules.ledger.tables import claim, service
from payerrules.ledger.undoing import VOID, name_of
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.values import unscaled

KEPT = ("line", "date", "code", "modifiers", "outcome", "allowed", "units", "facts")
"""Columns of a service that its claim's decision says."""


def claims_of(connection: Connection, kept: Account) -> list[Any]:
    """Every claim of an account, by receipt."""
    return list(connection.execute(sa.select(claim).where(claim.c.account == kept.id).order_by(claim.c.receipt)))


def services_in(connection: Connection, kept: Account) -> list[Any]:
    """Every service of an account, by receipt and line; those of the opening with the claim that gave them."""
    asked = sa.select(service).where(service.c.account == kept.id)
    return list(connection.execute(asked.order_by(service.c.receipt, service.c.claim, service.c.line)))


def shown_service(row: Any) -> dict[str, Any]:
    """A service as plain data for people: dates and money as text."""
    return {
        "line": row.line,
        "date": date.fromordinal(row.date).isoformat(),
        "code": row.code,
        "modifiers": row.modifiers.split(),
        "outcome": row.outcome,
        "allowed": None if row.allowed is None else unscaled(row.allowed, 2),
        "units": row.units,
    }


def shown_account(connection: Connection, kept: Account) -> dict[str, Any]:
    """An account as plain data: its opening, its claims by receipt with what each of them uses, and what stands in all."""
    rows = services_in(connection, kept)
    by_claim: dict[int | None, list[dict[str, Any]]] = {}
    for row in rows:
        by_claim.setdefault(row.claim, []).append(shown_service(row))
    said = json.loads(kept.opening) if kept.opening else None
    opening = None
    if said is not None:
        opening = {
            "receipt": kept.opened_at,
            "counters": [
                {"limit": one["limit"], "used": one["used_text"], "as_of": date.fromordinal(one["as_of"]).isoformat()}
                for one in said["counters"]
            ],
            "history": by_claim.get(None, []) if said["history"] else None,
            "presumed": said["presumed"],
        }
    counted = [row for row in rows if row.undone_at is None and row.outcome in (None, "pay")]
    return {
        "patient": kept.patient,
        "payer": payer_words(kept.payer),
        "opening": opening,
        "claims": [
            {
                "receipt": one.receipt,
                "encounter": name_of(one.encounter, one.frequency),
                "outcome": one.outcome,
                "undone_by": one.undone_by,
                "services": by_claim.get(one.id, []),
            }
            for one in claims_of(connection, kept)
        ],
        "stands": {
            "services": len(counted),
            "units": sum(row.units or 0 for row in counted),
            "allowed": unscaled(sum(row.allowed or 0 for row in counted), 2),
        },
        "touched": kept.touched,
    }


def exported(connection: Connection, kept: Account) -> Iterator[dict[str, Any]]:
    """An account, whole, as one record for each claim; the first carries the opening."""
    shown = shown_account(connection, kept)
    yield {"account": {"patient": kept.patient, "payer": shown["payer"]}, "opening": shown["opening"]}
    for one, said in zip(claims_of(connection, kept), shown["claims"], strict=True):
        decided = json.loads(one.decided)
        yield {
            "patient": kept.patient,
            "payer": shown["payer"],
            **said,
            "replaces": one.original,
            "undone_at": one.undone_at,
            "known_through": one.known_through,
            "content": one.content,
            "decision": decided,
        }


def verified(ledger: Ledger, connection: Connection, kept: Account) -> list[Diagnostic]:
    """What in an account does not agree with itself: every service is counted anew from the decision that made it."""
    found: list[Diagnostic] = []

    def wrong(what: str) -> None:
        hint = "Run `payerrules ledger rebuild`, and look for what else writes to this database."
        message = f"patient {kept.patient}, {payer_words(kept.payer)}: {what}"
        found.append(Diagnostic("ledger-differs", message, None, hint))

    claims = claims_of(connection, kept)
    by_claim: dict[int | None, list[Any]] = {}
    for row in services_in(connection, kept):
        by_claim.setdefault(row.claim, []).append(row)
    opening = by_claim.pop(None, [])
    if any(row.receipt != kept.opened_at for row in opening) or (kept.opened_at is None) != (kept.opening is None):
        wrong("the opening is not as the claim that gave it left it")
    last = max((one.receipt for one in claims), default=0)
    if kept.last_receipt < max([last, *(one.undone_at or 0 for one in claims)]):
        wrong(f"its last receipt is {kept.last_receipt}, and it holds a claim of receipt {last}")
    for one in claims:
        name = f"encounter {name_of(one.encounter, one.frequency)}"
        given = encounter_from(one.asked)
        if content_hash(plain_encounter(given)) != one.content:
            wrong(f"{name} is not as it was received")
        decided = json.loads(one.decided)
        if decided["outcome"] != one.outcome:
            wrong(f"{name} is kept as {one.outcome}, and was decided {decided['outcome']}")
        if (one.undone_at is None) != (one.undone_by is None) or (one.undone_at or one.receipt) < one.receipt:
            wrong(f"{name} is undone in part")
        rows = by_claim.pop(one.id, [])
        expected = [] if one.frequency == VOID else services_of(given, decided, ledger.records)
        if [kept_columns(row) for row in rows] != expected:
            wrong(f"the services of {name} are not those that its decision says")
        if any(row.undone_at != one.undone_at or row.receipt != one.receipt for row in rows):
            wrong(f"the services of {name} stand where it does not, or the other way round")
    for rows in by_claim.values():
        wrong(f"{len(rows)} services belong to no claim of the account")
    return found


def kept_columns(row: Any) -> dict[str, Any]:
    """The columns of a service that its claim's decision says."""
    return {name: getattr(row, name) for name in KEPT}
