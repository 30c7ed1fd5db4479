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

    __slots__ = ("many", "none", "nothing", "places", "shape")

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
        self.nothing = tuple(self.none)


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
        """Judge a case: one run of the ruleset."""
        walking = Walk(self.plan, case).run()
        ended: list[Conclusions] = []
        joined: list[Joined] = []  # of the questions that durable_rules has before it

        def ask(asked: Questions) -> list[Record] | None:
            """The records of the next step that has something to tell; where nothing can fire, nothing did."""
            while True:
                joined.clear()
                records, loud = [], False
                for number, one in enumerate(asked):
                    of = self.joined.get(one.block) or self.join(one.block)
                    joined.append(of)
                    values = of.many(one.view, one.scopes)
                    records.append(Record(of.shape, number, values))
                    if not loud and of.shape.told(values):
                        loud = True
                if loud:
                    return records
                try:
                    asked = walking.send([of.nothing for of in joined])
                except StopIteration as end:
                    ended.append(end.value)
                    return None

        def advance(step: str, fired: Fired) -> list[Record] | None:
            answers = [of.none.copy() for of in joined]
            for name, number, is_true in fired:
                answers[number][joined[number].places[name]] = TRUE if is_true else UNKNOWN
            try:
                asked = walking.send([tuple(values) for values in answers])
            except StopIteration as end:
                ended.append(end.value)
                return None
            return ask(asked)

        try:
            first = ask(next(walking))
        except StopIteration as end:
            ended.append(end.value)
            return ended[0]
        if first is not None:
            self.ruleset.run(first, advance)
        return ended[0]

    def join(self, block: Block) -> Joined:
        """A block's conjuncts, worked out once."""
        found = self.joined[block] = Joined(block, self.ruleset)
        return found


def kind(step: int) -> str:
    """The kind of record of a step."""
    return f"step{step}"


def conjuncts(rule: str, condition: Condition) -> list[tuple[str, Condition]]:
    """The conjuncts of a rule, each under a name that no other rule shares."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    return [(f"{rule}/{place}", part) for place, part in enumerate(parts)]
