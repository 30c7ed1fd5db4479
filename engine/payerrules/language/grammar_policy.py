"""What a policy file may hold: its header, its sections and what stands in them."""

from __future__ import annotations

from payerrules.language.grammar import (
    CHECK_FOR_EACH,
    DEFAULTS,
    FACT,
    FOR_EACH,
    ID,
    POLICY,
    RULE_STAGES,
    SCALAR_TYPES,
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
    words,
)
from payerrules.language.grammar_conditions import condition_definitions
from payerrules.language.grammar_effects import effect_definitions
from payerrules.language.grammar_limits import limits
from payerrules.language.grammar_tables import parameters, source, tables, unit_rules, value_sets
from payerrules.language.vocabulary import Vocabulary

SOURCE = scalar(ID, "the name of a source")


def policy_schema(vocabulary: Vocabulary, case: Schema) -> Schema:
    """The schema of a policy file; `case` is that of a golden case, which `examples:` hold too."""
    shared = condition_definitions(vocabulary)
    return {
        **mapped("a policy", {**_header(), **_sections(case)}, needed=("policy", "edition", "title", "effective")),
        "$defs": {**shared, **effect_definitions(), "derivation": _derivation(shared["condition"], shared["term"])},
    }


def _header() -> Schema:
    return {
        "policy": said("The policy's name, such as medicare/outpatient-therapy.", scalar(POLICY, "a name with a /")),
        "edition": said("The name of this edition, such as 2026.1.", scalar(r"^[0-9A-Za-z._-]+$", "an edition")),
        "title": said("What the policy is about, in a few words.", text()),
        "kind": said("`policy`, or `base`: never in force by itself, only through `extends`.", words("policy", "base")),
        "applies_to": said("Whose claims it is for; a key left out means any, a list any of them.", _applies_to()),
        "effective": said("The dates of service this edition is for.", _effective()),
        "published": said("The day it was published; `--known-on` an earlier day hides it.", day()),
        "extends": said("Policies whose rules this one takes over.", one_or_list(scalar(POLICY, "a policy's name"))),
        "based_on": said("The edition of the same policy that this one changes.", scalar()),
        "sources": said("Whom the rules rest on, by a short name.", named("sources", source(), ID)),
        "defaults": said("Outcomes said once, for every rule that does not say its own.", _defaults()),
    }


def _applies_to() -> Schema:
    offered = {
        "payer": "Identifier of the payer.",
        "program": "Programme or product line, such as part_b, ffs, mco or commercial.",
        "state": "State whose programme it is.",
        "plan": "Plan within the programme.",
        "setting": "Kind of setting the service is given in.",
        "provider_type": "Kind of provider.",
        "market": "Market of the coverage, such as individual or small_group.",
        "rank": "Whether the payer pays first, second or third.",
    }
    return mapped("applies_to", {name: said(what, one_or_list(scalar())) for name, what in offered.items()})


def _effective() -> Schema:
    gap = mapped(
        "a gap", {"from": said("First day not read.", day()), "through": said("Last day not read.", day())},
        needed=("from", "through"),
    )  # fmt: skip
    return mapped(
        "effective",
        {
            "from": said("First date of service.", day()),
            "through": said("Last date of service; `open` needs verified_through.", day(open_end=True)),
            "verified_through": said(
                "Until when somebody has checked that it holds; later lines are flagged, their denials pend.", day()
            ),
            "not_read": said("Dates inside for which nobody has read the policy.", listed(gap)),
        },
        needed=("from", "through"),
    )


def _defaults() -> Schema:
    return mapped("defaults", {name: said(f"{what.capitalize()}.", ref("outcome")) for name, what in DEFAULTS.items()})


def _sections(case: Schema) -> Schema:
    return {
        "about": said("The lines this policy speaks of; a line no policy speaks of pends.", ref("condition")),
        "must_know": said(
            "Facts that must be known here, whatever the vocabulary says.", listed(scalar(FACT, "a fact"))
        ),
        "parameters": said("Dated values by name.", parameters()),
        "value_sets": said("Sets of codes by name.", value_sets()),
        "tables": said("Facts looked up in tables.", tables()),
        "derive": said("Facts made from facts.", _derive()),
        "unit_rules": said("How minutes become units.", unit_rules()),
        "limits": said("What may be used up in a period, and what happens beyond.", limits()),
        "rules": said("The rules; their order never changes a result.", listed(_rule())),
        "checks": said(
            "What `payerrules check` holds this policy's settings, and those that extend it, to.", listed(_check())
        ),
        "modifier_order": said(
            'Modifiers in the order to bill them; "*" is the place of all others.', listed(scalar())
        ),
        "examples": said("Small encounters with what is expected, run with the golden files.", listed(case)),
        "changes": said("What this edition or layer changes of those below it.", listed(_change())),
    }


def _derive() -> Schema:
    case = mapped(
        "a case",
        {
            "value": said("The value the fact takes.", ref("term")),
            "when": said("When it takes it; left out: otherwise.", ref("condition")),
            "because": said("Why.", text()),
        },
        needed=("value",),
    )
    return {
        "type": "object",
        "title": "derive",
        "patternProperties": {
            FACT: {
                "type": [*SCALAR_TYPES, "object", "array"],
                "title": "a condition, an amount, a date, or a list of {value, when}",
                "items": case,
                "minItems": 1,
                "if": {"type": "object"},
                "then": ref("derivation"),
            }
        },
        "additionalProperties": False,
    }


def _derivation(condition: Schema, term: Schema) -> Schema:
    """What stands under a derived fact as a map: a condition, or an amount, or a moved date."""
    properties = {**term["properties"], **condition["properties"]}
    return {
        "title": "a derived fact",
        "properties": properties,
        "patternProperties": condition["patternProperties"],
        "additionalProperties": False,
        "minProperties": 1,
        "dependentRequired": term["dependentRequired"],
    }


def _rule() -> Schema:
    return mapped(
        "a rule",
        {
            "id": said("The rule's name, unique in the policy; seen in every decision.", scalar(ID, "an identifier")),
            "title": said("What the rule says, in a sentence.", text()),
            "for_each": said("What the rule looks at; left out: each line.", words(*FOR_EACH)),
            "when": said("When it applies; left out: always.", ref("condition")),
            "unless": said("When it does not apply after all.", ref("condition")),
            "then": said("What it does.", ref("effects")),
            "stage": said("The stage it runs in; needed only where it reads `stands`.", words(*RULE_STAGES)),
            "priority": said(
                "Of two rules that set one fact, the higher speaks first.", scalar(r"^-?\d{1,6}$", "a whole number")
            ),
            "found_on": said(
                "`review`: only a record review can find it; a missing chart fact is then an action.", words("review")
            ),
            "in_force": said("The dates it holds for.", in_force()),
            "because": said("Why the rule is there.", text()),
            "note": said("Anything a reader should know.", text()),
            "source": said("The source it rests on.", SOURCE),
        },
        needed=("id", "title", "then", "source"),
    )


def _check() -> Schema:
    return mapped(
        "a check",
        {
            "id": said("The check's name.", scalar(ID, "an identifier")),
            "title": said("What it holds the settings to.", text()),
            "for_each": said("What it looks at.", words(*CHECK_FOR_EACH)),
            "when": said("When it complains.", ref("condition")),
            "unless": said("When it does not after all.", ref("condition")),
            "refuse": said("The error it gives.", text()),
            "warn": said("The warning it gives.", text()),
            "source": said("The source it rests on.", SOURCE),
        },
        needed=("id", "for_each", "when"),
        **exactly_one("refuse", "warn"),
    )


def _change() -> Schema:
    return mapped(
        "a change",
        {
            "replace": said("What is replaced, as a path: limits.visits.steps.ceiling.", scalar()),
            "with": said("What stands there instead.", {}),
            "switch_off": said("What no longer holds: the id of a rule, or a path.", scalar()),
            "because": said("Why.", text()),
            "source": said("The source it rests on.", SOURCE),
        },
        needed=("because", "source"),
        **exactly_one("replace", "switch_off"),
        dependentRequired={"replace": ["with"], "with": ["replace"]},
    )
