"""The reference runtime: plain Python. Every rule of a step is asked of everything it is about, and the answers are taken in."""

from __future__ import annotations

from payerrules.runtimes.case import Case
from payerrules.runtimes.conclusions import Conclusions
from payerrules.runtimes.plan import Plan
from payerrules.runtimes.walk import Walk


def judge_by_reference(plan: Plan, case: Case) -> Conclusions:
    """Judge a case: the meaning of the language, stage by stage."""
    walking = Walk(plan, case, at_once=True).run()
    try:
        asked = next(walking)
        while True:
            asked = walking.send([run.block.many(run.view, run.scopes) for run in asked])
    except StopIteration as end:
        done: Conclusions = end.value
        return done
