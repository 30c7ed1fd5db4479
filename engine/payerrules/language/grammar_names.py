"""What an editor offers beside the keys: names of the open policy, facts as values, modifiers. Nothing here refuses anything.

Each place is found by the key it stands at, at any depth. `doNotSuggest` keeps those keys from being offered where they
do not belong: the closed schema of the file type offers them where they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from payerrules.language.grammar import COLLECTIONS, Schema
from payerrules.language.vocabulary import Vocabulary

SOURCES: Final = ("source", "codes_source", "choose_source")
MEMBERS: Final = ("in", "not_in", "has", "has_any", "has_all", "has_none", "except", "all_of")
MODIFIERS: Final = (
    "require_modifier",
    "forbid_modifiers",
    "forbid_together",
    "at_most_one_of",
    "modifier_order",
    "add",
)
AMOUNTS: Final = (
    "above", "at_least", "below", "at_most", "exactly", "between", "beyond", "limit_units", "value", "pay", "amount",
    "patient_share", "plus", "minus", "times", "percent", "of", "least_of", "greatest_of", "round",
)  # fmt: skip
DAYS: Final = ("before", "after", "on_or_before", "on_or_after", "from", "by")
FACTS: Final = ("inputs", "outputs", "must_know", "per", "one_per", "with_highest", "require_document", "choose")
CONDITIONS: Final = (
    "when",
    "unless",
    "not",
    "of",
    "stops",
    "where",
    "add_when",
    "remove_when",
    "about",
    "require_line",
)
JOINED: Final = ("all", "any")
LIMIT_PARTS: Final = {
    "before": "What was used of the limit before the line.",
    "this": "What the line uses of the limit.",
    "after": "What is used of the limit once the line is counted.",
    "remaining": "What was left of the limit before the line.",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Names with what each is, in words: those of the open policy, and the modifiers there are."""

    sources: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    modifiers: Mapping[str, str] = field(default_factory=dict)


def offered(names: Names, vocabulary: Vocabulary) -> Schema:
    """A schema that offers names at the keys where they stand, and accepts everything."""
    facts = {name: f"{entry.meaning} ({entry.type})." for name, entry in sorted(vocabulary.facts.items())}
    parameters = {f"parameter.{name}": what for name, what in names.parameters.items()}
    numbers = {name: what for name, what in facts.items() if vocabulary.facts[name].type.numeric}
    days = {name: what for name, what in facts.items() if vocabulary.facts[name].type.kind == "date"}
    words = {
        "source": names.sources,
        "members": names.sets,
        "modifier": {**names.modifiers, **names.sets},
        "amount": {**parameters, **numbers},
        "day": days,
        "fact": facts,
    }
    values = {f"{name}_word": one_of(listed) for name, listed in words.items()}
    values |= {name: word_or_list(ref(f"{name}_word")) for name in words}
    keys = {**dict.fromkeys(SOURCES, "source"), **dict.fromkeys(MEMBERS, "members"), **dict.fromkeys(AMOUNTS, "amount")}
    keys |= {**dict.fromkeys(DAYS, "day"), **dict.fromkeys(FACTS, "fact"), **dict.fromkeys(MODIFIERS, "modifier")}
    properties = {key: silent(ref(value), ref("anywhere")) for key, value in keys.items()}
    properties |= {key: silent(ref("condition")) for key in CONDITIONS}
    properties["of"] = silent(ref("condition"), ref("amount"))
    properties |= {key: silent({"items": ref("condition")}) for key in JOINED}
    properties |= {f"exists_{name}": silent(ref("condition")) for name in COLLECTIONS}
    properties |= facts_as_keys(vocabulary)
    swap = {key: silent(ref("modifier")) for key in ("from", "to")}
    both = {"properties": swap, "items": {"properties": swap}}
    properties["replace_modifier"] = silent(both)
    chosen = {key: silent(ref("modifier")) for key in ("one_of", "any_of")}
    properties["require_modifier"] = silent(ref("modifier"), {"properties": chosen})
    carried = {key: silent(ref("modifier")) for key in MEMBERS}
    properties["line.modifiers"] = properties["other.modifiers"] = silent({"properties": carried})
    anywhere = {"properties": properties, "additionalProperties": ref("anywhere"), "items": ref("anywhere")}
    limits = {
        f"limit.{name}.{part}": {"description": f"{what}: {told}"}
        for name, what in names.limits.items()
        for part, told in LIMIT_PARTS.items()
    }
    condition = {"properties": {**limits, **{f"{name}": {"description": what} for name, what in parameters.items()}}}
    return {"anywhere": anywhere, "condition": {"allOf": [ref("anywhere"), condition]}, **values}


def facts_as_keys(vocabulary: Vocabulary) -> Schema:
    """For each fact of a condition, the values it is one of."""
    found = {}
    for name, entry in sorted(vocabulary.facts.items()):
        words = entry.type.words or (("yes", "no") if entry.type.kind == "yes/no" else ())
        offers = {word: "" for word in (*words, "none", "present", "absent")}
        found[name] = silent(word_or_list(one_of(offers)), ref("anywhere"))
    return found


def ref(name: str) -> Schema:
    """A reference to one of the definitions of names."""
    return {"$ref": f"#/$defs/names_{name}"}


def silent(*schemas: Schema) -> Schema:
    """Schemas of a value whose key is not offered."""
    return {"allOf": list(schemas), "doNotSuggest": True}


def one_of(words: Mapping[str, str]) -> Schema:
    """One of these words, each with what it is; no words offer nothing."""
    if not words:
        return {}
    told = {"enumDescriptions": list(words.values())} if any(words.values()) else {}
    return {"enum": list(words), **told}


def word_or_list(word: Schema) -> Schema:
    """A word or a list of words, or anything else; the words are offered."""
    return {"anyOf": [word, {}], "items": {"anyOf": [word, {}]}}


def with_names(schema: Schema, names: Names, vocabulary: Vocabulary) -> Schema:
    """A schema of a file type, with names offered."""
    added = {f"names_{name}": body for name, body in offered(names, vocabulary).items()}
    return {
        **schema,
        "allOf": [*schema.get("allOf", []), ref("anywhere")],
        "$defs": {**schema.get("$defs", {}), **added},
    }
