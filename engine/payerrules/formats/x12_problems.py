"""Problems of an X12 file: what could not be read, where it stands, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from payerrules.model.diagnostic import Diagnostic, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

# What each code says. An error: something of the file was not read. A warning: it was read, and looks wrong.
_ERRORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "x12-not-x12": "the text holds no X12 interchange",
        "x12-bad-envelope": "an interchange header cannot be read",
        "x12-not-837p": "a transaction is of another kind or version than 837P 005010X222",
        "x12-truncated": "the file, or an interchange, ends before its end",
        "x12-claim-cut": "the claim is cut off, and is not decided",
        "x12-not-relied-on": "something that the claim rests on is lost, and it is not decided",
        "x12-missing-trailer": "a closing segment is missing",
        "x12-not-a-segment": "text between two terminators is no segment",
        "x12-line-break": "a line break stands inside a segment",
        "x12-misplaced-segment": "a segment stands where it cannot belong to anything",
        "x12-hierarchy": "a level does not hang below the level before it",
        "x12-component-separator": "composites are split by another character than the header says",
        "x12-missing-element": "a required element or segment is missing",
        "x12-bad-number": "an amount or a quantity is no number that can be used",
        "x12-bad-date": "a date is not in the calendar or not in the format named",
        "x12-bad-code": "a code is not one that 837P allows there",
        "x12-bad-pointer": "a diagnosis pointer points to nothing",
    }
)
_WARNINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "x12-loose-header": "an interchange header does not keep its fixed widths",
        "x12-text-outside": "text stands outside any interchange",
        "x12-no-last-terminator": "the last segment has no terminator",
        "x12-count": "a trailer counts otherwise than the file does",
        "x12-control-number": "a trailer names another control number than its header",
        "x12-no-claims": "a transaction holds no claim",
        "x12-not-utf8": "the text is not UTF-8",
        "x12-icd-9": "a diagnosis is coded in ICD-9-CM",
        "x12-date-range": "a line covers more than one day",
        "x12-charge-total": "the charges of the lines do not add up to the claim's",
        "x12-other-rank": "the payer ranks beyond third, or its rank is not known",
        "x12-repeated-claim": "a claim id comes more than once in the file",
        "x12-line-number": "a line number is missing or repeated",
        "x12-other-payer": "a line names another payer that the claim does not list",
    }
)
PROBLEM_CODES: Final[Mapping[str, str]] = MappingProxyType({**_ERRORS, **_WARNINGS})


@dataclass(frozen=True, slots=True)
class X12Problem:
    """One problem of an X12 file, by ids and positions only: never a name, a birth date or a diagnosis.

    `segment` is the position in the whole file, counted from 1, and 0 where there is none; `element` counts from 1 as
    in the guides (the 3 of DTP03); `line` and `column` are those of the text. `interchange`, `transaction` and `claim`
    are the control numbers and the claim's id, where known.

    >>> X12Problem("x12-bad-date", "no day of the calendar", 27, "DTP", 3, claim="A-1", line=27, column=9).text("a.837")
    'a.837:27:9: error[x12-bad-date]: claim A-1, segment 27 (DTP03): no day of the calendar'
    """

    code: str
    message: str
    segment: int
    segment_id: str = ""
    element: int | None = None
    hint: str = ""
    interchange: str | None = None
    transaction: str | None = None
    claim: str | None = None
    line: int = 1
    column: int = 1

    @property
    def severity(self) -> Severity:
        """An error where something was not read, else a warning."""
        return Severity.ERROR if self.code in _ERRORS else Severity.WARNING

    @property
    def where(self) -> str:
        """The place in the terms of the guides, such as `claim A-1, segment 27 (DTP03)`."""
        parts = [f"claim {self.claim}"] if self.claim else []
        if self.segment:
            name = self.segment_id + (f"{self.element:02d}" if self.element else "")
            parts.append(f"segment {self.segment}" + (f" ({name})" if name else ""))
        return ", ".join(parts)

    def diagnostic(self, file: str) -> Diagnostic:
        """The problem as a diagnostic of `file`; it shows no excerpt, for that would show the patient's data."""
        message = f"{self.where}: {self.message}" if self.where else self.message
        return Diagnostic(self.code, message, Location(file, self.line, self.column), self.hint, self.severity)

    def text(self, file: str) -> str:
        """Render for a person."""
        return self.diagnostic(file).text()


__all__ = ["PROBLEM_CODES", "X12Problem"]
