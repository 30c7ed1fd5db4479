"""What the engine brings itself, through the hooks that plugins use: the shipped policies and the formats of files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from payerrules.formats.files import X12_ENDINGS, read_text, read_x12
from payerrules.formats.x12_payers import PayerDirectory
from payerrules.language.vocabulary import Vocabulary
from payerrules.library.shipped import shipped_policies
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.encounter import Encounter
from payerrules.payers.hookspecs import hookimpl

BUILT_IN = "payerrules"
Read = Iterator[Encounter | Diagnostic]


class BuiltIn:
    """The engine's own policies and formats."""

    @hookimpl
    def payerrules_policies(self) -> Iterable[Path]:
        """The policies that ship."""
        return [shipped_policies()]

    @hookimpl
    def payerrules_formats(self) -> Mapping[str, Mapping[str, Any]]:
        """Native files and 837P. Their readers give encounters that know where in the file they stand."""
        return {
            "json": {
                "says": "Native JSON: an object, or a list",
                "endings": [".json"],
                "read": native,
                "write": to_json,
            },
            "yaml": {
                "says": "Native YAML: one encounter, or `encounters:`",
                "endings": [".yaml", ".yml"],
                "read": native,
            },
            "ndjson": {
                "says": "Native JSON, one object a line",
                "endings": [".ndjson", ".jsonl"],
                "read": native_lines,
                "write": to_ndjson,
            },
            "837p": {"says": "X12 837P claims (005010X222A1)", "endings": list(X12_ENDINGS), "read": x12},
        }


def native(content: bytes, name: str, vocabulary: Vocabulary, payers: PayerDirectory) -> Read:
    """The encounters of a YAML or JSON file."""
    yield from read_text(content, name, vocabulary)


def native_lines(content: bytes, name: str, vocabulary: Vocabulary, payers: PayerDirectory) -> Read:
    """The encounters of a file with one on each line."""
    yield from read_text(content, name, vocabulary, lines=True)


def x12(content: bytes, name: str, vocabulary: Vocabulary, payers: PayerDirectory) -> Read:
    """The claims of an 837P file."""
    yield from read_x12(content, name, vocabulary, payers)


def to_json(decisions: Sequence[Decision], encounters: Sequence[Encounter]) -> str:
    """One decision as an object, several as a list."""
    made = [decision.to_dict() for decision in decisions]
    return json.dumps(made[0] if len(made) == 1 else made, indent=1, ensure_ascii=False) + "\n"


def to_ndjson(decisions: Sequence[Decision], encounters: Sequence[Encounter]) -> str:
    """One decision a line."""
    return "".join(json.dumps(decision.to_dict(), ensure_ascii=False) + "\n" for decision in decisions)
