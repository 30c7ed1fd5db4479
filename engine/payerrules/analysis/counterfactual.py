"""Counterfactuals: the fewest reasons that settle a line, and the least that would have to be otherwise for a rule to fire or not to strike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from payerrules.analysis.encounter_edits import differences
from payerrules.analysis.seek import Seeker, rule_of
from payerrules.analysis.solve import Goal
from payerrules.analysis.study import Study, study
from payerrules.decide.engine import Engine
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.formats.written import encounter_to_dict
from payerrules.language.effect import STRENGTH, Hit
from payerrules.language.expression import TRUE, Condition
from payerrules.language.items import Rule
from payerrules.model.encounter import Encounter
from payerrules.runtimes.conclusions import Struck


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """An encounter that differs as little as was found, and on which the rule comes out as wanted; confirmed by deciding it."""

    changes: tuple[str, ...]
    encounter: dict[str, Any]

    def text(self, lead: str) -> str:
        """Tell it: "It would apply if it were otherwise: line 1.modifiers: GN -> GN, KX"."""
        return f"{lead} {'; '.join(self.changes)}"


@dataclass(slots=True)
class WhatIf:
    """Asks what would have to be otherwise, of one encounter."""

    engine: Engine
    encounter: Encounter
    seeker: Seeker
    now: Study | None
    data: dict[str, Any]

    @classmethod
    def of(cls, engine: Engine, encounter: Encounter) -> WhatIf:
        """Judge the encounter once."""
        data = encounter_to_dict(encounter, engine.vocabulary)
        return cls(engine, encounter, Seeker(engine), study(engine, encounter), data)

    def rules(self, line: int, rule: str) -> list[Rule]:
        """The rules in force on a line that are called so, by their id or its end."""
        found: dict[str, Rule] = {}
        for run in self.now.rounds[0].runs if self.now is not None else ():
            for one in run.block.rules if run.line in (0, line) else ():
                if one.id == rule or one.id.endswith((f"#{rule}", f"/{rule}")):
                    found.setdefault(one.id, one)
        return list(found.values())

    def to_fire(self, line: int, rule: Rule) -> Counterfactual | None:
        """What would have to be otherwise for a rule to fire on a line."""
        return self.until(line, rule, [], fires=True)

    def not_to_strike(self, line: int, rule: Rule) -> Counterfactual | None:
        """What would have to be otherwise for a rule that strikes a line not to."""
        hits = [effect.trigger for effect in rule.effects if isinstance(effect, Hit)]
        return self.until(line, rule, hits, fires=False)

    def until(self, line: int, rule: Rule, triggers: list[Condition], *, fires: bool) -> Counterfactual | None:
        """Look for the least change; the rule's own conditions, without the silent ones, say what to change."""
        if self.now is None:
            return None
        placed = rule_of(self.now.program, rule.id)
        place = next((n for n, one in enumerate(self.now.encounter.lines) if one.number == line), None)
        if placed is None or place is None or not isinstance(placed.item, Rule):
            return None
        conditions = (placed.item.when, placed.about, *triggers)

        def goal(found: list[int]) -> bool:
            if fires:
                return found[0] == TRUE and found[1] == TRUE
            return found[1] == TRUE and (found[0] == 0 or not any(found[2:]))

        def reached(after: Study) -> bool:
            return self.comes_out(after, line, rule, fires=fires)

        wish: Goal = goal  # type: ignore[assignment]  # a list is a sequence
        found = self.seeker.seek(self.data, placed.item.for_each, conditions, wish, reached, line=place)
        if found is None:
            return None
        changes = tuple(differences(self.data, found[0]))
        return (
            Counterfactual(changes, found[0]) if changes and self.confirmed(found[0], line, rule, fires=fires) else None
        )

    def confirmed(self, data: dict[str, Any], line: int, rule: Rule, *, fires: bool) -> bool:
        """Whether a decision, with all that plugins do to it, says the same of the rule."""
        decision = self.engine.decide(encounter_from_dict(data, self.engine.vocabulary)).to_dict()
        told = [one for one in decision["trace"] if one["rule"] == rule.id and one.get("line") in (None, 0, line)]
        if fires:
            return any(one["verdict"] == "fired" for one in told)
        return not any(one.get("struck") for one in told)

    @staticmethod
    def comes_out(after: Study, line: int, rule: Rule, *, fires: bool) -> bool:
        """Whether the rule fires on the line, or no longer strikes it."""
        done = after.rounds[0]
        if fires:
            values = [
                value
                for run in done.runs
                if run.line in (0, line)
                for one, value in zip(run.block.rules, run.values, strict=True)
                if one.id == rule.id
            ]
            return TRUE in values
        struck = [s for one in done.lines if one.line == line for s in one.struck]
        return not any(s.verdict.rule.id == rule.id for s in struck)


def settling(found: Study, line: int) -> tuple[list[Struck], list[Struck]]:
    """The fewest hits that settle the outcome of a line as submitted (one of those that are strongest), and the others as strong."""
    struck = [s for one in found.rounds[0].lines if one.line == line for s in one.struck]
    true = [s for s in struck if s.value == TRUE and s.kind != "pay"]
    chosen = true or [s for s in struck if s.kind != "pay"]
    if not chosen:
        return [], []
    strongest = max(STRENGTH[s.kind] for s in chosen)
    same = [s for s in chosen if STRENGTH[s.kind] == strongest]
    return same[:1], same[1:]
