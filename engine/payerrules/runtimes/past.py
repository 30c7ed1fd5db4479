"""Past services: what of them has to be derived, and whether a limit counts them. They cost less than the lines of a claim."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payerrules.language.items import Limit, Rule
from payerrules.limits.lookback import facts_of_past
from payerrules.program.evaluate import NO_SCOPES, View
from payerrules.program.reads import makes
from payerrules.runtimes.blocks import Block, compiled
from payerrules.runtimes.compiled import Many

if TYPE_CHECKING:
    from payerrules.runtimes.plan import Looks, Plan, Step

MANY = 20_000
"""How many dates and codes are kept ready; past it, it begins anew, so that memory stays flat."""


@dataclass(frozen=True, slots=True, eq=False)
class PastCourse:
    """What is done with past services of one code and stretch of dates: by step, what derives the facts that can matter."""

    blocks: tuple[Block | None, ...]
    looks: tuple[Looks, ...]


class Past:
    """What a plan does with past services."""

    def __init__(self, plan: Plan, items: Sequence[Any], limits: Sequence[Limit]) -> None:
        self.plan = plan
        self.steps = [step for step in plan.steps if step.stage == "derive"]
        far = [limit for limit in limits if limit.period.kind != "day"]
        self.wanted = {
            True: facts_of_past(items, limits),
            False: facts_of_past(items, far),
        }  # on a day of the claim, or not
        self.courses: dict[tuple[int, str, bool], PastCourse] = {}
        self.counting: dict[int, Many] = {}

    def course(self, day: int, code: str, same_day: bool) -> PastCourse:
        """What to do with a past service of this date and code, on a day of the claim or on another one."""
        key = (bisect_right(self.plan.borders, day), code, same_day)
        found = self.courses.get(key)
        if found is None:
            if len(self.courses) >= MANY:
                self.courses.clear()
            wanted = self.wanted[same_day]
            found = self.courses[key] = PastCourse(
                tuple(self.block(step, day, code, wanted) for step in self.steps),
                tuple(
                    tuple(look for look in self.plan.make_lookups(step, "line", day, (code,)) if look[1] & wanted)
                    for step in self.steps
                ),
            )
        return found

    def block(self, step: Step, day: int, code: str, wanted: frozenset[str]) -> Block | None:
        """The rules of a step that derive one of the facts that are wanted of a past service."""
        placed = [p for p in step.ranges("line") if p.window.holds(day) and not wanted.isdisjoint(makes(p.item))]
        rules = tuple(p.item for p in placed if isinstance(p.item, Rule))
        names = tuple(self.plan.rule_names[id(p)] for p in placed)
        return self.plan.block_of(f"past{step.index}", rules, names, (code,)) if rules else None

    def counts(self, limit: Limit, view: View) -> int:
        """Whether a limit counts a line or past service by what it is (Kleene)."""
        many = self.counting.get(id(limit))
        if many is None:
            many = self.counting[id(limit)] = compiled(limit.of)
        return many(view, NO_SCOPES)[0]
