"""Reading X12 271 files: the answers that are whole, and the places at which one may be missing."""

from __future__ import annotations

from dataclasses import dataclass

from payerrules.formats.x12_problems import X12Problem
from payerrules.formats.x12_tokens import Segment, segments, text_of
from payerrules.formats.x12_values import day, days, whole
from payerrules_eligibility_271.answers import ACTIVE, Answer, Benefit, Contradiction

GUIDE = "005010X279"
BREAKS = (
    "x12-truncated",
    "x12-bad-envelope",
    "x12-not-x12",
    "x12-text-outside",
    "x12-line-break",
    "x12-not-a-segment",
)
"""Problems of a file after which an answer may be missing."""
SOURCE, RECEIVER, SUBSCRIBER, DEPENDENT = "20", "21", "22", "23"  # HL03
PATIENTS = (SUBSCRIBER, DEPENDENT)
ABOVE = {RECEIVER: (SOURCE,), SUBSCRIBER: (RECEIVER, SOURCE), DEPENDENT: (SUBSCRIBER,)}
RELATIONSHIPS = {"18": "self", "01": "spouse", "19": "child"}  # INS02


@dataclass(frozen=True)
class Gap:
    """A place at which an answer may be missing: where and why in words, and of which payer and day, as far as that is known."""

    text: str
    on: str = ""
    payer_id: str = ""
    state: str = ""


class Reader:
    """Goes through the segments of a file and gathers its answers and gaps."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.answers: list[Answer] = []
        self.gaps: list[Gap] = []
        self.version = ""  # GS08
        self.start: Segment | None = None  # ST of the open transaction
        self.first, self.first_gap = 0, 0  # of the open transaction
        self.source, self.state, self.on, self.level = "", "", "", ""
        self.head: Segment | None = None  # HL of the open level
        self.levels: dict[str, str] = {}  # HL01 of the open level of each kind
        self.lost: set[str] = set()  # HL01 of levels of which something is lost
        self.subscriber: Answer | None = None
        self.answer: Answer | None = None
        self.benefit: Benefit | None = None
        self.entity = False  # inside LS to LE, where other names stand

    # --- places at which an answer may be missing -------------------------------------------------
    def gap(self, problem: X12Problem, *, of_source: bool = False) -> str:
        """Note one, of the open source of information or of any; its text."""
        where = f", {problem.where}" if problem.where else ""
        text = f"{self.name}, line {problem.line}{where}: {problem.message}"
        self.gaps.append(Gap(text, self.on, *((self.source, self.state) if of_source else ())))
        return text

    def gap_at(self, one: Segment, element: int | None, message: str, *, of_source: bool = False) -> str:
        """Note one at an element of a segment; its text."""
        found = X12Problem("x12", message, one.number, one.name, element, line=one.line, column=one.column)
        return self.gap(found, of_source=of_source)

    def breaks(self, problem: X12Problem) -> None:
        """The text breaks: what is open is not whole, and neither is what hangs below it."""
        self.gap(problem, of_source=problem.code != "x12-truncated" and self.level in PATIENTS)
        self.answer = self.benefit = None
        if self.level in self.levels:
            self.lost.add(self.levels.pop(self.level))
        if problem.code in ("x12-truncated", "x12-bad-envelope"):
            self.leave()

    def leave(self) -> None:
        """No transaction is open."""
        self.start = self.answer = self.benefit = self.subscriber = None
        self.source = self.state = self.on = self.level = ""
        self.levels, self.lost = {}, set()

    # --- segments ---------------------------------------------------------------------------------
    def take(self, one: Segment) -> None:
        """Take the next segment."""
        if one.name in ("ISA", "GS", "ST", "GE", "IEA") and self.start is not None:
            self.gap_at(one, None, "the transaction before it has no SE segment")
            self.leave()
        match one.name:
            case "GS":
                self.version = one.at(8)
            case "ST":
                self.begin(one)
            case _ if self.start is None:
                return
            case "SE":
                self.close(self.start, one)
            case "BHT":
                self.on = day(one.at(4)) or ""
            case "HL":
                self.hangs(one)
            case "LS" | "LE":
                self.entity = one.name == "LS"
            case "NM1" if not self.entity:
                self.named(one)
            case "N4" if self.level == SOURCE:
                self.state = one.at(2)
            case _ if self.answer is not None and not self.entity:
                self.said(self.answer, one)

    def begin(self, one: Segment) -> None:
        """A transaction begins; another than an eligibility answer is passed over."""
        guide = one.at(3) or self.version
        if one.at(1) == "271" and guide.startswith(GUIDE):
            self.start, self.first, self.first_gap = one, len(self.answers), len(self.gaps)
        elif one.at(1) == "271":
            self.gap_at(one, 3, f"an answer of guide {guide or 'unknown'} is not read; {GUIDE}A1 is")

    def close(self, start: Segment, one: Segment) -> None:
        """A transaction ends; where its trailer counts otherwise, something of any of its answers may be lost."""
        self.end()
        counted = one.number - start.number + 1
        found = ""
        if len(self.gaps) > self.first_gap:
            pass  # it is known already where something is lost
        elif whole(one.at(1)) != counted:
            found = self.gap_at(one, 1, f"the trailer counts {one.at(1) or 'no'} segments, the file has {counted}")
        elif one.at(2) != start.at(2):
            found = self.gap_at(one, 2, f"the trailer is of transaction {one.at(2)}, the header of {start.at(2)}")
        for answer in self.answers[self.first :] if found else ():
            answer.wrong = answer.wrong or f"may not be whole: {found}"
        self.leave()

    def hangs(self, one: Segment) -> None:
        """A level begins, below one that was read."""
        self.end()
        if not self.level and not self.on and len(self.gaps) == self.first_gap:
            self.gap_at(one, None, "the transaction says no day (BHT04)")
        number, above, self.level, self.head = one.at(1), one.at(2), one.at(3), one
        self.levels = {kind: open_ for kind, open_ in self.levels.items() if kind < self.level}
        if self.level != SOURCE and above not in [self.levels.get(kind) for kind in ABOVE.get(self.level, ())]:
            if above not in self.lost:
                self.gap_at(one, 2, "the level does not hang below the one before it")
            self.lost.add(number)
            return
        self.levels[self.level] = number
        if self.level == SOURCE:
            self.source = self.state = ""
        if self.level in PATIENTS:
            self.answer = Answer(self.source, self.state, self.on)
        if self.level == SUBSCRIBER:
            self.subscriber = self.answer

    def named(self, one: Segment) -> None:
        """The name of the payer, or of a patient."""
        if self.level == SOURCE:
            self.source = one.at(9)
        elif self.answer is None:
            return
        elif self.level == SUBSCRIBER and one.at(1) == "IL":
            self.answer.member, self.answer.given_name = one.at(9), one.at(4)
        elif self.level == DEPENDENT and one.at(1) == "03" and self.subscriber is not None:
            above = self.subscriber.member
            self.answer.given_name, self.answer.subscriber = one.at(4), above
            self.answer.member = one.at(9) if one.at(9) != above else ""
            if not self.answer.member:
                self.subscriber.relationship = "self"  # as a family goes by one id

    def said(self, answer: Answer, one: Segment) -> None:
        """What is said of a patient."""
        match one.name:
            case "DMG":
                answer.birth_date = (day(one.at(2)) if one.at(1) == "D8" else None) or ""
                answer.sex = one.at(3)
            case "INS" if self.level == DEPENDENT:
                answer.relationship = RELATIONSHIPS.get(one.at(2), "")
            case "EB":
                self.settle()
                self.benefit = Benefit(one)
                if one.at(9) == "VS" and (number := whole(one.at(10))) is not None:
                    self.benefit.numbers.append((one.at(6), number))
            case "HSD" if self.benefit and one.at(1) == "VS" and (number := whole(one.at(2))) is not None:
                self.benefit.numbers.append((one.at(5), number))
            case "MSG" if self.benefit:
                self.benefit.message += f" {one.at(1)}"
            case "DTP" if one.at(1) in ("346", "291") and (
                self.benefit is None or self.benefit.segment.at(1) in ACTIVE
            ):
                found = days(one.at(2), one.at(3))
                answer.year_start = answer.year_start or (found[0] if found else "")

    def settle(self) -> None:
        """The benefit is at its end."""
        if self.benefit and self.answer:
            try:
                self.benefit.settle(self.answer)
            except Contradiction as error:
                self.answer.wrong = self.answer.wrong or f"contradicts itself: {error}"
        self.benefit = None

    def end(self) -> None:
        """The patient is at its end: an answer that says something of somebody is kept."""
        self.settle()
        answer, self.answer, self.entity = self.answer, None, False
        if answer is None or not answer.says_something:
            return
        try:
            answer.visits = {kind: visits.whole() for kind, visits in answer.visits.items()}
        except Contradiction as error:
            answer.wrong = answer.wrong or f"contradicts itself: {error}"
        if answer.id and answer.on:
            self.answers.append(answer)
        elif answer.on and self.head is not None:
            self.gap_at(self.head, None, "the patient below it has no id (NM109), nor the subscriber", of_source=True)


def read(content: bytes, name: str = "") -> tuple[list[Answer], list[Gap]]:
    """The answers of a file that are whole, and the places at which one may be missing."""
    text, _ = text_of(content)
    reader = Reader(name)
    for one in segments(text):
        if not isinstance(one, X12Problem):
            reader.take(one)
        elif one.code in BREAKS:
            reader.breaks(one)
    return reader.answers, reader.gaps
