"""Limits as English: what is counted, of which lines, for whom, over which span, and what happens beyond each step."""

from __future__ import annotations

from typing import Final

from payerrules.language.effect import Effect
from payerrules.language.expression import ALWAYS, All, Condition, Fact, Literal, Not
from payerrules.language.items import Limit, LimitStepRule, Period, Rule
from payerrules.program.english_conditions import condition_text
from payerrules.program.english_effects import told_effects
from payerrules.program.english_terms import PLAIN, Voice, fact_text, listed, quoted, span_words, term_text

COUNTED: Final = {
    "allowed_amount": "the allowed amounts of the lines",
    "visits": "the visits",
    "encounters": "the encounters",
    "treatment_days": "the days of treatment",
    "services": "the service lines",
    "units": "the payable units of the lines",
    "minutes": "the minutes of treatment of the lines",
}
"""What a limit adds up."""
NOUNS: Final = {
    "visits": "visits", "encounters": "encounters", "treatment_days": "days of treatment", "services": "services",
    "units": "units", "minutes": "minutes",
}  # fmt: skip
"""What the numbers of a limit that is not of money are of."""
ONE: Final = {"visits": "visit", "encounters": "encounter", "treatment_days": "day of treatment"}
PERIODS: Final = {
    "day": "on each date of service",
    "calendar_month": "in each calendar month",
    "calendar_year": "in each calendar year",
    "benefit_year": "in each benefit year, which begins on the anniversary of its first day",
    "authorization": "over the dates of the authorization that covers the line",
}
"""Spans that need no more words."""
SPANS: Final = {
    "week": "in each week that begins on {start}",
    "fiscal_year": "in each fiscal year that begins on {start}",
    "rolling": "over the {length} that end with the date of service",
    "blocks": "over {length}, one block after the other, the first from {anchor} on",
    "since": "from {anchor} on, without an end",
    "following": "over the {length} after {anchor} (day 1 is the day after; outside them the limit does not apply)",
}
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ROUNDED: Final = {
    "down": "where a month has no such day, its last one",
    "up": "where a month has no such day, the first of the next month",
}
CROSSING: Final = {
    "whole": "A line that crosses a step is stopped as a whole",
    "split": "Of a line that crosses a step, the part that fits still pays",
}
ORDER: Final = {
    "receipt": "Whatever was decided before counts, whatever its date",
    "date_of_service": "Only services of earlier dates come before a line, and those of its day that were decided before",
}


def period_text(period: Period, voice: Voice = PLAIN) -> str:
    """The span a limit adds up over: "in each calendar year"."""
    if period.kind in PERIODS:
        return PERIODS[period.kind]
    if period.kind == "week":
        start = WEEKDAYS[period.start]
    else:
        month, day = divmod(period.start, 100)
        start = f"{MONTHS[month - 1]} {day}"
    anchor = "the first service" if period.anchor is None else term_text(period.anchor, voice)
    text = SPANS[period.kind].format(start=start, length=length_text(period, voice), anchor=anchor)
    return text + (f" ({ROUNDED[period.rounding]})" if period.rounding else "")


def length_text(period: Period, voice: Voice) -> str:
    """How long a span is: "180 days", "so many months as the parameter `span` says"."""
    if isinstance(period.length, Literal) and isinstance(period.length.value, int):
        return span_words(period.length.value, period.unit)
    return (
        f"so many {period.unit} as {term_text(period.length, voice)} says" if period.length is not None else period.unit
    )


def counted_text(limit: Limit, voice: Voice = PLAIN) -> str:
    """What a limit counts, in sentences."""
    where = "" if limit.of == ALWAYS else f" where {condition_text(limit.of, False, voice)}"
    lines = "" if limit.counts in ("allowed_amount", "services", "units", "minutes") else " of the lines"
    span = period_text(limit.period, voice)
    texts = [f"{span[:1].upper()}{span[1:]}, it adds up {COUNTED[limit.counts]}{lines}{where}."]
    if limit.one_per:
        one = ONE.get(limit.counts, "service")
        texts.append(f"Services alike in {facts_text(limit.one_per, voice)} are one {one}.")
    if limit.unit_minutes:
        texts.append(f"A unit is {limit.unit_minutes} minutes, and its numbers are told in minutes.")
    if limit.per:
        texts.append(f"Services share one count if they are alike in {facts_text(limit.per, voice)}.")
    if limit.stops is not None:
        texts.append(f"It stops the lines where {condition_text(limit.stops, False, voice)}.")
    if limit.crossing:
        texts.append(f"{CROSSING[limit.crossing]}.")
    if limit.counts_from is not None:
        texts.append(f"What was used before {term_text(limit.counts_from, voice)} does not count.")
    if limit.order != "receipt":
        texts.append(f"{ORDER[limit.order]}.")
    if limit.report_as.text != limit.name:
        texts.append(f"Reports and counters call it {quoted(limit.report_as, voice)}.")
    return " ".join(texts)


def facts_text(facts: tuple[Fact, ...], voice: Voice) -> str:
    """Facts in which services are alike: "patient and the line's discipline"."""
    return listed([fact_text(fact, voice) for fact in facts])


def beyond_text(limit: Limit, step: str, voice: Voice = PLAIN) -> str:
    """The number of a step, with what it counts: "30 visits", "$2,480.00", "the parameter `threshold`"."""
    beyond = dict(limit.beyonds)[step]
    text = term_text(beyond, voice)
    if not isinstance(beyond, Literal) or limit.counts == "allowed_amount":
        return text
    noun = "minutes" if limit.unit_minutes else NOUNS[limit.counts]
    return f"{text} {noun if text != '1' else noun.replace('days', 'day').removesuffix('s')}"


def step_text(rule: Rule, limit: Limit, voice: Voice = PLAIN) -> str:
    """A step: what happens to the line that goes beyond its number, and whom it spares."""
    spared = spared_by(rule)
    unless = "" if spared is None else f", unless {condition_text(spared, False, voice)}"
    return f"Beyond {beyond_text(limit, rule.step, voice)}{unless}: {sentences(rule.effects, voice)}"


def sentences(effects: tuple[Effect, ...], voice: Voice) -> str:
    """What effects do, one sentence after the other; the first begins in small letters."""
    told = " ".join(one.text[:1].upper() + one.text[1:] for one in told_effects(effects, voice))
    return told[:1].lower() + told[1:]


def spared_by(rule: Rule) -> Condition | None:
    """Whom a step spares: what stands in its condition after that the limit applies and is passed."""
    parts = rule.when.parts[2:] if isinstance(rule.when, All) else ()
    if not parts:
        return None
    contraries = tuple(part.part if isinstance(part, Not) else Not(part) for part in parts)
    return contraries[0] if len(contraries) == 1 else Not(All(parts))


def step_rule_text(rule: LimitStepRule, voice: Voice = PLAIN) -> str:
    """A rule about the steps of limits: which steps, whom it is for, and what is done instead."""
    static = [
        f"{voice.words(name)} is {'' if word == 'in' else 'not '}{listed(sorted(voice.words(w) for w in words), 'or')}"
        for name, word, words in rule.static
    ]
    steps = f"At each step of a limit whose {listed(static)}" if static else "At each step of each limit"
    whom = "" if rule.when == ALWAYS else f", where {condition_text(rule.when, False, voice)}"
    return f"{steps}{whom}: instead of what the step says, {sentences(rule.instead, voice)}"
