"""Service lines of an 837P claim: LX, SV1, their dates and what other payers did with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from payerrules.formats.x12_claim import Adjudication, ClaimDraft, Coverage, ServiceLine
from payerrules.formats.x12_values import amount, days, whole

if TYPE_CHECKING:
    from payerrules.formats.x12_report import Report
    from payerrules.formats.x12_tokens import Segment

_OTHER_CLAIMS: Final = {"SV2": "an institutional", "SV3": "a dental"}
_OWN: Final = frozenset({"LX", "SV1", "SVD", *_OTHER_CLAIMS})
_SPLIT: Final = re.compile(r"[A-Z0-9]{2,3}([^A-Za-z0-9\s.])")


def wrong_separator(segment: Segment, position: int) -> str | None:
    """The character by which a composite is split, where that is not the one the header names."""
    text = segment.at(position)
    found = _SPLIT.match(text)
    return found[1] if found and segment.delimiters.component not in text else None


class ServiceReader:
    """Reads the segments of service lines into the open claim."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.line: ServiceLine | None = None
        self.adjudication: Adjudication | None = None  # of the last SVD, which CAS segments describe

    def begin(self) -> None:
        """A claim begins: no line is open."""
        self.line = self.adjudication = None

    def owns(self, name: str) -> bool:
        """Tell whether a segment is read here: DTP too, while a line is open."""
        return name in _OWN or (name == "DTP" and self.line is not None)

    def take(self, segment: Segment, draft: ClaimDraft) -> None:
        """Read one segment that is owned."""
        if segment.name == "LX":
            self._begin_line(segment, draft)
        elif self.line is None or segment.name in _OTHER_CLAIMS:
            kind = _OTHER_CLAIMS.get(segment.name)
            message = f"the segment is of {kind} claim" if kind else "the segment comes before the LX of its line"
            self._report.add("x12-misplaced-segment", segment, None, message, "The claim is not decided.")
            draft.lost = True
        elif segment.name == "SV1":
            self._service(segment, self.line, draft)
        elif segment.name == "SVD":
            self._adjudicated(segment, self.line)
        elif segment.at(1) == "472" and self.adjudication is None:
            self._date(segment, self.line)

    def check(self, draft: ClaimDraft) -> None:
        """Name what the lines of a whole claim lack."""
        known = {other.coverage.payer_id for other in draft.others}
        for line in draft.lines:
            number = line.given["line"]
            if not line.has_service:
                message = f"line {number} has no SV1 segment, so its service is not known"
                self._report.add("x12-missing-element", line.segment, None, message)
            if not line.has_date:
                message = f"line {number} has no date of service (DTP*472)"
                self._report.add("x12-missing-element", line.segment, None, message)
            if line.pointers is not None and line.pointers_at is not None and not draft.misread:
                there = [pointer for pointer in line.pointers if 1 <= pointer <= len(draft.diagnoses)]
                if there != line.pointers:
                    message = (
                        f"line {number} points to a diagnosis that the claim does not have; the pointer is left out"
                    )
                    self._report.add("x12-bad-pointer", line.pointers_at, 7, message)
                    line.pointers = there
            for segment, done in line.adjudications:
                if done.coverage.payer_id not in known:
                    message = f"line {number} was decided by a payer that the claim does not list (SBR and NM1*PR)"
                    self._report.add("x12-other-payer", segment, 1, message)

    def _begin_line(self, segment: Segment, draft: ClaimDraft) -> None:
        taken = {line.given["line"] for line in draft.lines}
        number = whole(segment.at(1))
        if not number or number in taken:
            number = max(taken, default=0) + 1
            message = f"the line number is missing or repeated; the line is called {number}"
            self._report.add("x12-line-number", segment, 1, message)
        self.line, self.adjudication = ServiceLine(segment, {"line": number}), None
        draft.lines.append(self.line)

    def _service(self, segment: Segment, line: ServiceLine, draft: ClaimDraft) -> None:
        if line.has_service:
            self._report.add("x12-misplaced-segment", segment, None, "the line has a second SV1 segment")
            draft.lost = True
            return
        line.has_service = True
        given = line.given
        if not draft.misread:
            self._procedure(segment, given, draft)
        line.charge = amount(segment.at(2))
        if line.charge is None:
            code = "x12-bad-number" if segment.at(2) else "x12-missing-element"
            self._report.add(code, segment, 2, "the charge is missing or no amount, and is left out")
        else:
            given["charge"] = line.charge
        self._quantity(segment, given)
        if segment.at(5):
            given["place_of_service"] = segment.at(5)
        if not draft.misread:
            self._pointers(segment, line)

    def _procedure(self, segment: Segment, given: dict[str, Any], draft: ClaimDraft) -> None:
        qualifier, code = segment.part(1, 1), segment.part(1, 2)
        if other := wrong_separator(segment, 1):
            message = (
                f"the procedure is split by '{other}', but the header (ISA16) says '{segment.delimiters.component}'"
            )
            self._report.add("x12-component-separator", segment, 1, message, "The claim is not decided.")
            draft.lost = True
        elif not code:
            self._report.add("x12-missing-element", segment, 1, "the procedure code (SV101-2) is missing")
        elif qualifier != "HC":
            message = "the procedure is not coded in HCPCS (qualifier HC), so the line cannot be decided"
            self._report.add("x12-bad-code", segment, 1, message)
        else:
            given["code"] = code.upper()
            given["modifiers"] = [part.upper() for part in segment.parts(1)[2:6] if part]

    def _quantity(self, segment: Segment, given: dict[str, Any]) -> None:
        key = {"UN": "units", "MJ": "minutes"}.get(segment.at(3))
        count = whole(segment.at(4))
        if not segment.at(3) or not segment.at(4):
            message = "units or minutes are missing"
            self._report.add("x12-missing-element", segment, 3 if not segment.at(3) else 4, message)
        elif key is None:
            self._report.add("x12-bad-code", segment, 3, "the quantity is neither in units (UN) nor in minutes (MJ)")
        elif count is None:
            message = f"the {key} are no whole number, and are left out"
            self._report.add("x12-bad-number", segment, 4, message, "Bill whole units.")
        else:
            given[key] = count

    def _pointers(self, segment: Segment, line: ServiceLine) -> None:
        parts = [part for part in segment.parts(7) if part]
        if not parts:
            self._report.add("x12-missing-element", segment, 7, "the line points to no diagnosis")
            return
        numbers = [whole(part) for part in parts]
        if None in numbers:
            self._report.add("x12-bad-pointer", segment, 7, "a diagnosis pointer is no number; it is left out")
        line.pointers = [number for number in numbers if number is not None]
        line.pointers_at = segment

    def _date(self, segment: Segment, line: ServiceLine) -> None:
        read = days(segment.at(2), segment.at(3))
        if line.has_date or read is None:
            message = "the line has a second date of service" if line.has_date else "the date of service cannot be read"
            hint = "" if line.has_date else "Write D8 and CCYYMMDD, or RD8 and CCYYMMDD-CCYYMMDD, first day first."
            self._report.add("x12-bad-date", segment, 3, message, hint)
        else:
            first, last = read
            line.given = {"line": line.given["line"], "date": first, **line.given}
            if first != last:
                message = (
                    f"line {line.given['line']} covers more than one day; its first day counts as its date of service"
                )
                self._report.add("x12-date-range", segment, 3, message, "Bill one line a day.")
        line.has_date = True

    def _adjudicated(self, segment: Segment, line: ServiceLine) -> None:
        paid = amount(segment.at(2))
        if paid is None:
            self._report.add("x12-bad-number", segment, 2, "what the other payer paid for the line is no amount")
        if not segment.at(1):
            self._report.add("x12-missing-element", segment, 1, "the other payer that decided the line has no id")
        self.adjudication = Adjudication(Coverage(payer_id=segment.at(1)), paid)
        line.adjudications.append((segment, self.adjudication))


__all__ = ["ServiceReader", "wrong_separator"]
