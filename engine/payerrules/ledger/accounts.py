"""Accounts: one for each patient with each payer. What was used before the ledger, and what claims have used since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from payerrules.decide.engine import Filled
from payerrules.language.items import LAST_DAY
from payerrules.ledger.coding import counter_of, plain_counter, text_of
from payerrules.ledger.services import opening_services, past_line
from payerrules.ledger.statements import Ready, bound
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

    @property
    def kept(self) -> dict[str, Any]:
        """What claims change of it, as its row keeps it."""
        return {**{name: getattr(self, name) for name in CHANGED}, "touched": bool(self.touched)}


class Accounts:
    """The accounts that a transaction works on: ours from when they are asked for until it ends; `save` writes them."""

    def __init__(self, ready: Ready) -> None:
        self.ready = ready
        self.found: dict[int, Account] = {}
        self.by_key: dict[tuple[str, str], Account] = {}
        self.before: dict[int, dict[str, Any]] = {}

    def lock(self, keys: Iterable[tuple[str, str]]) -> None:
        """Take the accounts of patients with payers, in one order, so that two who want the same never wait for each other."""
        for patient, payer in sorted(set(keys)):
            self.of(patient, payer)

    def of(self, patient: str, payer: str) -> Account:
        """The account of a patient with a payer, made if it is not there."""
        found = self.by_key.get((patient, payer))
        if found is None:
            key = {"patient": patient, "payer": payer}
            row = self.ready.first(FIND, key)
            if row is None:
                new = {**key, "last_receipt": 0, "last_date": 0, "touched": False}
                self.ready.run(MAKE_PG if self.ready.postgresql else MAKE_LITE, new)
                row = self.ready.first(FIND, key)
            found = self.take(row)
        return found

    def by_id(self, key: int) -> Account:
        """The account of an id."""
        return self.found.get(key) or self.take(self.ready.first(FIND_ID, {"key": key}))

    def take(self, row: Any) -> Account:
        """An account that was found."""
        found = Account(**row._asdict())
        self.found[found.id] = self.by_key[found.patient, found.payer] = found
        self.before[found.id] = found.kept
        return found

    def save(self) -> None:
        """Write what claims changed of them."""
        changed = [one for one in self.found.values() if one.kept != self.before[one.id]]
        self.ready.many(SAVE, [{"key": one.id, **one.kept} for one in changed])
        self.before |= {one.id: one.kept for one in changed}


COLUMNS = [
    account.c[name]
    for name in ("id", "patient", "payer", "last_receipt", "last_date", "touched", "opened_at", "opening")
]
CHANGED = ("last_receipt", "last_date", "touched", "opened_at", "opening")
FIND = (
    sa.select(*COLUMNS)
    .where(account.c.patient == sa.bindparam("patient"), account.c.payer == sa.bindparam("payer"))
    .with_for_update()
)
FIND_ID = sa.select(*COLUMNS).where(account.c.id == sa.bindparam("key")).with_for_update()
MAKE_PG = postgresql.insert(account).on_conflict_do_nothing()
MAKE_LITE = sqlite.insert(account).on_conflict_do_nothing()
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
SAVE = sa.update(account).where(account.c.id == sa.bindparam("key")).values(bound(CHANGED))
HELD = sa.select(service.c.date, service.c.code).where(
    service.c.account == sa.bindparam("account"), service.c.undone_at.is_(None)
)
OPEN = sa.insert(service)


def past(ready: Ready, kept: Account, own: int, known_through: int, first_day: int) -> list[Line]:
    """The services of an account that stood at a receipt, without those of one claim, from a day on."""
    asked = {"account": kept.id, "own": own, "known_through": known_through, "first_day": first_day}
    return [past_line(row) for row in ready.run(PAST, asked)]


def open_account(ready: Ready, kept: Account, filled: Filled, receipt: int) -> None:
    """Keep what a claim, or a plugin for it, says of the past as the opening of its account, unless it has one."""
    given = filled.encounter
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
        "given_by": {name: plugin for name, plugin in filled.givers.items() if of_the_past(name)},
    }
    kept.opened_at, kept.opening = receipt, text_of(said)
    if given.history:
        held = [(row.date, row.code) for row in ready.run(HELD, {"account": kept.id})] if kept.last_receipt else []
        shared = {"account": kept.id, "claim": None, "receipt": receipt, "undone_at": None}
        ready.many(OPEN, [{**row, **shared} for row in opening_services(given, held)])


def of_the_past(name: str) -> bool:
    """Whether what a plugin gave, by its name, says what was used before."""
    return name == "encounter.history" or name.startswith("counters: ")


def with_past(
    filled: Filled, kept: Account, receipt: int, known_through: int, lines: Sequence[Line], complete_from: int | None
) -> Filled:
    """A claim with the past that its account has for it, in place of what is said of the past with the claim itself."""
    given = filled.encounter
    opened = kept.opening is not None and kept.opened_at is not None and kept.opened_at <= known_through
    said: dict[str, Any] = json.loads(kept.opening) if opened and kept.opening else {}
    known_from = said.get("known_from")
    if not said.get("history"):
        known_from = complete_from
    history: tuple[Line, ...] | None = tuple(lines)
    if not said.get("history") and complete_from is None:
        history, known_from = (None, None) if not lines else (history, LAST_DAY)
    presumed = ("history",) if said.get("presumed") else ()
    encounter = replace(
        given,
        history=history,
        history_known_from=known_from,
        counters=tuple(counter_of(one) for one in said.get("counters", ())),
        receipt=receipt,
        presumed=tuple(dict.fromkeys((*(p for p in given.presumed if p != "history"), *presumed))),
    )
    givers = {name: plugin for name, plugin in filled.givers.items() if not of_the_past(name)}
    return replace(filled, encounter=encounter, givers={**givers, **said.get("given_by", {})})


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
