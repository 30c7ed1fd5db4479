"""The walk through the stages: what is asked at each step, and what the answers make of the lines. Shared by all runtimes.

A runtime is given the questions of a step (each a `Run`) and sends back, for each, the verdicts of the rules that are asked;
how it finds them is its own. A walk that answers `at_once` asks nobody where a line can go on alone: it takes what the rules' own
conditions say.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import cached_property
from typing import TypeAlias

from payerrules.language.effect import Ask, Flag, Hit, PatientShare, Pay, Price, Reduce, Say
from payerrules.language.expression import FALSE, TRUE, UNKNOWN
from payerrules.program.evaluate import NO_SCOPES, Scopes, View
from payerrules.runtimes.benefit import Fold
from payerrules.runtimes.blocks import Act
from payerrules.runtimes.case import OTHER_PAYERS, Case
from payerrules.runtimes.closures import truth_of
from payerrules.runtimes.conclusions import Conclusions, LineConclusion, Run, Verdict
from payerrules.runtimes.deriving import derive
from payerrules.runtimes.lookups import Conflict
from payerrules.runtimes.past import PastCourse
from payerrules.runtimes.plan import Course, Looks, Plan, Step
from payerrules.runtimes.pricing import Pricing, cents
from payerrules.runtimes.settle import put_benign, strike

STANDING = {TRUE: True, FALSE: False, UNKNOWN: None}

Questions: TypeAlias = list[Run]
Answers: TypeAlias = list[tuple[int, ...]]
Walking: TypeAlias = Generator[Questions, Answers, Conclusions]


class Walk:
    """One encounter on its way through the steps of a plan."""

    def __init__(self, plan: Plan, case: Case, at_once: bool = False) -> None:
        self.plan = plan
        self.case = case
        self.at_once = at_once
        self.lines: list[LineConclusion] = []
        self.courses: list[Course] = []
        self.done = Conclusions(self.lines, case.whole, case.history)
        self.pricing = Pricing()
        for line, view in zip(case.encounter.lines, case.lines, strict=True):
            course = plan.courses_on.get((line.date, line.code)) or plan.course(line.date, line.code)
            one = LineConclusion(line.number, line.code, line.modifiers, view.get("line.units"), view)
            self.lines.append(one)
            self.courses.append(course)
            self.open_editions(one, course)

    def open_editions(self, conclusion: LineConclusion, course: Course) -> None:
        """What the editions say of a line before any rule: do they speak of it, must a fact be known, is the date verified."""
        view = conclusion.view
        spoken = FALSE
        for edition in course.speaking:
            if edition.must_know:
                for name in edition.must_know - view["@given"]:
                    view[name] = None
                if OTHER_PAYERS in edition.must_know and self.case.encounter.other_payers is None:
                    view["@other_payers"] = view["@other_payers"] or None
            about = truth_of(edition.about)(view, NO_SCOPES) if edition.settled is None else edition.settled
            if about > spoken:
                spoken = about
            if about != FALSE and view["line.date"] > edition.verified_through:
                conclusion.unverified = True
        if spoken != TRUE:
            conclusion.pending.append(f"policy for {conclusion.code}")
            conclusion.stands = UNKNOWN
        if course.late:
            self.done.out_of_date += [(rule, conclusion.line) for rule in course.late]

    def run(self) -> Walking:
        """Walk the steps; yields the questions of each and is sent the answers."""
        plan = self.plan
        for steps in plan.stretches:
            if self.at_once and steps[0].alone:
                self.line_by_line(steps)
                continue
            for step in steps:
                if plan.stands[step.index]:
                    self.begin(step.stage)
                if step.lookups:
                    self.look(step)
                asked = self.questions(step)
                if asked:
                    self.settle(asked, (yield asked))
        self.pricing.settle(self.lines)
        if plan.benefit or plan.program.limits:
            fold = Fold(plan, self.case, self.lines, self.done)
            for step in plan.benefit:
                asked = [run for run in self.questions(step) if run.place < 0 or run.other]
                if asked:
                    self.settle(asked, (yield asked))
            for place in fold.order:
                fold.open_line(place)
                line, course = self.lines[place], self.courses[place]
                units = line.units_payable
                for step in plan.benefit:
                    self.look_up(course.looks[step.index], line.view, NO_SCOPES, line)
                    block = course.blocks[step.index]
                    if block is None:
                        continue
                    run = Run(block, place, line.line, "", line.view, NO_SCOPES)
                    if not block.asked or self.at_once:
                        self.take(run, block.many(line.view, NO_SCOPES))
                    else:
                        self.settle([run], (yield [run]))
                self.pricing.cut(line, units, self.lines)
                fold.close_line(place)
        for line in self.lines:
            finish(line)
        return self.done

    def line_by_line(self, steps: tuple[Step, ...]) -> None:
        """Several steps, for one line after the other: nothing that is asked of one there rests on another."""
        first = steps[0].index
        for place, line in enumerate(self.lines):
            view = line.view
            for stage, looks, block in self.courses[place].alone[first]:
                if stage:
                    view[f"line.stands@{stage}"] = STANDING[line.stands]
                if looks:
                    self.look_up(looks, view, NO_SCOPES, line)
                if block is not None:
                    run = Run(block, place, line.line, "", view, NO_SCOPES)
                    if block.idle:
                        self.done.runs.append(run)
                    else:
                        self.take(run, block.many(view, NO_SCOPES))
        for step in steps:
            if step.lookups:
                self.look_elsewhere(step)
            if step.of_whole or (step.stage == "derive" and self.case.history):
                self.derive_quietly(step)

    def begin(self, stage: str) -> None:
        """A stage begins: the standing of every line is what the stages before have made of it."""
        for conclusion in self.lines:
            conclusion.view[f"line.stands@{stage}"] = STANDING[conclusion.stands]

    def look(self, step: Step) -> None:
        """Make the look-ups of a step: for every line, past service, pair of lines, and the encounter."""
        for conclusion, course in zip(self.lines, self.courses, strict=True):
            self.look_up(course.looks[step.index], conclusion.view, NO_SCOPES, conclusion)
        self.look_elsewhere(step)

    def look_elsewhere(self, step: Step) -> None:
        """Make the look-ups of a step for all but the lines."""
        if step.stage == "derive":
            for view, past in self.past:
                self.look_up(past.looks[step.index], view, NO_SCOPES, None)
        if step.pair_lookups:
            for i, _, scopes in self.pairs:
                one = self.lines[i].view
                codes = (one["line.code"], scopes["other"]["line.code"])
                looks = self.plan.lookups(step, "pair_of_lines", one["line.date"], codes)
                self.look_up(looks, one, scopes, None)
        whole = self.case.whole
        if day := whole["line.date"]:
            about_all = tuple(
                (look, names)
                for look, names in self.plan.lookups(step, "line", day, ("",))
                if not any(name.startswith("line.") for name in names)
            )
            self.look_up(about_all, whole, NO_SCOPES, None)
            self.look_up(self.plan.lookups(step, "encounter", day, ("",)), whole, NO_SCOPES, None)

    @staticmethod
    def look_up(looks: Looks, view: View, scopes: Scopes, conclusion: LineConclusion | None) -> None:
        """Make look-ups for one thing; what the encounter gave stays as given."""
        for look, names in looks:
            try:
                found = look(view, scopes)
            except Conflict as conflict:
                found = tuple((name, None) for name in names)
                if conclusion is not None:
                    conclusion.pending.append(str(conflict))
                    conclusion.stands = min(conclusion.stands, UNKNOWN)
            target = scopes.get("pair", view)
            for name, what in found:
                if name not in view["@given"]:
                    target[name] = what

    @cached_property
    def past(self) -> list[tuple[View, PastCourse]]:
        """Every past service, with what is to be done with it."""
        days, course = {line.date for line in self.case.encounter.lines}, self.plan.past.course
        found = [(view, view["line.date"]) for view in self.case.history]
        return [(view, course(day, view["line.code"], day in days)) for view, day in found]

    @cached_property
    def pairs(self) -> list[tuple[int, int, Scopes]]:
        """Every ordered pair of lines: the places of the one judged and of its partner, and the scopes a rule reads them in."""
        found: list[tuple[int, int, Scopes]] = []
        for i in range(len(self.lines)):
            for j, other in enumerate(self.case.lines):
                if i != j:
                    pair = self.case.pairs.setdefault((i, j), {})
                    found.append((i, j, {"other": other, "pair": pair}))
        return found

    @cached_property
    def payers(self) -> list[tuple[int, View, View]]:
        """Every other payer, of the encounter and of each line that lists its own: the line's number (0: all), where it is read from, and it."""
        whole = self.case.whole
        found = [(0, whole, one) for one in whole["@other_payers"] or ()]
        shared = False
        for line, view in zip(self.case.encounter.lines, self.case.lines, strict=True):
            if line.other_payers is not None:
                found += [(line.number, view, one) for one in view["@other_payers"]]
            elif view["@other_payers"] is not whole["@other_payers"] and not shared:
                shared = True  # the lines that list none have one list together
                found += [(0, whole, one) for one in view["@other_payers"]]
        return found

    def questions(self, step: Step) -> Questions:
        """What a step asks: each block of each thing that can still answer otherwise than no."""
        asked: Questions = []
        if step.of_encounter:
            self.ask_of_encounter(step, asked)
        if step.of_lines and step.stage != "benefit":
            for place, course in enumerate(self.courses):
                block = course.blocks[step.index]
                if block is not None:
                    line = self.lines[place]
                    run = Run(block, place, line.line, "", line.view, NO_SCOPES)
                    (self.done.runs if block.idle else asked).append(run)
            if step.of_whole or (step.stage == "derive" and self.case.history):
                self.derive_quietly(step)
        if step.of_pairs:
            for i, j, scopes in self.pairs:
                one, other = self.lines[i].view, self.lines[j].view
                days, codes = (one["line.date"], other["line.date"]), (one["line.code"], other["line.code"])
                block = self.plan.block(step, "pair_of_lines", days, codes)
                if block is not None:
                    self.ask(asked, Run(block, i, self.lines[i].line, other["line"], one, scopes))
        return asked

    def ask_of_encounter(self, step: Step, asked: Questions) -> None:
        """What a step asks of the encounter, its authorizations, its other payers and its diagnoses."""
        whole = self.case.whole
        day = whole["line.date"]
        block = self.plan.block(step, "encounter", (day,)) if day else None
        if block is not None:
            self.ask(asked, Run(block, -1, 0, "", whole, NO_SCOPES))
        block = self.plan.block(step, "authorization", (day,))
        if block is not None:
            for one in whole["@authorizations"] or ():
                name = str(one.get("authorization.id") or "")
                self.ask(asked, Run(block, -1, 0, name, whole, {"authorization": one}))
        block = self.plan.block(step, "other_payer", (day,))
        if block is not None:
            for number, view, one in self.payers:
                name = str(one.get("other_payer.id") or "")
                self.ask(asked, Run(block, -1, number, name, view, {"other_payer": one}))
            self.derive_of_past_payers(step)
        block = self.plan.block(step, "pair_of_diagnoses", (day,))
        if block is not None:
            codes = whole["@diagnoses"] or ()
            for i, one in enumerate(codes):
                for other in codes[i + 1 :]:
                    pair = f"{one['diagnosis']} {other['diagnosis']}"
                    self.ask(asked, Run(block, -1, 0, pair, whole, {"diagnosis": one, "other_diagnosis": other}))

    def ask(self, asked: Questions, run: Run) -> None:
        """Ask, unless the date and code have answered already."""
        if run.block.idle:
            self.done.runs.append(run)
        else:
            asked.append(run)

    def derive_quietly(self, step: Step) -> None:
        """Derive the facts of past services and of the encounter as a whole; no verdict of theirs is part of the decision."""
        for view, past in self.past:
            block = past.blocks[step.index]
            if block is not None:
                derive(block.derives, block.many(view, NO_SCOPES), view, view)
        whole = self.case.whole
        if whole["line.date"]:
            block = self.plan.course(whole["line.date"], "").blocks[step.index]
            if block is not None and block.derives_for_all:
                derive(block.derives_for_all, block.many(whole, NO_SCOPES), whole, whole)

    def derive_of_past_payers(self, step: Step) -> None:
        """Derive the facts of the payers that past services list."""
        for line, view in zip(self.case.encounter.history or (), self.case.history, strict=True):
            block = self.plan.block(step, "other_payer", (line.date,))
            if block is None or line.other_payers is None:
                continue
            for one in view["@other_payers"]:
                scopes = {"other_payer": one}
                derive(block.derives, block.many(view, scopes), one, view, scopes)

    def settle(self, asked: Questions, answers: Answers) -> None:
        """Take in the answers of a step: derived facts, hits, prices, flags and actions."""
        for run, found in zip(asked, answers, strict=True):
            self.take(run, found)

    def take(self, run: Run, found: tuple[int, ...]) -> None:
        """Take in the answers to one question."""
        run.found = found
        block = run.block
        self.done.runs.append(run)
        told = block.settled.get(found) or block.told(found)
        if block.derives:
            facts = told.facts
            if facts is None or run.place < 0 or run.scopes or not block.derives_of.isdisjoint(run.view["@given"]):
                self.derive(run)
            else:
                run.view.update(facts)
        for place, value, acts in told.acting:
            self.effects(run, place, value, acts)

    def derive(self, run: Run) -> None:
        """Set the derived facts of a block; a conflict pends the line."""
        block, view = run.block, run.view
        target = run.scopes.get("pair") or run.scopes.get("other_payer")
        conflicts = derive(block.derives, run.found, view if target is None else target, view, run.scopes)
        if run.place >= 0 and conflicts:
            self.lines[run.place].pending += conflicts
            self.lines[run.place].stands = min(self.lines[run.place].stands, UNKNOWN)
        if run.place < 0 and not run.scopes:
            for name in block.derives_of:
                for one in (*self.case.lines, *self.case.history):
                    if name not in one["@given"]:
                        one[name] = view.get(name)

    def effects(self, run: Run, place: int, found: int, acts: tuple[Act, ...]) -> None:
        """Apply what a rule does, where its condition is true (2) or unknown (1)."""
        verdict = Verdict(run.block.asked[place], run.line, run.other, found, run.view, run.scopes)
        one = self.lines[run.place] if run.place >= 0 else None
        targets = self.lines if one is None else (one,)
        for act in acts:
            match act.effect:
                case Hit() as hit:
                    for line in targets:
                        strike(self.done, line, verdict, hit, act, line.view, run.scopes)
                case Flag() | Ask() | Say() as benign:
                    if found == TRUE:
                        put_benign(self.done, one, verdict, benign)
                case Price() as price:
                    self.pricing.price(targets, verdict, price)
                case Reduce() as reduction:
                    self.pricing.reduce(targets, verdict, reduction)
                case Pay(amount):
                    for line in targets:
                        line.payment = cents(amount, line.view, found)
                case PatientShare(amount):
                    for line in targets:
                        line.patient_share = cents(amount, line.view, found)
                case _:
                    pass


def finish(line: LineConclusion) -> None:
    """The outcome of a line: return or deny where a hit says so, pend where something is open, else pay."""
    line.outcome = "pay" if line.stands == TRUE else "pend"
    for struck in line.struck:
        if struck.value == TRUE and not struck.partial:
            if struck.kind == "return":
                line.outcome = "return"
                return
            if struck.kind == "deny":
                line.outcome = "deny"
