"""A claim as it is gathered from its segments, and the encounter that it becomes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from payerrules.formats.x12_problems import X12Problem
from payerrules.formats.x12_values import total

if TYPE_CHECKING:
    from payerrules.formats.x12_payers import PayerDirectory
    from payerrules.formats.x12_tokens import Segment

RANKS: Final = {
    "P": "primary",
    "S": "secondary",
    "T": "tertiary",
}  # SBR01; the further ranks have no word in an encounter
_PATIENT_OWES: Final = {
    "1": "deductible",
    "2": "coinsurance",
    "3": "copay",
}  # CAS reasons of group PR that have a fact of their own
_RELATIONSHIPS: Final = {
    "18": "self",
    "01": "spouse",
    "19": "child",
}  # SBR02 and PAT01; any other is another relationship


@dataclass(frozen=True)
class X12Claim:
    """One claim of a file: its encounter as the encounter schema has it, and what was wrong with it.

    `segment` is where the claim begins, counted in the file from 1. A claim that is not `readable` has no line that
    could be decided, or something of it is lost; its problems say what, and it must not be paid on what was read.
    """

    encounter: dict[str, Any]
    segment: int
    problems: tuple[X12Problem, ...]
    readable: bool


@dataclass
class Provider:
    """A provider as a claim names it."""

    npi: str = ""
    taxonomy: str = ""
    organization: bool = False

    def as_given(self, payers: PayerDirectory, group: str) -> dict[str, Any]:
        """The keys of an encounter's `provider`, as far as known."""
        known = {"npi": self.npi, "taxonomy": self.taxonomy, "role": payers.role(self.taxonomy) or "", "group": group}
        return {key: value for key, value in known.items() if value}


@dataclass
class Person:
    """The subscriber or the dependent who was treated; `member` is the member id, never shown with anything else."""

    member: str = ""
    relationship: str = ""
    birth_date: str = ""
    sex: str = ""
    given_name: str = ""
    named: bool = False
    demographics: bool = False

    def id_below(self, subscriber: Person) -> str:
        """The id of a dependent: the subscriber's, the relationship, and a mark that keeps siblings apart."""
        if self.member and self.member != subscriber.member:
            return self.member
        letters = "".join(letter for letter in self.given_name.upper() if letter.isalnum())
        mark = hashlib.sha256(f"{subscriber.member}|{self.birth_date}|{letters}".encode()).hexdigest()[:6]
        return f"{subscriber.member}-{self.relationship or 'dependent'}-{mark}"


@dataclass
class Coverage:
    """A payer's part: rank, filing indicator and identification."""

    rank: str = ""
    filing: str = ""
    payer_id: str = ""
    state: str = ""
    has_payer: bool = False
    segment: Segment | None = None  # SBR
    relationship: str = ""  # SBR02, what the patient is to the subscriber

    def as_given(self, dependent: str = "") -> dict[str, str]:
        """What the patient is to the subscriber, as far as known; `dependent` is PAT01 of one who is not the subscriber."""
        code = dependent or self.relationship
        return {"relationship": _RELATIONSHIPS.get(code, "other")} if code else {}


@dataclass
class Adjudication:
    """What another payer did, with the claim (coverage) or with a line (by the id it is named with)."""

    coverage: Coverage
    paid: str | None = None
    allowed: str | None = None
    owed: dict[str, list[str]] = field(default_factory=dict)
    responsible: list[str] = field(default_factory=list)  # all that the patient owes, for whatever reason

    def owe(self, group: str, reason: str, text: str) -> None:
        """Note an adjustment that the patient owes."""
        if group == "PR":
            self.responsible.append(text)
        if group == "PR" and reason in _PATIENT_OWES:
            self.owed.setdefault(_PATIENT_OWES[reason], []).append(text)

    def as_given(self, payer: str, rank: str) -> dict[str, Any]:
        """The keys of an entry of `paid_by_others` or `other_payers`, as far as known."""
        entry: dict[str, Any] = {"id": payer}
        if rank in RANKS:
            entry["rank"] = RANKS[rank]
        for key, value in (("paid", self.paid), ("allowed", self.allowed)):
            if value is not None:
                entry[key] = value
        for key, amounts in sorted(self.owed.items()):
            if Decimal(sum_text := total(amounts)) >= 0:
                entry[key] = sum_text
        if self.responsible and Decimal(sum_text := total(self.responsible)) >= 0:
            entry["patient_responsibility"] = sum_text
        if self.paid is not None:  # what has paid nothing may have denied, or left it all to the deductible
            entry |= {"has_decided": True, "status": "paid"} if Decimal(self.paid) > 0 else {"has_decided": True}
        return entry


@dataclass
class ServiceLine:
    """A service line; `given` holds the encounter's own keys."""

    segment: Segment
    given: dict[str, Any]
    pointers: list[int] | None = None
    pointers_at: Segment | None = None
    charge: str | None = None
    has_service: bool = False
    has_date: bool = False
    authorization: str = ""
    rendering: Provider | None = None
    adjudications: list[tuple[Segment, Adjudication]] = field(default_factory=list)


@dataclass
class ClaimDraft:
    """What has been gathered of a claim."""

    segment: Segment
    id: str
    charge: str | None = None
    frequency: str = ""
    place_of_service: str = ""
    diagnoses: list[str] = field(default_factory=list)
    has_diagnoses: bool = False
    authorization: str = ""
    original_reference: str = ""  # REF*F8, the payer's number of the claim that this one replaces or voids
    rendering: Provider | None = None
    others: list[Adjudication] = field(default_factory=list)
    lines: list[ServiceLine] = field(default_factory=list)
    problems: list[X12Problem] = field(default_factory=list)
    lost: bool = False  # something of it is lost: it is not decided
    misread: bool = False  # its composites are split by another character


def encounter_of(
    draft: ClaimDraft,
    name: str,
    coverage: Coverage,
    patient: dict[str, str],
    billing: Provider,
    payers: PayerDirectory,
    dependent: str = "",
) -> dict[str, Any]:
    """The encounter of a claim, in the order of keys in which people write one; `dependent` is PAT01 of a dependent."""
    payer: dict[str, Any] = dict(payers.payer(coverage.payer_id, coverage.filing, coverage.state))
    if coverage.rank in RANKS:
        payer["rank"] = RANKS[coverage.rank]
    provider = draft.rendering or billing
    group = billing.npi if billing.organization or provider.npi != billing.npi else ""
    others = {
        other.coverage.payer_id: (
            payers.payer(other.coverage.payer_id, other.coverage.filing, other.coverage.state)["id"],
            other.coverage.rank,
        )
        for other in draft.others
    }
    about_the_claim = (("id", draft.id), ("frequency", draft.frequency), ("original", draft.original_reference))
    encounter: dict[str, Any] = {
        "encounter": name,
        "claim": {key: value for key, value in about_the_claim if value},
        "payer": payer,
        "patient": patient,
    }
    if draft.others:
        known = [(other, others[other.coverage.payer_id]) for other in draft.others]
        told = [{**other.as_given(*names), **other.coverage.as_given()} for other, names in known]
        encounter["coverage"] = {**coverage.as_given(dependent), "other_payers": told}
    encounter["provider"] = provider.as_given(payers, group)
    if draft.place_of_service:
        encounter["place_of_service"] = draft.place_of_service
    if draft.has_diagnoses:
        encounter["diagnoses"] = list(draft.diagnoses)
    encounter["lines"] = [_line(line, draft, payers, billing, others) for line in draft.lines]
    return encounter


def _line(
    line: ServiceLine,
    draft: ClaimDraft,
    payers: PayerDirectory,
    billing: Provider,
    others: dict[str, tuple[str, str]],
) -> dict[str, Any]:
    given = dict(line.given)
    if line.pointers is not None:
        given["diagnoses"] = line.pointers
    if authorization := line.authorization or draft.authorization:
        given["authorization"] = authorization
    if line.rendering is not None:
        group = billing.npi if billing.organization or line.rendering.npi != billing.npi else ""
        given["provider"] = line.rendering.as_given(payers, group)
    if line.adjudications:
        entries = []
        for _, done in line.adjudications:
            named = done.coverage.payer_id
            entries.append(done.as_given(*others.get(named, (payers.payer(named, "", "")["id"], ""))))
        given["paid_by_others"] = entries
    return given


__all__ = [
    "RANKS", "Adjudication", "ClaimDraft", "Coverage", "Person", "Provider", "ServiceLine", "X12Claim", "encounter_of",
]  # fmt: skip
