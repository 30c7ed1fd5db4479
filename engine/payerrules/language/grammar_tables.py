"""What the sections with data may hold: parameters, value sets, tables and unit rules."""

from __future__ import annotations

from payerrules.language.grammar import (
    FACT,
    HIT_POLICIES,
    ID,
    MINUTES_OF,
    RULE_STAGES,
    SCALAR_TYPES,
    SOURCE_STATUS,
    Schema,
    day,
    exactly_one,
    in_force,
    listed,
    mapped,
    named,
    one_or_list,
    ref,
    said,
    scalar,
    text,
    whole,
    words,
)

_SOURCE = scalar(ID, "the name of a source")
_FACT = scalar(FACT, "a fact")
_RANGES = ("line", "encounter", "pair_of_lines", "pair_of_diagnoses", "authorization")


def fact_type() -> Schema:
    """The type of a fact or a parameter."""
    return {
        "type": ["string", "object"],
        "title": "a type",
        "examples": ["code", "money", "yes/no", "date", {"one_of": ["open", "closed"]}],
        "properties": {"one_of": said("The words it may be.", listed(scalar()))},
        "required": ["one_of"],
        "additionalProperties": False,
    }


def source() -> Schema:
    """A source with its status."""
    return mapped(
        "a source",
        {
            "title": said("What it is, so that a reader finds it.", text()),
            "url": said("Where it is.", text()),
            "status": said(
                "primary: the law or the payer itself; contractor: its contractor; secondary: somebody about it; "
                "inferred: concluded from others; unverified: not confirmed, may not deny.",
                words(*SOURCE_STATUS),
            ),
            "checked": said("The day somebody last looked.", day()),
            "note": said("Anything a reader should know.", text()),
        },
        needed=("status",),
    )


def parameters() -> Schema:
    """`parameters:`."""
    row: Schema = {
        "type": "object",
        "title": "a value of a parameter",
        "properties": {
            "from": said("First day it holds.", day()),
            "through": said("Last day it holds.", day(open_end=True)),
            "value": said("The value.", scalar()),
            "published": said("The day it was published; `--known-on` an earlier day hides it.", day()),
            "source": said("The source it rests on.", _SOURCE),
            "note": said("Anything a reader should know.", text()),
        },
        "patternProperties": {FACT: said("The key the value is for.", scalar())},
        "additionalProperties": False,
        "required": ["from", "value"],
    }
    parameter = mapped(
        "a parameter",
        {
            "title": said("What it is.", text()),
            "type": said("What kind of value it has.", fact_type()),
            "decimals": said("How many decimals a number or percent keeps.", whole()),
            "unit": said("What it is counted in.", text()),
            "by": said("Facts that pick the row, beside the date.", one_or_list(_FACT)),
            "values": said(
                "Its values, each with its dates. No row for a date is an error, never the nearest.", listed(row)
            ),
            "source": said("The source of every row that names none.", _SOURCE),
        },
        needed=("type", "values"),
    )
    return named("parameters", parameter)


def _members(what: str) -> Schema:
    return said(what, {"type": [*SCALAR_TYPES, "array"], "items": scalar()})


def value_sets() -> Schema:
    """`value_sets:`."""
    where = {
        "type": "object",
        "title": "`where`",
        "additionalProperties": {"type": [*SCALAR_TYPES, "object"], **_where_keys()},
        "minProperties": 1,
    }
    value_set = mapped(
        "a value set",
        {
            "title": said("What the codes have in common.", text()),
            "codes": said("Codes, ranges (92521-92524) and prefixes (F84.-).", listed(scalar(), least=0)),
            "all_of": said("All codes of these other sets as well.", listed(scalar())),
            "except": said("Codes, ranges, prefixes or sets to leave out.", _members("What is left out.")),
            "from": said("A catalogue the codes come from, such as codes/modifiers.yaml.", text()),
            "where": said("Which entries of the catalogue.", where),
            "source": said("The source it rests on.", _SOURCE),
            "note": said("Anything a reader should know.", text()),
        },
        needed=("source",),
        anyOf=[{"required": [name]} for name in ("codes", "all_of", "from")],
        dependentRequired={"where": ["from"]},
    )
    return named("value sets", value_set)


def _where_keys() -> Schema:
    properties = {
        "in": said("The entry says one of these.", _members("Words.")),
        "not_in": said("The entry says none of these.", _members("Words.")),
    }
    return {"properties": properties, "additionalProperties": False, **exactly_one("in", "not_in")}


def tables() -> Schema:
    """`tables:`."""
    row: Schema = {
        "type": ["array", "object"],
        "title": "a row",
        "items": {
            "type": [*SCALAR_TYPES, "object"],
            "title": "a cell",
            "if": {"type": "object"},
            "then": ref("value_test"),
        },
        "properties": {
            "from": said("First day the row holds.", day()),
            "through": said("Last day the row holds.", day(open_end=True)),
            "source": said("The source of the row.", _SOURCE),
            "because": said("Why.", text()),
        },
        "patternProperties": {FACT: {}},
        "additionalProperties": False,
    }
    table = mapped(
        "a table",
        {
            "title": said("What it gives.", text()),
            "for_each": said("What it is looked up for; left out: each line.", words(*_RANGES)),
            "inputs": said("The facts it is looked up by.", one_or_list(_FACT)),
            "outputs": said("The facts it gives.", one_or_list(_FACT)),
            "hit": said(
                "How many rows may fit: " + "; ".join(f"{k}: {v}" for k, v in HIT_POLICIES.items()) + ".",
                words(*HIT_POLICIES),
            ),
            "rows": said(
                "Cells for the inputs, then for the outputs: a value, a comparison, any, none or a prefix.", listed(row)
            ),
            "from": said("A CSV file with the rows, such as codes/ncci_ptp.csv.", text()),
            "columns": said(
                "Which column of the file holds which fact, and `from` and `through`.",
                {
                    "type": "object",
                    "title": "columns",
                    "properties": {
                        "from": said("The column with the first day.", scalar()),
                        "through": said("The column with the last day.", scalar()),
                    },
                    "patternProperties": {FACT: said("The column with this fact.", scalar())},
                    "additionalProperties": False,
                },
            ),
            "otherwise": said(
                "What the outputs are where no row fits: one value, or one for each output.", one_or_list(scalar())
            ),
            "stage": said("The stage it is looked up in.", words(*RULE_STAGES)),
            "in_force": said("The dates it holds for.", in_force()),
            "source": said("The source it rests on.", _SOURCE),
            "note": said("Anything a reader should know.", text()),
        },
        needed=("inputs", "outputs", "otherwise", "source"),
        dependentRequired={"columns": ["from"]},
        **exactly_one("rows", "from"),
    )
    return named("tables", table)


def unit_rules() -> Schema:
    """`unit_rules:`."""
    rule = mapped(
        "a unit rule",
        {
            "title": said("What it says.", text()),
            "of": said("The lines it is for.", ref("condition")),
            "minutes_per_unit": said("So many minutes are a unit.", whole(1)),
            "last_unit_from": said("The last unit counts from so many minutes on.", whole(1)),
            "minutes_of": said(
                "Whose minutes: " + "; ".join(f"{k}: {v}" for k, v in MINUTES_OF.items()) + ".", words(*MINUTES_OF)
            ),
            "in_force": said("The dates it holds for.", in_force()),
            "source": said("The source it rests on.", _SOURCE),
            "note": said("Anything a reader should know.", text()),
        },
        needed=("of", "minutes_per_unit", "last_unit_from", "minutes_of", "source"),
    )
    return named("unit rules", rule)
