"""Seeking: an encounter that makes a rule come out as wanted, made from one that does not; every step is judged anew."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from payerrules.analysis.conditions import Doubt
from payerrules.analysis.encounter_edits import Data, add_line, day_text, line_of
from payerrules.analysis.solve import Goal, Question
from payerrules.analysis.steer import Steering
from payerrules.analysis.study import Study, study_data
from payerrules.decide.engine import Engine
from payerrules.language.expression import Condition
from payerrules.language.items import Rule, Window
from payerrules.program.evaluate import NO_SCOPES, Scopes, View
from payerrules.program.program import Placed, Program
from payerrules.runtimes.conclusions import Conclusions

ROUNDS = 3
WAYS = 4
MOST_JUDGED = 300
"""So much work is done in search of one encounter, an encounter judged counted as one."""
STEPS_OF_A_STUDY = 50
"""So many steps of the solver cost what one encounter costs to judge, about."""


@dataclass(slots=True)
class Seeker:
    """Looks for encounters with the policies of an engine; what can be unknown in a program is worked out once.

    `left` is the work that may still be done, an encounter judged counted as one: a search that has used it up finds nothing.
    """

    engine: Engine
    left: float = math.inf
    doubts: dict[int, tuple[Program, Doubt]] = field(default_factory=dict)

    def doubt(self, program: Program) -> Doubt:
        """What can be unknown in a program."""
        found = self.doubts.get(id(program))
        if found is None or found[0] is not program:
            found = self.doubts[id(program)] = program, Doubt(program)
        return found[1]

    def judged(self, data: Data) -> Study | None:
        """The study of an encounter; None where there is none, or where enough have been judged."""
        self.left -= 1
        return study_data(self.engine, data) if self.left >= 0 else None

    def seek(
        self,
        start: Data,
        for_each: str,
        conditions: tuple[Condition, ...],
        goal: Goal,
        reached: Callable[[Study], bool],
        window: Window | None = None,
        line: int = 0,
    ) -> tuple[Data, Study] | None:
        """An encounter like `start` for whose line conditions reach a goal, as `reached` confirms of its study.

        `window` are the dates of service it must lie in; `line` the place of the line.
        """
        data = copy.deepcopy(start)
        if for_each == "pair_of_lines" and len(data["lines"]) < 2:
            add_line(data, line)
        study = self.judged(data)
        if study is None:
            return None
        if window is not None and not window.holds(study.encounter.lines[line].date):
            for one in data["lines"]:
                one["date"] = day_text(min(max(study.encounter.lines[line].date, window.first), window.last))
            study = self.judged(data)
        if study is None or line >= len(study.encounter.lines):
            return None
        return self.step(data, study, for_each, conditions, goal, reached, line, ROUNDS)

    def step(
        self,
        data: Data,
        study: Study,
        for_each: str,
        conditions: tuple[Condition, ...],
        goal: Goal,
        reached: Callable[[Study], bool],
        line: int,
        rounds: int,
    ) -> tuple[Data, Study] | None:
        """Change what the solver says must change, judge, and go on from there."""
        if reached(study):
            return data, study
        if not rounds:
            return None
        for place, other, view, scopes, done in instances(study, for_each, line):
            most = self.left * STEPS_OF_A_STUDY
            question = Question(conditions, self.doubt(study.program), view, scopes, most=most)
            for number, change in enumerate(question.answers(goal)):
                if number >= WAYS or self.left <= 0:
                    break
                new = copy.deepcopy(data)
                steering = Steering(new, study.program, self.doubt(study.program), done, place, other)
                if not change or not steering.apply(change, question):
                    continue
                after = self.judged(new)
                if after is None or len(after.encounter.lines) != len(new["lines"]):
                    continue
                found = self.step(
                    new,
                    after,
                    for_each,
                    conditions,
                    goal,
                    reached,
                    line,
                    rounds - 1 if number == 0 else min(1, rounds - 1),
                )
                if found is not None:
                    return found
            self.left -= question.steps / STEPS_OF_A_STUDY
        return None


def instances(study: Study, for_each: str, line: int) -> Iterator[tuple[int, int | None, View, Scopes, Conclusions]]:
    """What a rule would be asked of: the line, or the line beside each other one, as submitted."""
    done = study.rounds[0]
    if for_each == "pair_of_lines":
        for other in range(len(done.lines)):
            if other != line:
                yield line, other, done.lines[line].view, {"other": done.lines[other].view}, done
    elif for_each == "line":
        yield line, None, done.lines[line].view, NO_SCOPES, done
    elif for_each == "authorization":
        things: list[View] = done.view.get("@authorizations") or [{}]
        for thing in things:
            yield line, None, done.view, {"authorization": thing}, done
    else:
        yield line, None, done.view, NO_SCOPES, done


def rule_of(program: Program, id_: str, edition: str = "") -> Placed | None:
    """A rule of a program by its id."""
    return next(
        (
            p
            for p in program.placed
            if isinstance(p.item, Rule) and p.item.id == id_ and edition in ("", p.item.edition)
        ),
        None,
    )


__all__ = ["Seeker", "instances", "line_of", "rule_of"]
