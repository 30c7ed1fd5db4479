"""Where problems of an X12 file gather: with the claim that is open, else with the file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from payerrules.formats.x12_problems import X12Problem

if TYPE_CHECKING:
    from payerrules.formats.x12_claim import ClaimDraft
    from payerrules.formats.x12_tokens import Segment


@dataclass
class Report:
    """Problems met so far, each given the interchange, the transaction and the claim in which it was met."""

    interchange: str | None = None
    transaction: str | None = None
    claim: ClaimDraft | None = None
    of_file: list[X12Problem] = field(default_factory=list)

    def take(self, problem: X12Problem, *, of_file: bool = False) -> None:
        """Keep a problem with the open claim, or with the file."""
        claim = None if of_file else self.claim
        name = claim.id or None if claim else None
        known = replace(problem, interchange=self.interchange, transaction=self.transaction, claim=name)
        (claim.problems if claim else self.of_file).append(known)

    def add(
        self, code: str, segment: Segment, element: int | None, message: str, hint: str = "", *, of_file: bool = False
    ) -> None:
        """Name a problem at an element of a segment, or at the segment as a whole."""
        column = segment.column_of(element)
        found = X12Problem(code, message, segment.number, segment.name, element, hint, line=segment.line, column=column)
        self.take(found, of_file=of_file)

    def drained(self) -> list[X12Problem]:
        """The problems of the file so far, which are then forgotten here."""
        found, self.of_file = self.of_file, []
        return found


__all__ = ["Report"]
