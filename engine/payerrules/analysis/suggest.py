"""The golden case that would notice a mutant: an encounter on which policy and mutant decide otherwise, and what the policy decides."""

from __future__ import annotations

import collections.abc
from dataclasses import dataclass, field
from typing import Any

from payerrules.analysis.disputes import Dispute, disputes
from payerrules.analysis.encounter_edits import Data
from payerrules.analysis.holes import spread
from payerrules.analysis.mutations import Mutant
from payerrules.analysis.seek import MOST_JUDGED, Seeker
from payerrules.analysis.study import MeaningKey, Studied, Study, key_of
from payerrules.analysis.trial import Altered, Ground, shown
from payerrules.decide.engine import Engine
from payerrules.golden.compare import case_fields, compare, line_fields
from payerrules.golden.written import flow
from payerrules.language.items import EditionMeaning
from payerrules.language.nodes import Mapping
from payerrules.language.reader import read_yaml
from payerrules.program.build import build
from payerrules.program.program import Program

STARTS = 4
NEAR = 3
MOST_DISPUTES = 8
LINE = (
    "billed_as", "as_submitted", "as_corrected", "group", "carc", "rarc", "liability", "flags", "actions", "needs", "units_payable",
    "allowed", "payment", "patient_share", "corrections",
)  # fmt: skip
CASE = ("outcome", "flags", "actions", "needs", "limits")
ACCOUNT = ("pool", "before", "this", "after")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A golden case: an encounter, and what of its decision tells the mutant from the policy."""

    encounter: dict[str, Any]
    expect: dict[str, Any]
    case: str = ""  # the golden case whose encounter this is, where it only needs to expect more


@dataclass(slots=True)
class Suggester:
    """Looks for golden cases on the ground of those there are."""

    engine: Engine
    ground: Ground
    meanings: collections.abc.Mapping[MeaningKey, EditionMeaning]
    seeker: Seeker = field(init=False)
    alone: dict[MeaningKey, Program] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the seeker."""
        self.seeker = Seeker(self.engine)

    def programs_of(self, mutant: Mutant) -> list[Program]:
        """The programs that have what a mutant changes: those of the cases, else that of the edition alone."""
        keys = {edit.key for edit in mutant.edits}
        found = [p for p in self.ground.programs.values() if any(key_of(m) in keys for m in p.editions)]
        covered = {key_of(m) for p in found for m in p.editions}
        for key in sorted(keys - covered):
            if key not in self.alone:
                self.alone[key] = build([self.meanings[key]], self.engine.vocabulary)[0]
            found.append(self.alone[key])
        return found

    def suggest(self, mutant: Mutant, made: Altered) -> Suggestion | None:
        """An encounter that tells a mutant from the policy; None where none was found with so much work."""
        self.seeker.left = MOST_JUDGED
        for program in self.programs_of(mutant)[:3]:
            starts = self.starts(program, mutant)
            for dispute in list(disputes(mutant, self.meanings, program))[:MOST_DISPUTES]:
                for start in starts if self.seeker.left > 0 else ():
                    found = self.seek(start, dispute, made)
                    if found is not None:
                        return found
        return None

    @staticmethod
    def of_case(one: Studied, after: Study) -> Suggestion | None:
        """A case that is decided otherwise by a mutant, with what it would have to expect beside; None where nothing shows."""
        if one.study is None:
            return None
        expect = telling(shown(one.study), shown(after))
        return Suggestion(one.case.encounter, expect, one.name) if expect else None

    def starts(self, program: Program, mutant: Mutant) -> list[Data]:
        """Encounters to start from: a few in which the changed rule speaks, or might, then a few of all that the program's editions decide."""
        numbers = {n for meaning in program.editions for n in self.ground.by_edition.get(key_of(meaning), ())}
        near: dict[int, int] = {}
        for edit in mutant.edits:
            old = getattr(self.meanings[edit.key], edit.section) if edit.section == "rules" else ()
            rule = old[edit.number] if old and edit.number >= 0 else None
            asked = self.ground.rules.get((rule.id, rule.edition), {}) if rule is not None else {}
            for case in numbers & asked.keys():
                near[case] = max(near.get(case, 0), *(one.value for one in asked[case]))
        close = sorted((n for n, value in near.items() if value), key=lambda n: (-near[n], n))
        chosen = [*spread(close, NEAR), *spread(sorted(numbers), STARTS)]
        return [self.ground.cases[n].case.encounter for n in dict.fromkeys(chosen)]

    def seek(self, start: Data, dispute: Dispute, made: Altered) -> Suggestion | None:
        """Try from one encounter."""
        told: list[dict[str, Any]] = []

        def reached(study: Study) -> bool:
            after = made.study(study)
            expect = {} if after is None else telling(shown(study), shown(after))
            if expect:
                told.append(expect)
            return bool(expect)

        found = self.seeker.seek(start, dispute.for_each, dispute.conditions, dispute.differs, reached, dispute.window)
        return None if found is None else Suggestion(found[0], told[-1])


def telling(mine: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What a case would expect so that one decision fits and the other does not; nothing where no case can tell them apart."""
    lines: dict[str, Any] = {}
    for line, changed in zip(mine["lines"], other["lines"], strict=True):
        one, two = line_fields(line, mine), line_fields(changed, other)
        told = {name: short(one[name]) for name in LINE if short(one[name]) != short(two[name])}
        if told:
            lines[str(line["line"])] = told
    one, two = case_fields(mine), case_fields(other)
    found: dict[str, Any] = {"lines": lines} if lines else {}
    if not found:
        found = {name: one[name] for name in CASE if name != "limits" and one[name] != two[name]}
    if not found and one["limits"] != two["limits"]:
        found = of_limits(one["limits"], two["limits"])
    return found if found and differs(found, other) and not differs(found, mine) else {}


def of_limits(mine: list[dict[str, Any]], other: list[dict[str, Any]]) -> dict[str, Any]:
    """The first account of a limit that the other decision has not, by what is named and what differs."""
    for one in mine:
        named = {key: one[key] for key in ("limit", "line")}
        beside = next((two for two in other if all(two[key] == one[key] for key in named)), None)
        told = {key: one[key] for key in ACCOUNT if beside is None or one.get(key) != beside.get(key)}
        told = {key: value for key, value in told.items() if value}
        if told:
            return {"limits_include": [{**named, **told}]}
    return {}


def differs(expect: dict[str, Any], decision: dict[str, Any]) -> bool:
    """Whether a decision is not what a case would expect, as `payerrules test` would say."""
    node, _ = read_yaml(flow(expect), "")
    return isinstance(node, Mapping) and bool(compare(node, decision)[0])


def short(value: Any) -> Any:
    """A verdict by its outcome; a list without what a case cannot say; nothing as an empty list."""
    if isinstance(value, dict):
        return value.get("outcome", value)
    return "none" if value is None else value


__all__ = ["Suggester", "Suggestion", "telling"]
