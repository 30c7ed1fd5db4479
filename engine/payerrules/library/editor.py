"""Schemas for editors: for each policy one that offers its own sets, parameters, limits and sources, and a line that names it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from payerrules.language.composed import Piece
from payerrules.language.grammar import Schema
from payerrules.language.grammar_names import Names, with_names
from payerrules.language.nodes import Mapping as Map
from payerrules.language.nodes import plain
from payerrules.language.outcomes import written
from payerrules.language.policy import PolicyText
from payerrules.language.schemas import MODIFIERS, modifiers_of, schema
from payerrules.library.library import Library

PUBLISHED: Final = "policy.schema.json"
MODELINE: Final = re.compile(r"\A# yaml-language-server: \$schema=\S*[^\n]*\n")
SHOWN_CODES: Final = 12
"""How many codes of a set its description lists."""


def names_of(text: PolicyText, library: Library) -> Names:
    """The names that an open policy may use: its own sources, and the sets, parameters and limits of all its layers."""
    pieces: dict[str, dict[str, Piece]] = {"value_sets": {}, "parameters": {}, "limits": {}}
    for composed in library.composed.get(text.label, ()):
        for section, found in pieces.items():
            found |= getattr(composed, section)
    return Names(
        sources={name: source.title or source.url for name, source in sorted(text.sources.items())},
        sets={name: set_text(piece) for name, piece in sorted(pieces["value_sets"].items())},
        parameters={name: parameter_text(piece) for name, piece in sorted(pieces["parameters"].items())},
        limits={name: field(piece, "title") for name, piece in sorted(pieces["limits"].items())},
    )


def set_text(piece: Piece) -> str:
    """What a value set is: its title, or its first codes."""
    codes: Any = plain(piece.node.get("codes")) if isinstance(piece.node, Map) else None
    listed = [str(code) for code in codes] if isinstance(codes, Sequence) and not isinstance(codes, str) else []
    more = ", ..." if len(listed) > SHOWN_CODES else ""
    return field(piece, "title") or ", ".join(listed[:SHOWN_CODES]) + more or "a value set"


def parameter_text(piece: Piece) -> str:
    """What a parameter is: its title, and its type."""
    kind: Any = plain(piece.node.get("type")) if isinstance(piece.node, Map) else None
    said = f"one of {', '.join(kind['one_of'])}" if isinstance(kind, dict) and "one_of" in kind else str(kind)
    return f"{field(piece, 'title')} ({said})" if field(piece, "title") else f"A parameter: {said}."


def field(piece: Piece, key: str) -> str:
    """A field of a piece, as written."""
    return written(piece.node.get(key)) if isinstance(piece.node, Map) else ""


def policy_schema(text: PolicyText, library: Library) -> Schema:
    """The schema of one policy, with its names."""
    own = names_of(text, library)
    names = replace(own, modifiers=modifiers_of(library.catalogues.get(MODIFIERS, {})))
    body = with_names(schema("policy", library.vocabulary), names, library.vocabulary)
    return {**body, "$id": f"{body['$id']}/{text.policy}", "title": f"the policy {text.policy}"}


def write_schema(text: PolicyText, library: Library, out: Path | None = None) -> Path:
    """Write the schema of a policy and name it in the policy's first line; with `out` only write it, there.

    In a folder with published schemas it goes to `schema/of/`, else to `.schema/` beside the policy.
    """
    policy = Path(text.path).resolve()
    root = next((up for up in policy.parents if (up / "schema" / PUBLISHED).is_file()), None)
    beside = policy.parent / ".schema" / policy.name
    target = (beside if root is None else root / "schema" / "of" / policy.relative_to(root)).with_suffix(".schema.json")
    target = out or target
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(policy_schema(text, library), ensure_ascii=False) + "\n", encoding="utf-8")
    if out is None:
        name_schema(policy, relative(target, policy.parent))
    return target


def relative(path: Path, start: Path) -> str:
    """A path as seen from a folder, with forward slashes."""
    return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()


def name_schema(policy: Path, schema_path: str) -> None:
    """Put the line that tells editors the schema at the top of a policy; nothing else is touched."""
    before = policy.read_text(encoding="utf-8")
    after = f"# yaml-language-server: $schema={schema_path}\n" + MODELINE.sub("", before)
    if after != before:
        policy.write_text(after, encoding="utf-8")
