"""Whose an answer is: the patient's by an id, or by the subscriber's id and what tells dependents apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from payerrules.formats.x12_claim import Person
from payerrules_eligibility_271.answers import Answer

OF_837P = re.compile(r"(?P<subscriber>.+)-\w+-(?P<mark>[0-9a-f]{6})\Z")
"""The id of a dependent without one of its own, as the reader of 837P files makes it."""


class Unclear(ValueError):
    """There are answers that may be the patient's, and nothing tells whether they are."""


class Likeness(IntEnum):
    """How well an answer fits a patient; it is another's, it may be another's, its birth date fits, or its id."""

    ANOTHER = 0
    DOUBTFUL = 1
    BY_BIRTH_DATE = 2
    BY_ID = 3


@dataclass(frozen=True)
class Patient:
    """A patient as an encounter knows it; `subscriber` and `mark` are parts of the id of a dependent of an 837P claim."""

    id: str
    birth_date: str = ""
    sex: str = ""
    relationship: str = ""
    subscriber: str = ""
    mark: str = ""

    @classmethod
    def of(cls, encounter: Mapping[str, Any]) -> Patient:
        """The patient of an encounter."""
        names = ("patient.birth_date", "patient.sex", "coverage.relationship")
        known = [str(encounter["facts"].get(name) or "") for name in names]
        parts = OF_837P.match(encounter["patient"])
        return cls(encounter["patient"], *known, *(parts.group("subscriber", "mark") if parts else ()))

    def like(self, answer: Answer) -> Likeness:
        """How well an answer fits."""
        same_day = bool(self.birth_date) and self.birth_date == answer.birth_date
        another_day = bool(self.birth_date and answer.birth_date) and not same_day
        if another_day or answer.id not in (self.id, self.subscriber):
            return Likeness.ANOTHER
        if answer.member:
            if answer.member != self.id:
                return Likeness.ANOTHER
            return Likeness.DOUBTFUL if unlike(self.relationship, answer.relationship) else Likeness.BY_ID
        if answer.subscriber == self.id:
            return self.like_dependent(answer, same_day=same_day)
        if answer.birth_date and mark(answer, answer.given_name) == self.mark:
            return Likeness.BY_ID
        if not same_day:
            return Likeness.ANOTHER if answer.birth_date else Likeness.DOUBTFUL
        if answer.given_name and self.mark != mark(answer, ""):
            return Likeness.DOUBTFUL  # a twin, or a name that is written otherwise
        return self.like_dependent(answer, same_day=True)

    def like_dependent(self, answer: Answer, *, same_day: bool) -> Likeness:
        """How well the answer about a dependent fits whose name the encounter does not know."""
        if same_day:
            differs = unlike(self.sex, answer.sex) or unlike(self.relationship, answer.relationship)
            return Likeness.DOUBTFUL if differs else Likeness.BY_BIRTH_DATE
        return Likeness.DOUBTFUL if self.relationship not in ("", "self") else Likeness.ANOTHER


def unlike(one: str, other: str) -> bool:
    """Whether two values are known and differ; another relationship may be any."""
    return "" not in (one, other) and "other" not in (one, other) and one != other


def mark(answer: Answer, given_name: str) -> str:
    """What the reader of 837P files puts at the end of the id of a dependent."""
    dependent = Person(given_name=given_name, birth_date=answer.birth_date)
    return dependent.id_below(Person(member=answer.subscriber)).rpartition("-")[2]


def answer_for(patient: Patient, answers: Iterable[Answer]) -> Answer | None:
    """The patient's latest answer, None where there is none.

    Raises Unclear where there are answers that may be another's, and none that is surely the patient's.
    """
    by_likeness: dict[Likeness, list[Answer]] = {}
    for answer in answers:
        by_likeness.setdefault(patient.like(answer), []).append(answer)
    best = max(by_likeness, default=Likeness.ANOTHER)
    if best is Likeness.ANOTHER:
        return None
    found = by_likeness[best]
    people = {(one.member, one.given_name.upper(), one.birth_date, one.sex) for one in found}
    if best is Likeness.DOUBTFUL:
        raise Unclear(
            "there is an answer for a dependent of the same subscriber, and nothing tells whether it is the patient"
        )
    if best is Likeness.BY_BIRTH_DATE and len(people) > 1:
        raise Unclear(
            f"there are answers for {len(people)} dependents of that birth date, and nothing tells which the patient is"
        )
    return max(found, key=lambda one: one.on)
