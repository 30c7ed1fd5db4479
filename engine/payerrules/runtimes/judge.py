"""Judging an encounter by a program, with the runtime of one's choice. All runtimes give the same conclusions."""

from __future__ import annotations

from dataclasses import replace

from payerrules.limits.lookback import first_day_needed
from payerrules.model.encounter import Encounter
from payerrules.program.program import Program
from payerrules.runtimes import ruleset
from payerrules.runtimes.conclusions import Conclusions
from payerrules.runtimes.durable import Durable
from payerrules.runtimes.plan import Plan
from payerrules.runtimes.reference import judge_by_reference

RUNTIMES = ("durable", "reference")


def default_runtime() -> str:
    """`durable` where durable_rules is installed, else `reference`, which gives the same decisions."""
    return "durable" if ruleset.available() else "reference"


class Judge:
    """Judges encounters with one runtime; programs are made ready once and kept.

    Raises ValueError for a runtime that is not there.
    """

    def __init__(self, runtime: str = "") -> None:
        self.runtime = runtime or default_runtime()
        if self.runtime not in RUNTIMES:
            raise ValueError(f"no runtime is called `{self.runtime}`: choose {' or '.join(RUNTIMES)}")
        if self.runtime == "durable" and not ruleset.available():
            raise ValueError("durable_rules is not installed here: choose the runtime `reference`")
        self.plans: dict[int, tuple[Program, Plan, Durable | None]] = {}

    def plan(self, program: Program) -> tuple[Plan, Durable | None]:
        """A program made ready for this runtime."""
        found = self.plans.get(id(program))
        if found is None:
            plan = Plan(program)
            found = self.plans[id(program)] = program, plan, Durable(plan) if self.runtime == "durable" else None
        return found[1], found[2]

    def judge(self, program: Program, encounter: Encounter) -> Conclusions:
        """What the program makes of the encounter, as it stands."""
        plan, durable = self.plan(program)
        case = plan.opening.open(recent(program, encounter))
        return judge_by_reference(plan, case) if durable is None else durable.judge(case)


def recent(program: Program, encounter: Encounter) -> Encounter:
    """The encounter without past services that are too old to matter: what it costs does not grow with the years."""
    if not encounter.history:
        return encounter
    first = first_day_needed(program, encounter)
    if first is None or all(line.date >= first for line in encounter.history):
        return encounter
    return replace(encounter, history=tuple(line for line in encounter.history if line.date >= first))


def judge(program: Program, encounter: Encounter, runtime: str = "") -> Conclusions:
    """Judge one encounter; to judge many, keep a Judge."""
    return Judge(runtime).judge(program, encounter)
