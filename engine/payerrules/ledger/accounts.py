"""Accounts: one for each patient with each payer. What was used before the ledger, and what claims have used since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from payerrules.language.items import LAST_DAY
from payerrules.ledger.coding import counter_of, plain_counter, text_of
from payerrules.ledger.services import opening_services, past_line
from payerrules.ledger.tables import account, claim, service
from payerrules.model.encounter import Encounter, Line


@dataclass
class Account:
    """An account as it stands while a claim of it is worked on: nobody else changes it meanwhile."""

    id: int
    patient: str
    payer: str
    last_receipt: int
    last_date: int
    touched: bool
    opened_at: int | None
    opening: str | None


def locked_account(connection: Connection, patient: str, payer: str) -> Account:
    """The account of a patient with a payer, made if it is not there, and ours until the transaction ends."""
    key = {"patient": patient, "payer": payer}
    found = connection.execute(FIND, key).first()
    if found is None:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        made = insert(account).values(**key, last_receipt=0, last_date=0, touched=False)
        connection.execute(made.on_conflict_do_nothing())
        found = connection.execute(FIND, key).one()
    return Account(**found._mapping)


COLUMNS = [
    account.c[name]
    for name in ("id", "patient", "payer", "last_receipt", "last_date", "touched", "opened_at", "opening")
]
FIND = (
    sa.select(*COLUMNS)
    .where(account.c.patient == sa.bindparam("patient"), account.c.payer == sa.bindparam("payer"))
    .with_for_update()
)
PAST = (
    sa.select(service)
    .where(
        service.c.account == sa.bindparam("account"),
        service.c.date >= sa.bindparam("first_day"),
        service.c.receipt <= sa.bindparam("known_through"),
        sa.or_(service.c.undone_at.is_(None), service.c.undone_at > sa.bindparam("known_through")),
        sa.or_(service.c.claim.is_(None), service.c.receipt != sa.bindparam("own")),
    )
    .order_by(service.c.receipt, service.c.line)
)
SAVE = (
    sa.update(account)
    .where(account.c.id == sa.bindparam("key"))
    .values({name: sa.bindparam(name) for name in ("last_receipt", "last_date", "touched", "opened_at", "opening")})
)


def save(connection: Connection, kept: Account) -> None:
    """Write what a claim changed of its account."""
    values = {name: getattr(kept, name) for name in ("last_receipt", "last_date", "touched", "opened_at", "opening")}
    connection.execute(SAVE, {"key": kept.id, **values})


def past(connection: Connection, kept: Account, own: int, known_through: int, first_day: int) -> list[Line]:
    """The services of an account that stood at a receipt, without those of one claim, from a day on."""
    asked = {"account": kept.id, "own": own, "known_through": known_through, "first_day": first_day}
    return [past_line(row) for row in connection.execute(PAST, asked)]


def open_account(connection: Connection, kept: Account, given: Encounter, receipt: int) -> None:
    """Keep what a claim says of the past as the opening of its account, unless it has one, or the claim says nothing."""
    if kept.opening is not None or (given.history is None and not given.counters):
        return
    before = given.first_date - 1
    counters = [
        replace(counter, as_of=before if counter.as_of is None else min(counter.as_of, before))
        for counter in given.counters
    ]
    said = {
        "counters": [plain_counter(counter) for counter in counters],
        "history": given.history is not None,
        "known_from": given.history_known_from,
        "presumed": "history" in given.presumed,
    }
    kept.opened_at, kept.opening = receipt, text_of(said)
    known = sa.select(service.c.date, service.c.code).where(service.c.account == kept.id, service.c.undone_at.is_(None))
    held = [(row.date, row.code) for row in connection.execute(known)] if kept.last_receipt else []
    rows = opening_services(given, held)
    if rows:
        added = [{**row, "account": kept.id, "claim": None, "receipt": receipt, "undone_at": None} for row in rows]
        connection.execute(sa.insert(service), added)


def with_past(
    given: Encounter, kept: Account, receipt: int, known_through: int, lines: Sequence[Line], complete_from: int | None
) -> Encounter:
    """A claim with the past that its account has for it, in place of what the claim itself says of the past."""
    opened = kept.opening is not None and kept.opened_at is not None and kept.opened_at <= known_through
    said: dict[str, Any] = json.loads(kept.opening) if opened and kept.opening else {}
    known_from = said.get("known_from")
    if not said.get("history"):
        known_from = complete_from
    history: tuple[Line, ...] | None = tuple(lines)
    if not said.get("history") and complete_from is None:
        history, known_from = (None, None) if not lines else (history, LAST_DAY)
    presumed = ("history",) if said.get("presumed") else ()
    return replace(
        given,
        history=history,
        history_known_from=known_from,
        counters=tuple(counter_of(one) for one in said.get("counters", ())),
        receipt=receipt,
        presumed=tuple(dict.fromkeys((*(p for p in given.presumed if p != "history"), *presumed))),
    )


def set_aside(given: Encounter, kept: Account, receipt: int) -> list[str]:
    """What a claim says of the past and its account does not need, by name."""
    if kept.opened_at == receipt:
        return []
    said = ["history"] if given.history is not None and "history" not in given.presumed else []
    return said + [f"counters.{counter.limit}" for counter in given.counters]


def standing(connection: Connection, kept: Account, *conditions: Any) -> Sequence[Row[Any]]:
    """The claims of an account that are not replaced or voided, by receipt."""
    found = sa.select(claim).where(claim.c.account == kept.id, claim.c.undone_at.is_(None), *conditions)
    return connection.execute(found.order_by(claim.c.receipt)).all()
