"""Collecting: of the golden cases that would notice missed mutants, the few that notice all of them, written as a golden file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from payerrules.analysis.mutants import Judged, Lab
from payerrules.analysis.study import Study, study_data
from payerrules.analysis.suggest import LINE, short, telling
from payerrules.analysis.trial import Altered, shown
from payerrules.golden.compare import line_fields
from payerrules.golden.written import case_text

ALWAYS = ("billed_as", "as_submitted", "as_corrected", "flags", "actions", "needs")
"""What a collected case expects of each line, even where it is nothing; the rest where there is something."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A golden case and the first mutant it was collected for."""

    name: str
    encounter: dict[str, Any]
    expect: dict[str, Any]
    study: Study


def collect(lab: Lab, missed: Iterable[Judged]) -> list[Collected]:
    """Go through the missed mutants; one that a case collected before notices needs no other."""
    mutants = {mutant.name: mutant for mutant in lab.mutants}
    found: list[Collected] = []
    for judged in missed:
        if judged.suggestion is None:
            continue
        made = Altered(lab.ground.engine, mutants[judged.name])
        if any(notices(one, made) for one in reversed(found[-40:])):
            continue
        study = study_data(lab.ground.engine, judged.suggestion.encounter)
        if study is not None:
            expect = {**whole(study), **{k: v for k, v in judged.suggestion.expect.items() if k != "lines"}}
            found.append(Collected(judged.name, judged.suggestion.encounter, expect, study))
    return found


def notices(one: Collected, made: Altered) -> bool:
    """Whether a collected case comes out otherwise by a mutant, in something that it expects."""
    after = made.study(one.study)
    if after is None:
        return True
    told = telling(shown(one.study), shown(after)).get("lines", {})
    return any(field in one.expect["lines"].get(number, {}) for number, fields in told.items() for field in fields)


def whole(study: Study) -> dict[str, Any]:
    """All that a case can expect of the lines of a decision, what is nothing left out but for the usual fields."""
    data = shown(study)
    lines: dict[str, Any] = {}
    for line in data["lines"]:
        fields = line_fields(line, data)
        kept = {name: short(fields[name]) for name in LINE if name != "corrections"}
        lines[str(line["line"])] = {n: v for n, v in kept.items() if n in ALWAYS or v not in ([], "none", "")}
    return {"lines": lines}


def golden_text(cases: Iterable[Collected], prefix: str) -> str:
    """The cases as a golden file, numbered so that no two encounters have one name."""
    parts = ["golden:"]
    for number, one in enumerate(cases, 1):
        encounter = {**one.encounter, "encounter": f"{prefix}-{number}"}
        parts.append(case_text(f"holds off: {one.name}", encounter, one.expect))
    return "\n".join(parts) + "\n"
