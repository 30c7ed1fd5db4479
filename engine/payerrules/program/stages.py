"""Stages and levels: for each rule and look-up the first place in an adjudication where all it reads is known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from payerrules.language.effect import Hit, PatientShare, Pay, Price, Reduce
from payerrules.language.expression import Exists, Fact
from payerrules.language.items import STAGES, Lookup, Rule
from payerrules.model.diagnostic import Diagnostic
from payerrules.program.reads import exists_in, makes, reads, shown

ORDER = {stage: place for place, stage in enumerate(STAGES)}
KNOWN_FROM = {
    "line.allowed": "benefit",
    "line.payment": "benefit",
    "line.patient_share": "benefit",
    "line.authorized": "benefit",
    "line.authorization_requested": "benefit",
    "line.covered_by": "benefit",
    "line.authorized_visits": "benefit",
    "line.authorized_units": "benefit",
    "line.authorized_minutes": "benefit",
    "line.units_payable": "price",
}
"""Facts the engine makes, and the stage from which they can be read."""
STANDING_STAGES = ("bundle", "depend", "price", "benefit")

Item = Rule | Lookup


class Graph:
    """The items of a program, what each reads and makes, and the stage and level found for each."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.makers: dict[str, list[int]] = defaultdict(list)
        for place, item in enumerate(items):
            for name in makes(item):
                self.makers[name].append(place)
        self.stages: dict[int, int] = {}
        self.levels: dict[int, int] = {}
        self.found: list[Diagnostic] = []

    def find(self) -> None:
        """Find the stage and level of every item; cycles and readings that come too early are reported."""
        for place in range(len(self.items)):
            self.visit(place, [])

    def visit(self, place: int, way: list[int]) -> None:
        """Find one item's stage and level, after those of whatever it reads."""
        if place in self.levels:
            return
        if place in way:
            self.report_cycle(way[way.index(place) :])
            self.stages[place], self.levels[place] = 0, 0
            return
        item = self.items[place]
        stage, level = ORDER[least_stage(item)], 0
        before: list[int] = []
        for fact in self.reads(place):
            stage = max(stage, ORDER[known_from(fact.name)])
            for maker in self.makers.get(fact.name, ()):
                if maker != place or fact.name in makes(item):
                    self.visit(maker, [*way, place])
                    before.append(maker)
        stage = max([stage, *(self.stages.get(maker, 0) for maker in before)])
        if isinstance(item, Rule) and item.named_stage:
            if ORDER[item.stage] < stage:
                self.report_early(item, STAGES[stage])
            stage = max(stage, ORDER[item.stage])
        level = max([0, *(self.levels.get(m, 0) + 1 for m in before if self.stages.get(m) == stage)])
        if place not in self.levels:
            self.stages[place], self.levels[place] = stage, level

    def reads(self, place: int) -> list[Fact]:
        """What an item reads, and what else those read that make the same fact: cases are weighed together, once all are known."""
        item = self.items[place]
        beside = {maker for name in makes(item) for maker in self.makers[name]} - {place}
        return [fact for one in (place, *sorted(beside)) for fact in reads(self.items[one])]

    def report_cycle(self, ring: list[int]) -> None:
        """Say which way round facts rest on each other."""
        names = [shown(makes(self.items[place])[0]) for place in ring]
        steps = []
        for place, made in zip(ring, names, strict=True):
            item = self.items[place]
            read = next(n for n in map(shown, (f.name for f in self.reads(place))) if n in names)
            where = f"{item.at.file}:{item.at.line}" if item.at else ""
            steps.append(f"`{label(item)}` ({where}) makes `{made}` from `{read}`")
        message = f"`{names[0]}` rests on itself: " + "; ".join(steps)
        self.found.append(Diagnostic("cycle", message, self.items[ring[0]].at, "Take one of the readings out."))

    def report_early(self, rule: Rule, stage: str) -> None:
        """Say that a rule names a stage in which not all it reads is known."""
        late = next(
            (shown(f.name) for f in reads(rule) if ORDER[self.fact_stage(f.name)] > ORDER[rule.stage]), "a later fact"
        )
        message = f"rule `{rule.id}` has `stage: {rule.stage}` but reads `{late}`, which exists from {stage} on"
        self.found.append(Diagnostic("too-early", message, rule.at, "Remove `stage:`; it is found without it."))

    def fact_stage(self, name: str) -> str:
        """The stage from which a fact can be read."""
        made = [self.stages.get(maker, 0) for maker in self.makers.get(name, ())]
        return STAGES[max([ORDER[known_from(name)], *made])]


def known_from(name: str) -> str:
    """The stage from which a fact that no item makes can be read."""
    if name.startswith("limit."):
        return "benefit"
    return KNOWN_FROM.get(name, "derive")


def least_stage(item: Item) -> str:
    """The earliest stage an item can be in, by what it does."""
    if not isinstance(item, Rule):
        return "derive"
    stage = "derive"
    for effect in item.effects:
        match effect:
            case Price() | Reduce():
                stage = later(stage, "price")
            case Pay() | PatientShare():
                stage = later(stage, "benefit")
            case Hit():
                waits = any(e.over == "line" and reads_standing(e) for e in exists_in(effect.trigger))
                stage = later(stage, "depend" if waits else "edit")
            case _ if type(effect).__name__ != "Derive":
                stage = later(stage, "edit")
    if stage == "edit" and item.for_each == "pair_of_lines":
        stage = "bundle"
    return later(stage, "benefit") if item.limit else stage


def reads_standing(found: Exists) -> bool:
    """Whether an `exists` asks whether the other line stands."""
    return any(fact.name == "line.stands" for fact in reads(Rule("", "", "line", found, ())))


def later(one: str, other: str) -> str:
    """The later of two stages."""
    return one if ORDER[one] >= ORDER[other] else other


def label(item: Item) -> str:
    """The name of an item in messages."""
    if isinstance(item, Rule):
        return item.id
    return getattr(item, "id", "") or shown(item.fact.name)  # type: ignore[union-attr]  # only a parameter has no id


def check_standing(rule: Rule) -> Diagnostic | None:
    """A rule whose condition reads `stands` must say in which stage, as the word means another thing in each."""
    if rule.named_stage or not any(fact.name == "line.stands" for fact in reads(replace(rule, effects=()))):
        return None
    message = f"rule `{rule.id}` reads whether a line stands and does not say when"
    hint = "Say `stage: bundle` (standing after the edits), `depend` (after bundling too) or `price`."
    return Diagnostic("which-standing", message, rule.at, hint)
