"""Catalogues of codes: what is known of each modifier or procedure code, for value sets to pick from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from payerrules.language.effect import Source
from payerrules.language.items import Window
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence, plain
from payerrules.language.policy import read_sources, read_window
from payerrules.language.spelling import remedy
from payerrules.language.structure import read_checked
from payerrules.model.diagnostic import Diagnostic, Location, has_error, in_order

Told: TypeAlias = dict[str, tuple[str, ...]]
"""What a catalogue tells of a code: each key with its words (a single word is a tuple of one)."""

RANGE: Final = re.compile(r"([A-Z]*)(\d{1,5})([A-Z]?)-([A-Z]*)(\d{1,5})([A-Z]?)\Z")
RANGE_HINT: Final = "Both ends have the same letters and as many digits, the lower one first: 92521-92524."
_HEAD: Final = ("label", "source", "from", "through", "codes")


@dataclass(frozen=True, slots=True)
class CatalogueCode:
    """One code: `label` in words of our own, `source` the name of a source, `window` the days it was in force."""

    code: str
    label: str
    source: str
    window: Window
    told: Told
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The codes of one file, by code, with their sources by name."""

    name: str
    codes: dict[str, CatalogueCode]
    sources: dict[str, Source]

    def select(self, key: str, words: frozenset[str], *, wanted: bool = True) -> frozenset[str]:
        """The codes of which a key tells one of the words, or, where not `wanted`, none of them.

        >>> at = Location("c.yaml", 1, 1)
        >>> listed = {"22": CatalogueCode("22", "More work", "s", Window(), {"kind": ("surgical",)}, at)}
        >>> sorted(Catalogue("c", listed, {}).select("kind", frozenset({"surgical"})))
        ['22']
        """
        return frozenset(
            code for code, entry in self.codes.items() if words.isdisjoint(entry.told.get(key, ())) is not wanted
        )

    def keys(self) -> frozenset[str]:
        """Every key that tells something of some code."""
        return frozenset(key for entry in self.codes.values() for key in entry.told)

    def words(self, key: str) -> frozenset[str]:
        """Every word that a key tells of some code."""
        return frozenset(word for entry in self.codes.values() for word in entry.told.get(key, ()))


def spread(text: str) -> frozenset[str] | None:
    """The codes of a range, both ends among them; a code alone is itself; None where the ends do not go together.

    >>> sorted(spread("92521-92523")), sorted(spread("MA04")), spread("N9-N10")
    (['92521', '92522', '92523'], ['MA04'], None)
    """
    found = RANGE.match(text)
    if found is None:
        return frozenset({text})
    head, low, tail, head2, high, tail2 = found.groups()
    if (head, tail) != (head2, tail2) or len(low) != len(high) or low > high or int(high) - int(low) > 10_000:
        return None
    return frozenset(f"{head}{n:0{len(low)}d}{tail}" for n in range(int(low), int(high) + 1))


def entries_of(node: Mapping) -> dict[str, Any]:
    """The entries of a catalogue as plain data: those of `codes`, and those that `in_numbers` knows by number and dates."""
    numbered = {}
    listed = node.get("in_numbers")
    for group in listed.items if isinstance(listed, Sequence) else ():
        told = plain(group)
        if isinstance(told, dict):
            told = {key: value for key, value in told.items() if key != "codes"}
            numbered.update({code: told for code, _ in _numbers(group)})
    codes = plain(node.get("codes"))
    return {**numbered, **(codes if isinstance(codes, dict) else {})}


def _numbers(group: Node) -> Iterator[tuple[str, Scalar]]:
    listed = group.get("codes") if isinstance(group, Mapping) else None
    for item in listed.items if isinstance(listed, Sequence) else ():
        if isinstance(item, Scalar):
            yield from ((code, item) for code in sorted(spread(item.text) or ()))


def load_catalogue(text: str | bytes, name: str) -> tuple[Catalogue | None, list[Diagnostic]]:
    """Read a catalogue; None where it has an error. `name` is the file's for messages.

    >>> text = "catalogue: c\\nsources: {s: {title: S, url: 'https://example.org/manual', status: primary}}\\n"
    >>> catalogue, found = load_catalogue(text + "codes: {05: {label: Five, kind: odd, source: s}}", "c.yaml")
    >>> catalogue.codes["05"].told, found
    ({'kind': ('odd',)}, [])
    """
    node, found = read_checked(text, name, "catalogue")
    if not isinstance(node, Mapping) or has_error(found):
        return None, in_order(found)
    sources = read_sources(node.get("sources"), "", found)
    codes: dict[str, CatalogueCode] = {}
    listed = node.get("codes")
    for key, value in listed if isinstance(listed, Mapping) else ():
        if isinstance(value, Mapping):
            codes[key.text] = _code(key, value, sources, found)
    numbered = node.get("in_numbers")
    for group in numbered.items if isinstance(numbered, Sequence) else ():
        if isinstance(group, Mapping):
            for code, at in _numbers(group):
                codes.setdefault(code, replace(_code(at, group, sources, found), code=code))
            _refuse_odd_ranges(group, found)
    title = node.get("catalogue")
    catalogue = Catalogue(title.text if isinstance(title, Scalar) else "", codes, sources)
    return (None if has_error(found) else catalogue), in_order(found)


def read_catalogue(path: Path, name: str = "") -> tuple[Catalogue | None, list[Diagnostic]]:
    """Read a catalogue from a file; `name` is how messages name it. Raises OSError where the file cannot be read."""
    return load_catalogue(path.read_bytes(), name or str(path))


def _code(key: Scalar, node: Mapping, sources: dict[str, Source], found: list[Diagnostic]) -> CatalogueCode:
    source = _texts(node.get("source"))
    for name in source:
        if name not in sources:
            said = node.get("source")
            message = f"`{name}` is no source of this catalogue"
            hint = remedy(name, sources, "The catalogue has")
            found.append(Diagnostic("unknown-source", message, said.at if said else key.at, hint))
    told = {inner.text: _texts(value) for inner, value in node if inner.text not in _HEAD}
    label = _texts(node.get("label"))
    return CatalogueCode(key.text, "".join(label), "".join(source), read_window(node, found), told, key.at)


def _refuse_odd_ranges(group: Mapping, found: list[Diagnostic]) -> None:
    listed = group.get("codes")
    for item in listed.items if isinstance(listed, Sequence) else ():
        if isinstance(item, Scalar) and spread(item.text) is None:
            found.append(Diagnostic("bad-range", f"`{item.text}` is no range of codes", item.at, RANGE_HINT))


def _texts(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Scalar):
        return (node.text,)
    return tuple(item.text for item in node.items if isinstance(item, Scalar)) if isinstance(node, Sequence) else ()
