"""Limits: what they count, of which lines, for whom, in which period; each step is a rule of the benefit stage."""

from __future__ import annotations

from dataclasses import replace

from payerrules.language.composed import Piece
from payerrules.language.conditions import read_condition
from payerrules.language.desk import Desk, money_or_count
from payerrules.language.effect import STRENGTH, Correction, Effect, Hit, Say, Template
from payerrules.language.effects import read_effects
from payerrules.language.expression import ALWAYS, Compare, Fact, Literal, Not, Reckoned, Shift, Term, all_of
from payerrules.language.grammar import CROSSING_COUNTS, ONE_PER_COUNTS
from payerrules.language.items import ANY_DAY, Limit, Rule, Window
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.outcomes import outcome_or_default, written
from payerrules.language.periods import read_date, read_period
from payerrules.language.policy import read_window
from payerrules.language.templates import read_template
from payerrules.language.terms import read_amount
from payerrules.model.values import COUNT, MONEY, YES_NO


def declare_limits(desk: Desk) -> None:
    """Tell the desk the name of every limit and the type of its numbers."""
    for name, piece in desk.composed.limits.items():
        if isinstance(piece.node, Mapping):
            desk.limits[name] = money_or_count(written(piece.node.get("counts")))


def read_limit(piece: Piece, desk: Desk) -> tuple[Limit | None, list[Rule]]:
    """A limit and the rules of its steps."""
    node = piece.node
    if not isinstance(node, Mapping):
        return None, []
    counts = written(node.get("counts"))
    one_per = facts(node.get("one_per"), desk)
    crossing, minutes = written(node.get("crossing")), unit_minutes(node, desk)
    if counts in ONE_PER_COUNTS and not one_per:
        hint = "Say which services are one, such as one_per: [line.date, line.discipline]."
        desk.error(
            "missing-one-per",
            f"a limit of {counts.replace('_', ' ')} needs `one_per`",
            node.get("counts") or node,
            hint,
        )
    if counts in CROSSING_COUNTS and not crossing:
        hint = "Write crossing: whole (the line that crosses is stopped as a whole), or split."
        what = "money" if counts == "allowed_amount" else counts
        desk.error("missing-crossing", f"a limit of {what} needs `crossing`", node.get("counts") or node, hint)
    if crossing == "split" and counts not in CROSSING_COUNTS:
        hint = f"Leave `crossing` out; it is for {', '.join(CROSSING_COUNTS)}."
        desk.error("keys-together", f"{counts.replace('_', ' ')} cannot be split", node.get("crossing") or node, hint)
    key = desk.limit_key(piece.name)
    kind = money_or_count(counts)
    in_force = read_window(node.get("in_force"), desk.found)
    source = desk.source(node)
    beyonds: list[tuple[str, Term]] = []
    rules: list[Rule] = []
    steps = node.get("steps")
    for name, step in steps if isinstance(steps, Mapping) else ():
        beyond_node = step.get("beyond") if isinstance(step, Mapping) else None
        if not isinstance(step, Mapping) or beyond_node is None:
            continue
        beyond = read_amount(beyond_node, desk, kind)
        if beyond is None:
            continue
        if minutes:
            beyond = in_minutes(beyond, minutes)
        beyonds.append((name.text, beyond))
        rule = read_step(piece, name.text, step, beyond, key, source, in_force, desk)
        rules.append(split(rule, counts, bool(minutes)) if crossing == "split" else rule)
    stops, since = node.get("stops"), node.get("counts_from")
    limit = Limit(
        key=key,
        name=piece.name,
        title=written(node.get("title")),
        counts=counts,
        one_per=one_per,
        of=read_condition(node.get("of"), desk),
        stops=None if stops is None else read_condition(stops, desk),
        per=facts(node.get("per"), desk),
        period=read_period(node.get("period"), desk),
        crossing=crossing,
        report_as=read_template(node.get("report_as"), desk) or Template(piece.name),
        beyonds=tuple(beyonds),
        in_force=in_force,
        source=source,
        policy=piece.text.policy,
        unit_minutes=minutes,
        counts_from=None if since is None else read_date(since, desk),
        order=written(node.get("order")) or "receipt",
        at=node.at,
    )
    return limit, rules


def unit_minutes(node: Mapping, desk: Desk) -> int:
    """How many minutes a unit is; 0 where a unit is what is billed."""
    unit = node.get("unit")
    if not isinstance(unit, Mapping):
        return 0
    if written(node.get("counts")) != "units":
        hint = "Leave `unit` out, or write counts: units."
        desk.error("keys-together", "`unit` is for a limit that counts units", unit, hint)
    said = written(unit.get("minutes"))
    return int(said) if said.isdigit() else 0


def in_minutes(units: Term, minutes: int) -> Term:
    """A number of units as minutes."""
    if isinstance(units, Literal) and isinstance(units.value, int):
        return Literal(units.value * minutes, COUNT)
    if isinstance(units, Shift):
        return units
    return Reckoned("times", (units, Literal(minutes, COUNT)), units.type)


def split(rule: Rule, counts: str, minutes: bool) -> Rule:
    """A step that stops only what is beyond it: its hits leave the part that still fits standing."""
    money = counts == "allowed_amount"
    fits = Fact(f"limit.{rule.limit}.fits_{rule.step}", MONEY if money else COUNT)
    effects: list[Effect] = []
    for effect in rule.effects:
        if isinstance(effect, Hit) and effect.outcome.kind != "pay" and effect.correction is None:
            if money:
                effect = replace(effect, amount=fits)
            else:
                cut = Correction("cut", units=fits, with_minutes=minutes or counts == "minutes")
                effect = replace(effect, units=fits, correction=cut)
        effects.append(effect)
    return replace(rule, effects=tuple(effects))


def read_step(
    piece: Piece, name: str, step: Mapping, beyond: Term, key: str, source: str, in_force: Window, desk: Desk
) -> Rule:
    """A step as a rule: the limit applies to the line, what is used after it is beyond the bound, and nobody spares it."""
    kind = desk.limits[piece.name]
    applies = Compare(Fact(f"limit.{key}.applies", YES_NO), "eq", Literal(True, YES_NO))
    passed = Compare(Fact(f"limit.{key}.after", kind), "gt", beyond)
    unless = step.get("unless")
    spared = ALWAYS if unless is None else Not(read_condition(unless, desk))
    own = read_window(step.get("in_force"), desk.found)
    effects = step_effects(step, desk)
    title = (
        written(step.get("title"))
        or f"{written(piece.node.get('title')) if isinstance(piece.node, Mapping) else ''}, step {name}"
    )
    return Rule(
        id=f"{piece.text.policy}#{piece.name}/{name}",
        title=title,
        for_each="line",
        when=all_of(applies, passed, spared),
        effects=effects,
        stage="benefit",
        in_force=both(in_force, own),
        source=desk.source(step) or source,
        limit=key,
        step=name,
        step_outcome=strongest(effects),
        policy=piece.text.policy,
        edition=piece.text.edition,
        at=step.at,
    )


def step_effects(step: Mapping, desk: Desk) -> tuple[Effect, ...]:
    """What a step does; without `then` it is the policy's default for what lies beyond a limit."""
    then = step.get("then")
    if then is None:
        outcome = outcome_or_default(step, "then", "over_limit", step, desk)
        effects: tuple[Effect, ...] = (Hit(ALWAYS, outcome, word=outcome.kind),)
    else:
        effects = read_effects(then, desk)
    say = read_template(step.get("say"), desk)
    return (*effects, Say(say)) if say else effects


def strongest(effects: tuple[Effect, ...]) -> str:
    """The strongest outcome that effects can lead to."""
    kinds = [effect.outcome.kind for effect in effects if isinstance(effect, Hit)]
    return max(kinds, key=lambda kind: STRENGTH[kind], default="pay")


def both(one: Window, other: Window) -> Window:
    """The days that two windows share."""
    if one == ANY_DAY or other == ANY_DAY:
        return other if one == ANY_DAY else one
    return Window(max(one.first, other.first), max(max(one.first, other.first), min(one.last, other.last)))


def facts(node: Node | None, desk: Desk) -> tuple[Fact, ...]:
    """The facts of a list; those that are unknown are reported and left out."""
    items = node.items if isinstance(node, Sequence) else (node,)
    found = [desk.fact(item.text, item) for item in items if isinstance(item, Scalar)]
    return tuple(fact for fact in found if fact is not None)
