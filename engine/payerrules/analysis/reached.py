"""What a study reached of the targets of a policy: every instance of every rule, row and value is looked at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from payerrules.analysis.conditions import tests_in
from payerrules.analysis.study import Study
from payerrules.analysis.targets import FEW_ROWS, NAMED, Target, of_limit
from payerrules.language.effect import Hit
from payerrules.language.expression import FALSE, TRUE, Compare, Condition
from payerrules.language.items import LongTableLookup, ParameterLookup, Rule, TableLookup, UnitLookup
from payerrules.program.english_conditions import condition_text
from payerrules.program.evaluate import NO_SCOPES, Scopes, View, reading, truth
from payerrules.program.program import Placed, Program
from payerrules.program.reads import shown
from payerrules.program.stages import label
from payerrules.runtimes.conclusions import Conclusions, Run, Struck
from payerrules.runtimes.plan import ranges_over, standing


class Watch:
    """The targets of a policy, indexed so that what a study did can be looked up."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.rules: dict[tuple[str, str], list[Target]] = {}
        self.parts: dict[str, list[Target]] = {}
        for target in targets:
            self.rules.setdefault((target.part, target.edition), []).append(target)
            self.parts.setdefault(target.part, []).append(target)
        self.watched: dict[tuple[int, int], list[tuple[Target, Condition]]] = {}
        self.kept: list[Program] = []  # so that no id is used twice

    def reached(self, study: Study) -> set[Target]:
        """The targets that a study reached."""
        found: set[Target] = set()
        placed = {(p.item.id, p.item.edition): p for p in study.program.placed if isinstance(p.item, Rule)}
        if all(study.program is not program for program in self.kept):
            self.kept.append(study.program)
        for done in study.rounds:
            for run in done.runs:
                self.of_run(run, placed, study.program, found)
            for line in done.lines:
                for struck in line.struck:
                    self.of_hit(struck, "struck", found)
            for _, struck, _ in done.corrections:
                self.of_hit(struck, "corrected", found)
            self.of_abouts(done, study.program, found)
            for lookup in (p for p in study.program.placed if not isinstance(p.item, Rule)):
                for view, scopes in things(done, ranges_over(lookup.item)):  # type: ignore[arg-type]  # rules are left out above
                    if lookup.window.holds(view.get("line.date") or 0):
                        self.of_lookup(lookup, view, scopes, found)
        return found

    def of_run(self, run: Run, placed: dict[tuple[str, str], Placed], program: Program, found: set[Target]) -> None:
        """The rules of one run: how they came out, and how each of their tests did."""
        day = run.view.get("line.date") or 0
        for rule, value in zip(run.block.rules, run.values, strict=True):
            mine = self.rules.get((rule.id, rule.edition))
            one = placed.get((rule.id, rule.edition))
            if mine is None or one is None or (run.line and truth(one.about, run.view, run.scopes) == FALSE):
                continue
            for target in mine:
                if target.kind in ("rule", "limit") and (
                    (target.wants == "fired" and value == TRUE)
                    or (target.wants == "not fired" and value == FALSE)
                    or (target.day and target.day == day)
                ):
                    found.add(target)
            for target, test in self.tests(one, program, mine):
                if target not in found and self.came_out(target, test, run):
                    found.add(target)
            if value == TRUE:
                self.of_met(rule, run, mine, found)

    def tests(self, placed: Placed, program: Program, mine: list[Target]) -> list[tuple[Target, Condition]]:
        """The targets of a rule's tests, each with its condition as the stage reads it; worked out once."""
        key = id(program), id(placed)
        if key not in self.watched:
            assert isinstance(placed.item, Rule)
            by_words: dict[str, Condition] = {condition_text(t): t for t in tests_in(placed.item.when)}
            self.watched[key] = [
                (target, standing(by_words[target.words], placed.stage))
                for target in mine
                if target.words in by_words and target.kind in ("test", "limit")
            ]
        return self.watched[key]

    @staticmethod
    def came_out(target: Target, test: Condition, run: Run) -> bool:
        """Whether a test came out as the target wants."""
        if target.kind == "test":
            return NAMED[truth(test, run.view, run.scopes)] == target.wants
        if not isinstance(test, Compare) or not of_limit(test):
            return False
        used, bound = reading(test.left, run.view, run.scopes), reading(test.right, run.view, run.scopes)
        return used is not None and used == (bound, bound)

    @staticmethod
    def of_met(rule: Rule, run: Run, mine: list[Target], found: set[Target]) -> None:
        """The hits of a rule that fired and found all they ask for."""
        for place, effect in enumerate(rule.effects):
            if isinstance(effect, Hit) and truth(effect.trigger, run.view, run.scopes) == FALSE:
                found |= {t for t in mine if t.kind == "effect" and t.wants == "met" and numbered(t) == place}

    def of_hit(self, struck: Struck, wants: str, found: set[Target]) -> None:
        """A hit that struck a line, or was corrected."""
        if struck.value != TRUE:
            return
        rule = struck.verdict.rule
        place = next((n for n, effect in enumerate(rule.effects) if effect is struck.hit), -1)
        for target in self.rules.get((rule.id, rule.edition), ()):
            if target.kind == "effect" and target.wants == wants and numbered(target) == place:
                found.add(target)

    def of_abouts(self, done: Conclusions, program: Program, found: set[Target]) -> None:
        """Which editions spoke of the lines."""
        for about in program.abouts:
            for target in self.rules.get((f"{about.policy}#about", about.edition), ()):
                wanted = TRUE if target.wants == "spoken of" else FALSE
                if any(truth(about.when, line.view) == wanted for line in done.lines):
                    found.add(target)

    def of_lookup(self, placed: Placed, view: View, scopes: Scopes, found: set[Target]) -> None:
        """A look-up at one thing: which of its rows was taken."""
        day = view.get("line.date") or 0
        match placed.item:
            case ParameterLookup() as lookup:
                key = tuple(view.get(fact.name) for fact in lookup.by)
                row = next((r for r in lookup.rows if r.key == key and r.window.holds(day)), None)
                for target in self.parts.get(f"{lookup.policy}#{shown(lookup.fact.name)}", ()):
                    if row is not None and target.key == key and row.window.holds(target.day or day):
                        found |= {target} if target.day in (0, day) else set()
            case TableLookup() as table:
                values = [truth(row.when, view, scopes) if row.window.holds(day) else FALSE for row in table.rows]
                taken = {n for n, value in enumerate(values) if value == TRUE} or ({-1} if not any(values) else set())
                if table.hit == "first" and -1 not in taken and taken:
                    taken = {min(taken)} if not any(values[: min(taken)]) else set()
                for target in self.parts.get(table.id, ()):
                    if target.key[0] in taken and target.day in (0, day):
                        found.add(target)
            case LongTableLookup() as table:
                self.of_long_table(table, view, scopes, day, found)
            case UnitLookup() as units:
                if truth(units.of, view, scopes) == TRUE:
                    found |= set(self.parts.get(label(units), ()))
            case _:
                pass

    def of_long_table(self, table: LongTableLookup, view: View, scopes: Scopes, day: int, found: set[Target]) -> None:
        """A table from a file at one thing."""
        key: tuple[Any, ...] = tuple((scopes[f.scope] if f.scope else view).get(f.name) for f in table.inputs)
        if None in key:
            return
        places = [n for n, row in enumerate(table.rows.get(key)) if row[0].holds(day)]
        keys: set[object] = {(key, n) for n in places} if len(table.rows) <= FEW_ROWS else set()
        wanted = keys | ({("any",)} if places else {("none",)})
        found |= {target for target in self.parts.get(table.id, ()) if target.key in wanted}


def numbered(target: Target) -> int:
    """The place of an effect in its rule."""
    return int(target.words.partition(".")[0]) - 1


def things(done: Conclusions, for_each: str) -> Iterator[tuple[View, Scopes]]:
    """What a look-up is made for each of: lines and past services, or ordered pairs of lines."""
    lines = [line.view for line in done.lines]
    if for_each == "pair_of_lines":
        yield from ((one, {"other": other}) for one in lines for other in lines if one is not other)
        return
    seen = {id(view): view for view in lines}
    for view in lines:
        seen.update({id(other): other for other in view.get("@services", ()) if "@many" not in other})
    for view in seen.values():
        yield view, NO_SCOPES
