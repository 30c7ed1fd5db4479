"""Native encounter files: JSON, YAML and NDJSON, one encounter, a list, or `encounters:`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from payerrules.formats.encounter_reader import Path, encounter_from_dict
from payerrules.language.kinds import of_another_kind
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence, plain
from payerrules.language.reader import read_yaml
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic, Location, Severity
from payerrules.model.encounter import Encounter


def read_native(text: str, name: str, vocabulary: Vocabulary) -> Iterator[Encounter | Diagnostic]:
    """Every encounter of a file; what is wrong with the file as a whole comes as diagnostics.

    Figures are kept as they were written: no number of the file ever becomes a binary fraction.
    """
    if name.endswith((".ndjson", ".jsonl")) or is_stream(text):
        yield from read_ndjson(text, name, vocabulary)
        return
    if text.lstrip()[:1] in ("{", "["):
        try:
            data = json.loads(text, parse_float=str, parse_int=str)
        except ValueError:
            data = None
        if data is not None:
            found = [encounter_from_dict(item, vocabulary, name) for item in listed(data)]
            if not any(encounter.unread for encounter in found):
                yield from found
                return
    yield from read_tree(text, name, vocabulary)


def read_tree(text: str, name: str, vocabulary: Vocabulary) -> Iterator[Encounter | Diagnostic]:
    """The encounters of a YAML (or JSON) text, each finding at its place in the file."""
    node, found = read_yaml(text, name)
    yield from (impersonal(one) for one in found)
    if node is None:
        return
    if (other := of_another_kind(node, "encounters", "encounter")) is not None:
        yield other
        return
    if isinstance(node, Scalar):
        message = "the file holds no encounter: it is neither YAML, JSON, NDJSON nor 837P"
        hint = "Write encounter:, payer:, patient: and lines:, or export the table as NDJSON, one encounter a line."
        yield Diagnostic("encounter-not-a-map", message, Location(name, 0, 0), hint)
        return
    for item in listed(node):
        yield encounter_from_dict(plain(item), vocabulary, name, lambda path, item=item: place(item, path))  # type: ignore[misc]  # the default binds the loop's item


def read_ndjson(text: str, name: str, vocabulary: Vocabulary) -> Iterator[Encounter | Diagnostic]:
    """One encounter a line; a line that is no JSON is named, and the others are read."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield read_line(line, number, name, vocabulary)


def read_line(line: str, number: int, name: str, vocabulary: Vocabulary) -> Encounter | Diagnostic:
    """The encounter of one line of NDJSON, or why there is none."""
    at = Location(name, number, 1)
    try:
        data = json.loads(line, parse_float=str, parse_int=str)
    except ValueError as error:
        at, why = Location(name, number, getattr(error, "colno", 1)), getattr(error, "msg", str(error))
        hint = "Every line is one whole encounter; write it anew."
        return Diagnostic("encounter-not-json", f"the line is no JSON: {why}", at, hint, Severity.ERROR)
    return encounter_from_dict(data, vocabulary, name, lambda path: at)


def is_stream(text: str) -> bool:
    """Whether a text is NDJSON whatever its file is called: its first line is a whole object, and more follow.

    >>> is_stream('{"encounter": "A"}\\n{"encounter": "B"}\\n'), is_stream('{"encounter": "A"}')
    (True, False)
    """
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def impersonal(found: Diagnostic) -> Diagnostic:
    """A finding without the text of the file: a line of it may hold a name or a birth date."""
    return found if found.at is None else replace(found, at=replace(found.at, excerpt=""))


def listed(data: Any) -> list[Any]:
    """The encounters of a file: of a list, under `encounters:`, or the one it is."""
    if isinstance(data, Sequence):
        return list(data.items)
    if isinstance(data, list):
        return data
    inner = data.get("encounters") if isinstance(data, dict | Mapping) else None
    if isinstance(inner, list):
        return inner
    return list(inner.items) if isinstance(inner, Sequence) else [data]


def place(node: Node, path: Path) -> Location:
    """Where a key of an encounter stands; the nearest thing above it where it is not there."""
    at = node.at
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node:
            key = node.key(step)
            node = node.index[step]
            at = node.at if not isinstance(node, Mapping | Sequence) or key is None else key.at
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            at = node.at
        else:
            break
    return at
