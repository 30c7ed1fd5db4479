"""Deciding anew: what the claims of an account would come to on everything that is known now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payerrules.decide.engine import Engine
from payerrules.ledger.accounts import COLUMNS, Account, standing, with_past
from payerrules.ledger.coding import encounter_from, payer_words, text_of
from payerrules.ledger.ledger import Ledger, essence, first_day, kept_of
from payerrules.ledger.services import past_line, services_of
from payerrules.ledger.tables import account, claim, service
from payerrules.ledger.undoing import VOID, name_of
from payerrules.model.encounter import Encounter, Line

MAX_ROUNDS = 10
"""How often an account is decided anew until nothing changes any more; a claim's decision may change what others see."""


@dataclass(slots=True)
class Difference:
    """A decision that would now be another: of which claim, and what it said and would say of each line that differs."""

    patient: str
    payer: str
    encounter: str
    receipt: int
    lines: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "patient": self.patient,
            "payer": payer_words(self.payer),
            "encounter": self.encounter,
            "receipt": self.receipt,
            "lines": self.lines,
        }


@dataclass(slots=True)
class Standing:
    """A claim that stands, with the decision and the services it has now."""

    row: Any
    encounter: Encounter
    decided: dict[str, Any]
    services: list[Line]


def accounts_of(connection: Connection, *, touched: bool, patient: str = "") -> list[Account]:
    """The accounts to look at: of one patient, or all, or those where something came late or was undone."""
    asked = sa.select(*COLUMNS).order_by(account.c.patient, account.c.payer)
    if touched:
        asked = asked.where(account.c.touched)
    if patient:
        asked = asked.where(account.c.patient == patient)
    return [Account(**row._mapping) for row in connection.execute(asked)]


def decided_anew(connection: Connection, ledger: Ledger, engine: Engine, kept: Account) -> list[Standing]:
    """The standing claims of an account as they would be decided now, each in its place; nothing is written."""
    opening = [past_line(row) for row in connection.execute(OPENING, {"account": kept.id})]
    claims = [
        Standing(row, encounter_from(row.asked), json.loads(row.decided), [])
        for row in standing(connection, kept, claim.c.frequency != VOID)
    ]
    for one in claims:
        one.services = as_past(one, ledger.records)
    complete_from = ledger.store.settings.complete_from
    for _ in range(MAX_ROUNDS):
        changed = False
        for one in claims:
            filled, receipt = engine.filled(one.encounter, past=kept.opening is None), one.row.receipt
            first = first_day(engine, filled.encounter)
            others = [line for other in claims if other is not one for line in other.services]
            known = [line for line in (*opening, *others) if line.date >= first]
            asked = with_past(filled, kept, receipt, kept.last_receipt, known, complete_from)
            decided = kept_of(engine.decide_filled(asked))
            changed = changed or essence(decided) != essence(one.decided)
            one.decided = json.loads(text_of(decided))
            one.services = as_past(one, ledger.records)
        if not changed:
            break
    return claims


OPENING = sa.select(service).where(service.c.account == sa.bindparam("account"), service.c.claim.is_(None))


def as_past(one: Standing, records: str) -> list[Line]:
    """The services of a claim as the claims after it see them."""
    rows = services_of(one.encounter, one.decided, records)
    return [past_line(SimpleNamespace(**row, claim=one.row.id, receipt=one.row.receipt)) for row in rows]


def difference(kept: Account, one: Standing) -> Difference | None:
    """What a claim's new decision says otherwise than the one that was recorded; None where nothing."""
    before = {line["line"]: line for line in essence(json.loads(one.row.decided))}
    after = {line["line"]: line for line in essence(one.decided)}
    lines = [
        {"line": number, "before": before.get(number), "after": after.get(number)}
        for number in sorted({*before, *after})
        if before.get(number) != after.get(number)
    ]
    if not lines:
        return None
    name = name_of(one.row.encounter, one.row.frequency)
    return Difference(kept.patient, kept.payer, name, one.row.receipt, lines)


def review(ledger: Ledger, engine: Engine, accounts: Sequence[Account]) -> Iterator[list[Difference]]:
    """The decisions that would now be others, account by account. Nothing is changed."""
    for kept in accounts:
        with ledger.store.reading() as connection:
            found = [difference(kept, one) for one in decided_anew(connection, ledger, engine, kept)]
        yield [one for one in found if one is not None]


def rebuild(ledger: Ledger, engine: Engine, accounts: Sequence[Account]) -> Iterator[list[Difference]]:
    """Decide every standing claim anew and record that in place of what was recorded; one transaction an account."""
    for kept in accounts:
        yield ledger.store.work(lambda ready, kept=kept: rebuilt(ready.connection, ledger, engine, kept))  # type: ignore[misc]  # the default binds the loop's account


def rebuilt(connection: Connection, ledger: Ledger, engine: Engine, known: Account) -> list[Difference]:
    """One account, decided anew and recorded; what changed."""
    locked = connection.execute(sa.select(*COLUMNS).where(account.c.id == known.id).with_for_update()).one()
    kept = Account(**locked._mapping)
    found = []
    for one in decided_anew(connection, ledger, engine, kept):
        if (changed := difference(kept, one)) is not None:
            found.append(changed)
        values = {
            "outcome": one.decided["outcome"],
            "decided": text_of(one.decided),
            "known_through": kept.last_receipt,
        }
        connection.execute(sa.update(claim).where(claim.c.id == one.row.id).values(**values))
        connection.execute(sa.delete(service).where(service.c.claim == one.row.id))
        rows = services_of(one.encounter, one.decided, ledger.records)
        if rows:
            key = {"account": kept.id, "claim": one.row.id, "receipt": one.row.receipt, "undone_at": None}
            connection.execute(sa.insert(service), [{**row, **key} for row in rows])
    connection.execute(sa.update(account).where(account.c.id == kept.id).values(touched=False))
    return found
