"""Where an error of the JSON Schema stands in the tree, and what the thing is called there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from jsonschema.exceptions import ValidationError

from payerrules.language.grammar import Schema
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.model.diagnostic import Diagnostic, Location

Path: TypeAlias = tuple[str | int, ...]
Names: TypeAlias = tuple[str, ...]
_INTO: Final = (("properties",), ("patternProperties",))


@dataclass(frozen=True, slots=True)
class Complaint:
    """A finding, where in the tree it was made, and the keys it is about: a missing one, or one that was meant."""

    finding: Diagnostic
    path: Path
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """An error of the JSON Schema: its keyword and what that wants, and the node it speaks of with its surroundings."""

    word: str
    wanted: Any
    value: Any
    schema: Schema
    steps: tuple[str | int, ...]
    path: Path
    node: Node
    key: Scalar | None
    noun: str
    way: tuple[Any, ...]
    root: Schema

    @property
    def label(self) -> str:
        """How a message names the node."""
        if self.key is not None:
            return f"`{self.key.text}`"
        return next((f"an entry of `{step}`" for step in reversed(self.path) if isinstance(step, str)), "the file")

    @property
    def at(self) -> Location:
        """Where the node stands; a block that begins below its key is shown by the key."""
        if self.key is not None and not isinstance(self.node, Scalar) and self.node.at.line != self.key.at.line:
            return self.key.at
        return self.node.at

    def say(self, code: str, message: str, hint: str = "", at: Location | None = None, keys: Names = ()) -> Complaint:
        """A complaint about this place."""
        return Complaint(Diagnostic(code, message, at or self.at, hint), self.path, keys)

    def key_at(self, name: str) -> Location:
        """The place of a key of this map."""
        key = self.node.key(name) if isinstance(self.node, Mapping) else None
        return key.at if key else self.at


def walk(node: Node, path: Path) -> tuple[Node, Scalar | None]:
    """The node at a path, and the key it stands at where that is the key of a map."""
    key = None
    for step in path:
        key = None
        if isinstance(node, Mapping) and isinstance(step, str):
            key, node = node.key(step), node.index[step]
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
    return node, key


def place_of(error: ValidationError, tree: Node, root: Schema) -> Place:
    """The place of an error of the JSON Schema; `root` is the schema whole, for its references."""
    path: Path = tuple(error.absolute_path)
    node, key = walk(tree, path)
    schema: Schema = error.schema if isinstance(error.schema, dict) else {}
    steps = tuple(error.absolute_schema_path)
    way = _way(root, steps[:-1], schema, root) or [(0, root)]
    return Place(
        word=str(error.validator),
        wanted=error.validator_value,
        value=error.instance,
        schema=schema,
        steps=steps,
        path=path,
        node=node,
        key=key,
        noun=_noun(way, steps),
        way=tuple(schema for _, schema in way),
        root=root,
    )


def _way(here: Any, steps: tuple[str | int, ...], end: Schema, root: Schema) -> list[tuple[int, Any]]:
    """The schemas on the way to the error, each with how many steps were left; references are no step of their own."""
    left = len(steps)
    if here is end and not steps:
        return [(left, here)]
    inner: Any = _step(here, steps[0]) if steps else None
    if inner is not None:
        found = _way(inner, steps[1:], end, root)
        if found:
            return [(left, here), *found]
    if isinstance(here, dict) and "$ref" in here:
        found = _way(root["$defs"][here["$ref"].rpartition("/")[2]], steps, end, root)
        if found:
            return [(left, here), *found]
    return []


def _step(here: Any, step: str | int) -> Any:
    """One step into a schema, or None."""
    if isinstance(here, list) and isinstance(step, int):
        return here[step]
    return here.get(step) if isinstance(here, dict) else None


def _noun(way: list[tuple[int, Any]], steps: tuple[str | int, ...]) -> str:
    """The title of the thing the error is in; "" where that has none of its own."""
    noun, last = "", -1
    for left, schema in way:
        taken = len(steps) - 1 - left
        entered = steps[max(0, taken - 2) : max(0, taken)]
        if left != last and (entered[-1:] in (("items",), ("additionalProperties",)) or entered[:1] in _INTO):
            noun = ""
        last = left
        if isinstance(schema, dict) and isinstance(schema.get("title"), str):
            noun = schema["title"]
    return noun
