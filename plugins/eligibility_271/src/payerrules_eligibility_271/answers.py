"""Answers of an X12 271 file: one for each patient, with what it says of the coverage and of speech therapy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from payerrules.formats.x12_problems import X12Problem
from payerrules.formats.x12_tokens import Segment, segments, text_of
from payerrules.formats.x12_values import amount, day, days, whole

GUIDE = "005010X279"
SPEECH = "AF"
YEARS = ("22", "23", "25")  # a number of the service, calendar or contract year
USED, LEFT = "24", "29"  # year to date, remaining
ACTIVE, INACTIVE = ("1", "2", "3", "4", "5"), ("6", "7", "8")
BREAKS = ("x12-truncated", "x12-bad-envelope", "x12-not-x12", "x12-line-break", "x12-not-a-segment")
"""Problems of a file after which an answer may be missing."""


class Contradiction(ValueError):
    """The figures of an answer do not fit together."""


@dataclass
class Visits:
    """Visits of one kind: of the year, used, left; None where the answer does not say."""

    limit: int | None = None
    used: int | None = None
    left: int | None = None

    def take(self, period: str, number: int) -> None:
        """Take in a number for a period.

        Raises Contradiction where another number was said before.
        """
        name = {USED: "used", LEFT: "left", **dict.fromkeys(YEARS, "limit")}.get(period)
        if name is None:
            return
        if getattr(self, name) not in (None, number):
            raise Contradiction(f"visits {name} are given as {getattr(self, name)} and as {number}")
        setattr(self, name, number)

    def whole(self) -> Visits:
        """With the third number worked out of two.

        Raises Contradiction where all three are given and do not add up.
        """
        limit, used, left = self.limit, self.used, self.left
        if limit is not None and used is not None and left is not None and max(limit - used, 0) != left:
            raise Contradiction(f"of {limit} visits {used} are used and {left} are left")
        if limit is not None and used is None and left is not None:
            used = limit - left
        if limit is not None and left is None and used is not None:
            left = max(limit - used, 0)
        if limit is None and used is not None and left is not None:
            limit = used + left
        if used is not None and used < 0:
            raise Contradiction(f"of {limit} visits {left} are left")
        return Visits(limit, used, left)


@dataclass
class Answer:
    """What a payer answered about one patient on a day; `visits` by kind: habilitative, rehabilitative, or "" where it is not said."""

    payer_id: str
    state: str
    on: str
    member: str = ""
    plan: str = ""
    active: bool | None = None
    year_start: str = ""
    copay: str = ""
    authorization: bool | None = None
    visits: dict[str, Visits] = field(default_factory=dict)
    wrong: str = ""  # why nothing of it can be relied on

    def kind(self, name: str) -> Visits:
        """The visits of a kind."""
        return self.visits.setdefault(name, Visits())


@dataclass
class Benefit:
    """One EB segment with what follows it."""

    segment: Segment
    numbers: list[tuple[str, int]] = field(default_factory=list)
    message: str = ""

    def about_speech(self) -> bool:
        """Whether it speaks of speech therapy within the network."""
        repeated = self.segment.delimiters.repetition or "^"
        return SPEECH in self.segment.at(3).split(repeated) and self.segment.at(12) != "N"

    def settle(self, answer: Answer) -> None:
        """Put what it says into the answer.

        Raises Contradiction where it does not fit to what was said before.
        """
        code = self.segment.at(1)
        if code in ACTIVE or code in INACTIVE:
            answer.active = answer.active or code in ACTIVE
            answer.plan = answer.plan or self.segment.at(5)
        if not self.about_speech():
            return
        if self.segment.at(11) in ("Y", "N"):
            answer.authorization = answer.authorization or self.segment.at(11) == "Y"
        if code == "B" and self.segment.at(7):
            paid = amount(self.segment.at(7))
            if paid is None or answer.copay not in ("", paid):
                raise Contradiction("the copayment is no single amount")
            answer.copay = paid
        if code == "F":
            words = self.message.lower()
            habilitative, rehabilitative = " habilitat" in f" {words}", "rehabilitat" in words
            kind = "" if habilitative == rehabilitative else "habilitative" if habilitative else "rehabilitative"
            for period, number in self.numbers:
                answer.kind(kind).take(period, number)


class Reader:
    """Goes through the segments of a file and gathers its answers; `broken` says why one may be missing."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.broken = ""
        self.source, self.state, self.on, self.level = "", "", "", ""
        self.answer: Answer | None = None
        self.benefit: Benefit | None = None
        self.inside = False  # of a transaction of the guide
        self.entity = False  # inside LS to LE, where other names stand

    def take(self, one: Segment) -> None:
        """Take the next segment."""
        match one.name:
            case "ST":
                self.inside = one.at(1) == "271" and one.at(3).startswith(GUIDE)
                self.source = self.state = self.on = self.level = ""
            case "SE":
                self.end()
                self.inside = False
            case _ if not self.inside:
                return
            case "BHT":
                self.on = day(one.at(4)) or ""
            case "HL":
                self.end()
                self.level = one.at(3)
                if self.level in ("22", "23"):
                    self.answer = Answer(self.source, self.state, self.on)
            case "LS" | "LE":
                self.entity = one.name == "LS"
            case "NM1" if not self.entity:
                self.name(one)
            case "N4" if self.level == "20":
                self.state = one.at(2)
            case _ if self.answer is not None and not self.entity:
                self.said(self.answer, one)

    def name(self, one: Segment) -> None:
        """The name of the payer, or of a patient."""
        if self.level == "20":
            self.source = one.at(9)
        elif self.answer is not None and one.at(1) in ("IL", "03"):
            self.answer.member = one.at(9)

    def said(self, answer: Answer, one: Segment) -> None:
        """What is said of a patient."""
        match one.name:
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
                self.answer.wrong = self.answer.wrong or str(error)
        self.benefit = None

    def end(self) -> None:
        """The patient is at its end: an answer with an id, a day and at least one benefit is kept."""
        self.settle()
        answer, self.answer, self.entity = self.answer, None, False
        if answer is None or not answer.member or not answer.on or answer.active is None:
            return
        try:
            answer.visits = {kind: visits.whole() for kind, visits in answer.visits.items()}
        except Contradiction as error:
            answer.wrong = answer.wrong or str(error)
        self.answers.append(answer)


def read(content: bytes) -> tuple[list[Answer], str]:
    """The answers of a file, and why one may be missing, or ""."""
    text, _ = text_of(content)
    reader = Reader()
    for one in tokens(text):
        if isinstance(one, X12Problem):
            if one.code in BREAKS:
                reader.broken = reader.broken or f"line {one.line}: {one.message}"
                reader.answer = reader.benefit = None  # what is open where the text breaks is not whole
        else:
            reader.take(one)
    return reader.answers, reader.broken


def tokens(text: str) -> Iterator[Segment | X12Problem]:
    """The segments of a text."""
    return segments(text)
