"""A policy as a flow: what is known first, then question after question by stage, with what follows where the answer is yes.

The flow has no layout; pictures are made of it in svg.py and mermaid.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from payerrules.language.effect import Hit
from payerrules.language.expression import ALWAYS, All, Any, Condition, Literal, Not
from payerrules.language.items import ANY_DAY, LAST_DAY, Limit, Rule
from payerrules.model.values import DATE, show
from payerrules.program.build import fits, instead
from payerrules.program.english_conditions import condition_text, conjuncts
from payerrules.program.english_effects import Told, told_effects
from payerrules.program.english_limits import beyond_text, counted_text, spared_by
from payerrules.program.english_tables import dates
from payerrules.program.english_terms import Voice, fact_text, listed
from payerrules.program.reads import facts_in, makes, reads
from payerrules.show.page import order, short
from payerrules.show.subject import STAGE_TITLES, Subject

EACH: Final = {
    "encounter": "the encounter as a whole",
    "pair_of_lines": "the line beside each other line",
    "pair_of_diagnoses": "each diagnosis beside each other one",
    "authorization": "each authorization",
}
FEW: Final = 6
"""Up to so many rules are drawn with every remark and question to a person."""


@dataclass(frozen=True, slots=True)
class Box:
    """What follows: `kind` is require, deny, return, pend, flag, ask, amount or fact."""

    kind: str
    head: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One question with what follows where the answer is yes; without a question it is always done."""

    id: str
    title: str
    question: tuple[str, ...]
    boxes: tuple[Box, ...]
    cites: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """The steps of one stage."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """A whole flow: its title and dates, where it starts, its lanes, where it ends, and the sources its steps cite."""

    title: str
    subtitle: str
    start: str
    lanes: tuple[Lane, ...]
    end: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def kinds(self) -> list[str]:
        """The kinds of boxes that it has, each once."""
        return list(dict.fromkeys(box.kind for lane in self.lanes for step in lane.steps for box in step.boxes))


@dataclass
class Drawing:
    """A flow being made: the sources cited so far, in order of their first use."""

    subject: Subject
    detailed: bool
    cited: list[str] = field(default_factory=list)

    def cites(self, item: object) -> tuple[int, ...]:
        """The numbers of the sources of a rule or limit."""
        keys = [getattr(item, "source", "")]
        read = {fact.name for fact in facts_in((getattr(item, "when", ()), getattr(item, "effects", ())))}
        for parameter in self.subject.parameters:
            if parameter.fact.name in read:
                keys += [row.source for row in self.subject.rows_of(parameter)]
        keys = [key for key in dict.fromkeys(keys) if key in self.subject.meaning.sources]
        self.cited += [key for key in keys if key not in self.cited]
        return tuple(self.cited.index(key) + 1 for key in keys)


def flow_of(subject: Subject, only: Sequence[str] = ()) -> Flow:
    """The flow of an edition, or of some of its rules and limits, by the end of their names, in the order of judging.

    Raises LookupError, with what there is, where a name is none.
    """
    wanted = chosen(subject, only)
    count = sum(1 for item in wanted if not only or item in only) if only else len(subject.rules)
    drawing = Drawing(subject, detailed=bool(only) and count <= FEW)
    voice = subject.dated_voice
    rules = [rule for rule in subject.rules if not only or short(rule.id) in wanted]
    limits = [limit for limit in subject.limits if not only or limit.name in wanted]
    lanes = known_first(
        subject, [*rules, *(s for limit in limits for s in subject.steps_of(limit))], limits, bool(only)
    )
    for stage, some in subject.by_stage():
        steps = [step for rule in some if rule in rules for step in rule_steps(rule, drawing, voice)]
        if stage == "benefit":
            steps = [*limit_steps(limits, drawing, voice), *steps]
        lanes += [Lane(STAGE_TITLES[stage], tuple(steps))] if steps else []
    if limits and all(stage != "benefit" for stage, _ in subject.by_stage()):
        lanes.append(Lane(STAGE_TITLES["benefit"], tuple(limit_steps(limits, drawing, voice))))
    meaning = subject.meaning
    cited = [meaning.sources[key] for key in drawing.cited]
    return Flow(
        title=meaning.title,
        subtitle=subtitle(subject),
        start=start(subject, voice),
        lanes=tuple(lanes),
        end=end(subject, rules, limits, bool(only)),
        sources=tuple(f"{source.title or source.url} ({source.status})" for source in cited),
    )


def chosen(subject: Subject, only: Sequence[str]) -> set[str]:
    """The names of the rules and limits to be drawn; a rule in the way of policy#rule counts too."""
    known = [*(short(rule.id) for rule in subject.rules), *(limit.name for limit in subject.limits)]
    wanted = {name.rpartition("#")[2] for name in only}
    if missing := sorted(wanted - set(known)):
        when = f" on {show(subject.as_of, DATE)}" if subject.as_of is not None else ""
        raise LookupError(f"there is no rule or limit `{missing[0]}`{when}; there are: {', '.join(sorted(known))}")
    return wanted


def subtitle(subject: Subject) -> str:
    """Which edition it is, and for which dates."""
    meaning = subject.meaning
    text = f"{meaning.policy}, edition {meaning.edition}, for dates of service {dates(meaning.effective)}"
    if meaning.verified_through != LAST_DAY:
        text += f", verified through {show(meaning.verified_through, DATE)}"
    return text + (f"; as of {show(subject.as_of, DATE)}" if subject.as_of is not None else "")


def start(subject: Subject, voice: Voice) -> str:
    """Where the flow starts."""
    about = subject.meaning.about
    return "Any line" if about == ALWAYS else f"A line where {condition_text(about, False, voice)}"


def end(subject: Subject, rules: list[Rule], limits: list[Limit], some: bool) -> tuple[str, ...]:
    """Where the flow ends: the bill with what was added."""
    texts = ["Submit the line as corrected"]
    places = {m: place for place, m in enumerate(subject.meaning.modifier_order)}
    effects = [e for r in [*rules, *(s for limit in limits for s in subject.steps_of(limit))] for e in r.effects]
    added = [
        str(term.value)
        for effect in effects
        if isinstance(effect, Hit)
        and effect.correction
        and effect.correction.kind == "add"
        and not effect.correction.only_proposed
        for term, _ in effect.correction.choices[:1]
        if isinstance(term, Literal)
    ]
    names = sorted(dict.fromkeys(added), key=lambda m: places.get(m, len(places)))
    if some and 0 < len(names) <= 3:
        ways = ["-".join(["CODE", *names[:count]]) for count in range(1, len(names) + 1)]
        texts.append(f"as {listed(ways, 'or')}")
    elif not some:
        texts += order(subject)
        texts.append("Of several outcomes the strongest stands: returned, denied, held for a person, paid.")
    return tuple(texts)


# --- what is known first ---------------------------------------------------------------------------
def known_first(subject: Subject, rules: list[Rule], limits: list[Limit], some: bool) -> list[Lane]:
    """The facts that are made before anything is judged; for some rules only those that they rest on."""
    voice = subject.voice
    makers: dict[str, tuple[str, list[str]]] = {}
    needs: dict[str, set[str]] = {}
    for table in subject.tables:
        if table.for_each != "line":
            continue
        inputs = [fact_text(fact, voice) for fact in table.inputs]
        for fact in table.outputs:
            makers[fact.name] = fact_text(fact, voice), inputs
            needs[fact.name] = {one.name for one in table.inputs}
    for fact, some_rules in subject.derived.items():
        names = dict.fromkeys(f for rule in some_rules for f in reads(rule))
        makers[fact.name] = fact_text(fact, voice), list(dict.fromkeys(fact_text(one, voice) for one in names))
        needs[fact.name] = {one.name for one in names}
    for units in subject.unit_rules:
        makers[units.output.name] = fact_text(units.output, voice), ["the line's minutes"]
        needs[units.output.name] = set()
    read = {fact.name for rule in rules for fact in reads(rule)} | {f.name for f in facts_in(tuple(limits))}
    for parameter in subject.parameters:
        if parameter.fact.name in read:
            read |= {fact.name for fact in parameter.by}
    wanted, more = set(), {name for name in makers if not some or name in read}
    while more:
        wanted |= more
        more = {name for one in more for name in needs[one] if name in makers} - wanted
    own = {name for rule in rules for name in makes(rule)}
    lines = tuple(
        f"{text[:1].upper()}{text[1:]}, from {listed(inputs)}"
        for name, (text, inputs) in makers.items()
        if name in wanted - own
    )
    return [Lane(STAGE_TITLES["derive"], (Step("", "", (), (Box("fact", "Find out", lines),)),))] if lines else []


# --- rules -----------------------------------------------------------------------------------------
def rule_steps(rule: Rule, drawing: Drawing, voice: Voice) -> list[Step]:
    """A rule as steps: one for all that follows from its condition, and one for each effect that asks something itself."""
    return asked_steps(
        Step(short(rule.id), rule.title, (), (), drawing.cites(rule)), rule, questions(rule.when, voice), drawing, voice
    )


def asked_steps(like: Step, rule: Rule, asked: tuple[str, ...], drawing: Drawing, voice: Voice) -> list[Step]:
    """Steps named as one is, for what follows from a question: the effects that ask something themselves each apart."""
    like = replace(like, note=notes(rule))
    steps: list[Step] = []
    plain: list[Box] = []
    for told in told_effects(rule.effects, voice):
        if told.question:
            ask = (*asked, ("and " if asked else "") + told.question)
            steps.append(replace(like, question=closed(ask), boxes=(box(told, drawing.detailed),)))
        else:
            plain.append(box(told, drawing.detailed))
    if plain:
        steps.insert(0, replace(like, question=closed(asked), boxes=tuple(plain)))
    return steps


def notes(rule: Rule) -> str:
    """What else is to be known of a rule: what it looks at, when it is in force, who can tell."""
    texts = [f"asked of {EACH[rule.for_each]}"] if rule.for_each in EACH else []
    texts += [dates(rule.in_force)] if rule.in_force != ANY_DAY else []
    texts += ["only the record tells"] if rule.found_on_review else []
    return "; ".join(texts)


def questions(when: Condition, voice: Voice) -> tuple[str, ...]:
    """A condition as lines: one for each thing that must hold."""
    if when == ALWAYS:
        return ()
    if isinstance(when, All):
        first, *rest = conjuncts(when.parts, "and", False, voice)
        return (first, *(f"and {text}" for text in rest))
    if isinstance(when, Any):
        first, *rest = conjuncts(when.parts, "or", False, voice)
        return (first, *(f"or {text}" for text in rest))
    return (condition_text(when, False, voice),)


def closed(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Lines as one question: a capital first, a question mark last."""
    if not lines:
        return ()
    first = lines[0][:1].upper() + lines[0][1:]
    whole = (first, *lines[1:])
    return (*whole[:-1], f"{whole[-1]}?")


def box(told: Told, detailed: bool) -> Box:
    """An effect as a box: what is asked or done, and what else a reader should know."""
    after = list(told.after)
    head = told.clause
    if told.question:
        head, after = told.outcome, after[1:]
    elif told.kind in ("deny", "return", "pend"):
        head = head.removeprefix("the line is ")
    head = head.replace("the line must carry", "must carry")
    head = head.replace("the line is flagged", "flag").replace("a person is asked", "ask a person")
    if not detailed:
        after = [
            text
            for text in after
            if not text.startswith(("A person is asked", "Where that cannot", "The decision remarks"))
        ]
    head, _, remark = head.partition(", “") if told.kind == "flag" else (head, "", "")
    if remark:
        after.insert(0, f"“{remark}")
    return Box(told.kind, head[:1].upper() + head[1:], tuple(after))


# --- limits ----------------------------------------------------------------------------------------
def limit_steps(limits: Sequence[Limit], drawing: Drawing, voice: Voice) -> list[Step]:
    """Limits as steps: what is added up, then a question for each step."""
    found: list[Step] = []
    for limit in limits:
        counted = counted_text(replace(limit, stops=None), drawing.subject.voice)
        lines = tuple(f"{text}." for text in counted.rstrip(".").split(". "))
        cites = drawing.cites(limit)
        found.append(
            Step(
                limit.name,
                "",
                (),
                (Box("fact", f"Add up: {limit.title}", lines),),
                cites,
            )
        )
        for rule in drawing.subject.steps_of(limit):
            ask = [f"{limit.title}: above {beyond_text(limit, rule.step, voice)}"]
            if (spared := spared_by(rule)) is not None:
                ask.append(f"and {condition_text(Not(spared), False, voice)}")
            own = tuple(n for n in drawing.cites(rule) if n not in cites)
            kept = list(ask)
            for step_rule in drawing.subject.step_rules:
                if fits(step_rule, rule, limit):
                    other = Step(short(step_rule.id), step_rule.title, (), (), drawing.cites(step_rule))
                    when = f"and {condition_text(step_rule.when, False, voice)}"
                    found += asked_steps(other, instead(step_rule, rule), (*ask, when), drawing, voice)
                    kept.append(f"and {condition_text(Not(step_rule.when), False, voice)}")
            found += asked_steps(Step(f"{limit.name}/{rule.step}", "", (), (), own), rule, tuple(kept), drawing, voice)
    return found


__all__ = ["Box", "Flow", "Lane", "Step", "flow_of"]
