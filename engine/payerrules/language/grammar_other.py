"""What a vocabulary, a catalogue of codes and a golden file may hold."""

from __future__ import annotations

from typing import Final

from payerrules.language.grammar import (
    FACT,
    ID,
    NAME,
    SCALAR_TYPES,
    Schema,
    day,
    keys,
    listed,
    mapped,
    named,
    said,
    scalar,
    text,
    whole,
    words,
    yes_no,
)
from payerrules.language.grammar_tables import fact_type, source
from payerrules.language.vocabulary import IF_MISSING, ORIGINS, SEEN_BY


def vocabulary_schema() -> Schema:
    """The schema of a vocabulary."""
    fact = mapped(
        "a fact",
        {
            "type": said(
                "code, text, money, count, number, percent, date, yes/no, codes, or {one_of: [...]}.", fact_type()
            ),
            "decimals": said("How many decimals a number or percent keeps.", whole()),
            "unit": said("What it is counted in.", text()),
            "from": said("Where it comes from.", words(*ORIGINS)),
            "if_missing": said(
                "What it means where nobody gives it: `unknown` for what decides, `no`, `none`, `0` or `empty` for "
                "events and exceptions.",
                {"enum": [*IF_MISSING, 0, False], "title": "a word for what is missing"},
            ),
            "least": said(
                "The smallest value that can be right; money and counts that are given have 0 where it is left out.",
                whole(),
            ),
            "seen_by": said("Whether the payer sees it, or only the provider's chart shows it.", words(*SEEN_BY)),
            "meaning": said("What it means, in a sentence.", text()),
            "in_words": said(
                "How `payerrules show` speaks of it: a phrase that names it, such as `the day hospice was elected`, or "
                "{name, yes, no, none}, such as {yes: the line is an evaluation, no: the line is no evaluation}.",
                {
                    "type": [*SCALAR_TYPES, "object"],
                    **keys(
                        "`in_words`",
                        {
                            "name": said("A phrase that names it.", text()),
                            "yes": said("A clause for yes.", text()),
                            "no": said("A clause for no.", text()),
                            "none": said("A clause for known to be none.", text()),
                        },
                        minProperties=1,
                    ),
                },
            ),
            "at": said("The keys it is read from, where they are not those of its name.", text()),
            "also_from": said(
                "`encounter`: given there, it holds for every line that does not say otherwise.", words("encounter")
            ),
            "personal": said("Whether it must never be written to a log.", yes_no()),
        },
        needed=("type", "from", "if_missing", "seen_by", "meaning"),
    )
    return mapped(
        "a vocabulary",
        {
            "vocabulary": said("Its name; the facts of a plugin begin with it.", scalar(NAME, "a name")),
            "facts": said(
                "Every fact by its name, such as line.code.", {**named("facts", fact, FACT), "minProperties": 1}
            ),
        },
        needed=("vocabulary", "facts"),
    )


def catalogue_schema() -> Schema:
    """The schema of a catalogue of codes."""
    entry: Schema = {
        "type": "object",
        "title": "a code",
        "properties": {
            "label": said("What it is, in words of our own.", text()),
            "kind": said("What policies select it by.", scalar()),
            "from": said("The day it came into force.", day()),
            "through": said("The last day it was in force.", day(open_end=True)),
            "source": said("The source it rests on.", scalar(ID, "the name of a source")),
            "note": said("Anything a reader should know.", text()),
        },
        "additionalProperties": {"type": [*SCALAR_TYPES, "array"], "items": scalar()},
        "required": ["label", "source"],
    }
    numbered: Schema = {
        "type": "object",
        "title": "codes by number",
        "properties": {
            "codes": said(
                "The codes, and ranges of as many digits at both ends: [1-9, 10-14, N95].",
                {"type": "array", "items": scalar(), "minItems": 1},
            ),
            **{key: entry["properties"][key] for key in ("kind", "from", "through", "source")},
        },
        "additionalProperties": False,
        "required": ["codes", "source"],
    }
    return mapped(
        "a catalogue",
        {
            "catalogue": said("Its name.", scalar(NAME, "a name")),
            "title": said("What it lists.", text()),
            "sources": said("Whom the entries rest on, by a short name.", named("sources", source(), ID)),
            "codes": said(
                "What is known of each code.",
                {"type": "object", "title": "codes", "additionalProperties": entry, "minProperties": 1},
            ),
            "in_numbers": said(
                "Further codes of which only number, kind and dates are kept; an entry of `codes` goes before.",
                {"type": "array", "items": numbered},
            ),
        },
        needed=("catalogue", "sources", "codes"),
    )


LINE_FIELDS: Final = {
    "code": "The procedure code.",
    "billed_as": "The corrected line, such as 92507-GN-KX.",
    "modifiers": "The modifiers of the corrected line.",
    "as_submitted": "The verdict on the line as it came: an outcome, or a map of what it holds.",
    "as_corrected": "The verdict on the line as the policy would have it billed.",
    "outcome": "The outcome as corrected.",
    "adjustments": "Group code, CARC and RARCs.",
    "corrections": "What was changed on the line.",
    "authorization": "The id of the authorization that the line uses.",
    "flags": "Flags on the line.",
    "actions": "What a person is asked to do, by `do`.",
    "needs": "Facts that were missing.",
    "presumed": "Facts that were missing and presumed.",
    "group": "Group code of the adjustments as submitted.",
    "carc": "CARCs as submitted.",
    "rarc": "RARCs as submitted.",
    "liability": "Who owes: patient or provider.",
    "units_payable": "Units payable as corrected.",
    "allowed": "Allowed amount as corrected.",
    "payment": "What this payer pays.",
    "patient_share": "What the patient owes.",
    "rules": "Rules that fired for the line.",
}
"""Fields of a line that a golden case may expect."""
CASE_FIELDS: Final = {
    "outcome": "The encounter's outcome.",
    "complete": "Whether nothing was missing that could matter.",
    "flags": "Flags over all lines and the encounter.",
    "actions": "Actions over all lines and the encounter, by `do`.",
    "needs": "Facts that were missing anywhere.",
    "presumed": "Facts that were presumed.",
    "limits": "Limits with their numbers; only the named keys compare.",
    "overrides": "Overrides of plugins.",
    "diagnostics": "Codes of the findings of the case's own policy.",
}
"""Fields of an encounter that a golden case may expect."""
SUFFIXES: Final = {
    "": "Exactly this.",
    "_in": "Any of these.",
    "_include": "At least these.",
    "_absent": "None of these.",
    "_at_most": "This or less.",
    "_at_least": "This or more.",
}
"""How a field is compared, by the ending of its name."""


def _expected(noun: str, fields: dict[str, str], more: Schema) -> Schema:
    pairs = [(name, suffix) for name in fields for suffix in SUFFIXES]
    told = [(name + suffix, f"{fields[name]} {SUFFIXES[suffix]}") for name, suffix in pairs]
    properties = {name: {"description": what} for name, what in told}
    return mapped(noun, {**properties, **more})


def case_schema(encounter: Schema) -> Schema:
    """The schema of a golden case, which is also what `examples:` of a policy hold."""
    lines: Schema = {
        "type": "object",
        "title": "expected lines",
        "description": "What is expected of each line, by its number.",
        "propertyNames": {"pattern": r"^\d+$", "title": "the number of a line"},
        "additionalProperties": _expected("an expected line", LINE_FIELDS, {}),
    }
    silent = said("yes: some outcome other than pay, or a flag, an action or a need.", yes_no())
    return {
        "type": "object",
        "title": "a case",
        "description": "An encounter and what is expected of its decision. Other keys are notes, shown on failure.",
        "properties": {
            "name": said("What the case shows, in a sentence.", text()),
            "encounter": {**encounter, "description": "The encounter that is decided."},
            "expect": {
                **_expected("an expectation", CASE_FIELDS, {"lines": lines, "not_silent": silent}),
                "description": "What is expected; only what is named is compared.",
                "minProperties": 1,
            },
        },
        "required": ["name"],  # that it expects something is checked when it runs, so that --record can fill it in
    }


def golden_schema(case: Schema) -> Schema:
    """The schema of a golden file."""
    return mapped(
        "a golden file",
        {"golden": said("The cases, each with an encounter and what is expected.", listed(case))},
        needed=("golden",),
    )
