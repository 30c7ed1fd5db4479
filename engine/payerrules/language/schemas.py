"""The JSON Schemas that editors and the structure check use; `payerrules schema policies` publishes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from payerrules.language.grammar import Schema
from payerrules.language.grammar_encounter import decision_schema, encounter_schema, encounters_schema
from payerrules.language.grammar_names import Names, with_names
from payerrules.language.grammar_other import case_schema, catalogue_schema, golden_schema, vocabulary_schema
from payerrules.language.grammar_policy import policy_schema
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import plain
from payerrules.language.reader import read_yaml
from payerrules.language.vocabulary import Vocabulary, load_vocabulary

SCHEMAS: Final = {
    "policy": "A policy edition of payerrules",
    "vocabulary": "The vocabulary of payerrules: every fact that a policy may name",
    "catalogue": "A catalogue of codes for payerrules",
    "encounter": "An encounter, or a list of encounters, for payerrules to decide",
    "decision": "A decision of payerrules",
    "golden": "A golden file: encounters with the decisions that are expected",
}
"""The published schemas, each with its title."""
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MODIFIERS: Final = "codes/modifiers.yaml"
"""The catalogue of modifiers in a policies folder."""
BASE: Final = "https://payerrules.example/schema"


def schema(name: str, vocabulary: Vocabulary) -> Schema:
    """One of SCHEMAS, with the facts of a vocabulary. Raises KeyError for another name.

    >>> schema("golden", Vocabulary({}))["title"]
    'a golden file'
    """
    body = _body(name, vocabulary)
    head = {"$schema": DIALECT, "$id": f"{BASE}/{name}.schema.json"}
    return {**head, "title": body["title"], "$comment": SCHEMAS[name], **body}


def _body(name: str, vocabulary: Vocabulary) -> Schema:
    match name:
        case "policy":
            return policy_schema(vocabulary, case_schema({"type": "object"}))
        case "vocabulary":
            return vocabulary_schema()
        case "catalogue":
            return catalogue_schema()
        case "encounter":
            return encounters_schema(vocabulary)
        case "decision":
            return decision_schema()
        case "golden":
            return golden_schema(case_schema(encounter_schema(vocabulary)))
        case _:
            raise KeyError(name)


def rendered(name: str, vocabulary: Vocabulary, modifiers: Mapping[str, str]) -> str:
    """A schema as the text that is published; that of policies offers facts and modifiers as values too."""
    body = schema(name, vocabulary)
    if name == "policy":
        body = with_names(body, Names(modifiers=modifiers), vocabulary)
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def modifiers_of(codes: Mapping[str, Any]) -> dict[str, str]:
    """The modifiers of a catalogue, each with what it says.

    >>> modifiers_of({"22": {"label": "More work"}})
    {'22': 'More work'}
    """
    return {code: str(entry.get("label", "")) for code, entry in sorted(codes.items())}


def read_modifiers(policies: Path) -> dict[str, str]:
    """The modifiers of a policies folder; none where it has no catalogue of them."""
    path = policies / MODIFIERS
    node = read_yaml(path.read_bytes(), str(path))[0] if path.is_file() else None
    codes = plain(node.get("codes")) if isinstance(node, Map) else {}
    return modifiers_of(codes)


@lru_cache(maxsize=4)
def read_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary of a file. Raises ValueError, with the findings, where it has a fault."""
    node, found = read_yaml(path.read_bytes(), str(path))
    vocabulary, more = load_vocabulary(node)
    if found or more:
        raise ValueError("\n".join(finding.text() for finding in (*found, *more)))
    return vocabulary


def publish(policies: Path) -> list[Path]:
    """Write every schema to `schema/` of a policies folder whose vocabulary they are grown from; gives the paths."""
    vocabulary = read_vocabulary(policies / "vocabulary.yaml")
    modifiers = read_modifiers(policies)
    folder = policies / "schema"
    folder.mkdir(exist_ok=True)
    written = []
    for name in SCHEMAS:
        path = folder / f"{name}.schema.json"
        path.write_text(rendered(name, vocabulary, modifiers), encoding="utf-8")
        written.append(path)
    return written
