"""An answer about one patient: whose it is, and what it says of the coverage and of speech therapy."""

from __future__ import annotations

from dataclasses import dataclass, field

from payerrules.formats.x12_tokens import Segment
from payerrules.formats.x12_values import amount

SPEECH = "AF"
YEARS = ("22", "23", "25")  # a number of the service, calendar or contract year
USED, LEFT = "24", "29"  # year to date, remaining
ACTIVE, INACTIVE = ("1", "2", "3", "4", "5"), ("6", "7", "8")


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
    """What a payer answered about one patient on a day; `visits` by kind: habilitative, rehabilitative, or "" where it is not said.

    `member` is the patient's own id. A dependent without one is known by the subscriber's id, the given name and the birth date.
    """

    payer_id: str
    state: str
    on: str
    member: str = ""
    subscriber: str = ""  # the id of the subscriber, of a dependent
    given_name: str = ""
    birth_date: str = ""
    sex: str = ""
    relationship: str = ""  # self, spouse or child; "" for another, or where nobody says
    plan: str = ""
    active: bool | None = None
    year_start: str = ""
    copay: str = ""
    authorization: bool | None = None
    visits: dict[str, Visits] = field(default_factory=dict)
    wrong: str = ""  # why nothing of it can be relied on

    @property
    def id(self) -> str:
        """The id by which it is looked up: the patient's own, else the subscriber's."""
        return self.member or self.subscriber

    @property
    def says_something(self) -> bool:
        """Whether there is anything to be taken of it."""
        return self.active is not None or self.authorization is not None or bool(self.visits or self.copay)

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
