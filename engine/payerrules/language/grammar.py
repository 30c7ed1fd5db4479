"""The words of the policy language, and the bricks its JSON Schemas are built from.

The words stand here once: the schemas offer them, the readers of meaning import them, a test looks for each in the
docs.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

# --- the words -----------------------------------------------------------------------------------
SINGLE_COMPARISONS: Final = {
    "in": "the value is one of a list, or of a value set by its name",
    "not_in": "the value is none of a list, or of a value set by its name",
    "above": "more than this",
    "at_least": "this or more",
    "below": "less than this",
    "at_most": "this or less",
    "between": "from the first to the second, both included",
    "starts_with": "the code or text begins with this",
}
SET_COMPARISONS: Final = {
    "has": "this code is among them",
    "has_any": "at least one of these codes is among them",
    "has_all": "every one of these codes is among them",
    "has_none": "none of these codes is among them",
}
DATE_COMPARISONS: Final = {
    "before": "an earlier day",
    "after": "a later day",
    "on_or_before": "this day or an earlier one",
    "on_or_after": "this day or a later one",
    "within": "at most so many days before or after a day, both ends included",
}
COMPARISONS: Final = SINGLE_COMPARISONS | SET_COMPARISONS | DATE_COMPARISONS
"""Comparison words, with what each says of the value on the left."""

TESTS: Final = {"present": "the fact has a value", "absent": "the fact is known to be none, or was not given"}
"""Words that stand on the right of a fact by themselves."""

CONNECTIVES: Final = {
    "all": "every one of these conditions holds",
    "any": "at least one of these conditions holds",
    "not": "the condition does not hold",
    "unless": "and this does not hold",
    "because": "why this condition is there, for readers",
}
"""Words that join conditions."""

COLLECTIONS: Final = {
    "line": "another line of this encounter",
    "service": "another line of this encounter or an entry of the history",
    "authorization": "an authorization of the coverage",
    "other_payer": "another payer that has adjudicated",
    "diagnosis": "a diagnosis of the encounter",
}
"""What `exists_` and `count_` look over."""
QUANTIFIERS: Final = {f"exists_{name}": f"at least one fits: {what}" for name, what in COLLECTIONS.items()} | {
    f"count_{name}": f"how many fit: {what}" for name, what in COLLECTIONS.items()
}
COUNT_COMPARISONS: Final = ("above", "at_least", "below", "at_most", "exactly")

AMOUNT_WORDS: Final = {
    "plus": "the sum of these",
    "minus": "the first less the others",
    "times": "the product of these",
    "percent": "so many percent `of` an amount",
    "of": "the amount that `percent` is taken of",
    "least_of": "the smallest of these",
    "greatest_of": "the largest of these",
    "round": "to the cent, half up",
}
SUMS: Final = {
    f"sum_{name}": f"an amount `of` each that fits, added up: {COLLECTIONS[name]}"
    for name in ("line", "service", "authorization", "other_payer")
}
"""Words that add up an amount of other things; each holds `of`, and `where` says which."""
OFFSETS: Final = {
    "days": "calendar days",
    "working_days": "days from Monday to Friday",
    "months": "months, clamped to the end of the month",
}

FOR_EACH: Final = ("line", "encounter", "pair_of_lines", "pair_of_diagnoses", "authorization", "limit_step")
CHECK_FOR_EACH: Final = ("limit", "pair_of_limits", "parameter", "rule")
RULE_STAGES: Final = ("derive", "edit", "bundle", "depend", "price", "benefit")
HIT_POLICIES: Final = {
    "unique": "at most one row fits",
    "first": "the first row that fits",
    "any": "several rows may fit and say the same",
    "collect": "the set of all that fit",
}
MINUTES_OF: Final = {
    "line": "the minutes of the line alone",
    "code_on_day": "of all lines of the code that day",
    "day": "of all lines it is of that day",
}
COUNTS: Final = {
    "allowed_amount": "the allowed amounts, in money",
    "visits": "visits: services alike in `one_per` are one",
    "encounters": "encounters: services alike in `one_per` are one",
    "treatment_days": "days of treatment: services alike in `one_per` are one",
    "services": "service lines",
    "units": "payable units; with `unit: {minutes: N}` a unit is a length of time, and the limit's numbers are minutes",
    "minutes": "minutes of treatment",
}
ONE_PER_COUNTS: Final = ("visits", "encounters", "treatment_days")
"""What cannot be counted without saying which services are one."""
CROSSING_COUNTS: Final = ("allowed_amount", "units", "minutes")
"""What a single line can use more than one of, so that it may cross a limit in its middle."""
PERIODS: Final = {
    "day": "the date of service",
    "calendar_month": "the month of the date of service",
    "calendar_year": "January through December",
    "benefit_year": "the year that begins on the anniversary of coverage.benefit_year_start; not given: unknown",
    "authorization": "the dates of the authorization that covers the line",
}
"""Periods that are one word."""
SPANS: Final = {
    "week": "the seven days that begin on this weekday",
    "fiscal_year": "the year that begins on this month and day, such as 07-01",
    "rolling": "so many days or months that end with the date of service",
    "blocks": "so many days or months, one block after the other, from the first service or from a date",
    "since": "from this date fact on, without an end",
    "following": "so many days after an event; day 1 is the day after; outside it the limit does not apply",
}
"""Periods that are a map with one of these keys."""
MONTH_ROUNDINGS: Final = {
    "down": "where a month has no such day, its last day",
    "up": "where a month has no such day, the first day of the next month",
}
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDERS: Final = {
    "receipt": "everything that was decided before counts, whatever its date (left out: this)",
    "date_of_service": "only services of earlier dates count, and those of the day that were decided before",
}
CROSSINGS: Final = {"whole": "the line that crosses is stopped as a whole", "split": "the part that fits still pays"}
SOURCE_STATUS: Final = ("primary", "contractor", "secondary", "inferred", "unverified")
GROUP_CODES: Final = ("CO", "PR", "OA", "PI", "CR")
LIABLE: Final = ("patient", "provider")
ACTIONS: Final = ("request_authorization", "attach_document", "attest", "verify_benefit", "review")
ROUNDINGS: Final = ("unit", "line")
EFFECTS_THAT_FORBID: Final = ("forbid_modifiers", "forbid_together", "at_most_one_of")
OUTCOMES: Final = ("deny", "return", "pend")
DEFAULTS: Final = {
    "wrong_modifier": "what a missing, forbidden or contradictory modifier leads to",
    "no_authorization": "what a missing authorization leads to",
    "no_document": "what a missing document leads to",
    "no_line": "what a missing line, such as an add-on's primary, leads to",
    "over_limit": "what lies beyond a limit leads to",
}

# --- patterns ------------------------------------------------------------------------------------
FACT: Final = r"^[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)+$"
IDENTITY: Final = r"^(patient|provider|line|diagnosis|other_diagnosis|other|authorization)$"
NAME: Final = r"^[a-z][a-z0-9_]*$"
ID: Final = r"^[a-z0-9][a-z0-9._-]*$"
POLICY: Final = r"^[a-z0-9_-]+(/[a-z0-9_-]+)+$"
DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
GROUP: Final = rf"^({'|'.join(GROUP_CODES)})$|{FACT}"
CARC: Final = r"^[ABDPWY]?\d{1,3}$"
RARC: Final = r"^(M|MA|N)\d{1,3}$"


# --- bricks --------------------------------------------------------------------------------------
SCALAR_TYPES: Final = ["string", "number", "boolean"]


def said(text: str, schema: Schema) -> Schema:
    """A schema with the sentence an editor shows."""
    return {**schema, "description": text}


def ref(name: str) -> Schema:
    """A reference to a shared definition."""
    return {"$ref": f"#/$defs/{name}"}


def scalar(pattern: str = "", noun: str = "") -> Schema:
    """Any scalar, or one whose text has a form; `noun` names it in messages, such as "a CARC"."""
    schema: Schema = {"type": list(SCALAR_TYPES)}
    if pattern:
        schema["pattern"] = pattern
    if noun:
        schema["title"] = noun
    return schema


def text() -> Schema:
    """Free text for people."""
    return {"type": list(SCALAR_TYPES), "title": "a text", "minLength": 1}


def words(*allowed: str, noun: str = "") -> Schema:
    """One of the words."""
    schema: Schema = {"enum": list(allowed)}
    if noun:
        schema["title"] = noun
    return schema


def yes_no() -> Schema:
    """Yes or no, also true or false."""
    return {"enum": ["yes", "no", "true", "false", True, False], "title": "yes or no"}


def day(*, open_end: bool = False) -> Schema:
    """A date, or the word open."""
    if open_end:
        return {"type": "string", "format": "date-or-open", "title": "a date, or open"}
    return {"type": "string", "format": "date", "pattern": DAY, "title": "a date"}


def whole(minimum: int = 0) -> Schema:
    """A whole number, from a minimum of 0 or 1 on."""
    pattern = r"^[1-9]\d{0,8}$" if minimum else r"^\d{1,9}$"
    noun = "a whole number from 1 on" if minimum else "a whole number"
    return {"type": ["integer", "string"], "pattern": pattern, "minimum": minimum, "title": noun}


def month_day() -> Schema:
    """A month and a day, such as 07-01."""
    pattern = r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
    return {"type": "string", "pattern": pattern, "title": "a month and day, such as 07-01"}


def listed(items: Schema, *, least: int = 1) -> Schema:
    """A list."""
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def one_or_list(items: Schema) -> Schema:
    """One scalar, or a list of them."""
    kept = {name: value for name, value in items.items() if name in ("pattern", "title")}
    return {"type": [*SCALAR_TYPES, "array"], "items": items, **kept}


def keys(noun: str, properties: Schema, *, needed: tuple[str, ...] = (), **more: Any) -> Schema:
    """What a map may hold, where it is a map: closed, each key described. Give it a type where it is used."""
    return {"title": noun, "properties": properties, "additionalProperties": False, "required": list(needed), **more}


def mapped(noun: str, properties: Schema, *, needed: tuple[str, ...] = (), **more: Any) -> Schema:
    """A map with these keys and no others."""
    return {"type": "object", **keys(noun, properties, needed=needed, **more)}


def named(noun: str, value: Schema, pattern: str = NAME) -> Schema:
    """A map from names to things of one kind."""
    return {
        "type": "object",
        "title": noun,
        "propertyNames": {"pattern": pattern, "title": "a name"},
        "additionalProperties": value,
    }


def where_a_map(*schemas: Schema) -> Schema:
    """Demands on a value that may also be a scalar or a list, made only where it is a map."""
    return {"allOf": [{"if": {"type": "object"}, "then": schema} for schema in schemas]}


def exactly_one(*names: str) -> Schema:
    """Exactly one of these keys, where it is a map."""
    return where_a_map(one_of(*names))


def one_of(*names: str) -> Schema:
    """Exactly one of these keys."""
    return {"oneOf": [{"required": [name]} for name in names]}


def or_the_word(schema: Schema, *allowed: str) -> Schema:
    """A map or list that may also be one of these words."""
    rule = {"if": {"type": "string"}, "then": {"enum": list(allowed)}}
    return {**schema, "allOf": [*schema.get("allOf", []), rule]}


def beside(partners: dict[str, tuple[str, ...]]) -> Schema:
    """Keys that only have a meaning beside one of their partners."""
    return {
        "dependentSchemas": {
            name: {"anyOf": [{"required": [partner]} for partner in found]} for name, found in sorted(partners.items())
        }
    }


def in_force() -> Schema:
    """The dates of service a thing holds for."""
    return mapped(
        "in_force",
        {
            "from": said("First day it holds, included.", day()),
            "through": said("Last day it holds, included; `open` where no end is known.", day(open_end=True)),
            "by": said(
                "The date fact that decides instead of the date of service, such as the start of the benefit year.",
                scalar(FACT, "a fact"),
            ),
        },
    )
