"""YAML into a tree that keeps each scalar as it was written and the place of every node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml import events

from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.syntax import QUESTION, syntax_finding
from payerrules.model.diagnostic import Diagnostic, Location, in_order

MAX_BYTES: Final = 10_000_000
"""A file of this size or more is refused before it is parsed."""
MAX_DEPTH: Final = 100
"""Maps and lists may stand this deep inside each other."""
MAX_REWORDED: Final = 1_000_000
"""In a longer file a syntax error is worded by the fast parser."""
FAST_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where it is built in, else the one in plain Python; both give the same tree."""
MAX_EXCERPT: Final = 300
"""A longer line is shown only as far as this; a place beyond it is shown without its line."""
TEXT_KEYS: Final = frozenset({"title", "say", "because", "meaning", "label", "note", "name", "summary"})
"""Keys whose value is free text, where a `#` is more likely part of the text than a comment."""

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_QUOTED: Final = ("'", '"', "|", ">")
_DISPUTED = re.compile("\t|[|>][-+0-9]*#")  # read by one parser, a fault to the other: a tab between words, `|#`
_COMMENT = re.compile(r"[ \t]+#")
_LEADING_QUESTION = re.compile(r"\?[ \t]*\Z")
_QUOTE_IT: Final = "Put the whole text in double quotes"


def read_yaml(text: str | bytes, name: str) -> tuple[Node | None, list[Diagnostic]]:
    """Read one YAML document; `name` is the file name for messages.

    Returns the tree, or None where nothing could be read, and every finding in order. Scalars stay text: `NO`, `05`
    and `2026.10` come out as they were written. Never raises for what a file may hold.

    >>> tree, found = read_yaml("state: NO", "p.yaml")
    >>> tree.get("state").text, found
    ('NO', [])
    """
    refused = _refused(text, name)
    if refused:
        return None, [refused]
    decoded = text if isinstance(text, str) else text.decode("utf-8")
    decoded = decoded.removeprefix("\ufeff")
    source = _Source(name, _LINE_BREAK.split(decoded))
    strange = _UNREADABLE.search(decoded)
    if strange:
        return None, [_control_character(strange, decoded, source)]
    builder = _Builder(source)
    small = len(decoded) < MAX_REWORDED
    tree = builder.build(decoded, yaml.SafeLoader if small and _DISPUTED.search(decoded) else FAST_LOADER)
    if builder.broken and FAST_LOADER is not yaml.SafeLoader and small:
        # the parsers word their complaints differently, and ours are to be the same on every machine
        builder = _Builder(source)
        tree = builder.build(decoded, yaml.SafeLoader)
    return tree, in_order(builder.found)


def _refused(text: str | bytes, name: str) -> Diagnostic | None:
    """What is refused before parsing: size and encoding."""
    at = Location(name, 1, 1)
    size = len(text)
    if size >= MAX_BYTES:
        return Diagnostic(
            "too-large",
            f"the file has {size:,} characters, and 10 MB or more are not read",
            at,
            "Split the file; long tables belong in a CSV file that a table names with `from:`.",
        )
    if isinstance(text, bytes):
        try:
            text.decode("utf-8")
        except UnicodeDecodeError as error:
            before = text[: error.start]
            line = before.count(b"\n") + 1
            column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
            return Diagnostic(
                "not-utf8",
                f"byte {text[error.start]:#04x} is no UTF-8 text",
                Location(name, line, column),
                "Save the file as UTF-8 (in most editors: Save with encoding).",
            )
    return None


def _control_character(found: re.Match[str], text: str, source: _Source) -> Diagnostic:
    before = _LINE_BREAK.split(text[: found.start()])
    at = source.place(len(before) - 1, len(before[-1]), 1)
    return Diagnostic(
        "yaml-syntax",
        f"the character U+{ord(found.group()):04X} cannot be seen and may not stand in YAML",
        Location(at.file, at.line, at.column),
        "Delete it; it often comes from copying out of a PDF or a word processor.",
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """The lines of a file, to make places from marks."""

    name: str
    lines: list[str]

    def line(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    def place(self, line: int, column: int, width: int) -> Location:
        shown = self.line(line)
        if len(shown) > MAX_EXCERPT:
            shown = shown[:MAX_EXCERPT] if column < MAX_EXCERPT else ""
            width = min(width, MAX_EXCERPT - column) if shown else width
        return Location(self.name, line + 1, column + 1, max(1, width), shown)

    def of(self, event: Any) -> Location:
        start, end = event.start_mark, event.end_mark
        width = (
            end.column - start.column if start.line == end.line else len(self.line(start.line).rstrip()) - start.column
        )
        return self.place(start.line, start.column, width)


@dataclass(slots=True)
class _Frame:
    """A map or list that is being read."""

    event: Any
    items: list[Node] = field(default_factory=list)
    entries: list[tuple[Scalar, Node]] = field(default_factory=list)
    seen: dict[str, Scalar] = field(default_factory=dict)
    key: Scalar | None = None
    awaits_value: bool = False

    @property
    def is_map(self) -> bool:
        return isinstance(self.event, events.MappingStartEvent)


class _Builder:
    """Makes the tree from parser events without recursion, and collects findings."""

    def __init__(self, source: _Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.frames: list[_Frame] = []
        self.root: Node | None = None
        self.broken = False

    def build(self, text: str, loader: Any) -> Node | None:
        """The tree, or None; `found` holds the findings, and `broken` says that the parser gave up."""
        documents = 0
        try:
            for event in _parse(text, loader):
                if isinstance(event, events.DocumentStartEvent):
                    documents += 1
                    if documents == 2:
                        self._second_document(event)
                        break
                elif not self._take(event):
                    return None
        except yaml.MarkedYAMLError as error:
            finding = syntax_finding(error, self.source.lines, self.source.place)
            broken = (finding.at.line, finding.at.column) if finding.at else (0, 0)
            self.found = [f for f in self.found if f.at is None or (f.at.line, f.at.column) != broken]
            self.found.append(finding)
            self.broken = True
            return None
        if isinstance(self.root, Scalar) and self.root.is_null:
            self.root = None
        if self.root is None and not self.found:
            message = "the file is empty, or has nothing but comments"
            self._find("empty-file", message, Location(self.source.name, 1, 1), "Write the file, or delete it.")
        return self.root

    def _find(self, code: str, message: str, at: Location, hint: str) -> None:
        self.found.append(Diagnostic(code, message, at, hint))

    def _second_document(self, event: Any) -> None:
        at = self.source.place(event.start_mark.line, event.start_mark.column, 3)
        self._find(
            "second-document",
            "a second document begins here, and a file holds one",
            at,
            "Delete the `---` line, or move what follows into a file of its own.",
        )

    def _take(self, event: Any) -> bool:
        """Take one event; False where the file must not be read on."""
        if isinstance(event, events.AliasEvent):
            self._alias(event, f"`*{event.anchor}` copies another part of the file, which is refused")
            self._skip()
            return True
        if isinstance(event, events.NodeEvent):
            self._properties(event)
        if isinstance(event, events.ScalarEvent):
            self._add(Scalar(event.value, self.source.of(event), event.style in _QUOTED), event)
        elif isinstance(event, events.CollectionStartEvent):
            if len(self.frames) == MAX_DEPTH:
                self._find(
                    "too-deep",
                    f"maps and lists stand more than {MAX_DEPTH} levels deep inside each other",
                    self.source.of(event),
                    "No policy needs this; write it flatter.",
                )
                return False
            self.frames.append(_Frame(event))
        elif isinstance(event, events.CollectionEndEvent):
            self._close(event)
        return True

    def _alias(self, event: Any, message: str) -> None:
        self._find(
            "alias-refused",
            message,
            self.source.of(event),
            "Write the text out here, or say it once under `value_sets`, `parameters` or `defaults` and name it. "
            "A text that begins with `&` or `*` goes in double quotes.",
        )

    def _properties(self, event: Any) -> None:
        """Refuse anchors and tags."""
        if getattr(event, "anchor", None):
            self._alias(event, f"`&{event.anchor}` names a part of the file for copying, which is refused")
        tag = getattr(event, "tag", None)
        if tag:
            self._find(
                "tag-refused",
                f"the tag `{tag.replace('tag:yaml.org,2002:', '!!')}` tells how to read a value, which is refused",
                self.source.of(event),
                "Take the tag out; a value is typed by where it stands. "
                "A text that begins with `!` goes in double quotes.",
            )

    def _close(self, end: Any) -> None:
        frame = self.frames.pop()
        start = frame.event.start_mark
        at = self.source.of(frame.event)
        if frame.event.flow_style and start.line == end.end_mark.line:
            at = self.source.place(start.line, start.column, end.end_mark.column - start.column)
        elif frame.is_map and frame.entries:
            at = frame.entries[0][0].at if not frame.event.flow_style else at
        node = Mapping(tuple(frame.entries), at) if frame.is_map else Sequence(tuple(frame.items), at)
        self._add(node, frame.event)

    def _add(self, node: Node, event: Any) -> None:
        """Put a finished node where it belongs."""
        if not self.frames:
            self.root = node
            return
        frame = self.frames[-1]
        plain = isinstance(event, events.ScalarEvent) and event.style not in _QUOTED
        if plain and frame.event.flow_style and "?" in event.value:
            self._question(event)
        if not frame.is_map:
            frame.items.append(node)
        elif not frame.awaits_value:
            frame.key = self._key(frame, node, event)
            frame.awaits_value = True
        else:
            frame.awaits_value = False
            if frame.key is not None:
                self._check_value(frame, frame.key, node, event)
                if isinstance(node, Scalar) and node.is_null:
                    node = Scalar(node.text, frame.key.at)  # nothing was written, so the key is the place
                frame.entries.append((frame.key, node))

    def _skip(self) -> None:
        """Leave out the value that would stand here, with its key."""
        if self.frames and self.frames[-1].is_map:
            frame = self.frames[-1]
            if not frame.awaits_value:
                frame.key = None
            frame.awaits_value = not frame.awaits_value

    def _key(self, frame: _Frame, node: Node, event: Any) -> Scalar | None:
        """The key that was read, or None where it cannot be one."""
        before = self.source.line(event.start_mark.line)[: event.start_mark.column]
        if isinstance(node, Scalar) and _LEADING_QUESTION.search(before):
            at = self.source.place(event.start_mark.line, len(before.rstrip()) - 1, 1)
            self._find(
                "key-not-text",
                "a `?` here makes YAML read what follows as a key",
                at,
                f"{_QUOTE_IT}, or take the `?` out.",
            )
            return None
        if not isinstance(node, Scalar):
            what = "a map" if isinstance(node, Mapping) else "a list"
            self._find(
                "key-not-text",
                f"{what} cannot be a key",
                node.at,
                "A key is a word; a text with braces or brackets goes in double quotes.",
            )
            return None
        first = frame.seen.setdefault(node.text, node)
        if first is not node:
            self._find(
                "repeated-key",
                f"`{node.text}` is written twice: first in line {first.at.line}, column {first.at.column}",
                node.at,
                "Keep one of them; where both are meant, make one of their values hold both.",
            )
            return None
        return node

    def _check_value(self, frame: _Frame, key: Scalar, node: Node, event: Any) -> None:
        """Find text that YAML cut short."""
        if not isinstance(node, Scalar) or node.quoted:
            return
        end = event.end_mark
        rest = self.source.line(end.line)[end.column :]
        if node.text and key.text in TEXT_KEYS and _COMMENT.match(rest):
            at = self.source.place(end.line, end.column + rest.index("#"), 1)
            self._find(
                "text-cut-short",
                f"a `#` after a space begins a comment, so `{key.text}` ends before it",
                at,
                f"{_QUOTE_IT}; a comment goes on a line of its own.",
            )
        if not node.text and frame.event.flow_style and not key.quoted and not self._has_colon(key, event):
            self._no_value(frame, key)

    def _question(self, event: Any) -> None:
        """A `?` that one parser reads as text and the other as the end of it."""
        self._find("text-needs-quotes", QUESTION[0], self.source.of(event), QUESTION[1])
        self.broken = True

    def _has_colon(self, key: Scalar, event: Any) -> bool:
        mark = event.start_mark
        if mark.line != key.at.line - 1:
            return True
        return ":" in self.source.line(mark.line)[key.at.column - 1 + len(key.text) : mark.column]

    def _no_value(self, frame: _Frame, key: Scalar) -> None:
        previous = frame.entries[-1] if frame.entries else None
        if previous and isinstance(previous[1], Scalar) and previous[1].text and not previous[1].quoted:
            self._find(
                "text-cut-short",
                f"the comma ends the text of `{previous[0].text}`, and `{key.text}` becomes a key without a value",
                key.at,
                f'{_QUOTE_IT}: {previous[0].text}: "{previous[1].text}, {key.text}"',
            )
            return
        self._find(
            "missing-value",
            f"`{key.text}` stands in {{ }} without a value",
            key.at,
            "Write `key: value`; a list is written in [ ].",
        )


def _parse(text: str, loader: Any) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=loader))
