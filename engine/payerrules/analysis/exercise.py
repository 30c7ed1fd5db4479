"""Exercise: which targets of the policies the golden files reach, which they do not, and an encounter for each hole."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from payerrules.analysis.reached import Watch
from payerrules.analysis.study import Shelf, Studied, chosen
from payerrules.analysis.targets import Target, targets_of
from payerrules.decide.engine import Engine
from payerrules.program.program import Program


@dataclass(slots=True)
class Exercise:
    """The targets, by which case each was first reached, and for holes an encounter that would reach them."""

    targets: dict[Target, Program]
    reached: dict[Target, str] = field(default_factory=dict)
    impossible: dict[Target, str] = field(default_factory=dict)  # why nothing can reach it
    fills: dict[Target, dict[str, Any]] = field(default_factory=dict)

    @property
    def holes(self) -> list[Target]:
        """The targets that no case reaches, and that something could."""
        return [t for t in self.targets if t not in self.reached and t not in self.impossible]

    @property
    def percent(self) -> int:
        """How many of a hundred targets are reached, rounded down; those nothing can reach are not counted."""
        total = len(self.targets) - len(self.impossible)
        return 100 if not total else (total - len(self.holes)) * 100 // total

    def by_part(self) -> dict[str, list[Target]]:
        """The targets of each part, in the order of the policy."""
        found: dict[str, list[Target]] = {}
        for target in self.targets:
            found.setdefault(target.part, []).append(target)
        return found


def exercise(
    engine: Engine, cases: Sequence[Studied], names: Collection[str] = (), apart: Collection[str] = ()
) -> Exercise:
    """Look at what every case reaches of what these policies and bases say themselves, or of all but those that stand apart."""
    every = targets_of(Shelf.of(engine).meanings.values(), engine.vocabulary)
    result = Exercise({t: p for t, p in every.items() if chosen(t.policy, names, apart)})
    watch = Watch(result.targets)
    for one in cases:
        for target in watch.reached(one.study) if one.study is not None else ():
            result.reached.setdefault(target, one.name)
    return result
