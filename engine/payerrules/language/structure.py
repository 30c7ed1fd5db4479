"""Whether a file has the shape its schema wants; what it has not is said at its place, in an analyst's words."""

from __future__ import annotations

from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker

from payerrules.language.complaints import complaints
from payerrules.language.grammar import Schema
from payerrules.language.kinds import of_another_kind
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.places import Complaint, Path, walk
from payerrules.language.reader import read_yaml
from payerrules.language.schemas import schema
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic, in_order
from payerrules.model.values import DATE, parse

NO_VOCABULARY: Final = Vocabulary({})
_KEEPS_NULL: Final = ("encounter", "golden", "decision")
"""Schemas of files in which a null is the same as a key left out."""

_FORMATS = FormatChecker(formats=())
_validators: dict[tuple[str, int], tuple[Vocabulary, Any, Schema]] = {}


@_FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or parse(value, DATE) is not None


@_FORMATS.checks("date-or-open", raises=ValueError)
def _is_date_or_open(value: object) -> bool:
    return value == "open" or _is_date(value)


def check_structure(node: Node, schema_name: str, vocabulary: Vocabulary | None = None) -> list[Diagnostic]:
    """Hold a tree to one of the published schemas; one finding for each fault, in order.

    `vocabulary` offers its facts in "did you mean" and gives an encounter its keys; without it an encounter may hold
    anything. Raises KeyError where there is no such schema.
    """
    validator, root = _validator(schema_name, vocabulary or NO_VOCABULARY)
    found: list[Diagnostic] = []
    data = _data(node, found, keep_null=schema_name in _KEEPS_NULL)
    said: list[Complaint] = []
    misshapen = set()
    for error in validator.iter_errors(data):
        if error.validator == "minProperties" and _entries(node, tuple(error.absolute_path)):
            continue  # its keys are there, and empty: that was said
        if error.validator == "type":
            misshapen.add(tuple(error.absolute_path))
        said.extend(complaints(error, node, root))
    meant = {(each.path, key) for each in said if each.finding.code == "unknown-key" for key in each.keys}
    for each in said:
        if each.finding.code in ("missing-key", "misplaced-key") and any(
            (each.path, key) in meant for key in each.keys
        ):
            continue  # the key is there, misspelt or in the wrong place
        if each.path in misshapen and each.finding.code not in ("wrong-shape", "missing-value"):
            continue  # nothing more can be said of a thing of the wrong shape
        found.append(each.finding)
    return in_order(found)


def read_checked(
    text: str | bytes, name: str, schema_name: str, vocabulary: Vocabulary | None = None
) -> tuple[Node | None, list[Diagnostic]]:
    """Read a file and hold it to its schema: the tree, and every finding of both, in order and each once.

    A policy without a finding is remembered by what it says: to read it again costs nothing while it does not change.
    """
    key = (name, text)
    if schema_name == "policy" and key in _clean:
        return _clean[key], []
    node, found = read_yaml(text, name)
    if node is None:
        return None, found
    if (other := of_another_kind(node, schema_name)) is not None:
        return None, [other]
    known = {(finding.code, finding.at and finding.at.line, finding.at and finding.at.column) for finding in found}
    more = check_structure(node, schema_name, vocabulary)
    found = in_order([*found, *(m for m in more if (m.code, m.at and m.at.line, m.at and m.at.column) not in known)])
    if schema_name == "policy" and not found:
        if len(_clean) >= CLEAN:
            _clean.pop(next(iter(_clean)))
        _clean[key] = node
    return node, found


CLEAN = 200
_clean: dict[tuple[str, str | bytes], Node] = {}
"""Policies without a finding, by file and text; a finding may rest on the vocabulary too, so those with one are not here."""


def _entries(node: Node, path: Path) -> int:
    """How many keys a map has as it was written."""
    here, _ = walk(node, path)
    return len(here.entries) if isinstance(here, Mapping) else 0


def _validator(name: str, vocabulary: Vocabulary) -> tuple[Any, Schema]:
    """The validator of a schema; the last few vocabularies are kept, with what keeps their identity."""
    known = _validators.get((name, id(vocabulary)))
    if known is None:
        body = schema(name, vocabulary)
        known = vocabulary, Draft202012Validator(body, format_checker=_FORMATS), body
        if len(_validators) >= 32:
            _validators.clear()
        _validators[name, id(vocabulary)] = known
    return known[1], known[2]


def _data(node: Node, found: list[Diagnostic], *, keep_null: bool) -> Any:
    """The tree as dicts, lists and texts; a key that was left empty is reported and left out."""
    match node:
        case Scalar():
            return None if node.is_null else node.text
        case Sequence():
            return [_data(item, found, keep_null=keep_null) for item in node.items]
        case Mapping():
            data = {}
            for key, value in node:
                if isinstance(value, Scalar) and value.is_null and not keep_null:
                    hint = "Write its value, or take the key out; `none` says that there is none."
                    found.append(Diagnostic("missing-value", f"`{key.text}` is empty", key.at, hint))
                    continue
                data[key.text] = _data(value, found, keep_null=keep_null)
            return data
