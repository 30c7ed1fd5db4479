"""The walk through the stages: what is asked at each step, and what the answers make of the lines. Shared by all runtimes.

A runtime is given the questions of a step (`Asked`) and sends back a verdict for each rule of each; how it finds them is its own.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

from payerrules.language.effect import Ask, Derive, Flag, Hit, PatientShare, Pay, Price, Reduce, Say
from payerrules.language.expression import FALSE, TRUE, UNKNOWN
from payerrules.model.values import MaybeValue
from payerrules.program.evaluate import NO_SCOPES, Scopes, View, truth, value
from payerrules.runtimes.benefit import Fold
from payerrules.runtimes.case import Case
from payerrules.runtimes.conclusions import Conclusions, LineConclusion, Run, Verdict
from payerrules.runtimes.lookups import Conflict
from payerrules.runtimes.plan import Block, Plan, Step
from payerrules.runtimes.pricing import Pricing, cents
from payerrules.runtimes.settle import put_benign, strike

STANDING = {TRUE: True, FALSE: False, UNKNOWN: None}


@dataclass(frozen=True, slots=True)
class Asked:
    """The rules of a block, asked of one thing: `line` is the place of the line in the claim, -1 for the encounter."""

    block: Block
    line: int
    other: str
    view: View
    scopes: Scopes


Questions: TypeAlias = list[Asked]
Answers: TypeAlias = list[tuple[int, ...]]
Walking: TypeAlias = Generator[Questions, Answers, Conclusions]


class Walk:
    """One encounter on its way through the steps of a plan."""

    def __init__(self, plan: Plan, case: Case) -> None:
        self.plan = plan
        self.case = case
        self.lines = [
            LineConclusion(
                line.number,
                line.code,
                line.modifiers,
                units=view.get("line.units"),
                units_payable=view.get("line.units"),
                view=view,
            )
            for line, view in zip(case.encounter.lines, case.lines, strict=True)
        ]
        self.done = Conclusions(self.lines, view=case.whole)
        self.pricing = Pricing()
        self.open_editions()

    def open_editions(self) -> None:
        """What the editions say of each line before any rule: do they speak of it, must a fact be known, is the date verified."""
        for conclusion, view in zip(self.lines, self.case.lines, strict=True):
            day = view["line.date"]
            spoken = FALSE
            for edition in self.plan.program.editions:
                if not edition.effective.holds(day):
                    continue
                for name in edition.must_know - view["@given"]:
                    view[name] = None
                about = truth(edition.about, view)
                spoken = max(spoken, about)
                if about != FALSE and day > edition.verified_through:
                    conclusion.unverified = True
            if spoken != TRUE:
                conclusion.pending.append(f"policy for {conclusion.code}")
                conclusion.stands = UNKNOWN
            self.done.out_of_date += [(rule, conclusion.line) for rule in self.plan.out_of_date(day)]

    def run(self) -> Walking:
        """Walk the steps; yields the questions of each and is sent the answers."""
        steps = self.plan.steps
        stage = ""
        for step in steps:
            if step.stage == "benefit":
                break
            if step.stage != stage:
                stage = step.stage
                self.begin(stage)
            self.look(step)
            asked = self.questions(step)
            if asked:
                self.settle(step, asked, (yield asked))
        self.pricing.settle(self.lines)
        fold = Fold(self.plan, self.case, self.lines, self.done)
        benefit = [step for step in steps if step.stage == "benefit"]
        for step in benefit:
            asked = [a for a in self.questions(step) if a.line < 0 or a.other]
            if asked:
                self.settle(step, asked, (yield asked))
        for place in fold.order:
            view = self.case.lines[place]
            fold.open_line(place)
            for step in benefit:
                self.look_up(step, view, NO_SCOPES, "line", (view["line.code"],), self.lines[place])
                block = self.plan.block(step, "line", (view["line.date"],), (view["line.code"],))
                if block is not None:
                    one = Asked(block, place, "", view, NO_SCOPES)
                    if block.idle:
                        self.record(one, tuple(block.base))
                    else:
                        self.settle(step, [one], (yield [one]))
            fold.close_line(place)
        for line in self.lines:
            finish(line)
        return self.done

    def begin(self, stage: str) -> None:
        """A stage begins: the standing of every line is what the stages before have made of it."""
        for conclusion, view in zip(self.lines, self.case.lines, strict=True):
            view[f"line.stands@{stage}"] = STANDING[conclusion.stands]

    def look(self, step: Step) -> None:
        """Make the look-ups of a step: for every line, past service, pair of lines, and the encounter."""
        if not step.lookups:
            return
        for conclusion, view in zip(self.lines, self.case.lines, strict=True):
            self.look_up(step, view, NO_SCOPES, "line", (view["line.code"],), conclusion)
        if step.stage == "derive":
            for view in self.case.history:
                self.look_up(step, view, NO_SCOPES, "line", (view["line.code"],), None)
        if step.pair_lookups:
            for one, other, scopes in self.pairs():
                codes = (one["line.code"], other["line.code"])
                self.look_up(step, one, scopes, "pair_of_lines", codes, None)
        whole = self.case.whole
        if whole["line.date"]:
            self.look_up(step, whole, NO_SCOPES, "line", ("",), None, whole_only=True)
            self.look_up(step, whole, NO_SCOPES, "encounter", ("",), None)

    def look_up(
        self,
        step: Step,
        view: View,
        scopes: Scopes,
        for_each: str,
        codes: tuple[str, ...],
        conclusion: LineConclusion | None,
        whole_only: bool = False,
    ) -> None:
        """Make the look-ups of a step for one thing; what the encounter gave stays as given."""
        for look, names in self.plan.lookups(step, for_each, view["line.date"], codes):
            if whole_only and any(name.startswith("line.") for name in names):
                continue
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

    def pairs(self) -> list[tuple[View, View, Scopes]]:
        """Every ordered pair of lines: the one judged, its partner, and the scopes in which a rule reads them."""
        found: list[tuple[View, View, Scopes]] = []
        for i, one in enumerate(self.case.lines):
            for j, other in enumerate(self.case.lines):
                if i != j:
                    pair = self.case.pairs.setdefault((i, j), {"@lacks": {}, "@why": {}})
                    found.append((one, other, {"other": other, "pair": pair}))
        return found

    def questions(self, step: Step) -> Questions:
        """What a step asks: each block of each thing that can still answer otherwise than no."""
        asked: Questions = []
        whole = self.case.whole
        if step.ranges("encounter") and whole["line.date"]:
            self.ask(asked, step, "encounter", (whole["line.date"],), (), -1, "", whole, NO_SCOPES)
        if step.ranges("authorization"):
            scopes: Scopes
            for one in whole["@authorizations"] or ():
                name = str(one.get("authorization.id") or "")
                scopes = {"authorization": one}
                self.ask(asked, step, "authorization", (whole["line.date"],), (), -1, name, whole, scopes)
        if step.ranges("pair_of_diagnoses"):
            codes = whole["@diagnoses"] or ()
            for i, one in enumerate(codes):
                for other in codes[i + 1 :]:
                    scopes = {"diagnosis": one, "other_diagnosis": other}
                    pair = f"{one['diagnosis']} {other['diagnosis']}"
                    self.ask(asked, step, "pair_of_diagnoses", (whole["line.date"],), (), -1, pair, whole, scopes)
        if step.stage != "benefit" and step.ranges("line"):
            for i, view in enumerate(self.case.lines):
                self.ask(asked, step, "line", (view["line.date"],), (view["line.code"],), i, "", view, NO_SCOPES)
            if step.stage == "derive":
                self.derive_quietly(step)
        if step.ranges("pair_of_lines"):
            places = [(i, j) for i in range(len(self.lines)) for j in range(len(self.lines)) if i != j]
            for (i, _), (one, other, scopes) in zip(places, self.pairs(), strict=True):
                days, both = (one["line.date"], other["line.date"]), (one["line.code"], other["line.code"])
                self.ask(asked, step, "pair_of_lines", days, both, i, other["line"], one, scopes)
        return asked

    def ask(
        self,
        asked: Questions,
        step: Step,
        for_each: str,
        days: tuple[int, ...],
        codes: tuple[str, ...],
        line: int,
        other: str,
        view: View,
        scopes: Scopes,
    ) -> None:
        """Ask a block of one thing, unless its date and code have answered it already."""
        block = self.plan.block(step, for_each, days, codes)
        if block is None:
            return
        one = Asked(block, line, other, view, scopes)
        if block.idle and not block.derives:
            self.record(one, tuple(block.base))
        else:
            asked.append(one)

    def derive_quietly(self, step: Step) -> None:
        """Derive the facts of past services and of the encounter as a whole; no verdict of theirs is part of the decision."""
        for view in self.case.history:
            block = self.plan.block(step, "line", (view["line.date"],), (view["line.code"],))
            if block is not None:
                derive(block, block.verdicts(view, NO_SCOPES), view, NO_SCOPES)
        whole = self.case.whole
        if whole["line.date"]:
            block = self.plan.block(step, "line", (whole["line.date"],), ("",))
            if block is not None:
                derive(block, block.verdicts(whole, NO_SCOPES), whole, NO_SCOPES, without="line.")

    def record(self, one: Asked, values: tuple[int, ...]) -> Run:
        """Keep the verdicts of a block."""
        number = self.lines[one.line].line if one.line >= 0 else 0
        run = Run(one.block.rules, number, one.other, values, one.view, one.scopes)
        self.done.runs.append(run)
        return run

    def settle(self, step: Step, asked: Questions, answers: Answers) -> None:
        """Take in the answers of a step: derived facts, hits, prices, flags and actions."""
        for one, values in zip(asked, answers, strict=True):
            run = self.record(one, values)
            if one.block.derives:
                self.derive(one, values)
            if not any(values):
                continue
            for place, found in enumerate(values):
                if found and one.block.acts[place]:
                    self.effects(one, run, place, found)

    def derive(self, one: Asked, values: tuple[int, ...]) -> None:
        """Set the derived facts of a block; a conflict pends the line."""
        pair = one.scopes.get("pair")
        conflicts = derive(one.block, values, one.view if pair is None else pair, one.scopes, reads=one.view)
        if one.line >= 0 and conflicts:
            self.lines[one.line].pending += conflicts
            self.lines[one.line].stands = min(self.lines[one.line].stands, UNKNOWN)
        if one.line < 0 and not one.other:
            for name, _ in one.block.derives:
                for view in (*self.case.lines, *self.case.history):
                    if name not in view["@given"]:
                        view[name] = one.view.get(name)

    def effects(self, one: Asked, run: Run, place: int, found: int) -> None:
        """Apply what a rule does, where its condition is true (2) or unknown (1)."""
        verdict = Verdict(one.block.rules[place], run.line, one.other, found, one.view, one.scopes)
        targets = [self.lines[one.line]] if one.line >= 0 else self.lines
        for act in one.block.acts[place]:
            match act.effect:
                case Hit() as hit:
                    for line in targets:
                        view = one.view if one.line >= 0 else line.view
                        strike(self.done, line, verdict, hit, act.trigger, view, one.scopes)
                case Flag() | Ask() | Say() as benign:
                    if found == TRUE:
                        put_benign(self.done, targets[0] if one.line >= 0 else None, verdict, benign)
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


def derive(
    block: Block, values: tuple[int, ...], view: View, scopes: Scopes, reads: View | None = None, without: str = ""
) -> list[str]:
    """Set the facts that a block derives in a view; gives back the conflicts between its rules, in words."""
    conflicts: list[str] = []
    source = view if reads is None else reads
    for name, writers in block.derives:
        if (without and name.startswith(without)) or name in source["@given"]:
            continue
        try:
            view[name] = derived(block, values, writers, source, scopes)
        except Conflict as conflict:
            view[name] = None
            conflicts.append(str(conflict))
        if view[name] is None:
            lacks = [
                fact.name
                for _, place, _ in writers
                if values[place] == UNKNOWN
                for fact in block.reads[place]
                if fact.scope == "" and source.get(fact.name) is None and fact.name != name
            ]
            view["@lacks"][name] = tuple(dict.fromkeys(lacks))
    return conflicts


def derived(
    block: Block, values: tuple[int, ...], writers: tuple[tuple[int, int, Derive], ...], view: View, scopes: Scopes
) -> MaybeValue:
    """The value of a derived fact: the highest priority that is true speaks; what may speak before it must say the same."""
    maybe: list[MaybeValue] = []
    said: list[tuple[int, MaybeValue, str]] = []
    for priority, place, effect in writers:
        if said and said[0][0] > priority:
            break
        if values[place] == TRUE:
            said.append((priority, value(effect.value, view, scopes), block.rules[place].id))
        elif values[place] == UNKNOWN:
            maybe.append(value(effect.value, view, scopes))
    if said:
        _, found, first = said[0]
        for _, other, rule in said[1:]:
            if other != found:
                raise Conflict(f"{first} and {rule} give {block.rules[writers[0][1]].id} different values")
        return found if all(other == found for other in maybe) else None
    if maybe:
        return None
    last = writers[-1][2]
    if last.otherwise is not None:
        return value(last.otherwise, view, scopes)
    return False if all(effect.closed for _, _, effect in writers) else None


def finish(line: LineConclusion) -> None:
    """The outcome of a line: return or deny where a hit says so, pend where something is open, else pay."""
    kinds = {s.kind for s in line.struck if s.value == TRUE and (s.units is None or s.units == 0)}
    if "return" in kinds:
        line.outcome = "return"
    elif "deny" in kinds:
        line.outcome = "deny"
    elif line.stands != TRUE:
        line.outcome = "pend"
    else:
        line.outcome = "pay"
