"""Catalogues of codes: what is known of each modifier or procedure code, for value sets to pick from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from payerrules.language.effect import Source
from payerrules.language.items import Window
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.policy import read_sources, read_window
from payerrules.language.spelling import remedy
from payerrules.language.structure import read_checked
from payerrules.model.diagnostic import Diagnostic, Location, has_error, in_order

Told: TypeAlias = dict[str, tuple[str, ...]]
"""What a catalogue tells of a code: each key with its words (a single word is a tuple of one)."""

_HEAD: Final = ("label", "source", "from", "through")


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


def load_catalogue(text: str | bytes, name: str) -> tuple[Catalogue | None, list[Diagnostic]]:
    """Read a catalogue; None where it has an error. `name` is the file's for messages.

    >>> text = "catalogue: c\\nsources: {s: {title: S, status: primary}}\\n"
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


def _texts(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Scalar):
        return (node.text,)
    return tuple(item.text for item in node.items if isinstance(item, Scalar)) if isinstance(node, Sequence) else ()
