"""What conditions, values on their right and amounts may hold."""

from __future__ import annotations

from payerrules.language.grammar import (
    AMOUNT_WORDS,
    COLLECTIONS,
    COMPARISONS,
    CONNECTIVES,
    COUNT_COMPARISONS,
    FACT,
    IDENTITY,
    MONTH_ROUNDINGS,
    OFFSETS,
    QUANTIFIERS,
    SCALAR_TYPES,
    SUMS,
    Schema,
    exactly_one,
    keys,
    listed,
    mapped,
    one_of,
    ref,
    said,
    scalar,
    text,
    where_a_map,
    words,
)
from payerrules.language.vocabulary import Vocabulary


def condition_definitions(vocabulary: Vocabulary) -> Schema:
    """The shared definitions `condition`, `value_test`, `term` and `amount`; facts are offered as keys."""
    return {
        "condition": _condition(vocabulary),
        "value_test": _value_test(),
        "term": said("A value, a fact, a parameter, a date moved by days or months, or an amount.", _term()),
        "amount": said("A number, a fact, a parameter, or amounts put together.", _amount()),
        "members": _members(),
    }


def _condition(vocabulary: Vocabulary) -> Schema:
    offered: Schema = {}
    for name, entry in sorted(vocabulary.facts.items()):
        about = f"{entry.meaning} ({entry.type}{', ' + entry.unit if entry.unit else ''})."
        offered[name] = {"description": about}
        if entry.entity == "line":
            partner = f"other.{name.partition('.')[2]}"
            offered.setdefault(partner, {"description": f"Of the other line: {about}"})
    joined: Schema = {
        "all": said(CONNECTIVES["all"], listed(ref("condition"))),
        "any": said(CONNECTIVES["any"], listed(ref("condition"))),
        "not": said(CONNECTIVES["not"], ref("condition")),
        "unless": said(CONNECTIVES["unless"], ref("condition")),
        "because": said(CONNECTIVES["because"], text()),
    }
    for name in COLLECTIONS:
        joined[f"exists_{name}"] = said(QUANTIFIERS[f"exists_{name}"], ref("condition"))
        joined[f"count_{name}"] = said(QUANTIFIERS[f"count_{name}"], _count(name))
    return {
        "type": "object",
        "title": "a condition",
        "description": "All of these hold: facts with what they must be, all, any, not, unless, exists_..., count_...",
        "properties": {**joined, **offered},
        "patternProperties": {FACT: ref("value_test"), IDENTITY: ref("value_test")},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _count(name: str) -> Schema:
    properties: Schema = {"where": said(f"Which to count: {COLLECTIONS[name]}.", ref("condition"))}
    for word in COUNT_COMPARISONS:
        properties[word] = said(f"Their number is {word.replace('_', ' ')} this.", ref("term"))
    return mapped(f"`count_{name}`", properties, needed=("where",), **exactly_one(*COUNT_COMPARISONS))


def _members() -> Schema:
    return {
        "type": [*SCALAR_TYPES, "array"],
        "items": scalar(),
        "title": "the name of a value set, a fact that is a set, or a list",
        "description": "A value set by its name, a set fact, or a list written in place.",
    }


def _offset_keys() -> Schema:
    properties = {name: said(f"So many {what}; negative goes back.", _number()) for name, what in OFFSETS.items()}
    return {**properties, "from": said("The day to count from: a fact or a date.", ref("term")), **_calendar_keys()}


def _calendar_keys() -> Schema:
    return {
        "rounding": said(
            "With months, left out: down. " + "; ".join(f"{k}: {v}" for k, v in MONTH_ROUNDINGS.items()) + ".",
            words(*MONTH_ROUNDINGS),
        ),
        "holidays": said("With working days: a value set of dates that are no working days.", scalar()),
    }


def amount_keys() -> Schema:
    """The words that put amounts together."""
    single = ("percent", "of")
    sums: Schema = {word: said(f"{what[0].upper()}{what[1:]}.", _sum(word)) for word, what in SUMS.items()}
    properties: Schema = {}
    for word, what in AMOUNT_WORDS.items():
        properties[word] = said(
            f"{what[0].upper()}{what[1:]}.", ref("amount") if word in (*single, "round") else listed(ref("amount"))
        )
    return properties | sums


def _sum(word: str) -> Schema:
    properties = {
        "of": said("The amount of each: a fact, or amounts put together.", ref("amount")),
        "where": said("Which are added up; left out: all.", ref("condition")),
    }
    return mapped(f"`{word}`", properties, needed=("of",))


def _number() -> Schema:
    return scalar(rf"^-?\d{{1,6}}$|{FACT}", "a whole number or a fact")


def _within() -> Schema:
    properties = {name: said(f"At most so many {what}.", _number()) for name, what in OFFSETS.items()}
    properties["after"] = said("After this day: a fact or a date.", ref("term"))
    properties["before"] = said("Before this day: a fact or a date.", ref("term"))
    properties["of"] = said("Before or after this day: a fact or a date.", ref("term"))
    properties |= _calendar_keys()
    return mapped("`within`", properties, **where_a_map(one_of("after", "before", "of"), one_of(*OFFSETS)))


def _term() -> Schema:
    return {
        "type": [*SCALAR_TYPES, "object"],
        **keys("a value", {**_offset_keys(), **amount_keys()}, minProperties=1),
        "dependentRequired": _partners(),
    }


def _amount() -> Schema:
    plain = [*(word for word in AMOUNT_WORDS if word != "of"), *SUMS]
    return {
        "type": [*SCALAR_TYPES, "object"],
        **keys("an amount", amount_keys(), **exactly_one(*plain)),
        "dependentRequired": {"percent": ["of"], "of": ["percent"]},
    }


def _partners() -> dict[str, list[str]]:
    return {"percent": ["of"], "of": ["percent"], **{name: ["from"] for name in OFFSETS}}


def _value_test() -> Schema:
    properties: Schema = {}
    for word, what in COMPARISONS.items():
        if word in ("in", "not_in", "has_any", "has_all", "has_none"):
            schema = ref("members")
        elif word == "between":
            schema = {**listed(ref("term")), "minItems": 2, "maxItems": 2}
        elif word == "within":
            schema = _within()
        elif word in ("has", "starts_with"):
            schema = scalar()
        else:
            schema = ref("term")
        properties[word] = said(f"{what[0].upper()}{what[1:]}.", schema)
    for word, schema in {**_offset_keys(), **amount_keys()}.items():
        properties.setdefault(word, schema)
    return {
        "type": [*SCALAR_TYPES, "object"],
        **keys("a comparison", properties, minProperties=1),
        "dependentRequired": _partners(),
        "description": "What the fact must be: a value, another fact, present, absent, or comparisons that all hold.",
        "examples": ["SLP", {"in": "speech_treatment"}, {"at_least": 2}, "present"],
    }
