"""A policy as a page of English, in Markdown: every rule, limit, table and parameter, with its dates and its authority."""

from __future__ import annotations

from typing import Final

from payerrules.language.effect import Derive, Source
from payerrules.language.expression import ALWAYS, CodeSet, Fact
from payerrules.language.items import ANY_DAY, FIRST_DAY, LAST_DAY, Limit, Rule
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import Scalar, Sequence
from payerrules.language.outcomes import written
from payerrules.model.values import DATE, show
from payerrules.program.english_conditions import condition_text, when_text
from payerrules.program.english_effects import told_effects
from payerrules.program.english_limits import counted_text, step_rule_text, step_text
from payerrules.program.english_tables import (
    dates,
    grid,
    parameter_name,
    parameter_text,
    source_text,
    table_text,
    unit_text,
)
from payerrules.program.english_terms import Voice, fact_text, listed, members_text
from payerrules.program.reads import facts_in
from payerrules.show.checks import check_text
from payerrules.show.subject import STAGE_TITLES, Subject

EACH: Final = {
    "encounter": "For the encounter as a whole",
    "pair_of_lines": "For each line beside each other line",
    "pair_of_diagnoses": "For each diagnosis beside each other diagnosis",
    "authorization": "For each authorization of the coverage",
}
READING: Final = (
    "Each rule says when it applies, what it asks of the line, and what the line is where that is not so, as submitted. "
    "“The correction” says how the line should be billed. Names such as `this` are sets of codes, parameters and tables, "
    "each listed once below. “Not known” or “not given” is what is none, and what nobody said. A rule whose condition cannot be told "
    "is not applied; if it could have denied or returned the line, the line is held for a person."
)


def page(subject: Subject) -> str:
    """The edition as Markdown, to be held against the payer's manual."""
    voice, meaning = subject.voice, subject.meaning
    parts = [*head(subject), *changes(subject)]
    parts += section("Limits", [limit_text(limit, subject) for limit in subject.limits])
    parts += section(
        "For every step of a limit",
        [
            cited(f"**{r.title}** (`{short(r.id)}`)", f"{step_rule_text(r, voice)}", r, subject)
            for r in subject.step_rules
        ],
    )
    for stage, rules in subject.by_stage():
        parts += section(f"Rules: {STAGE_TITLES[stage].lower()}", [rule_text(rule, subject) for rule in rules])
    parts += section("Order of modifiers", order(subject))
    parts += section(
        "Parameters",
        [
            f"**`{parameter_name(p)}`**\n\n{parameter_text(p, meaning.sources, subject.as_of, voice)}"
            for p in subject.parameters
        ],
        "A date or key that has no value leaves the parameter unknown, and the line is held for a person.",
    )
    parts += section(
        "Tables",
        [
            cited(f"**`{t.id.partition('#table/')[2]}`**", table_text(t, meaning.sources, voice), t, subject)
            for t in subject.tables
        ],
    )
    parts += section(
        "Facts made from facts",
        ["\n".join(derived_text(fact, rules, voice) for fact, rules in subject.derived.items())]
        if subject.derived
        else [],
        "What an encounter itself says of these wins over what is made here.",
    )
    parts += section(
        "Units",
        [cited(f"**`{u.id.partition('#units/')[2]}`**", unit_text(u, voice), u, subject) for u in subject.unit_rules],
    )
    parts += section(
        "Checks of a payer's own settings",
        [check_text(piece, meaning.sources, voice) for piece in subject.composed.checks],
    )
    parts += section("Sets of codes", sets_text(subject))
    parts += section("Facts", glossary(subject))
    parts += section("Sources", sources_text(subject))
    return "\n\n".join(parts) + "\n"


def section(title: str, texts: list[str], note: str = "") -> list[str]:
    """A section with its heading; none where there is nothing in it."""
    return [f"## {title}", *([note] if note else []), *texts] if texts else []


def short(id_: str) -> str:
    """The name of a rule without its policy."""
    return id_.partition("#")[2]


# --- the head --------------------------------------------------------------------------------------
def head(subject: Subject) -> list[str]:
    """What the edition is, whom it is for, when it holds, and of which lines it speaks."""
    meaning, top = subject.meaning, subject.composed.top
    facts = [f"`{meaning.policy}`, edition {meaning.edition}.", f"For dates of service {dates(meaning.effective)}."]
    if top.published != FIRST_DAY:
        facts.append(f"Published on {show(top.published, DATE)}.")
    if meaning.verified_through != LAST_DAY:
        facts.append(
            f"Verified through {show(meaning.verified_through, DATE)}: later lines are flagged, and denied ones are held for a person."
        )
    facts += [f"Not read: {dates(gap)}." for gap in meaning.not_read]
    if top.applies_to:
        whom = [f"{key} {listed(list(words), 'or')}" for key, words in top.applies_to.items()]
        facts.append(f"It applies to {listed(whom)}.")
    elif top.kind == "base":
        facts.append("It is never in force by itself, only through the policies that extend it.")
    if len(meaning.layers) > 1:
        facts.append(f"Its layers, the lowest first: {listed(list(meaning.layers))}.")
    said = condition_text(meaning.about, False, subject.voice)
    about = f"It speaks of the lines where {said}." if meaning.about != ALWAYS else "It speaks of all lines."
    if meaning.must_know:
        names = [f"`{name}`" for name in sorted(meaning.must_know)]
        about += f" What is missing of {listed(names)} is unknown here, and never presumed."
    parts = [f"# {meaning.title}", " ".join(facts), about]
    if subject.as_of is not None:
        late = [f"`{name}`" for name in subject.out_of_date()]
        text = f"Shown as of {show(subject.as_of, DATE)}."
        parts.append(text + (f" Not in force on that day: {listed(late)}." if late else ""))
    return [*parts, f"*How to read this.* {READING}"]


def changes(subject: Subject) -> list[str]:
    """What the layers replace and switch off, with the reasons they give."""
    texts = []
    for layer in subject.composed.layers:
        for change in layer.changes.items if isinstance(layer.changes, Sequence) else ():
            if not isinstance(change, Map):
                continue
            off, replaced = change.get("switch_off"), change.get("replace")
            what = f"switches off `{written(off)}`" if off is not None else f"replaces `{written(replaced)}`"
            new = change.get("with")
            by = f" by {new.text}" if isinstance(new, Scalar) else ""
            source = subject.meaning.sources.get(f"{layer.policy}:{written(change.get('source'))}")
            because = written(change.get("because"))
            texts.append(
                f"- {layer.label} {what}{by}"
                + (f", because: {because}." if because else ".")
                + (f" Source: {source_text(source)}." if source else "")
            )
    return section("Changes to the layers below", ["\n".join(texts)] if texts else [])


# --- rules and limits ------------------------------------------------------------------------------
def rule_text(rule: Rule, subject: Subject) -> str:
    """A rule in words: its title, when it applies, what follows, its dates and authority."""
    return cited(f"**{rule.title}** (`{short(rule.id)}`)", sentences(rule, subject.voice), rule, subject)


def sentences(rule: Rule, voice: Voice) -> str:
    """When a rule applies and what follows; several effects as a list."""
    each = EACH.get(rule.for_each, "")
    when = "" if rule.when == ALWAYS else f"when {when_text(rule.when, voice)}"
    opening = ", ".join(part for part in (each, when) if part)
    opening = opening[:1].upper() + opening[1:]
    told = [one.text for one in told_effects(rule.effects, voice)]
    if len(told) == 1:
        text = f"{opening}: {told[0]}" if opening else told[0][:1].upper() + told[0][1:]
    else:
        capital = [one[:1].upper() + one[1:] for one in told]
        text = "\n".join([f"{opening}:" if opening else "Always:", "", *(f"- {one}" for one in capital)])
    return text


def cited(title: str, text: str, item: object, subject: Subject) -> str:
    """A thing with its title, its words, its dates and its sources."""
    notes = []
    if getattr(item, "found_on_review", False):
        notes.append("Only a look at the record can tell.")
    if getattr(item, "priority", 0):
        notes.append(f"Priority {getattr(item, 'priority')}.")  # noqa: B009  # only rules have one
    window, by = getattr(item, "in_force", ANY_DAY), getattr(item, "by", "")
    if window != ANY_DAY:
        goes_by = "" if not by or not isinstance(by, str) else f", by `{by}`"
        notes.append(f"In force {dates(window)}{goes_by}.")
    told = citation(item, subject.meaning.sources)
    note = " ".join([*notes, *([told] if told else [])])
    return f"{title}  \n{text}" + (
        f"\n\n*{note}*" if note and ("\n- " in text or "| " in text) else f"  \n*{note}*" if note else ""
    )


def citation(item: object, sources: dict[str, Source]) -> str:
    """The sources of a thing; those of its codes beside it."""
    own = getattr(item, "source", "")
    told = [f"Source: {source_text(sources.get(own))}."] if own in sources else []
    codes = sorted({e.outcome.codes_source for e in getattr(item, "effects", ()) if hasattr(e, "outcome")} - {"", own})
    told += [f"For the codes: {source_text(sources.get(key))}." for key in codes if key in sources]
    return " ".join(told)


def limit_text(limit: Limit, subject: Subject) -> str:
    """A limit and its steps in words."""
    voice = subject.voice
    steps = []
    for rule in subject.steps_of(limit):
        notes = [f"In force {dates(rule.in_force)}."] if rule.in_force not in (ANY_DAY, limit.in_force) else []
        told = citation(rule, {k: v for k, v in subject.meaning.sources.items() if k != limit.source})
        notes += [told] if told else []
        note = f" *{' '.join(notes)}*" if notes else ""
        steps.append(f"- Step `{rule.step}`. {step_text(rule, limit, voice)}{note}")
    text = "\n".join([counted_text(limit, voice), "", *steps])
    return cited(f"**{limit.title}** (**`{limit.name}`**)", text, limit, subject)


def derived_text(fact: Fact, rules: list[Rule], voice: Voice) -> str:
    """How a fact is made from others: when, and only when; or the first case that holds."""
    name = f"- **`{fact.name}`**"
    first = rules[0]
    effect = first.effects[0]
    if len(rules) == 1 and isinstance(effect, Derive):
        told = told_effects(first.effects, voice)[0].clause
        if effect.closed:
            return f"{name}: {told} when, and only when, {condition_text(first.when, False, voice)}."
        return f"{name}: {told}{'' if first.when == ALWAYS else f' when {condition_text(first.when, False, voice)}'}."
    cases = []
    for place, rule in enumerate(rules, 1):
        told = told_effects(rule.effects, voice)[0].clause
        when = "in all other cases" if rule.when == ALWAYS else f"when {condition_text(rule.when, False, voice)}"
        cases.append(f"  {place}. {told} {when}")
    return "\n".join([f"{name}: the first of these that holds.", *cases])


# --- the end ---------------------------------------------------------------------------------------
def order(subject: Subject) -> list[str]:
    """In which order modifiers are billed."""
    names = ["all others" if m == "*" else m for m in subject.meaning.modifier_order]
    return [f"The modifiers of a corrected line stand in this order: {', '.join(names)}."] if names else []


def sets_text(subject: Subject) -> list[str]:
    """Each named set once, with its codes."""
    texts = []
    for name, one in subject.sets().items():
        plain = CodeSet(one.codes, one.prefixes, one.ranges, one.except_)
        texts.append(f"- **`{name}`**: {members_text(plain)}")
    return ["\n".join(texts)] if texts else []


def glossary(subject: Subject) -> list[str]:
    """The facts that the edition reads, with what they mean."""
    meaning, facts = subject.meaning, subject.vocabulary.facts
    parts = (meaning.rules, meaning.lookups, meaning.limits, meaning.limit_step_rules, meaning.about)
    names = {fact.name for part in parts for fact in facts_in(part)}
    rows = [
        [f"`{name}`", fact_text(Fact(name, facts[name].type), subject.voice), facts[name].meaning]
        for name in sorted(names)
        if name in facts
    ]
    return [grid(["fact", "here called", "meaning"], rows)] if rows else []


def sources_text(subject: Subject) -> list[str]:
    """Every source that is cited, with its status, where it is and when somebody last looked."""
    rows = []
    for source in sorted(subject.meaning.sources.values(), key=lambda s: (s.policy, s.id)):
        title = f"[{source.title or source.url}]({source.url})" if source.url else source.title
        rows.append([f"`{source.id}`", title, source.status, source.checked, source.note])
    keep = [0, 1, 2, 3] + [4] * any(row[4] for row in rows)
    head_row = ["name", "source", "status", "last looked at", "note"]
    return [grid([head_row[i] for i in keep], [[row[i] for i in keep] for row in rows])] if rows else []
