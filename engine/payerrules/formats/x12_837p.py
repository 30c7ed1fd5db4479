"""837P files (005010X222A1 and A2) into encounters: envelopes, transactions, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from payerrules.formats.x12_claim import X12Claim
from payerrules.formats.x12_payers import PayerDirectory, PayerDirectoryError
from payerrules.formats.x12_problems import X12Problem
from payerrules.formats.x12_report import Report
from payerrules.formats.x12_tokens import Segment, segments, text_of
from payerrules.formats.x12_transaction import ProfessionalTransaction
from payerrules.formats.x12_values import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

_GUIDES: Final = ("005010X222", "005010X222A1", "005010X222A2")
_OTHER_GUIDES: Final = {"X223": "an institutional claim (837I)", "X224": "a dental claim (837D)"}
_OTHER_SETS: Final = {
    "270": "an eligibility request",
    "271": "an eligibility answer",
    "276": "a claim status request",
    "277": "a claim status answer or acknowledgment",
    "278": "an authorization request or answer",
    "820": "a premium payment",
    "834": "an enrollment",
    "835": "a remittance advice",
    "997": "an acknowledgment",
    "999": "an acknowledgment",
}
_RESEND: Final = "Fetch the whole file again; what was whole was read."


def read_837p(text: str | bytes, payers: PayerDirectory) -> tuple[list[X12Claim], list[X12Problem]]:
    """Read every claim of an 837P file, and name what cannot be read.

    A claim carries its own problems; the second list holds those that belong to no claim. Nothing is raised for a
    broken file: whole claims before and after a broken place are read, and a claim that is cut comes back with
    `readable` false.

    >>> read_837p("hello", PayerDirectory())[1][0].text("a.837").splitlines()[0]
    'a.837:1:1: error[x12-not-x12]: the text is not X12: it holds no ISA segment'
    """
    claims: list[X12Claim] = []
    problems: list[X12Problem] = []
    for found in iterate_837p(text, payers):
        if isinstance(found, X12Claim):
            claims.append(found)
        else:
            problems.append(found)
    return claims, problems


def iterate_837p(text: str | bytes, payers: PayerDirectory) -> Iterator[X12Claim | X12Problem]:
    """As `read_837p`, one claim or problem at a time: the memory of the text and one claim, however large the file."""
    decoded, problems = text_of(text)
    yield from problems
    reader = _Envelopes(payers)
    for token in segments(decoded):
        reader.take(token)
        yield from reader.drained()
    reader.end()
    yield from reader.drained()


class _Envelopes:
    """Follows ISA, GS and ST with their trailers, and hands what lies between to the transaction."""

    def __init__(self, payers: PayerDirectory) -> None:
        self._payers = payers
        self._report = Report()
        self._seen: dict[str, int] = {}
        self._interchange: Segment | None = None
        self._group: Segment | None = None
        self._set: Segment | None = None
        self._transaction: ProfessionalTransaction | None = None
        self._last: Segment | None = None
        self._outside = False  # the segment before stood outside any transaction, and that was said
        self._groups = self._sets = 0
        self._claims: list[X12Claim] = []

    def drained(self) -> Iterator[X12Claim | X12Problem]:
        """Claims and problems of the file found so far."""
        done, self._claims = self._claims, []
        yield from done
        yield from self._report.drained()

    def take(self, token: Segment | X12Problem) -> None:
        """Take the next segment, or problem of the text."""
        if isinstance(token, X12Problem):
            self._problem(token)
            return
        match token.name:
            case "ISA":
                self._end_interchange(token, "another interchange begins")
                self._interchange, self._groups = token, 0
                self._report.interchange = token.at(13) or None
            case "GS":
                self._end_group(token, "another group begins")
                self._group, self._sets = token, 0
                self._groups += 1
            case "ST":
                self._begin_set(token)
            case "SE":
                self._end_set_at(token)
            case "GE":
                self._end_set(token, "the group ends")
                self._trailer(token, self._group, self._sets, "transactions", 6)
                self._group = None
            case "IEA":
                self._end_group(token, "the interchange ends")
                self._trailer(token, self._interchange, self._groups, "groups", 13)
                self._interchange = self._report.interchange = None
            case _ if self._transaction is not None:
                self._keep(self._transaction.take(token))
            case _ if self._set is None and token.name != "TA1":
                if not self._outside:
                    message = "from this segment on, what stands outside any transaction is passed over"
                    self._report.add("x12-misplaced-segment", token, None, message, "ST begins a transaction.")
                self._outside = True
        self._last = token

    def end(self) -> None:
        """The text is at its end."""
        if self._last is not None and self._interchange is not None:
            self._end_interchange(None, "the file ends")

    def _problem(self, problem: X12Problem) -> None:
        breaks_off = problem.code == "x12-truncated"
        self._report.take(problem, of_file=breaks_off or self._transaction is None)
        if breaks_off:
            self._cut("the text breaks off")
            self._transaction = self._set = self._group = self._interchange = None
            self._report.transaction = self._report.interchange = None
        elif problem.code == "x12-not-a-segment" and self._transaction is not None:
            self._transaction.doubt()

    def _keep(self, claim: X12Claim | None) -> None:
        if claim is not None:
            self._claims.append(claim)

    def _cut(self, why: str) -> None:
        if self._transaction is not None and self._last is not None:
            self._keep(self._transaction.close(self._last, why))

    def _begin_set(self, segment: Segment) -> None:
        self._end_set(segment, "another transaction begins")
        self._set, self._outside = segment, False
        self._sets += 1
        self._report.transaction = segment.at(2) or None
        kind = segment.at(1)
        guide = segment.at(3) or (self._group.at(8) if self._group else "")
        if kind == "837" and guide in _GUIDES:
            self._transaction = ProfessionalTransaction(self._payers, self._report, self._seen)
            return
        is_claim = kind == "837"
        what = (
            next((name for part, name in _OTHER_GUIDES.items() if part in guide), "")
            if is_claim
            else _OTHER_SETS.get(kind, "")
        )
        said = f"transaction {kind or 'without a number'}" + (f", guide {guide}," if guide else "") + " is "
        message = said + (what or "no professional claim of version 005010X222") + ", and is passed over"
        hint = "Only 837 transactions of guide 005010X222A1 or A2 are read here."
        self._report.add("x12-not-837p", segment, 3 if is_claim else 1, message, hint)

    def _end_set_at(self, segment: Segment) -> None:
        if self._set is None:
            self._report.add("x12-misplaced-segment", segment, None, "SE ends a transaction that did not begin")
            return
        if self._transaction is not None:
            self._keep(self._transaction.close())
            if not self._transaction.claims:
                self._report.add("x12-no-claims", segment, None, "the transaction holds no claim")
        counted = segment.number - self._set.number + 1
        self._compare(segment, 1, counted, "segments")
        self._control(segment, self._set, 2)
        self._set = self._transaction = self._report.transaction = None

    def _end_set(self, at: Segment | None, why: str) -> None:
        """The transaction ends without its SE: its last claim may be cut."""
        if self._set is None:
            return
        self._cut(why)
        self._missing(at, "SE", "transaction", why)
        self._set = self._transaction = self._report.transaction = None

    def _end_group(self, at: Segment | None, why: str) -> None:
        self._end_set(at, why)
        if self._group is not None:
            self._missing(at, "GE", "group", why)
            self._group = None

    def _end_interchange(self, at: Segment | None, why: str) -> None:
        self._end_group(at, why)
        if self._interchange is not None:
            self._missing(at, "IEA", "interchange", why)
            self._interchange = self._report.interchange = None

    def _missing(self, at: Segment | None, name: str, what: str, why: str) -> None:
        place = at or self._last
        if place is not None:
            message = f"{why}, and the {what} before it has no {name} segment"
            self._report.add("x12-missing-trailer", place, None, message, _RESEND)

    def _trailer(self, segment: Segment, header: Segment | None, counted: int, what: str, control: int) -> None:
        if header is None:
            message = f"{segment.name} ends what did not begin"
            self._report.add("x12-misplaced-segment", segment, None, message)
            return
        self._compare(segment, 1, counted, what)
        self._control(segment, header, control)

    def _compare(self, segment: Segment, element: int, counted: int, what: str) -> None:
        if whole(segment.at(element)) != counted:
            message = f"the trailer counts {segment.at(element) or 'no'} {what}, the file has {counted}"
            hint = "Something may have been lost or added on the way; what is there was read."
            self._report.add("x12-count", segment, element, message, hint)

    def _control(self, segment: Segment, header: Segment, element: int) -> None:
        if segment.at(2) != header.at(element):
            named, wanted = segment.at(2) or "nothing", header.at(element) or "nothing"
            message = f"the trailer names {named}, its {header.name} segment {wanted}"
            self._report.add("x12-control-number", segment, 2, message)


__all__ = ["PayerDirectory", "PayerDirectoryError", "X12Claim", "X12Problem", "iterate_837p", "read_837p"]
