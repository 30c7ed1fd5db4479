"""The ledger: decides claims on what was decided before, and keeps what each of them uses. A batch of claims is one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from payerrules.decide.engine import Engine, Filled
from payerrules.language.items import FIRST_DAY
from payerrules.ledger import undoing
from payerrules.ledger.accounts import (
    Account,
    Accounts,
    open_account,
    past,
    set_aside,
    with_past,
)
from payerrules.ledger.coding import content_hash, encounter_text, payer_key, plain_encounter, text_of
from payerrules.ledger.services import services_of
from payerrules.ledger.statements import Ready
from payerrules.ledger.store import Store
from payerrules.ledger.tables import claim, service
from payerrules.limits.lookback import first_day_needed
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import Encounter

BATCH: Final = 100
"""How many claims of a stream are recorded together: a flush to the disk costs as much as deciding several."""


@dataclass(slots=True)
class Entry:
    """A claim as the ledger decided it. `notes` say what a person should know of how it was kept.

    `late`: later dates of service of the patient were decided before it came.
    """

    decision: Decision
    notes: list[Diagnostic] = field(default_factory=list)
    late: bool = False


class Ledger:
    """Decides claims on the record of those before, kept in a SQLite file or a PostgreSQL database.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from payerrules import Engine, encounter_from_dict
    >>> engine = Engine.open(runtime="reference", plugins=False, assume_history_none=True)
    >>> claim = {"encounter": "E-1", "payer": {"id": "medicare", "program": "part_b"}, "patient": {"id": "P-1"}, "provider": {"role": "slp"},
    ...          "lines": [{"line": 1, "date": "2026-05-11", "code": "92507", "modifiers": ["GN"], "units": 1, "allowed": "74.00"}]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Ledger(str(Path(folder) / "claims.db")) as ledger:
    ...         used = []
    ...         for claim["encounter"] in ("E-1", "E-2", "E-2"):
    ...             decision = ledger.decide(engine, encounter_from_dict(claim, engine.vocabulary)).decision
    ...             used.append(decision.to_dict()["limits"][0]["after"])
    >>> used
    ['74.00', '148.00', '148.00']
    """

    def __init__(self, url: str, *, make: bool = True) -> None:
        """Open a ledger, made if it is not there and `make`. Raises LedgerError where it cannot be opened."""
        self.store = Store(url, make=make)
        self.records = self.store.settings.records

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the database back."""
        self.store.close()

    def decide(self, engine: Engine, encounter: Encounter) -> Entry:
        """Decide a claim on all that was received before it, and record what it uses; all of it or nothing.

        A claim received before, line by line the same, is decided as it was then, and nothing is recorded.
        Raises LedgerError where the ledger cannot be read or written; nothing of the claim is recorded then.
        """
        return next(self.decide_all(engine, [encounter], 1))

    def decide_all(self, engine: Engine, encounters: Iterable[Encounter], batch: int = BATCH) -> Iterator[Entry]:
        """Decide claims one after the other, so many in one transaction; each is given when it and its batch are recorded.

        Raises LedgerError as `decide` does; nothing of the batch is recorded then, and those before it are.
        """
        for together in batched(encounters, batch):
            yield from self.store.work(lambda ready, together=together: self.entered(ready, engine, together))  # type: ignore[misc]  # the default binds the loop's batch

    def entered(self, ready: Ready, engine: Engine, together: Sequence[Encounter]) -> list[Entry]:
        """The entries of claims, made within a transaction."""
        accounts = Accounts(ready)
        lacking = [not_recordable(one) for one in together]
        accounts.lock(
            (one.patient, payer_key(one.payer)) for one, lacks in zip(together, lacking, strict=True) if not lacks
        )
        found = [
            not_recorded(engine, one, lacks) if lacks else self.entry(accounts, engine, one)
            for one, lacks in zip(together, lacking, strict=True)
        ]
        accounts.save()
        return found

    def entry(self, accounts: Accounts, engine: Engine, given: Encounter) -> Entry:
        """The entry of a claim whose account is ours."""
        ready = accounts.ready
        content = plain_encounter(given)
        mark = content_hash(content)
        frequency = undoing.frequency_of(given)
        kept = accounts.of(given.patient, payer_key(given.payer))
        known = undoing.related(ready, kept, given)
        filled = engine.filled(given, past=kept.opening is None)
        for one in known:
            if (one.encounter, one.frequency, one.content) == (given.id, frequency, mark):
                return self.again(ready, engine, filled, given, kept, one)
        receipt = kept.last_receipt + 1
        open_account(ready, kept, filled, receipt)
        found = undoing.undone_by(ready, kept, given, frequency, known)
        if found.nothing:
            undoing.elsewhere(ready, kept, given, frequency, found)
        undoing.undo(accounts, found, receipt, undoing.name_of(given.id, frequency))
        decision = self.on_the_past(ready, engine, filled, kept, receipt, receipt)
        decided = kept_of(decision)
        undone_at, undone_by = (receipt, found.already) if found.already else (None, None)
        made = ready.first(
            INSERT_CLAIM,
            {
                "account": kept.id,
                "encounter": given.id,
                "frequency": frequency,
                "receipt": receipt,
                "content": mark,
                "number": text(given, "claim.id"),
                "original": text(given, "claim.original"),
                "first_date": given.first_date,
                "known_through": receipt,
                "undone_at": undone_at,
                "undone_by": undone_by,
                "outcome": decision.outcome,
                "asked": encounter_text(given, content),
                "decided": text_of(decided),
            },
        )
        rows = [] if frequency == undoing.VOID else services_of(given, decided, self.records)
        shared = {"account": kept.id, "claim": made.id, "receipt": receipt, "undone_at": undone_at}
        ready.many(INSERT_SERVICES, [{**row, **shared} for row in rows])
        late = given.first_date < kept.last_date and frequency != undoing.VOID
        kept.touched = kept.touched or late or bool(found.claims) or (kept.opened_at == receipt > 1)
        kept.last_receipt = receipt
        kept.last_date = max(kept.last_date, *(line.date for line in given.lines), 0)
        decision.ledger = noted(given, kept, receipt, found.claims)
        return Entry(decision, found.notes(given, frequency), late)

    def again(self, ready: Ready, engine: Engine, filled: Filled, given: Encounter, kept: Account, same: Any) -> Entry:
        """A claim that was received before: decided on what was known then, with nothing recorded."""
        decision = self.on_the_past(ready, engine, filled, kept, same.receipt, same.known_through)
        notes = []
        if same.undone_at is not None and same.undone_at != same.receipt:
            message = f"encounter {given.id} was received before, and {same.undone_by} has taken its place since"
            hint = "Nothing is changed. To bring it back, send it as a replacement (frequency 7)."
            notes.append(Diagnostic("ledger-superseded", message, None, hint, Severity.WARNING))
        if differs(json.loads(ready.first(DECIDED, {"key": same.id}).decided), kept_of(decision)):
            message = f"encounter {given.id} was decided otherwise before; the record of it stays"
            hint = "The policies or the engine have changed since: see `payerrules ledger review --all`, `rebuild`."
            notes.append(Diagnostic("ledger-otherwise", message, None, hint, Severity.WARNING))
        decision.ledger = noted(given, kept, same.receipt, undoing.undid(ready, kept, same.receipt))
        return Entry(decision, notes)

    def on_the_past(
        self, ready: Ready, engine: Engine, filled: Filled, kept: Account, receipt: int, known: int
    ) -> Decision:
        """The decision on a claim, with the past that its account had when a receipt was the last one."""
        lines = past(ready, kept, receipt, known, first_day(engine, filled.encounter))
        complete_from = self.store.settings.complete_from
        return engine.decide_filled(with_past(filled, kept, receipt, known, lines, complete_from))


DECIDED = sa.select(claim.c.decided).where(claim.c.id == sa.bindparam("key"))
INSERT_CLAIM = sa.insert(claim).returning(claim.c.id)
INSERT_SERVICES = sa.insert(service)


def batched(encounters: Iterable[Encounter], batch: int) -> Iterator[list[Encounter]]:
    """Encounters, so many at a time."""
    rest = iter(encounters)
    while together := list(islice(rest, batch)):
        yield together


def not_recorded(engine: Engine, encounter: Encounter, lacks: str) -> Entry:
    """The entry of a claim that the ledger cannot keep."""
    message = f"encounter {encounter.id} is not recorded: {lacks}"
    hint = "Mend it and decide it again; until then nothing of it counts."
    return Entry(engine.decide(encounter), [Diagnostic("ledger-not-recorded", message, None, hint)])


def noted(given: Encounter, kept: Account, receipt: int, undid: Iterable[Any]) -> dict[str, Any]:
    """What the ledger did with a claim: its place in the account, what it undid, what it said of the past in vain."""
    names = [undoing.name_of(one.encounter, one.frequency) for one in undid]
    return {"receipt": receipt, "undoes": names, "set_aside": set_aside(given, kept, receipt)}


def first_day(engine: Engine, filled: Encounter) -> int:
    """The first day whose services can matter to a claim with its facts from plugins; what lies before is not even read."""
    days = [line.date for line in filled.lines]
    program = engine.library.program_for(filled.payer, filled.facts, days, engine.known_on).program
    needed = None if program is None else first_day_needed(program, filled)
    return FIRST_DAY if needed is None else needed


def not_recordable(encounter: Encounter) -> str:
    """Why a claim cannot be kept: it names nobody whose account it would be; "" where it can."""
    for said, what in ((encounter.patient, "patient"), (encounter.payer.get("id", ""), "payer")):
        if not said:
            return f"it names no {what}"
    if encounter.id == "?":
        return "it has no id"
    words = [encounter.id, encounter.patient, *encounter.payer.values(), text(encounter, "claim.id") or ""]
    words += [text(encounter, "claim.original") or "", *(line.code for line in encounter.lines)]
    words += [modifier for line in encounter.lines for modifier in line.modifiers]
    if any(not word.isprintable() for word in words):
        return "an id or a code in it has characters that cannot be written"
    return ""


def text(encounter: Encounter, name: str) -> str | None:
    """A fact that is text; None where it is not given."""
    found = encounter.facts.get(name)
    return found if isinstance(found, str) else None


def kept_of(decision: Decision) -> dict[str, Any]:
    """A decision as the ledger keeps it: everything but the trace, the limits and what was presumed."""
    return {
        "outcome": decision.outcome,
        "complete": decision.complete,
        "lines": [line.to_dict() for line in decision.lines],
        "overrides": [override.to_dict() for override in decision.overrides],
        "policies": decision.policies,
        "program": decision.program,
        "engine": decision.engine,
        "plugins": decision.plugins,
    }


COMPARED = ("billed_as", "as_submitted", "as_corrected", "corrections")


def differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two decisions on a claim bill or pay a line otherwise."""
    return essence(before) != essence(after)


def essence(decided: Mapping[str, Any]) -> list[Any]:
    """What of a kept decision money rests on, by line."""
    found = [{"line": line["line"], **{name: line[name] for name in COMPARED}} for line in decided["lines"]]
    return list(json.loads(text_of(found)))
