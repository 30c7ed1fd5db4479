"""Collecting: of the encounters that tell missed mutants from the policy, the few that tell all of them, written as a golden file."""

from __future__ import annotations

import copy
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from payerrules.analysis.mutants import Judged, Lab
from payerrules.analysis.mutations import Mutant
from payerrules.analysis.study import Studied, Study, study_data
from payerrules.analysis.suggest import short, telling
from payerrules.analysis.trial import Altered, Ground, shown
from payerrules.golden.cases import GoldenCase
from payerrules.golden.compare import line_fields
from payerrules.golden.written import case_text
from payerrules.language.nodes import Mapping as Map
from payerrules.model.diagnostic import Location

ALWAYS = ("billed_as", "as_submitted", "as_corrected")
"""What a collected case expects of each line, beside what tells the mutants."""
MOST_TRIED = 40
"""By so many of the encounters that can feel it a mutant is tried."""


@dataclass(slots=True)
class Collected:
    """A golden case, and the mutants it tells from the policy."""

    encounter: dict[str, Any]
    study: Study
    expect: dict[str, Any] = field(default_factory=dict)
    tells: list[str] = field(default_factory=list)


def collect(lab: Lab, missed: Iterable[Judged]) -> list[Collected]:
    """The fewest encounters that were found, by taking the one that tells most of what is left, again and again."""
    listed = [judged for judged in missed if judged.suggestion is not None]
    found = encounters(lab, listed)
    ground = Ground(lab.ground.engine, [studied_of(one) for one in found])
    mutants = {mutant.name: mutant for mutant in lab.mutants}
    busy: Counter[int] = Counter()
    told: dict[str, dict[int, dict[str, Any]]] = {}
    for judged in listed:
        told[judged.name] = by_encounter(ground, mutants[judged.name], lab, busy)
        busy.update(told[judged.name].keys())
    left = {name for name, by in told.items() if by}
    chosen: list[Collected] = []
    while left:
        count = Counter(number for name in left for number in told[name])
        number = min(count, key=lambda n: (-count[n], n))
        one = found[number]
        one.tells = [name for name in told if name in left and number in told[name]]
        one.expect = usual(one.study)
        for name in one.tells:
            merge(one.expect, told[name][number])
        left -= set(one.tells)
        chosen.append(one)
    return chosen


def encounters(lab: Lab, listed: Iterable[Judged]) -> list[Collected]:
    """The encounters that were suggested, each once."""
    found: dict[str, Collected] = {}
    for judged in listed:
        data = judged.suggestion.encounter if judged.suggestion is not None else {}
        key = json.dumps({k: v for k, v in data.items() if k != "encounter"}, sort_keys=True, default=str)
        if key not in found:
            study = study_data(lab.ground.engine, data)
            if study is not None:
                found[key] = Collected(data, study)
    return list(found.values())


def studied_of(one: Collected) -> Studied:
    """An encounter as a case that expects nothing yet."""
    case = GoldenCase("", "", Map((), Location("", 0, 0)), one.encounter, None)
    return Studied(case, one.study.encounter, one.study)


def by_encounter(ground: Ground, mutant: Mutant, lab: Lab, busy: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    """What each of the encounters would have to expect to tell a mutant; those that tell many others are tried first."""
    made = Altered(ground.engine, mutant, ground.ready)
    found: dict[int, dict[str, Any]] = {}
    feeling = ground.feel(mutant, lab.meanings, lambda n: (-busy.get(n, 0), n))
    for number in itertools.islice(feeling, MOST_TRIED):
        study = ground.cases[number].study
        after = None if study is None else made.study(study)
        if study is not None and after is not None and (told := telling(shown(study), shown(after))):
            found[number] = told
    return found


def usual(study: Study) -> dict[str, Any]:
    """What every case expects of the lines of a decision."""
    data = shown(study)
    lines = {}
    for line in data["lines"]:
        fields = line_fields(line, data)
        lines[str(line["line"])] = {name: short(fields[name]) for name in ALWAYS}
    return {"lines": lines}


def merge(expect: dict[str, Any], more: dict[str, Any]) -> None:
    """Let a case expect something more."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(expect.get(key), dict):
            merge(expect[key], value)
        elif key == "limits_include":
            expect[key] = [*(one for one in expect.get(key, []) if one not in value), *value]
        else:
            expect[key] = copy.deepcopy(value)


def golden_text(cases: Iterable[Collected], prefix: str) -> str:
    """The cases as a golden file, numbered so that no two encounters have one name, each with the slips it holds off."""
    parts = ["golden:"]
    for number, one in enumerate(cases, 1):
        encounter = {**one.encounter, "encounter": f"{prefix}-{number}"}
        more = f", and {len(one.tells) - 1} more" if len(one.tells) > 1 else ""
        parts += [f"  # {name}" for name in one.tells]
        parts.append(case_text(f"holds off: {one.tells[0]}{more}", encounter, one.expect))
    return "\n".join(parts) + "\n"
