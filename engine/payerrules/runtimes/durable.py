"""The durable runtime: the stages chain inside durable_rules, which joins the conjuncts of each rule and decides what fires.

Typed values never reach it. A record holds the Kleene values of the conjuncts of one thing at one step; when nothing of a
step can fire any more, its closing rule fires, the walk takes in what fired, and the records of the next step are asserted.
"""

from __future__ import annotations

from payerrules.language.expression import FALSE, TRUE, UNKNOWN, All, Condition
from payerrules.language.items import Rule
from payerrules.runtimes.case import Case
from payerrules.runtimes.compiled import Many, compile_many, fold
from payerrules.runtimes.conclusions import Conclusions
from payerrules.runtimes.plan import Block, Plan
from payerrules.runtimes.ruleset import JoinRule, Record, Ruleset
from payerrules.runtimes.walk import Questions, Walk


class Joined:
    """A block as durable_rules sees it: the conjuncts of the rules that may fire, and where each rule stands in the block."""

    def __init__(self, block: Block) -> None:
        self.places = {name: place for place, name in enumerate(block.names)}
        named = [
            part
            for place, rule in enumerate(block.rules)
            if place in block.open or block.base[place]
            for part in conjuncts(block.names[place], rule.when)
        ]
        self.names = tuple(name for name, _ in named)
        self.many: Many = compile_many([fold(part, block.known) for _, part in named])
        self.size = len(block.rules)


class Durable:
    """A plan as one durable_rules ruleset."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.joined: dict[int, Joined] = {}
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

        def advance(step: str, fired: list[tuple[str, int, bool]]) -> list[Record] | None:
            nonlocal asked
            answers = [[FALSE] * len(one.block.rules) for one in asked]
            for name, number, is_true in fired:
                answers[number][self.join(asked[number].block).places[name]] = TRUE if is_true else UNKNOWN
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
        found = self.joined.get(id(block))
        if found is None:
            found = self.joined[id(block)] = Joined(block)
        return found

    def records(self, asked: Questions) -> list[Record]:
        """One record for each thing asked: what of its conjuncts is true or unknown."""
        records = []
        for number, one in enumerate(asked):
            joined = self.join(one.block)
            values = joined.many(one.view, one.scopes)
            held = {name: value for name, value in zip(joined.names, values, strict=True) if value}
            records.append(Record(one.block.step, number, held))
        return records


def kind(step: int) -> str:
    """The kind of record of a step."""
    return f"step{step}"


def conjuncts(rule: str, condition: Condition) -> list[tuple[str, Condition]]:
    """The conjuncts of a rule, each under a name that no other rule shares."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    return [(f"{rule}/{place}", part) for place, part in enumerate(parts)]
