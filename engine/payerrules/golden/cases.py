"""Golden cases as they are written: read from *.golden.yaml and from the examples of policies, with places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payerrules.language.kinds import of_another_kind
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence, plain
from payerrules.language.reader import read_yaml
from payerrules.language.structure import check_structure
from payerrules.model.diagnostic import Diagnostic

SUFFIX = ".golden.yaml"


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One case: an encounter and what is expected of its decision; free keys such as `oracle` and `note` are kept for a failure.

    `policy` names a policy file that is decided with (or only checked, where there is no encounter), beside the shipped ones.
    """

    name: str
    file: str
    node: Mapping
    encounter: Any
    expect: Mapping | None
    policy: str = ""

    @property
    def line(self) -> int:
        """The line of the file where the case begins."""
        return self.node.at.line

    @property
    def remarks(self) -> dict[str, Any]:
        """The free keys, as they were written."""
        known = ("name", "encounter", "expect", "policy")
        return {key.text: plain(value) for key, value in self.node if key.text not in known}


def golden_files(paths: Iterable[Path]) -> list[Path]:
    """The golden files among paths: files as named, folders searched for *.golden.yaml, sorted."""
    found: set[Path] = set()
    for path in paths:
        found |= set(path.rglob(f"*{SUFFIX}")) if path.is_dir() else {path}
    return sorted(found)


def read_cases(path: Path) -> tuple[list[GoldenCase], list[Diagnostic]]:
    """The cases of one golden file, and what is wrong with the file; a case that is wrong in shape is left out and named."""
    node, found = read_yaml(path.read_bytes(), str(path))
    if node is None:
        return [], found
    if (other := of_another_kind(node, "golden")) is not None:
        return [], [other]
    found += check_structure(node, "golden")
    listed = node.get("golden") if isinstance(node, Mapping) else None
    return list(cases_of(listed, str(path))), found


def cases_of(listed: Node | None, file: str) -> Iterator[GoldenCase]:
    """The cases of a list, of a golden file or of a policy's `examples`."""
    for place, item in enumerate(listed.items if isinstance(listed, Sequence) else (), 1):
        if not isinstance(item, Mapping):
            continue
        name, expect, policy = item.get("name"), item.get("expect"), item.get("policy")
        yield GoldenCase(
            name=name.text if isinstance(name, Scalar) else f"case {place}",
            file=file,
            node=item,
            encounter=plain(item.get("encounter")),
            expect=expect if isinstance(expect, Mapping) else None,
            policy=policy.text if isinstance(policy, Scalar) else "",
        )
