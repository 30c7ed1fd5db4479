"""What an encounter may hold, grown from the vocabulary, and what a decision holds."""

from __future__ import annotations

from typing import Any, Final

from payerrules.language.grammar import DAY, Schema, said
from payerrules.language.vocabulary import FactEntry, Vocabulary

_PLAIN: Final = ["string", "number", "boolean", "null"]


def encounter_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of one encounter: the facts that can be given, at their places. null is the same as a missing key.

    Without a vocabulary it is open, as nobody knows then what may be given.
    """
    return _encounter(vocabulary) if vocabulary.facts else {"type": "object", "title": "an encounter"}


def encounters_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of a file with one encounter, or with `encounters:`, a list of them."""
    one = encounter_schema(vocabulary)
    many = said("Several encounters in one file.", {"type": "array", "items": {"$ref": "#/$defs/encounter"}})
    return {
        "type": "object",
        "title": "an encounter",
        "if": {"required": ["encounters"]},
        "then": {
            "title": "a list of encounters",
            "properties": {"encounters": many},
            "additionalProperties": False,
        },
        "else": {"$ref": "#/$defs/encounter"},
        "$defs": {"encounter": one},
    }


def _encounter(vocabulary: Vocabulary) -> Schema:
    given = [entry for entry in vocabulary.facts.values() if entry.origin in ("given", "derived", "plugin", "table")]
    top: dict[str, Any] = {}
    line: dict[str, Any] = {}
    authorization: dict[str, Any] = {}
    payer: dict[str, Any] = {}
    for entry in given:
        match entry.entity:
            case "line":
                _plant(line, entry.at_path, entry)
                if entry.also_from_encounter:
                    _plant(top, entry.at_path, entry)
            case "authorization":
                _plant(authorization, entry.at_path, entry)
            case "other_payer":
                _plant(payer, entry.at_path, entry)
            case "diagnosis" | "other_diagnosis" | "limit" | "step" | "pair":
                pass
            case _:
                _plant(top, entry.at_path, entry)
                if entry.entity == "provider" and entry.at_path[0] == "provider":
                    _plant(line, entry.at_path, entry)
    payers = said(
        "Other payers that have adjudicated.",
        {"type": ["array", "null", "string"], "items": _grown("another payer", payer)},
    )
    authorizations = said(
        "Authorizations; [] says that there are none.",
        {"type": ["array", "null", "string"], "items": _grown("an authorization", authorization)},
    )
    line["paid_by_others"] = payers
    line["diagnoses"] = said(
        "Which of the encounter's diagnoses it is for, by position from 1.", {"type": ["array", "null", "string"]}
    )
    line["modifiers"] = said("Modifiers in their order.", {"type": ["array", "null", "string"]})
    coverage = top.setdefault("coverage", {})
    if isinstance(coverage, dict):
        coverage["authorizations"] = authorizations
        coverage["other_payers"] = payers
    earlier = {**line, "outcome": said("What became of it; left out, it was paid.", {"type": _PLAIN})}
    top.update(_fixed(_grown("an earlier service", earlier), _grown("a line", line, ("code",))))
    return _grown("an encounter", top, ("encounter", "payer", "patient", "lines"))


def _fixed(earlier: Schema, line: Schema) -> Schema:
    counter = {
        "type": "object",
        "title": "a counter",
        "properties": {
            "limit": said("The name of the limit, as reports give it.", {"type": _PLAIN}),
            "used": said("How much of it is used.", {"type": _PLAIN}),
            "as_of": said(
                "Up to which day, included; only later history is added.", {"type": ["string", "null"], "pattern": DAY}
            ),
            "pool": said("The pool, by facts.", {"type": ["object", "null"]}),
        },
        "additionalProperties": False,
        "required": ["limit", "used"],
    }
    return {
        "encounter": said("Identifier of the encounter.", {"type": _PLAIN}),
        "diagnoses": said(
            "Diagnoses in their order.", {"type": ["array", "null", "string"], "items": {"type": _PLAIN}}
        ),
        "history": said(
            "Earlier services as far as known; [] says that there were none.",
            {"type": ["array", "null", "string"], "items": earlier},
        ),
        "history_known_from": said("First day from which the history is whole.", {"type": ["string", "null"]}),
        "counters": said("Numbers the payer gave.", {"type": ["array", "null"], "items": counter}),
        "lines": said("The service lines.", {"type": "array", "items": line, "minItems": 1}),
        "note": said("Anything a reader should know; decides nothing.", {"type": _PLAIN}),
    }


def _plant(tree: dict[str, Any], path: tuple[str, ...], entry: FactEntry) -> None:
    """Put a fact at its keys; a key that is a fact and holds others is both."""
    here = tree
    for step in path[:-1]:
        inner = here.setdefault(step, {})
        if isinstance(inner, FactEntry):
            inner = here[step] = {"": inner}
        here = inner
    leaf = path[-1]
    if isinstance(here.get(leaf), dict):
        here[leaf][""] = entry
    else:
        here[leaf] = entry


def _grown(noun: str, tree: dict[str, Any], needed: tuple[str, ...] = ()) -> Schema:
    """The schema of a map of facts."""
    itself = tree.get("")
    properties: Schema = {}
    for name, inner in sorted(tree.items()):
        if name == "":
            continue
        if isinstance(inner, FactEntry):
            properties[name] = _leaf(inner)
        elif "description" in inner and "type" in inner:
            properties[name] = inner
        else:
            properties[name] = _grown(f"`{name}`", inner)
    schema: Schema = {"type": ["object", "null"] if not needed else "object", "title": noun, "properties": properties}
    schema["additionalProperties"] = False
    if needed:
        schema["required"] = list(needed)
    if noun in ("`payer`", "`patient`"):
        schema["required"] = ["id"]
        schema["type"] = "object"
    if isinstance(itself, FactEntry):
        schema = {**schema, "type": ["object", *_PLAIN], "description": f"{itself.meaning}."}
    elif noun.startswith("`"):
        schema["type"] = ["object", "null", "string", "boolean"] if schema["type"] != "object" else "object"
    return schema


def _leaf(entry: FactEntry) -> Schema:
    unit = f", {entry.unit}" if entry.unit else ""
    text = f"{entry.meaning} ({entry.type}{unit}). Left out: {entry.if_missing}."
    match entry.type.kind:
        case "codes":
            return said(text, {"type": ["array", *_PLAIN], "items": {"type": _PLAIN}})
        case "one_of":
            return said(text, {"enum": [*entry.type.words, "none", None], "title": str(entry.type)})
        case "yes/no":
            return said(text, {"enum": ["yes", "no", "true", "false", True, False, "none", None], "title": "yes or no"})
        case "date":
            return said(
                text, {"type": ["string", "boolean", "null"], "pattern": rf"{DAY}|^(none|false|no)$", "title": "a date"}
            )
        case _:
            return said(text, {"type": _PLAIN})


def _object(properties: Schema, *needed: str) -> Schema:
    return {"type": "object", "properties": properties, "required": list(needed)}


def decision_schema() -> Schema:
    """The schema of a decision. More keys may be added to it, so it is open."""
    outcome = {"enum": ["pay", "pend", "deny", "return"]}
    money = {"type": ["string", "null"], "pattern": r"^-?\d+\.\d{2}$"}
    texts = {"type": "array", "items": {"type": "string"}}
    adjustment = _object({"group": {"type": "string"}, "carc": {"type": "string"}, "rarc": texts}, "group", "carc")
    units = {"type": "object", "properties": {"submitted": {}, "payable": {}}}
    verdict = _object(
        {
            "outcome": said("What becomes of the line.", outcome),
            "adjustments": said("Why it is not paid in full.", {"type": "array", "items": adjustment}),
            "allowed": said("Allowed amount.", money),
            "payment": said("What this payer pays.", money),
            "patient_share": said("What the patient owes.", money),
            "units": said("Units submitted and payable.", units),
            "parts": said("The parts of a split line.", {"type": "array", "items": {"type": "object"}}),
        },
        "outcome",
        "adjustments",
    )
    line = _object(
        {
            "line": said("Number of the line.", {"type": "integer"}),
            "code": said("Procedure code.", {"type": "string"}),
            "billed_as": said("Code and modifiers as corrected.", {"type": "string"}),
            "modifiers": said("Modifiers as corrected, in their order.", texts),
            "as_submitted": said("The verdict on the line as it came.", verdict),
            "as_corrected": said("The verdict on the corrected line.", verdict),
            "authorization": said("The id of the authorization that the line uses.", {"type": ["string", "null"]}),
            "corrections": said("What was changed, and by which rule.", {"type": "array", "items": {"type": "object"}}),
            "flags": said("Stable identifiers that change no payment.", {"type": "array"}),
            "actions": said("What a person is asked to do.", {"type": "array", "items": {"type": "object"}}),
            "needs": said("Facts that were missing.", {"type": "array"}),
            "presumed": said("Facts that were missing and presumed.", {"type": "array"}),
            "units": said("Units as corrected.", units),
            "allowed": said("Allowed amount as corrected.", money),
        },
        "line", "code", "billed_as", "modifiers", "as_submitted", "as_corrected", "corrections", "flags", "actions",
        "needs",
    )  # fmt: skip
    entry = _object(
        {
            "rule": said("The rule, as policy#rule.", {"type": "string"}),
            "line": said("The line; left out for a rule of the encounter.", {"type": ["integer", "null"]}),
            "verdict": said("Whether it fired, did not, or lacked a fact.", {"type": "string"}),
            "read": said("The facts it read.", {"type": "object"}),
            "sources": said("What it rests on.", texts),
        },
        "rule",
        "verdict",
    )
    return {
        "title": "a decision",
        **_object(
            {
                "encounter": said("Identifier of the encounter.", {"type": "string"}),
                "outcome": said("The strongest outcome of its lines, as corrected.", outcome),
                "complete": said("Whether nothing was missing that could matter.", {"type": "boolean"}),
                "lines": said("The lines.", {"type": "array", "items": line}),
                "limits": said("The limits it touched, in numbers.", {"type": "array", "items": {"type": "object"}}),
                "trace": said("What became of every rule in force, as submitted.", {"type": "array", "items": entry}),
                "trace_corrected": said("What differs as corrected.", {"type": "array", "items": entry}),
                "overrides": said("What plugins changed.", {"type": "array"}),
                "program": said("Hash of the policies that decided.", {"type": "string", "pattern": "^sha256:"}),
                "engine": said("Version of the engine.", {"type": "string"}),
                "ledger": said("What the ledger did, where one was used.", {"type": "object"}),
            },
            "encounter", "outcome", "complete", "lines", "limits", "trace", "overrides", "program", "engine",
        ),
    }  # fmt: skip
