"""The JSON Schemas that editors and the structure check use; `python -m payerrules.language.schemas` publishes them."""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Final

from payerrules.language.grammar import Schema
from payerrules.language.grammar_encounter import decision_schema, encounter_schema, encounters_schema
from payerrules.language.grammar_other import case_schema, catalogue_schema, golden_schema, vocabulary_schema
from payerrules.language.grammar_policy import policy_schema
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


def rendered(name: str, vocabulary: Vocabulary) -> str:
    """A schema as the text that is published."""
    return json.dumps(schema(name, vocabulary), indent=1, ensure_ascii=False) + "\n"


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
    folder = policies / "schema"
    folder.mkdir(exist_ok=True)
    written = []
    for name in SCHEMAS:
        path = folder / f"{name}.schema.json"
        path.write_text(rendered(name, vocabulary), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    for published in publish(Path(sys.argv[1] if len(sys.argv) > 1 else "policies")):
        print(published)
