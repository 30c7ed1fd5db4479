"""One 837P transaction: its levels of billing provider, subscriber and patient, walked segment by segment to claims."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from payerrules.formats.x12_claim import (
    RANKS,
    Adjudication,
    ClaimDraft,
    Coverage,
    Person,
    Provider,
    X12Claim,
    encounter_of,
)
from payerrules.formats.x12_service import ServiceReader, wrong_separator
from payerrules.formats.x12_values import amount, day, icd_9, icd_10, signed
from payerrules.model.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from payerrules.formats.x12_payers import PayerDirectory
    from payerrules.formats.x12_report import Report
    from payerrules.formats.x12_tokens import Segment

_BILLING, _SUBSCRIBER, _DEPENDENT = "20", "22", "23"  # HL03
_ABOVE: Final = {_SUBSCRIBER: _BILLING, _DEPENDENT: _SUBSCRIBER}
_DIAGNOSES: Final = {
    "ABK": icd_10,
    "ABF": icd_10,
    "BK": icd_9,
    "BF": icd_9,
}  # HI qualifiers; the others are no diagnoses
_SEXES: Final = ("M", "F", "U")


class ProfessionalTransaction:
    """Takes the segments between ST and SE, and gives each claim when it is whole.

    `seen` counts claim ids over the whole file, so that every encounter gets a name of its own.
    """

    def __init__(self, payers: PayerDirectory, report: Report, seen: dict[str, int]) -> None:
        self._payers, self._report, self._seen = payers, report, seen
        self._level = ""
        self._hl: dict[str, str] = {}  # HL01 of the open level of each kind
        self._lost: set[str] = set()  # levels of which something is lost: no claim below is decided
        self._billing = Provider()
        self._subscriber, self._dependent = Person(), Person()
        self._coverage = Coverage()
        self._entity = ""  # the NM1 that the following segments describe
        self._claim: ClaimDraft | None = None
        self._other: Adjudication | None = None  # the other payer being described
        self._service = ServiceReader(report)
        self.claims = 0
        self._handlers: dict[str, Callable[[Segment], None]] = {
            "NM1": self._name, "PRV": self._specialty, "SBR": self._subscriber_information, "PAT": self._patient,
            "DMG": self._demographics, "N4": self._place, "HI": self._diagnosis, "REF": self._reference,
            "AMT": self._amount, "CAS": self._adjustment,
        }  # fmt: skip

    def take(self, segment: Segment) -> X12Claim | None:
        """Take the next segment; give back the claim that it ends, if any."""
        done = None
        if segment.name == "HL":
            done = self.close()
            self._level_begins(segment)
        elif segment.name == "CLM":
            done = self.close()
            self._claim_begins(segment)
        elif self._service.owns(segment.name):
            if self._claim is None:
                message = "the segment belongs to a service line, and no claim is open"
                self._report.add("x12-misplaced-segment", segment, None, message, "A CLM segment begins a claim.")
                self.doubt()
            else:
                self._other = None
                self._entity = ""
                self._service.take(segment, self._claim)
        elif handler := self._handlers.get(segment.name):
            handler(segment)
        if segment.broken:
            self.doubt()
        return done

    def doubt(self) -> None:
        """Something of what is open here is lost: what stands on it is read and named, and not decided."""
        if self._claim is not None:
            self._claim.lost = True
        if self._level:  # the next level may be what was lost, and the next claim another patient's
            self._lost.add(self._level)

    def close(self, cut_at: Segment | None = None, why: str = "") -> X12Claim | None:
        """End the open claim, whole, or cut off after the segment given; give it back."""
        draft, self._claim, self._other = self._claim, None, None
        if draft is None:
            return None
        if cut_at is not None:
            hint = "Send the whole claim again; it is not decided."
            self._report.add("x12-claim-cut", cut_at, None, f"after this segment {why}, so the claim may be cut", hint)
            draft.lost = True
        else:
            self._check(draft)
        self._report.claim = None
        return self._finished(draft)

    # The levels

    def _level_begins(self, segment: Segment) -> None:
        kind, parent = segment.at(3), segment.at(2)
        if kind not in (_BILLING, _SUBSCRIBER, _DEPENDENT):
            message = "the level is none of billing provider (20), subscriber (22) and patient (23)"
            self._report.add("x12-bad-code", segment, 3, message, "Claims below it are not decided.")
            self._lost.add(kind)
            self._level = kind
            return
        self._hl = {level: number for level, number in self._hl.items() if level < kind}
        self._lost = {level for level in self._lost if level in self._hl}
        above = _ABOVE.get(kind)
        if above and self._hl.get(above) != parent:
            message = (
                f"the level hangs below {parent or 'none'}, and the open level {above} is {self._hl.get(above, 'none')}"
            )
            hint = "Each level follows the one it hangs below; its claims are not decided."
            self._report.add("x12-hierarchy", segment, 2, message, hint)
            self._lost.add(kind)
        self._level, self._entity = kind, ""
        self._hl[kind] = segment.at(1)
        self._dependent = Person()
        if kind != _DEPENDENT:
            self._subscriber, self._coverage = Person(), Coverage()
        if kind == _BILLING:
            self._billing = Provider()

    def _name(self, segment: Segment) -> None:
        self._entity = entity = segment.at(1)
        given = segment.at(9)
        if self._other is not None:
            if entity == "PR":
                self._other.coverage.payer_id, self._other.coverage.has_payer = given, True
        elif self._claim is not None:
            if entity == "82":
                rendering = Provider(self._npi(segment), "", segment.at(2) == "2")
                if self._service.line is not None:
                    self._service.line.rendering = rendering
                else:
                    self._claim.rendering = rendering
            elif entity in ("IL", "QC", "85"):
                self._misplaced(segment)
        elif self._level == _BILLING and entity == "85":
            self._billing.npi, self._billing.organization = self._npi(segment), segment.at(2) == "2"
        elif self._level == _SUBSCRIBER and entity == "PR":
            self._coverage.payer_id, self._coverage.has_payer = given, True
        elif self._level == _SUBSCRIBER and entity == "IL":
            self._person(self._subscriber, segment)
        elif self._level == _DEPENDENT and entity == "QC":
            self._person(self._dependent, segment)
        elif entity in ("IL", "QC", "85"):
            self._misplaced(segment)

    def _person(self, person: Person, segment: Segment) -> None:
        person.named, person.given_name = True, segment.at(4)
        if segment.at(8) in ("MI", "II"):
            person.member = segment.at(9)

    def _npi(self, segment: Segment) -> str:
        if segment.at(8) == "XX" and segment.at(9):
            return segment.at(9)
        message = "the provider is named without an NPI (NM108 XX), so who it is stays unknown"
        self._report.add("x12-missing-element", segment, 9, message, "Give the NPI of the provider.")
        return ""

    def _specialty(self, segment: Segment) -> None:
        if segment.at(2) != "PXC":
            return
        taxonomy = segment.at(3)
        if self._claim is None:
            if self._level == _BILLING and segment.at(1) == "BI":
                self._billing.taxonomy = taxonomy
        elif self._entity == "82" and self._other is None:
            line = self._service.line
            provider = line.rendering if line is not None else self._claim.rendering
            if provider is not None:
                provider.taxonomy = taxonomy
        elif segment.at(1) == "PE" and self._other is None:
            self._misplaced(segment)

    def _subscriber_information(self, segment: Segment) -> None:
        coverage = Coverage(segment.at(1), segment.at(9), segment=segment, relationship=segment.at(2))
        if coverage.rank not in RANKS:
            code, message = "x12-other-rank", "the payer's rank has no word in an encounter and is left out"
            if not coverage.rank:
                code, message = "x12-missing-element", "the payer's rank is missing"
            self._report.add(code, segment, 1, message, "An encounter knows P, S and T.")
        if self._claim is None and self._level == _SUBSCRIBER:
            self._coverage = coverage
        elif self._claim is not None and self._service.line is None:
            self._other = Adjudication(coverage)
            self._entity = ""
            self._claim.others.append(self._other)
        else:
            self._misplaced(segment)

    def _patient(self, segment: Segment) -> None:
        if self._claim is None and self._level == _DEPENDENT:
            self._dependent.relationship = segment.at(1)
        elif self._claim is not None or segment.at(1):  # PAT01 is of a dependent; a subscriber may have the rest
            self._misplaced(segment)

    def _demographics(self, segment: Segment) -> None:
        if self._claim is not None:
            if self._other is None:
                self._misplaced(segment)
            return
        person = {_SUBSCRIBER: self._subscriber, _DEPENDENT: self._dependent}.get(self._level)
        if person is None:
            return
        person.demographics = True
        born = day(segment.at(2)) if segment.at(1) == "D8" else None
        if born is None:
            self._report.add("x12-bad-date", segment, 2, "the birth date is no D8 day of the calendar and is left out")
        person.birth_date = born or ""
        if segment.at(3) in _SEXES:
            person.sex = segment.at(3)
        elif segment.at(3):
            self._report.add("x12-bad-code", segment, 3, "the sex is none of M, F and U and is left out")

    def _place(self, segment: Segment) -> None:
        if self._entity == "PR":
            if self._other is not None:
                self._other.coverage.state = segment.at(2)
            elif self._claim is None and self._level == _SUBSCRIBER:
                self._coverage.state = segment.at(2)

    # The claim

    def _claim_begins(self, segment: Segment) -> None:
        self._claim = self._report.claim = draft = ClaimDraft(segment, segment.at(1))
        self._other, self._entity = None, ""
        self._service.begin()
        self.claims += 1
        if not draft.id:
            message = "the claim has no id; it is called by its segment"
            self._report.add("x12-missing-element", segment, 1, message, "Give the patient control number.")
        draft.charge = amount(segment.at(2))
        if draft.charge is None:
            message = "the total charge is missing or no amount"
            self._report.add("x12-missing-element" if not segment.at(2) else "x12-bad-number", segment, 2, message)
        if other := wrong_separator(segment, 5):
            draft.misread = draft.lost = True
            said = segment.delimiters.component
            message = f"composites are split by '{other}', but the header (ISA16) says '{said}': place of service, "
            message += "diagnoses, procedures and pointers of this claim cannot be read, and it is not decided"
            hint = f"Put '{other}' into ISA16, or '{said}' between the components."
            self._report.add("x12-component-separator", segment, 5, message, hint)
            return
        draft.place_of_service, draft.frequency = segment.part(5, 1), segment.part(5, 3)
        if not draft.place_of_service:
            self._report.add("x12-missing-element", segment, 5, "the place of service (CLM05-1) is missing")
        elif segment.part(5, 2) not in ("B", ""):
            message = "CLM05-2 says that CLM05-1 is no place of service (B), so it is left out"
            self._report.add("x12-bad-code", segment, 5, message)
            draft.place_of_service = ""
        if not draft.frequency:
            self._report.add("x12-missing-element", segment, 5, "the claim frequency code (CLM05-3) is missing")

    def _diagnosis(self, segment: Segment) -> None:
        draft = self._claim
        if draft is None or self._service.line is not None:
            self._misplaced(segment)
            return
        if draft.misread:
            return
        old = None
        for position in range(1, len(segment.elements) + 1):
            qualifier, code = segment.part(position, 1), segment.part(position, 2)
            read = _DIAGNOSES.get(qualifier)
            if read is None:
                if other := wrong_separator(segment, position):
                    message = f"the composite is split by '{other}', not by what the header (ISA16) says"
                    self._report.add("x12-component-separator", segment, position, message)
                    draft.lost = True
                continue
            if not code:
                message = "the diagnosis is empty; pointers to what follows count on"
                self._report.add("x12-missing-element", segment, position, message)
                draft.lost = True
                continue
            old = old or (position if read is icd_9 else None)
            draft.diagnoses.append(read(code))
            draft.has_diagnoses = True
        if old:
            message = f"the qualifier {segment.part(old, 1)} says ICD-9-CM; the diagnoses were kept as such"
            hint = "Dates of service from October 2015 on need ICD-10-CM, with ABK and ABF."
            self._report.add("x12-icd-9", segment, old, message, hint)

    def _reference(self, segment: Segment) -> None:
        draft, line = self._claim, self._service.line
        if draft is None or self._other is not None:
            return
        qualifier, number = segment.at(1), segment.at(2)
        if qualifier == "G1" and not segment.at(4):  # REF04 names another payer whose number it is
            if line is not None:
                line.authorization = number
            else:
                draft.authorization = number
        elif qualifier == "F8" and line is None:
            draft.original_reference = number

    def _amount(self, segment: Segment) -> None:
        key = {"D": "paid", "B6": "allowed"}.get(segment.at(1))
        if self._other is None or key is None:
            return
        value = amount(segment.at(2))
        if value is None:
            self._report.add("x12-bad-number", segment, 2, "what the other payer paid or allowed is no amount")
        elif key == "paid":
            self._other.paid = value
        else:
            self._other.allowed = value

    def _adjustment(self, segment: Segment) -> None:
        target = self._other if self._other is not None else self._service.adjudication
        if target is None:
            self._misplaced(segment)
            return
        group = segment.at(1)
        for position in range(2, len(segment.elements) + 1, 3):
            reason, text = segment.at(position), segment.at(position + 1)
            if not reason and not text:
                continue
            if signed(text) is None:
                message = "the amount of the adjustment is missing or no amount; it is left out"
                self._report.add("x12-bad-number", segment, position + 1, message)
            else:
                target.owe(group, reason, text)

    def _misplaced(self, segment: Segment) -> None:
        self._report.add("x12-misplaced-segment", segment, None, "the segment belongs to nothing that is open here")
        self.doubt()

    # The end of a claim

    def _check(self, draft: ClaimDraft) -> None:
        """Name what a whole claim lacks, and mark it as lost where it cannot be decided without."""
        at, add = draft.segment, self._report.add
        missing = "x12-missing-element"
        if not self._coverage.has_payer:
            add(missing, at, None, "the claim names no payer (NM1*PR at the subscriber)", "It is not decided.")
            draft.lost = True
        elif not self._coverage.payer_id:
            add(missing, at, None, "the payer has no id (NM109 of NM1*PR at the subscriber)")
        if not self._coverage.rank:
            add(missing, at, None, "the claim has no SBR segment at the subscriber, so the payer's rank is not known")
        if not self._subscriber.member:
            add(missing, at, None, "the subscriber has no member id (NM108 MI, NM109)", "The claim is not decided.")
            draft.lost = True
        patient = self._dependent if self._level == _DEPENDENT else self._subscriber
        if patient is self._dependent and not (patient.named and patient.relationship and patient.birth_date):
            message = "the dependent lacks a relationship (PAT01), a name (NM1*QC) or a birth date (DMG02)"
            add(missing, at, None, message, "It is not known which dependent this is; the claim is not decided.")
            draft.lost = True
        elif not patient.demographics:
            add(missing, at, None, "the patient has no DMG segment: birth date and sex are not known")
        if not self._billing.npi and draft.rendering is None:
            add(missing, at, None, "neither a rendering nor a billing provider with an NPI is named")
        if not draft.has_diagnoses and not draft.misread:
            add(missing, at, None, "the claim names no diagnosis (HI segment)")
        if not draft.lines:
            add(missing, at, None, "the claim has no service line (LX segment)", "It is not decided.")
        for other in draft.others:
            if not other.coverage.payer_id:
                message = "the other payer has no id (NM109 of NM1*PR below its SBR)"
                add(missing, other.coverage.segment or at, None, message)
        self._service.check(draft)
        charges = [line.charge for line in draft.lines]
        if draft.charge is not None and charges and all(charge is not None for charge in charges):
            summed = sum((Decimal(charge) for charge in charges if charge is not None), Decimal(0))
            if summed != Decimal(draft.charge):
                message = f"the lines charge {summed}, the claim {draft.charge}"
                add("x12-charge-total", at, 2, message, "The lines' own charges are used.")

    def _finished(self, draft: ClaimDraft) -> X12Claim:
        name = draft.id or f"segment-{draft.segment.number}"
        count = self._seen[name] = self._seen.get(name, 0) + 1
        if count > 1:
            self._report.claim = draft
            message = f"the claim id comes again (number {count} of this id in the file); this encounter is called {name}#{count}"
            self._report.add("x12-repeated-claim", draft.segment, 1, message)
            self._report.claim = None
            name = f"{name}#{count}"
        person, patient = self._subscriber, {}
        member = person.member
        if self._level == _DEPENDENT:
            person, member = self._dependent, self._dependent.id_below(self._subscriber) if member else ""
        for key, value in (("id", member), ("birth_date", person.birth_date), ("sex", person.sex)):
            if value:
                patient[key] = value
        dependent = person.relationship if person is self._dependent else ""
        encounter = encounter_of(draft, name, self._coverage, patient, self._billing, self._payers, dependent)
        whole = any("date" in line and "code" in line for line in encounter["lines"])
        readable = whole and not draft.lost and not self._lost
        if not readable and not any(problem.severity is Severity.ERROR for problem in draft.problems):
            self._report.claim = draft
            message = "something that the claim rests on is lost, so it is not decided"
            self._report.add("x12-not-relied-on", draft.segment, None, message, "The problems before it say what.")
            self._report.claim = None
        return X12Claim(encounter, draft.segment.number, tuple(draft.problems), readable)


__all__ = ["ProfessionalTransaction"]
