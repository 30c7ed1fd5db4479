"""The durable runtime: the stages chain inside durable_rules, which joins the conjuncts of each rule and decides what fires.

Typed values never reach it. A record holds the Kleene values of the conjuncts of one thing at one step; when nothing of a
step can fire any more, its closing rule fires, the walk takes in what fired, and the records of the next step are asserted.
"""

from __future__ import annotations

from payerrules.language.expression import FALSE, TRUE, UNKNOWN, All, Condition, Constant
from payerrules.language.items import Rule
from payerrules.runtimes.blocks import Block
from payerrules.runtimes.case import Case
from payerrules.runtimes.compiled import Many, compile_many, fold
from payerrules.runtimes.conclusions import Conclusions
from payerrules.runtimes.plan import Plan
from payerrules.runtimes.ruleset import Fired, JoinRule, Record, Ruleset
from payerrules.runtimes.walk import Questions, Walk


class Joined:
    """A block as durable_rules sees it: the conjuncts of the rules that may fire, and where each rule stands in the block.

    Conjuncts that the date and the code have settled are always true; the others are worked out for each thing.
    """

    __slots__ = ("many", "none", "places", "shape")

    def __init__(self, block: Block, ruleset: Ruleset) -> None:
        self.places = {name: place for place, name in enumerate(block.names)}
        folded = [
            (name, fold(part, block.known))
            for rule, of in zip(block.asked, block.names, strict=True)
            for name, part in conjuncts(of, rule.when)
        ]
        said = [(name, part) for name, part in folded if not isinstance(part, Constant)]
        always = [name for name, part in folded if isinstance(part, Constant)]
        self.many: Many = compile_many([part for _, part in said])
        self.shape = ruleset.shape(block.step, [name for name, _ in said], always)
        self.none = [FALSE] * len(block.asked)


class Durable:
    """A plan as one durable_rules ruleset."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.joined: dict[Block, Joined] = {}
        rules = [
            JoinRule(name, kind(step.index), tuple(key for key, _ in conjuncts(name, placed.item.when)))
            for step in plan.steps
            for placed in step.rules
            if isinstance(placed.item, Rule)
            for name in (plan.rule_names[id(placed)],)
        ]
        self.ruleset = Ruleset(rules, [kind(step.index) for step in plan.steps if step.rules])

    def judge(self, case: Case) -> Conclusions:
        """Judge a case: one session of the ruleset."""
        walking = Walk(self.plan, case).run()
        ended: list[Conclusions] = []
        asked: Questions = []
        try:
            asked = next(walking)
        except StopIteration as end:
            done: Conclusions = end.value
            return done

        def advance(step: str, fired: Fired) -> list[Record] | None:
            nonlocal asked
            joined = [self.join(one.block) for one in asked]
            answers = [one.none.copy() for one in joined]
            for name, number, is_true in fired:
                answers[number][joined[number].places[name]] = TRUE if is_true else UNKNOWN
            try:
                asked = walking.send([tuple(values) for values in answers])
            except StopIteration as end:
                ended.append(end.value)
                return None
            return self.records(asked)

        self.ruleset.run(self.records(asked), advance)
        return ended[0]

    def join(self, block: Block) -> Joined:
        """A block's conjuncts, worked out once."""
        found = self.joined.get(block)
        if found is None:
            found = self.joined[block] = Joined(block, self.ruleset)
        return found

    def records(self, asked: Questions) -> list[Record]:
        """One record for each thing asked: what of its conjuncts is true or unknown."""
        records = []
        for number, one in enumerate(asked):
            joined = self.join(one.block)
            records.append(Record(joined.shape, number, joined.many(one.view, one.scopes)))
        return records


def kind(step: int) -> str:
    """The kind of record of a step."""
    return f"step{step}"


def conjuncts(rule: str, condition: Condition) -> list[tuple[str, Condition]]:
    """The conjuncts of a rule, each under a name that no other rule shares."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    return [(f"{rule}/{place}", part) for place, part in enumerate(parts)]
