"""What `then` may hold: effects, the keys that stand beside them, and outcomes."""

from __future__ import annotations

from typing import Final

from payerrules.language.grammar import (
    ACTIONS,
    CARC,
    FACT,
    GROUP,
    ID,
    LIABLE,
    NAME,
    OUTCOMES,
    RARC,
    ROUNDINGS,
    SCALAR_TYPES,
    Schema,
    beside,
    exactly_one,
    keys,
    listed,
    mapped,
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
    yes_no,
)
from payerrules.language.grammar_conditions import amount_keys

EFFECTS: Final = {
    "require_modifier": "The line needs this modifier, or one of several.",
    "forbid_modifiers": "None of these modifiers may stand on the line.",
    "forbid_together": "These modifiers contradict each other: lists of two, each a modifier or a list of them.",
    "at_most_one_of": "At most one of these modifiers may stand on the line.",
    "replace_modifier": "A modifier is to be another one: {from: GO, to: GN}, or a list of these.",
    "limit_units": "No more units than this are payable; the rest has its own outcome.",
    "require_authorization": "An authorization must cover the line.",
    "require_document": "A document or statement must be there.",
    "require_line": "The line pays only beside another line that pays and fits these conditions.",
    "deny": "The line is denied.",
    "return": "The claim is returned for correction.",
    "pend": "The line waits for a person.",
    "flag": "A stable identifier put on the line; changes no payment.",
    "price": "Sets the allowed amount, rounded half up to the cent.",
    "reduce_payment": "Takes a percentage off one part of the price.",
    "pay": "What this payer pays of the line.",
    "patient_share": "What the patient owes of the line.",
    "derive": "Makes a fact known.",
    "instead": "For `for_each: limit_step`: what the step does instead.",
}
"""Effects: exactly one in a map, or `say` or `ask` alone; several effects are a list of maps."""

REMARKS: Final = {
    "say": "A remark for people; {fact} prints that fact.",
    "ask": "What a person is asked to do where a correction is not certain.",
}
"""May stand beside any effect, or alone."""

_FORBIDDING: Final = ("forbid_modifiers", "forbid_together", "at_most_one_of")
BESIDE: Final = {
    "if_missing": ("require_modifier", "require_authorization", "require_document", "require_line"),
    "if_several": ("require_modifier",),
    "if_present": (*_FORBIDDING, "replace_modifier"),
    "add_when": ("require_modifier",),
    "remove_when": _FORBIDDING,
    "choose": ("require_modifier",),
    "choose_source": ("require_modifier",),
    "position": ("require_modifier",),
    "rest": ("limit_units",),
    "bill": ("limit_units",),
}
"""Keys beside an effect, with the effects they belong to."""


def effect_definitions() -> Schema:
    """The shared definitions `effects`, `effect`, `outcome` and `codes`."""
    return {
        "codes": _codes(),
        "outcome": _outcome(),
        "effect": _effect(),
        "effects": or_the_word(
            {
                "type": ["object", "array", "string"],
                "description": "One effect, or a list of them. The word `pend` alone makes the line wait for a person.",
                "items": {"type": "object", **ref("effect")},
                "minItems": 1,
                **ref("effect"),
            },
            "pend",
        ),
    }


def _codes() -> Schema:
    return keys(
        "the codes of an outcome",
        {
            "group": said(
                "Group code: CO contractual obligation, PR patient responsibility, OA other, PI payer initiated, "
                "CR correction; or a fact that gives it.",
                scalar(GROUP, "a group code or a fact"),
            ),
            "carc": said("Claim adjustment reason code.", scalar(CARC, "a CARC, such as 119 or B15")),
            "rarc": said("Remittance advice remark codes.", one_or_list(scalar(RARC, "a RARC, such as N362"))),
            "liable": said("Who owes the amount; left out, it follows the group code.", words(*LIABLE)),
            "appealable": said("Whether the denial may be appealed.", yes_no()),
            "codes_source": said(
                "The source of the codes, where it is not the rule's own.", scalar(ID, "the name of a source")
            ),
            "say": said(REMARKS["say"], text()),
        },
    )


def _outcome_keys() -> Schema:
    return {
        "deny": said(EFFECTS["deny"], {"type": "object", **ref("codes"), "required": ["group", "carc"]}),
        "return": said(EFFECTS["return"], {"type": "object", **ref("codes")}),
        "pend": said(EFFECTS["pend"], {"type": "object", **ref("codes")}),
    }


def _outcome() -> Schema:
    outcome = {
        "type": ["object", "string"],
        "description": "An outcome: the word `pend`, or one of deny, return, pend with its codes.",
        **keys("an outcome", _outcome_keys(), **exactly_one(*OUTCOMES)),
        "examples": [{"deny": {"group": "CO", "carc": "119"}}, "pend"],
    }
    return or_the_word(outcome, "pend")


def _effect() -> Schema:
    properties = {name: said(EFFECTS[name], schema) for name, schema in _effect_values().items()}
    properties |= {
        "if_missing": said("The outcome where it is missing.", ref("outcome")),
        "if_several": said("The outcome where several of `one_of` stand on the line.", ref("outcome")),
        "if_present": said("The outcome where it stands on the line.", ref("outcome")),
        "add_when": said("When the modifier may be added; left out: always.", ref("condition")),
        "remove_when": said("When the modifiers may be taken off; left out: never.", ref("condition")),
        "choose": said("Which modifier to add: a fact that names it, or the first choice that holds.", _choose()),
        "choose_source": said("The source the choice rests on.", scalar(ID, "the name of a source")),
        "position": said("Positions, from 1, the modifier may have.", listed(whole(1))),
        "rest": said("The outcome of the units beyond.", ref("outcome")),
        "bill": said("What becomes of the units on the corrected claim.", words("cut", "keep")),
        "say": said(REMARKS["say"], text()),
        "ask": said(REMARKS["ask"], _ask()),
    }
    return {
        "description": "What the rule does: one effect, with the keys that belong to it.",
        **keys("an effect", properties),
        **where_a_map(
            {
                "if": {"anyOf": [{"required": [name]} for name in EFFECTS]},
                "then": one_of(*EFFECTS),
                "else": {"title": "an effect", "anyOf": [{"required": [name]} for name in (*EFFECTS, *REMARKS)]},
            }
        ),
        **beside(BESIDE),
    }


def _effect_values() -> Schema:
    modifiers = ref("members")
    return {
        "require_modifier": {
            "type": [*SCALAR_TYPES, "object"],
            **keys(
                "a required modifier",
                {
                    "one_of": said("Exactly one of these.", modifiers),
                    "any_of": said("At least one of these.", modifiers),
                },
                **exactly_one("one_of", "any_of"),
            ),
            "examples": ["GN"],
        },
        "forbid_modifiers": modifiers,
        "forbid_together": listed({**listed(modifiers), "minItems": 2, "maxItems": 2, "title": "two modifiers"}),
        "at_most_one_of": modifiers,
        "replace_modifier": {
            "type": ["object", "array"],
            **_swap(),
            "items": {"type": "object", **_swap()},
            "minItems": 1,
        },
        "limit_units": ref("amount"),
        "require_authorization": words("approved", "requested"),
        "require_document": scalar(FACT, "a fact of the vocabulary"),
        "require_line": ref("condition"),
        **_outcome_keys(),
        "flag": scalar(NAME, "an identifier such as telehealth_lapse"),
        "price": _price(),
        "reduce_payment": _reduction(),
        "pay": ref("amount"),
        "patient_share": ref("amount"),
        "derive": {
            "type": "object",
            "title": "`derive`",
            "patternProperties": {FACT: ref("term")},
            "additionalProperties": False,
            "minProperties": 1,
        },
        "instead": ref("effects"),
    }


def _swap() -> Schema:
    properties = {"from": said("The modifier on the claim.", scalar()), "to": said("The one it should be.", scalar())}
    return keys("`replace_modifier`", properties, needed=("from", "to"))


def _choose() -> Schema:
    choice = mapped(
        "a choice",
        {
            "add": said("The modifier, or a fact that names it.", scalar()),
            "when": said("When it is the one.", ref("condition")),
            "because": said("Why.", text()),
        },
        needed=("add",),
    )
    return {"type": [*SCALAR_TYPES, "array"], "items": choice, "minItems": 1}


def _ask() -> Schema:
    return mapped(
        "`ask`",
        {
            "do": said("What kind of action it is.", words(*ACTIONS)),
            "say": said("The question or request, as a person reads it.", text()),
        },
        needed=("do", "say"),
    )


def _price() -> Schema:
    amount = {name: schema for name, schema in amount_keys().items() if name != "round"}
    properties = {
        **amount,
        "amount": said("The amount: a fact, a parameter or amounts put together.", ref("amount")),
        "parts": said(
            "Named parts that add up to the amount.",
            {
                "type": "object",
                "title": "the parts of a price",
                "propertyNames": {"pattern": NAME, "title": "a name"},
                "additionalProperties": ref("amount"),
                "minProperties": 1,
            },
        ),
        "round": said("Round each unit and multiply, or round the line once.", words(*ROUNDINGS)),
    }
    ways = ("parts", "amount", *(name for name in amount if name != "of"))
    return mapped("a price", properties, needed=("round",), **exactly_one(*ways), dependentRequired={"percent": ["of"]})


def _reduction() -> Schema:
    spared = mapped(
        "`except`",
        {
            "units": said("So many units are spared.", whole(1)),
            "with_highest": said("Of the line with the highest such part.", scalar(NAME, "the name of a part")),
            "per": said("Among the lines alike in these facts.", listed(scalar())),
        },
        needed=("units", "with_highest", "per"),
    )
    return mapped(
        "`reduce_payment`",
        {
            "part": said("The part of the price that is reduced.", scalar(NAME, "the name of a part")),
            "percent": said("So many percent are taken off.", ref("amount")),
            "except": said("What is spared.", spared),
        },
        needed=("part", "percent"),
    )
