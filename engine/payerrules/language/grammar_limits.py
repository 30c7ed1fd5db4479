"""What the section `limits` may hold: what is counted, for whom, over which span, and what happens beyond each step."""

from __future__ import annotations

from payerrules.language.grammar import (
    COUNTS,
    CROSSINGS,
    FACT,
    ID,
    MONTH_ROUNDINGS,
    ORDERS,
    PERIODS,
    SPANS,
    WEEKDAYS,
    Schema,
    in_force,
    keys,
    mapped,
    month_day,
    named,
    one_of,
    one_or_list,
    or_the_word,
    ref,
    said,
    scalar,
    text,
    where_a_map,
    whole,
    words,
)

_SOURCE = scalar(ID, "the name of a source")
_FACT = scalar(FACT, "a fact")


def told(meanings: dict[str, str]) -> str:
    """Words with their meanings, as one sentence."""
    return "; ".join(f"{word}: {meaning}" for word, meaning in meanings.items()) + "."


def length(noun: str, **more: Schema) -> Schema:
    """So many days or months; months say how they are rounded."""
    properties = {
        "days": said("So many days: a number, a parameter or a fact.", scalar()),
        "months": said("So many months: a number, a parameter or a fact.", scalar()),
        "rounding": said("With months: " + told(MONTH_ROUNDINGS), words(*MONTH_ROUNDINGS)),
        **more,
    }
    return mapped(noun, properties, **where_a_map(one_of("days", "months")))


def period() -> Schema:
    """The span that a limit adds up over: a word, or a map with one key."""
    start = scalar()
    spans = {
        "week": words(*WEEKDAYS),
        "fiscal_year": month_day(),
        "rolling": length("a rolling period"),
        "blocks": length("blocks", **{"from": said("Where the first block begins: first_service, or a date.", start)}),
        "since": _FACT,
        "following": mapped(
            "a period after an event",
            {
                "event": said("The date fact of the event.", _FACT),
                "days": said("So many days: a number, a parameter or a fact.", scalar()),
            },
            needed=("event", "days"),
        ),
    }
    properties = {name: said(f"{SPANS[name].capitalize()}.", schema) for name, schema in spans.items()}
    inner = keys("a period", properties, **where_a_map(one_of(*SPANS)))
    return or_the_word({"type": ["string", "object"], **inner}, *PERIODS)


def limits() -> Schema:
    """`limits:`."""
    step = mapped(
        "a step",
        {
            "title": said("What it says.", text()),
            "beyond": said("The number: a value, a parameter or a fact.", ref("amount")),
            "then": said("What happens to the line that goes beyond.", ref("effects")),
            "unless": said("Whom it spares; their lines still count.", ref("condition")),
            "say": said("A remark for people; {fact} prints that fact.", text()),
            "in_force": said("The dates it holds for.", in_force()),
            "source": said("The source it rests on, where it is not the limit's.", _SOURCE),
            "because": said("Why.", text()),
        },
        needed=("beyond",),
    )
    unit = mapped("a unit", {"minutes": said("So many minutes are one unit.", whole(1))}, needed=("minutes",))
    limit = mapped(
        "a limit",
        {
            "title": said("What is limited.", text()),
            "counts": {
                **said("What it adds up.", words(*COUNTS)),
                "markdownDescription": "What it adds up. " + told(COUNTS),
            },
            "one_per": said("Services alike in these facts are one visit, encounter or day.", one_or_list(scalar())),
            "unit": said("With `counts: units`, where a unit is a length of time.", unit),
            "of": said("The lines that use it up; others are not stopped.", ref("condition")),
            "stops": said("The lines it stops, where they are not those it counts.", ref("condition")),
            "per": said("Services alike in all of these share one count.", one_or_list(scalar())),
            "period": {
                **said("The span it adds up over.", period()),
                "markdownDescription": "The span it adds up over. " + told(PERIODS),
            },
            "crossing": said("What happens to the line that crosses: " + told(CROSSINGS), words(*CROSSINGS)),
            "counts_from": said("Use before this day does not count: a date, a parameter or a fact.", scalar()),
            "order": said("Which services come before a line: " + told(ORDERS), words(*ORDERS)),
            "report_as": said("The name in reports and counters; {fact} prints that fact.", text()),
            "steps": said("What happens beyond which number.", named("steps", step)),
            "in_force": said("The dates it holds for.", in_force()),
            "source": said("The source it rests on.", _SOURCE),
            "because": said("Why.", text()),
            "note": said("Anything a reader should know.", text()),
        },
        needed=("title", "counts", "of", "per", "period", "steps", "source"),
    )
    return named("limits", limit)


__all__ = ["limits", "period"]
