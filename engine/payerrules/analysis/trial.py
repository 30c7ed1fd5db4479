"""A trial: the golden cases that can feel a mutant, run by the policies as it changed them, until one notices."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from payerrules.analysis.disputes import of_rule
from payerrules.analysis.mutations import SECTIONS, Edit, Mutant, edited
from payerrules.analysis.study import MeaningKey, Studied, Study, key_of, selected_for, study_by
from payerrules.decide.engine import Engine
from payerrules.decide.limits import limit
from payerrules.golden.compare import compare
from payerrules.language.expression import Term
from payerrules.language.items import EditionMeaning, Limit, LimitStepRule, Lookup, Rule, Window
from payerrules.language.nodes import Mapping as Map
from payerrules.limits.lookback import earliest, services_in
from payerrules.model.diagnostic import has_error
from payerrules.program.build import build, meet, settled
from payerrules.program.evaluate import NO_SCOPES, Scopes, Truth, View
from payerrules.program.program import Placed, Program
from payerrules.program.reads import reads
from payerrules.program.stages import label
from payerrules.runtimes.blocks import Block
from payerrules.runtimes.closures import truth_of
from payerrules.runtimes.judge import Judge
from payerrules.runtimes.lookups import Conflict, Look, looker
from payerrules.runtimes.plan import Plan, ranges_over, ready, standing

READS_TRACE = ("rules", "presumed")


@dataclass(frozen=True, slots=True)
class Instance:
    """A rule as it was asked in a case: in which stage, how it came out, and what it read."""

    stage: str
    value: int
    view: View
    scopes: Scopes


class Ground:
    """The golden cases on the policies as they are: which pass, what each read, and of which editions."""

    def __init__(self, engine: Engine, cases: Sequence[Studied]) -> None:
        self.engine = engine
        self.cases = [one for one in cases if one.study is not None]
        self.passing = {n for n, one in enumerate(self.cases) if one.study and not fails(one, one.study)}
        self.by_edition: dict[MeaningKey, list[int]] = {}
        self.rules: dict[tuple[str, str], dict[int, list[Instance]]] = {}
        self.things: dict[int, list[tuple[str, View, Scopes]]] = {}
        self.programs: dict[int, Program] = {}
        self.ready = Ready()
        for number, one in enumerate(self.cases):
            if number in self.passing and one.study is not None:
                self.take_in(number, one.study)

    def take_in(self, number: int, study: Study) -> None:
        """Keep what a case read."""
        self.programs[id(study.program)] = study.program
        for meaning in study.program.editions:
            self.by_edition.setdefault(key_of(meaning), []).append(number)
        things: list[tuple[str, View, Scopes]] = []
        for done in study.rounds:
            for run in done.runs:
                for rule, value in zip(run.block.rules, run.values, strict=True):
                    kept = self.rules.setdefault((rule.id, rule.edition), {}).setdefault(number, [])
                    kept.append(Instance(rule.stage, value, run.view, run.scopes))
            views = [line.view for line in done.lines]
            past = (o for view in views for o in view.get("@services", ()) if "@many" not in o)
            things += [("line", quiet(view), NO_SCOPES) for view in {id(o): o for o in (*views, *past)}.values()]
            pairs = ((one, other) for one in views for other in views if one is not other)
            things += [
                ("pair_of_lines", quiet(one), {"other": other, "pair": {"@lacks": {}, "@why": {}}})
                for one, other in pairs
            ]
        self.things[number] = things

    # --- which cases can feel it ----------------------------------------------------------------
    def feel(
        self, mutant: Mutant, meanings: Mapping[MeaningKey, EditionMeaning], order: Callable[[int], Any] = int
    ) -> Iterator[int]:
        """The cases in which something that a mutant changes comes out otherwise at the very place of the change, in an order.

        Each is looked at when it is asked for, so that a mutant which the first case notices costs little.
        """
        feelers = [self.feeler(edit, meanings[edit.key]) for edit in mutant.edits]
        reach = {case for edit in mutant.edits for case in self.by_edition.get(edit.key, ())}
        yield from (case for case in sorted(reach, key=order) if any(feels(case) for feels in feelers))

    def feeler(self, edit: Edit, meaning: EditionMeaning) -> Callable[[int], bool]:
        """Tells of a case whether one edit is felt in it."""
        mine = frozenset(self.by_edition.get(edit.key, ()))
        if edit.section not in SECTIONS or edit.section in ("limits", "limit_step_rules"):
            return mine.__contains__
        old = getattr(meaning, edit.section)[edit.number]
        if isinstance(old, Rule) and old.step and meaning.limit_step_rules:
            return mine.__contains__  # the step stands in the program under other conditions
        if edit.new is not None and looks_back(edit.new) != looks_back(old):
            return mine.__contains__  # what a case read of past services may go less far back
        feels = self.rule_feeler(old, edit.new, meaning) if isinstance(old, Rule) else self.lookup_feeler(old, edit.new)
        return lambda case: case in mine and feels(case)

    def rule_feeler(self, old: Rule, new: Rule | None, meaning: EditionMeaning) -> Callable[[int], bool]:
        """Tells of a case whether a rule comes out otherwise in it, or speaks and says something else."""
        changed = () if new is None or new.in_force == old.in_force else changed_days(old.in_force, new.in_force)
        dispute = of_rule(old, new, meaning)
        asked = self.rules.get((old.id, old.edition), {})
        tests: dict[str, tuple[Truth, ...]] = {}

        def differs(one: Instance) -> bool:
            if one.stage not in tests:
                tests[one.stage] = tuple(truth_of(part) for part in standing(dispute.conditions, one.stage))
            return dispute.differs([test(one.view, one.scopes) for test in tests[one.stage]])

        def feels(case: int) -> bool:
            study = self.cases[case].study
            if changed and (
                old.by or (study and any(w.holds(line.date) for w in changed for line in study.encounter.lines))
            ):
                return True
            return any(differs(one) for one in asked.get(case, ()))

        return feels

    def lookup_feeler(self, old: Any, new: Any) -> Callable[[int], bool]:
        """Tells of a case whether a look-up finds something else for some thing in it."""
        if new is None or getattr(old, "in_force", None) != getattr(new, "in_force", None):
            return lambda case: True
        wanted = "pair_of_lines" if ranges_over(old) == "pair_of_lines" else "line"
        one, other = looker(old, {}), looker(new, {})

        def feels(case: int) -> bool:
            try:
                things = ((view, scopes) for kind, view, scopes in self.things[case] if kind == wanted)
                return any(one(view, scopes) != other(view, scopes) for view, scopes in things)
            except Conflict:
                return True

        return feels


def looks_back(item: Rule | Lookup) -> list[Term | None]:
    """How far back each look at past services in an item goes."""
    return [earliest(where) for where in services_in(item)]


def quiet(view: View) -> View:
    """A view to look from without leaving a trace in it."""
    return {**view, "@lacks": {}, "@why": {}}


def changed_days(one: Window, other: Window) -> list[Window]:
    """The days that are in one of two windows and not in both."""
    ends = sorted({one.first, one.last + 1, other.first, other.last + 1})
    spans = [Window(first, last - 1) for first, last in itertools.pairwise(ends)]
    return [span for span in spans if one.holds(span.first) != other.holds(span.first)]


# --- running ------------------------------------------------------------------------------------------
class Ready:
    """Rules and look-ups of the policies as they are, made ready for the codes of lines: every mutant takes over those it does not change."""

    def __init__(self) -> None:
        self.items: dict[int, Any] = {}
        self.taken: set[int] = set()
        self.blocks: dict[tuple[tuple[int, ...], tuple[str, ...]], Block] = {}
        self.looks: dict[tuple[int, tuple[str, ...]], Look] = {}

    def take(self, program: Program) -> None:
        """Know the items of a program as ones that stay."""
        if id(program) not in self.taken:
            self.taken.add(id(program))
            for p in program.placed:
                item = ready(p).item
                self.items[id(item)] = item


class Altered:
    """The policies as a mutant changed them: programs made from those of the cases, one judge for all of them."""

    def __init__(self, engine: Engine, mutant: Mutant, ready: Ready) -> None:
        self.engine = copy.copy(engine)
        self.engine.judge = Judge("reference")
        self.mutant = mutant
        self.ready = ready
        self.made: dict[int, tuple[Program, Program | None]] = {}

    def program(self, old: Program) -> Program | None:
        """A program with the mutant's edits; None where it does not build, as `payerrules check` would say."""
        if id(old) not in self.made:
            new = altered(old, self.mutant)
            self.made[id(old)] = old, new
            if new is not None and new is not old:
                self.ready.take(old)
                self.engine.judge.plans[id(new)] = new, PlanFrom(new, self.ready), None
        return self.made[id(old)][1]

    def study(self, study: Study) -> Study | None:
        """A case's encounter judged anew; None where the changed policy does not build."""
        program = self.program(study.program)
        if program is None:
            return None
        selected = replace(selected_for(self.engine, study.encounter), program=program)
        return study_by(self.engine, study.encounter, program, selected)


class PlanFrom(Plan):
    """A plan that takes what is ready of rules and look-ups that a mutant does not change."""

    def __init__(self, program: Program, ready: Ready) -> None:
        self.ready = ready
        super().__init__(program)

    def block_of(self, step: str, rules: tuple[Rule, ...], names: tuple[str, ...], codes: tuple[str, ...]) -> Block:
        """These rules for these codes: as they are ready, where none of them is changed."""
        key = tuple(map(id, rules)), codes
        found = self.ready.blocks.get(key)
        if found is None:
            found = super().block_of(step, rules, names, codes)
            if all(one in self.ready.items for one in key[0]):
                self.ready.blocks[key] = found
        return found

    def look_of(self, lookup: Lookup, codes: tuple[str, ...]) -> Look:
        """A look-up for these codes: as it is ready, where it is not changed."""
        key = id(lookup), codes
        found = self.ready.looks.get(key)
        if found is None:
            found = super().look_of(lookup, codes)
            if id(lookup) in self.ready.items:
                self.ready.looks[key] = found
        return found


def altered(old: Program, mutant: Mutant) -> Program | None:
    """A program with edits: items put in their places where that is all there is to it, else built anew."""
    edits: dict[MeaningKey, list[Edit]] = {}
    for edit in mutant.edits:
        edits.setdefault(edit.key, []).append(edit)
    mine = {key_of(m): m for m in old.editions}
    touched = {key: listed for key, listed in edits.items() if key in mine}
    if not touched:
        return old
    if all(in_place(e, mine[e.key]) for listed in touched.values() for e in listed):
        return placed_anew(old, touched, mine)
    program, found = build(editions_with(mutant, old), old.vocabulary, checked=False)
    return None if has_error(found) else program


def refused(old: Program, mutant: Mutant) -> bool:
    """Whether `payerrules check` would refuse a program with a mutant's edits, though it may be built."""
    return has_error(build(editions_with(mutant, old), old.vocabulary)[1])


def editions_with(mutant: Mutant, program: Program) -> list[EditionMeaning]:
    """The editions of a program with a mutant's edits."""
    return [edited(m, [e for e in mutant.edits if e.key == key_of(m)]) for m in program.editions]


def in_place(edit: Edit, meaning: EditionMeaning) -> bool:
    """Whether what is changed reads nothing that it did not read before, so that it can stay where it stands."""
    if edit.section not in ("rules", "lookups") or edit.number < 0:
        return False
    old, new = getattr(meaning, edit.section)[edit.number], edit.new
    if meaning.limit_step_rules and any(isinstance(one, Rule) and one.step for one in (old, new)):
        return False
    return new is None or {f.name for f in reads(new)} <= {f.name for f in reads(old)}


def placed_anew(
    old: Program, edits: Mapping[MeaningKey, list[Edit]], meanings: Mapping[MeaningKey, EditionMeaning]
) -> Program:
    """A program in which some rules and look-ups stand changed where they stood: what they read is known there still."""
    changes: list[tuple[Any, Any, EditionMeaning]] = []
    for key, listed in edits.items():
        for edit in listed:
            changes.append((getattr(meanings[key], edit.section)[edit.number], edit.new, meanings[key]))
    placed: list[Placed] = []
    for one in old.placed:
        change = next((c for c in changes if same_item(one.item, c[0])), None)
        if change is None:
            placed.append(one)
        elif change[1] is not None:
            new = settled(change[1]) if isinstance(change[1], Rule) else change[1]
            window: Window | None = one.window
            if getattr(new, "in_force", None) != getattr(one.item, "in_force", None) and not getattr(new, "by", ""):
                window = meet(change[2].effective, new.in_force)
            if window is not None:
                placed.append(replace(one, item=new, window=window))
    return replace(old, placed=tuple(placed))


def same_item(placed: Any, item: Any) -> bool:
    """Whether a placed item is this item of an edition."""
    if isinstance(item, Limit | LimitStepRule) or type(placed) is not type(item):
        return False
    if isinstance(item, Rule):
        return bool(placed.id == item.id and placed == settled(item))
    return placed is item or bool(label(placed) == label(item) and placed == item)


def fails(one: Studied, study: Study) -> bool:
    """Whether what a study came to is not what the case expects; the trace is worked out only where the case asks for it."""
    if one.case.expect is None:
        return False
    differences, _ = compare(one.case.expect, shown(study, whole=asks_trace(one.case.expect)))
    return bool(differences)


def shown(study: Study, *, whole: bool = False) -> dict[str, Any]:
    """A study's decision as data, without the trace where nobody asks for it."""
    if whole:
        return study.decision.to_dict()
    made = copy.copy(study.decision)
    done = study.corrected.corrected
    made.detail = lambda: {"limits": [limit(state, done, study.program) for state in done.limits]}
    return made.to_dict()


def asks_trace(expect: Map) -> bool:
    """Whether a case expects something of the trace."""
    lines = expect.get("lines")
    inner = [value for _, value in lines] if isinstance(lines, Map) else []
    keys = [key.text for part in (expect, *inner) if isinstance(part, Map) for key, _ in part]
    return any(key.startswith(READS_TRACE) for key in keys)
