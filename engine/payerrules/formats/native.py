"""Native encounter files: JSON, YAML and NDJSON, one encounter, a list, or `encounters:`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from payerrules.formats.encounter_keys import Path
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence, plain
from payerrules.language.reader import read_yaml
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic, Location, Severity
from payerrules.model.encounter import Encounter

NDJSON_ENDINGS: Final = (".ndjson", ".jsonl")
Found = Encounter | Diagnostic


class RepeatedKey(ValueError):
    """A map of a JSON text has a key twice; which of them is meant nobody knows."""


def read_native(text: str, name: str, vocabulary: Vocabulary) -> Iterator[Found]:
    """Every encounter of a text; what is wrong with the file as a whole comes as diagnostics.

    Figures are kept as they were written: no number of the file ever becomes a binary fraction. No diagnostic shows a
    line of the file, as that may hold a name or a birth date.
    """
    if name.endswith(NDJSON_ENDINGS):
        yield from read_ndjson(text.split("\n"), name, vocabulary)
        return
    data: Any = None
    if text.lstrip()[:1] in ("{", "["):
        try:
            data = loaded(text)
        except (ValueError, RecursionError) as error:
            if getattr(error, "msg", "") == "Extra data" and is_ndjson(text):
                yield from read_ndjson(text.split("\n"), name, vocabulary)
                return
        if data is not None:
            found = list(encounters_of(data, listed(data), name, vocabulary))
            if all(isinstance(one, Encounter) and not one.unread for one in found):
                yield from found
                return
    yield from read_tree(text, name, vocabulary, data)


def read_tree(text: str, name: str, vocabulary: Vocabulary, data: Any = None) -> Iterator[Found]:
    """The encounters of a YAML (or JSON) text, each finding at its place in the file.

    `data` is what the text holds, where that is known: it is used where the text is JSON that YAML would not read.
    """
    node, wrong = read_yaml(text, name)
    wrong = [bare(one) for one in wrong]
    if node is None:
        if data is None:
            yield from wrong
        else:
            yield from encounters_of(data, listed(data), name, vocabulary)
        return
    items = listed(node)
    inside: list[Diagnostic] = []
    for found in encounters_of(node, items, name, vocabulary):
        if isinstance(found, Encounter):
            here, items = items[0], items[1:]
            inside = [one for one in wrong if stands_in(one, here, items)]
            wrong = [one for one in wrong if one not in inside]
            yield doubted(found, inside)
        else:
            yield found
    yield from wrong


def read_ndjson(lines: Iterable[str], name: str, vocabulary: Vocabulary) -> Iterator[Found]:
    """One encounter a line, read as the lines come; a line that is no JSON is named, and the others are read."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            encounter = encounter_from_dict(loaded(line), vocabulary, name)
        except (ValueError, RecursionError) as error:
            column = error.colno if isinstance(error, json.JSONDecodeError) else 1
            told = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deep"
            if isinstance(error, RepeatedKey):
                yield from placed(line, name, number, vocabulary)
                continue
            hint = "Every line is one whole encounter."
            message = f"line {number} is no JSON: {told}"
            yield Diagnostic("encounter-not-json", message, Location(name, number, column), hint)
            continue
        if encounter.unread:
            yield from placed(line, name, number, vocabulary) if read_yaml(line, name)[0] else [encounter]
        else:
            yield encounter


def placed(line: str, name: str, number: int, vocabulary: Vocabulary) -> Iterator[Found]:
    """The encounter of one line of a stream, read anew so that each finding has its place."""
    for found in read_tree(line, name, vocabulary):
        if isinstance(found, Diagnostic):
            yield moved(found, number)
        else:
            yield replace(found, unread=tuple(moved(one, number) for one in found.unread))


def encounters_of(whole: Any, items: list[Any], name: str, vocabulary: Vocabulary) -> Iterator[Found]:
    """The encounters of a file that was read as data or as a tree; a file without any says so."""
    is_tree = isinstance(whole, Mapping | Sequence | Scalar)
    if isinstance(whole, dict | Mapping) and "encounters" in whole:
        keys = [key.text for key, _ in whole] if isinstance(whole, Mapping) else list(whole)
        for key in keys:
            if key not in ("encounters", "note"):
                at = place(whole, (key,)) if isinstance(whole, Mapping) else Location(name, 1, 1)
                message = f"`{key}` stands beside `encounters`"
                hint = "Put it into each encounter; beside the list nothing is read."
                yield Diagnostic("encounter-unknown-key", message, bare_at(at), hint)
    if not items:
        hint = "Write one encounter, a list of them, or `encounters:` with a list."
        yield Diagnostic("encounter-none", "the file holds no encounter", Location(name, 1, 1), hint)
    for item in items:
        yield encounter_from_dict(plain(item) if is_tree else item, vocabulary, name, locator(item, is_tree))


def locator(node: Any, is_tree: bool) -> Callable[[Path], Location | None] | None:
    """A function that finds the place of a key below a node; None for plain data."""
    return (lambda path: place(node, path)) if is_tree else None


def loaded(text: str) -> Any:
    """JSON with every figure as its text; raises ValueError for what is no JSON, RepeatedKey for a key written twice."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=unique)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A map of a JSON text, whose keys must differ."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RepeatedKey("a key is written twice")
    return found


def is_ndjson(text: str) -> bool:
    """Whether the first line of a text is a whole map by itself, so that each line is an encounter."""
    try:
        return isinstance(loaded(text.lstrip().split("\n", 1)[0]), dict)
    except (ValueError, RecursionError):
        return False


def listed(data: Any) -> list[Any]:
    """The encounters of a file: of a list, under `encounters:`, or the one it is."""
    if isinstance(data, dict | Mapping) and "encounters" in data:
        inner = data.get("encounters")
        return [] if inner is None else listed_items(inner) or []
    items = listed_items(data)
    return [data] if items is None else items


def listed_items(data: Any) -> list[Any] | None:
    """The items of a list or a sequence; None for anything else."""
    return list(data.items) if isinstance(data, Sequence) else data if isinstance(data, list) else None


def doubted(encounter: Encounter, wrong: list[Diagnostic]) -> Encounter:
    """An encounter in whose text something is wrong, such as a key written twice: it is not paid on the rest."""
    if not wrong:
        return encounter
    doubts = [(0, one.message) for one in wrong if one.severity is Severity.ERROR]
    return replace(encounter, unread=(*wrong, *encounter.unread), doubtful=(*encounter.doubtful, *doubts))


def stands_in(one: Diagnostic, node: Node, after: list[Any]) -> bool:
    """Whether a finding stands in the text of an encounter: not before it, and before the next one."""
    if one.at is None:
        return not after
    at = (one.at.line, one.at.column)
    following = (after[0].at.line, after[0].at.column) if after else None
    return (node.at.line, node.at.column) <= at and (following is None or at < following)


def bare(one: Diagnostic) -> Diagnostic:
    """A finding without the line of the file, which may hold what is personal."""
    return replace(one, at=bare_at(one.at))


def bare_at(at: Location | None) -> Location | None:
    """A place without its excerpt."""
    return None if at is None else replace(at, excerpt="")


def moved(one: Diagnostic, number: int) -> Diagnostic:
    """A finding of a text that is a line of a longer one."""
    return one if one.at is None else replace(one, at=replace(one.at, line=number))


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
