"""A policy read back as English: every rule, table, parameter and limit, with its dates and its authority."""

from __future__ import annotations

from collections.abc import Iterator

from payerrules.language.effect import Source
from payerrules.language.expression import ALWAYS, CodeSet
from payerrules.language.items import (
    ANY_DAY,
    FIRST_DAY,
    LAST_DAY,
    EditionMeaning,
    Limit,
    LongTableLookup,
    Lookup,
    ParameterLookup,
    Rule,
    TableLookup,
    Window,
)
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.values import DATE, show
from payerrules.program.english_conditions import condition_text
from payerrules.program.english_effects import effect_text
from payerrules.program.english_terms import fact_text, listed, set_text, term_text, value_text
from payerrules.program.reads import facts_in, shown


def show_edition(meaning: EditionMeaning, vocabulary: Vocabulary, as_of: int | None = None) -> str:
    """The edition as Markdown, to be held against the payer's manual; `as_of` leaves out what is not in force that day."""
    rules = sorted((r for r in meaning.rules if in_force(r.in_force, as_of)), key=lambda r: r.id)
    lookups = [one for one in meaning.lookups if in_force(getattr(one, "in_force", ANY_DAY), as_of)]
    parts = [
        f"# {meaning.title}",
        f"{meaning.policy}, edition {meaning.edition}, {dates(meaning.effective)}{verified(meaning)}.",
        f"It speaks of lines where {condition_text(meaning.about)}."
        if meaning.about != ALWAYS
        else "It speaks of all lines.",
    ]
    if len(meaning.layers) > 1:
        parts.append(f"Its layers, the lowest first: {listed(list(meaning.layers))}.")
    parts += [f"Switched off: {rule}, because {because}." for rule, because, _ in meaning.switched_off]
    parts += section(
        "Parameters", [parameter_text(p, meaning, as_of) for p in lookups if isinstance(p, ParameterLookup)]
    )
    parts += section(
        "Tables", [table_text(t, meaning) for t in lookups if isinstance(t, TableLookup | LongTableLookup)]
    )
    parts += section("Derived facts", [rule_text(r, meaning) for r in rules if "#derive/" in r.id])
    parts += section(
        "Units",
        [unit_text(u, meaning) for u in lookups if not isinstance(u, ParameterLookup | TableLookup | LongTableLookup)],
    )
    limits = [limit for limit in meaning.limits if in_force(limit.in_force, as_of)]
    parts += section(
        "Limits", [limit_text(limit, [r for r in rules if r.limit == limit.key], meaning) for limit in limits]
    )
    plain = [r for r in rules if "#derive/" not in r.id and not r.limit]
    parts += section("Rules", [rule_text(rule, meaning) for rule in plain])
    parts += section("For every step of a limit", [step_rule_text(one, meaning) for one in meaning.limit_step_rules])
    if meaning.modifier_order:
        parts += section(
            "Order of modifiers", [", ".join("all others" if m == "*" else m for m in meaning.modifier_order)]
        )
    parts += section("Sets of codes", sets_text(meaning))
    parts += section("Facts", glossary(meaning, vocabulary))
    return "\n\n".join(parts) + "\n"


def section(title: str, texts: list[str]) -> list[str]:
    """A section with its heading; none where there is nothing in it."""
    return [f"## {title}", *texts] if texts else []


def in_force(window: Window, as_of: int | None) -> bool:
    """Whether a thing is in force on a day (None: any)."""
    return as_of is None or window.holds(as_of)


def dates(window: Window) -> str:
    """A window in words."""
    if window.first == FIRST_DAY and window.last == LAST_DAY:
        return "on all dates"
    if window.last == LAST_DAY:
        return f"from {show(window.first, DATE)} on"
    if window.first == FIRST_DAY:
        return f"through {show(window.last, DATE)}"
    return f"{show(window.first, DATE)} to {show(window.last, DATE)}"


def verified(meaning: EditionMeaning) -> str:
    """Until when the edition was verified."""
    return "" if meaning.verified_through == LAST_DAY else f"; verified through {show(meaning.verified_through, DATE)}"


def authority(key: str, meaning: EditionMeaning) -> str:
    """A source in words."""
    source: Source | None = meaning.sources.get(key)
    return f" Source: {source.title} ({source.status})." if source else ""


def parameter_text(lookup: ParameterLookup, meaning: EditionMeaning, as_of: int | None) -> str:
    """A parameter as a table of its values."""
    name = shown(lookup.fact.name).removeprefix("parameter.")
    head = ["dates", *(fact_text(fact) for fact in lookup.by), "value", "source"]
    rows = []
    for row in lookup.rows:
        if in_force(row.window, as_of):
            source = meaning.sources.get(row.source)
            told = f"{source.title} ({source.status})" if source else ""
            keys = [value_text(value, fact.type) for value, fact in zip(row.key, lookup.by, strict=True)]
            rows.append([dates(row.window), *keys, value_text(row.value, lookup.fact.type), told])
    return f"**{name}**. No value for a date and key: the line pends.\n\n{grid(head, rows)}"


def grid(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def table_text(lookup: TableLookup | LongTableLookup, meaning: EditionMeaning) -> str:
    """A table: its rows in words, or how many rows its file has."""
    name = lookup.id.partition("#table/")[2]
    outputs = listed([fact_text(fact) for fact in lookup.outputs])
    rest = "left unknown" if lookup.otherwise is None else listed([term_text(term) for term in lookup.otherwise])
    end = f"Where no row fits: {rest}.{authority(lookup.source, meaning)}"
    if isinstance(lookup, LongTableLookup):
        inputs = listed([fact_text(fact) for fact in lookup.inputs])
        return f"**{name}** gives {outputs} by {inputs}, from a file with {len(lookup.rows):,} keys. {end}"
    rows = []
    for row in lookup.rows:
        window = "" if row.window == ANY_DAY else dates(row.window)
        rows.append([condition_text(row.when), *(term_text(term) for term in row.outputs), window])
    head = ["where", *(fact_text(fact) for fact in lookup.outputs), "dates"]
    return f"**{name}** ({lookup.hit}).\n\n{grid(head, rows)}\n\n{end}"


def unit_text(lookup: Lookup, meaning: EditionMeaning) -> str:
    """A unit rule in words."""
    minutes = getattr(lookup, "minutes_per_unit", 0)
    whose = {
        "line": "the line's own minutes",
        "day": "the minutes of all such lines of the day",
        "code_on_day": "the minutes of the code that day",
    }
    told = whose[getattr(lookup, "minutes_of", "line")]
    name = str(getattr(lookup, "id", "")).partition("#units/")[2]
    last = getattr(lookup, "last_unit_from", 0)
    of = condition_text(getattr(lookup, "of", ALWAYS))
    rests = authority(str(getattr(lookup, "source", "")), meaning)
    return f"**{name}**. Where {of}, a unit is {minutes} minutes of {told}; the last counts from {last} minutes.{rests}"


def limit_text(limit: Limit, steps: list[Rule], meaning: EditionMeaning) -> str:
    """A limit and its steps in words."""
    counted = {"allowed_amount": "the allowed amount of", "visits": "the visits among"}[limit.counts]
    per = listed([fact_text(fact) for fact in limit.per])
    where, period = condition_text(limit.of), limit.period.kind.replace("_", " ")
    text = (
        f"**{limit.name}**: {limit.title}. Adds up {counted} the lines where {where}, for each of {per}, per {period}."
    )
    if limit.one_per:
        text += f" Services alike in {listed([fact_text(fact) for fact in limit.one_per])} are one."
    if limit.stops is not None:
        text += f" It stops lines where {condition_text(limit.stops)}."
    text += authority(limit.source, meaning)
    for name, beyond in limit.beyonds:
        step = next((rule for rule in steps if rule.step == name), None)
        if step is not None:
            told = "; ".join(effect_text(effect) for effect in step.effects)
            text += f"\n- Beyond {term_text(beyond)} ({name}): {told}."
    return text


def rule_text(rule: Rule, meaning: EditionMeaning) -> str:
    """A rule in words: its title, when it applies, what follows, its dates and authority."""
    when = "" if rule.when == ALWAYS else f"When {condition_text(rule.when)}: "
    told = "; ".join(effect_text(effect) for effect in rule.effects)
    text = f"**{rule.id.partition('#')[2]}**. {rule.title}. {when}{told}."
    if rule.for_each != "line":
        text += f" (Looked at for each {rule.for_each.replace('_', ' ')}.)"
    if rule.found_on_review:
        text += " Only a look at the record can tell."
    if rule.in_force != ANY_DAY:
        text += f" In force {dates(rule.in_force)}" + (f", by {rule.by}." if rule.by else ".")
    return text + authority(rule.source, meaning)


def step_rule_text(rule: object, meaning: EditionMeaning) -> str:
    """A rule about the steps of limits in words."""
    when = condition_text(getattr(rule, "when", ALWAYS))
    static = [
        f"{name} {'is' if word == 'in' else 'is not'} {listed(sorted(words), 'or')}"
        for name, word, words in getattr(rule, "static", ())
    ]
    told = "; ".join(effect_text(effect) for effect in getattr(rule, "instead", ()))
    return f"**{getattr(rule, 'title', '')}**. Where {listed([*static, when])}: instead, {told}.{authority(getattr(rule, 'source', ''), meaning)}"


def sets_in(part: object) -> Iterator[CodeSet]:
    """Every named set that a piece of meaning speaks of."""
    if isinstance(part, CodeSet):
        if part.name:
            yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from sets_in(one)
    elif hasattr(part, "__dataclass_fields__"):
        for name in part.__dataclass_fields__:
            yield from sets_in(getattr(part, name))


def sets_text(meaning: EditionMeaning) -> list[str]:
    """Each named set once, with its codes."""
    found = {
        one.name: one
        for part in (meaning.rules, meaning.lookups, meaning.limits, (meaning.about,))
        for one in sets_in(part)
    }
    texts = []
    for name, one in sorted(found.items()):
        plain = CodeSet(one.codes, one.prefixes, one.ranges, one.except_)
        texts.append(f"- {name}: {set_text(plain)}")
    return ["\n".join(texts)] if texts else []


def glossary(meaning: EditionMeaning, vocabulary: Vocabulary) -> list[str]:
    """The facts that the edition reads, with what they mean."""
    names = {
        fact.name for part in (meaning.rules, meaning.lookups, meaning.limits, meaning.about) for fact in facts_in(part)
    }
    told = [f"- {name}: {vocabulary.facts[name].meaning}" for name in sorted(names) if name in vocabulary.facts]
    return ["\n".join(told)] if told else []
