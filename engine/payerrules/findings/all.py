"""Everything that the analysis finds in a set of policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from payerrules.findings.clashing import clashing
from payerrules.findings.coverage import not_covered
from payerrules.findings.editions import lost_dates
from payerrules.findings.opposed import opposed
from payerrules.findings.rules import always_true, never_fire
from payerrules.findings.study import Study
from payerrules.model.diagnostic import Diagnostic, Location
from payerrules.program.checks import faults

Ask = Callable[[Study], Iterator[Diagnostic]]
IN_ALL: Final[tuple[Ask, ...]] = (never_fire, always_true)
"""What is a fault of a rule only where it is one in every composition that has the rule."""
IN_ANY: Final[tuple[Ask, ...]] = (not_covered, opposed, clashing)
"""What is a fault wherever it shows."""


def all_findings(studies: Sequence[Study]) -> list[Diagnostic]:
    """What is wrong with rules, tables and parameters; `studies` are those of all compositions that are looked at."""
    found: list[Diagnostic] = []
    seen: dict[tuple[str, Location | None, str], list[Diagnostic]] = defaultdict(list)
    for study in studies:
        for ask in IN_ALL:
            for one in dict.fromkeys(ask(study)):
                seen[one.code, one.at, one.message].append(one)
        for ask in IN_ANY:
            found += ask(study)
    holding: dict[Location | None, int] = defaultdict(int)
    for study in studies:
        for at in {rule.at for rule in study.meaning.rules} | {p.item.at for p in study.rules}:
            holding[at] += 1
    found += [each[0] for (_, at, _), each in seen.items() if len(each) >= holding[at]]
    policies: dict[str, list[Study]] = defaultdict(list)
    for study in sorted(studies, key=lambda s: (s.meaning.effective, s.meaning.edition)):
        policies[study.meaning.policy].append(study)
    for editions in policies.values():
        found += lost_dates(editions)
    first: dict[tuple[str, Location | None, str], Diagnostic] = {}
    for one in found:
        first.setdefault((one.code, one.at, one.message), one)
    return list(first.values())


def with_examples(found: Sequence[Diagnostic], study: Study) -> list[Diagnostic]:
    """What building a program found wrong, with the encounters that show it."""
    if not {one.code for one in found} & {"row-unreachable", "rows-overlap", "two-writers"}:
        return list(found)
    shown = {
        (fault.finding.code, fault.finding.at): study.example(fault.facts, study.space.window)
        for fault in faults(list(study.program.placed), study.space)
    }
    return [replace(one, example=shown.get((one.code, one.at), one.example)) for one in found]
