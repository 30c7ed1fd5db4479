"""Each way in which a tree can miss its schema, as a finding that says what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from jsonschema.exceptions import ValidationError

from payerrules.language.grammar import FACT, Schema
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.places import Complaint, Place, place_of
from payerrules.language.spelling import closest, remedy
from payerrules.model.values import DATE, parse

MANY: Final = 8
"""More names than this are listed in the remedy, not in the message."""
ANY_KEY: Final = "*"
"""The key of a complaint that one of several is missing."""
_KINDS: Final = {"object": "a map", "array": "a list", "null": "nothing"}
_ADVICE: Final = {
    "a name": "A name begins with a small letter and has small letters, digits and _ only.",
    "an identifier": "It has small letters, digits, `.`, `-` and `_` only, and no spaces.",
    "the name of a source": "Write the short name of a source, as it stands under `sources:`.",
    "a name with a /": "Write whose policy it is and what about, such as medicare/outpatient-therapy.",
    "a policy's name": "Write whose policy it is and what about, such as medicare/outpatient-therapy.",
    "a fact": "A fact is written entity.name, such as line.code.",
    "a fact of the vocabulary": "A fact is written entity.name, such as documentation.abn.",
    "a group code or a fact": "Group codes are CO, PR, OA, PI and CR; a fact is written line.kx_denial_group.",
}
_DATE_HINT: Final = "A date is YEAR-MONTH-DAY, such as 2026-01-31."


def complaints(error: ValidationError, tree: Node, root: Schema) -> Iterator[Complaint]:
    """What an error of the JSON Schema says to an analyst: mostly one complaint, and one for each key that is wrong."""
    place = place_of(error, tree, root)
    tell = _TELLERS.get(str(error.validator), _other)
    yield from tell(place)


def _unknown_keys(place: Place) -> Iterator[Complaint]:
    if not isinstance(place.node, Mapping):
        return
    schema = place.schema
    allowed = list(schema.get("properties", {}))
    takes_facts = FACT in schema.get("patternProperties", {})
    patterns = [re.compile(pattern) for pattern in schema.get("patternProperties", {})]
    for key, _ in place.node:
        if key.text in allowed or any(pattern.search(key.text) for pattern in patterns):
            continue
        near = closest(key.text, allowed)
        own = [word for word in allowed if "." not in word]
        noun = place.noun or place.label
        homes = _homes(place.root, key.text)
        if near and not homes:
            hint = f"Did you mean `{near}`?"
        else:
            there = f"`{key.text}` is a key of {_either(homes, 'and')}. " if homes else ""
            hint = there if homes and len(own) > MANY else there + remedy("", own, f"{noun[0].upper()}{noun[1:]} knows")
            hint = (
                f"{hint.strip()} A fact is written entity.name, such as line.code.".strip()
                if takes_facts
                else hint.strip()
            )
        yield place.say("unknown-key", f"`{key.text}` is no key of {noun}", hint, key.at, (near, ANY_KEY))


def _homes(schema: Any, key: str) -> list[str]:
    """The things that know a key, by their nouns."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            title = here.get("title")
            if isinstance(title, str) and isinstance(here.get("properties"), dict) and key in here["properties"]:
                found.add(title)
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)
    return sorted(title for title in found if not title.startswith("an expect"))


def _missing_keys(place: Place) -> Iterator[Complaint]:
    for name in place.wanted:
        if isinstance(place.node, Mapping) and name not in place.node:
            noun = place.noun or place.label
            yield place.say("missing-key", f"{noun} needs `{name}`", _described(place, name), keys=(name,))


def _described(place: Place, name: str) -> str:
    """The sentence an editor shows of a key, as a remedy."""
    about = place.schema.get("properties", {}).get(name, {})
    text = about.get("description", "")
    return f"Add {name}: {text[0].lower()}{text[1:]}" if text else f"Add {name}."


def _partners(place: Place) -> Iterator[Complaint]:
    for name, needed in place.wanted.items():
        for other in needed:
            if isinstance(place.node, Mapping) and name in place.node and other not in place.node:
                message = f"`{name}` needs `{other}` beside it"
                yield place.say("missing-key", message, f"Add {other}.", place.key_at(name), (other,))


def _one_of(place: Place) -> Iterator[Complaint]:
    names = _required_names(place)
    if not names or not isinstance(place.node, Mapping):
        yield from _other(place)
        return
    present = [key.text for key, _ in place.node if key.text in names]
    noun = place.noun or place.label
    if not present:
        yield _none_of(place, names)
        return
    if len(present) == 1:  # it is there, and empty: that was said
        return
    first, second = present[0], present[1]
    hint = "Write a list of maps, one for each effect." if noun == "an effect" else "Keep one of them."
    yield place.say("keys-together", f"`{first}` and `{second}` cannot stand in one map", hint, place.key_at(second))


def _none_of(place: Place, names: list[str]) -> Complaint:
    """A map that has none of the keys of which it needs one."""
    noun = place.noun or place.label
    if len(names) <= MANY:
        return place.say("missing-key", f"{noun} needs {_either(names)}", "Add one of them.", keys=(ANY_KEY,))
    return place.say(
        "missing-key", f"{noun} does not say what it does", remedy("", names, "It has one of"), keys=(ANY_KEY,)
    )


def _any_of(place: Place) -> Iterator[Complaint]:
    names = _required_names(place)
    steps = list(place.steps)
    if names and "dependentSchemas" in steps and isinstance(place.node, Mapping):
        key = str(steps[len(steps) - steps[::-1].index("dependentSchemas")])
        hint = f"Put it beside {_either(names)}, or take it out."
        yield place.say(
            "misplaced-key",
            f"`{key}` belongs to {_either(names)}, which is not here",
            hint,
            place.key_at(key),
            tuple(names),
        )
    elif names:
        yield _none_of(place, names)
    else:
        yield from _other(place)


def _required_names(place: Place) -> list[str]:
    branches = place.wanted
    return [branch["required"][0] for branch in branches if set(branch) == {"required"}]


def _type(place: Place) -> Iterator[Complaint]:
    if isinstance(place.node, Scalar) and place.node.is_null:
        yield place.say("missing-value", f"{place.label} is empty", "Write its value, or take it out.")
        return
    wanted = place.wanted
    kinds = [wanted] if isinstance(wanted, str) else list(wanted)
    names = list(dict.fromkeys(_KINDS.get(kind, "one value") for kind in kinds if kind != "null"))
    what = {Mapping: "a map", Sequence: "a list", Scalar: "one value"}[type(place.node)]
    hint = {
        "a map": "Write key: value pairs, indented below it or in { }.",
        "a list": "Write entries that begin with `-`, or put them in [ ].",
        "one value": "Write a single word, number or text.",
    }[names[0]]
    if isinstance(place.node, Mapping) and names == ["one value"] and len(place.node.entries) == 1:
        hint += " A text with a colon in it goes in double quotes."
    if isinstance(place.node, Sequence) and place.key is not None and "." in place.key.text:
        hint += " One of several values is written {in: [...]}."
    yield place.say("wrong-shape", f"{place.label} must be {_either(names, quote=False)}, and this is {what}", hint)


def _word(place: Place) -> Iterator[Complaint]:
    allowed = [str(word) for word in place.wanted if isinstance(word, str)]
    if not isinstance(place.node, Scalar):
        what = "a map" if isinstance(place.node, Mapping) else "a list"
        message = f"{place.label} must be one word, and this is {what}"
        yield place.say("wrong-shape", message, remedy("", allowed, "It is one of"))
        return
    if place.node.is_null:
        yield place.say("missing-value", f"{place.label} is empty", remedy("", allowed, "It is one of"))
        return
    word = place.node.text
    if any(word in keys for keys in _maps_here(place)):
        hint = f"Write it with what belongs to it: {{{word}: {{...}}}}."
        yield place.say("unknown-word", f"`{word}` cannot stand alone as {place.label}", hint)
        return
    maps = [key for keys in _maps_here(place) for key in keys]
    if maps and " " in word:
        yield place.say(
            "unknown-word", f"`{word}` is a text, and {place.label} is a map", _as_a_map(word, maps, allowed)
        )
        return
    yield place.say("unknown-word", f"`{word}` is no word for {place.label}", remedy(word, allowed, "It is one of"))


def _as_a_map(said: str, keys: list[str], allowed: list[str]) -> str:
    """How what was said in a text is written as a map: by the keys whose words it begins with, else by all of them."""
    first, *rest = said.lower().replace("_", " ").split()
    begun = [key for key in keys if key.split("_")[0] == first]
    named = [key for key in begun if key.split("_")[1:] == rest[: key.count("_")]] or begun
    words = " and ".join(f"`{word}`" for word in allowed)
    if not named:
        return remedy("", keys, f"Write {{KEY: ...}}; only {words} stands alone. The keys are")
    return f"Write {_either([f'{{{key}: ...}}' for key in named], quote=False)}; only {words} stands alone."


def _maps_here(place: Place) -> Iterator[Schema]:
    """The keys that a map could have where the word stands."""
    for schema in place.way:
        if isinstance(schema, dict) and "pend" in schema.get("properties", {}):
            yield schema["properties"]
        elif isinstance(schema, dict) and "$ref" in schema:
            yield place.root["$defs"][schema["$ref"].rpartition("/")[2]].get("properties", {})


def _form(place: Place) -> Iterator[Complaint]:
    noun = str(place.schema.get("title", ""))
    text = str(place.value)
    if "propertyNames" in place.steps:
        message = f"`{text}` is not {noun or 'a name'}"
        yield place.say(
            "wrong-form", message, _ADVICE.get(noun) or f"Write {noun or 'it in another form'}.", place.key_at(text)
        )
        return
    if noun in ("a date", "a date, or open"):
        yield from _date(place)
        return
    yield place.say(
        "wrong-form",
        f"`{text}` of {place.label} is not {noun or 'of the form it needs'}",
        _ADVICE.get(noun) or f"Write {noun or 'it in another form'}.",
    )


def _date(place: Place) -> Iterator[Complaint]:
    try:
        parse(str(place.value), DATE)
    except ValueError as error:
        yield place.say("bad-date", str(error), _DATE_HINT)


def _size(place: Place) -> Iterator[Complaint]:
    match place.word:
        case "minLength":
            yield place.say("missing-value", f"{place.label} is empty", "Write its value, or take it out.")
        case "minProperties":
            yield place.say(
                "wrong-shape", f"{place.label} is an empty map", "Write what belongs in it, or take it out."
            )
        case "minItems" if not place.value:
            yield place.say("wrong-shape", f"{place.label} is an empty list", "Write its entries, or take it out.")
        case _:
            number = place.wanted
            message = f"{place.label} takes {number} entries, and this has {len(place.value)}"
            yield place.say("wrong-shape", message, f"Write exactly {number}.")


def _other(place: Place) -> Iterator[Complaint]:
    yield place.say(
        "wrong-shape",
        f"{place.label} is not {place.noun or 'of the shape it needs'}",
        "See its page in the documentation.",
    )


def _either(names: list[str], word: str = "or", *, quote: bool = True) -> str:
    """Names as English: `a`, `b` or `c`."""
    shown = [f"`{name}`" for name in names] if quote and word == "or" else list(names)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"


_TELLERS: Final[dict[str, Callable[[Place], Iterator[Complaint]]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "dependentRequired": _partners,
    "oneOf": _one_of,
    "anyOf": _any_of,
    "type": _type,
    "enum": _word,
    "const": _word,
    "pattern": _form,
    "format": _form,
    "minimum": _form,
    "minLength": _size,
    "minItems": _size,
    "maxItems": _size,
    "minProperties": _size,
}
