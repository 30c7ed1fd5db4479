"""The tree that YAML is read into: text as it was written, with the place of every node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from payerrules.model.diagnostic import Location


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as written: `text` is never resolved to a number, a date or a truth value. A null is `text == ""` and unquoted."""

    text: str
    at: Location
    quoted: bool = False

    @property
    def is_null(self) -> bool:
        """Whether nothing was written (or `null` or `~`), so that the key counts as left out."""
        return not self.quoted and self.text in ("", "null", "~")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A YAML list."""

    items: tuple[Node, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class Mapping:
    """A YAML map, in the order of the file; keys are unique (a repeated one was reported and dropped)."""

    entries: tuple[tuple[Scalar, Node], ...]
    at: Location
    index: dict[str, Node] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Index the keys."""
        object.__setattr__(self, "index", {key.text: node for key, node in self.entries})

    def get(self, key: str) -> Node | None:
        """The node at a key; None where it is left out or null."""
        node = self.index.get(key)
        return None if isinstance(node, Scalar) and node.is_null else node

    def key(self, name: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((key for key, _ in self.entries if key.text == name), None)

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        """Keys and nodes in the order of the file."""
        return iter(self.entries)

    def __contains__(self, key: object) -> bool:
        """Whether the key was written."""
        return key in self.index


Node: TypeAlias = Scalar | Sequence | Mapping


def plain(node: Node | None) -> Any:
    """The tree as dicts, lists and texts (null becomes None), for the JSON Schema and for hashing."""
    match node:
        case None:
            return None
        case Scalar():
            return None if node.is_null else node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key.text: plain(value) for key, value in node.entries}
