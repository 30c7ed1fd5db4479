"""Replacements and voids: which claims a claim takes the place of, so that nothing of them counts any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from payerrules.ledger.accounts import Account, Accounts
from payerrules.ledger.statements import Ready, bound
from payerrules.ledger.tables import UNDOES, account, claim, service
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import Encounter

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"
"""Claim frequencies; every other one says that a claim stands by itself, as an original does."""


def frequency_of(encounter: Encounter) -> str:
    """Whether a claim is an original, a replacement or a void."""
    said = encounter.facts.get("claim.frequency")
    return said if isinstance(said, str) and said in (REPLACEMENT, VOID) else ORIGINAL


def name_of(encounter: str, frequency: str) -> str:
    """A claim as it is named to a person.

    >>> name_of("E-1", "7")
    'E-1 (frequency 7)'
    """
    return encounter if frequency == ORIGINAL else f"{encounter} (frequency {frequency})"


@dataclass(slots=True)
class Undone:
    """What a claim undoes. `already` names the claim that took its place before it came."""

    claims: list[Any] = field(default_factory=list)
    changed: bool = False  # the same claim came before with other content
    sought: str = ""  # what a replacement or void says it is about
    nothing: bool = True  # neither a claim that it undoes nor one that undid it was found in its own account
    already: str = ""
    others: list[Any] = field(default_factory=list)  # claims of other patients by the same id
    moved: list[Any] = field(default_factory=list)  # claims of other patients that it undoes

    def notes(self, given: Encounter, frequency: str) -> list[Diagnostic]:
        """What a person should know of it."""
        name = name_of(given.id, frequency)
        found = []
        if self.changed:
            hint = "What it used before no longer counts; `payerrules ledger review` lists the decisions that would now differ."
            found.append(
                warning("ledger-changed", f"encounter {name} came before with other content, and is replaced", hint)
            )
        if self.already:
            message = f"encounter {name} was replaced or voided by {self.already} before it came; nothing of it counts"
            found.append(warning("ledger-superseded", message, "Nothing has to be done if that is what was meant."))
        if self.moved:
            message = f"encounter {name} takes the place of {self.moved[0].encounter}, which was another patient's"
            found.append(warning("ledger-moved", message, "Look at both accounts if the patient was not mistaken."))
        if frequency != ORIGINAL and not self.claims and not self.moved:
            message = f"encounter {name} undoes {self.sought or 'a claim'}, which the ledger does not hold"
            hint = "Name the claim as claim.original; where it comes later, it will count as replaced already."
            found.append(warning("ledger-no-original", message, hint))
        if self.others:
            message = f"encounter {name} has the id of another patient's claim; both stand"
            hint = "If the patient was mistaken before, void the other one (frequency 8)."
            found.append(warning("ledger-same-id", message, hint))
        return found


def warning(code: str, message: str, hint: str) -> Diagnostic:
    """A finding that stops nothing."""
    return Diagnostic(code, message, None, hint, Severity.WARNING)


NAMES = (
    "id",
    "account",
    "receipt",
    "encounter",
    "frequency",
    "number",
    "original",
    "content",
    "known_through",
    "undone_at",
    "undone_by",
)
OF_ACCOUNT = sa.select(*(claim.c[name] for name in NAMES)).where(claim.c.account == sa.bindparam("account"))
SAME = OF_ACCOUNT.where(claim.c.encounter == sa.bindparam("encounter"))
UNDOING = OF_ACCOUNT.where(claim.c.encounter != sa.bindparam("encounter"), UNDOES)
RELATED = sa.union_all(SAME, UNDOING)
UNDID = (
    sa.select(claim.c.encounter, claim.c.frequency)
    .where(
        claim.c.account == sa.bindparam("account"),
        claim.c.undone_at == sa.bindparam("receipt"),
        claim.c.receipt < sa.bindparam("receipt"),
    )
    .order_by(claim.c.receipt)
)
ELSEWHERE = (
    sa.select(claim.c.id, claim.c.account, claim.c.encounter)
    .join(account, account.c.id == claim.c.account)
    .where(
        claim.c.account != sa.bindparam("own"), claim.c.undone_at.is_(None), account.c.payer == sa.bindparam("payer")
    )
)
SAME_ID = ELSEWHERE.where(claim.c.encounter == sa.bindparam("name"))
NAMED = ELSEWHERE.where(sa.or_(claim.c.encounter == sa.bindparam("name"), claim.c.number == sa.bindparam("name")))
MARK = sa.update(claim).where(claim.c.id == sa.bindparam("key")).values(bound(("undone_at", "undone_by")))
MARK_SERVICES = sa.update(service).where(service.c.claim == sa.bindparam("key")).values(bound(("undone_at",)))


def related(ready: Ready, kept: Account, given: Encounter) -> list[Any]:
    """The claims of an account that may have to do with one: those of its id, and those that replace or void one."""
    if not kept.last_receipt:
        return []
    found = ready.run(RELATED, {"account": kept.id, "encounter": given.id})
    return sorted(found, key=lambda one: one.receipt)


def undone_by(ready: Ready, kept: Account, given: Encounter, frequency: str, known: Sequence[Any]) -> Undone:
    """What a claim undoes within its account: itself with other content, and what it says it replaces or voids.

    `known` are the claims that may have to do with it.
    """
    found = Undone()
    earlier = [one for one in known if (one.encounter, one.frequency) == (given.id, frequency)]
    found.claims = [one for one in earlier if one.undone_at is None]
    found.changed = bool(found.claims)
    found.nothing = not earlier
    said = fact(given, "claim.original")
    own = {given.id, fact(given, "claim.id")} - {""}
    if frequency == ORIGINAL:
        for one in known:
            about = {one.original} if one.original else {one.encounter, one.number}
            undoes = one.frequency != ORIGINAL and one.undone_at is None and about & own
            if undoes and not undid(ready, kept, one.receipt):
                found.already = name_of(one.encounter, one.frequency)
        if found.already:
            found.claims, found.changed = [], False
        return found
    found.sought = said or given.id
    everything = ready.run(OF_ACCOUNT, {"account": kept.id})
    for wanted in [{said}, own] if said else [own]:
        meant = [one for one in everything if {one.encounter, one.number} & wanted]
        if meant:
            found.nothing = False
            found.claims += tips(meant, everything, found.claims)
            break
    return found


def tips(about: Iterable[Any], everything: Iterable[Any], known: list[Any]) -> list[Any]:
    """The claims that stand in the place of some: themselves, or what replaced them and, in turn, that."""
    by_receipt = {one.receipt: one for one in everything}
    found: list[Any] = []
    for one in about:
        seen: set[int] = set()
        while one is not None and one.undone_at is not None and one.receipt not in seen:
            seen.add(one.receipt)
            one = by_receipt.get(one.undone_at)
        if one is not None and one.undone_at is None and one.frequency != VOID and one not in [*found, *known]:
            found.append(one)
    return found


def undid(ready: Ready, kept: Account, receipt: int) -> list[Any]:
    """The claims of an account that the claim of a receipt undid."""
    return ready.run(UNDID, {"account": kept.id, "receipt": receipt})


def elsewhere(ready: Ready, kept: Account, given: Encounter, frequency: str, found: Undone) -> None:
    """Claims of other patients of the payer: one that a replacement or void names, or one by the same id."""
    said = fact(given, "claim.original")
    undoes = frequency != ORIGINAL and said
    asked = {"own": kept.id, "payer": kept.payer, "name": said if undoes else given.id}
    there = ready.run(NAMED if undoes else SAME_ID, asked)
    if not undoes:
        found.others = there
    elif len(there) == 1:
        found.moved = there
        found.sought = said


def undo(accounts: Accounts, found: Undone, receipt: int, name: str) -> None:
    """Let nothing of the claims count from a receipt on; the record of them stays."""
    for one in found.claims:
        mark(accounts.ready, one.id, receipt, name)
    for one in found.moved:
        other = accounts.by_id(one.account)
        other.last_receipt += 1
        other.touched = True
        mark(accounts.ready, one.id, other.last_receipt, name)


def mark(ready: Ready, key: int, receipt: int, name: str) -> None:
    """Mark a claim and its services as undone."""
    ready.run(MARK, {"key": key, "undone_at": receipt, "undone_by": name})
    ready.run(MARK_SERVICES, {"key": key, "undone_at": receipt})


def fact(encounter: Encounter, name: str) -> str:
    """A fact that is text; "" where it is not given."""
    found = encounter.facts.get(name)
    return found if isinstance(found, str) else ""
