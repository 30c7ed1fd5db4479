"""The golden case that would notice a mutant: an encounter on which policy and mutant decide otherwise, and what the policy decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from payerrules.analysis.encounter_edits import Data
from payerrules.analysis.equivalent import Dispute, disputes
from payerrules.analysis.holes import spread
from payerrules.analysis.mutations import Mutant
from payerrules.analysis.seek import Seeker
from payerrules.analysis.study import MeaningKey, Study, key_of
from payerrules.analysis.trial import Altered, Ground, shown
from payerrules.decide.engine import Engine
from payerrules.golden.compare import case_fields, line_fields
from payerrules.language.items import EditionMeaning
from payerrules.program.build import build
from payerrules.program.program import Program

STARTS = 5
MOST_DISPUTES = 8
LINE = (
    "billed_as", "as_submitted", "as_corrected", "group", "carc", "rarc", "liability", "flags", "actions", "needs", "units_payable",
    "allowed", "payment", "patient_share", "corrections",
)  # fmt: skip
CASE = ("outcome", "flags", "actions", "needs", "limits")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A golden case: an encounter, and what of its decision tells the mutant from the policy."""

    encounter: dict[str, Any]
    expect: dict[str, Any]


@dataclass(slots=True)
class Suggester:
    """Looks for golden cases on the ground of those there are."""

    engine: Engine
    ground: Ground
    meanings: Mapping[MeaningKey, EditionMeaning]
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
        """An encounter that tells a mutant from the policy; None where none was found."""
        for program in self.programs_of(mutant)[:3]:
            starts = self.starts(program)
            for dispute in list(disputes(mutant, self.meanings, program))[:MOST_DISPUTES]:
                for start in spread(starts, STARTS):
                    found = self.seek(start, dispute, made)
                    if found is not None:
                        return found
        return None

    def starts(self, program: Program) -> list[Data]:
        """Encounters of the cases that the editions of a program decide."""
        numbers = {n for meaning in program.editions for n in self.ground.by_edition.get(key_of(meaning), ())}
        return [self.ground.cases[n].case.encounter for n in sorted(numbers)]

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
    """What a case would expect so that one decision fits and the other does not; nothing where they are alike to a case."""
    lines: dict[str, Any] = {}
    for line, changed in zip(mine["lines"], other["lines"], strict=True):
        one, two = line_fields(line, mine), line_fields(changed, other)
        told = {name: short(one[name]) for name in LINE if short(one[name]) != short(two[name])}
        if told:
            lines[str(line["line"])] = told
    if lines:
        return {"lines": lines}
    one, two = case_fields(mine), case_fields(other)
    if one["limits"] != two["limits"]:
        for first, second in zip(one["limits"], two["limits"], strict=False):
            if first != second and isinstance(first["after"], str):
                return {"limits_include": [{"limit": first["limit"], "line": first["line"], "after": first["after"]}]}
    return {name: one[name] for name in CASE if name != "limits" and one[name] != two[name]}


def short(value: Any) -> Any:
    """A verdict by its outcome; a list without what a case cannot say; nothing as an empty list."""
    if isinstance(value, dict):
        return value.get("outcome", value)
    return "none" if value is None else value


__all__ = ["Suggester", "Suggestion", "telling"]
