"""What can still be said of a policy whose shape has errors: all that does not hang on the faulty parts."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from payerrules.language.nodes import Mapping, Node, Scalar
from payerrules.language.nodes import Sequence as List
from payerrules.language.policy import SECTIONS, PolicyText
from payerrules.language.spelling import closest
from payerrules.model.diagnostic import Diagnostic, Severity

Spot: TypeAlias = tuple[int, int]
"""Line and column of a file."""

NAMING: Final = frozenset(
    {"unknown-fact", "unknown-modifier", "unknown-parameter", "unknown-limit", "unknown-set", "unknown-source",
     "unknown-base", "unknown-catalogue", "change-path"}
)  # fmt: skip
"""Findings about a name, which are true whatever is wrong with the shape of the part that uses it."""
EVERYWHERE: Final = frozenset({"unknown-fact", "unknown-modifier", "unknown-catalogue"})
"""Those of them about names that no policy defines."""
NAMED: Final = (*SECTIONS, "sources")
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Part:
    """An entry of a section, or a key of the file as a whole: the names it defines, and the words that stand in it."""

    names: frozenset[str]
    words: frozenset[str]


@dataclass
class Faults:
    """The parts of policy files, which of them have errors of shape, and the names that those may have defined."""

    parts: dict[str, dict[Spot, Part]] = field(default_factory=dict)
    faulty: set[tuple[str, Spot]] = field(default_factory=set)
    in_doubt: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Iterable[PolicyText], errors: Sequence[Diagnostic]) -> Faults:
        """The faulty parts of these files, by the errors that reading them gave."""
        faults = cls()
        for text in texts:
            faults.parts[text.path] = dict(sorted(parts_of(text)))
            for error in errors:
                spot = faults.part_at(error) if error.severity is Severity.ERROR else None
                if error.at is not None and error.at.file == text.path and spot is not None:
                    faults.faulty.add((text.path, spot))
                    faults.in_doubt |= faults.parts[text.path][spot].names
        return faults

    def part_at(self, finding: Diagnostic) -> Spot | None:
        """Where the part begins that a finding stands in."""
        if finding.at is None:
            return None
        spots = list(self.parts.get(finding.at.file, ()))
        before = bisect.bisect_right(spots, (finding.at.line, finding.at.column))
        return spots[before - 1] if before else None

    def leave_true(self, finding: Diagnostic) -> bool:
        """Whether a finding is true however the faulty parts will be mended.

        A name is unknown unless a faulty part, or a layer below that is not known, may define it. Anything else is true of a
        part that is sound and speaks of nothing in doubt; of none where the head of the file or its defaults are in doubt.
        """
        said = _QUOTED.search(finding.message)
        if finding.code in NAMING:
            if "extends" in self.in_doubt and finding.code not in EVERYWHERE:
                return False
            return said is None or not set(said.group(1).split(".")) & self.in_doubt
        spot = self.part_at(finding)
        if finding.at is None or spot is None or (finding.at.file, spot) in self.faulty or "defaults" in self.in_doubt:
            return False
        return not self.parts[finding.at.file][spot].words & self.in_doubt


def parts_of(text: PolicyText) -> Iterator[tuple[Spot, Part]]:
    """The parts of a file, each with where it begins."""
    for key, node in text.node:
        names = {key.text, *children(node), *meant(key.text)}
        yield (key.at.line, key.at.column), Part(frozenset(names), frozenset(words_in(node)))
        if key.text in NAMED and key.text != "defaults" and isinstance(node, Mapping):
            for name, value in node:
                yield (name.at.line, name.at.column), Part(frozenset({name.text}), frozenset(words_in(value)))
        elif key.text in SECTIONS and isinstance(node, List):
            for item in node.items:
                yield (item.at.line, item.at.column), Part(frozenset(ids(item)), frozenset(words_in(item)))


def meant(key: str) -> Iterator[str]:
    """What hangs on a key of the file that is no section of names: much does on the defaults, dates and layers, misspelt too."""
    if key not in NAMED or key == "defaults":
        yield "defaults"
    if key not in NAMED and closest(key, ("defaults", "extends", "based_on", "effective")) not in ("", "defaults"):
        yield "extends"


def children(node: Node) -> Iterator[str]:
    """The names that a whole section defines: its keys, or the ids of its items."""
    if isinstance(node, Mapping):
        yield from (key.text for key, _ in node)
    elif isinstance(node, List):
        for item in node.items:
            yield from ids(item)


def ids(node: Node) -> Iterator[str]:
    """The id of an item, if it has one."""
    if isinstance(node, Mapping) and isinstance(name := node.get("id"), Scalar):
        yield name.text


def words_in(node: Node) -> Iterator[str]:
    """Every word that stands in a part, the pieces of a dotted name each by itself."""
    match node:
        case Scalar():
            yield from node.text.split(".")
        case List():
            for item in node.items:
                yield from words_in(item)
        case Mapping():
            for key, value in node:
                yield from key.text.split(".")
                yield from words_in(value)
