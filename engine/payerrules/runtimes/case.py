"""A case: the facts of everything in one encounter, opened for judging. One view for the encounter, each line, each past service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from payerrules.language.items import FIRST_DAY, LAST_DAY
from payerrules.model.encounter import Encounter, Facts, Line
from payerrules.model.values import NONE
from payerrules.program.evaluate import View

ABOUT_THE_PATIENT = ("patient.", "coverage.", "payer.")
"""What a past service shares with this encounter; who gave it, where and with what record is its own."""
PAYER = {key: f"payer.{key}" for key in ("id", "program", "state", "plan", "rank")}
OTHER_PAYERS = "coverage.other_payers"
PRESUMED_AS: Mapping[str, Any] = {"no": False, "none": NONE, "0": 0, "empty": frozenset()}


@dataclass(slots=True)
class Case:
    """The views of one encounter: of itself, of its lines in the order of the claim, of the history, and of pairs of lines."""

    encounter: Encounter
    whole: View
    lines: list[View]
    history: list[View]
    later: frozenset[int] = frozenset()  # places in the history of what a ledger received after this encounter
    pairs: dict[tuple[int, int], View] = field(default_factory=dict)  # (index of line, index of other)


@dataclass(slots=True)
class Opening:
    """How a program opens encounters: what missing facts are presumed to be, which facts are derived, which must be known."""

    presumed: Mapping[str, Any]
    derived: frozenset[str]
    reads: frozenset[str]
    of_provider: frozenset[str]  # the facts that say who gave a service
    looks_around: bool  # whether anything read for a line looks at other lines or past services
    others_presumed: bool = False  # other payers that nobody speaks of are presumed to be none
    of_payer: frozenset[str] = (
        frozenset()
    )  # amounts of another payer, which on a claim of several lines are no line's own
    unsaid: View = field(init=False)  # the view of an encounter that says nothing

    def __post_init__(self) -> None:
        nothing = dict.fromkeys(("@authorizations", "@other_payers", "@diagnoses"))
        self.unsaid = {**self.presumed, **nothing, "@derived": self.derived}
        if self.others_presumed:
            self.unsaid["@other_payers"] = []

    @property
    def presumable(self) -> frozenset[str]:
        """The facts that are presumed where nobody gives them, the list of other payers among them."""
        return frozenset(self.presumed) | ({OTHER_PAYERS} if self.others_presumed else frozenset())

    def open(self, encounter: Encounter) -> Case:
        """The views of an encounter, with nothing derived yet."""
        given = frozenset(encounter.facts)
        if encounter.other_payers is not None:
            given |= {OTHER_PAYERS}
        lines: list[View] = []
        services: list[View] = []
        days = [line.date for line in encounter.lines] or [0]
        first = min(days) if len(days) > 1 else days[0]
        facts: View = {
            **self.unsaid,
            **encounter.facts,
            "patient": encounter.patient,
            "encounter.history_known": encounter.history is not None,
            "encounter.first_date": first or None,
            "encounter.last_date": max(days) or None,
        }
        if self.looks_around or encounter.history:  # else no view refers to itself, and all are freed at once
            facts["@lines"], facts["@services"] = lines, services
        if encounter.authorizations is not None:
            facts["@authorizations"] = self.things(encounter.authorizations)
        if encounter.other_payers is not None:
            facts["@other_payers"] = self.things(encounter.other_payers)
        if encounter.diagnoses is not None:
            facts["@diagnoses"] = diagnoses(encounter.diagnoses)
        for key, said in encounter.payer.items():
            facts[PAYER.get(key) or f"payer.{key}"] = said
        facts["provider"] = facts.get("provider.npi") or "the encounter's provider"
        of_lines = facts
        others = encounter.other_payers or ()
        if len(encounter.lines) > 1 and not all(self.of_payer.isdisjoint(other) for other in others):
            of_lines = {**facts, "@other_payers": self.things(tuple(self.less_amounts(other) for other in others))}
        for line in encounter.lines:
            lines.append(self.line(line, of_lines, encounter, given))
        history = self.history(encounter, facts) if encounter.history else []
        facts["line.date"] = first
        facts["@given"] = given
        if "patient.birth_date" in facts:
            age(facts)
        later = received_later(encounter) if encounter.history else NONE_LATER
        if self.looks_around or history:
            services += [*lines, *(view for place, view in enumerate(history) if place not in later)]
            if (gap := self.unknown_past(encounter)) is not None:
                services.append(gap)
        return Case(encounter, facts, lines, history, later)

    def history(self, encounter: Encounter, facts: View) -> list[View]:
        """The views of past services, which share with the encounter only what is about the patient."""
        known = frozenset(name for name in encounter.facts if name.startswith(ABOUT_THE_PATIENT))
        before = {name: fact for name, fact in facts.items() if name not in encounter.facts or name in known}
        before["provider"] = None
        return [self.line(line, before, encounter, known) for line in encounter.history or ()]

    def line(self, line: Line, facts: View, encounter: Encounter, inherited: frozenset[str]) -> View:
        """The view of a line: what it takes from the encounter, then its own."""
        own = line.facts
        told = own if line.other_payers is None else (*own, OTHER_PAYERS)
        view: View = {
            **facts,
            **own,
            "line.date": line.date,
            "line.code": line.code,
            "line.number": line.number,
            "line": str(line.number),
            "line.modifiers": frozenset(line.modifiers),
            "@modifiers": line.modifiers,
            "@given": inherited.union(told) if told else inherited,
        }
        if not self.of_provider.isdisjoint(own):
            view["provider"] = view.get("provider.npi") if "provider.npi" in own else None
        view["line.provider"] = view["provider"]
        codes = encounter.diagnoses
        if codes is not None and line.receipt is None:  # a service that a ledger holds brings its own diagnoses
            pointed = codes if line.diagnoses is None else [codes[p - 1] for p in line.diagnoses if 0 < p <= len(codes)]
            view["line.diagnoses"] = frozenset(pointed)
            view["line.first_diagnosis"] = pointed[0] if pointed else NONE
        if line.other_payers is not None:
            view["@other_payers"] = self.things(self.of_line(line, line.other_payers, encounter))
        if "patient.birth_date" in view:
            age(view)
        return view

    def of_line(self, line: Line, listed: tuple[Facts, ...], encounter: Encounter) -> tuple[Facts, ...]:
        """The payers of a line: those it lists, with what the coverage says of who they are, then the coverage's others."""
        others = list(encounter.other_payers or ())
        found = []
        for own in listed:
            known = [other for other in others if other.get("other_payer.id") == own.get("other_payer.id") is not None]
            others = [other for other in others if other not in known]
            found.append({**(self.less_amounts(known[0]) if known else {}), **own})
        alone = len(encounter.lines) == 1 and line is encounter.lines[0]
        return (*found, *(others if alone else map(self.less_amounts, others)))

    def less_amounts(self, facts: Facts) -> Facts:
        """What is said of another payer, without the amounts, which are of the whole claim."""
        return {name: value for name, value in facts.items() if name not in self.of_payer}

    def things(self, given: tuple[Facts, ...] | None) -> list[View] | None:
        """The views of authorizations or other payers, presumed facts included; None where they were not given."""
        if given is None:
            return None
        known = {"@derived": self.derived}
        return [{**self.presumed, **facts, **known, "@given": frozenset(facts), "@lacks": {}} for facts in given]

    @staticmethod
    def unknown_past(encounter: Encounter) -> View | None:
        """A service that stands for all those nobody told us of: its date is known within bounds, nothing else is."""
        if encounter.history is None:
            return {"@many": True, "line.date": (FIRST_DAY, LAST_DAY), "patient": encounter.patient}
        if encounter.history_known_from is None:
            return None
        return {"@many": True, "line.date": (FIRST_DAY, encounter.history_known_from - 1), "patient": encounter.patient}


NONE_LATER: frozenset[int] = frozenset()


def received_later(encounter: Encounter) -> frozenset[int]:
    """The places in the history of services whose claims a ledger received after this encounter; no rule looks at them."""
    own = encounter.receipt
    if own is None:
        return NONE_LATER
    past = enumerate(encounter.history or ())
    return frozenset(place for place, line in past if line.receipt is not None and line.receipt > own)


def diagnoses(codes: tuple[str, ...] | None) -> list[View] | None:
    """The views of the encounter's diagnoses, in their order."""
    if codes is None:
        return None
    return [
        {"diagnosis": code, "diagnosis.code": code, "diagnosis.position": place} for place, code in enumerate(codes, 1)
    ]


def age(view: View) -> None:
    """Set the patient's age on the date of service, unless it was given."""
    born = view["patient.birth_date"]
    if isinstance(born, int) and view["line.date"] and "patient.age" not in view["@given"]:
        view["patient.age"], view["patient.age_months"] = ages(born, view["line.date"])


def ages(born: int, day: int) -> tuple[int, int]:
    """Age in whole years and in whole months on a day, both given as day numbers.

    >>> ages(date(2004, 2, 29).toordinal(), date(2025, 2, 28).toordinal())
    (20, 251)
    """
    birth, on = date.fromordinal(born), date.fromordinal(day)
    months = (on.year - birth.year) * 12 + on.month - birth.month - (on.day < birth.day)
    return months // 12, months
